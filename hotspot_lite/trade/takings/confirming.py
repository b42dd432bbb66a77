"""A callback says paid, and the owner wants M-Pesa's second word before it counts.

Callbacks are unsigned: their secret address is the proof (trust_token). Under
verify_query a query has to agree, under require_status the receipt's own status.
"""

from __future__ import annotations

from typing import Protocol

from hotspot_lite import jobs
from hotspot_lite.settings import Settings, operator
from hotspot_lite.trade.models import Payment, ToldPaid
from hotspot_lite.trade.money import payments, undecided

TRUST, QUERY, STATUS = "trust_token", "verify_query", "require_status"
# M-Pesa's word should be here by then; else a person looks.
OVERDUE_SECONDS = 600


class Said(Protocol):
    """What the callback says."""

    @property
    def checkout_request_id(self) -> str: ...
    @property
    def receipt(self) -> str | None: ...


def policy(settings: Settings) -> str:
    """`mpesa.confirm`; where nobody may ask for a status, a query has to do."""
    wanted = str(settings["mpesa.confirm"])
    can_not_ask = bool(operator.missing(settings))
    return QUERY if wanted == STATUS and can_not_ask else wanted


def wait(payment: Payment, said: Said, now: int) -> str:
    """Keep that it is told as paid, and the job that asks. In a transaction."""
    row = {"checkout_request_id": said.checkout_request_id, "receipt": said.receipt}
    new = ToldPaid.insert(payment=payment, told_at=now, came_to="", **row)
    if not new.on_conflict_ignore().as_rowcount().execute():
        return "told"
    change = {"state": "sent", "checkout_request_id": said.checkout_request_id}
    change |= {"result_code": "", "result_text": ""}
    Payment.update(change).where(Payment.id == payment.id).execute()
    jobs.put(
        "payments.verify",
        tags=payments.tags_of(payment),
        once=str(payment.id),
        payment_id=payment.id,
    )
    return "told"


def awaited(payment: Payment) -> ToldPaid | None:
    """What was told of a payment that still waits for the second word, or None."""
    found: ToldPaid | None = ToldPaid.get_or_none(
        (ToldPaid.payment == payment) & ToldPaid.ended_at.is_null()
    )
    return found


def agreed(payment: Payment, told: ToldPaid, now: int) -> str:
    """M-Pesa agrees: now it is paid. In a transaction."""
    _end(told, "agreed", now)
    says = "M-Pesa agrees."
    undecided.settle("unconfirmed", payment, says, now)
    return payments.mark_paid(
        payment, "callback", told.checkout_request_id, told.receipt, now
    )


def denied(payment: Payment, told: ToldPaid, says: str, now: int) -> str:
    """M-Pesa says otherwise: for a person, who may give the time. In a transaction."""
    _end(told, "denied", now)
    undecided.settle("unconfirmed", payment, says, now)
    undecided.leave("contradicted", f"A callback said paid. {says}", now, payment)
    return "contradicted"


def _end(told: ToldPaid, came_to: str, now: int) -> None:
    change = ToldPaid.update(ended_at=now, came_to=came_to)
    change.where(ToldPaid.payment == told.payment).execute()


def open_ones() -> list[ToldPaid]:
    """Every payment that waits for the second word, the longest waiting first."""
    query = ToldPaid.select(ToldPaid, Payment).join(Payment)
    waiting = ToldPaid.ended_at.is_null() & (Payment.state != "paid")
    return list(query.where(waiting).order_by(ToldPaid.told_at))


def receipt_of(payment: Payment) -> str | None:
    """The receipt that a callback told of a payment that was not believed, or None."""
    told = ToldPaid.get_or_none(ToldPaid.payment == payment)
    return told.receipt if told is not None else None


def overdue(now: int) -> list[Payment]:
    """Told as paid long ago, and M-Pesa has not said its second word."""
    old = ToldPaid.ended_at.is_null() & (ToldPaid.told_at < now - OVERDUE_SECONDS)
    query = Payment.select().join(ToldPaid).where(old & (Payment.state != "paid"))
    return list(query)
