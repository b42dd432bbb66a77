"""How it goes: takings and people online over time, and today against a week ago."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from peewee import SQL, fn

from hotspot_lite.trade.models import Payment, Refund, Session
from hotspot_lite.trade.office.numbers import midnight

# Every zone's offset is a whole number of these: sums of them are sums of any hour's.
QUARTER_SECONDS = 900
HOUR_SECONDS = 3600


@dataclass(frozen=True)
class Stretch:
    """How far back, in how many pieces: of hours, or of the place's days."""

    name: str
    title: str
    count: int
    is_days: bool


STRETCHES = {
    one.name: one
    for one in (
        Stretch("24h", "24 hours", 24, False),
        Stretch("7d", "7 days", 7, True),
        Stretch("30d", "30 days", 30, True),
    )
}


@dataclass(frozen=True)
class Piece:
    """One hour or day from `at` on: money kept, and the most people online at once."""

    at: int
    takings_cents: int
    online: int


@dataclass(frozen=True)
class Against:
    """Today's takings so far, and those of the same weekday a week ago."""

    today_cents: int
    by_then_cents: int  # a week ago, until this time of day
    whole_cents: int  # a week ago, all day


def pieces(stretch: Stretch, now: int, zone: str) -> list[Piece]:
    """The pieces of a stretch, the oldest first; the last is going on."""
    begins = list(_begins(stretch, now, zone))
    takings = [0] * len(begins)
    for at, cents in _by_quarter(begins[0], now + 1):
        takings[bisect_right(begins, at) - 1] += cents
    online = _most_online(begins, now)
    return [Piece(*row) for row in zip(begins, takings, online, strict=True)]


def against(now: int, zone: str) -> Against:
    """Today against the same weekday; hours are the place's, whatever the season."""
    today = midnight(now, zone)
    here = datetime.fromtimestamp(now, UTC).astimezone(ZoneInfo(zone))
    then = here - timedelta(days=7)
    begin = midnight(int(then.timestamp()), zone)
    end = midnight(int((then + timedelta(days=1)).timestamp()), zone)
    return Against(
        _sum(today, now + 1),
        _sum(begin, int(then.timestamp()) + 1),
        _sum(begin, end),
    )


def _begins(stretch: Stretch, now: int, zone: str) -> Iterator[int]:
    place = ZoneInfo(zone)
    if not stretch.is_days:
        # The place's full hour: some zones are half an hour off.
        here = datetime.fromtimestamp(now, UTC).astimezone(place)
        first = now - here.minute * 60 - here.second
        for back in range(stretch.count - 1, -1, -1):
            yield first - back * HOUR_SECONDS
        return
    today = datetime.fromtimestamp(midnight(now, zone), UTC).astimezone(place)
    for back in range(stretch.count - 1, -1, -1):
        day = (today - timedelta(days=back)).replace(hour=0, minute=0)
        yield int(day.timestamp())


def _by_quarter(since: int, until: int) -> Iterator[tuple[int, int]]:
    """Money taken less money given back, by the quarter of an hour."""
    for when, cents, query, sign in (
        (Payment.paid_at, Payment.amount_cents, Payment.select(), 1),
        (Refund.done_at, Refund.amount_cents, Payment.select().join(Refund), -1),
    ):
        of = _paid(since, until) if sign > 0 else _back(since, until)
        quarter = (when / QUARTER_SECONDS).alias("quarter")
        rows: Any = query.select(quarter, fn.SUM(cents)).where(of)
        for number, total in rows.group_by(SQL("quarter")).tuples():
            yield number * QUARTER_SECONDS, sign * int(total)


def _sum(since: int, until: int) -> int:
    taken = Payment.select(fn.SUM(Payment.amount_cents)).where(_paid(since, until))
    back = Payment.select(fn.SUM(Refund.amount_cents)).join(Refund)
    given = back.where(_back(since, until)).scalar()
    return int(taken.scalar() or 0) - int(given or 0)


def _paid(since: int, until: int) -> Any:
    return (Payment.paid_at >= since) & (Payment.paid_at < until)


def _back(since: int, until: int) -> Any:
    # As the takings of the first screen: see numbers.takings_since.
    done = (Refund.done_at >= since) & (Refund.done_at < until)
    return done & (Payment.state == "paid")


def _most_online(begins: Sequence[int], now: int) -> list[int]:
    """The most sessions at once in each piece, as accounting told of them."""
    overlaps = (Session.ended_at >= begins[0]) | Session.ended_at.is_null()
    rows: Any = Session.select(Session.started_at, Session.ended_at).where(
        overlaps & (Session.started_at <= now)
    )
    changes: list[tuple[int, int]] = []
    for began, ended in rows.tuples().iterator():
        changes.append((began, 1))
        if ended is not None:
            changes.append((ended, -1))
    # Who leaves goes before who comes at the same second.
    changes.sort()
    found, online, number = [0] * len(begins), 0, 0
    for piece, begin in enumerate(begins):
        end = begins[piece + 1] if piece + 1 < len(begins) else now + 1
        while number < len(changes) and changes[number][0] < begin:
            online += changes[number][1]
            number += 1
        most = online
        while number < len(changes) and changes[number][0] < end:
            online += changes[number][1]
            most = max(most, online)
            number += 1
        found[piece] = most
    return found
