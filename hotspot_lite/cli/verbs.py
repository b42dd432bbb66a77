"""What every verb is made with: how it is put on the command line, how it fails."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from hotspot_lite.errors import HotspotError

Args = argparse.Namespace
Verb = Callable[[Args], Any]
CHOICE = re.compile(
    r"(?:argument (\S+): )?invalid choice: '(.*?)' \(choose from (.*)\)"
)


class Misused(HotspotError):
    """The words fit the command line but not each other: exit code 2."""


class Parser(argparse.ArgumentParser):
    """As argparse's, but a wrong word is one sentence with the nearest right one."""

    def error(self, message: str) -> NoReturn:
        found = CHOICE.fullmatch(message)
        if found is None:
            super().error(message)
        where, wrong, known = found.groups()
        what = (where or "word").strip("<>").rpartition("/")[2].lstrip("-")
        near = nearest(wrong, re.findall(r"[\w-]+", known))
        todo = f"Did you mean {near}?" if near else f"It is one of: {known}."
        self.exit(2, f"hotspot-lite: There is no {what} {wrong}. {todo}\n")


def nearest(word: str, known: Iterable[str]) -> str:
    """The right word nearest to a wrong one; "" if none is near."""
    from difflib import get_close_matches  # for a mistake alone

    return next(iter(get_close_matches(word, list(known), 1, 0.5)), "")


def add_noun(nouns: Any, name: str, about: str) -> Any:
    """A noun; what it returns takes its verbs."""
    noun = nouns.add_parser(name, help=about, description=about)
    return noun.add_subparsers(required=True, metavar="<verb>")


def add_verb(verbs: Any, name: str, verb: Verb) -> argparse.ArgumentParser:
    """A verb with its help, which is the first line of its function."""
    about = (verb.__doc__ or "").splitlines()[0]
    one: argparse.ArgumentParser = verbs.add_parser(name, help=about, description=about)
    one.set_defaults(verb=verb)
    one.add_argument("--json", action="store_true", help="print JSON")
    return one
