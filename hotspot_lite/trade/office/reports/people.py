"""Customers, what they used, and when they were online."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from peewee import fn

from hotspot_lite.trade.models import Customer, Payment, Session, Subscription, UsageDay
from hotspot_lite.trade.office.reports.shape import Column, Span, Table, rows_of, stream
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.service import usage

MOST_USERS = 100
COUNT = Column("Customers", "count")


def customers(span: Span) -> Table:
    """Who bought: new in the span, come again, and lost.

    Lost is who bought in a span of the same length just before it, and not in it.
    """
    length = span.until - span.since
    paid = (Payment.state == "paid") & (Payment.phone != "")
    firsts = Payment.select(Payment.phone, fn.MIN(Payment.paid_at)).where(paid)
    first = dict(rows_of(firsts.group_by(Payment.phone)))
    here = _buyers(span.since, span.until)
    before = _buyers(span.since - length, span.since)
    new = {phone for phone in here if first[phone] >= span.since}
    rows = [
        ("New", len(new)),
        ("Came again", len(here - new)),
        ("Lost since the span before", len(before - here)),
    ]
    return Table(
        "Customers", (Column("Who"), COUNT), rows, ("Bought", len(here)), drawn=1
    )


def _buyers(since: int, until: int) -> set[str]:
    paid = (Payment.paid_at >= since) & (Payment.paid_at < until)
    query = Payment.select(Payment.phone).where(
        (Payment.state == "paid") & paid & (Payment.phone != "")
    )
    return {phone for (phone,) in rows_of(query.distinct())}


USED = (
    Column("Download", "bytes"),
    Column("Upload", "bytes"),
    Column("Together", "bytes"),
    Column("Time online", "seconds"),
)


def used_by_day(span: Span) -> Table:
    """How much was used on each day."""
    sums = (
        fn.SUM(UsageDay.octets_out),
        fn.SUM(UsageDay.octets_in),
        fn.SUM(UsageDay.octets_out + UsageDay.octets_in),
        fn.SUM(UsageDay.seconds),
    )
    within = UsageDay.day.between(span.first.isoformat(), span.last.isoformat())
    query = UsageDay.select(UsageDay.day, *sums).where(within).group_by(UsageDay.day)
    rows = rows_of(query.order_by(UsageDay.day))
    total = ("All", *(sum(row[i] for row in rows) for i in range(1, 5)))
    return Table("Usage by day", (Column("Day"), *USED), rows, total, 3)


def top_users(span: Span) -> Table:
    """Who used most, by login."""
    first, last = span.first.isoformat(), span.last.isoformat()
    rows = [
        (one.of or "nobody we know", one.octets_out, one.octets_in, one.octets,
         one.seconds)
        for one in usage.customers(first, last, MOST_USERS)
    ]  # fmt: skip
    note = f"The first {MOST_USERS}." if len(rows) == MOST_USERS else ""
    return Table("Top users", (Column("Login"), *USED), rows, None, 3, note)


def sessions_by_day(span: Span) -> Table:
    """How many sessions began on each day, of how many devices."""
    began: Counter[str] = Counter()
    devices: dict[str, set[str]] = {}
    query = Session.select(Session.started_at, Session.mac).where(
        span.holds(Session.started_at)
    )
    for at, mac in stream(query):
        day = span.local(at).strftime("%Y-%m-%d")
        began[day] += 1
        devices.setdefault(day, set()).add(mac)
    rows = [
        (day.strftime("%a %d.%m.%Y"), began[key], len(devices.get(key, ())))
        for day in span.days()
        for key in [day.isoformat()]
    ]
    seen = set().union(*devices.values()) if devices else set()
    columns = (Column("Day"), Column("Sessions", "count"), Column("Devices", "count"))
    total = ("All", sum(began.values()), len(seen))
    return Table("Sessions by day", columns, rows, total, 1)


def every_customer(span: Span) -> Table:
    """Every customer who bought in the span. A stream."""
    columns = (
        Column("Login"),
        Column("Phone"),
        Column("Since", "time"),
        Column("Bought", "count"),
        Column("Last bought", "time"),
    )
    return Table("Customers, each", columns, _each(span), zone=span.zone)


def _each(span: Span) -> Iterator[Sequence[Any]]:
    query = (
        Customer.select(
            Customer.username,
            Customer.phone,
            Customer.made_at,
            fn.COUNT(Subscription.id),
            fn.MAX(Subscription.made_at),
        )
        .join(Subscription)
        .where(span.holds(Subscription.made_at))
        .group_by(Customer.id)
        .order_by(Customer.id)
    )
    for name, phone, made_at, count, last in stream(query):
        yield name, mask(phone) if phone else "", made_at, count, last
