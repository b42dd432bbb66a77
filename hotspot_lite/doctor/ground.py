"""Is the machine fit: versions, room on the disk, rights of folders, memory disk."""

from __future__ import annotations

import os
import sqlite3
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from hotspot_lite import serve
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.files import is_shut, is_there
from hotspot_lite.doctor.finding import Finding, many, ok, size
from hotspot_lite.errors import HotspotError
from hotspot_lite.settings import CONFIG_FILE
from hotspot_lite.store import room as rooms

OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 38, 0)  # unixepoch() stands in the view that RADIUS reads
MOUNTS = Path("/proc/mounts")
FOLDER_MODE, FILE_MODE, OTHERS = 0o2770, 0o660, 0o007
ROOT_HINT = "Run: sudo hotspot-lite doctor --fix"


def python(case: Case) -> Iterator[Finding]:
    """The Python that runs us."""
    has = ".".join(map(str, sys.version_info[:3]))
    if sys.version_info >= OLDEST_PYTHON:
        yield ok("HL-PRE-01", f"Python {has}")
        return
    yield Finding(
        "HL-PRE-01",
        "broken",
        f"Python {has} is older than 3.11.",
        "The box's processes don't start with it.",
        "Install Debian 12 or newer, then run install.sh again.",
    )


def sqlite(case: Case) -> Iterator[Finding]:
    """The SQLite that Python was built with."""
    has = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= OLDEST_SQLITE:
        yield ok("HL-PRE-02", f"SQLite {has}")
        return
    yield Finding(
        "HL-PRE-02",
        "broken",
        f"SQLite {has} is older than 3.38.",
        "RADIUS can't ask who has time left: nobody gets online.",
        "Install Debian 12 or newer, then run install.sh again.",
    )


def freeradius(case: Case) -> Iterator[Finding]:
    """The RADIUS server, where Debian's is to be used."""
    if case.settings["radius.server"] != "freeradius":
        yield ok("HL-PRE-03", "RADIUS: our own small server (radius.server = embedded)")
        return
    try:
        yield ok("HL-PRE-03", f"FreeRADIUS: {serve.freeradius()}")
    except HotspotError as exc:
        level = "broken" if case.settings["radius.secret"] else "warning"
        says, todo = "FreeRADIUS is not installed.", exc.todo
        yield Finding("HL-PRE-03", level, says, "Nobody can log in by RADIUS.", todo)


def room(case: Case) -> Iterator[Finding]:
    """Room on the disk that holds the ledger."""
    folder = _nearest(case.settings.data_dir)
    limits = rooms.limits(case.settings)
    found = rooms.look(folder, limits.reserve_bytes)
    state = found.state(limits)
    free, files = size(found.free_bytes), found.free_files
    has = f"{free} free on the disk of {folder}, the reserve not counted"
    if files is not None and files < rooms.LOW_FILES:
        has += f"; {many(files, 'file')} more fit"
    if found.is_read_only:
        has = f"The disk of {folder} can only be read"
    if state == "plenty":
        yield ok("HL-PRE-04", has)
        return
    yield Finding(
        "HL-PRE-04",
        "broken" if state == "full" else "warning",
        has,
        "Nothing new is sold; what is paid goes on."
        if state == "full"
        else "Selling goes on; charts, exports, imports and old backups are stopped.",
        "Find what fills it: du -xh / | sort -h | tail -30",
    )


def _nearest(folder: Path) -> Path:
    while not is_there(folder) and folder != folder.parent:
        folder = folder.parent
    return folder


def memory_disk(case: Case) -> Iterator[Finding]:
    """Whether box.run_dir is in memory."""
    folder = case.settings.run_dir
    kind = _file_system(_nearest(folder))
    if kind in ("tmpfs", "ramfs"):
        yield ok("HL-PRE-05", f"{folder} is in memory ({kind})")
        return
    yield Finding(
        "HL-PRE-05",
        "warning",
        f"{folder} is on a disk ({kind or 'unknown'}), not in memory.",
        "Samples every few seconds wear out an SD card within months.",
        "Set box.run_dir to /run/hotspot-lite, or mount a tmpfs there.",
    )


