"""The manual, README.md and docs/, says what the program does.

Its tables are made from the program, and its commands, links and names are held.

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
from hotspot_lite.box import Box
from hotspot_lite.jobs.lanes import LANES
from hotspot_lite.settings import DECLARED, Setting
from hotspot_lite.trade.keeping.lasting import LASTS
from hotspot_lite.web import make_app

ROOT = Path(__file__).parent.parent
README = ROOT / "README.md"
PAGES = (README, ROOT / "SECURITY.md", *sorted((ROOT / "docs").glob("*.md")))
# Reference belongs into docs/: the manual is for one evening.
MOST_BYTES = 40_000
# Files, not settings: box.key, web.service.
FILES = (".key", ".service", ".socket", ".py", ".md")


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


def lasting_table() -> str:
    """Every table of the database, and how long its rows stay."""
    rows = [[f"`{name}`", how, why] for name, (how, why) in LASTS.items()]
    return table(["table", "kept", "which"], rows)


TABLES: dict[str, tuple[str, Callable[[], str]]] = {
    "settings": ("docs/settings.md", settings_table),
    "lanes": ("docs/queue.md", lanes_table),
    "commands": ("docs/commands.md", commands_table),
    "lasting": ("docs/backups.md", lasting_table),
}


def section(name: str) -> re.Pattern[str]:
    """Finds what stands between the markers of a table."""
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- /{name} -->)", re.DOTALL)


def write() -> None:
    """Put the tables into their pages."""
    for name, (page, made) in TABLES.items():
        file, fresh = ROOT / page, made() + "\n"
        text = section(name).sub(
            lambda _, fresh=fresh: fresh,  # type: ignore[misc]
            file.read_text(encoding="utf-8"),
        )
        file.write_text(text, encoding="utf-8")


def manual() -> str:
    """All pages, one after the other."""
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)


def anchors(page: Path) -> set[str]:
    """What a link may name in a page, as GitHub makes it of its headings."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    heads = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def links() -> list[tuple[Path, str]]:
    """Every link of the manual to something of ours: its page, and where it leads."""
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        targets = re.findall(r"\]\(([^)\s]+)\)", text)
        targets += re.findall(r'<img src="([^"]+)"', text)
        found += [(page, one) for one in targets if "://" not in one]
    return found


def commands() -> list[str]:
    """Every hotspot-lite command of the manual, in code blocks or backticks."""
    text = manual()
    blocks = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    found = re.findall(r"^\s*(?:sudo )?hotspot-lite (.+)$", blocks, re.MULTILINE)
    found += re.findall(r"`(?:sudo )?hotspot-lite ([^`<]+)`", text)
    return sorted(set(found))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_manual_is_what_the_program_says(name: str) -> None:
    page, made = TABLES[name]
    found = section(name).search((ROOT / page).read_text(encoding="utf-8"))
    assert found, f"{page} has no table between <!-- {name} --> markers"
    assert found[0].strip() == made(), "run: python tests/test_readme.py"


@pytest.mark.parametrize(
    ("page", "to"), links(), ids=[f"{page.name}-{to}" for page, to in links()]
)
def test_a_link_of_the_manual_leads_somewhere(page: Path, to: str) -> None:
    name, _, anchor = to.partition("#")
    target = (page.parent / name).resolve() if name else page
    assert target.exists(), to
    if anchor:
        assert anchor in anchors(target), to


def test_every_page_is_linked_from_the_manual() -> None:
    linked = {to.partition("#")[0] for page, to in links() if page == README}
    assert {str(page.relative_to(ROOT)) for page in PAGES[1:]} <= linked


def test_the_manual_is_read_in_an_evening() -> None:
    assert len(README.read_bytes()) < MOST_BYTES


def test_every_setting_that_the_manual_names_exists() -> None:
    names = {one.name for one in DECLARED}
    sections = {name.partition(".")[0] for name in names}
    for name in re.findall(r"`([a-z]+\.[a-z_]+)(?: = [^`]*)?`", manual()):
        if name.partition(".")[0] in sections and not name.endswith(FILES):
            assert name in names, name


def test_every_page_of_the_admin_that_the_manual_names_exists(box: Box) -> None:
    rules = {route.rule for route in make_app(box, {}).routes}
    named = re.findall(r"`(/admin/[^`?]*)`", manual())
    assert len(named) > 5
    assert set(named) <= rules


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
    text = manual()
    for option in set(re.findall(r"\./install\.sh (--[a-z-]+)", text)):
        assert f"{option})" in (ROOT / "install.sh").read_text(), option


def test_every_room_of_the_manual_exists() -> None:
    text = manual()
    for name in re.findall(r"`(hotspot_lite/[a-z_/.]+)`", text):
        assert (ROOT / name).exists(), name


def test_the_manual_names_the_licence_of_the_package() -> None:
    text = README.read_text(encoding="utf-8")
    assert "GPL-3.0-or-later" in text
    assert "GPL-2.0-or-later" in text
    assert (ROOT / "LICENSE").exists()


def test_the_manual_holds_no_path_of_the_machine_it_was_written_on() -> None:
    text = manual() + (ROOT / "install.sh").read_text()
    for word in ("/work" + "/", "/opt" + "/hl", "pypi" + ".org", "--index" + "-url"):
        assert word not in text


if __name__ == "__main__":
    write()
