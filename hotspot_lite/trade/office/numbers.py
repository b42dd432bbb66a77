"""Counts for the dashboard: each from the ledger, at the moment it is asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from peewee import fn

from hotspot_lite.trade.models import Payment, Refund, Subscription, Undecided
from hotspot_lite.trade.service import sessions


@dataclass(frozen=True)
class Numbers:
    """What the first screen shows, as it was at `at`."""

    at: int
    takings_today_cents: int
    takings_by_provider: dict[str, int]
    sold_today: int
    online: int
    waiting_for_access: int
    undecided: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


def now_at(now: int, timezone: str) -> Numbers:
    """The numbers of this moment; the day began at the place's midnight."""
    since = midnight(now, timezone)
    takings = takings_since(since)
    sold = Subscription.select().where(Subscription.made_at >= since)
    waiting = Subscription.select().where(
        Subscription.access.in_(("waiting", "failed"))
        & Subscription.ended_at.is_null()
        & (Subscription.expires_at > now)
    )
    undecided = Undecided.select().where(Undecided.resolved_at.is_null())
    return Numbers(
        now,
        sum(takings.values()),
        takings,
        sold.count(),
        sessions.online(now),
        waiting.count(),
        undecided.count(),
    )


def takings_since(since: int) -> dict[str, int]:
    """The money taken since then, by who moved it; what was given back is off."""
    total = fn.sum(Payment.amount_cents)
    taken = Payment.select(Payment.provider, total).where(Payment.paid_at >= since)
    found = {name: int(cents) for name, cents in _by_provider(taken)}
    back = Payment.select(Payment.provider, fn.sum(Refund.amount_cents)).join(Refund)
    for name, cents in _by_provider(
        back.where(Refund.done_at >= since, Payment.state == "paid")
    ):
        found[name] = found.get(name, 0) - int(cents)
    return found


def _by_provider(query: Any) -> list[tuple[str, int]]:
    return list(query.group_by(Payment.provider).order_by(Payment.provider).tuples())


def midnight(now: int, timezone: str) -> int:
    """When today began at the place, in seconds since 1970."""
    here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone))
    return int(here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
