"""A prompt on a phone: how old it is there, and which of them are open."""

from __future__ import annotations

from typing import Any

from peewee import fn

from hotspot_lite import store
from hotspot_lite.trade.models import Payment

# Asked for longer ago and not sent yet (the worker was dead), it is never sent.
WAITS_SECONDS = 3600
# Word for word as the index payment_open has it, or SQLite would not use that.
_OPEN = "SELECT id FROM payment WHERE state IN ('asked', 'sent', 'uncertain')"


def begun_at(payment: Payment) -> int:
    """When the prompt left for the phone; when it was asked for while it has not.

    Between the two the box may have been off, or without internet: a prompt is only as
    old as it is on the phone.
    """
    return int(payment.sent_at or payment.asked_at)


def begun_between(since: int, until: int) -> Any:
    """In SQL, whether `begun_at` lies in [since, until]; by the index of asked_at.

    A prompt leaves within WAITS_SECONDS of being asked for, or never.
    """
    begun = fn.COALESCE(Payment.sent_at, Payment.asked_at)
    asked = Payment.asked_at.between(since - WAITS_SECONDS, until)
    return asked & begun.between(since, until)


def is_any_open() -> bool:
    """Whether any payment is open; mostly none is, and this is soon told."""
    return store.database.execute_sql(f"{_OPEN} LIMIT 1").fetchone() is not None


def open_since(at: int) -> list[int]:
    """The ids of open payments that were asked for since; a few among a million."""
    found = store.database.execute_sql(f"{_OPEN} AND asked_at >= ?", (at,)).fetchall()
    return [payment_id for (payment_id,) in found]


def waits_to_be_sent(now: int) -> Any:
    """In SQL, whether it rings as soon as the line is back: a second would ring too."""
    return (Payment.state == "asked") & (Payment.asked_at > now - WAITS_SECONDS)


def is_too_late(payment: Payment, now: int) -> bool:
    """Whether it was asked for so long ago that nobody waits for its prompt."""
    return payment.state == "asked" and payment.asked_at < now - WAITS_SECONDS
