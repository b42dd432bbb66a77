"""Doctor's report: exit codes, JSON, the page, and that it never breaks off."""

from __future__ import annotations

import ast
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from patient import Examine, Seen

from hotspot_lite import cli, doctor, jobs
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box
from hotspot_lite.doctor import examination, finding
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, ok
from hotspot_lite.jobs import control

KEYS = {
    *("code", "section", "level", "about", "says"),
    *("impact", "remedy", "details", "fixable"),
}


def only(monkeypatch: pytest.MonkeyPatch, *checks: examination.Check) -> None:
    """Let the doctor make these checks and no others."""
    section = examination.Section("Test", "", checks)
    monkeypatch.setattr(examination, "SECTIONS", (section,))


def saying(*levels: str) -> examination.Check:
    def check(case: Case) -> Iterator[Finding]:
        for level in levels:
            yield Finding("HL-TST-01", level, f"It is {level}.", "It matters.", "Act.")

    return check


# -- exit codes and levels ---------------------------------------------------------


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ((), 0),
        (("ok", "note"), 0),
        (("ok", "warning", "note"), 1),
        (("broken", "warning"), 2),
    ],
)
def test_the_exit_code_is_that_of_the_gravest_finding(
    examine: Examine, monkeypatch: pytest.MonkeyPatch, levels: list[str], code: int
) -> None:
    only(monkeypatch, saying(*levels))
    assert examine().code == code


