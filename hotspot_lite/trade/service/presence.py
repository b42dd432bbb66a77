"""Which devices are there just now, as accounting told of them."""

from __future__ import annotations

from typing import Any

from hotspot_lite.trade.models import Session
from hotspot_lite.trade.service.counting import SUPPOSED
from hotspot_lite.trade.service.sessions import is_live


def is_online(mac: str, now: int) -> bool:
    """Whether the device has an open session that was heard of lately."""
    return bool(mac) and Session.select().where(_of(mac) & is_live(now)).exists()


def at_address(ip: str, now: int) -> Session | None:
    """The open session of the device at an address on the WiFi, or None."""
    query = Session.select().where((Session.ip == ip) & is_live(now))
    found: Session | None = query.order_by(Session.started_at.desc()).first()
    return found


def suppose_ended(mac: str, now: int) -> int:
    """End a device's open sessions, because we put it out; how many.

    One that is heard of again was not out: it is open again.
    """
    ended = Session.update(ended_at=now, cause=SUPPOSED[1])
    return int(ended.where(_of(mac) & Session.ended_at.is_null()).execute())


def _of(mac: str) -> Any:
    return Session.mac == mac.upper()
