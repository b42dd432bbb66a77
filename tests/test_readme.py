"""The manual says what the program does: its tables are made from the program.

`python tests/test_readme.py` writes them anew.
"""

from __future__ import annotations

import argparse
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hotspot_lite import cli
from hotspot_lite.jobs.lanes import LANES
from hotspot_lite.settings import DECLARED, Setting

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"


def table(heads: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    cells = ([cell.replace("|", "\\|") for cell in line] for line in lines)
    return "\n".join(f"| {' | '.join(line)} |" for line in cells)


def settings_table() -> str:
    """Every setting, its default and its help."""
    rows = [[f"`{s.name}`", shown_default(s), s.help] for s in DECLARED]
    return table(["setting", "default", "what it is"], rows)


def shown_default(setting: Setting) -> str:
    """A default as config.toml has it."""
    if isinstance(setting.default, bool):
        return "`yes`" if setting.default else "`no`"
    return f"`{setting.default}`" if setting.default != "" else ""


def lanes_table() -> str:
    """Every lane and its patience."""
    heads = ["lane", "workers", "priority", "tries", "backoff, s", "timeout, s", "kept"]
    rows = [
        [
            lane.name,
            str(lane.workers),
            str(lane.priority),
            str(lane.tries),
            " ".join(map(str, lane.backoff_seconds)) or "-",
            str(lane.timeout_seconds),
            "yes" if lane.durable else "no",
        ]
        for lane in LANES.values()
    ]
    return table(heads, rows)


def commands_table() -> str:
    """Every verb, its arguments and what it does."""
    rows = [
        [f"`{' '.join(path)}{arguments(verb)}`", verb.description or ""]
        for path, verb in verbs(cli.parser(), ())
    ]
    return table(["command", "what it does"], rows)


def verbs(
    parser: argparse.ArgumentParser, path: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], argparse.ArgumentParser]]:
    """The parsers at the ends of the command line, with the words that lead there."""
    nouns = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    if not nouns:
        yield path, parser
    for noun in nouns:
        for name, below in noun.choices.items():
            yield from verbs(below, (*path, name))


def arguments(verb: argparse.ArgumentParser) -> str:
    """What may follow the verb, as its usage line shows it, without the common ones."""
    usage = " ".join(verb.format_usage().split())
    own = usage.removeprefix(f"usage: {verb.prog} ")
    return re.sub(r" (\[-h\]|\[--json\])", "", f" {own}")


TABLES: dict[str, Callable[[], str]] = {
    "settings": settings_table,
    "lanes": lanes_table,
    "commands": commands_table,
}


def section(name: str) -> re.Pattern[str]:
    """Finds what stands between the markers of a table."""
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)


def write() -> None:
    """Put the tables into README.md."""
    text = README.read_text(encoding="utf-8")
    for name, made in TABLES.items():
        fresh = made() + "\n"
        text = section(name).sub(lambda _, fresh=fresh: fresh, text)  # type: ignore[misc]
    README.write_text(text, encoding="utf-8")


def commands() -> list[str]:
    """Every hotspot-lite command of the manual, in code blocks or backticks."""
    text = README.read_text(encoding="utf-8")
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    found = re.findall(r"^\s*(?:sudo )?hotspot-lite (.+)$", blocks, re.MULTILINE)
    found += re.findall(r"`(?:sudo )?hotspot-lite ([^`<]+)`", text)
    return sorted(set(found))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_manual_is_what_the_program_says(name: str) -> None:
    found = section(name).search(README.read_text(encoding="utf-8"))
    assert found, f"README.md has no table between <!-- {name} --> markers"
    assert found[0].strip() == TABLES[name](), "run: python tests/test_readme.py"


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_manual_is_one_the_program_takes(line: str) -> None:
    words = shlex.split(line, comments=True)
    try:
        args = cli.parser().parse_args(words)
    except SystemExit:
        pytest.fail(f"the program refuses: hotspot-lite {line}")
    assert callable(args.verb)


def test_the_manual_shows_enough_commands_to_be_worth_checking() -> None:
    assert len(commands()) > 10


def test_scripts_that_the_manual_names_are_there_and_can_be_run() -> None:
    for name in ("install.sh", "release.py", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111, name
    text = README.read_text(encoding="utf-8")
    for option in set(re.findall(r"\./install\.sh (--[a-z-]+)", text)):
        assert f"{option})" in (ROOT / "install.sh").read_text(), option


def test_every_room_of_the_manual_exists() -> None:
    text = README.read_text(encoding="utf-8")
    for name in re.findall(r"`(hotspot_lite/[a-z_/.]+)`", text):
        assert (ROOT / name).exists(), name


def test_the_manual_names_the_licence_of_the_package() -> None:
    text = README.read_text(encoding="utf-8")
    assert "GPL-3.0-or-later" in text
    assert "GPL-2.0-or-later" in text
    assert (ROOT / "LICENSE").exists()


def test_the_manual_holds_no_path_of_the_machine_it_was_written_on() -> None:
    text = README.read_text(encoding="utf-8") + (ROOT / "install.sh").read_text()
    for word in ("/work" + "/", "/opt" + "/hl", "pypi" + ".org", "--index" + "-url"):
        assert word not in text


if __name__ == "__main__":
    write()
