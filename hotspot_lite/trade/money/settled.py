"""Money that is here before it is asked for: cash at the counter, paybill by hand."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from hotspot_lite import store
from hotspot_lite.trade.goods.catalogue import Terms
from hotspot_lite.trade.models import Payment, Plan
from hotspot_lite.trade.money import ledger


@dataclass(frozen=True)
class Taken:
    """What was paid, how, for what, and whose time it becomes.

    `by` says how we know ("c2b", "counter"). `phone` is 2547… or "" where nobody
    knows it; then `mac` or a voucher says who gets the time.
    """

    provider: str
    by: str
    terms: Terms
    amount_cents: int
    phone: str = ""
    mac: str = ""
    ip: str = ""
    login_url: str = ""
    receipt: str | None = None
    who: str = ""


def take(taken: Taken, now: int) -> Payment:
    """Write a payment that is paid, and the money fact. Inside a transaction.

    Raises peewee.IntegrityError where its receipt is on another payment.
    """
    ref = secrets.token_urlsafe(16)
    with store.atomic():
        payment = store.create(
            Payment,
            ref=ref,
            # No callback will come: no token has this as its hash.
            token_hash=f"none {ref}",
            provider=taken.provider,
            kind="immediate",
            state="paid",
            plan=Plan.get_or_none(Plan.id == taken.terms.plan_id),
            terms=taken.terms.as_json(),
            amount_cents=taken.amount_cents,
            phone=taken.phone,
            mac=taken.mac,
            ip=taken.ip,
            login_url=taken.login_url,
            receipt=taken.receipt,
            result_code="0",
            settled_by=taken.by,
            asked_at=now,
            paid_at=now,
        )
        told = taken.receipt or taken.by
        ledger.write("taken", taken.amount_cents, now, payment, told, taken.who)
    return payment
