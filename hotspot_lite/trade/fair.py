"""Fair use: after so much data in a period the speed is another, until the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from peewee import SQL

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade import usage
from hotspot_lite.trade.amounts import read_data
from hotspot_lite.trade.models import Session, Subscription
from hotspot_lite.trade.rates import read_rate

PERIODS = ("day", "month", "all")
_TODO = "Write data, day, month or all, and the speed then: 2G day 512k/1M."
# No day is before it, none after.
FIRST_DAY, LAST_DAY = "0000-00-00", "9999-99-99"


@dataclass(frozen=True)
class Fair:
    """So much data in a `period` of the place, then this `rate` (RouterOS's words)."""

    data_bytes: int
    period: str
    rate: str

    def days(self, today: str) -> tuple[str, str]:
        """The first and last day that count, for what is used on `today`."""
        if self.period == "day":
            return today, today
        if self.period == "month":
            return date.fromisoformat(today).replace(day=1).isoformat(), today
        return FIRST_DAY, LAST_DAY


def read_fair(text: str) -> str:
    """A rule in its plain form, "2G day 512k/1M"; "" is none. Raises BadInput."""
    words = text.split(maxsplit=2)
    if not words:
        return ""
    try:
        amount, period, rate = words
        if period not in PERIODS or read_data(amount) is None:
            raise ValueError
        return f"{amount} {period} {read_rate(rate)}"
    except (ValueError, BadInput):
        says = f"{text[:40]!r} is no rule of fair use."
        raise BadInput(says, _TODO, field="fair") from None


def of(text: str) -> Fair | None:
    """The rule in its plain form; None for ""."""
    if not text:
        return None
    amount, period, rate = text.split(maxsplit=2)
    return Fair(read_data(amount) or 0, period, rate)


@dataclass(frozen=True)
class Change:
    """A subscription whose speed is to be another."""

    subscription: Subscription
    rate: str
    full_rate: str  # "": it is at full speed


def due(now: int, zone: str) -> Iterator[Change]:
    """Whose speed is not what it should be now."""
    today = usage.day_of(now, now, zone)
    # Word for word as the index says it.
    open_ = SQL("t1.fair <> '' AND t1.ended_at IS NULL")
    began = Subscription.starts_at <= now
    query = Subscription.select().where(open_ & began).order_by(Subscription.id)
    ruled = [(time, rule) for time in query if (rule := of(time.fair))]
    for period in PERIODS:
        mine = [(time, rule) for time, rule in ruled if rule.period == period]
        if not mine:
            continue
        ids = [time.id for time, _ in mine]
        used = usage.octets_of(ids, *mine[0][1].days(today))
        for time, rule in mine:
            is_slow = used.get(time.id, 0) >= rule.data_bytes
            if is_slow and not time.full_rate:
                yield Change(time, rule.rate, time.rate)
            elif time.full_rate and not is_slow:
                yield Change(time, time.full_rate, "")


def apply_due(now: int, zone: str) -> int:
    """Change what is due, with the jobs that tell the router; how many."""
    found = list(due(now, zone))
    if found:
        with store.atomic():
            for one in found:
                change = {"rate": one.rate, "full_rate": one.full_rate}
                this = Subscription.id == one.subscription.id
                Subscription.update(change).where(this).execute()
                jobs.put(
                    "hotspot-sessions.change_rate",
                    once=f"rate {one.subscription.id}",
                    subscription_id=one.subscription.id,
                )
    return len(found)


def sessions_of(subscription_id: int) -> list[Session]:
    """Its sessions that go on."""
    query = Session.select().where(
        (Session.subscription == subscription_id) & Session.ended_at.is_null()
    )
    return list(query)
