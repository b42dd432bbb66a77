"""Whether a Raspberry Pi gets enough power.

The firmware counts in bits (Raspberry Pi documentation, get_throttled): 0 under-voltage
now, 2 throttled now, 16 and 18 the same at any time since the start. Its own kernel
shows them in a file, others only the alarm of the hwmon driver `rpi_volt`, and where
neither is there the command vcgencmd may be.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.machine.files import ROOT, number_in, text_of

LOW_NOW, SLOWED_NOW = 1 << 0, 1 << 2
LOW_SINCE, SLOWED_SINCE = 1 << 16, 1 << 18
# Where the firmware's node is differs by board: soc/soc:firmware, soc@107c000000/….
BITS = "sys/devices/platform/*/*firmware/get_throttled"
ASK_SECONDS = 2.0


@dataclass(frozen=True)
class Power:
    """The power supply, now and since the machine started."""

    is_low: bool
    was_low: bool
    is_slowed: bool = False
    was_slowed: bool = False


def model(root: Path = ROOT) -> str:
    """What board it is, "" where the machine doesn't say (a PC, a VM)."""
    return text_of(root / "proc/device-tree/model")


def read(root: Path = ROOT) -> Power | None:
    """The power supply as the firmware sees it; None where nothing looks after it."""
    bits = _bits(root)
    alarm = _alarm(root)
    if bits is None and alarm is None:
        return None
    bits, low = bits or 0, bool(alarm)
    return Power(
        low or bool(bits & LOW_NOW),
        low or bool(bits & (LOW_NOW | LOW_SINCE)),
        bool(bits & SLOWED_NOW),
        bool(bits & (SLOWED_NOW | SLOWED_SINCE)),
    )


def _bits(root: Path) -> int | None:
    for file in sorted(root.glob(BITS)):
        found = number_in(file, 16)
        if found is not None:
            return found
    return _asked() if root == ROOT else None


def _asked() -> int | None:
    """What vcgencmd says: throttled=0x50005."""
    command = shutil.which("vcgencmd")
    if command is None:
        return None
    try:
        done = subprocess.run(  # noqa: S603
            [command, "get_throttled"],
            capture_output=True,
            text=True,
            timeout=ASK_SECONDS,
            check=False,
        )
        return int(done.stdout.partition("=")[2].strip(), 16)
    except (OSError, ValueError, subprocess.TimeoutExpired):
        return None


def _alarm(root: Path) -> int | None:
    for folder in sorted((root / "sys/class/hwmon").glob("hwmon*")):
        if text_of(folder / "name") == "rpi_volt":
            return number_in(folder / "in0_lcrit_alarm")
    return None
