"""Opens the SQLite file as money needs it, and lets one thread write at a time."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from peewee import OperationalError, SqliteDatabase

from hotspot_lite.errors import HotspotError

# FULL: in WAL mode NORMAL may forget a commit after a power cut, and we tell
# Safaricom "accepted" once (sqlite.org/pragma.html#pragma_synchronous).
# The cache is small because every thread has a connection of its own.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "full",
    "foreign_keys": 1,
    "cell_size_check": 1,
    "journal_size_limit": 4 * 1024 * 1024,
    "cache_size": -512,
}
# Half of the usual 4096: a commit of small rows writes fewer bytes to the card.
PAGE_BYTES = 2048
BUSY_SECONDS = 10

database = SqliteDatabase(None, lock_type="IMMEDIATE")
# SQLite's own waiting is unfair and slow under load; within a process we queue.
_writer = threading.RLock()


def open_file(path: Path, must_exist: bool = True) -> SqliteDatabase:
    """Point the tables at the file `path`; connections open as threads need them.

    Raises HotspotError where there is no file and `must_exist`.
    """
    if must_exist and not path.exists():
        raise HotspotError(
            f"There is no database at {path}.", "Run: hotspot-lite db migrate"
        )
    # 0660 for the file and its -wal and -shm: FreeRADIUS opens them too, by its
    # group, and whoever comes first creates them.
    os.umask(0o007)
    close()
    database.init(str(path), pragmas=PRAGMAS, timeout=BUSY_SECONDS)
    return database


def close() -> None:
    """Close this thread's connection, if it has one."""
    if database.database and not database.is_closed():
        database.close()


@contextmanager
def atomic(wait_seconds: float | None = None) -> Iterator[None]:
    """One transaction: all of it is on disk afterwards, or nothing is.

    Inside another `atomic` it joins that one. Never do I/O in it: SQLite has one
    writer. `database.after_commit` runs what must wait for the disk. With
    `wait_seconds` it raises what `is_busy` knows once it waited that long to begin.
    """
    if database.in_transaction():
        yield
        return
    with _turn(wait_seconds), database.atomic():
        yield


@contextmanager
def one_moment() -> Iterator[None]:
    """Reads inside see the database as it was at the first of them; writes nothing.

    Writers go on meanwhile. For long looks: a sale in the middle of one would seem to
    be half there.
    """
    with database.atomic("DEFERRED"):
        yield


@contextmanager
def _turn(wait_seconds: float | None) -> Iterator[None]:
    if wait_seconds is None:
        with _writer:
            yield
        return
    until = time.monotonic() + wait_seconds
    if not _writer.acquire(timeout=wait_seconds):
        raise OperationalError("database is locked by another thread")
    try:
        _wait_at_most(until - time.monotonic())
        yield
    finally:
        _wait_at_most(BUSY_SECONDS)
        _writer.release()


def _wait_at_most(seconds: float) -> None:
    milliseconds = max(0, int(seconds * 1000))
    database.connection().execute(f"PRAGMA busy_timeout = {milliseconds}")


def is_busy(exc: BaseException) -> bool:
    """Whether `exc` says that another process held the database too long."""
    return isinstance(exc, OperationalError) and "locked" in str(exc)


def newest_fact_at() -> int:
    """When the newest event was, seconds since 1970: the clock's floor; 0 if none."""
    row = database.execute_sql(
        "SELECT at FROM event ORDER BY seq DESC LIMIT 1"
    ).fetchone()
    return int(row[0]) if row else 0
