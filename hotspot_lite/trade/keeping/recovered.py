"""After a backup was restored: what the world did since is not done a second time.

The backup is up to an hour old. What it holds as still to be asked for may have been
asked for: nobody is prompted, paid back or written to again by it. Payments that only
the broken file knows are taken over as open ones, so that their provider is asked what
became of them; what nobody can be asked about comes to the exceptions list.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from peewee import IntegrityError, fn

from hotspot_lite import store
from hotspot_lite.trade.models import Inquiry, Message, Payment, Plan, Refund
from hotspot_lite.trade.takings import refunds

SAYS = "A backup was restored; nobody knows whether this was done before."
# What the ordinary way of a payment writes; it goes that way again.
UNKNOWN: dict[str, Any] = {
    "receipt": None,
    "result_code": "",
    "result_text": "",
    "settled_by": "",
    "answered_at": None,
    "paid_at": None,
    "queries": 0,
}
# What the broken file may know better of a payment that the backup holds as open.
ABOUT_THE_PROMPT = ("merchant_request_id", "checkout_request_id", "sent_at")


@dataclass(frozen=True)
class Since:
    """What is done about the time since the backup: counts of rows."""

    payments: int  # taken over from the broken file
    doubtful: int  # held by the backup as still to do

    def __str__(self) -> str:
        return (
            f"{self.payments} payments were taken over from the broken file,"
            f" {self.doubtful} things may have been done already and are not repeated."
        )


def settle(broken: Path | None, now: int) -> Since:
    """Make the restored database safe to work with; `broken` is the file it replaces.

    All in one transaction: a power cut in it leaves it to be done again.
    """
    with store.atomic():
        doubtful = _doubt_what_was_to_do(now)
        rows = list(_rows_of(broken)) if broken else []
        return Since(sum(_take_over(row) for row in rows), doubtful)


def _doubt_what_was_to_do(now: int) -> int:
    # M-Pesa only: asking Paystack again is the same asking.
    prompts = (Payment.state == "asked") & (Payment.provider == "mpesa")
    count: int = (
        Payment.update(state="uncertain", sent_at=fn.COALESCE(Payment.sent_at, now))
        .where(prompts)
        .execute()
    )
    for refund in list(Refund.select().where(Refund.state == "asked")):
        refunds.is_uncertain(refund, SAYS, now)
        count += 1
    orders = (Inquiry.state == "asked") & (Inquiry.kind == "reversal")
    Inquiry.update(state="uncertain", says=SAYS).where(orders).execute()
    unsent = Message.state.in_(("waiting", "sending"))
    count += Message.update(state="uncertain", says=SAYS).where(unsent).execute()
    return count


def _rows_of(broken: Path) -> Iterator[dict[str, Any]]:
    """Every payment that can still be read, the newest first.

    By its number each: what is damaged stops one row, not those behind it.
    """
    with suppress(sqlite3.Error), closing(sqlite3.connect(broken)) as old:
        old.row_factory = sqlite3.Row
        known = Payment.select(fn.MAX(Payment.id)).scalar() or 0
        newest = _newest_id(old, known)
        for number in range(newest, 0, -1):
            if number <= known and not _is_open(number):
                continue
            with suppress(sqlite3.Error):
                row = old.execute(
                    "SELECT * FROM payment WHERE id = ?", (number,)
                ).fetchone()
                if row is not None:
                    yield dict(row)


def _newest_id(old: sqlite3.Connection, known: int) -> int:
    # Where the end of the table can't be read, guess: a payment a second for an hour.
    try:
        return int(old.execute("SELECT max(id) FROM payment").fetchone()[0] or 0)
    except sqlite3.Error:
        return known + 3600


def _is_open(number: int) -> bool:
    states = Payment.state.in_(("sent", "uncertain"))
    return Payment.select().where((Payment.id == number) & states).exists()


def _take_over(row: dict[str, Any]) -> bool:
    """Whether the payment is new here; one that is here learns of its prompt."""
    mine = Payment.get_or_none(Payment.id == row["id"])
    if mine is None:
        return _insert(row)
    if mine.ref == row["ref"] and mine.checkout_request_id is None:
        change = {name: row[name] for name in ABOUT_THE_PROMPT if row[name]}
        if row["checkout_request_id"]:
            change["state"] = "sent"
        if change:
            Payment.update(**change).where(Payment.id == mine.id).execute()
    return False


def _insert(row: dict[str, Any]) -> bool:
    columns = set(Payment._meta.columns)
    kept = {name: value for name, value in row.items() if name in columns}
    if kept["state"] != "failed":
        kept |= UNKNOWN
        kept["state"] = "sent" if kept["checkout_request_id"] else "uncertain"
    if not Plan.select().where(Plan.id == kept["plan_id"]).exists():
        kept["plan_id"] = None  # its terms are in the row
    with suppress(IntegrityError):
        Payment.insert(
            {Payment._meta.columns[name]: value for name, value in kept.items()}
        ).execute()
        return True
    return False
