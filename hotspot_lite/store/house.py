"""The whole box in one file, for another machine: written, and read with suspicion.

A zip of `hotspot.db`, `box.key`, `config.toml` and `house.json`, which holds the
version and each file's size and SHA-256; sealed where there is a passphrase. The sums
find what a stick or a cable did. Against a forger only the passphrase helps. What lies
in the folders LOOSE, not yet taken into the database, comes along.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from hotspot_lite import __version__
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.store import backup, copies, sealed
from hotspot_lite.store.backup import KEY, LEDGER
from hotspot_lite.store.copies import Digest
from hotspot_lite.store.sealed import Passphrase

CONFIG, MANIFEST = "config.toml", "house.json"
FILES = (LEDGER, KEY, CONFIG)
LOOSE = ("spool", "inbox")
LOOSE_NAME = re.compile(r"(?:spool|inbox)/[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
FORMAT = 1
CHUNK = 64 * 1024
MOST_BYTES = {KEY: 1024, CONFIG: 1024 * 1024, MANIFEST: CHUNK}
ANOTHER = "Make the export again on the old box, or take another copy of it."


@dataclass(frozen=True)
class House:
    """What a file holds: since when (seconds since 1970), made by which version."""

    at: int
    version: str
    bytes: Mapping[str, int]
    sums: Mapping[str, str]

    def as_json(self) -> str:
        """As it stands in the file."""
        files = {
            name: {"bytes": size, "sha256": self.sums[name]}
            for name, size in self.bytes.items()
        }
        head = {"format": FORMAT, "version": self.version, "at": self.at}
        return json.dumps(head | {"files": files}, indent=2) + "\n"


def pack(
    data_dir: Path, config: str, path: Path, now: int, passphrase: Passphrase | None
) -> House:
    """Write the box of `data_dir`, with its settings as TOML, to a new file `path`.

    The box may run meanwhile. The file appears whole, read back and on the disk, mode
    0600, or not at all. Raises BadInput where it is there, HotspotError where it can't
    be made.
    """
    if path.exists():
        raise BadInput(f"{path} is there already.", "Choose another name.")
    if not path.parent.is_dir():
        raise BadInput(f"There is no folder {path.parent}.", "Make it, or choose one.")
    part = path.with_name(f".{path.name}.part")
    try:
        with backup.scratch(data_dir) as work:
            house = _gather(data_dir, config, work, now)
            part.unlink(missing_ok=True)
            sum_ = _write(work, house, part, passphrase)
        if _sum_of(part, passphrase) != sum_:
            raise HotspotError(
                f"{path} can't be read back as it was written.", "Use another disk."
            )
        part.rename(path)
        backup.sync(path.parent)
    except OSError as exc:
        raise HotspotError(
            f"{path} can't be written: {exc.strerror or exc}.",
            "Make room there and in box.data_dir, or choose another place.",
        ) from exc
    finally:
        part.unlink(missing_ok=True)
    return house


def loose_files(folder: Path) -> list[str]:
    """What lies in the folders LOOSE of `folder`, as `spool/name`."""
    found = (path for name in LOOSE for path in (folder / name).glob("*"))
    names = (f"{path.parent.name}/{path.name}" for path in found if path.is_file())
    return sorted(name for name in names if LOOSE_NAME.fullmatch(name))


@contextmanager
def unpacked(
    path: Path, passphrase: Passphrase | None, data_dir: Path
) -> Iterator[tuple[House, Path]]:
    """What `path` holds, and a folder of `data_dir` with its files while this lasts.

    Raises BadInput for a file that is cut, changed, of a newer version, or none of
    ours; nothing of it is then left.
    """
    with ExitStack() as open_:
        try:
            opened = open_.enter_context(copies.plain(path, passphrase, data_dir))
            pack_ = open_.enter_context(zipfile.ZipFile(opened))
            folder = open_.enter_context(backup.scratch(data_dir))
            house = _read(pack_, folder)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as exc:
            raise BadInput(f"{path} is cut off or damaged: {exc}.", ANOTHER) from None
        except OSError as exc:
            raise BadInput(f"{path} can't be read: {exc.strerror or exc}.") from None
        yield house, folder


def _read(pack_: zipfile.ZipFile, folder: Path) -> House:
    names = pack_.namelist()
    if sorted(names) == sorted((LEDGER, KEY)):
        raise BadInput(
            "It is a backup, not an export.", "Run: hotspot-lite backup restore FILE"
        )
    if strange := [name for name in names if not _is_ours(name)]:
        raise BadInput(f"It holds {strange[0][:80]!r}, which no export does.", ANOTHER)
    if MANIFEST not in names:
        raise BadInput(f"{MANIFEST} is missing in it.", ANOTHER)
    with pack_.open(MANIFEST) as file:
        house = _understood(file.read(MOST_BYTES[MANIFEST]))
    if sorted(names) != sorted((*house.bytes, MANIFEST)):
        raise BadInput("Something is missing in it, or there twice.", ANOTHER)
    _has_room(house, folder)
    for name in house.bytes:
        _take_out(pack_, name, house, folder)
    if wrong := backup.check_ledger(folder / LEDGER):
        raise BadInput(f"Its database is no good: {wrong}", ANOTHER)
    return house


def _is_ours(name: str) -> bool:
    return name in (*FILES, MANIFEST) or bool(LOOSE_NAME.fullmatch(name))


def _understood(raw: bytes) -> House:
    try:
        found: dict[str, Any] = json.loads(raw)
        form, version = int(found["format"]), str(found["version"])
        files = {name: found["files"][name] for name in (*FILES, *found["files"])}
        house = House(
            int(found["at"]),
            version,
            {name: int(one["bytes"]) for name, one in files.items()},
            {name: str(one["sha256"]) for name, one in files.items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError) as exc:
        raise BadInput(f"Its {MANIFEST} can't be understood: {exc}.", ANOTHER) from None
    if form > FORMAT or _order(version) > _order(__version__):
        raise BadInput(
            f"hotspot-lite {version} made it; this box has the older {__version__}.",
            f"Install {version} or newer here first, then import it again.",
        )
    return house


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)[:3]))


def _has_room(house: House, folder: Path) -> None:
    # Migrating writes the database once more at most.
    needed, free = 2 * sum(house.bytes.values()), shutil.disk_usage(folder).free
    if needed > free:
        raise BadInput(
            f"It needs {needed / 1e6:,.0f} MB here, and {free / 1e6:,.0f} MB are free.",
            "Make room, or move box.data_dir to a larger disk.",
        )


def _take_out(pack_: zipfile.ZipFile, name: str, house: House, folder: Path) -> None:
    """To a name of ours, never one of the archive, and not a byte more than it says."""
    size = house.bytes[name]
    least = 1 if name in FILES else 0
    if not least <= size <= MOST_BYTES.get(name, size):
        raise BadInput(f"{name} in it is of no size that one has.", ANOTHER)
    (folder / name).parent.mkdir(exist_ok=True)
    with pack_.open(name) as source, (folder / name).open("wb") as target:
        found, left = Digest(target), size
        while left > 0 and (raw := source.read(min(CHUNK, left))):
            left -= found.write(raw)
        if left or source.read(1) or found.hex() != house.sums[name]:
            raise BadInput(f"{name} in it is not what was exported.", ANOTHER)


def _gather(data_dir: Path, config: str, work: Path, now: int) -> House:
    # First what is loose: what is then read in meanwhile comes twice, and counts once.
    loose = loose_files(data_dir)
    for name in loose:
        (work / name).parent.mkdir(exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copyfile(data_dir / name, work / name)
    backup.copy_ledger(data_dir / LEDGER, work / LEDGER)
    if wrong := backup.check_ledger(work / LEDGER):
        raise HotspotError(
            f"The database is no good: {wrong}", "Run: hotspot-lite doctor"
        )
    shutil.copyfile(data_dir / KEY, work / KEY)
    (work / CONFIG).write_text(config, encoding="utf-8")
    sums: dict[str, str] = {}
    there = [*FILES, *(name for name in loose if (work / name).exists())]
    for name in there:
        with (work / name).open("rb") as file:
            sums[name] = hashlib.file_digest(file, "sha256").hexdigest()
    sizes = {name: (work / name).stat().st_size for name in there}
    return House(now, __version__, sizes, sums)


def _write(work: Path, house: House, part: Path, passphrase: Passphrase | None) -> str:
    """The sum of the zip, whatever it is sealed in."""
    fileno = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(fileno, "wb") as file:
        sealer = sealed.Sealer(file, passphrase) if passphrase else None
        found = Digest(sealer or file)
        how = zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(cast(BinaryIO, found), "w", how, compresslevel=3) as pack_:
            pack_.writestr(MANIFEST, house.as_json())
            for name in house.bytes:
                pack_.write(work / name, name)
        if sealer:
            sealer.close()
        file.flush()
        os.fsync(file.fileno())
    return found.hex()


def _sum_of(path: Path, passphrase: Passphrase | None) -> str:
    with path.open("rb") as file:
        if passphrase is None:
            return hashlib.file_digest(file, "sha256").hexdigest()
        found = Digest()
        with suppress(BadInput):
            sealed.unseal(file, cast(BinaryIO, found), passphrase)
        return found.hex()
