"""Pauses: time that its customer stops, and goes on with later.

Paused time has ended, for the router and for every rule; only that `paused_at` lets it
go on, with as much left as there was.
"""

from __future__ import annotations

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Customer, Subscription
from hotspot_lite.trade.service import subscriptions

# Who hasn't come back by then has given it up.
KEPT_SECONDS = 30 * 86_400
# Less than this is not worth a pause: the router needs some seconds to end a session.
LEAST_SECONDS = 60


def may_pause(time: Subscription, now: int) -> bool:
    """Whether this is running time with a pause left, and nothing waits behind it."""
    runs = time.ended_at is None and (time.starts_at or now + 1) <= now
    if not runs or not time.pauses_left:
        return False
    if subscriptions.seconds_left(time, now) < LEAST_SECONDS:
        return False
    return [one.id for one in subscriptions.live(time.customer, now)] == [time.id]


def pause(subscription: Subscription, now: int) -> None:
    """Stop running time; its device is put out within seconds. Raises BadInput."""
    with store.atomic():
        time: Subscription = store.get(Subscription, subscription.id)
        if not may_pause(time, now):
            raise BadInput("This time can not be paused.", "Use it, or let it run.")
        change = {
            "ended_at": now,
            "paused_at": now,
            "pauses_left": time.pauses_left - 1,
        }
        Subscription.update(change).where(Subscription.id == time.id).execute()


def of(customer: Customer, now: int) -> Subscription | None:
    """The customer's paused time that can go on, the newest; or None."""
    mine = (Subscription.customer == customer) & Subscription.paused_at.is_null(False)
    query = Subscription.select().where(
        mine & (Subscription.paused_at > now - KEPT_SECONDS)
    )
    found: Subscription | None = query.order_by(Subscription.paused_at.desc()).first()
    return found


def seconds_left(time: Subscription) -> int:
    """How much was left when it was paused."""
    at = int(time.paused_at or 0)
    left = max(0, (time.expires_at or at) - at)
    if time.uptime_seconds is None:
        return left
    return min(left, max(0, time.uptime_seconds - time.used_seconds))


def go_on(customer: Customer, now: int) -> Subscription | None:
    """Let the customer's paused time run again; None where there is none.

    In a transaction. The device is called for by whoever knows which one it is.
    """
    time = of(customer, now)
    if time is None:
        return None
    away = now - int(time.paused_at or now)
    change = {
        "ended_at": None,
        "paused_at": None,
        "starts_at": (time.starts_at or now) + away,
        "expires_at": (time.expires_at or now) + away,
        "access": "waiting",
    }
    this = (Subscription.id == time.id) & Subscription.paused_at.is_null(False)
    if not Subscription.update(change).where(this).execute():
        return None
    return store.get(Subscription, time.id)
