"""Where every job of the journey begins: this box's wires, and its queue."""

from __future__ import annotations

from hotspot_lite import jobs, renewal
from hotspot_lite.jobs.queue import LaneHuey
from hotspot_lite.outside import Outside

here = Outside()
huey = LaneHuey("hotspot-lite", jobs.rows)


def begin() -> None:
    """Open this process's box, as its consumer starts."""
    here.open()
    renewal.begin(here.box.settings, here.box.key, "worker")


huey.opened = begin
