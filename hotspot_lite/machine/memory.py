"""Whether memory is short, and whether the card has to serve as memory."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.machine.files import ROOT, text_of

# Our four processes take about 150 MiB; what is left serves as the disk's cache.
LEAST_BYTES = 48 * 1024 * 1024


@dataclass(frozen=True)
class Memory:
    """Memory in bytes. `swapped_bytes` is what lies on a disk, not in zram."""

    total_bytes: int
    available_bytes: int
    swapped_bytes: int
    swap_files: tuple[str, ...]
    killed: int

    @property
    def is_short(self) -> bool:
        """So little that the kernel soon ends a process."""
        return self.available_bytes < LEAST_BYTES


def read(root: Path = ROOT) -> Memory | None:
    """Memory and swap; None where the kernel doesn't say."""
    found = _fields(root)
    if "MemTotal" not in found or "MemAvailable" not in found:
        return None
    on_disk = [(name, used) for name, used in _swaps(root) if "zram" not in name]
    return Memory(
        found["MemTotal"],
        found["MemAvailable"],
        sum(used for _, used in on_disk),
        tuple(name for name, _ in on_disk),
        _killed(root),
    )


def _fields(root: Path) -> dict[str, int]:
    found = {}
    for line in text_of(root / "proc/meminfo").splitlines():
        name, _, rest = line.partition(":")
        words = rest.split()
        if words and words[0].isdigit():
            found[name] = int(words[0]) * 1024
    return found


def _swaps(root: Path) -> list[tuple[str, int]]:
    """Each swap and how much of it is used, in bytes (proc_swaps(5))."""
    lines = text_of(root / "proc/swaps").splitlines()[1:]
    rows = [line.split() for line in lines]
    return [(row[0], int(row[3]) * 1024) for row in rows if len(row) >= 4]


def _killed(root: Path) -> int:
    """How many processes the kernel ended for want of memory since the start."""
    for line in text_of(root / "proc/vmstat").splitlines():
        name, _, count = line.partition(" ")
        if name == "oom_kill" and count.isdigit():
            return int(count)
    return 0
