"""Who is online at the router and must not be: the time or data is over.

The router ends most sessions by itself, having been told the seconds that are left.
This is for what it was not told: money taken back, data shared by several devices, a
session that outlived a reboot of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from peewee import fn

from hotspot_lite import store
from hotspot_lite.trade.models import Customer, Device, Session, Subscription
from hotspot_lite.trade.service import sessions, subscriptions
from hotspot_lite.trade.service.sessions import LIVE_SECONDS
from hotspot_lite.trade.service.subscriptions import CHUNK


class Seen(Protocol):
    """A device that the router shows as logged in."""

    @property
    def user(self) -> str: ...
    @property
    def mac_address(self) -> str: ...
    @property
    def uptime_seconds(self) -> int: ...
    @property
    def bytes_in(self) -> int: ...
    @property
    def bytes_out(self) -> int: ...


AnySeen = TypeVar("AnySeen", bound=Seen)


def newest_end(since: int) -> int | None:
    """When the newest subscription that ended after `since` did, or None."""
    query = (
        Subscription.select(Subscription.ended_at)
        .where(Subscription.ended_at > since)
        .order_by(Subscription.ended_at.desc())
    )
    found = query.first()
    return None if found is None else int(found.ended_at)


def owners(seen: Iterable[Seen]) -> dict[str, Customer]:
    """Whose login each user name is, for those that are ours: a name, or a MAC."""
    names = sorted({one.user for one in seen if one.user})
    found: dict[str, Customer] = {}
    for start in range(0, len(names), CHUNK):
        part = names[start : start + CHUNK]
        for customer in Customer.select().where(Customer.username.in_(part)):
            found[customer.username] = customer
        devices = (
            Device.select(Device, Customer)
            .join(Customer)
            .where(Device.mac.in_([name.upper().replace("-", ":") for name in part]))
        )
        by_mac = {device.mac: device.customer for device in devices}
        for name in part:
            owner = by_mac.get(name.upper().replace("-", ":"))
            if owner is not None:
                found.setdefault(name, owner)
    return found


def overstaying(seen: Sequence[AnySeen], now: int) -> list[AnySeen]:
    """Those of our customers who are online and must be put out now.

    Either no time is left at all, or the session is of time that has ended: then the
    customer comes in again at once, on the terms of what follows.
    """
    whose = owners(seen)
    ids = {customer.id for customer in whose.values()}
    running = subscriptions.running_of(ids, now)
    ended = _newest_ends(ids)
    gone = []
    for one in seen:
        owner = whose[one.user].id if one.user in whose else None
        began = now - one.uptime_seconds
        if owner and (owner not in running or began < ended.get(owner, 0)):
            gone.append(one)
    return gone


def follow(seen: Sequence[Seen], now: int) -> None:
    """Call in again those who were put out and have other time: in a transaction."""
    whose = owners(seen)
    running = subscriptions.running_of({one.id for one in whose.values()}, now)
    for one in seen:
        left = running.get(whose[one.user].id) if one.user in whose else None
        if left is not None and left.mac == one.mac_address:
            Subscription.update(access="waiting").where(
                Subscription.id == left.id
            ).execute()
            subscriptions.call_for_access(left)


def _newest_ends(customer_ids: set[int]) -> Mapping[int, int]:
    """For each customer by id, the moment at which its newest ended time was over."""
    ids = sorted(customer_ids)
    found: dict[int, int] = {}
    for start in range(0, len(ids), CHUNK):
        over: Any = Subscription.select().where(
            Subscription.customer.in_(ids[start : start + CHUNK])
            # What was taken back before it began had no session.
            & (Subscription.starts_at <= Subscription.ended_at)
        )
        for one in over:
            ended_at, owner = int(one.ended_at or 0), int(one.customer_id)
            at = min(ended_at, int(one.expires_at or ended_at))
            found[owner] = max(found.get(owner, 0), at)
    return found


def shares_data(now: int) -> bool:
    """Whether somebody uses limited data on several devices just now.

    To each session the router gives all that was left at its login: only their sum
    says when it is over.
    """
    query = (
        Subscription.select(Subscription.id)
        .join(Session)
        .where(
            Session.ended_at.is_null()
            & Subscription.ended_at.is_null()
            & Subscription.data_bytes.is_null(False)
            & (Subscription.devices > 1)
            & (Session.seen_at > now - LIVE_SECONDS)
        )
        .group_by(Subscription.id)
        .having(fn.count(Session.uniq) > 1)
    )
    return bool(query.exists())


def end_shared(seen: Sequence[Seen], now: int) -> int:
    """End the time whose data is over by what the router counts just now; how many."""
    whose = owners(seen)
    running = subscriptions.running_of({one.id for one in whose.values()}, now)
    moved: dict[int, int] = {}
    for one in seen:
        if one.user in whose:
            owner = whose[one.user].id
            told = sessions.bytes_told(one.user, one.mac_address)
            new = max(0, one.bytes_in + one.bytes_out - told)
            moved[owner] = moved.get(owner, 0) + new
    over = [
        time.id
        for owner, time in running.items()
        if time.data_bytes is not None
        and time.data_used_bytes + moved.get(owner, 0) >= time.data_bytes
    ]
    if over:
        with store.atomic():
            ended = Subscription.update(ended_at=now)
            ended.where(Subscription.id.in_(over)).execute()
    return len(over)
