"""Payments as they are listed: searched, narrowed down and put in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from peewee import SQL

from hotspot_lite.trade.house import listing
from hotspot_lite.trade.house.listing import Order
from hotspot_lite.trade.models import Payment

STATES = ("paid", "failed", "waiting")
# Word for word as their partial indexes say it: with parameters SQLite could not tell
# that those hold what is wanted.
OPEN = SQL("t1.state IN ('asked', 'sent', 'uncertain')")
RARE = SQL("t1.provider <> 'mpesa'")
# So many digits are a whole number, without its zero or 254.
WHOLE_NUMBER = 9
# M-Pesa's receipts have ten.
WHOLE_RECEIPT = 10
ORDERS = {
    "newest": Order("Newest first", Payment.asked_at),
    "oldest": Order("Oldest first", Payment.asked_at, is_down=False),
    "most": Order("Largest first", Payment.amount_cents),
    "least": Order("Smallest first", Payment.amount_cents, is_down=False),
}


@dataclass(frozen=True)
class Wanted:
    """Which payments: `since` and `until` are of when they were asked for, or None.

    An unknown state, provider or order is none.
    """

    search: str = ""
    state: str = ""
    provider: str = ""
    since: int | None = None
    until: int | None = None
    order: str = "newest"

    def query(self) -> Any:
        """All of them, in no order."""
        query = Payment.select()
        if self.search:
            query = query.where(_holds(self.search))
        if self.state == "waiting":
            query = query.where(OPEN)
        elif self.state in STATES:
            query = query.where(Payment.state == self.state)
        if self.provider:
            query = query.where(Payment.provider == self.provider)
            if self.provider != "mpesa":
                query = query.where(RARE)
        if self.since is not None:
            query = query.where(Payment.asked_at >= self.since)
        if self.until is not None:
            query = query.where(Payment.asked_at < self.until)
        return query

    def in_order(self) -> Order:
        """The order that is wanted."""
        return ORDERS.get(self.order, ORDERS["newest"])


def page(wanted: Wanted, mark: str, count: int) -> tuple[list[Payment], str]:
    """`count` of them after `mark`, and the mark to go on from; "" is the end."""
    return listing.page(wanted.query(), wanted.in_order(), mark, count)


def each(wanted: Wanted) -> Iterator[Payment]:
    """All of them in order, one at a time: a million don't fit a Pi."""
    found: Iterator[Payment] = wanted.in_order().sort(wanted.query()).iterator()
    return found


def _holds(asked: str) -> Any:
    """Whose phone or receipt holds that text.

    A whole number is found at once; a part of one is looked for in the indexes of both,
    which hold a tenth of what the rows do.
    """
    digits = "".join(sign for sign in asked if sign.isdigit()).lstrip("0")
    is_number = bool(digits) and not any(sign.isalpha() for sign in asked)
    if is_number and len(digits) >= WHOLE_NUMBER:
        return Payment.phone == f"254{digits[-WHOLE_NUMBER:]}"
    if not is_number and len(asked) >= WHOLE_RECEIPT:
        return Payment.receipt == asked.upper()
    other = Payment.alias()
    receipts = other.select(other.id).where(other.receipt.contains(asked))
    found = Payment.id.in_(receipts)
    if is_number:
        phones = other.select(other.id).where(other.phone.contains(digits))
        found |= Payment.id.in_(phones)
    return found
