"""The two database files: whole, current, not too large, and free to be written to."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hotspot_lite import store
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.files import is_there, read_only
from hotspot_lite.doctor.finding import Finding, many, ok, one_line, size
from hotspot_lite.store import migrations

MIB = 1024 * 1024
# A healthy one is cut to 4 MiB at each checkpoint (store.file.PRAGMAS).
LARGE_WAL_BYTES = 16 * MIB
TURN_SECONDS = 3.0
LARGEST = 5
STOP_HINT = "systemctl stop hotspot-lite.target"


def state(case: Case) -> Iterator[Finding]:
    """Whether the ledger is there, opens, is whole and current."""
    file = case.settings.database_file
    if case.database == "fit":
        yield ok("HL-DB-01", f"{file} opens, quick_check finds nothing wrong")
        return
    code, says, todo = {
        "missing": (
            "HL-DB-01",
            f"There is no database at {file}.",
            "Run: hotspot-lite db migrate (or restore a backup, if there was one)",
        ),
        "closed": (
            "HL-DB-01",
            f"{file} can't be opened: {one_line(case.database_says)}.",
            "Run: sudo hotspot-lite doctor; who holds it: sudo fuser -v " + str(file),
        ),
        "damaged": (
            "HL-DB-02",
            f"{file} is damaged: {one_line(case.database_says)}.",
            f"Run: {STOP_HINT}; move hotspot.db, -wal and -shm aside together; restore"
            " the newest backup.",
        ),
        "pending": (
            "HL-DB-05",
            f"{file} lacks migrations of this version, up to {migrations.names()[-1]}.",
            "Run: hotspot-lite db migrate, then restart the box",
        ),
    }[case.database]
    impact = "Nothing can be sold, and queue and money can't be looked at here."
    yield Finding(code, "broken", says, impact, todo)


def queue_file(case: Case) -> Iterator[Finding]:
    """Whether queue.db in /run is whole: reservations and volatile jobs."""
    if case.queue in ("damaged", "closed"):
        file = case.settings.run_dir / "queue.db"
        yield Finding(
            "HL-DB-08",
            "broken",
            f"{file} can't be used: {one_line(case.queue_says)}.",
            "No job runs: nobody who pays gets time.",
            f"Run: {STOP_HINT}; rm {file}*; systemctl start hotspot-lite.target",
        )


def sizes(case: Case) -> Iterator[Finding]:
    """How large the ledger is, and what takes the room."""
    file = case.settings.database_file
    tables = _largest(file)
    wal = _size(file.with_name(f"{file.name}-wal"))
    says = f"ledger {size(_size(file))}, its WAL {size(wal)}"
    yield ok("HL-DB-04", says, "", tables)


def wal(case: Case) -> Iterator[Finding]:
    """A WAL that was not brought in for long."""
    file = case.settings.database_file
    octets = _size(file.with_name(f"{file.name}-wal"))
    if octets <= LARGE_WAL_BYTES:
        return
    yield Finding(
        "HL-DB-03",
        "warning",
        f"The WAL is {size(octets)}; up to {size(LARGE_WAL_BYTES)} is usual.",
        "Reading gets slower and the disk fuller; somebody reads without an end.",
        "Run: hotspot-lite doctor --fix; if it stays, restart the box",
        mend=_checkpoint,
    )


def _checkpoint() -> str:
    busy, _, _ = store.database.execute_sql(
        "PRAGMA wal_checkpoint(TRUNCATE)"
    ).fetchone()
    if busy:
        return "the WAL could not be cut: somebody is reading; restart the box"
    return "brought the WAL in and cut it"


def _size(file: Path) -> int:
    return file.stat().st_size if is_there(file) else 0


def _largest(file: Path) -> list[str]:
    """The tables with the most pages; by rows where SQLite lacks dbstat."""
    with closing(read_only(file)) as connection:
        try:
            found = connection.execute(
                "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s JOIN sqlite_master m"
                " ON m.name = s.name GROUP BY 1 ORDER BY 2 DESC LIMIT ?",
                (LARGEST,),
            ).fetchall()
        except sqlite3.OperationalError:
            return _most_rows(connection)
    return [f"{name}: {size(octets)}" for name, octets in found]


def _most_rows(connection: sqlite3.Connection) -> list[str]:
    names = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    ).fetchall()
    rows = [
        (connection.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0], n)  # noqa: S608
        for (n,) in names
    ]
    found = sorted(rows, reverse=True)[:LARGEST]
    return [f"{name}: {many(count, 'row')}" for count, name in found]


def turn(case: Case) -> Iterator[Finding]:
    """Whether somebody holds the writer's turn for ever."""
    file = case.settings.database_file
    with closing(sqlite3.connect(file, TURN_SECONDS, isolation_level=None)) as one:
        try:
            one.execute("BEGIN IMMEDIATE")
            one.execute("ROLLBACK")
            return
        except sqlite3.OperationalError as exc:
            says = str(exc)
    yield Finding(
        "HL-DB-07",
        "broken",
        f"Nobody could write to the ledger for {TURN_SECONDS:.0f} s: {says}.",
        "No sale, no callback and no job can be written down.",
        "See who has it open: fuser -v " + str(file) + "; restart the box",
    )


def foreign_keys(case: Case) -> Iterator[Finding]:
    """Rows that name others which aren't there (--detailed)."""
    if not case.detailed:
        return
    with closing(read_only(case.settings.database_file)) as connection:
        found = connection.execute("PRAGMA foreign_key_check").fetchall()
    if not found:
        yield ok("HL-DB-06", "every row finds the rows that it names")
        return
    tables = sorted(
        {f"{child} names a missing {parent}" for child, _, parent, _ in found}
    )
    yield Finding(
        "HL-DB-06",
        "broken",
        f"{many(len(found), 'row')} of the ledger name others that aren't there.",
        "Reports and refunds about them are wrong.",
        "Somebody wrote past the box: restore a backup, or ask for help with the list.",
        details=tuple(tables),
    )
