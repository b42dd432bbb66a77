"""Backups: one file each, checked before it counts, thinned as it ages.

A backup is a zip of `hotspot.db`, read beside running daemons (`still`), and
`box.key`, without which callbacks and open pages of the restored box would be
strangers. It is as secret as the box itself: mode 0600. What leaves the box may be
sealed besides: `copies`.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from hotspot_lite.errors import HotspotError
from hotspot_lite.store import migrations, still
from hotspot_lite.store.damage import DAMAGE

LEDGER, KEY = "hotspot.db", "box.key"
SCRATCH = ".making-"
NAME = re.compile(r"hotspot-(\d{8}T\d{6})Z\.zip(\.age)?")
GoesOn = still.GoesOn
HOUR, DAY, WEEK = 3600, 86_400, 7 * 86_400
# The newest of each of the last 24 hours, 7 days and 4 weeks is kept.
KEPT = ((HOUR, 24), (DAY, 7), (WEEK, 4))


@dataclass(frozen=True)
class Backup:
    """One backup's file; `at` is the moment it holds, in seconds since 1970."""

    path: Path
    at: int

    @property
    def size_bytes(self) -> int:
        """How much room it takes."""
        return self.path.stat().st_size


def found(folder: Path) -> list[Backup]:
    """The backups in `folder`, the newest first."""
    found = (named(path) for path in folder.glob("hotspot-*.zip*"))
    return sorted((one for one in found if one), key=lambda one: one.at, reverse=True)


def named(path: Path) -> Backup | None:
    """The backup that a file is by its name, wherever it lies; None: it is none."""
    match = NAME.fullmatch(path.name)
    if match is None:
        return None
    try:
        at = datetime.strptime(match[1], "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
    except ValueError:  # a month 13: no name of ours
        return None
    return Backup(path, int(at.timestamp()))


def make(
    data_dir: Path, folder: Path, now: int, goes_on: GoesOn = lambda: None
) -> Backup:
    """Back up the box of `data_dir` into `folder`, also while it runs.

    `goes_on` is called at each step of what may take minutes on a small board.
    The file appears whole, checked and on the disk, or not at all. Raises
    HotspotError where it can't be written or doesn't pass its check.
    """
    stamp = datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")
    path = folder / f"hotspot-{stamp}.zip"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with scratch(folder) as work:
            _write(work / "new.zip", data_dir, goes_on)
            (work / "new.zip").replace(path)
        sync(folder)
    except DAMAGE as exc:
        raise uncopied(exc) from exc
    except OSError as exc:
        raise unwritable(folder, exc) from exc
    return Backup(path, now)


def check(path: Path) -> str:
    """What is wrong with a backup; "" if it could be restored."""
    try:
        if wrong := _damage(path):
            return wrong
        with unpacked(path) as folder:
            return check_ledger(folder / LEDGER)
    except FileNotFoundError:
        return "There is no such file."
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError) as exc:
        return f"It can't be read: {exc}."


def check_ledger(path: Path) -> str:
    """What is wrong with a database file; "" if it is whole and one of ours."""
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as connection:
            return _trouble(connection)
    except DAMAGE as exc:
        return f"SQLite says: {exc or type(exc).__name__}."


def superfluous(backups: Iterable[Backup], now: int) -> list[Backup]:
    """Those that the rule of hours, days and weeks doesn't keep; never the newest."""
    rows = sorted(backups, key=lambda backup: backup.at, reverse=True)
    kept = set(rows[:1])
    for length_seconds, count in KEPT:
        oldest, seen = now - length_seconds * count, set()
        for backup in rows:
            slot = backup.at // length_seconds
            if backup.at >= oldest and slot not in seen:
                seen.add(slot)
                kept.add(backup)
    return [backup for backup in rows if backup not in kept]


def prune(folder: Path, now: int) -> int:
    """Delete what the rule doesn't keep, and what a power cut left half; how many."""
    gone = superfluous(found(folder), now)
    for backup in gone:
        backup.path.unlink(missing_ok=True)
    for half in folder.glob(".making-*"):
        shutil.rmtree(half, ignore_errors=True)
    return len(gone)


# -- How -----------------------------------------------------------------------


