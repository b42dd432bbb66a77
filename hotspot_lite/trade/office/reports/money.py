"""What came in, from the ledger's facts: so it agrees with it to the cent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from peewee import JOIN, fn

from hotspot_lite import store
from hotspot_lite.trade.goods.catalogue import read_terms
from hotspot_lite.trade.models import MoneyFact, Payment, Plan
from hotspot_lite.trade.office.reports.shape import (
    QUARTER_SECONDS,
    Column,
    Span,
    Table,
    rows_of,
)
from hotspot_lite.trade.people.phones import mask

BACK = ("refunded", "reversed")
_MOVED = store.among(MoneyFact.kind, "taken", *BACK)  # as the index money_fact_moved
MONEY = (
    Column("Payments", "count"),
    Column("Taken", "money"),
    Column("Given back", "money"),
    Column("Net", "money"),
)
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass
class Sum:
    """Payments, and cents taken and given back."""

    payments: int = 0
    taken: int = 0
    back: int = 0

    def add(self, kind: str, count: int, cents: int) -> None:
        """Add facts of one kind."""
        if kind == "taken":
            self.payments += count
            self.taken += cents
        else:
            self.back += cents

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """In the order of MONEY."""
        return self.payments, self.taken, self.back, self.taken - self.back


def by_day(span: Span) -> Table:
    """Each day of the span, the empty ones too."""
    return _by_time(span, "Day", lambda when: when.date(), "%a %d.%m.%Y")


def by_week(span: Span) -> Table:
    """Each week, by its Monday."""

    def monday(when: datetime) -> date:
        return when.date() - timedelta(days=when.weekday())

    return _by_time(span, "Week of", monday, "%d.%m.%Y")


def by_month(span: Span) -> Table:
    """Each month."""
    return _by_time(span, "Month", lambda when: when.date().replace(day=1), "%B %Y")


def _by_time(
    span: Span, head: str, part: Callable[[datetime], date], form: str
) -> Table:
    sums: dict[date, Sum] = {}
    for day in span.days():
        noon = span.local(span.since).replace(
            year=day.year, month=day.month, day=day.day, hour=12
        )
        sums.setdefault(part(noon), Sum())
    for quarter, kind, count, cents in _facts(span, _quarter()):
        at = span.local(quarter * QUARTER_SECONDS)
        sums[part(at)].add(kind, count, cents)
    rows = [(key.strftime(form), *one.cells) for key, one in sorted(sums.items())]
    return _table(f"Takings by {head.split()[0].lower()}", head, rows, sums.values())


def by_hour_of_week(span: Span) -> Table:
    """When people pay: each hour of the week that ever took anything."""
    sums: dict[tuple[int, int], Sum] = {}
    for quarter, kind, count, cents in _facts(span, _quarter()):
        at = span.local(quarter * QUARTER_SECONDS)
        key = (at.weekday(), at.hour)
        sums.setdefault(key, Sum()).add(kind, count, cents)
    rows = [
        (f"{WEEKDAYS[day]} {hour:02}:00", *one.cells)
        for (day, hour), one in sorted(sums.items())
    ]
    return _table("Takings by hour of the week", "Hour", rows, sums.values())


def by_package(span: Span) -> Table:
    """Each package under the name that it was sold by."""
    sums: dict[str, Sum] = {}
    for terms, kind, count, cents in _facts(span, Payment.terms):
        name = read_terms(terms).name if terms else "not a sale"
        sums.setdefault(name, Sum()).add(kind, count, cents)
    return _table("Takings by package", "Package", _largest(sums), sums.values())


def by_provider(span: Span) -> Table:
    """Who moved the money: M-Pesa, Paystack, cash, agents."""
    sums: dict[str, Sum] = {}
    for name, kind, count, cents in _facts(span, Payment.provider):
        sums.setdefault(name or "by hand", Sum()).add(kind, count, cents)
    return _table("Takings by provider", "Provider", _largest(sums), sums.values())


def by_cashier(span: Span) -> Table:
    """What each of the staff took in cash, and gave back by hand.

    Not what agents sold: that is on their accounts, and in no till.
    """
    sums: dict[str, Sum] = {}
    is_till = Payment.provider.is_null() | (Payment.provider != "agent")
    for who, kind, count, cents in _facts(span, MoneyFact.who, is_till):
        if who:
            sums.setdefault(who, Sum()).add(kind, count, cents)
    return _table("Takings by cashier", "Who", _largest(sums), sums.values())


def failed(span: Span) -> Table:
    """Payments that came to nothing, by what the provider said."""
    what = (Payment.provider, Payment.result_code, fn.MAX(Payment.result_text))
    query = Payment.select(*what, fn.COUNT(), fn.SUM(Payment.amount_cents)).where(
        span.holds(Payment.asked_at) & (Payment.state == "failed")
    )
    groups = query.group_by(Payment.provider, Payment.result_code)
    found = sorted(rows_of(groups), key=lambda row: -row[3])
    asked = Payment.select().where(span.holds(Payment.asked_at)).count()
    rows = [
        (provider, code, says, count, 100 * count / asked, cents)
        for provider, code, says, count, cents in found
    ]
    heads = (Column("Provider"), Column("Code"), Column("What it said"))
    columns = (
        *heads,
        Column("Payments", "count"),
        Column("Of all asked", "percent"),
        Column("Worth", "money"),
    )
    count = sum(row[3] for row in rows)
    share = 100 * count / asked if asked else 0
    total = ("All", "", "", count, share, sum(row[5] for row in rows))
    return Table("Payments that failed", columns, rows, total, 3)


def every_one(span: Span) -> Table:
    """Every payment asked for in the span, the oldest first. A stream."""
    columns = (
        Column("Number", "count"),
        Column("Asked", "time"),
        Column("Paid", "time"),
        Column("State"),
        Column("Provider"),
        Column("Package"),
        Column("Amount", "money"),
        Column("Phone"),
        Column("Receipt"),
    )
    return Table("Payments", columns, _each(span), zone=span.zone)


def _each(span: Span) -> Iterator[Sequence[Any]]:
    query = (
        Payment.select(Payment, Plan.name)
        .join(Plan, JOIN.LEFT_OUTER)
        .where(span.holds(Payment.asked_at))
        .order_by(Payment.id)
    )
    for one in query.objects().iterator():
        yield (
            one.id,
            one.asked_at,
            one.paid_at,
            one.state,
            one.provider,
            read_terms(one.terms).name,
            one.amount_cents,
            mask(one.phone),
            one.receipt or "",
        )


def _quarter() -> Any:
    # Integer division is SQLite's, and every other SQL database's.
    return MoneyFact.at / QUARTER_SECONDS


def _facts(
    span: Span, by: Any, only: Any = None
) -> Iterator[tuple[Any, str, int, int]]:
    query = (
        MoneyFact.select(by, MoneyFact.kind, fn.COUNT(), fn.SUM(MoneyFact.amount_cents))
        .join(Payment, JOIN.LEFT_OUTER)
        .where(span.holds(MoneyFact.at) & _MOVED)
        .group_by(by, MoneyFact.kind)
    )
    yield from rows_of(query if only is None else query.where(only))


def _largest(sums: dict[str, Sum]) -> list[tuple[Any, ...]]:
    ordered = sorted(sums.items(), key=lambda item: (-item[1].taken, item[0]))
    return [(name, *one.cells) for name, one in ordered]


def _table(title: str, head: str, rows: Sequence[Any], sums: Any) -> Table:
    whole = Sum()
    counted: Counter[str] = Counter()
    for one in sums:
        counted.update(payments=one.payments, taken=one.taken, back=one.back)
    whole = Sum(counted["payments"], counted["taken"], counted["back"])
    return Table(title, (Column(head), *MONEY), rows, ("All", *whole.cells), 4)
