"""Who is online just now, for people who look: whose it is, what is used and left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Customer, Session, Subscription
from hotspot_lite.trade.service import overstay, sessions, subscriptions

# Unwatched, the router is asked once a minute.
OLD_SECONDS = 90


@dataclass(frozen=True)
class Showing:
    """A device in /ip/hotspot/active, as the live sample keeps it; bytes in are upload.

    Bits per second are what it moved since the sample before, None at its first.
    """

    user: str
    mac_address: str
    ip: str
    uptime_seconds: int
    bytes_in: int
    bytes_out: int
    seconds_left: int | None
    is_radius: bool
    up_bits: int | None
    down_bits: int | None


@dataclass(frozen=True)
class Online:
    """A device online, with its customer and time where they are ours."""

    at: Showing
    customer: Customer | None
    subscription: Subscription | None
    began_at: int
    seconds_left: int | None
    data_left_bytes: int | None

    @property
    def used_bytes(self) -> int:
        """What its session used."""
        return self.at.bytes_in + self.at.bytes_out


@dataclass(frozen=True)
class Shown:
    """Who is online, and when the router told so; None where only accounting did."""

    rows: Sequence[Showing]
    at: int | None


def newest(sample: Mapping[str, Any] | None, now: int) -> Shown:
    """Who is online by the live sample; by accounting where that is old."""
    if sample is None or now - sample["at"] > OLD_SECONDS:
        return Shown([_shown(session, now) for session in sessions.live(now)], None)
    return Shown([Showing(**row) for row in sample["rows"]], int(sample["at"]))


def _shown(session: Session, now: int) -> Showing:
    return Showing(
        session.username,
        session.mac,
        session.ip,
        max(0, now - session.started_at),
        session.octets_in,
        session.octets_out,
        seconds_left=None,
        is_radius=True,
        up_bits=None,
        down_bits=None,
    )


def listed(shown: Sequence[Showing], now: int) -> list[Online]:
    """Each with whose it is; the newest session first."""
    whose = overstay.owners(shown)
    ids = {customer.id for customer in whose.values()}
    running = subscriptions.running_of(ids, now)
    found = []
    for one in shown:
        customer = whose.get(one.user)
        time = running.get(customer.id) if customer else None
        found.append(_online(one, customer, time, now))
    return sorted(found, key=lambda row: -row.began_at)


def call_out(mac: str, who: str, now: int) -> None:
    """Have the router put a device out, because `who` asked; noted, and done once.

    Its time goes on: it may log in again.
    """
    with store.atomic():
        audit.note(who, "session kick", mac, now)
        jobs.put("hotspot-sessions.kick", once=mac, mac=mac, who=who)


def _online(
    one: Showing, customer: Customer | None, time: Subscription | None, now: int
) -> Online:
    seconds = one.seconds_left
    if time is not None:
        seconds = subscriptions.seconds_left(time, now)
    data = None
    if time is not None and time.data_bytes is not None:
        data = max(0, time.data_bytes - time.data_used_bytes)
    return Online(one, customer, time, now - one.uptime_seconds, seconds, data)
