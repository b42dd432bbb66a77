"""What every verb is made with: how it is put on the command line, how it fails."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from hotspot_lite.cli.examples import EXAMPLES
from hotspot_lite.errors import HotspotError

Args = argparse.Namespace
Verb = Callable[[Args], Any]
CHOICE = re.compile(
    r"(?:argument (\S+): )?invalid choice: '(.*?)' \(choose from (.*)\)"
)

NUMBER = re.compile(r"argument (\S+): invalid (?:int|float) value: '(.*)'")


class Misused(HotspotError):
    """The words fit the command line but not each other: exit code 2."""


class Parser(argparse.ArgumentParser):
    """As argparse's, but what is wrong is one sentence that says what to do."""

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse's; a word too many is told here, where the right ones are known.

        Only the parser of a verb knows its options; argparse asks the topmost.
        """
        found, rest = super().parse_known_args(args, namespace)
        if rest:
            known = [o for a in self._actions for o in a.option_strings]
            near = nearest(rest[0].partition("=")[0], known)
            todo = f"Did you mean {near}?" if near else f"See: {self.prog} --help"
            self._exit(f"{self.prog} takes no {rest[0]}. {todo}")
        return found, rest

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and exit with 2."""
        found = CHOICE.fullmatch(message)
        if found is not None:
            where, wrong, known = found.groups()
            what = (where or "word").strip("<>").rpartition("/")[2].lstrip("-")
            near = nearest(wrong, re.findall(r"[\w-]+", known))
            todo = f"Did you mean {near}?" if near else f"It is one of: {known}."
            self._exit(f"There is no {what} {wrong}. {todo}")
        if message.endswith(("<noun>", "<verb>")):  # nothing was asked for
            self.print_help(sys.stderr)
            self.exit(2)
        missing = message.removeprefix("the following arguments are required: ")
        if missing != message:
            message = f"it needs {missing}"
        message = NUMBER.sub(r"\1 is not a number: \2", message)
        self._exit(f"{self.prog}: {message}. See: {self.prog} --help")

    def _exit(self, says: str) -> NoReturn:
        self.exit(2, f"hotspot-lite: {says}\n")


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
    one: argparse.ArgumentParser = verbs.add_parser(
        name,
        help=about,
        description=about,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    words = one.prog.partition(" ")[2]
    one.epilog = f"example:\n  {EXAMPLES[words]}" if words in EXAMPLES else None
    one.set_defaults(verb=verb)
    one.add_argument("--json", action="store_true", help="print JSON")
    return one
