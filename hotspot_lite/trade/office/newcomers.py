"""Time that customers bring along from another system: what is left of it, once."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from hotspot_lite import store
from hotspot_lite.clock import length_text
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.catalogue import terms_of
from hotspot_lite.trade.models import (
    Customer,
    Plan,
    Subscription,
    Voucher,
    VoucherBatch,
)
from hotspot_lite.trade.service import subscriptions


def read_until(text: str, zone: str) -> int:
    """When time ends, as the other system wrote it. Raises BadInput."""
    try:
        local = datetime.strptime(text, "%Y-%m-%d %H:%M:%S")
        return int(local.replace(tzinfo=ZoneInfo(zone)).timestamp())
    except (ValueError, OSError, KeyError):
        raise BadInput(f"{text[:40]!r} in {zone[:40]!r} is no moment.") from None


def bring_time(
    customer: Customer, plan: Plan, until: int, who: str, now: int
) -> Subscription:
    """Give a customer the rest of a package that was paid for elsewhere.

    As a voucher of no price that is redeemed at once, so that it is in no takings
    here. Raises BadInput where it is over, or came before. In a transaction.
    """
    if until <= now:
        over = length_text(now - until)
        raise BadInput(f"The time of {customer.username} was over {over} ago.")
    told = f"{customer.username} {plan.name} {until}".encode()
    # No code that somebody may type: theirs are without signs.
    code = f"brought-{hashlib.sha256(told).hexdigest()[:20]}"
    if Voucher.select().where(Voucher.code == code).exists():
        raise BadInput(f"The time of {customer.username} came along before.")
    terms = replace(
        terms_of(plan),
        price_cents=0,
        duration_seconds=until - now,
        starts="sale",
        # How much of it was used there, nobody tells.
        uptime_seconds=plan.uptime_seconds and min(plan.uptime_seconds, until - now),
    )
    batch = store.create(
        VoucherBatch, plan=plan, terms=terms.as_json(), made_at=now, made_by=who
    )
    voucher = store.create(Voucher, batch=batch, code=code, redeemed_at=now)
    return subscriptions.give(
        subscriptions.Wish(customer, terms, "", "", voucher=voucher), now
    )
