"""Money: asked for, sent, paid or failed. `paid` is final, `failed` never is.

What a provider tells of it is judged in `hearsay`. Giving time for it is another thing
(`subscriptions`): a payment that is paid stays paid whatever the router does.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from typing import Any, Protocol

from peewee import IntegrityError, fn

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import discounts
from hotspot_lite.trade.goods.catalogue import Terms, read_terms, terms_of
from hotspot_lite.trade.goods.discounts import NO_CUT, Cut
from hotspot_lite.trade.house import events, room
from hotspot_lite.trade.models import (
    Payment,
    Plan,
    Refund,
    Subscription,
)
from hotspot_lite.trade.money import (
    asking,
    debts,
    ledger,
    prompts,
    sold,
    transfers,
    undecided,
)
from hotspot_lite.trade.people.phones import mask

# The prompt lives about 60 s on the phone (facts 1.10): after 75 s it can't be open.
PROMPT_SECONDS = 75
OPEN = ("asked", "sent", "uncertain")


@dataclass(frozen=True)
class Ask:
    """What a customer asks for: which plan, who pays, which device gets online.

    `provider` moves the money; `kind` says what the customer is to do: answer a
    "prompt", go to a page ("redirect"), nothing ("immediate"), pay by hand ("manual").
    """

    plan: Plan
    phone: str
    mac: str = ""
    ip: str = ""
    login_url: str = ""
    provider: str = "mpesa"
    kind: str = "prompt"
    lang: str = ""
    cut: Cut = NO_CUT


class Pushed(Protocol):
    """What became of asking, as the rail tells it."""

    @property
    def kind(self) -> str: ...
    @property
    def merchant_request_id(self) -> str | None: ...
    @property
    def checkout_request_id(self) -> str | None: ...
    @property
    def code(self) -> str: ...
    @property
    def says(self) -> str: ...
    @property
    def redirect_url(self) -> str: ...
    @property
    def receipt(self) -> str | None: ...


def callback_token(key: bytes, ref: str) -> str:
    """The secret end of a payment's callback URL: made from the box's key, not kept."""
    return hmac.new(key, f"callback {ref}".encode(), hashlib.sha256).hexdigest()[:40]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def tags_of(payment: Payment) -> list[str]:
    """The job tags of a payment, as the owner's documents name them."""
    return [
        f"payment:{payment.id}",
        f"phone:{mask(payment.phone)}",
        f"package:{terms(payment).plan_id}",
    ]


def ask(
    wish: Ask,
    key: bytes,
    now: int,
    clock_believed: bool = True,
    prompts_of_all: int = asking.OF_ALL,
) -> Payment:
    """Write down that money is asked for, and the job that asks. Idempotent.

    The row is on disk before the push leaves. The same wish again, while its prompt
    may be open, is the same payment. Raises BadInput where the phone or the device
    must wait, and for a free package; NoRoom where the disk is full.
    """
    if not wish.plan.price_cents:
        raise BadInput("That package is free.", "Use its own button.", field="plan")
    with store.atomic():
        same = _open_prompt(wish, now)
        if same is not None:
            return same
        room.refuse_sales()
        terms = wish.cut.of(terms_of(wish.plan))
        debt = debts.to_add(wish.phone, wish.mac, now)
        if debt is not None:
            owed_cents = terms.price_cents + debt.amount_cents
            terms = replace(terms, price_cents=owed_cents)
        discounts.refuse_used_up(wish.cut, wish.phone)
        asking.refuse_too_many(
            asking.Asker(
                wish.phone,
                wish.mac,
                wish.ip,
                terms.price_cents,
                wish.kind == "prompt",
            ),
            now,
            prompts_of_all,
        )
        ref = secrets.token_urlsafe(16)
        payment = store.create(
            Payment,
            ref=ref,
            token_hash=_hash(callback_token(key, ref)),
            provider=wish.provider,
            kind=wish.kind,
            state="asked",
            plan=wish.plan,
            terms=terms.as_json(),
            amount_cents=terms.price_cents,
            phone=wish.phone,
            mac=wish.mac,
            ip=wish.ip,
            login_url=wish.login_url,
            asked_at=now,
            clock_believed=clock_believed,
            lang=wish.lang,
            discount=wish.cut.discount,
            brought_by=wish.cut.friend,
            debt_id=debt.id if debt else None,
        )
        jobs.put("payments.push", tags=tags_of(payment), payment_id=payment.id)
    return payment


