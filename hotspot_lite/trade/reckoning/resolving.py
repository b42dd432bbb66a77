"""What a person does about an exception: each way, once, noted with who and why.

Money that came and was not recorded yet (a wrong amount) is taken into the ledger by
whatever is done about it, so that the ledger's takings stay those of the provider.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import operator
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import (
    Payment,
    Plan,
    Refund,
    Subscription,
    Transfer,
    Undecided,
)
from hotspot_lite.trade.money import debts, ledger, payments, transfers, undecided
from hotspot_lite.trade.people.phones import normalise_phone
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import confirming, matching, receipts, refunds

LEAST_REASON, MOST_REASON = 3, 200
LONG_NUMBER = re.compile(r"\d(?:[ -]?\d){6,}")


@dataclass(frozen=True)
class Decision:
    """What somebody decided; fields that its way does not use are ignored."""

    way: str
    who: str
    reason: str = ""
    plan: Plan | None = None  # None: as the payment's own terms say
    phone: str = ""
    receipt: str = ""
    key: bytes = field(default=b"", repr=False)  # the box's, where M-Pesa may be told


@dataclass(frozen=True)
class Way:
    """One thing to do about an exception, and who may do it besides the owner."""

    name: str
    button: str
    does: str
    act: Callable[[Undecided, Decision, int], None]
    needs_reason: bool = True
    closes: bool = True
    roles: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()  # fields of Decision it needs: phone, plan, receipt


def resolve(exception_id: int, decision: Decision, now: int) -> Undecided:
    """Do it and close the row, in one transaction. Raises BadInput.

    Who decides second is told so, and nothing is done twice.
    """
    with store.atomic():
        row = Undecided.get_or_none(Undecided.id == exception_id)
        if row is None or row.resolved_at is not None:
            raise BadInput("That is settled already.", "Load the list again.")
        way = _way(row, decision.way)
        reason = _reason(decision.reason, way.needs_reason)
        way.act(row, decision, now)
        _note(row, way, decision.who, reason, now)
        if way.closes:
            undecided.close(row, way.name, decision.who, reason, now)
    return row


def _way(row: Undecided, name: str) -> Way:
    if name not in undecided.kind_of(row).ways or name not in WAYS:
        raise BadInput(f"That can't be done about it: {name}.", field="way")
    return WAYS[name]


def _reason(text: str, is_needed: bool) -> str:
    reason = LONG_NUMBER.sub("…", " ".join(text.split()))[:MOST_REASON]
    if is_needed and len(reason) < LEAST_REASON:
        raise BadInput("Say why, in a few words.", field="reason")
    return reason


def _note(row: Undecided, way: Way, who: str, reason: str, now: int) -> None:
    told = f"exception {row.id} ({row.kind}): {reason}".rstrip(": ")
    audit.note(who, f"exception {way.name}", told, now)
    ledger.write(
        "decided", row.amount_cents or 0, now, row.payment, f"{way.name}, {told}", who
    )


# -- The ways ----------------------------------------------------------------------


def _grant(row: Undecided, decision: Decision, now: int) -> None:
    if row.transfer is not None:
        _grant_transfer(row.transfer, decision, now)
        return
    payment = _payment(row)
    if Subscription.select().where(Subscription.payment == payment).exists():
        raise BadInput("It has its time already.", "Mark it as seen.")
    if payments.is_given_back(payment):
        raise BadInput("Its money was given back.", "Note the refund.")
    _take(row, payment, decision.receipt, now)
    if decision.plan is not None:
        _sell_instead(store.get(Payment, payment.id), decision.plan)
    subscriptions.fulfil(payment.id, now)


def _sell_instead(payment: Payment, plan: Plan) -> None:
    terms = catalogue.terms_of(plan)
    owed_cents = debts.on_top(payment, terms.price_cents)
    terms = replace(terms, price_cents=terms.price_cents + owed_cents)
    change = {"plan": plan, "terms": terms.as_json()}
    Payment.update(change).where(Payment.id == payment.id).execute()


def _grant_transfer(transfer: Transfer, decision: Decision, now: int) -> None:
    if decision.plan is None:
        raise BadInput("Choose the package to give.", field="plan")
    whose = matching.of_phone(normalise_phone(decision.phone))
    matching.settle(transfer, whose, decision.plan, now, decision.who)


def _match(row: Undecided, decision: Decision, now: int) -> None:
    """As the owner's prices say: who matches can't give more than was paid for."""
    if row.transfer is None:
        raise BadInput("It is about no money paid by hand.")
    plan, _ = matching.buys(row.transfer.amount_cents)
    if plan is None:
        raise BadInput("That money buys no package on sale.", field="plan")
    whose = matching.of_phone(normalise_phone(decision.phone))
    matching.settle(row.transfer, whose, plan, now, decision.who)


def _take(row: Undecided, payment: Payment, receipt: str, now: int) -> None:
    """Record money that a person says is here, unless it is recorded."""
    payment = store.get(Payment, payment.id)
    if payment.state == "paid":
        return
    if row.amount_cents is not None and row.amount_cents > 0:
        payment.amount_cents = row.amount_cents
        Payment.update(amount_cents=row.amount_cents).where(
            Payment.id == payment.id
        ).execute()
    known = _free_receipt(receipt) or confirming.receipt_of(payment)
    if payments.mark_paid(payment, "person", None, known, now) == "receipt-twice":
        raise BadInput("Its receipt is on another payment.", field="receipt")


def _free_receipt(text: str) -> str | None:
    receipt = receipts.read(text) if text.strip() else None
    if receipt and Payment.select().where(Payment.receipt == receipt).exists():
        raise BadInput("That receipt is on another payment.", field="receipt")
    return receipt


def _enter_receipt(row: Undecided, decision: Decision, now: int) -> None:
    receipt = _free_receipt(decision.receipt)
    if receipt is None:
        raise BadInput("Enter the receipt.", field="receipt")
    change = Payment.update(receipt=receipt).where(Payment.id == _payment(row).id)
    change.execute()


def _refund(row: Undecided, decision: Decision, now: int) -> None:
    """Note money that was given back by hand."""
    if row.transfer is None:
        _take_doubtful(row, now)
    amount = max(0, row.amount_cents or 0) or None
    wish = refunds.Wish(
        decision.who,
        decision.reason,
        row.payment,
        row.transfer,
        amount,
        receipts.read(decision.receipt) if decision.receipt.strip() else "",
    )
    refunds.by_hand(wish, now)


def _reverse(row: Undecided, decision: Decision, now: int) -> None:
    """Have M-Pesa give all of it back."""
    if not decision.key:
        raise BadInput("M-Pesa can't be told to.", operator.TODO, field="way")
    wish = refunds.Wish(decision.who, decision.reason, row.payment, row.transfer)
    refunds.by_mpesa(wish, decision.key, now)


def _write_off(row: Undecided, decision: Decision, now: int) -> None:
    if row.transfer is not None and not transfers.mark(
        row.transfer, "written-off", now
    ):
        raise BadInput("That money is settled already.", "Load the list again.")
    amount = _take_doubtful(row, now)
    told = f"exception {row.id}"
    ledger.write("written-off", amount, now, row.payment, told, decision.who)


def _take_doubtful(row: Undecided, now: int) -> int:
    """Record money that came and is in no fact yet; how much is in doubt."""
    payment, amount = row.payment, max(0, row.amount_cents or 0)
    told = f"exception {row.id}"
    if row.transfer is not None:
        told = f"{row.transfer.receipt}, {told}"
    if amount and (payment is None or payment.state != "paid"):
        ledger.write("taken", amount, now, payment, told)
    return amount


def _has_arrived(row: Undecided, decision: Decision, now: int) -> None:
    said = f"Seen in the statement by {decision.who}."
    refunds.went_back(_refund_of(row), _free_receipt(decision.receipt) or "", said, now)


def _has_not(row: Undecided, decision: Decision, now: int) -> None:
    said = f"Not in the statement, says {decision.who}."
    refunds.did_not_go(_refund_of(row), said, now)


def _refund_of(row: Undecided) -> Refund:
    found = refunds.open_of(row.payment, row.transfer)
    if found is None:
        raise BadInput("That refund is settled already.", "Load the list again.")
    return found


def _try_again(row: Undecided, decision: Decision, now: int) -> None:
    time = Subscription.get_or_none(Subscription.payment == _payment(row))
    if time is None:
        raise BadInput("There is no time to connect anybody with.")
    subscriptions.call_for_access(time)


def _seen(row: Undecided, decision: Decision, now: int) -> None:
    """Nothing but to close it."""


def _payment(row: Undecided) -> Payment:
    payment: Payment | None = row.payment
    if payment is None:
        raise BadInput("It is about no payment of ours.")
    return payment


WAYS: dict[str, Way] = {
    way.name: way
    for way in (
        Way(
            "grant",
            "Give the time",
            "The money is here: give the customer the time, once.",
            _grant,
        ),
        Way(
            "match",
            "It is this customer's",
            "Give the phone's customer the package that this amount buys.",
            _match,
            needs_reason=False,
            roles=("cashier",),
        ),
        Way(
            "refund",
            "Note a refund",
            "You have given the money back yourself; note it.",
            _refund,
        ),
        Way(
            "reverse",
            "Have M-Pesa give it back",
            "All of it, to who paid. It is ordered once and can't be undone.",
            _reverse,
        ),
        Way(
            "arrived",
            "It went back",
            "Your M-Pesa statement shows the reversal.",
            _has_arrived,
            needs_reason=False,
        ),
        Way(
            "not-arrived",
            "It did not",
            "Your statement shows no reversal: it may be given back anew.",
            _has_not,
        ),
        Way(
            "write-off",
            "Write off",
            "Nothing more will be done about this money.",
            _write_off,
        ),
        Way(
            "receipt",
            "Enter the receipt",
            "As it stands in your M-Pesa statement.",
            _enter_receipt,
            needs_reason=False,
        ),
        Way(
            "retry",
            "Try again",
            "Ask the router once more. It stays here until the device is online.",
            _try_again,
            needs_reason=False,
            closes=False,
            roles=("cashier",),
        ),
        Way(
            "seen",
            "Close",
            "Nothing is to be done, or it is done.",
            _seen,
            needs_reason=False,
        ),
    )
}


def ways_of(row: Undecided) -> list[Way]:
    """What may be done about it, the likeliest first."""
    return [WAYS[name] for name in undecided.kind_of(row).ways if name in WAYS]
