"""Doctor: the two database files missing, shut, garbled, old, large or held."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing

import pytest
from patient import Examine

from hotspot_lite import jobs, store
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box
from hotspot_lite.doctor import files, ledger


def close(box: Box) -> None:
    store.close()
    jobs.rows.run.close()


def test_a_whole_ledger_is_well(box: Box, examine: Examine) -> None:
    seen = examine(detailed=True)
    assert [seen.level(f"HL-DB-0{n}") for n in (1, 4, 6)] == ["ok"] * 3
    assert seen.of("HL-DB-04")["details"]


def test_no_ledger_at_all_is_told_with_the_command_that_makes_one(
    box: Box, examine: Examine
) -> None:
    close(box)
    for file in box.settings.data_dir.glob("hotspot.db*"):
        file.unlink()
    seen = examine(detailed=True, logs=True, fix=True)
    assert "db migrate" in seen.of("HL-DB-01")["remedy"]
    assert seen.code == 2
    assert not box.settings.database_file.exists()


@pytest.mark.parametrize("at", [0, 30, 2048, 6000, 40_000])
def test_a_garbled_ledger_is_found_and_not_written_to(
    box: Box, examine: Examine, at: int
) -> None:
    close(box)
    file = box.settings.database_file
    with file.open("r+b") as raw:
        raw.seek(at)
        raw.write(os.urandom(2048))
    before = file.read_bytes()
    seen = examine(detailed=True, logs=True, fix=True)
    assert seen.code == 2
    assert {"HL-DB-02", "HL-DB-05"} & set(seen.codes())
    assert file.read_bytes() == before


def test_a_file_that_is_no_database_is_named(box: Box, examine: Examine) -> None:
    close(box)
    box.settings.database_file.write_text("this is a shopping list\n" * 100)
    found = examine().of("HL-DB-02")
    assert "not a database" in found["says"]
    assert "restore" in found["remedy"]


def test_pending_migrations_are_told(box: Box, examine: Examine) -> None:
    jobs.rows.main.execute_sql("DELETE FROM _sqlite_migrations")
    close(box)
    seen = examine()
    assert "db migrate" in seen.of("HL-DB-05")["remedy"]
    assert "HL-QUE-01" not in seen.codes()


def test_a_large_wal_is_brought_in(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "LARGE_WAL_BYTES", 64 * 1024)
    with closing(sqlite3.connect(box.settings.database_file)) as other:
        other.execute("PRAGMA wal_autocheckpoint = 0")
        for number in range(200):
            with other:
                other.execute(
                    "INSERT INTO stored VALUES (?, ?)", (f"n{number}", "x" * 900)
                )
        assert examine().of("HL-DB-03")["fixable"]
        seen = examine(fix=True)
    assert seen.fixed("HL-DB-03")["did"] == "brought the WAL in and cut it"
    assert seen.fixed("HL-DB-03")["gone"]


def test_a_writer_that_never_ends_is_found(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ledger, "TURN_SECONDS", 0.2)
    with closing(
        sqlite3.connect(box.settings.database_file, isolation_level=None)
    ) as other:
        other.execute("BEGIN IMMEDIATE")
        found = examine().of("HL-DB-07")
        other.execute("ROLLBACK")
    assert found["level"] == "broken"
    assert "HL-DB-07" not in examine().codes()


def test_rows_that_name_missing_ones_are_found_when_asked(
    box: Box, examine: Examine
) -> None:
    with closing(sqlite3.connect(box.settings.database_file)) as other, other:
        other.execute(
            "INSERT INTO voucher (batch_id, code, redeemed_mac) VALUES (99, 'x', '')"
        )
    assert "HL-DB-06" not in examine().codes()
    found = examine(detailed=True).of("HL-DB-06")
    assert found["level"] == "broken"
    assert found["details"] == ["voucher names a missing voucher_batch"]


def test_a_garbled_queue_file_is_told_and_the_money_is_still_looked_at(
    box: Box, worker: Bell, examine: Examine
) -> None:
    close(box)
    for end in ("-wal", "-shm"):
        box.settings.run_dir.joinpath(f"queue.db{end}").unlink(missing_ok=True)
    (box.settings.run_dir / "queue.db").write_bytes(os.urandom(8192))
    seen = examine()
    assert seen.level("HL-DB-08") == "broken"
    assert seen.level("HL-MON-01") == "ok"
    assert "HL-QUE-01" not in seen.codes()


def test_a_box_whose_memory_was_cleared_is_looked_at_without_making_files(
    box: Box, examine: Examine
) -> None:
    close(box)
    for file in box.settings.run_dir.glob("queue.db*"):
        file.unlink()
    seen = examine(fix=True)
    assert seen.level("HL-PRC-01") == "broken"
    assert not list(box.settings.run_dir.glob("queue.db*"))


def test_a_ledger_that_somebody_locks_whole_is_not_called_damaged(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHECK_SECONDS", 0.2)
    close(box)
    with closing(
        sqlite3.connect(box.settings.database_file, isolation_level=None)
    ) as other:
        other.execute("PRAGMA locking_mode = EXCLUSIVE")
        other.execute("BEGIN EXCLUSIVE")
        found = examine().of("HL-DB-01")
    assert found["level"] == "broken"
    assert "locked" in found["says"]
    assert "fuser" in found["remedy"]
