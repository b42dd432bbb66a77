"""What M-Pesa made of an inquiry: judged, and handed to whom it concerns."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from hotspot_lite import jobs, store
from hotspot_lite.trade.models import Inquiry, InquiryBody, Payment, Refund
from hotspot_lite.trade.money import payments, prompts, transfers, undecided
from hotspot_lite.trade.takings import claims, confirming, inquiries, refunds
from hotspot_lite.trade.takings.inquiries import Ordered

# A prompt is paid within a minute; and our clock may differ from M-Pesa's.
PROMPT_SECONDS, CLOCKS_SECONDS = 900, 300
NOT_FOUND, ALREADY_REVERSED = "2033", "R000001"


class Result(Protocol):
    """A result, as its wire has read it; `value` is "" for what isn't there."""

    @property
    def code(self) -> str: ...
    @property
    def ok(self) -> bool: ...
    @property
    def says(self) -> str: ...
    @property
    def receipt(self) -> str: ...
    @property
    def amount_cents(self) -> int | None: ...
    @property
    def finalised_at(self) -> int | None: ...
    def value(self, name: str) -> str: ...


@dataclass(frozen=True)
class FromStatus:
    """Money that a status tells of, as `transfers.Told` wants it."""

    receipt: str
    amount_cents: int
    shortcode: str
    phone: str
    payer: str
    account: str = ""
    phone_hash: str = ""
    phone_hint: str = ""


def sent(inquiry: Inquiry, answer: Ordered, now: int) -> None:
    """Keep what was answered at once; a refusal ends the matter."""
    with store.atomic():
        jobs.finish()
        if inquiries.sent(inquiry, answer, now) and answer.kind == "refused":
            _came_to_nothing(inquiry, answer.says, now)


def gave_up(inquiry_id: int, error: str, now: int) -> None:
    """It could not be sent at all."""
    inquiry = store.get(Inquiry, inquiry_id)
    with store.atomic():
        inquiries.answered(inquiry, "not-sent", error, now)
        _came_to_nothing(inquiry, error, now)


def hear(body_id: int, result: Result | None, ours: Collection[str], now: int) -> str:
    """Judge a body that came to an inquiry's address; `ours` are our numbers.

    `result` is None where it can't be read. Verdicts: late, unreadable, again, done,
    refused, agreed, denied, known, taken-back, not-ours and those of a transfer.
    """
    with store.atomic():
        jobs.finish()
        body = store.get(InquiryBody, body_id)
        verdict = _judge(body, body.inquiry, result, ours, now)
        inquiries.judged(body_id, verdict)
    return verdict


def _judge(
    body: InquiryBody,
    inquiry: Inquiry,
    result: Result | None,
    ours: Collection[str],
    now: int,
) -> str:
    if body.is_timeout or result is None:
        _is_unclear(inquiry, bool(body.is_timeout), now)
        return "late" if body.is_timeout else "unreadable"
    is_new = inquiries.answered(inquiry, result.code, result.says, now)
    if not is_new and inquiry.kind == "status":
        return "again"
    if inquiry.kind == "reversal":
        return _reversed(inquiry, result, now)
    if inquiry.refund is not None:
        return _after(inquiry.refund, result, now)
    return _status(inquiry, result, ours, now)


def _is_unclear(inquiry: Inquiry, is_late: bool, now: int) -> None:
    says = "M-Pesa's answer can't be read."
    if is_late:
        says = "M-Pesa did not come to it in time."
    refund = _ordered(inquiry)
    if refund is not None and refund.state in refunds.OPEN:
        refunds.is_uncertain(refund, says, now)


def _came_to_nothing(inquiry: Inquiry, says: str, now: int) -> None:
    refund = _ordered(inquiry)
    if refund is not None:
        refunds.did_not_go(refund, says, now)
    elif inquiry.payment is not None:
        _unconfirmed(inquiry.payment, says, now)


def _ordered(inquiry: Inquiry) -> Refund | None:
    """The refund that it orders; None for a question."""
    return inquiry.refund if inquiry.kind == "reversal" else None


# -- A reversal --------------------------------------------------------------------


def _reversed(inquiry: Inquiry, result: Result, now: int) -> str:
    refund = inquiry.refund
    if refund is None:
        return "known"
    if not result.ok and result.code != ALREADY_REVERSED:
        refunds.did_not_go(refund, result.says, now)
        return "refused"
    says = "" if result.ok else result.says
    if refunds.went_back(refund, result.receipt, says, now):
        return "done"
    if refund.state == "failed":
        says = f"It was noted as not given back, but M-Pesa did: {result.receipt}."
        undecided.leave("contradicted", says, now, refund.payment, refund.transfer)
        return "denied"
    return "again"