def test_a_check_that_breaks_is_a_finding_and_the_others_go_on(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(case: Case) -> Iterator[Finding]:
        yield ok("HL-TST-02", "this much was seen")
        raise ZeroDivisionError("by nothing")

    only(monkeypatch, breaks, saying("ok"))
    seen = Seen(*doctor.main())
    assert seen.codes() == ["HL-TST-02", "HL-DOC-01", "HL-TST-01"]
    assert "ZeroDivisionError: by nothing" in seen.of("HL-DOC-01")["says"]
    assert seen.code == 1


def test_a_mend_that_breaks_is_told_and_the_finding_stays(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot() -> str:
        raise PermissionError("not yours")

    def check(case: Case) -> Iterator[Finding]:
        yield Finding("HL-TST-03", "broken", "It is so.", mend=cannot)

    only(monkeypatch, check)
    seen = examine(fix=True)
    fixed = seen.fixed("HL-TST-03")
    assert fixed["did"] == "could not: PermissionError: not yours"
    assert not fixed["gone"]
    assert fixed["now"] == "It is so."
    assert seen.code == 2


def test_what_could_not_be_noted_in_the_audit_log_is_told(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def cannot(*told: object) -> None:
        raise OSError("the disk is full")

    def check(case: Case) -> Iterator[Finding]:
        yield Finding("HL-TST-04", "warning", "It is so.", mend=lambda: "mended it")

    only(monkeypatch, check)
    monkeypatch.setattr(examination.audit, "note", cannot)
    seen = examine(fix=True)
    assert seen.fixed("HL-TST-04")["did"] == "mended it"
    assert "the disk is full" in seen.fixed("HL-DOC-02")["did"]


# -- shapes ------------------------------------------------------------------------


def test_every_finding_has_all_its_parts(box: Box, examine: Examine) -> None:
    seen = examine(detailed=True, logs=True)
    for one in seen.report["findings"]:
        assert set(one) == KEYS
        assert one["code"].startswith("HL-")
        if one["level"] in ("warning", "broken"):
            assert one["impact"], one
            assert one["remedy"], one
    assert sum(seen.report["counts"].values()) == len(seen.report["findings"])


def test_the_page_has_one_line_a_finding_and_its_details_indented(
    examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    only(monkeypatch, saying("ok", "broken"))
    lines = doctor.text(examine().report).splitlines()
    assert lines[:5] == [
        "Test",
        "  ok    HL-TST-01  It is ok.",
        "        means: It matters.",
        "        to do: Act.",
        "  FAIL  HL-TST-01  It is broken.",
    ]
    assert lines[-1].startswith("Something is broken. 1 ok, 1 broken; looked for ")


def test_details_of_what_is_well_are_shown_only_when_asked(
    box: Box, worker: Bell, examine: Examine
) -> None:
    report = examine().report
    assert "payments: 0 waiting" not in doctor.text(report)
    assert "payments: 0 waiting" in doctor.text(report, detailed=True)


def test_what_was_fixed_stands_at_the_end_with_what_is_left(
    box: Box, worker: Bell, examine: Examine
) -> None:
    jobs.put("default.sync")
    taken = jobs.rows.take(worker.name, tuple(jobs.lanes.LANES.values()))
    assert taken is not None
    jobs.rows.fail(taken, "It broke.", "Traceback: …")
    text = examine(fix=True).text
    assert "gone  HL-QUE-05  default cleared 1 failed job of default" in text


def test_nothing_to_mend_mends_nothing(
    box: Box, worker: Bell, examine: Examine
) -> None:
    control.pause(jobs.rows, "payments")
    seen = examine(fix=True)
    assert seen.report["fixed"] == []
    assert seen.level("HL-QUE-03") == "broken"


@pytest.mark.parametrize(
    ("octets", "says"),
    [(5, "5 B"), (2048, "2 KiB"), (1.5 * 2**20, "1.5 MiB"), (3 * 2**30, "3.0 GiB")],
)
def test_sizes_are_said_as_people_say_them(octets: float, says: str) -> None:
    assert finding.size(octets) == says


# -- on the command line -----------------------------------------------------------


@pytest.fixture
def command(box: Box, box_environment: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOT_")}
    own = {"HOTSPOT_WEB_PORT": "9", "HOTSPOT_LIVE_PORT": "9"}
    return kept | box_environment | own


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "doctor", *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_the_command_prints_json_and_ends_with_its_code(
    command: dict[str, str],
) -> None:
    done = run(command, "--json")
    report = json.loads(done.stdout)
    assert done.returncode == report["exit_code"] == 2
    assert done.stderr == ""


def test_the_command_prints_the_page_without_colour_into_a_pipe(
    command: dict[str, str],
) -> None:
    done = run(command, "--detailed", "--logs", "--fix")
    assert done.returncode == 2
    assert "\x1b" not in done.stdout
    assert "HL-PRC-01" in done.stdout
    assert done.stderr == ""


def test_a_terminal_gets_colour_unless_it_wants_none(command: dict[str, str]) -> None:
    assert b"\x1b[31;1mFAIL" in on_a_terminal(command)
    assert b"\x1b" not in on_a_terminal(command | {"NO_COLOR": "1"})


def on_a_terminal(environment: dict[str, str]) -> bytes:
    ours, its = pty.openpty()
    words = [sys.executable, "-m", "hotspot_lite", "doctor"]
    process = subprocess.Popen(words, env=environment, stdout=its)
    os.close(its)
    said = b""
    try:
        while chunk := os.read(ours, 4096):
            said += chunk
    except OSError:
        pass  # the terminal's other end is closed: it is over
    os.close(ours)
    process.wait(30)
    return said


def test_a_broken_config_is_named_by_the_command(
    command: dict[str, str], tmp_path: Path
) -> None:
    Path(command["HOTSPOT_CONFIG"]).write_text('[web]\nprot = "80"\n')
    done = run(command, "--fix")
    assert done.returncode == 2
    assert "web.prot" in done.stdout
    assert "web.port" in done.stdout
    assert done.stderr == ""


def test_starting_the_command_line_loads_no_check() -> None:
    program = (
        "import sys, hotspot_lite.cli as cli; cli.parser();"
        "print([m for m in sys.modules if m.startswith('hotspot_lite.doctor')])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True
    )
    assert done.stdout == "[]\n"
    assert callable(cli.parser().parse_args(["doctor"]).verb)


# -- what it advises ---------------------------------------------------------------


def texts(path: Path) -> Iterator[str]:
    """Every text of a module, with X for what is put in when it runs."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.JoinedStr):
            parts = [
                p.value if isinstance(p, ast.Constant) else "X" for p in node.values
            ]
            yield "".join(map(str, parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _literal(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else "X"


def advised() -> list[str]:
    """The first two words of every hotspot-lite command in the doctor's texts."""
    folder = Path(doctor.__file__).parent
    found = {
        words
        for path in folder.glob("*.py")
        for text in texts(path)
        for words in re.findall(r"hotspot-lite ([a-z]+(?: [a-z][a-z-]+)?)", text)
    }
    return sorted(found - {"doctor"})


@pytest.mark.parametrize("words", advised())
def test_a_command_that_it_advises_is_one_the_program_has(words: str) -> None:
    noun, _, verb = words.partition(" ")
    top: Any = cli.parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    assert noun in top
    if verb and top[noun]._subparsers:
        assert verb in top[noun]._subparsers._group_actions[0].choices


def test_enough_commands_are_advised_to_be_worth_checking() -> None:
    assert len(advised()) > 8


def test_every_code_has_one_meaning() -> None:
    folder = Path(doctor.__file__).parent
    homes: dict[str, set[str]] = {}
    for path in folder.glob("*.py"):
        for code in re.findall(r'"(HL-[A-Z]+-\d\d)"', path.read_text(encoding="utf-8")):
            homes.setdefault(code, set()).add(path.name)
    shown_again = {"page.py"}
    assert all(len(where - shown_again) == 1 for where in homes.values()), homes
