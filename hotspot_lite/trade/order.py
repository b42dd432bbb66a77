"""In which order a customer uses what was bought: another may go first."""

from __future__ import annotations

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade import subscriptions
from hotspot_lite.trade.models import Customer, Subscription
from hotspot_lite.trade.subscriptions import SETTLE_SECONDS


def may_go_first(time: Subscription, now: int) -> bool:
    """Whether it waits behind time that runs by the clock."""
    waits = time.ended_at is None and (time.starts_at or 0) > now
    return waits and _running(subscriptions.live(time.customer, now), now) is not None


def put_first(customer: Customer, subscription_id: int, now: int) -> Subscription:
    """Begin time that waits, at once; what is left of the present follows after it.

    Nothing is lost, and the devices are logged in anew by us. Raises BadInput where
    that is not the customer's, or doesn't wait.
    """
    with store.atomic():
        live = subscriptions.live(customer, now)
        running = _running(live, now)
        first = next((one for one in live if one.id == subscription_id), None)
        if first is None or running is None or not may_go_first(first, now):
            raise BadInput("That time does not wait for another.", "Look again.")
        later = [s for s in live if s.id not in (first.id, running.id) and s.starts_at]
        begins = now
        for one in [first, running, *later]:
            begins = _place(one, begins, now)
        # The page waits for the admission that is to come.
        this = Subscription.id == first.id
        Subscription.update(called_at=now).where(this).execute()
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
    Subscription.update(change).where(Subscription.id == one.id).execute()
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