def _after(refund: Refund, result: Result, now: int) -> str:
    """Asked what became of a reversal: a yes ends it, anything else a person does."""
    status = result.value("TransactionStatus")
    if result.ok and status.lower() == "completed":
        receipt = result.value("ReceiptNo") or result.receipt
        return "done" if refunds.went_back(refund, receipt, "", now) else "known"
    says = f"Asked what became of it, M-Pesa says: {status or result.says}"
    refunds.is_uncertain(refund, says, now)
    return "refused"


# -- A transaction's status --------------------------------------------------------


def _status(inquiry: Inquiry, result: Result, ours: Collection[str], now: int) -> str:
    payment = inquiry.payment or store.find(Payment, receipt=inquiry.receipt)
    if not result.ok:
        return _no_such_money(payment, result, now)
    status = result.value("TransactionStatus")
    money = _money(inquiry.receipt, result)
    if "revers" in status.lower():
        return _taken_back(payment, inquiry.receipt, now)
    # Samples without a payee exist: of a receipt that a callback told, that will do.
    payees = (*ours, "") if payment is not None else tuple(ours)
    if status.lower() != "completed" or money is None or money.shortcode not in payees:
        says = f"Asked, it says of {inquiry.receipt}: {status or result.says}."
        return _denied(payment, says, now) or "not-ours"
    if payment is None:
        return _new_money(money, result.finalised_at or now, now)
    told = confirming.awaited(payment)
    if payment.state == "paid" or told is None:
        return "known"
    if money.amount_cents != payment.amount_cents:
        says = f"Asked, it says that {money.amount_cents / 100:,.2f} were paid."
        return confirming.denied(payment, told, says, now)
    confirming.agreed(payment, told, now)
    return "agreed"


def _new_money(money: FromStatus, at: int, now: int) -> str:
    """Money that no payment has the receipt of: a prompt's that never told it, or
    paid by hand. The same money must not give time twice."""
    prompts = _prompts_of(money, at)
    if not prompts:
        return claims.heard(money, now)
    if money.phone and len(prompts) == 1:
        payments.mark_paid(prompts[0], "status", None, money.receipt, now)
        claims.arrived(money.receipt, now)
        return "agreed"
    transfer = transfers.keep(money, now)
    if transfer is not None:
        ids = ", ".join(str(payment.id) for payment in prompts)
        says = f"It may be the money of payment {ids}, whose receipt nobody told."
        transfers.doubt(transfer, "unmatched-transfer", says, now)
    return "unmatched"


def _prompts_of(money: FromStatus, at: int) -> list[Payment]:
    query = Payment.select().where(
        (Payment.provider == "mpesa")
        & (Payment.kind == "prompt")
        & Payment.receipt.is_null()
        & (Payment.amount_cents == money.amount_cents)
        & prompts.begun_between(at - PROMPT_SECONDS, at + CLOCKS_SECONDS)
        & (Payment.state != "asked")
    )
    if money.phone:
        query = query.where(Payment.phone == money.phone)
    return list(query)


def _money(receipt: str, result: Result) -> FromStatus | None:
    if result.value("ReceiptNo") not in ("", receipt) or not result.amount_cents:
        return None
    payer, _, name = result.value("DebitPartyName").partition(" - ")
    is_whole = payer.isascii() and payer.isdigit() and len(payer) == 12
    payee = result.value("CreditPartyName").partition(" - ")[0].strip()
    first = name.split()[0] if name.split() else ""
    phone = payer if is_whole else ""
    return FromStatus(receipt, result.amount_cents, payee, phone, first)


def _no_such_money(payment: Payment | None, result: Result, now: int) -> str:
    if result.code == NOT_FOUND:
        return _denied(payment, f"Asked, it says: {result.says}", now) or "refused"
    if payment is not None:
        # The question was refused: that says nothing about the money.
        _unconfirmed(payment, result.says, now)
    return "refused"


def _denied(payment: Payment | None, says: str, now: int) -> str:
    told = confirming.awaited(payment) if payment is not None else None
    if payment is None or told is None:
        return ""
    return confirming.denied(payment, told, says, now)


def _unconfirmed(payment: Payment, says: str, now: int) -> None:
    if confirming.awaited(payment) is not None:
        undecided.leave("unconfirmed", says, now, payment)


def _taken_back(payment: Payment | None, receipt: str, now: int) -> str:
    says = f"M-Pesa says that {receipt} was reversed."
    if payment is None:
        return "taken-back"
    if payment.state == "paid":
        refunds.told(payment, "", says, now)
        return "taken-back"
    return _denied(payment, says, now) or "taken-back"
