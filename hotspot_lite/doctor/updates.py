"""Which version runs here, and whether Debian's own updates come in.

Nothing is fetched to find out: the box tells what lies on its disk already.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import hotspot_lite
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, note, ok, span
from hotspot_lite.machine import packages

PROGRAM = Path(sys.prefix)
# Without a look at Debian's lists for so long nobody knows what waits.
OLD_LISTS_SECONDS = 14 * 86400
MOST_SHOWN = 20


def program(case: Case) -> Iterator[Finding]:
    """The version, since when it is here, and whether a newer one lies beside it."""
    here = PROGRAM.resolve()
    since = _finished_at(here)
    if since is None:
        # Not from install.sh: a checkout, a container.
        yield ok("HL-UPD-01", f"hotspot-lite {hotspot_lite.__version__}")
        return
    age = span(case.now - since)
    newer = [one for one in here.parent.glob("*") if (_finished_at(one) or 0) > since]
    says = f"hotspot-lite {hotspot_lite.__version__}, set up {age} ago"
    if newer:
        todo = "If you went back on purpose, all is well; else run install.sh again."
        says = f"{says}. A newer one lies in {newer[0]}"
        yield note("HL-UPD-01", f"{says}.", "The older one runs.", todo)
        return
    yield ok("HL-UPD-01", says)


def _finished_at(release: Path) -> float | None:
    # install.sh makes it last.
    try:
        return (release / "complete").stat().st_mtime
    except OSError:
        return None


def debian(case: Case) -> Iterator[Finding]:
    """Whether Debian's security updates install themselves; with --detailed how many
    wait, which takes apt some seconds."""
    lists_at = packages.lists_at(case.root)
    if lists_at is None:
        return
    age = case.now - lists_at
    if not packages.updates_itself(case.root):
        yield Finding(
            "HL-UPD-02",
            "warning",
            "Debian's security updates don't install themselves.",
            "Customers' devices can reach this machine: known holes stay open.",
            "Run: sudo apt install unattended-upgrades; sudo dpkg-reconfigure -plow"
            " unattended-upgrades",
        )
    elif age > OLD_LISTS_SECONDS:
        yield Finding(
            "HL-UPD-02",
            "warning",
            f"Debian was last asked for updates {span(age)} ago.",
            "Known holes stay open.",
            "Is there internet? Run: sudo apt update",
        )
    else:
        says = "security updates install themselves"
        yield ok("HL-UPD-02", f"{says}; Debian was asked {span(age)} ago")
    if case.detailed:
        yield from _waiting(case)


def _waiting(case: Case) -> Iterator[Finding]:
    found = packages.waiting(case.root)
    if found is None:
        todo = "Run: apt list --upgradable"
        yield note("HL-UPD-03", "apt doesn't tell which updates wait.", remedy=todo)
    elif not found:
        yield ok("HL-UPD-03", "no security update waits, as far as this box knows")
    else:
        yield Finding(
            "HL-UPD-03",
            "warning",
            f"{many(len(found), 'security update')} of Debian wait.",
            "Known holes stay open.",
            "Run: sudo apt update && sudo apt upgrade",
            details=(", ".join(found[:MOST_SHOWN]),),
        )


def restart(case: Case) -> Iterator[Finding]:
    """Whether an update waits for a restart of the machine."""
    found = packages.must_restart(case.root)
    if found is None:
        return
    names = f" ({', '.join(found[:3])})" if found else ""
    yield note(
        "HL-UPD-04",
        f"An update waits for a restart of the machine{names}.",
        "The old version runs until then.",
        "At a quiet hour: sudo reboot. The box comes back by itself.",
    )
