"""What became of an SMS after the provider took it: its reports, by the message's id.

The address that they come to is all that makes them credible, so they say this one
thing and nothing else: delivered, or not and why. The first final word stays.
"""

from __future__ import annotations

import hashlib
import hmac

from peewee import SQL, fn

from hotspot_lite import store
from hotspot_lite.settings import Settings
from hotspot_lite.trade.messaging.delivery_words import DELIVERED, Report
from hotspot_lite.trade.models import EarlyReport, Message

# The providers whose reports we can read.
REPORTING = ("africastalking", "textsms", "advanta", "celcom", "sunface")
# A report may come before the answer to the sending has, by seconds.
EARLY_SECONDS = 3600
MOST_EARLY = 500
# As the index says it, or SQLite would read the whole table.
HAS_ID = SQL("provider_id <> ''")


def token(key: bytes) -> str:
    """The secret at the end of the address, in hex; `key` is the box's."""
    return hmac.new(key, b"sms delivery reports", hashlib.sha256).hexdigest()[:40]


def is_token(told: str, key: bytes) -> bool:
    """Whether somebody knows the secret."""
    return hmac.compare_digest(told.encode(), token(key).encode())


def url(settings: Settings, key: bytes) -> str:
    """The address to type into the provider's page.

    "" where the box has no public address or the provider reports nothing we read.
    """
    base = settings["mpesa.callback_url"] or settings["web.public_url"]
    if not base or settings["sms.provider"] not in REPORTING:
        return ""
    return f"{base}/cb/sms/{token(key)}"


def hear(report: Report, now: int) -> str:
    """Write down one report; what was done with it, for the log.

    "new", "known" (it had a final word), "early" (kept until the provider's answer
    says whose it is) or "unknown".
    """
    with store.atomic():
        message_id = _newest(report.provider_id)
        if message_id is not None:
            return "new" if _settle(message_id, report.delivery, now) else "known"
        if not Message.select().where(Message.state == "sending").exists():
            return "unknown"
        EarlyReport.delete().where(EarlyReport.at <= now - EARLY_SECONDS).execute()
        if EarlyReport.select().count() >= MOST_EARLY:
            return "unknown"
        EarlyReport.insert(
            provider_id=report.provider_id, delivery=report.delivery, at=now
        ).on_conflict_ignore().execute()
        return "early"


def catch_up(message_id: int, provider_id: str, now: int) -> None:
    """The provider's answer gave a message its id: take what was told of it before.

    Call it in the transaction that keeps the id.
    """
    early = EarlyReport.get_or_none(EarlyReport.provider_id == provider_id)
    if early is not None and early.at > now - EARLY_SECONDS:
        _settle(message_id, early.delivery, early.at)
    if early is not None:
        EarlyReport.delete().where(EarlyReport.provider_id == provider_id).execute()


def _newest(provider_id: str) -> int | None:
    # Two providers may count alike: the newer message is meant.
    found: int | None = (
        Message.select(fn.MAX(Message.id))
        .where((Message.provider_id == provider_id) & HAS_ID)
        .scalar()
    )
    return found


def _settle(message_id: int, delivery: str, now: int) -> bool:
    at = now if delivery == DELIVERED else None
    change = Message.update(delivery=delivery, delivered_at=at)
    open_ = (Message.id == message_id) & (Message.delivery == "")
    return bool(change.where(open_).execute())
