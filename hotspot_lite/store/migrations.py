"""The tables, step by step from the first on; a step that has run is never edited.

Each step is one file of `steps/`, run in the order of the names, in one transaction
with the note that it ran (sqlite-utils), so a power cut leaves the database before it
or after it. sqlite-utils is imported only when migrating: the daemons ask
`is_current` instead.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hotspot_lite.store.damage import DAMAGE
from hotspot_lite.store.file import PAGE_BYTES

if TYPE_CHECKING:
    from sqlite_utils import Database

STEPS = Path(__file__).with_name("steps")


def names() -> list[str]:
    """Every step's name, in the order in which they run."""
    return sorted(path.stem for path in STEPS.glob("[0-9]*.sql"))


def script(name: str) -> str:
    """The SQL of one step."""
    return (STEPS / f"{name}.sql").read_text(encoding="utf-8")


def _steps() -> Any:
    from sqlite_utils import Migrations

    steps = Migrations("hotspot")
    for name in names():
        steps(name=name)(_step(name))
    return steps


def _step(name: str) -> Callable[[Database], None]:
    return lambda db: _run(db.conn, name)


def _run(connection: sqlite3.Connection, name: str) -> None:
    # executescript() would commit the transaction that the step runs in.
    statement = ""
    for line in script(name).splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""
    if statement.strip():
        raise ValueError(f"The step {name} ends in the middle of a statement.")


def migrate(path: Path) -> list[str]:
    """Bring the file at `path` up to date, making it if need be; the steps' names."""
    from sqlite_utils import Database

    old_umask = os.umask(0o007)
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(f"PRAGMA page_size = {PAGE_BYTES}")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            db, steps = Database(connection), _steps()
            pending = [step.name for step in steps.pending(db)]
            steps.apply(db)
        path.chmod(0o660)  # SQLite gives -wal and -shm the same mode
    finally:
        os.umask(old_umask)
    return pending


def is_current(path: Path) -> bool:
    """Whether the file at `path` has had every step."""
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as connection:
        try:
            had = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
        except sqlite3.OperationalError:
            return False
    return set(names()) <= {name for (name,) in had}


def made_at(path: Path) -> str:
    """When the file's first step ran, as it was noted then; "" where nobody can tell.

    No two boxes have the same moment, and all copies of one have.
    """
    first = "SELECT applied_at FROM _sqlite_migrations WHERE name = ?"
    try:
        # Not a write: a broken file stays as it is.
        with closing(sqlite3.connect(f"file:{path}?immutable=1", uri=True)) as found:
            row = found.execute(first, (names()[0],)).fetchone()
    except DAMAGE:
        return ""
    return str(row[0]) if row else ""
