"""The owner looks on: what goes to pages and is in no ledger."""

from __future__ import annotations

from hotspot_lite import jobs
from hotspot_lite.jobs import sight
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.outside import put_sample, read_sample


@huey.job("router-data", every_seconds=lambda: here.settings["router.sample_seconds"])
def sample() -> None:
    """Read the router's load and who is online there, into /run."""
    if not here.has_router():
        return
    router = here.router()
    load, online = router.resource(), router.active()
    found = {
        "at": here.now(),
        "version": load.version,
        "uptime_seconds": load.uptime_seconds,
        "cpu_load_percent": load.cpu_load_percent,
        "free_memory_bytes": load.free_memory_bytes,
        "total_memory_bytes": load.total_memory_bytes,
        "online": len(online),
    }
    put_sample(here.settings.run_dir, "router", found)


@huey.job("dashboard", every_seconds=lambda: 5.0)
def show() -> None:
    """Put together what the live page shows besides the ledger, into /run."""
    router = read_sample(here.settings.run_dir, "router")
    lanes = sight.counts(jobs.rows)
    found = {"at": here.now(), "router": router, "lanes": lanes}
    put_sample(here.settings.run_dir, "samples", found)
    jobs.ring("live")
