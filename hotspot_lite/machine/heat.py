"""How hot the processor is, and where it begins to suffer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.machine.files import number_in, text_of

# A Pi slows down from 80 C and harder from 85 C (Raspberry Pi documentation,
# frequency management and thermal control).
PI_HOT_C, PI_LAST_C = 80.0, 85.0
HOT_C, LAST_C = 90.0, 95.0
# So far below the limit it has cooled down: it isn't told again with every degree.
COOLED_C = 5.0
# Zones without a sensor say 0, or nonsense.
LEAST_C, MOST_C = 1.0, 150.0


@dataclass(frozen=True)
class Heat:
    """The hottest place of the machine, in degrees Celsius."""

    celsius: float
    zone: str
    hot_c: float
    last_c: float

    @property
    def is_hot(self) -> bool:
        """It slows down, or is about to."""
        return self.celsius >= self.hot_c

    @property
    def is_cool(self) -> bool:
        """Clearly below that."""
        return self.celsius <= self.hot_c - COOLED_C


def read(root: Path, model: str) -> Heat | None:
    """The hottest zone; None where the machine has no sensor (a VM)."""
    zones = (root / "sys/class/thermal").glob("thermal_zone*")
    found = [(c, zone) for zone in sorted(zones) if (c := _celsius(zone)) is not None]
    if not found:
        return None
    celsius, zone = max(found)
    is_pi = "Raspberry Pi" in model
    hot, last = (PI_HOT_C, PI_LAST_C) if is_pi else (HOT_C, LAST_C)
    return Heat(celsius, text_of(zone / "type") or zone.name, hot, last)


def _celsius(zone: Path) -> float | None:
    thousandths = number_in(zone / "temp")
    if thousandths is None:
        return None
    celsius = thousandths / 1000
    return celsius if LEAST_C <= celsius <= MOST_C else None