def last_phone(mac: str) -> str:
    """The number that last paid for a device (2547…); "" where none did."""
    paid = (Payment.mac == mac) & (Payment.state == "paid") & (Payment.phone != "")
    newest: Any = Payment.asked_at.desc()
    found = Payment.select(Payment.phone).where(paid).order_by(newest).first()
    return found.phone if found else ""


def _open_prompt(wish: Ask, now: int) -> Payment | None:
    found: Payment | None = (
        Payment.select()
        .where(
            (Payment.phone == wish.phone)
            & Payment.state.in_(OPEN)
            # A page that somebody left is no prompt: it stands in nobody's way.
            & ((Payment.kind == "prompt") | (Payment.provider == wish.provider))
            & (
                prompts.begun_between(now - PROMPT_SECONDS + 1, now)
                | prompts.waits_to_be_sent(now)
            )
        )
        .order_by(Payment.asked_at.desc())
        .first()
    )
    if found is None:
        return None
    if _is_same(found, wish):
        return found
    if found.kind != "prompt":
        return None
    raise BadInput(
        "An M-Pesa prompt is open on that phone.",
        "Answer it, or wait a minute.",
        field="phone",
    )


def _is_same(found: Payment, wish: Ask) -> bool:
    same_way = found.provider == wish.provider
    same_cut = (found.discount, found.brought_by) == (
        wish.cut.discount,
        wish.cut.friend,
    )
    same_goods = terms(found).plan_id == wish.plan.id and same_cut
    return same_way and same_goods and found.mac == wish.mac


def may_push(payment_id: int, now: int, repeatable: bool = False) -> Payment | None:
    """The payment, marked `uncertain`, if its money may be asked for; None if it was.

    Marked before the asking leaves: if we die in the middle of it, nobody knows whether
    the phone rang, and a second prompt could take the money twice. Where asking again
    is the same asking (`repeatable`), what was never answered is asked again.
    """
    with store.atomic():
        states = ("asked", "uncertain") if repeatable else ("asked",)
        changed = (
            Payment.update(state="uncertain", sent_at=now)
            .where((Payment.id == payment_id) & Payment.state.in_(states))
            .execute()
        )
        return store.get(Payment, payment_id) if changed else None


def not_pushed(payment_id: int) -> None:
    """Surely nothing left the box: the push may be tried again."""
    with store.atomic():
        Payment.update(state="asked", sent_at=None).where(
            (Payment.id == payment_id) & (Payment.state == "uncertain")
        ).execute()


def pushed(payment: Payment, answer: Pushed, now: int) -> None:
    """Keep what the provider answered to our push."""
    with store.atomic():
        change: dict[str, object] = {"answered_at": now}
        if answer.merchant_request_id:
            change["merchant_request_id"] = answer.merchant_request_id
        if answer.checkout_request_id:
            change["checkout_request_id"] = answer.checkout_request_id
        still_open = (Payment.id == payment.id) & (Payment.state == "uncertain")
        if answer.kind == "accepted":
            change |= {"state": "sent", "redirect_url": answer.redirect_url}
        elif answer.kind == "refused":
            change |= {"state": "failed", "result_code": answer.code}
            change["result_text"] = answer.says
        # A callback may have come first: then only the ids are news.
        if not Payment.update(change).where(still_open).execute():
            ids = {k: v for k, v in change.items() if k.endswith("_id")}
            if ids:
                Payment.update(ids).where(Payment.id == payment.id).execute()
        elif answer.kind == "refused":
            announce_failed(store.get(Payment, payment.id), answer.says, now)
        if answer.kind == "paid":
            paid = store.get(Payment, payment.id)
            mark_paid(paid, "answer", None, answer.receipt, now)
        jobs.finish()


def by_token(token: str) -> Payment | None:
    """The payment whose callback URL ends in `token`, or None."""
    return store.find(Payment, token_hash=_hash(token))


def by_ref(ref: str) -> Payment | None:
    """The payment whose waiting page ends in `ref`, or None."""
    return store.find(Payment, ref=ref)


