"""How much was used, by day and by customer: the one ledger of usage.

Its one way in is `note`, from sessions.record and in its transaction: what a session's
counters grew by goes to the day on which they were told. So the sum over a session's
days is the session's counters, whatever came twice, late or in disorder. An update
across midnight counts to the new day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import EXCLUDED, JOIN, fn

from hotspot_lite.trade.models import Customer, Session, Subscription, UsageDay

COUNTERS = ("octets_in", "octets_out", "seconds")
# A record from further away is dated today: FreeRADIUS's clock was wrong at boot.
BELIEVED_SECONDS = 30 * 86400
# SQLite takes 999 values in a statement; a row has 5.
CHUNK = 150

Grown = dict[tuple[str, str], list[int]]  # by day and session: what COUNTERS grew by


@dataclass(frozen=True)
class Used:
    """What was used: by whom or when, in octets as the router counts, and seconds."""

    of: str
    octets_in: int  # upload
    octets_out: int  # download
    seconds: int

    @property
    def octets(self) -> int:
        """Both ways."""
        return self.octets_in + self.octets_out


def day_of(at: int, now: int, timezone: str) -> str:
    """The place's date at that time, 2026-11-26; today's for a time not believable."""
    believed = at if abs(now - at) <= BELIEVED_SECONDS else now
    return datetime.fromtimestamp(believed, UTC).astimezone(ZoneInfo(timezone)).date(
    ).isoformat()  # fmt: skip


def counters(row: Any) -> tuple[int, int, int]:
    """A session's counters, in the order of COUNTERS."""
    return row.octets_in, row.octets_out, row.seconds


def add(grown: Grown, day: str, row: Any, before: tuple[int, int, int]) -> None:
    """Put into `grown` what the counters of `row` have grown by since `before`."""
    more = [now - was for now, was in zip(counters(row), before, strict=True)]
    if any(more):
        have = grown.setdefault((day, row.uniq), [0, 0, 0])
        grown[day, row.uniq] = [a + b for a, b in zip(have, more, strict=True)]


def note(grown: Mapping[tuple[str, str], list[int]]) -> None:
    """Write what has grown. In the transaction that saves the sessions."""
    rows = [
        {"day": day, "session": uniq, **dict(zip(COUNTERS, more, strict=True))}
        for (day, uniq), more in sorted(grown.items())
    ]
    fields = [getattr(UsageDay, name) for name in COUNTERS]
    for start in range(0, len(rows), CHUNK):
        UsageDay.insert_many(rows[start : start + CHUNK]).on_conflict(
            conflict_target=[UsageDay.day, UsageDay.session],
            update={field: field + getattr(EXCLUDED, field.name) for field in fields},
        ).execute()


def days(now: int, timezone: str, count: int = 30, username: str = "") -> list[Used]:
    """Each of the last `count` days on which something was used, the newest first."""
    query = _sums(UsageDay.day).where(UsageDay.day > _ago(now, timezone, count))
    if username:
        query = query.join(Session).where(Session.subscription.in_(_of(username)))
    return _read(query.group_by(UsageDay.day).order_by(UsageDay.day.desc()))


def customers(first: str, last: str, limit: int = 50) -> list[Used]:
    """Who used most from day `first` to `last`, by name; "" is whom we don't know."""
    octets = fn.sum(UsageDay.octets_in + UsageDay.octets_out)
    query = (
        _sums(fn.coalesce(Customer.username, ""))
        .join(Session)
        .join(Subscription, JOIN.LEFT_OUTER)
        .join(Customer, JOIN.LEFT_OUTER)
        .where(UsageDay.day.between(first, last))
        .group_by(Customer.username)
        .order_by(octets.desc(), Customer.username)
    )
    return _read(query.limit(limit))


def octets_of(subscription_ids: Sequence[int], first: str, last: str) -> dict[int, int]:
    """What each of these used from day `first` to `last`; who used nothing is left out.

    In a query for many: it is asked again and again.
    """
    found: dict[int, int] = {}
    octets = fn.sum(UsageDay.octets_in + UsageDay.octets_out)
    for start in range(0, len(subscription_ids), CHUNK):
        some = Session.subscription.in_(subscription_ids[start : start + CHUNK])
        query = UsageDay.select(Session.subscription, octets).join(Session)
        query = query.where(some & UsageDay.day.between(first, last))
        rows: Any = query.group_by(Session.subscription).tuples()
        found |= dict(rows)
    return found


def _ago(now: int, timezone: str, count: int) -> str:
    today = datetime.fromisoformat(day_of(now, now, timezone))
    return (today - timedelta(days=count)).date().isoformat()


def _of(username: str) -> Any:
    owner = Subscription.customer == Customer.id
    return (
        Subscription.select(Subscription.id)
        .join(Customer, on=owner)
        .where(Customer.username == username)
    )


def _sums(of: Any) -> Any:
    sums = [fn.sum(getattr(UsageDay, name)) for name in COUNTERS]
    return UsageDay.select(of, *sums)


def _read(query: Iterable[Any]) -> list[Used]:
    rows: Any = query
    return [
        Used(str(of or ""), *(int(number or 0) for number in numbers))
        for of, *numbers in rows.tuples()
    ]
