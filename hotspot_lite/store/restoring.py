"""Puts a backup's database in place of the one that is there, which is kept aside."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from hotspot_lite.errors import BadInput
from hotspot_lite.store import backup, migrations
from hotspot_lite.store.backup import KEY, LEDGER

Prepare = Callable[[Path, Path | None], None]


def restore(path: Path, data_dir: Path, prepare: Prepare = lambda *_: None) -> None:
    """Put the database and the key of a backup in place of those of `data_dir`.

    What was there is moved aside first, whole. `prepare` gets the new database, not
    yet in place, and the folder set aside, if any. A power cut at any point leaves
    the old database, or none and the next start does this again. Nothing may have the
    database open (`whoever_has_it_open`). Raises BadInput for a bad backup.
    """
    if wrong := backup.check(path):
        raise BadInput(f"{path} can't be restored: {wrong}", "Choose another backup.")
    with backup.unpacked(path, data_dir) as folder:
        put_in_place(folder, data_dir, prepare)


def put_in_place(folder: Path, data_dir: Path, prepare: Prepare) -> None:
    """`restore`, of a database and a key that lie in `folder`, checked."""
    migrations.migrate(folder / LEDGER)
    move_aside(data_dir)
    prepare(folder / LEDGER, next(iter(set_aside(data_dir)), None))
    for name, mode in ((KEY, 0o600), (LEDGER, 0o660)):
        (folder / name).chmod(mode)
        own_as(data_dir, folder / name)
        backup.sync(folder / name)
        (folder / name).replace(data_dir / name)
    backup.sync(data_dir)


def move_aside(data_dir: Path) -> Path | None:
    """Move the database with its -wal and -shm into a new folder; None: none there.

    Where a power cut comes between the moves, the rest stays beside nothing, and
    SQLite ignores a -wal that is of another file.
    """
    files = [data_dir / f"{LEDGER}{tail}" for tail in ("", "-wal", "-shm")]
    if not files[0].exists():
        return None
    folder = Path(tempfile.mkdtemp(prefix="aside-", dir=data_dir))
    for file in reversed(files):  # the database last: until then we'd begin again
        if file.exists():
            file.replace(folder / file.name)
    backup.sync(folder)
    backup.sync(data_dir)
    return folder


def set_aside(data_dir: Path) -> list[Path]:
    """The databases that were moved aside, the newest first."""
    rows = [path for path in data_dir.glob("aside-*") if (path / LEDGER).exists()]
    return sorted(rows, key=lambda path: path.stat().st_mtime, reverse=True)


def whoever_has_it_open(path: Path) -> list[int]:
    """The processes, as far as we may look, that have the file open (proc(5))."""
    found_pids = set()
    for link in Path("/proc").glob("[0-9]*/fd/*"):
        try:
            if link.readlink() == path.resolve():
                found_pids.add(int(link.parts[2]))
        except OSError:
            continue  # it ended, or is somebody else's
    return sorted(found_pids - {os.getpid()})


def must_be_stopped(path: Path) -> None:
    """Raise BadInput while some process has the database open."""
    if pids := whoever_has_it_open(path):
        raise BadInput(
            f"The box runs (processes {', '.join(map(str, pids))}).",
            "Stop it first: systemctl stop hotspot-lite.target",
        )


def own_as(folder: Path, file: Path) -> None:
    """Root restores for the box's own user."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.chown(file, owner.st_uid, owner.st_gid)
