"""What the kernel tells of the machine: power, heat, disk, memory, network, packages.

Everything is read from files below a root folder, "/" but in tests, and nothing is
written. power and heat; disks (wear, errors, what was written); memory; kernel (its
log); net (the way out); packages (Debian's updates); files, which the others read by.

`look` is what the worker minds each minute; it costs some reads of /sys and /proc.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.machine import disks, heat, power
from hotspot_lite.machine.disks import Disk
from hotspot_lite.machine.files import ROOT
from hotspot_lite.machine.heat import Heat
from hotspot_lite.machine.power import Power

__all__ = ["ROOT", "Machine", "look"]


@dataclass(frozen=True)
class Machine:
    """The hardware at one moment; None for what this machine doesn't tell of.

    `disk` is the ledger's, `system` the one that the machine runs from; often the same.
    """

    model: str
    power: Power | None
    heat: Heat | None
    disk: Disk | None
    system: Disk | None


def look(folder: Path, root: Path = ROOT) -> Machine:
    """How the hardware is; `folder` says whose disk matters."""
    model = power.model(root)
    return Machine(
        model,
        power.read(root),
        heat.read(root, model),
        disks.below(folder, root),
        disks.below(Path("/"), root),
    )
