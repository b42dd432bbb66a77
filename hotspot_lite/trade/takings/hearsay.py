"""What others say of a payment: callbacks and answers to queries, judged and kept.

Nothing here is believed for its sender's sake: the payment's own token brought the
callback here, and then amount and id must agree with what we asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from hotspot_lite import jobs, store
from hotspot_lite.trade.models import Callback, Payment, ToldPaid
from hotspot_lite.trade.money import payments, prompts, undecided
from hotspot_lite.trade.takings import confirming, inbox

# Before this age a query tells nothing; from the second on, "0" means paid (1.5).
QUERY_FROM_SECONDS, QUERY_SURE_SECONDS = 25, 90
QUERY_SPACING_SECONDS, QUERY_UNTIL_SECONDS = 20, 24 * 3600
# Whoever pays is at the portal, or has just left it.
FRESH_SECONDS = 600


class Heard(Protocol):
    """What a provider's callback says, as its wire has read it."""

    @property
    def ok(self) -> bool: ...
    @property
    def result_code(self) -> str: ...
    @property
    def result_text(self) -> str: ...
    @property
    def checkout_request_id(self) -> str: ...
    @property
    def amount_cents(self) -> int | None: ...
    @property
    def amount_text(self) -> str: ...
    @property
    def receipt(self) -> str | None: ...


@dataclass(frozen=True)
class Kept:
    """What was heard, as it comes back from the inbox."""

    ok: bool
    result_code: str
    result_text: str
    checkout_request_id: str
    amount_cents: int | None
    amount_text: str
    receipt: str | None


def message(
    payment: Payment, raw: bytes, heard: Heard | None, peer: str, now: int
) -> inbox.Message:
    """A callback as the inbox keeps it, where the database is busy."""
    names = Kept.__dataclass_fields__
    said = heard and {name: getattr(heard, name) for name in names}
    about = {"payment": str(payment.id), "heard": json.dumps(said)}
    return inbox.Message("callback", raw, peer, now, about)


def hear_kept(kept: inbox.Message, confirm: str = confirming.TRUST) -> str:
    """Judge a callback that waited in the inbox, as of when it came."""
    payment = store.get(Payment, int(kept.about["payment"]))
    said = json.loads(kept.about["heard"])
    heard = Kept(**said) if said else None
    return hear(payment, kept.raw, heard, kept.peer, kept.received_at, confirm)


def hear(
    payment: Payment,
    raw: bytes,
    heard: Heard | None,
    peer: str,
    now: int,
    confirm: str = confirming.TRUST,
) -> str:
    """Keep a callback's raw body and what it means: all in one transaction.

    `heard` is None where the body couldn't be read; `confirm` is the owner's
    `confirming.policy`. Returns the verdict: paid, told (a second word is awaited),
    failed, already, duplicate, unreadable, no-amount, wrong-amount, wrong-id,
    orphan-callback, contradicted, receipt-twice.
    """
    with store.atomic():
        digest = hashlib.sha256(raw).hexdigest()
        row = {"payment": payment.id, "digest": digest, "body": raw, "peer": peer}
        keep = Callback.insert(received_at=now, verdict="new", **row)
        if not keep.on_conflict_ignore().as_rowcount().execute():
            return "duplicate"
        about = store.get(Payment, payment.id)
        verdict = _judge(about, heard, now, confirm=confirm)
        Callback.update(verdict=verdict).where(
            (Callback.payment == payment.id) & (Callback.digest == digest)
        ).execute()
    return verdict


def _judge(
    payment: Payment,
    heard: Heard | None,
    now: int,
    by: str = "callback",
    confirm: str = confirming.TRUST,
) -> str:
    doubt = _doubt(payment, heard)
    if doubt is not None:
        told = None if heard is None else heard.amount_cents
        undecided.leave(*doubt, now, payment, amount_cents=told)
        return doubt[0]
    assert heard is not None
    if heard.ok and not heard.amount_text:
        # Genuine ones without metadata exist (facts 7.4): a query settles it.
        return "no-amount"
    if not heard.ok:
        return payments.mark_failed(payment, heard.result_code, heard.result_text, now)
    is_final = payment.state == "paid" or payment.provider != "mpesa"
    if confirm != confirming.TRUST and not is_final:
        return confirming.wait(payment, heard, now)
    verdict = payments.mark_paid(
        payment, by, heard.checkout_request_id, heard.receipt, now
    )
    rest = (heard.amount_cents or 0) - payment.amount_cents
    if verdict == "paid" and rest > 0:
        says = f"Paid {heard.amount_text} where {_asked(payment)} was asked."
        undecided.leave("overpaid", says, now, payment, amount_cents=rest)
    return verdict


def _doubt(payment: Payment, heard: Heard | None) -> tuple[str, str] | None:
    if heard is None:
        return "unreadable", "A callback came that can't be read. Its body is kept."
    known = payment.checkout_request_id
    if known is not None and heard.checkout_request_id != known:
        if store.find(Payment, checkout_request_id=heard.checkout_request_id):
            return "wrong-id", "A callback came with another payment's id."
        return "orphan-callback", "A callback came for a prompt that we don't know."
    if payment.state == "paid":
        return _contradiction(payment, heard)
    if not heard.ok or not heard.amount_text:
        return None
    if heard.amount_cents is None or heard.amount_cents < payment.amount_cents:
        says = f"Paid {heard.amount_text} where {_asked(payment)} was asked."
        return "wrong-amount", says
    return None


