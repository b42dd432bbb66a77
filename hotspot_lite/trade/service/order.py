"""In which order a customer uses what was bought: another may go first."""

from __future__ import annotations

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import Customer, Device, Subscription
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.service.subscriptions import SETTLE_SECONDS


def that_wait(live: list[Subscription], now: int) -> list[Subscription]:
    """Of a customer's `live` time, what waits behind time that runs by the clock."""
    if _running(live, now) is None:
        return []
    return [time for time in live if (time.starts_at or 0) > now]


def put_first(device: Device, subscription_id: int, now: int) -> Subscription:
    """Begin time that waits, at once; what is left of the present follows after it.

    Nothing is lost. The sessions end, and `device`, on which it was asked for, is
    logged in anew by us. Raises BadInput where that is not its customer's time, or
    doesn't wait.
    """
    customer = device.customer
    with store.atomic():
        live = subscriptions.live(customer, now)
        running, waiting = _running(live, now), that_wait(live, now)
        first = next((one for one in waiting if one.id == subscription_id), None)
        if first is None or running is None:
            raise BadInput("That time does not wait for another.", "Look again.")
        begins = now
        for one in [first, running, *(one for one in waiting if one.id != first.id)]:
            begins = _place(one, begins, now)
        # Bought at the counter it has no device. The page waits for what is to come.
        here = {"mac": device.mac, "ip": device.ip, "called_at": now}
        store.change(Subscription, first.id, **here)
        jobs.put(
            "hotspot-sessions.turn",
            tags=[f"user:{customer.id}"],
            once=str(customer.id),
            customer_id=customer.id,
        )
        return store.get(Subscription, first.id)


def _running(live: list[Subscription], now: int) -> Subscription | None:
    runs = (s for s in live if s.expires_at and (s.starts_at or now + 1) <= now)
    return next(runs, None)


def _place(one: Subscription, begins: int, now: int) -> int:
    """Let it run from `begins`; when it ends then."""
    starts_at, expires_at = int(one.starts_at or now), int(one.expires_at or now)
    ends = begins + expires_at - max(starts_at, now)
    change = {"starts_at": begins, "expires_at": ends, "access": "waiting"}
    store.change(Subscription, one.id, **change)
    if one.mac and begins > now:
        subscriptions.call_for_access(one, begins - now + SETTLE_SECONDS)
    return ends


def turned(customer_id: int, now: int) -> Subscription | None:
    """The old session is out: what is to be logged in now, or None."""
    customer = store.get(Customer, customer_id)
    with store.atomic():
        running = _running(subscriptions.live(customer, now), now)
        if running is not None and running.mac and running.access != "admitted":
            subscriptions.call_for_access(running)
        jobs.finish()
    return running
