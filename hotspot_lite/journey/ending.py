"""Time and data are used, and run out."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace

from hotspot_lite import jobs, samples, store
from hotspot_lite.clock import STEP_SECONDS, boot_id, boot_seconds
from hotspot_lite.errors import TryAgain
from hotspot_lite.journey.cutting import put_out
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.radius import spool
from hotspot_lite.trade.service import (
    access,
    overstay,
    redating,
    sessions,
    subscriptions,
)

# After a start, what ended before we stopped is looked at once more.
LOOK_BACK_SECONDS = 7 * 86_400
MARK = "clock-mark"


# What ends by no clock (data over, money taken back) is cut off within five seconds.
MOST_PAUSE_SECONDS, LEAST_PAUSE_SECONDS = 4.0, 0.5


def _pause() -> float:
    """Until the next time ends, where that is soon: a run costs CPU, and most end
    nothing."""
    next_at = subscriptions.next_end()
    left = 0.0 if next_at is None else next_at - time.time() + 0.1
    if not 0 < left < MOST_PAUSE_SECONDS:
        return MOST_PAUSE_SECONDS  # it is over already only where a clock is in doubt
    return max(LEAST_PAUSE_SECONDS, left)


@huey.job("hotspot-sessions", every_seconds=_pause, durable=False)
def expire() -> None:
    """Close what is used up, and cut it off at the router, now or when it is back.

    The router ends most sessions by itself: it was told the seconds that are left. An
    unbelievable clock ends nothing.
    """
    follow_clock(time.time(), boot_seconds())
    reading = here.clock()
    if not reading.believed:
        return
    subscriptions.end_those_over(reading.at)
    if overstay.shares_data(reading.at) and here.has_router():
        with contextlib.suppress(TryAgain):
            overstay.end_shared(here.router().active(), reading.at)
    since = here.cut_off_until or reading.at - LOOK_BACK_SECONDS
    newest = overstay.newest_end(since)
    if newest is None or not here.has_router():
        return
    with contextlib.suppress(TryAgain):  # the next run is soon; who is away is told
        cut_off(reading.at)
        here.cut_off_until = newest


def follow_clock(wall: float, boot: float) -> int:
    """Move what was sold under a wrong clock, once it is right; by how many seconds.

    `wall` is the machine's clock, `boot` never steps. Called before anything ends.
    """
    offset = wall - boot
    mark = redating.read_mark(samples.newest(here.settings.run_dir, MARK), boot_id())
    seconds = redating.moved_seconds(mark, wall, boot) if mark else 0
    if mark and seconds:
        redating.move(mark, seconds, redating.box_time(mark, wall))
        here.box.clock.floor = store.newest_fact_at()
    reading = here.box.clock.now(wall, boot)
    if mark and not reading.believed:
        # A step that moved nothing (below the newest fact) is known all the same.
        new = replace(mark, offset_seconds=offset)
    else:
        new = redating.mark_here(boot_id(), offset, reading.at)
    if mark is None or _differs(new, mark):
        samples.put(here.settings.run_dir, MARK, new.as_sample())
    return seconds


def _differs(new: redating.Mark, old: redating.Mark) -> bool:
    # The time alone is no news while the clock is believed.
    near = abs(new.offset_seconds - old.offset_seconds) < STEP_SECONDS / 4
    same = replace(new, at=old.at, offset_seconds=old.offset_seconds) == old
    return not (near and same)


def cut_off(now: int) -> int:
    """Put out who is online at the router without time; how many. Raises TryAgain."""
    meant = overstay.overstaying(here.router().active(), now)
    put_out(meant)
    if meant:
        with store.atomic():
            overstay.follow(meant, now)
    return len(meant)


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


@huey.job("hotspot-accounting", every_seconds=lambda: 45.0, durable=False)
def close_stale() -> None:
    """Close sessions that the router no longer has, and those long silent.

    After a reboot of the router, who has time left is called in again as soon as the
    device is seen. Only if the clock can be believed.
    """
    reading = here.clock()
    if not reading.believed:
        return
    sessions.end_stale(reading.at)
    if here.router_answers():
        _agree_with_router(reading.at)
    access.after_reboot(reading.at)


def _agree_with_router(now: int) -> None:
    router = here.router()
    booted_at = now - router.resource().uptime_seconds
    shown = {(one.user, one.mac_address) for one in router.active()}
    sessions.end_gone(shown, booted_at, now)
    cut_off(now)


def _recorded(touched: set[int]) -> None:
    access.call_again(touched, here.now())
    jobs.ring("live")
