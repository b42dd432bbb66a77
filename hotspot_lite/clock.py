"""What time it is, and whether to believe it.

A Raspberry Pi has no clock chip: it wakes up in the past and jumps when the network
comes back. Whoever cuts someone off or deletes something asks `Reading.believed`.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

# Two clocks that differ by less agree: HTTP dates and RouterOS have whole seconds,
# and a busy router answers late.
AGREEMENT_SECONDS = 120
# A change of (wall clock - boot clock) larger than this is a step, not drift.
STEP_SECONDS = 2.0
# timesyncd(8) touches it at each synchronisation.
SYNCHRONISED = Path("/run/systemd/timesync/synchronized")

LENGTHS = ((86400, "d", 3600, "h"), (3600, "h", 60, "m"), (60, "m", 1, "s"))


@dataclass(frozen=True)
class Reading:
    """The time: `at` in whole seconds since 1970 (UTC), and whether to believe it."""

    at: int
    believed: bool


def boot_seconds() -> float:
    """Seconds since this machine started, sleep included: never steps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def boot_id() -> str:
    """The kernel's name for this run of the machine: boot seconds compare within it."""
    return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


class Clock:
    """Reads the time against a floor, and collects evidence that it is right.

    `evidence` is a file in /run, shared by our processes, forgotten with the boot.
    `trusted` says that somebody else keeps this machine's clock (a VM's host).
    """

    def __init__(
        self,
        evidence: Path | None = None,
        trusted: bool = False,
        floor: int = 0,
        synchronised: Path = SYNCHRONISED,
    ) -> None:
        self.evidence = evidence
        self.trusted = trusted
        self.floor = floor
        self.synchronised = synchronised

    def now(self, wall: float | None = None, boot: float | None = None) -> Reading:
        """The time, never earlier than the floor: the newest fact we know of."""
        wall = time.time() if wall is None else wall
        boot = boot_seconds() if boot is None else boot
        if wall < self.floor:
            return Reading(self.floor, False)
        return Reading(int(wall), self._is_believed(wall, boot))

    def at(self) -> int:
        """The time alone, where nobody is cut off by it: asks for no evidence."""
        return max(int(time.time()), self.floor)

    def agree(
        self, theirs: float, wall: float | None = None, boot: float | None = None
    ) -> bool:
        """Hold another clock (Daraja's, the router's) against ours; True if they agree.

        `theirs` is in seconds since 1970. Agreement is kept as evidence until the
        machine restarts or its clock is stepped.
        """
        wall = time.time() if wall is None else wall
        boot = boot_seconds() if boot is None else boot
        if abs(theirs - wall) > AGREEMENT_SECONDS:
            return False
        if self.evidence and not self._has_evidence(wall, boot):
            note = {"boot_id": boot_id(), "offset_seconds": wall - boot}
            self.evidence.write_text(json.dumps(note), encoding="ascii")
        return True

    def _is_believed(self, wall: float, boot: float) -> bool:
        if self.trusted or self.synchronised.exists():
            return True
        return self._has_evidence(wall, boot)

    def _has_evidence(self, wall: float, boot: float) -> bool:
        if self.evidence is None:
            return False
        try:
            note = json.loads(self.evidence.read_text(encoding="ascii"))
            same_boot = note["boot_id"] == boot_id()
            moved_seconds = abs((wall - boot) - note["offset_seconds"])
        except (OSError, ValueError, KeyError, TypeError):
            return False
        return bool(same_boot and moved_seconds < AGREEMENT_SECONDS)


def as_text(at: int | None) -> str:
    """Seconds since 1970 as ISO 8601 in UTC with Z: the form in all our JSON."""
    if at is None:
        return ""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def length_text(seconds: float | None) -> str:
    """A length of time, short: 80 ms, 2.5 s, 3 m 20 s, 2 h 5 m, 3 d 4 h; "-" for none.

    static/app.js says the same words.
    """
    if seconds is None:
        return "-"
    if seconds < 0.9995:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 59.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    for size, name, below, below_name in LENGTHS:
        if whole >= size:
            rest = whole % size // below
            return f"{whole // size} {name}" + (f" {rest} {below_name}" if rest else "")
    return f"{whole} s"
