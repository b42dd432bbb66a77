"""Time and data are used, and run out."""

from __future__ import annotations

from hotspot_lite import jobs
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.radius import spool
from hotspot_lite.trade import access, sessions, subscriptions


@huey.job("hotspot-sessions", every_seconds=lambda: 15.0, durable=False)
def expire() -> None:
    """Close what is used up. The router ends its sessions by itself: it was told the
    seconds that are left. An unbelievable clock ends nothing."""
    reading = here.clock()
    if reading.believed:
        subscriptions.end_those_over(reading.at)


@huey.job("hotspot-accounting", every_seconds=lambda: 2.0, durable=False)
def drain() -> None:
    """Take FreeRADIUS's accounting into the ledger, and note wrong tries."""
    folder = here.settings.data_dir / "spool"
    zone = str(here.settings["box.timezone"])
    spool.drain(
        folder / "acct.tsv",
        lambda found: _recorded(sessions.record(found, here.now(), zone)),
    )
    spool.drain_rejects(
        folder / "auth.tsv", lambda found: sessions.note_rejects(found, here.now())
    )


@huey.job("hotspot-accounting", every_seconds=lambda: 60.0, durable=False)
def close_stale() -> None:
    """Close sessions that have been silent for long, if the clock can be believed."""
    reading = here.clock()
    if reading.believed:
        sessions.end_stale(reading.at)


def _recorded(touched: set[int]) -> None:
    access.call_again(touched, here.now())
    jobs.ring("live")
