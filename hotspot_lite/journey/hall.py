"""Where every job of the journey begins: this box's wires, and its queue."""

from __future__ import annotations

from hotspot_lite import jobs
from hotspot_lite.jobs.queue import LaneHuey
from hotspot_lite.outside import Outside

here = Outside()
huey = LaneHuey("hotspot-lite", jobs.rows)
huey.opened = here.open