def _contradiction(payment: Payment, heard: Heard) -> tuple[str, str] | None:
    """What a callback says against a payment that is paid: it stays paid."""
    if not heard.ok:
        says = f"Paid, and later told as not paid: {heard.result_text}"
        return "contradicted", says
    if heard.amount_text and heard.amount_cents != payment.amount_cents:
        asked = _asked(payment)
        return "contradicted", f"Paid {asked}, then told as {heard.amount_text}."
    if payment.receipt and heard.receipt and heard.receipt != payment.receipt:
        says = f"Paid with {payment.receipt}, then told with {heard.receipt}."
        return "contradicted", says
    return None


def _asked(payment: Payment) -> str:
    return f"{payment.amount_cents / 100:.2f}"


def to_query(
    now: int, provider: str = "", watched: Collection[int] = ()
) -> list[Payment]:
    """Open payments that a query may tell more about; of all providers or of one.

    First those that a callback calls paid, then those that somebody waits for
    (`watched`), then the fresh, then the old: there are fewer questions than payments,
    and old prompts must not use them up.
    """
    if not prompts.is_any_open():
        return []
    since = now - QUERY_UNTIL_SECONDS
    known = prompts.open_since(since - prompts.WAITS_SECONDS)
    told = {one.payment.id for one in confirming.open_ones()}
    old_enough = prompts.begun_between(since, now - QUERY_FROM_SECONDS)
    query = Payment.select().where(
        Payment.id.in_(sorted({*known, *told}))
        & Payment.state.in_(("sent", "uncertain"))
        & (old_enough | Payment.id.in_(sorted(told)))
    )
    if provider:
        query = query.where(Payment.provider == provider)
    rows = query.order_by(Payment.asked_at)
    found = [p for p in rows if _may_query(p, now, p.id in told)]
    fresh = now - FRESH_SECONDS
    return sorted(
        found,
        key=lambda p: (
            p.id not in told,
            p.id not in watched,
            prompts.begun_at(p) < fresh,
        ),
    )


def may_ask_soon(payment: Payment, now: int) -> bool:
    """Whether a page that waits for this payment has a reason to call for a query."""
    age_seconds = now - prompts.begun_at(payment)
    is_open = payment.state in ("sent", "uncertain")
    return is_open and age_seconds >= QUERY_FROM_SECONDS and _may_query(payment, now)


def call_for_query(payment: Payment) -> None:
    """Put the job that asks about a payment whose page is open."""
    jobs.put(
        "payments.look",
        tags=payments.tags_of(payment),
        once=str(payment.id),
        durable=False,
        payment_id=payment.id,
    )


def _may_query(payment: Payment, now: int, is_told: bool = False) -> bool:
    # 20 s apart in the first 5 minutes, then ever rarer: 24 hours of asking about a
    # prompt that nobody answered would use up the query allowance of all.
    if is_told and not payment.queries:
        return True
    wait = QUERY_SPACING_SECONDS * max(1, payment.queries // 5) ** 2
    last = payment.answered_at or prompts.begun_at(payment)
    return bool(payment.checkout_request_id and now - last >= min(wait, 3600))


def learned(payment: Payment, heard: Heard, now: int) -> str:
    """Take an answer that says all a callback would, and judge it like one."""
    with store.atomic():
        Payment.update(queries=Payment.queries + 1, answered_at=now).where(
            Payment.id == payment.id
        ).execute()
        return _judge(store.get(Payment, payment.id), heard, now, "query")


def answered_query(
    payment: Payment,
    kind: str,
    code: str,
    says: str,
    now: int,
    sure_seconds: int = QUERY_SURE_SECONDS,
    confirm: str = confirming.TRUST,
) -> str:
    """Take a query's answer: `paid` counts only once the prompt can't be open, or
    where a callback said the same.

    A query never downgrades a paid payment, and a failure it tells stays revivable.
    """
    with store.atomic():
        Payment.update(queries=Payment.queries + 1, answered_at=now).where(
            Payment.id == payment.id
        ).execute()
        payment = store.get(Payment, payment.id)
        told = confirming.awaited(payment)
        if told is not None and confirm == confirming.STATUS:
            return "pending"  # its receipt is asked about: that decides
        if kind == "failed":
            return _answered_no(payment, told, code, says, now)
        is_sure = now - prompts.begun_at(payment) >= sure_seconds
        if kind != "paid" or not (told or is_sure):
            return "pending"
        if confirm == confirming.STATUS:
            return _needs_status(payment, now)
        if told is not None:
            return confirming.agreed(payment, told, now)
        return payments.mark_paid(payment, "query", None, None, now)


def _answered_no(
    payment: Payment, told: ToldPaid | None, code: str, says: str, now: int
) -> str:
    if told is None:
        return payments.mark_failed(payment, code, says, now)
    return confirming.denied(payment, told, f"Asked, it says: {says or code}", now)


def _needs_status(payment: Payment, now: int) -> str:
    # A query tells no receipt, so there is nothing whose status could be asked.
    says = "A query says paid, but no callback told the receipt to ask about."
    undecided.leave("unconfirmed", says, now, payment)
    return "pending"
