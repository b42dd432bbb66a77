"""Copies of backups that leave the box: sealed where there is a passphrase.

A sealed one is `hotspot-….zip.age`. What is opened of it lies on the box's own disk
only, never on the stick, and is deleted at once.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.store import backup, sealed, still
from hotspot_lite.store.backup import Backup, GoesOn
from hotspot_lite.store.damage import DAMAGE
from hotspot_lite.store.sealed import Passphrase


class Digest:
    """Written to as a file is: keeps the SHA-256 and hands on to `target`, if any."""

    def __init__(
        self,
        target: BinaryIO | sealed.Sealer | None = None,
        goes_on: GoesOn = lambda: None,
    ) -> None:
        self._sum, self._target, self._goes_on = hashlib.sha256(), target, goes_on

    def write(self, raw: bytes) -> int:
        """Take some bytes; how many."""
        self._sum.update(raw)
        if self._target is not None:
            self._target.write(raw)
        self._goes_on()
        return len(raw)

    def flush(self) -> None:
        """Nothing: whoever made the target flushes it."""

    def hex(self) -> str:
        """The sum of all that was written."""
        return self._sum.hexdigest()


def copy_to(
    one: Backup,
    folder: Path,
    passphrase: Passphrase | None = None,
    goes_on: GoesOn = lambda: None,
) -> Backup:
    """Copy a backup to another disk and read it back; sealed with a passphrase.

    A folder that isn't there is an error, not made: the stick is out, and files
    under its mount point would fill our own card. Raises HotspotError.
    """
    if not folder.is_dir():
        raise HotspotError(
            f"{folder} is not there.", "Plug in the stick, or mend backup.copy_to."
        )
    name = one.path.name.removesuffix(sealed.ENDING)
    name += sealed.ENDING if passphrase else ""
    part = folder / f".{name}.part"
    try:
        part.unlink(missing_ok=True)
        part.touch(0o600)
        _write(one.path, part, passphrase, goes_on)
        backup.sync(part)
        if wrong := _read_back(one.path, part, passphrase, goes_on):
            raise HotspotError(f"The copy in {folder} is no good: {wrong}", "Mend it.")
        part.replace(folder / name)
        backup.sync(folder)
    except OSError as exc:
        raise backup.unwritable(folder, exc) from exc
    finally:
        part.unlink(missing_ok=True)
    return Backup(folder / name, one.at)


def make_to(
    data_dir: Path, folder: Path, now: int, passphrase: Passphrase | None
) -> Backup:
    """Back up the box of `data_dir` right into `folder`, on whatever disk.

    Sealed with a passphrase, and then nothing lies there in clear, not for a moment.
    Raises HotspotError.
    """
    if passphrase is None:
        return backup.make(data_dir, folder, now)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with backup.scratch(data_dir) as work:
            return copy_to(backup.make(data_dir, work, now), folder, passphrase)
    except OSError as exc:
        raise backup.unwritable(folder, exc) from exc


@contextmanager
def plain(path: Path, passphrase: Passphrase | None, work: Path) -> Iterator[Path]:
    """The file itself, or what is sealed in it, in a folder of `work` meanwhile.

    Raises BadInput: a wrong passphrase and a cut or changed file have their own words.
    """
    try:
        is_sealed = sealed.is_sealed(path)
    except OSError as exc:
        raise BadInput(
            f"{path} can't be read: {exc.strerror}.", "Is it there, and yours to read?"
        ) from None
    if not is_sealed:
        yield path
        return
    if passphrase is None:
        raise BadInput(
            f"{path} is encrypted.",
            "Name the file with its passphrase: --passphrase-file FILE"
            " (or set backup.passphrase_file).",
        )
    with backup.scratch(work) as folder:
        opened = folder / path.name.removesuffix(sealed.ENDING)
        try:
            with path.open("rb") as source, opened.open("wb") as target:
                sealed.unseal(source, target, passphrase)
        except OSError as exc:
            raise HotspotError(
                f"{path} can't be opened in {work}: {exc.strerror or exc}.",
                "Make room there, or take another copy of it.",
            ) from exc
        yield opened


def check(path: Path, passphrase: Passphrase | None, work: Path) -> str:
    """What is wrong with a backup, sealed or not; "" if it could be restored."""
    if not path.exists():
        return "There is no such file."
    try:
        with plain(path, passphrase, work) as opened:
            return backup.check(opened)
    except HotspotError as exc:
        return str(exc)
    except (OSError, *DAMAGE) as exc:
        return f"It can't be read: {exc}."


def _write(
    source: Path, target: Path, passphrase: Passphrase | None, goes_on: GoesOn
) -> None:
    with source.open("rb") as plain_file, target.open("wb") as file:
        if passphrase:
            into = cast(BinaryIO, Digest(file, goes_on))
            sealed.seal(plain_file, into, passphrase)
        else:
            still.copy(plain_file, file, goes_on)


def _read_back(
    source: Path, copy: Path, passphrase: Passphrase | None, goes_on: GoesOn
) -> str:
    found = Digest(goes_on=goes_on)
    into = cast(BinaryIO, found)
    with copy.open("rb") as file:
        try:
            if passphrase is None:
                shutil.copyfileobj(file, into)
            else:
                sealed.unseal(file, into, passphrase)
        except HotspotError as exc:
            return exc.says
    with source.open("rb") as file:
        same = hashlib.file_digest(file, "sha256").hexdigest() == found.hex()
    return "" if same else "It holds something else."
