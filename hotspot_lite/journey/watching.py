"""The owner looks on: what goes to pages and is in no ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hotspot_lite import jobs
from hotspot_lite.jobs import sight
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.outside import put_sample, read_sample
from hotspot_lite.trade.online import Showing
from hotspot_lite.wires.routeros import Active, Resource

# While nobody looks, the router has better things to do than to tell us.
UNWATCHED_SECONDS = 60


@huey.job("router-data", every_seconds=lambda: here.settings["router.sample_seconds"])
def sample() -> None:
    """Read the router's load and who is online there, into /run."""
    if not here.has_router():
        return
    before = read_sample(here.settings.run_dir, "router") or {}
    age = here.now() - before.get("at", 0)
    if not here.box.is_watched() and 0 <= age < UNWATCHED_SECONDS:
        return
    router = here.router()
    load, online = router.resource(), router.active()
    now = here.now()
    put_sample(here.settings.run_dir, "router", _figures(load, len(online), now))
    put_online(online, now)


def _figures(load: Resource, online: int, now: int) -> dict[str, Any]:
    return {
        "at": now,
        "version": load.version,
        "uptime_seconds": load.uptime_seconds,
        "cpu_load_percent": load.cpu_load_percent,
        "free_memory_bytes": load.free_memory_bytes,
        "total_memory_bytes": load.total_memory_bytes,
        "free_disk_bytes": load.free_disk_bytes,
        "total_disk_bytes": load.total_disk_bytes,
        "online": online,
    }


def put_online(online: list[Active], now: int) -> None:
    """Write who is online into /run, with the speed since it was last written."""
    old = read_sample(here.settings.run_dir, "online") or {"at": now, "rows": []}
    seconds = now - old["at"]
    before = {(row["user"], row["mac_address"]): row for row in old["rows"]}
    rows = [
        asdict(_showing(one, before.get((one.user, one.mac_address)), seconds))
        for one in online
    ]
    put_sample(here.settings.run_dir, "online", {"at": now, "rows": rows})


def _showing(one: Active, old: dict[str, Any] | None, seconds: int) -> Showing:
    goes_on = old is not None and one.uptime_seconds >= old["uptime_seconds"]

    def speed(name: str, now_bytes: int) -> int | None:
        if old is None or not goes_on or seconds <= 0:
            return None
        return max(0, now_bytes - int(old[name])) * 8 // seconds

    return Showing(
        one.user,
        one.mac_address,
        one.address,
        one.uptime_seconds,
        one.bytes_in,
        one.bytes_out,
        one.session_seconds_left,
        one.radius,
        speed("bytes_in", one.bytes_in),
        speed("bytes_out", one.bytes_out),
    )


@huey.job("dashboard", every_seconds=lambda: 5.0)
def show() -> None:
    """Put together what the live page shows besides the ledger, into /run."""
    router = read_sample(here.settings.run_dir, "router")
    lanes = sight.counts(jobs.rows)
    found = {"at": here.now(), "router": router, "lanes": lanes}
    put_sample(here.settings.run_dir, "samples", found)
    jobs.ring("live")
