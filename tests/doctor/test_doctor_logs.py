"""Doctor --logs: errors of the last day, and how each lane's jobs went."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from patient import Examine

from hotspot_lite.box import Box
from hotspot_lite.doctor import log_sources, supervision

NOW, OLD = (datetime.now() - timedelta(hours=hours) for hours in (0, 30))
DONE = "end=done ms={} lane=payments job=payments.fulfil id=d{} try=1 tags= args={{}}"


def write(folder: Path, *lines: str, at: datetime = NOW) -> None:
    with (folder / "serve.log").open("a") as log:
        for line in lines:
            log.write(f"{at:%Y-%m-%d %H:%M:%S},123 {line}\n")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "log"
    found.mkdir()
    monkeypatch.setattr(log_sources, "LOG_FOLDER", found)
    return found


def test_logs_are_read_only_when_asked(
    box: Box, examine: Examine, folder: Path
) -> None:
    write(folder, "ERROR: broken")
    assert "HL-LOG-01" not in examine().codes()
    assert examine(logs=True).level("HL-LOG-02") == "warning"


def test_no_log_at_all_is_a_note(box: Box, examine: Examine, folder: Path) -> None:
    assert examine(logs=True).level("HL-LOG-01") == "note"


def test_the_same_error_with_other_numbers_is_one_line_with_a_count(
    box: Box, examine: Examine, folder: Path
) -> None:
    for number in range(270):
        write(folder, f"PermissionError: [Errno 1] not ours: 'app-{number}.log'")
    write(folder, "end=failed ms=3 lane=default job=default.sync id=d9 error=It broke.")
    found = examine(logs=True).of("HL-LOG-02")
    assert "271 errors" in found["says"]
    assert found["details"][0].startswith("270x ")
    assert len(found["details"]) == 2


def test_yesterdays_errors_and_their_tracebacks_are_left_out(
    box: Box, examine: Examine, folder: Path
) -> None:
    write(folder, "ERROR: long ago", at=OLD)
    with (folder / "serve.log").open("a") as log:
        log.write("ValueError: without a time, so as old\n")
    write(folder, DONE.format(5, 1))
    assert "HL-LOG-02" not in examine(logs=True).codes()


def test_each_lane_tells_how_its_jobs_ended_and_how_long_they_took(
    box: Box, examine: Examine, folder: Path
) -> None:
    write(folder, *(DONE.format(ms, ms) for ms in (5, 20, 900)))
    write(folder, DONE.format(7, 7).replace("end=done", "end=again") + " error=Busy.")
    found = examine(logs=True).of("HL-LOG-04")
    assert found["details"] == [
        "payments: 3 done, 1 again; half within 20 ms, slowest 900 ms"
    ]


def test_a_ledger_that_was_busy_is_counted(
    box: Box, examine: Examine, folder: Path
) -> None:
    write(folder, "peewee.OperationalError: database is locked", "all is well")
    assert "1 time in 24 h" in examine(logs=True).of("HL-LOG-03")["says"]


def test_phone_numbers_in_logs_are_masked(
    box: Box, examine: Examine, folder: Path
) -> None:
    write(folder, "ERROR: no SMS to 254712345678 or 0712345678")
    assert "712345678" not in examine(logs=True).text


def test_under_systemd_the_journal_is_read(
    box: Box,
    examine: Examine,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = f"{NOW:%Y-%m-%dT%H:%M:%S}+0000 box hotspot-lite[7]: ERROR: in the journal"
    command = tmp_path / "bin" / "journalctl"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\necho '{said}'\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:/usr/bin:/bin")
    monkeypatch.setattr(supervision, "SYSTEMD", tmp_path)
    seen = examine(logs=True)
    assert "the journal" in seen.of("HL-LOG-01")["says"]
    assert "in the journal" in seen.of("HL-LOG-02")["details"][0]
