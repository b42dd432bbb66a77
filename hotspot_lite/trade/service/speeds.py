"""The speed that running time should have now, by its happy hours and fair use."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from peewee import SQL

from hotspot_lite import jobs, store
from hotspot_lite.trade.goods import fair, happy
from hotspot_lite.trade.models import Session, Subscription
from hotspot_lite.trade.service import usage

AT_ONCE = 50


@dataclass(frozen=True)
class Change:
    """A subscription whose speed is to be another."""

    subscription: Subscription
    rate: str
    full_rate: str  # "": it is at the speed that was bought


def due(now: int, zone: str) -> Iterator[Change]:
    """Whose speed is not what it should be now. Happy hours go before fair use."""
    # Word for word as the index says it.
    ruled = SQL("(t1.fair <> '' OR t1.happy <> '') AND t1.ended_at IS NULL")
    began = Subscription.starts_at <= now
    query = Subscription.select().where(ruled & began).order_by(Subscription.id)
    found = list(query)
    slow = _used_much(found, now, zone)
    for time in found:
        bought = time.full_rate or time.rate
        hours, rule = happy.of(time.happy), fair.of(time.fair)
        wanted = bought
        if hours is not None and hours.is_on(now, zone):
            wanted = hours.rate
        elif rule is not None and time.id in slow:
            wanted = rule.rate
        full = "" if wanted == bought else bought
        if (wanted, full) != (time.rate, time.full_rate):
            yield Change(time, wanted, full)


def _used_much(found: list[Subscription], now: int, zone: str) -> set[int]:
    """Whose fair use is used up; one query for each period."""
    today = usage.day_of(now, now, zone)
    ruled = [(time, rule) for time in found if (rule := fair.of(time.fair))]
    slow: set[int] = set()
    for period in fair.PERIODS:
        mine = [(time, rule) for time, rule in ruled if rule.period == period]
        if not mine:
            continue
        ids = [time.id for time, _ in mine]
        used = usage.octets_of(ids, *mine[0][1].days(today))
        slow |= {t.id for t, rule in mine if used.get(t.id, 0) >= rule.data_bytes}
    return slow


def apply_due(now: int, zone: str) -> int:
    """Change what is due, with the jobs that tell the router; how many."""
    found = list(due(now, zone))
    # Happy hours begin for everybody at once: sales have their turn in between.
    for start in range(0, len(found), AT_ONCE):
        with store.atomic():
            for one in found[start : start + AT_ONCE]:
                _change(one)
    return len(found)


def _change(one: Change) -> None:
    time_id = one.subscription.id
    store.change(Subscription, time_id, rate=one.rate, full_rate=one.full_rate)
    jobs.put(
        "hotspot-sessions.change_rate",
        once=f"rate {time_id}",
        subscription_id=time_id,
    )


def sessions_of(subscription_id: int) -> list[Session]:
    """Its sessions that go on."""
    query = Session.select().where(
        (Session.subscription == subscription_id) & Session.ended_at.is_null()
    )
    return list(query)
