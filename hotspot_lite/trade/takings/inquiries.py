"""What the provider is asked now and answers later: the rows, and the bodies that came.

A question may be put twice; an order to move money may not: it is written down before
it leaves, and where nobody knows whether it arrived, it stays uncertain.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Protocol

from hotspot_lite import jobs, store
from hotspot_lite.trade.models import Inquiry, InquiryBody, Payment, Refund
from hotspot_lite.trade.takings import inbox

# Kinds of which a second one does no harm.
REPEATABLE = ("status",)
# So often at most is the same receipt asked about.
EVERY_SECONDS = 300


class Ordered(Protocol):
    """What the provider said at once, as the wire tells it."""

    @property
    def kind(self) -> str: ...
    @property
    def conversation(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def says(self) -> str: ...


def put(
    kind: str,
    receipt: str,
    key: bytes,
    now: int,
    payment: Payment | None = None,
    refund: Refund | None = None,
    about: str = "",
) -> Inquiry:
    """Write a question down, and the job that puts it. In a transaction."""
    ref = secrets.token_urlsafe(16)
    inquiry = store.create(
        Inquiry,
        ref=ref,
        token_hash=_hash(token(key, ref)),
        kind=kind,
        receipt=receipt,
        payment=payment,
        refund=refund,
        about=about,
        state="asked",
        asked_at=now,
    )
    tags = [f"payment:{payment.id}"] if payment else []
    jobs.put("payments.inquire", tags=tags, inquiry_id=inquiry.id)
    return inquiry


def ask_status(
    receipt: str, key: bytes, now: int, payment: Payment | None = None
) -> Inquiry | None:
    """Ask what became of a receipt; None where that was asked a moment ago."""
    lately = Inquiry.select().where(
        (Inquiry.receipt == receipt)
        & (Inquiry.kind == "status")
        & (Inquiry.asked_at > now - EVERY_SECONDS)
    )
    if lately.exists():
        return None
    with store.atomic():
        return put("status", receipt, key, now, payment)


def ask_after(key: bytes, now: int) -> int:
    """Ask, once each, what became of reversals that M-Pesa took and never told of."""
    # Few inquiries are about a refund, and by that they are found.
    about_one = Inquiry.refund.is_null(False) & (Inquiry.about != "")
    asked = Inquiry.select(Inquiry.refund).where(about_one)
    silent = (
        Inquiry.select(Inquiry, Refund)
        .join(Refund)
        .where(
            (Inquiry.kind == "reversal")
            & (Inquiry.conversation != "")
            & Refund.state.in_(("sent", "uncertain"))
            & (Inquiry.sent_at < now - EVERY_SECONDS)
            & Refund.id.not_in(asked)
        )
    )
    found = list(silent)
    for order in found:
        with store.atomic():
            about = order.conversation
            put("status", order.receipt, key, now, order.payment, order.refund, about)
    return len(found)


def may_seek(receipt: str, now: int) -> bool:
    """Whether a receipt that somebody claims is due to be asked about: at once, then
    ever rarer. Anybody may type anything."""
    asked = Inquiry.select(Inquiry.asked_at).where(
        (Inquiry.receipt == receipt) & (Inquiry.kind == "status")
    )
    times = [row.asked_at for row in asked]
    wait = EVERY_SECONDS * 6 ** max(0, len(times) - 1)
    return not times or now - max(times) >= wait


def token(key: bytes, ref: str) -> str:
    """The secret end of an inquiry's address: made from the box's key, not kept."""
    return hmac.new(key, f"inquiry {ref}".encode(), hashlib.sha256).hexdigest()[:40]


def _hash(told: str) -> str:
    return hashlib.sha256(told.encode()).hexdigest()


def by_token(told: str) -> Inquiry | None:
    """The inquiry whose address ends in that token, or None."""
    return store.find(Inquiry, token_hash=_hash(told))


def may_send(inquiry_id: int, now: int) -> Inquiry | None:
    """The inquiry, marked `uncertain`, if it may leave; None if it did already."""
    with store.atomic():
        again = Inquiry.kind.in_(REPEATABLE) & (Inquiry.state == "uncertain")
        may = (Inquiry.state == "asked") | again
        change = Inquiry.update(state="uncertain", sent_at=now)
        if not change.where((Inquiry.id == inquiry_id) & may).execute():
            return None
        inquiry = store.get(Inquiry, inquiry_id)
        _mark_refund(inquiry, "asked", "uncertain", now)
        return inquiry


def not_sent(inquiry: Inquiry) -> None:
    """Surely nothing left the box: it may be sent again."""
    with store.atomic():
        Inquiry.update(state="asked", sent_at=None).where(
            (Inquiry.id == inquiry.id) & (Inquiry.state == "uncertain")
        ).execute()
        _mark_refund(inquiry, "uncertain", "asked", None)


def sent(inquiry: Inquiry, answer: Ordered, now: int) -> bool:
    """Keep what was answered at once; whether it is still open (a result may have
    come first). In a transaction."""
    states = {"accepted": "sent", "refused": "refused"}
    change = {"state": states.get(answer.kind, "uncertain"), "code": answer.code}
    change |= {"says": answer.says, "conversation": answer.conversation}
    this = (Inquiry.id == inquiry.id) & (Inquiry.state == "uncertain")
    if not Inquiry.update(change).where(this).execute():
        return False
    if answer.kind == "accepted":
        _mark_refund(inquiry, "uncertain", "sent", now)
    return True


def _mark_refund(inquiry: Inquiry, was: str, state: str, now: int | None) -> None:
    if inquiry.refund is not None and inquiry.kind == "reversal":
        this = (Refund.id == inquiry.refund.id) & (Refund.state == was)
        Refund.update(state=state, sent_at=now).where(this).execute()


def message(
    inquiry_id: int, raw: bytes, is_timeout: bool, peer: str, now: int
) -> inbox.Message:
    """A result as the inbox keeps it, where the database is busy."""
    about = {"inquiry": str(inquiry_id), "is_timeout": "yes" if is_timeout else ""}
    return inbox.Message("result", raw, peer, now, about)


def keep_kept(kept: inbox.Message) -> str:
    """Take in a result that waited in the inbox."""
    about = kept.about
    return keep_body(
        int(about["inquiry"]),
        kept.raw,
        bool(about["is_timeout"]),
        kept.peer,
        kept.received_at,
    )


def keep_body(
    inquiry_id: int, raw: bytes, is_timeout: bool, peer: str, now: int
) -> str:
    """Keep what came to an inquiry's address, and the job that reads it."""
    digest = hashlib.sha256(raw).hexdigest()
    # A timeout repeats the order, and with it the initiator's credential.
    kept = b"" if is_timeout else raw
    row = {"inquiry": inquiry_id, "digest": digest, "body": kept, "peer": peer}
    with store.atomic():
        new = InquiryBody.insert(
            is_timeout=is_timeout, received_at=now, verdict="new", **row
        )
        if not new.on_conflict_ignore().as_rowcount().execute():
            return "duplicate"
        body = InquiryBody.get(
            (InquiryBody.inquiry == inquiry_id) & (InquiryBody.digest == digest)
        )
        jobs.put("payments.read_result", once=str(body.id), body_id=body.id)
    return "kept"


def answered(inquiry: Inquiry, code: str, says: str, now: int) -> bool:
    """Its result is here; whether that is news."""
    change = {"state": "answered", "code": code, "says": says, "answered_at": now}
    this = (Inquiry.id == inquiry.id) & (Inquiry.state != "answered")
    return bool(Inquiry.update(change).where(this).execute())


def judged(body_id: int, verdict: str) -> None:
    """Note what became of a body."""
    change = InquiryBody.update(verdict=verdict)
    change.where(InquiryBody.id == body_id).execute()
