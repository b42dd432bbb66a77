"""Is the machine itself well? What would end in a dead box is told unasked, once."""

from __future__ import annotations

import logging

from hotspot_lite import machine, samples
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.machine import Machine
from hotspot_lite.patience import within
from hotspot_lite.trade.house import conditions

log = logging.getLogger(__name__)
ROOT = machine.ROOT
LOOK_SECONDS = 20.0
# A weak supply fails under load and seems well a minute later: so long it must stay
# well before that is believed.
WELL_SECONDS = 3600
LOW_POWER = (
    "The power supply of the box is too weak (under-voltage). Cards and data break by"
    " that: use the Pi's own power supply and a short cable."
)
HOT = "The box is so hot that it slows down. Give it air and shade."
WORN = "The card of the box is nearly worn out. Copy a backup off it and change it."
FAILING = (
    "The file system of the box has noted errors: the card is failing, or was harmed by"
    " a power cut. Copy a backup off it; change the card, or have it checked."
)
READ_ONLY = (
    "The system's card has become read-only after errors: it is dying. Copy a backup"
    " off the box and change the card."
)


@huey.job("default", every_seconds=lambda: 60.0, durable=False)
def mind_machine() -> None:
    """Look at power, heat and the card; tell what begins and what ends."""
    root, folder = ROOT, here.settings.data_dir
    seen = within(LOOK_SECONDS, lambda: machine.look(folder, root))
    before = samples.newest(here.settings.run_dir, "machine") or {}
    now = here.now()
    told = {
        "low_at": _low_at(seen, before, now),
        "is_hot": _is_hot(seen, bool(before.get("is_hot"))),
        "read_only": seen.disk is not None and seen.disk.is_read_only,
    }
    if told != before:
        samples.put(here.settings.run_dir, "machine", told)
    _tell(seen, told["low_at"] is not None, bool(told["is_hot"]), now)


def _low_at(seen: Machine, before: dict[str, object], now: int) -> int | None:
    """When power was last too low, None where that is long ago.

    In /run: it outlives the worker, and is forgotten with the machine's start. What the
    firmware remembers since the start doesn't count again: it may be mended by now.
    """
    if seen.power is None:
        return None
    low_at = before.get("low_at")
    is_first_look = not before
    if seen.power.is_low or (seen.power.was_low and is_first_look):
        # Written anew now and then, not with each look.
        is_fresh = isinstance(low_at, int) and 0 <= now - low_at < WELL_SECONDS / 4
        return low_at if is_fresh and isinstance(low_at, int) else now
    if isinstance(low_at, int) and now - low_at < WELL_SECONDS:
        return low_at
    return None


def _is_hot(seen: Machine, was_hot: bool) -> bool:
    if seen.heat is None:
        return False
    return not seen.heat.is_cool if was_hot else seen.heat.is_hot


def _tell(seen: Machine, is_low: bool, is_hot: bool, now: int) -> None:
    if seen.disk is not None and seen.disk.is_read_only:
        # Nothing can be noted there: the sample in /run tells the admin's pages.
        log.critical("%s is read-only: nothing can be sold.", seen.disk.part)
        return
    there = [disk for disk in (seen.disk, seen.system) if disk is not None]
    for name, is_wrong, says in (
        ("power-low", is_low, LOW_POWER),
        ("box-hot", is_hot, HOT),
        ("card-worn", any(d.card is not None and d.card.is_worn for d in there), WORN),
        ("card-errors", any(d.errors for d in there), FAILING),
        # Without errors somebody made it so on purpose.
        ("card-read-only", any(d.is_read_only and d.errors for d in there), READ_ONLY),
    ):
        conditions.observe(name, is_wrong, says, now)
