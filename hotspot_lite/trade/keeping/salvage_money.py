"""Money comes back as what it was, and never twice.

A fact that follows the restored ledger's end by its hash is taken over as it stands:
then nothing in it was damaged. Behind the first that is missing the others are told
again at the end of the chain, each with its own moment. A payment that calls itself
paid needs a second witness: a fact, its time, or who sold it.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from hotspot_lite import store
from hotspot_lite.store.broken import Broken, Row
from hotspot_lite.trade.goods.catalogue import Terms
from hotspot_lite.trade.keeping import salvage, salvage_time
from hotspot_lite.trade.models import (
    Customer,
    MoneyFact,
    Payment,
    Plan,
    Subscription,
)
from hotspot_lite.trade.money import ledger, sold, undecided
from hotspot_lite.trade.money.ledger import Anchor

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
# What only a payment that is paid has.
OF_PAID = ("taken", "given")
PROVIDERS = {"counter": "cash", "agent": "agent"}  # by what a fact of theirs tells
UNSOLD = "It was paid for a voucher, and a damage took the note of which one."
UNREADABLE = "its fact could not be read"


@dataclass
class Books:
    """What the replaced file tells of money beyond the restored one."""

    facts: list[Row] = field(default_factory=list)  # the oldest first
    taken: dict[int, Row] = field(default_factory=dict)  # by payment
    given: dict[int, Row] = field(default_factory=dict)  # by payment
    times: dict[int, Row] = field(default_factory=dict)  # by payment
    sold: set[int] = field(default_factory=set)  # payments at a till, by an agent
    lost: list[Row] = field(default_factory=list)  # facts of payments that are gone
    made: int = 0  # payments, of a fact and their time

    def reopened(self, row: Row) -> Row:
        """A payment as it can be believed: paid with a witness, or asked again."""
        if row["state"] == "failed":
            return row
        if row["state"] == "paid" and self._is_witnessed(row):
            return row
        state = "sent" if row["checkout_request_id"] else "uncertain"
        return row | UNKNOWN | {"state": state}

    def _is_witnessed(self, row: Row) -> bool:
        mine, fact = store.find(Payment, id=row["id"]), self.taken.get(row["id"])
        if mine is not None and mine.state == "paid":
            return True
        if fact is not None:
            return bool(fact["amount_cents"] == row["amount_cents"])
        return row["id"] in self.times or row["id"] in self.sold

    def make_anew(self) -> None:
        """Payments that can't be read, of which a fact and their time tell enough."""
        for number, fact in self.taken.items():
            time = self.times.get(number)
            if time is not None and not store.has(Payment, id=number):
                _make_anew(number, fact, time)
                self.made += 1

    def give_again(self) -> None:
        """Time that a fact says was given, and whose own row can't be read."""
        for number, fact in self.given.items():
            payment = store.find(Payment, id=number)
            if payment is not None and payment.state == "paid":
                salvage_time.of_payment(payment, fact["at"])

    def enter(self, touched: Iterable[int]) -> None:
        """Add the facts to the ledger; write those that a payment must have."""
        told, is_chained = ledger.newest(), True
        for fact in self.facts:
            if not self._belongs(fact):
                is_chained = False
                continue
            is_chained = is_chained and _follows(fact, told)
            if is_chained:
                MoneyFact.insert(_named(fact)).execute()
                told = Anchor(fact["id"], fact["hash"])
            else:
                self._tell_again(fact)
        for number in sorted(touched):
            _complete(number)

    def _belongs(self, fact: Row) -> bool:
        # An open payment writes its own facts once it is known to be paid.
        if fact["kind"] not in OF_PAID or fact["payment_id"] is None:
            return True
        payment = store.find(Payment, id=fact["payment_id"])
        return payment is None or payment.state == "paid"

    def _tell_again(self, fact: Row) -> None:
        number = fact["payment_id"]
        payment = None if number is None else store.find(Payment, id=number)
        about = f"fact {fact['id']} of a replaced file"
        if number is not None and payment is None:
            about += f", payment {number}"
            if fact["kind"] == "taken":
                self.lost.append(fact)
        detail = f"{fact['detail']} ({about})".strip()
        amount, at = fact["amount_cents"], fact["at"]
        ledger.write(fact["kind"], amount, at, payment, detail, fact["who"])

    def tell_lost(self, now: int) -> int:
        """Put money whose payment can't be read on the exceptions list; how many."""
        if not self.lost:
            return 0
        cents = sum(fact["amount_cents"] for fact in self.lost)
        which = ", ".join(
            f"{fact['payment_id']} of {fact['amount_cents'] / 100:,.2f}"
            f" ({fact['detail'] or 'no receipt'})"
            for fact in self.lost[:20]
        )
        says = f"{len(self.lost)} payments came and can't be read any more: {which}."
        undecided.leave(
            "lost-payments", says, now, amount_cents=cents, subject=f"lost {now}"
        )
        return len(self.lost)


