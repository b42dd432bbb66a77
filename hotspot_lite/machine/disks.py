"""The disk below a folder: what it is, how worn, how much is written, what failed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.machine.files import ROOT, number_in, text_of

SECTOR_BYTES = 512
# EXT_CSD of an eMMC (JEDEC JESD84-B51): life is told in tenths, 0x01 for the first and
# 0x0B for more than all; of the spare blocks 2 means 80 % used, 3 nearly all.
WORN_PERCENT = 90
SPARE_LOW = 2


@dataclass(frozen=True)
class Card:
    """An SD card or eMMC by what it says of itself.

    Only an eMMC knows its wear: `used_percent` of its life, at most so much, and
    `spare` (1 normal, 2 low, 3 urgent); None where it doesn't say.
    """

    kind: str
    name: str
    manufacturer: str
    made: str
    used_percent: int | None = None
    spare: int | None = None

    @property
    def is_worn(self) -> bool:
        """Its end is near."""
        used, spare = self.used_percent or 0, self.spare or 0
        return used >= WORN_PERCENT or spare >= SPARE_LOW


@dataclass(frozen=True)
class Disk:
    """A disk and the file system on it. `name` is "" where no disk is behind it."""

    name: str
    part: str
    kind: str
    is_read_only: bool
    errors: int = 0
    written_bytes: int | None = None
    lifetime_bytes: int | None = None
    card: Card | None = None


@dataclass(frozen=True)
class Mount:
    """A line of /proc/self/mountinfo (proc_pid_mountinfo(5))."""

    device: str
    point: str
    kind: str
    options: frozenset[str]


def below(folder: Path, root: Path = ROOT) -> Disk | None:
    """The disk that a folder is on; None where that can't be told."""
    mount = _mount(folder, root)
    if mount is None:
        return None
    part, disk = _names(mount.device, root)
    ext4 = root / "sys/fs/ext4" / part
    kilobytes = number_in(ext4 / "lifetime_write_kbytes") if part else None
    return Disk(
        disk,
        part,
        mount.kind,
        bool(mount.options & {"ro", "emergency_ro"}),
        (number_in(ext4 / "errors_count") or 0) if part else 0,
        written(disk, root) if disk else None,
        None if kilobytes is None else kilobytes * 1024,
        card(disk, root) if disk else None,
    )


def names(root: Path = ROOT) -> list[str]:
    """The real disks of the machine, by the kernel's names."""
    there = sorted(path.name for path in (root / "sys/block").glob("*"))
    kinds = ("mmcblk", "sd", "nvme", "vd")
    return [name for name in there if name.startswith(kinds) and "boot" not in name]


def written(disk: str, root: Path = ROOT) -> int | None:
    """Bytes written since the machine started; None where the kernel doesn't say."""
    fields = text_of(root / "sys/block" / disk / "stat").split()
    try:
        return int(fields[6]) * SECTOR_BYTES
    except (IndexError, ValueError):
        return None


def card(disk: str, root: Path = ROOT) -> Card | None:
    """What an SD card or eMMC says of itself; None for other disks."""
    device = root / "sys/block" / disk / "device"
    kind = text_of(device / "type")
    if kind not in ("SD", "MMC"):
        return None
    return Card(
        kind,
        text_of(device / "name"),
        text_of(device / "manfid"),
        text_of(device / "date"),
        _used_percent(device),
        number_in(device / "pre_eol_info", 16) or None,
    )


def _used_percent(device: Path) -> int | None:
    try:
        tenths = [int(word, 16) for word in text_of(device / "life_time").split()]
    except ValueError:
        return None
    return max(tenths) * 10 if any(tenths) else None


def _mount(folder: Path, root: Path) -> Mount | None:
    """The mount that a folder is in: the last one with the longest path to it.

    The options are those of the file system, not of this view of it: in the sandbox of
    a service nearly all is read-only.
    """
    best: Mount | None = None
    folder = folder.resolve()
    for line in text_of(root / "proc/self/mountinfo").splitlines():
        found = _read(line)
        if found is None or not folder.is_relative_to(found.point):
            continue
        if best is None or len(found.point) >= len(best.point):
            best = found
    return best


def _read(line: str) -> Mount | None:
    before, _, after = line.partition(" - ")
    try:
        _, _, device, _, point, *_ = before.split(" ")
        kind, _, options = after.split(" ")
    except ValueError:
        return None
    point = point.replace("\\040", " ")
    return Mount(device, point, kind, frozenset(options.split(",")))


def _names(device: str, root: Path) -> tuple[str, str]:
    """The kernel's names of a partition and of its disk; "" where there is none."""
    link = root / "sys/dev/block" / device
    try:
        folder = link.resolve(strict=True)
        while slaves := sorted((folder / "slaves").glob("*")):
            folder = slaves[0].resolve(strict=True)  # LVM, or an encrypted disk
    except OSError:
        return "", ""
    is_part = (folder / "partition").exists()
    part = link.resolve().name
    return part, folder.parent.name if is_part else folder.name