def _file_system(folder: Path) -> str:
    best, kind = "", ""
    for line in MOUNTS.read_text(encoding="utf-8", errors="replace").splitlines():
        _, point, its, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        inside = folder.resolve().is_relative_to(point)
        if inside and len(point) >= len(best):
            best, kind = point, its
    return kind


# -- rights ------------------------------------------------------------------------


def reach(case: Case) -> Iterator[Finding]:
    """Whether this user may look at the box at all."""
    shut = [f for f in _folders(case) if is_shut(f)]
    if shut:
        names = " and ".join(map(str, shut))
        yield Finding(
            "HL-PRE-07",
            "broken",
            f"This user can't read and write {names}.",
            "The doctor can't see the ledger or the queue; the box may be well.",
            "Run: sudo hotspot-lite doctor",
        )


def _folders(case: Case) -> list[Path]:
    return [case.settings.data_dir, case.settings.run_dir]


def rights(case: Case) -> Iterator[Finding]:
    """The rights that let FreeRADIUS and us share the files (facts/radius.md, 6)."""
    data = case.settings.data_dir
    if is_shut(data) or not is_there(data):
        return
    wrong = dict(wrong_rights(case))
    if not wrong:
        yield ok("HL-PRE-06", f"rights of {data} are right")
        return
    mine = os.geteuid() in (0, data.stat().st_uid)
    yield Finding(
        "HL-PRE-06",
        "broken",
        f"{many(len(wrong), 'file or folder', 'files or folders')} of the box with"
        " wrong rights.",
        "After a restart FreeRADIUS or the box can't open the ledger: no sales, or"
        " no logins.",
        ROOT_HINT,
        details=tuple(f"{path}: {says}" for path, says in wrong.items()),
        mend=(lambda: mend_rights(case)) if mine else None,
    )


def wrong_rights(case: Case) -> Iterator[tuple[Path, str]]:
    """Each file or folder with wrong rights, and what is wrong with them."""
    data = case.settings.data_dir
    for folder in (data, data / "spool"):
        yield from _wrong(folder, FOLDER_MODE)
    group = data.stat().st_gid
    for file in _database_files(data):
        yield from _wrong(file, FILE_MODE, group)
    key = data / "box.key"
    if is_there(key) and key.stat().st_mode & OTHERS:
        yield key, "others can read the key of the callback addresses"


def _wrong(
    path: Path, wanted: int, group: int | None = None
) -> Iterator[tuple[Path, str]]:
    try:
        has = path.stat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(has.st_mode)
    if mode & wanted != wanted or mode & OTHERS:
        yield path, f"mode {mode:o}, it must be {wanted:o}"
    elif group is not None and has.st_gid != group:
        yield path, f"group {has.st_gid}, it must be the folder's ({group})"


def _database_files(data: Path) -> list[Path]:
    return [data / f"hotspot.db{end}" for end in ("", "-wal", "-shm")]


def mend_rights(case: Case) -> str:
    """Give files and folders the rights they must have."""
    data = case.settings.data_dir
    group = data.stat().st_gid
    mended = 0
    for path, _ in wrong_rights(case):
        if path.is_dir():
            path.chmod(FOLDER_MODE)
        elif path.name == "box.key":
            path.chmod(0o600)
        else:
            os.chown(path, -1, group)
            path.chmod(FILE_MODE)
        mended += 1
    return f"mended the rights of {many(mended, 'file or folder', 'files or folders')}"


def config(case: Case) -> Iterator[Finding]:
    """Whether others can read the file with the secrets."""
    file = Path(os.environ.get("HOTSPOT_CONFIG", CONFIG_FILE))
    if not is_there(file) or not file.stat().st_mode & OTHERS:
        return
    mine = os.geteuid() in (0, file.stat().st_uid)
    yield Finding(
        "HL-PRE-09",
        "warning",
        f"{file} can be read by every user of this machine.",
        "It may hold the keys of M-Pesa and the router.",
        f"Run: sudo chmod o-rwx {file}",
        mend=(lambda: _close_to_others(file)) if mine else None,
    )


def _close_to_others(file: Path) -> str:
    file.chmod(stat.S_IMODE(file.stat().st_mode) & ~OTHERS)
    return f"closed {file} to others"