def mark_paid(
    payment: Payment, by: str, checkout_id: str | None, receipt: str | None, now: int
) -> str:
    """The money is here: final. Also adopts the ids, and calls for its time."""
    change: dict[str, object] = {"state": "paid", "paid_at": now, "settled_by": by}
    change |= {"result_code": "0", "result_text": ""}
    if checkout_id:
        change["checkout_request_id"] = checkout_id
    if payment.state == "paid":
        return _add_receipt(payment, receipt, now)
    if receipt:
        change["receipt"] = receipt
    try:
        store.change(Payment, payment.id, **change)
    except IntegrityError:
        says = "Its receipt or id is on another payment already."
        undecided.leave("receipt-twice", says, now, payment)
        return "receipt-twice"
    ledger.write("taken", payment.amount_cents, now, payment, receipt or "")
    transfers.belongs_to(payment, receipt, now)
    undecided.settle("uncertain-push", payment, "It was paid.", now)
    call_for_time(payment)
    return "paid"


def call_for_time(payment: Payment) -> None:
    """Put the job that turns this payment into time, unless it waits already."""
    jobs.put(
        "payments.fulfil",
        tags=tags_of(payment),
        once=str(payment.id),
        payment_id=payment.id,
    )


def unfulfilled(payment: Payment, error: str, now: int) -> None:
    """Our own work on a paid payment gave up: the money stays paid, a person looks."""
    undecided.leave("paid-without-time", error, now, payment)
    announce_failed(payment, error, now)


def _add_receipt(payment: Payment, receipt: str | None, now: int) -> str:
    # Settled by a query, which tells no receipt; the late callback does.
    if receipt and payment.receipt is None:
        try:
            Payment.update(receipt=receipt).where(Payment.id == payment.id).execute()
        except IntegrityError:
            says = f"Its receipt {receipt} is on another payment already."
            undecided.leave("receipt-twice", says, now, payment)
            return "receipt-twice"
        transfers.belongs_to(payment, receipt, now)
        undecided.settle("receipt-missing", payment, "The receipt has come.", now)
    return "already"


def mark_failed(payment: Payment, code: str, says: str, now: int) -> str:
    """The provider says that no money came; a later success still may revive it."""
    changed = (
        Payment.update(state="failed", result_code=code, result_text=says)
        .where((Payment.id == payment.id) & (Payment.state != "paid"))
        .execute()
    )
    if not changed:
        return "already"
    undecided.settle("uncertain-push", payment, "It was not paid.", now)
    announce_failed(payment, says, now)
    return "failed"


def announce_failed(payment: Payment, error: str, now: int) -> None:
    """Tell the admin page: the provider refused, or our own work gave up."""
    events.announce(
        "payment_failed", {"payment": for_event(payment), "error": error}, now
    )


def for_event(payment: Payment) -> dict[str, object]:
    """A payment as the admin's events show it (facts/events.md)."""
    return {
        "id": payment.id,
        "amount": payment.amount_cents / 100,
        "phone_number": f"+{payment.phone}" if payment.phone else "",
        "transaction_id": payment.receipt,
        "package": terms(payment).name,
    }


def terms(payment: Payment) -> Terms:
    """What the payment is for."""
    return read_terms(payment.terms)


def is_given_back(payment: Payment) -> bool:
    """Whether all of it went back, or is on its way: then no time is given for it."""
    if not store.has(Refund, payment_id=payment.id):  # nearly always, and soon told
        return False
    return bool(given_back().where(Refund.payment == payment).exists())


def given_back() -> Any:
    """A query of the payments of which all went back, or is on its way."""
    return Refund.select(Refund.payment).where(
        Refund.is_whole & (Refund.state != "failed") & Refund.payment.is_null(False)
    )


def paid_without_time(since: int = 0) -> list[Payment]:
    """Paid payments that have no subscription: never longer than a moment.

    With `since` only those paid since then, which is soon told; all of them are years
    of sales. A voucher that was sold has its time by the voucher, whenever that is
    used; what was given back needs none.
    """
    with_time = Subscription.select(Subscription.id).where(
        Subscription.payment == Payment.id
    )
    query = Payment.select().where(
        (Payment.state == "paid")
        & ~fn.EXISTS(with_time)
        & ~sold.has_voucher(Payment.id)
        & ~fn.EXISTS(given_back().where(Refund.payment == Payment.id))
    )
    if since:
        query = query.where(Payment.paid_at >= since)
    return [payment for payment in query if not sold.is_nobodys(payment)]
