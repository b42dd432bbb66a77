"""Counts for the dashboard: each from the ledger, at the moment it is asked for."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from peewee import fn

from hotspot_lite.trade import sessions
from hotspot_lite.trade.models import Payment, Subscription, Undecided


@dataclass(frozen=True)
class Numbers:
    """What the first screen shows, as it was at `at`."""

    at: int
    takings_today_cents: int
    sold_today: int
    online: int
    waiting_for_access: int
    undecided: int

    def as_dict(self) -> dict[str, int]:
        """For JSON."""
        return asdict(self)


def now_at(now: int, timezone: str) -> Numbers:
    """The numbers of this moment; the day began at the place's midnight."""
    since = midnight(now, timezone)
    takings = Payment.select(fn.coalesce(fn.sum(Payment.amount_cents), 0)).where(
        Payment.paid_at >= since
    )
    sold = Subscription.select().where(Subscription.made_at >= since)
    waiting = Subscription.select().where(
        Subscription.access.in_(("waiting", "failed"))
        & Subscription.ended_at.is_null()
        & (Subscription.expires_at > now)
    )
    undecided = Undecided.select().where(Undecided.resolved_at.is_null())
    return Numbers(
        now,
        int(takings.scalar()),
        sold.count(),
        sessions.online(now),
        waiting.count(),
        undecided.count(),
    )


def midnight(now: int, timezone: str) -> int:
    """When today began at the place, in seconds since 1970."""
    here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(timezone))
    return int(here.replace(hour=0, minute=0, second=0, microsecond=0).timestamp())
