"""What should have happened by now and has not: put before a person."""

from __future__ import annotations

from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade import overdue


@huey.job("default", every_seconds=lambda: 20.0, durable=False)
def notice() -> None:
    """Open and close exceptions by the clock; an unbelievable one tells nothing."""
    reading = here.clock()
    if reading.believed:
        overdue.look(reading.at)
