"""Money paid to the paybill or till by hand: the rows, each receipt once.

Whose it is, `matching` finds out. A prompt that was paid may be told here as well:
Safaricom confirms those too once the C2B addresses are registered.
"""

from __future__ import annotations

import hashlib
from typing import Protocol

from hotspot_lite import jobs, store
from hotspot_lite.trade.models import Payment, Transfer, TransferBody
from hotspot_lite.trade.money import undecided

DOUBTS = ("unmatched-transfer", "underpaid-transfer")
UNSETTLED = ("new", "open")


class Told(Protocol):
    """What a confirmation says, as its wire has read it.

    `phone` is 2547… where the number came whole, "" otherwise; `phone_hash` is the
    SHA-256 of it, where that came; `phone_hint` is for people.
    """

    @property
    def receipt(self) -> str: ...
    @property
    def amount_cents(self) -> int: ...
    @property
    def account(self) -> str: ...
    @property
    def shortcode(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def phone_hash(self) -> str: ...
    @property
    def phone_hint(self) -> str: ...
    @property
    def payer(self) -> str: ...


def keep_body(raw: bytes, peer: str, now: int) -> str:
    """Keep a confirmation as it came, and the job that reads it: one transaction.

    The same body twice is one row. Returns "new" or "duplicate".
    """
    digest = hashlib.sha256(raw).hexdigest()
    row = {"digest": digest, "body": raw, "peer": peer, "received_at": now}
    with store.atomic():
        keep = TransferBody.insert(verdict="new", **row).on_conflict_ignore()
        if not keep.as_rowcount().execute():
            return "duplicate"
        body = TransferBody.get(TransferBody.digest == digest)
        jobs.put("payments.confirm", once=str(body.id), body_id=body.id)
    return "new"


def judged(body_id: int, verdict: str) -> None:
    """Note what became of a body."""
    change = TransferBody.update(verdict=verdict)
    change.where(TransferBody.id == body_id).execute()


def unusable(body_id: int, why: str, now: int) -> None:
    """A body that tells of no money of ours, as far as we can read it: for a person."""
    with store.atomic():
        jobs.finish()
        judged(body_id, "unreadable")
        undecided.leave("unreadable-transfer", why, now, subject=f"body {body_id}")


def keep(told: Told, now: int) -> Transfer | None:
    """The row of a transfer; None where its receipt is known already.

    A second telling with another amount goes to a person.
    """
    phone_hash = hash_of(told.phone) if told.phone else told.phone_hash
    new = Transfer.insert(
        receipt=told.receipt,
        amount_cents=told.amount_cents,
        account=told.account,
        phone_hash=phone_hash,
        phone_hint=told.phone_hint,
        payer=told.payer,
        received_at=now,
        state="new",
    ).on_conflict_ignore()
    is_new = new.as_rowcount().execute()
    found = store.find(Transfer, receipt=told.receipt)
    assert found is not None
    if is_new:
        return found
    if found.amount_cents != told.amount_cents:
        says = f"{told.receipt}: first {found.amount_cents / 100:.2f}, then"
        says = f"{says} {told.amount_cents / 100:.2f}."
        undecided.leave("late-transfer", says, now, subject=told.receipt)
    return None


def hash_of(phone: str) -> str:
    """SHA-256 of 2547…, as M-Pesa's v1 confirmations hide a number."""
    return hashlib.sha256(phone.encode()).hexdigest()


def belongs_to(payment: Payment, receipt: str | None, now: int) -> None:
    """A payment of ours has this receipt: a transfer of it is that same money."""
    transfer = store.find(Transfer, receipt=receipt) if receipt else None
    if transfer is not None and transfer.state in UNSETTLED:
        mark(transfer, "matched", now, payment)


def mark(
    transfer: Transfer, state: str, now: int, payment: Payment | None = None
) -> bool:
    """Settle a transfer; False where somebody else was faster. In a transaction."""
    still = (Transfer.id == transfer.id) & Transfer.state.in_(UNSETTLED)
    change = Transfer.update(state=state, payment=payment).where(still)
    if not change.execute():
        return False
    for kind in DOUBTS if state == "matched" else ():
        says = "It is known whose money it is."
        undecided.settle(kind, None, says, now, transfer)
    return True


def doubt(transfer: Transfer, kind: str, says: str, now: int) -> None:
    """Leave a transfer to a person; a claim in the portal may still settle it."""
    Transfer.update(state="open").where(
        (Transfer.id == transfer.id) & (Transfer.state == "new")
    ).execute()
    undecided.leave(kind, says, now, transfer=transfer)
