"""Looks for what should have been settled by now, and puts it on the exceptions list.

Each matter is put there once: what a person has closed does not come back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import pairwise

from peewee import fn

from hotspot_lite.trade.models import Payment, Session, Subscription, Undecided
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.takings import confirming, refunds

# Without an id nothing can be asked about a push; with one the queries go on.
UNASKABLE_SECONDS, OPEN_SECONDS = 600, 3600
ACCESS_SECONDS, RECEIPT_SECONDS, DAY_SECONDS = 60, 86400, 86400
# Tried again: two prompts of one wish are never further apart.
SAME_WISH_SECONDS = 3600
LOOK_BACK_SECONDS = 8 * DAY_SECONDS

Found = Iterable[tuple[Payment, str]]


def look(now: int) -> int:
    """Open what is overdue, close what has solved itself; how many were opened.

    Only under a believed clock: ages mean nothing under another.
    """
    _close_those_online(now)
    for refund in refunds.overdue(now):
        refunds.is_uncertain(refund, "M-Pesa has not said what became of it.", now)
    kinds: tuple[tuple[str, Callable[[int], Found]], ...] = (
        ("uncertain-push", _uncertain),
        ("receipt-missing", _without_receipt),
        ("unconfirmed", _unconfirmed),
        ("no-access", _not_online),
        ("double-success", _paid_twice),
    )
    return sum(_leave_new(kind, find(now), now) for kind, find in kinds)


def _leave_new(kind: str, found: Found, now: int) -> int:
    matters = list(found)
    if not matters:
        return 0
    ids = [payment.id for payment, _ in matters]
    known = Undecided.select(Undecided.payment).where(
        (Undecided.kind == kind) & Undecided.payment.in_(ids)
    )
    old = {row.payment.id for row in known if row.payment}
    return sum(
        undecided.leave(kind, says, now, payment)
        for payment, says in matters
        if payment.id not in old
    )


def _uncertain(now: int) -> Found:
    asked = Payment.asked_at.between(now - LOOK_BACK_SECONDS, now - UNASKABLE_SECONDS)
    query = Payment.select().where(Payment.state.in_(("sent", "uncertain")) & asked)
    for payment in query:
        if payment.checkout_request_id is None:
            yield payment, "The prompt was sent; M-Pesa never said what came of it."
        elif payment.asked_at < now - OPEN_SECONDS:
            yield payment, "Asked again and again, M-Pesa does not say how it ended."


def _unconfirmed(now: int) -> Found:
    for payment in confirming.overdue(now):
        yield payment, "A callback said paid; asked, M-Pesa has not confirmed it."


def _without_receipt(now: int) -> Found:
    # By when it was paid: without a receipt are all those in cash of years, too.
    query = Payment.select().where(
        (Payment.state == "paid")
        & (Payment.provider == "mpesa")
        & (fn.COALESCE(Payment.receipt, "") == "")
        & Payment.paid_at.between(now - LOOK_BACK_SECONDS, now - RECEIPT_SECONDS)
    )
    for payment in query:
        yield payment, "M-Pesa said that it was paid, but never told the receipt."


def _not_online(now: int) -> Found:
    query = Subscription.select().where(
        Subscription.ended_at.is_null()
        & Subscription.payment.is_null(False)
        & Subscription.access.in_(("waiting", "failed"))
        & (Subscription.made_at < now - ACCESS_SECONDS)
        & (Subscription.made_at > now - LOOK_BACK_SECONDS)
        & (Subscription.starts_at.is_null() | (Subscription.starts_at < now - 60))
    )
    for subscription in query:
        payment = subscription.payment
        if payment and _asked_here(payment) and not _was_online(subscription):
            says = subscription.access_says or "The device does not appear online."
            yield payment, says


def _asked_here(payment: Payment) -> bool:
    # Paid at the counter or from M-Pesa's menu, the device may be anywhere.
    return payment.settled_by in ("callback", "query", "status")


def _was_online(subscription: Subscription) -> bool:
    # RADIUS admits without our doing: accounting then tells of it.
    if subscription.access == "admitted":
        return True
    return Session.select().where(Session.subscription == subscription).exists()


def _close_those_online(now: int) -> None:
    for row in undecided.waiting("no-access"):
        time = Subscription.get_or_none(Subscription.payment == row.payment)
        if row.payment and time is not None and _was_online(time):
            undecided.settle("no-access", row.payment, "The device is online.", now)


def _paid_twice(now: int) -> Found:
    """The later of two payments where it was asked before the earlier was paid."""
    query = Payment.select().where(
        (Payment.state == "paid")
        & (Payment.paid_at > now - DAY_SECONDS)
        & (Payment.provider == "mpesa")
        & (Payment.mac != "")
    )
    # Sorted here: SQLite might read all of years by phone to be spared a day's sorting.
    rows = sorted(query, key=lambda row: (row.phone, row.mac, row.id))
    for one, two in pairwise(rows):
        same = (one.phone, one.mac, one.terms) == (two.phone, two.mac, two.terms)
        soon = two.asked_at - one.asked_at < SAME_WISH_SECONDS
        if same and soon and (one.paid_at or 0) > two.asked_at:
            yield two, f"Payment {one.id} and payment {two.id} are of one wish."