@contextmanager
def scratch(folder: Path) -> Iterator[Path]:
    """A folder of one's own in `folder`: a rename within one disk is all or nothing."""
    path = Path(tempfile.mkdtemp(prefix=SCRATCH, dir=folder))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def forget_scratch(folder: Path, now: int) -> int:
    """Delete what a power cut left of `scratch` a day ago, in clear; how many."""
    found = [
        path
        for path in folder.glob(f"{SCRATCH}*")
        if path.is_dir() and path.stat().st_mtime < now - 86_400
    ]
    for path in found:
        shutil.rmtree(path, ignore_errors=True)
    return len(found)


@contextmanager
def unpacked(path: Path, beside: Path | None = None) -> Iterator[Path]:
    """What is in a backup, in a folder beside it or in `beside`, for a while."""
    with scratch(beside or path.parent) as folder:
        with zipfile.ZipFile(path) as pack:
            for name in (LEDGER, KEY):
                pack.extract(name, folder)
        yield folder


def copy_ledger(source: Path, target: Path, goes_on: GoesOn = lambda: None) -> None:
    """Copy a database that may be written to meanwhile. Raises HotspotError."""
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as ledger:
            ledger.set_progress_handler(goes_on, still.STEPS)
            ledger.execute("VACUUM INTO ?", (str(target),))
    except sqlite3.Error as exc:
        raise uncopied(exc) from exc


def _write(path: Path, data_dir: Path, goes_on: GoesOn) -> None:
    """Write the zip, and have it checked and on the disk. Raises HotspotError."""
    packed = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
    with packed as pack, still.held(data_dir / LEDGER) as reader:
        with pack.open(LEDGER, "w", force_zip64=True) as target:
            if reader is None:
                _write_copy(data_dir / LEDGER, target, path.parent, goes_on)
            else:
                _must_be_good(_trouble(reader, goes_on))
                still.pour(data_dir / LEDGER, target, goes_on)
        pack.write(data_dir / KEY, KEY)
    path.chmod(0o600)
    sync(path)
    _must_be_good(_damage(path, goes_on))


def _write_copy(ledger: Path, target: IO[bytes], work: Path, goes_on: GoesOn) -> None:
    copy_ledger(ledger, work / LEDGER, goes_on)
    _must_be_good(check_ledger(work / LEDGER))
    with (work / LEDGER).open("rb") as source:
        still.copy(source, target, goes_on)


def _must_be_good(wrong: str) -> None:
    if wrong:
        raise HotspotError(
            f"The backup is no good: {wrong}",
            "Run: hotspot-lite doctor. The card or the stick may be worn.",
        )


def _damage(path: Path, goes_on: GoesOn = lambda: None) -> str:
    """What is wrong with a backup as a zip; "" where it holds what was put in."""
    with zipfile.ZipFile(path) as pack:
        if missing := {LEDGER, KEY} - set(pack.namelist()):
            return f"{sorted(missing)[0]} is not in it."
        for name in pack.namelist():
            try:
                with pack.open(name) as file:  # at its end it compares the sum
                    while file.read(still.CHUNK_BYTES):
                        goes_on()
            except zipfile.BadZipFile:
                return f"{name} in it is damaged."
    return ""


def _trouble(connection: sqlite3.Connection, goes_on: GoesOn = lambda: None) -> str:
    """What is wrong with an open database. Raises sqlite3.Error."""
    connection.set_progress_handler(goes_on, still.STEPS)
    rows = connection.execute("PRAGMA quick_check(3)").fetchall()
    if rows != [("ok",)]:
        return str(rows[0][0]).replace("\n", " ")
    ran = connection.execute("SELECT name FROM _sqlite_migrations").fetchall()
    if newer := {name for (name,) in ran} - set(migrations.names()):
        return f"A newer hotspot-lite made it (it knows {sorted(newer)[0]})."
    return ""


def sync(path: Path) -> None:
    """Have it on the disk, not only in memory."""
    fileno = os.open(path, os.O_RDONLY)
    try:
        os.fsync(fileno)
    finally:
        os.close(fileno)


def uncopied(exc: Exception) -> HotspotError:
    """The error for a database that can't be read whole."""
    return HotspotError(
        f"The database can't be copied: {exc}.", "Run: hotspot-lite doctor"
    )


def unwritable(folder: Path, exc: OSError) -> HotspotError:
    """The error for a folder that takes no backup."""
    return HotspotError(
        f"No backup can be written to {folder}: {exc.strerror or exc}.",
        "Make room there, or set backup.dir to another folder.",
    )
