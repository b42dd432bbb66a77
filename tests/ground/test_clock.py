"""The clock says what time it is, and whether to believe it."""

from __future__ import annotations

from pathlib import Path

from hotspot_lite.clock import Clock, as_text

WALL, BOOT = 1_800_000_000.0, 500.0
NEVER = Path("/nonexistent/synchronised")


def clock(tmp_path: Path, floor: int = 0) -> Clock:
    return Clock(tmp_path / "clock.json", floor=floor, synchronised=NEVER)


def test_nobody_vouches_for_the_clock_at_first(tmp_path: Path) -> None:
    reading = clock(tmp_path).now(WALL, BOOT)
    assert (reading.at, reading.believed) == (int(WALL), False)


def test_the_time_daemon_vouches_for_it(tmp_path: Path) -> None:
    flag = tmp_path / "synchronised"
    flag.touch()
    assert Clock(None, synchronised=flag).now(WALL, BOOT).believed


def test_a_trusted_machine_is_believed() -> None:
    assert Clock(None, trusted=True, synchronised=NEVER).now(WALL, BOOT).believed


def test_another_clock_that_agrees_vouches_for_it_in_all_processes(
    tmp_path: Path,
) -> None:
    assert clock(tmp_path).agree(WALL + 60, WALL, BOOT)
    assert clock(tmp_path).now(WALL + 3600, BOOT + 3600).believed


def test_another_clock_that_disagrees_does_not(tmp_path: Path) -> None:
    assert not clock(tmp_path).agree(WALL + 7200, WALL, BOOT)
    assert not clock(tmp_path).now(WALL, BOOT).believed


def test_a_step_ends_the_belief(tmp_path: Path) -> None:
    clock(tmp_path).agree(WALL, WALL, BOOT)
    assert not clock(tmp_path).now(WALL + 86_400, BOOT).believed


def test_evidence_of_another_boot_counts_for_nothing(tmp_path: Path) -> None:
    clock(tmp_path).agree(WALL, WALL, BOOT)
    file = tmp_path / "clock.json"
    file.write_text(file.read_text().replace('"boot_id": "', '"boot_id": "x'))
    assert not clock(tmp_path).now(WALL, BOOT).believed


def test_torn_evidence_counts_for_nothing(tmp_path: Path) -> None:
    (tmp_path / "clock.json").write_text('{"boot_')
    assert not clock(tmp_path).now(WALL, BOOT).believed


def test_the_time_is_never_earlier_than_the_newest_fact(tmp_path: Path) -> None:
    reading = Clock(None, trusted=True, floor=int(WALL)).now(5.0, BOOT)
    assert (reading.at, reading.believed) == (int(WALL), False)


def test_times_are_shown_in_utc_with_z() -> None:
    assert as_text(1_759_579_200) == "2025-10-04T12:00:00Z"
    assert as_text(None) == ""
