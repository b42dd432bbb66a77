"""Reads the database file while daemons go on writing, without a copy of it first.

Once a checkpoint has emptied the -wal, a reader that begins then finds everything in
the file itself, and as long as it reads nobody moves pages there: what is committed
meanwhile stays in the -wal (sqlite.org/wal.html, "Checkpointing"). A copy would write
the whole of a grown database to the card each time.
"""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO

from hotspot_lite.errors import HotspotError

GoesOn = Callable[[], None]
CHUNK_BYTES = 256 * 1024
# SQLite calls after so many steps of its own: some times a second.
STEPS = 200_000
# Writers wait while a checkpoint waits for who reads: not for long, and again.
WAIT_SECONDS, TRIES, PAUSE_SECONDS = 0.1, 5, 0.2


@contextmanager
def held(path: Path) -> Iterator[sqlite3.Connection | None]:
    """A reader of the database, all of which stands in the file until the end.

    None where it can't be had: somebody read or wrote all the time, or the disk is
    read-only. Then a copy is the way (`backup.copy_ledger`).
    """
    with closing(_opened(path)) as connection:
        yield connection if _is_held(connection, Path(f"{path}-wal")) else None


def pour(path: Path, target: IO[bytes], goes_on: GoesOn = lambda: None) -> None:
    """Write the file's bytes to `target`. Raises HotspotError where it can't be read.

    Another process reads them: if this one closed a descriptor of the file, POSIX
    would take its SQLite's locks (sqlite.org/howtocorrupt.html, 2.2).
    """
    reader = ["cat", "--", str(path)]
    with subprocess.Popen(reader, stdout=subprocess.PIPE) as cat:  # noqa: S603
        assert cat.stdout is not None
        try:
            copy(cat.stdout, target, goes_on)
        except BaseException:
            cat.kill()
            raise
    if cat.returncode:
        raise HotspotError(
            f"{path} can't be read to its end.", "Run: hotspot-lite doctor"
        )


def copy(source: IO[bytes], target: IO[bytes], goes_on: GoesOn) -> None:
    """Copy all there is; `goes_on` is called after each part of it."""
    while part := source.read(CHUNK_BYTES):
        target.write(part)
        goes_on()


def _opened(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{path}?mode=rw", uri=True, timeout=WAIT_SECONDS, isolation_level=None
    )


def _is_held(connection: sqlite3.Connection, wal: Path) -> bool:
    for _ in range(TRIES):
        try:
            (busy, *_) = connection.execute(
                "PRAGMA wal_checkpoint(TRUNCATE)"
            ).fetchone()
            if not busy:
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if _is_empty(wal):  # nothing was committed between the two
                    return True
                connection.execute("ROLLBACK")
        except sqlite3.OperationalError:
            return False
        time.sleep(PAUSE_SECONDS)
    return False


def _is_empty(wal: Path) -> bool:
    return not wal.exists() or wal.stat().st_size == 0
