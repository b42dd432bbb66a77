"""Putting devices out at the router: by RADIUS, else by the API, and seen to be out."""

from __future__ import annotations

from collections.abc import Sequence

from hotspot_lite.errors import TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.house import events
from hotspot_lite.trade.service import sessions
from hotspot_lite.wires.routeros import Active


def put_out(meant: Sequence[Active]) -> None:
    """End these sessions. Raises TryAgain where the router still shows one of them.

    A Disconnect-Request ends a session as its accounting wants it, and takes the
    cookie that would let the device in again by itself.
    """
    if not meant:
        return
    for one in meant:
        here.disconnect(
            one.user, one.address, sessions.acct_id_of(one.user, one.mac_address)
        )
    here.router().remove_active([one.id for one in _still(meant)])
    left = _still(meant)
    if left:
        raise TryAgain(f"The router still shows {len(left)} devices that were put out.")


def _still(meant: Sequence[Active]) -> list[Active]:
    """Those of them whose session goes on: who came in anew is somebody else."""
    was = {(one.id, one.mac_address): one.uptime_seconds for one in meant}
    return [
        one
        for one in here.router().active()
        if (old := was.get((one.id, one.mac_address))) is not None
        and one.uptime_seconds >= old
    ]


def _kick_failed(error: str, mac: str, who: str) -> None:
    told = {"title": "Not put out", "says": f"{mac}: {error}", "is_good": False}
    events.announce("device_not_put_out", told, here.now())


@huey.job("hotspot-sessions", failed=_kick_failed)
def kick(mac: str, who: str) -> None:
    """Put one device out because somebody of the staff asked for it."""
    found = here.router().active(mac=mac)
    put_out(found)
    says = f"{mac} was put out by {who}." if found else f"{mac} was gone already."
    told = {"title": "Put out", "says": says, "is_good": True}
    events.announce("device_put_out", told, here.now())
