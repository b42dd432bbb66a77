"""The disk fills: what is not needed stops, then selling; never what is paid."""

from __future__ import annotations

from contextlib import suppress

from hotspot_lite import jobs
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.journey.keeping import places, tidy
from hotspot_lite.store import room as disk
from hotspot_lite.trade.house import room
from hotspot_lite.trade.keeping import backups

LOOK_SECONDS = 15.0


# On a lane whose jobs are short: behind a backup it would come too late.
@huey.job("dashboard", every_seconds=lambda: LOOK_SECONDS)
def look_at_room() -> None:
    """Look how much room the ledger's disk has, and act where that is news.

    Full, the reserve is let go first: to note it down is to write. It is made again
    once there is plenty.
    """
    folder, limits = here.settings.data_dir, disk.limits(here.settings)
    found = disk.look(folder, limits.reserve_bytes)
    state = found.state(limits, room.standing())
    if state == "full":
        disk.let_go(folder)
    elif state == "plenty":
        with suppress(OSError):  # the next look tries again
            disk.reserve(folder, limits.reserve_bytes)
    if room.note(found, state, here.now()) and state != "plenty":
        jobs.put("log-rotation.clear_away", once="room", durable=False)


@huey.job("log-rotation", durable=False)
def clear_away() -> None:
    """Little room: keep the newest backup only, and old rows for a short while."""
    backups.thin_out(places())
    tidy()
