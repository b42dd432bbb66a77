"""The ledger of money facts: only ever added to, each chained to the one before.

A row is changed by whoever has the file; but then its hash, and every later one, no
longer fits, and the audit says where the chain breaks.
"""

from __future__ import annotations

import hashlib
import json

from hotspot_lite import store
from hotspot_lite.trade.models import MoneyFact, Payment

_HASHED = ("at", "kind", "amount_cents", "payment_id", "detail", "who", "previous")


def write(
    kind: str,
    amount_cents: int,
    now: int,
    payment: Payment | None = None,
    detail: str = "",
    who: str = "",
) -> MoneyFact:
    """Add a fact, in the transaction of what it tells.

    `kind`: taken, given, refunded, reversed, written-off. `who` is a member of staff or
    "cli", "" for the box itself. `detail` is for people: no secret, no phone number.
    """
    with store.atomic():
        fact = {
            "at": now,
            "kind": kind,
            "amount_cents": amount_cents,
            "payment_id": payment.id if payment else None,
            "detail": detail,
            "who": who,
            "previous": head(),
        }
        named = {k: v for k, v in fact.items() if k != "payment_id"}
        return store.create(MoneyFact, **named, payment=payment, hash=hash_of(fact))


def head() -> str:
    """The hash of the newest fact; "" before the first."""
    newest = MoneyFact.select(MoneyFact.hash).order_by(MoneyFact.id.desc()).first()
    return newest.hash if newest else ""


def hash_of(fact: dict[str, object]) -> str:
    """SHA-256 over a fact and the hash before it, as JSON with sorted keys."""
    text = json.dumps(fact, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def first_break() -> int | None:
    """The id of the first fact that doesn't fit the chain, or None."""
    before = ""
    for row in MoneyFact.select().order_by(MoneyFact.id).iterator():
        fact = {name: getattr(row, name) for name in _HASHED}
        if row.previous != before or row.hash != hash_of(fact):
            return int(row.id)
        before = row.hash
    return None
