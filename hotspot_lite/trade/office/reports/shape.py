"""What a report is made of: a span of the place's days, columns, rows, a total."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hotspot_lite.errors import BadInput

# Every zone's offset is a whole number of these, so days can be summed from them
# whatever their zone and whatever the season.
QUARTER_SECONDS = 900
MOST_DAYS = 3660

# How a cell is meant: text, a count, money in cents, octets, seconds, a share in
# percent, a time in seconds since 1970.
KINDS = ("text", "count", "money", "bytes", "seconds", "percent", "time")


@dataclass(frozen=True)
class Span:
    """From the first day's midnight at the place to the midnight after the last."""

    first: date
    last: date
    zone: str

    @property
    def since(self) -> int:
        """When it begins, seconds since 1970."""
        return midnight(self.first, self.zone)

    @property
    def until(self) -> int:
        """The first second that is no longer in it."""
        return midnight(self.last + timedelta(days=1), self.zone)

    def days(self) -> Iterator[date]:
        """Its days, the first first."""
        for number in range((self.last - self.first).days + 1):
            yield self.first + timedelta(days=number)

    def local(self, at: int) -> datetime:
        """The place's date and time of a moment."""
        return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone))

    def holds(self, when: Any) -> Any:
        """The condition that a column of seconds since 1970 is in it."""
        return (when >= self.since) & (when < self.until)

    def __str__(self) -> str:
        if self.first == self.last:
            return self.first.strftime("%d.%m.%Y")
        return f"{self.first:%d.%m.%Y} to {self.last:%d.%m.%Y}"


@dataclass(frozen=True)
class Column:
    """A column: its head, and how its cells are meant (`KINDS`)."""

    name: str
    kind: str = "text"


@dataclass(frozen=True)
class Table:
    """A report worked out. `rows` may be a stream: it is read once.

    `total` stands below; `drawn` is the column shown as bars, -1 for none.
    """

    title: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Any]]
    total: Sequence[Any] | None = None
    drawn: int = -1
    note: str = ""
    zone: str = field(default="UTC")


def rows_of(query: Any) -> list[tuple[Any, ...]]:
    """The rows of a Peewee query, as tuples."""
    return list(query.tuples())


def stream(query: Any) -> Iterator[tuple[Any, ...]]:
    """The same one after another: however many there are, few are in memory."""
    yield from query.tuples().iterator()


def midnight(day: date, zone: str) -> int:
    """When a day of the place begins, seconds since 1970.

    Where midnight is skipped (a zone that changes its clocks then), the first moment
    that exists.
    """
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp())


def read_span(first: str, last: str, today: date, zone: str) -> Span:
    """A span as people write it (2026-11-01); nothing: this month until today.

    Raises BadInput, with the field, for what is no date, the wrong way round or too
    long.
    """
    end = _day(last, "last") if last else today
    start = _day(first, "first") if first else min(end, today).replace(day=1)
    if start > end:
        raise BadInput("The first day is after the last.", "Swap them.", field="first")
    if (end - start).days > MOST_DAYS:
        raise BadInput("That is more than ten years.", "Ask for less.", field="first")
    return Span(start, end, zone)


def _day(text: str, name: str) -> date:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise BadInput(
            f"{text[:20]} is no date.", "Write it like 2026-11-27.", field=name
        ) from None
