"""The owner looks on: what goes to pages and is in no ledger."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from hotspot_lite import jobs, samples
from hotspot_lite.errors import GiveUp
from hotspot_lite.jobs import sight
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.house import figures, room
from hotspot_lite.trade.house.figures import Figure
from hotspot_lite.trade.service.online import Showing
from hotspot_lite.wires.routeros import Active, Resource, Router, Traffic

# While nobody looks, the router has better things to do than to tell us.
UNWATCHED_SECONDS = 60.0
WATCHED_SECONDS = 5.0
# A run that comes a little early is no extra one.
EARLY_SECONDS = 5
CHARTED_SECONDS = 20

# In this process's memory: a worker that starts anew begins a new one.
history = figures.History()


def _pause() -> float:
    """The rhythm for who looks, or for nobody: who begins to look hurries it."""
    watched = here.box.is_watched()
    seconds = float(here.settings["router.sample_seconds"])
    return seconds if watched else UNWATCHED_SECONDS


def _pause_of_show() -> float:
    return WATCHED_SECONDS if here.box.is_watched() else UNWATCHED_SECONDS


@huey.job("router-data", every_seconds=_pause)
def sample() -> None:
    """Read the router's load and who is online there, into /run."""
    if not here.has_router():
        return
    before = samples.newest(here.settings.run_dir, "router") or {}
    age = here.now() - before.get("at", 0)
    if not here.box.is_watched() and 0 <= age < UNWATCHED_SECONDS - EARLY_SECONDS:
        return
    router = here.router()
    load, online = router.resource(), router.active()
    now = here.now()
    figure = _figure(router, load, len(online), now)
    history.add(figure)
    told = {"version": load.version, "uptime_seconds": load.uptime_seconds}
    samples.put(here.settings.run_dir, "router", told | asdict(figure))
    put_online(online, now)
    if now - history.shown_at >= CHARTED_SECONDS:
        history.shown_at = now
        keep_figures(now)


def _figure(router: Router, load: Resource, online: int, now: int) -> Figure:
    moved = _traffic(router)
    return Figure(
        now,
        load.cpu_load_percent,
        _used_percent(load.free_memory_bytes, load.total_memory_bytes),
        _used_percent(load.free_disk_bytes, load.total_disk_bytes),
        router.temperature_c(),
        moved.rx_bits_per_second if moved else 0,
        moved.tx_bits_per_second if moved else 0,
        len(router.rows("/ip/hotspot/host", ".id")),
        online,
    )


def _traffic(router: Router) -> Traffic | None:
    try:
        return router.traffic(here.settings["router.wan"])
    except GiveUp:
        return None  # there is no such interface; the rest is worth telling


def _used_percent(free: int, total: int) -> int:
    return round(100 * (total - free) / total) if total else 0


def keep_figures(now: int) -> None:
    """Put the last hours' minutes into /run for charts; each five minutes one row."""
    minutes = [asdict(one) for one in history.minutes(now)]
    samples.put(here.settings.run_dir, "figures", {"at": now, "minutes": minutes})
    if here.clock().believed and room.standing() == "plenty":
        figures.keep(history, now)


def put_online(online: list[Active], now: int) -> None:
    """Write who is online into /run, with the speed since it was last written."""
    old = samples.newest(here.settings.run_dir, "online") or {"at": now, "rows": []}
    seconds = now - old["at"]
    before = {(row["user"], row["mac_address"]): row for row in old["rows"]}
    rows = [
        asdict(_showing(one, before.get((one.user, one.mac_address)), seconds))
        for one in online
    ]
    samples.put(here.settings.run_dir, "online", {"at": now, "rows": rows})


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


@huey.job("dashboard", every_seconds=_pause_of_show)
def show() -> None:
    """Put together what the live page shows besides the ledger, into /run."""
    router = samples.newest(here.settings.run_dir, "router")
    lanes = sight.counts(jobs.rows)
    found = {"at": here.now(), "router": router, "lanes": lanes}
    samples.put(here.settings.run_dir, "samples", found)
    jobs.ring("live")
