"""The command line explains itself: each word of it, an example, and what to do."""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Iterator

import pytest

from hotspot_lite import cli
from hotspot_lite.cli.examples import EXAMPLES
from hotspot_lite.trade.messaging.audiences import AUDIENCES


def verbs(
    parser: argparse.ArgumentParser, path: str = ""
) -> Iterator[tuple[str, argparse.ArgumentParser]]:
    nouns = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not nouns:
        yield path, parser
    for noun in nouns:
        for name, below in noun.choices.items():
            yield from verbs(below, f"{path} {name}".strip())


VERBS = dict(verbs(cli.parser()))


def refused(capsys: pytest.CaptureFixture[str], line: str) -> str:
    """What the command says on refusing a line; its exit code is 2."""
    with pytest.raises(SystemExit) as left:
        cli.main(shlex.split(line))
    assert left.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("path", VERBS)
def test_each_verb_has_an_example_and_explains_each_argument(path: str) -> None:
    parser = VERBS[path]
    assert [a.dest for a in parser._actions if not a.help] == []
    assert EXAMPLES[path] in parser.format_help()
    words = shlex.split(EXAMPLES[path].partition(" | ")[0])
    del words[: words.index("hotspot-lite") + 1]
    args = cli.parser().parse_args(words)
    assert args.verb is parser.get_default("verb")


def test_no_example_is_of_a_verb_that_is_gone() -> None:
    assert set(EXAMPLES) <= set(VERBS)


def test_the_groups_of_a_message_are_all_named() -> None:
    help_ = " ".join(VERBS["message send"].format_help().split())
    for name in AUDIENCES:
        assert re.search(rf"\b{name}\b", help_), name


def test_help_says_what_the_exit_codes_mean(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    assert "exit codes: 0 done; 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("", "exit codes"),
        ("plan", "Put a package on sale."),
        ("plam list", "Did you mean plan?"),
        ("plan add", r"needs --name, --price, --duration. See: .* plan add --help"),
        ("plan add --nmae x --name x --price 1 --duration 1h", "Did you mean --name?"),
        ("payment show x", "id is not a number: x. See: .* payment show --help"),
        ("payment show 1 2", "takes no 2. See: hotspot-lite payment show --help"),
    ],
)
def test_what_is_wrong_says_what_to_do(
    capsys: pytest.CaptureFixture[str], line: str, says: str
) -> None:
    told = refused(capsys, line)
    assert re.search(says, told), told
    assert "Traceback" not in told
