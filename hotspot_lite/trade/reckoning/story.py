"""The whole story of one payment: what was asked, heard, given and taken, in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hotspot_lite.trade.models import (
    Callback,
    Inquiry,
    InquiryBody,
    Message,
    MoneyFact,
    Payment,
    Refund,
    Subscription,
    ToldPaid,
    Undecided,
)
from hotspot_lite.trade.money import undecided

VERDICTS = {
    "paid": "It says paid, and agrees with what was asked.",
    "told": "It says paid. M-Pesa is asked to confirm it.",
    "failed": "It says that nothing was paid.",
    "already": "It says what is known already.",
    "unreadable": "It can't be read.",
    "no-amount": "It says paid and no amount: M-Pesa is asked.",
    "wrong-amount": "It says another amount than was asked.",
    "wrong-id": "It carries the id of another payment.",
    "orphan-callback": "It carries an id that nobody knows.",
    "receipt-twice": "Its receipt is on another payment.",
    "contradicted": "It contradicts what was told before.",
}
BY = {
    "callback": "The provider told so.",
    "query": "The provider said so when asked.",
    "status": "M-Pesa said so, asked about its receipt.",
    "answer": "The provider answered so at once.",
    "c2b": "Paid by hand.",
    "counter": "Taken at the counter.",
    "person": "Somebody of the staff saw the money.",
}
FACTS = {
    "taken": "In the ledger: money came",
    "given": "In the ledger: time was given",
    "refunded": "In the ledger: money was given back",
    "reversed": "In the ledger: the provider took it back",
    "written-off": "In the ledger: written off",
    "decided": "In the ledger: a person decided",
}
REFUNDS = {
    "asked": "It waits to be sent.",
    "sent": "M-Pesa has taken the order and has not said what became of it.",
    "uncertain": "Nobody knows whether M-Pesa did it. It is not sent again.",
    "done": "",
    "failed": "It did not go back.",
}
INQUIRIES = {"status": "M-Pesa is asked about", "reversal": "M-Pesa is told to reverse"}


@dataclass(frozen=True)
class Moment:
    """Something that happened; `body` is what came, as it came."""

    at: int
    title: str
    says: str = ""
    body: bytes = b""


def of(payment: Payment) -> list[Moment]:
    """Everything that is known of a payment, oldest first."""
    parts = (_asked, _callbacks, _second_word, _paid, _back, _facts, _time, _doubts)
    found = [moment for part in parts for moment in part(payment)]
    return sorted(found, key=lambda moment: moment.at)


def _asked(payment: Payment) -> Iterator[Moment]:
    yield Moment(payment.asked_at, "Asked for", f"{payment.amount_cents / 100:,.2f}")
    if payment.sent_at is not None:
        yield Moment(payment.sent_at, "Sent to the provider")
    if payment.queries and payment.answered_at is not None:
        says = f"{payment.queries} times, last now. {payment.result_text}".strip()
        yield Moment(payment.answered_at, "Asked what became of it", says)


def _paid(payment: Payment) -> Iterator[Moment]:
    if payment.paid_at is not None:
        yield Moment(payment.paid_at, "Paid", BY.get(payment.settled_by, ""))


def _callbacks(payment: Payment) -> Iterator[Moment]:
    for row in Callback.select().where(Callback.payment == payment):
        says = f"{VERDICTS.get(row.verdict, row.verdict)} From {row.peer}."
        yield Moment(row.received_at, "A callback came", says, bytes(row.body))


def _second_word(payment: Payment) -> Iterator[Moment]:
    for row in ToldPaid.select().where(ToldPaid.payment == payment):
        if row.ended_at is not None:
            yield Moment(row.ended_at, f"M-Pesa, asked to confirm, {row.came_to}")
    for asked in Inquiry.select().where(Inquiry.payment == payment):
        title = f"{INQUIRIES[asked.kind]} {asked.receipt}"
        yield Moment(asked.asked_at, title, asked.says)
        for came in InquiryBody.select().where(InquiryBody.inquiry == asked):
            says = f"{came.verdict}. From {came.peer}."
            yield Moment(came.received_at, "Its result came", says, bytes(came.body))


def _facts(payment: Payment) -> Iterator[Moment]:
    for row in MoneyFact.select().where(MoneyFact.payment == payment):
        by = f" By {row.who}." if row.who else ""
        title = f"{FACTS.get(row.kind, row.kind)}, {row.amount_cents / 100:,.2f}"
        yield Moment(row.at, title, _sentence(row.detail) + by)


def _time(payment: Payment) -> Iterator[Moment]:
    for time in Subscription.select().where(Subscription.payment == payment):
        yield Moment(time.made_at, f"Time given: {time.plan_name}")
        if time.admitted_at is not None:
            yield Moment(time.admitted_at, "The device is online", time.mac)
        elif time.access == "failed":
            yield Moment(time.made_at, "Not put online yet", time.access_says)
        if time.ended_at is not None:
            says = "Paused" if time.paused_at else "The time is over"
            yield Moment(time.ended_at, says)
        for row in Message.select().where(Message.subscription == time):
            yield Moment(row.made_at, f"SMS with the login: {row.state}", row.says)
            if row.delivered_at is not None:
                yield Moment(row.delivered_at, "The SMS was delivered")
            elif row.delivery:
                yield Moment(row.sent_at or row.made_at, f"The SMS: {row.delivery}")


def _back(payment: Payment) -> Iterator[Moment]:
    for row in Refund.select().where(Refund.payment == payment):
        way = {"mpesa": "by M-Pesa", "hand": "by hand", "told": "by Safaricom"}
        verb = "Given back" if row.state == "done" else "To be given back"
        title = f"{verb} {way[row.way]}, {row.amount_cents / 100:,.2f}"
        by = f" By {row.who}." if row.who else ""
        says = f"{_sentence(row.why)}{by} {REFUNDS[row.state]} {row.says}".strip()
        yield Moment(row.asked_at, title, says)


def _sentence(text: str) -> str:
    return f"{text.rstrip('.')}." if text else ""


def _doubts(payment: Payment) -> Iterator[Moment]:
    for row in Undecided.select().where(Undecided.payment == payment):
        title = undecided.kind_of(row).title
        yield Moment(row.at, f"Exception: {title}", row.says)
        if row.resolved_at is not None:
            by = row.resolved_by or "the box"
            says = f"{row.resolution}, {by}. {row.reason}".strip()
            yield Moment(row.resolved_at, f"Decided: {title}", says)
