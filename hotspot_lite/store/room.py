"""How much room the ledger's disk has, and the reserve kept back for what is paid.

The reserve is a file of real blocks in the data folder. Let go, it is the room in
which callbacks, fulfilling and redeeming go on when nothing else fits any more. What
`look` tells does not change by that: the reserve is never counted as free.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from peewee import PeeweeException

from hotspot_lite.errors import NoRoom
from hotspot_lite.settings import Settings

State = Literal["plenty", "low", "full"]
MIB = 1024 * 1024
RESERVE = "reserve.bin"
# Files that the disk still takes, of whatever size. A sale needs none; SQLite's -wal
# and -shm, a kept callback and the spool do.
LOW_FILES, FULL_FILES = 2000, 200
# A state is left only once there is a quarter more than what it began below: a disk
# on the brink must not open and close the shop each minute.
RECOVERED = 1.25
BLOCK_BYTES = 512  # st_blocks of stat(2)
# What the disk says when it takes nothing: full, over quota, over a limit of the
# process, read-only after a fault, broken.
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
UNWRITABLE = (*NO_ROOM, errno.EROFS, errno.EIO)
SQLITE_SAYS = ("is full", "disk i/o error", "readonly database", "unable to open")


@dataclass(frozen=True)
class Limits:
    """Where the states begin, and how large the reserve is."""

    low_bytes: int
    full_bytes: int
    reserve_bytes: int


@dataclass(frozen=True)
class Room:
    """What a disk has left for us: `free_files` None where it knows no limit."""

    free_bytes: int
    free_files: int | None = None
    is_read_only: bool = False

    def state(self, limits: Limits, was: State = "plenty") -> State:
        """Plenty, low or full, after having been `was`."""
        if self.is_read_only or self._is_below(
            limits.full_bytes, FULL_FILES, was == "full"
        ):
            return "full"
        is_low = was != "plenty"
        return (
            "low" if self._is_below(limits.low_bytes, LOW_FILES, is_low) else "plenty"
        )

    def _is_below(self, least_bytes: int, least_files: int, is_already: bool) -> bool:
        more = RECOVERED if is_already else 1.0
        few = self.free_files is not None and self.free_files < least_files * more
        return few or self.free_bytes < least_bytes * more


def limits(settings: Settings) -> Limits:
    """As the settings say."""
    low, full, reserve = (
        int(settings[name]) * MIB
        for name in ("disk.low_mib", "disk.full_mib", "disk.reserve_mib")
    )
    return Limits(max(low, full), full, reserve)


def look(folder: Path, reserve_bytes: int = 0) -> Room:
    """What is left on the disk of `folder`, the reserve of that size not counted.

    `f_bavail`, not `f_bfree`: what is reserved for root (5 % of an ext4) helps no
    daemon of ours, nor does root see more of it here than they do.
    """
    found = os.statvfs(folder)
    free = found.f_bavail * found.f_frsize
    missing = max(0, reserve_bytes - reserved(folder))
    return Room(
        max(0, free - missing),
        found.f_favail if found.f_files else None,
        bool(found.f_flag & os.ST_RDONLY),
    )


def reserved(folder: Path) -> int:
    """How many bytes the reserve holds just now; 0 where it was let go."""
    try:
        return (folder / RESERVE).stat().st_blocks * BLOCK_BYTES
    except OSError:
        return 0


def reserve(folder: Path, size_bytes: int) -> bool:
    """Make the reserve, of real blocks, where it is missing; whether it was made.

    It appears whole or not at all. Raises OSError where it doesn't fit.
    """
    final, half = folder / RESERVE, folder / f".{RESERVE}.half"
    if not size_bytes or reserved(folder) >= size_bytes:
        return False
    fileno = os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        os.posix_fallocate(fileno, 0, size_bytes)
        os.fsync(fileno)
        half.replace(final)
    finally:
        os.close(fileno)
        half.unlink(missing_ok=True)
    return True


def let_go(folder: Path) -> int:
    """Give the reserve's blocks to who pays; how many bytes that were."""
    held = reserved(folder)
    for name in (RESERVE, f".{RESERVE}.half"):
        (folder / name).unlink(missing_ok=True)
    return held


def need(folder: Path, size_bytes: int, kept: Limits, what: str) -> None:
    """Raise NoRoom where `what`, of that size, would bring the disk near to full."""
    free = look(folder).free_bytes
    if free - size_bytes < kept.full_bytes:
        raise NoRoom(
            f"{what} needs {_mib(size_bytes)}, and {_mib(free)} are left on the disk.",
            "Make room on the disk first: hotspot-lite doctor says how.",
        )


def _mib(size_bytes: int) -> str:
    return f"{-(-size_bytes // MIB)} MiB"


def refuses_all(exc: BaseException | None) -> bool:
    """Whether `exc` says that the disk takes nothing: full, read-only or broken.

    SQLite's own words (sqlite.org/rescode.html: FULL, IOERR, READONLY, CANTOPEN) or
    the system's. A full disk rolls a commit back by itself; what peewee says then is
    that there is nothing to roll back, so what came before it is looked at too.
    """
    while exc is not None:
        if isinstance(exc, OSError) and exc.errno in UNWRITABLE:
            return True
        if isinstance(exc, PeeweeException | sqlite3.Error):
            said = str(exc).lower()
            if any(words in said for words in SQLITE_SAYS):
                return True
        exc = exc.__cause__ or exc.__context__
    return False
