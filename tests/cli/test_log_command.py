"""`hotspot-lite log`: supervisord's file, and the journal by a pretend journalctl."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotspot_lite.cli import main
from hotspot_lite.cli.log import read_since
from hotspot_lite.cli.verbs import Misused
from hotspot_lite.doctor import log_sources, supervision

NOW, OLD = (datetime.now() - timedelta(hours=hours) for hours in (0, 30))
Say = Callable[..., Path]


def line(text: str, at: datetime = NOW) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S},123 {text}"


@pytest.fixture
def supervised(
    box_environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Say]:
    """Writes the log of a supervisord that runs, which is any process of ours."""
    for name, value in box_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(supervision, "SYSTEMD", tmp_path / "none")
    monkeypatch.setattr(log_sources, "LOG_FOLDER", tmp_path / "none")
    run_dir = tmp_path / "run"
    run_dir.mkdir()
    file = tmp_path / "serve.log"
    with file.open("a") as log:
        process = subprocess.Popen(["sleep", "60"], stdout=log)
    (run_dir / "supervisord.pid").write_text(f"{process.pid}\n")

    def say(*lines: str, to: str = "") -> Path:
        target = run_dir / to if to else file
        with target.open("a") as log:
            log.writelines(f"{one}\n" for one in lines)
        return target

    yield say
    process.kill()
    process.wait()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["log", *words]) == 0
    return capsys.readouterr().out.splitlines()


def test_the_newest_lines_of_the_supervisors_log_are_shown(
    supervised: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    supervised(*map(str, range(150)))
    assert said(capsys) == [str(number) for number in range(50, 150)]
    assert said(capsys, "web", "-n", "2") == ["148", "149"]


def test_only_what_is_newer_is_shown(
    supervised: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    supervised(line("old", OLD), "its traceback", line("new"), "of the new one")
    assert said(capsys, "--since", "1h") == [line("new"), "of the new one"]
    assert len(said(capsys, "--since", "2d")) == 4


def test_freeradius_has_a_file_of_its_own(
    supervised: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    supervised("from the web")
    supervised("Ready to process requests", to="freeradius.log")
    assert said(capsys, "radius") == ["Ready to process requests"]
    assert said(capsys, "worker") == ["from the web"]
    assert len(said(capsys)) == 2


def test_a_script_gets_json(
    supervised: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    supervised("one")
    assert json.loads("".join(said(capsys, "--json"))) == {"lines": ["one"]}


@pytest.mark.parametrize("since", [(), ("--since", "1h")])
def test_it_goes_on_with_what_is_said_next(
    supervised: Say, box_environment: dict[str, str], since: tuple[str, ...]
) -> None:
    supervised(line("before"))
    process = subprocess.Popen(
        [sys.executable, "-m", "hotspot_lite", "log", "-f", *since],
        env={**os.environ, **box_environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    try:
        assert process.stdout.readline().endswith("before\n")
        # With --since `tail` begins at the end, so what is said once it is there.
        is_over = threading.Event()

        def talk() -> None:
            while not is_over.wait(0.05):
                supervised("after")

        threading.Thread(target=talk, daemon=True).start()
        assert process.stdout.readline() == "after\n"
        is_over.set()
    finally:
        process.kill()
        process.wait()


def test_no_log_at_all_is_said_with_what_to_do(
    supervised: Say, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run" / "supervisord.pid").unlink()
    assert main(["log"]) == 1
    assert "hotspot-lite serve >>serve.log" in capsys.readouterr().err


@pytest.fixture
def journalctl(
    supervised: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """A machine with systemd, and a pretend journalctl; the file of its arguments."""
    (tmp_path / "run" / "supervisord.pid").unlink()
    monkeypatch.setattr(supervision, "SYSTEMD", tmp_path)
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")

    def make(body: str) -> Path:
        program = folder / "journalctl"
        asked = folder / "asked"
        program.write_text(f'#!/bin/sh\necho "$@" >>{asked}\n{body}\n')
        program.chmod(0o755)
        return asked

    return make


def test_under_systemd_our_namespace_is_read_beside_the_machines_journal(
    journalctl: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = (f"{at:%Y-%m-%dT%H:%M:%S}+0000 box hs[7]: x" for at in (OLD, NOW))
    asked = journalctl(f"echo '{old}'; echo '{new}'")
    assert said(capsys, "web", "-n", "5") == [old, new]
    words = asked.read_text().split()
    assert "--namespace=+hotspot-lite" in words
    assert "--unit=hotspot-lite-web.service" in words
    assert "--lines=5" in words
    # Never --since with --lines: an older journalctl takes the oldest lines then.
    assert said(capsys, "--since", "1h") == [new]
    assert "--since" not in asked.read_text()


def test_who_may_not_read_the_journal_is_told_to_use_sudo(
    journalctl: Callable[[str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    journalctl("echo 'insufficient permissions' >&2; exit 1")
    assert main(["log"]) == 1
    assert "sudo hotspot-lite log" in capsys.readouterr().err


def test_a_box_whose_settings_are_broken_has_a_log_all_the_more(
    journalctl: Callable[[str], Path],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journalctl("echo 'There is no setting web.prot'")
    monkeypatch.setenv("HOTSPOT_WEB_PORT", "eighty")
    assert said(capsys, "web") == ["There is no setting web.prot"]


def test_since_takes_a_length_or_a_time() -> None:
    assert read_since("30m", 10_000.0) == 10_000.0 - 1800
    assert read_since("2d", 1e6) == 1e6 - 2 * 86400
    there = datetime(2026, 11, 29, 14, 0)
    assert read_since("2026-11-29 14:00", 0.0) == there.timestamp()
    with pytest.raises(Misused, match="yesterday"):
        read_since("yesterday", 0.0)


@pytest.mark.parametrize("words", [("-f", "--json"), ("-n", "0"), ("--since", "soon")])
def test_words_that_do_not_fit_are_refused(
    words: tuple[str, ...], supervised: Say, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["log", *words]) == 2
    assert "Traceback" not in capsys.readouterr().err
