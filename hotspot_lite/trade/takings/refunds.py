"""Money that goes back: by M-Pesa's reversal, by hand, or by the provider itself.

A refund is written down before anything is sent, and is sent once. Where nobody knows
whether M-Pesa did it, a person looks into the statement and says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError, fn

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit, events
from hotspot_lite.trade.models import (
    Payment,
    Refund,
    Subscription,
    Transfer,
    Voucher,
)
from hotspot_lite.trade.money import debts, ledger, sold, transfers, undecided
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import inquiries

LEAST_WHY, MOST_WHY = 3, 200
# A result comes within seconds; minutes were seen.
WAIT_SECONDS = 600
OPEN = ("asked", "uncertain", "sent")
_IS_OPEN = store.among(Refund.state, *OPEN)  # as the index refund_open


@dataclass(frozen=True)
class Wish:
    """What is to be given back, of which money, and why somebody wants that.

    `receipt` is that of money given back by hand. `amount_cents` None is all of it.
    """

    who: str
    why: str
    payment: Payment | None = None
    transfer: Transfer | None = None
    amount_cents: int | None = None
    receipt: str = ""


def by_hand(wish: Wish, now: int) -> Refund:
    """Note that money was given back in cash or in the M-Pesa portal. BadInput."""
    with store.atomic():
        refund = _write(wish, "hand", "done", now)
        _is_done(refund, now)
    return refund


def by_mpesa(wish: Wish, key: bytes, now: int) -> Refund:
    """Have M-Pesa reverse a payment: written down, and sent by a job. BadInput."""
    receipt = _receipt(wish)
    with store.atomic():
        refund = _write(wish, "mpesa", "asked", now)
        about = wish.payment or wish.transfer
        if about is None or refund.amount_cents != about.amount_cents:
            raise BadInput(
                "M-Pesa reverses a payment as a whole.",
                "Give the part back yourself and note it.",
                field="amount",
            )
        inquiries.put("reversal", receipt, key, now, wish.payment, refund)
        audit.note(wish.who, "refund", _about(refund, wish.why), now)
    return refund


def _receipt(wish: Wish) -> str:
    about = wish.payment or wish.transfer
    is_other = wish.payment is not None and wish.payment.provider != "mpesa"
    if about is None or not about.receipt or is_other:
        raise BadInput(
            "M-Pesa can't give that back: it has no M-Pesa receipt.",
            "Give it back yourself and note it.",
            field="way",
        )
    return str(about.receipt)


def told(
    payment: Payment, receipt: str, says: str, now: int, amount_cents: int | None = None
) -> Refund | None:
    """The provider says that it took a payment back itself; None where that is known.

    All that is left of it, unless `amount_cents` is less.

    The box did not do it: a person is told.
    """
    left = _left(payment)
    if left <= 0:
        return None
    amount = min(left, amount_cents or left)
    wish = Wish("", says, payment, amount_cents=amount, receipt=receipt)
    with store.atomic():
        refund = _write(wish, "told", "done", now)
        _is_done(refund, now)
        undecided.leave("reversed", says, now, payment)
    return refund


# -- Written -----------------------------------------------------------------------


def _write(wish: Wish, way: str, state: str, now: int) -> Refund:
    why = " ".join(wish.why.split())[:MOST_WHY]
    if len(why) < LEAST_WHY:
        raise BadInput("Say why, in a few words.", field="reason")
    amount, is_whole = _amount(wish)
    if wish.transfer is not None and not transfers.mark(wish.transfer, "refunded", now):
        raise BadInput("That money is settled already.", "Load the page again.")
    try:
        with store.atomic():
            return Refund.create(
                payment=wish.payment,
                transfer=wish.transfer,
                amount_cents=amount,
                way=way,
                state=state,
                is_whole=is_whole,
                receipt=wish.receipt,
                who=wish.who,
                why=why,
                asked_at=now,
            )
    except IntegrityError:
        raise _twice() from None


def _amount(wish: Wish) -> tuple[int, bool]:
    """How much, and whether nothing is left then. Raises BadInput."""
    if wish.payment is None:
        whole = int(wish.transfer.amount_cents) if wish.transfer else 0
        return wish.amount_cents or whole, True
    payment = wish.payment
    if payment.state != "paid":
        # Money of an exception: it never was a payment's.
        return wish.amount_cents or payment.amount_cents, False
    left = _left(payment)
    amount = left if wish.amount_cents is None else wish.amount_cents
    if not left:
        raise _twice()
    if not 0 < amount <= left:
        raise BadInput(
            f"There are {left / 100:,.2f} left to give back.", field="amount"
        )
    return amount, amount == left


def _twice() -> BadInput:
    return BadInput("That was given back already, or is on its way.", field="way")


def given_back_cents(payment: Payment) -> int:
    """How much of a payment went back, or is on its way."""
    query = Refund.select(fn.COALESCE(fn.SUM(Refund.amount_cents), 0)).where(
        (Refund.payment == payment) & (Refund.state != "failed")
    )
    return int(query.scalar())


def _left(payment: Payment) -> int:
    return int(payment.amount_cents) - given_back_cents(payment)


# -- What became of it -------------------------------------------------------------


def went_back(refund: Refund, receipt: str, says: str, now: int) -> bool:
    """M-Pesa, or a person who looked, says that it is done; whether that is news."""
    return _end(refund, "done", receipt, says, now)


def is_uncertain(refund: Refund, says: str, now: int) -> None:
    """Nobody knows what M-Pesa did: it is not told again, a person looks."""
    this = (Refund.id == refund.id) & Refund.state.in_(OPEN)
    with store.atomic():
        if not Refund.update(state="uncertain", says=says).where(this).execute():
            return
        undecided.leave(
            "uncertain-refund",
            f"{says} {_about(refund, '')}.",
            now,
            refund.payment,
            None if refund.payment else refund.transfer,
            refund.amount_cents,
        )


def overdue(now: int) -> list[Refund]:
    """Refunds that left long ago, and M-Pesa has not said what became of them."""
    # None has left that was only asked for.
    query = Refund.select().where(_IS_OPEN & (Refund.sent_at < now - WAIT_SECONDS))
    return [refund for refund in query if refund.state != "asked"]


def did_not_go(refund: Refund, says: str, now: int) -> bool:
    """Surely nothing went back: it may be ordered anew; whether that is news."""
    return _end(refund, "failed", "", says, now)


def _end(refund: Refund, state: str, receipt: str, says: str, now: int) -> bool:
    change = {"state": state, "receipt": receipt, "says": says}
    this = (Refund.id == refund.id) & Refund.state.in_(OPEN)
    with store.atomic():
        if not Refund.update(change).where(this).execute():
            return False
        refund = store.get(Refund, refund.id)
        undecided.settle("uncertain-refund", refund.payment, says, now, refund.transfer)
        if state == "done":
            _is_done(refund, now)
        else:
            _has_failed(refund, now)
    return True


def _is_done(refund: Refund, now: int) -> None:
    """The money fact, once; and what the refund means for access."""
    Refund.update(done_at=now).where(Refund.id == refund.id).execute()
    payment, about = refund.payment, _about(refund, refund.why)
    if payment is None:
        # Nobody's until now: its coming is in no fact yet.
        ledger.write("taken", refund.amount_cents, now, None, about, refund.who)
    kind = "reversed" if refund.way == "told" else "refunded"
    ledger.write(kind, refund.amount_cents, now, payment, about, refund.who)
    if refund.who and refund.way == "hand":
        audit.note(refund.who, "refund", about, now)
    if payment is not None:
        says = "The money was given back."
        undecided.settle("paid-without-time", payment, says, now)
        undecided.settle("refund-failed", payment, says, now)
        if payment.state == "paid" and _left(payment) <= 0:
            debts.owe_again(payment, refund.who or "box", now)
        jobs.put("hotspot-sessions.after_refund", refund_id=refund.id)
    told = {"title": TITLES[refund.way], "says": about, "is_good": refund.way != "told"}
    events.announce("payment_refunded", told, now)


TITLES = {
    "mpesa": "Given back by M-Pesa",
    "hand": "Given back",
    "told": "Taken back by M-Pesa",
}


def _has_failed(refund: Refund, now: int) -> None:
    if refund.transfer is not None:
        # Nobody has it yet: it may be matched again.
        open_again = Transfer.update(state="open")
        open_again.where(Transfer.id == refund.transfer.id).execute()
    says = f"{refund.says} {_about(refund, '')}".strip()
    undecided.leave(
        "refund-failed",
        says,
        now,
        refund.payment,
        None if refund.payment else refund.transfer,
        refund.amount_cents,
    )


def _about(refund: Refund, why: str) -> str:
    # No name and no number: it goes to the ledger and to logs.
    what = f"payment {refund.payment.id}" if refund.payment else ""
    if refund.transfer is not None:
        what = refund.transfer.receipt
    by = f", receipt {refund.receipt}" if refund.receipt else ""
    return f"{refund.amount_cents / 100:.2f} of {what}{by}" + (why and f": {why}")


def of_payment(payment: Payment) -> list[Refund]:
    """Every refund of a payment, oldest first."""
    query = Refund.select().where(Refund.payment == payment)
    return list(query.order_by(Refund.id))


def open_of(payment: Payment | None, transfer: Transfer | None) -> Refund | None:
    """The refund of it of which nobody knows the end, or None."""
    about: Any = Refund.payment == payment
    if payment is None:
        about = Refund.transfer == transfer
    query = Refund.select().where(about & Refund.state.in_(OPEN))
    found: Refund | None = query.order_by(Refund.id.desc()).first()
    return found


def end_access(refund_id: int, now: int) -> list[str]:
    """End what the money had bought, where all of it went back; the devices (MACs)
    that are to leave. Safe to repeat."""
    with store.atomic():
        payment = store.get(Refund, refund_id).payment
        if payment is None or given_back_cents(payment) < payment.amount_cents:
            return []
        voucher = sold.voucher_of(payment)
        bought = Subscription.payment == payment
        if voucher is not None:
            unused = Voucher.redeemed_at.is_null() & Voucher.voided_at.is_null()
            void = Voucher.update(voided_at=now)
            void.where((Voucher.id == voucher.id) & unused).execute()
            bought = Subscription.voucher == voucher
        times = list(Subscription.select().where(bought))
        for time in times:
            subscriptions.end_early(time, now)
    return [time.mac for time in times if time.mac]