def leave_unsold(touched: Iterable[int], now: int) -> None:
    """Money for a voucher that can't be told any more goes to the exceptions list."""
    for number in sorted(touched):
        payment = store.find(Payment, id=number)
        if (
            payment is not None
            and payment.state == "paid"
            and sold.is_nobodys(payment)
            and sold.voucher_of(payment) is None
        ):
            undecided.leave("voucher-unknown", UNSOLD, now, payment)


def read(old: Broken) -> Books:
    """Read what tells of payments that are new there, or were open at the backup."""
    books, end = Books(), ledger.newest()
    found = salvage.each_row(old, "money_fact", end.fact_id)
    books.facts = sorted(found, key=lambda row: row["id"])
    for fact in books.facts:
        if fact["payment_id"] and fact["kind"] in OF_PAID:
            kept = books.taken if fact["kind"] == "taken" else books.given
            kept.setdefault(fact["payment_id"], fact)
    # Who was not paid at the backup got the time after it.
    for time in salvage.each_row(old, "subscription", salvage.newest("subscription")):
        if time["payment_id"]:
            books.times[time["payment_id"]] = time
    newest = salvage.newest("payment")
    for table in ("cash_sale", "agent_sale"):
        sales = salvage.each_row(old, table, newest)
        books.sold |= {row["payment_id"] for row in sales}
    return books


def is_anchor(row: Row) -> Row | None:
    """The row of an audit whose end the chain still has; None: that end is gone."""
    if not row["facts"]:
        return row
    fact = store.find(MoneyFact, id=row["facts"])
    return row if fact is not None and fact.hash == row["head"] else None


def _follows(fact: Row, end: Anchor) -> bool:
    number = fact["payment_id"]
    if fact["id"] != end.fact_id + 1 or (
        number is not None and not store.has(Payment, id=number)
    ):
        return False
    told = {name: fact[name] for name in ledger.NAMES}
    return bool(ledger.hash_of(told, end.hash) == fact["hash"])


def _named(fact: Row) -> dict[Any, Any]:
    columns = MoneyFact._meta.columns
    return {columns[name]: value for name, value in fact.items() if name in columns}


def _complete(number: int) -> None:
    """A paid payment has its fact, and its time has one."""
    payment = store.find(Payment, id=number)
    if payment is None or payment.state != "paid":
        return
    kinds = {
        fact.kind for fact in MoneyFact.select().where(MoneyFact.payment == number)
    }
    time = store.find(Subscription, payment_id=number)
    if "taken" not in kinds:
        detail = f"{payment.receipt or payment.settled_by} ({UNREADABLE})"
        at = payment.paid_at or payment.asked_at
        ledger.write("taken", payment.amount_cents, at, payment, detail)
    if "given" not in kinds and time is not None:
        detail = f"subscription {time.id} ({UNREADABLE})"
        ledger.write("given", payment.amount_cents, time.made_at, payment, detail)


def _make_anew(number: int, fact: Row, time: Row) -> None:
    ref, told = secrets.token_urlsafe(16), fact["detail"]
    provider = PROVIDERS.get(told, "mpesa")
    known = Payment.receipt == told
    is_receipt = provider == "mpesa" and told and not Payment.select().where(known)
    customer = Customer.get_or_none(Customer.id == time["customer_id"])
    Payment.insert(
        id=number,
        ref=ref,
        token_hash=f"none {ref}",  # no token has this as its hash
        provider=provider,
        kind="immediate",
        state="paid",
        terms=_terms(time).as_json(),
        amount_cents=fact["amount_cents"],
        phone=(customer and customer.phone) or "",
        mac=time["mac"],
        ip=time["ip"],
        receipt=told if is_receipt else None,
        result_code="0",
        settled_by="salvage",
        asked_at=fact["at"],
        paid_at=fact["at"],
    ).execute()


def _terms(time: Row) -> Terms:
    names = "price_cents duration_seconds data_bytes rate devices uptime_seconds fair"
    kept = {name: time[name] for name in (*names.split(), "happy") if name in time}
    kept["rate"] = time.get("full_rate") or time["rate"]
    plan = Plan.get_or_none(Plan.name == time["plan_name"])
    number = plan.id if plan else 0
    return Terms(plan_id=number, name=time["plan_name"], starts="sale", **kept)
