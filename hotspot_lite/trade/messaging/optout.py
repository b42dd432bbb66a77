"""Who wants no messages to many."""

from __future__ import annotations

import hmac

from peewee import fn

from hotspot_lite import store
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.messaging.campaigns import OPTED_OUT
from hotspot_lite.trade.messaging.drafts import stop_token
from hotspot_lite.trade.messaging.letters import STOPPABLE
from hotspot_lite.trade.models import Message, OptedOut


def opt_out(address: str, how: str, now: int) -> None:
    """No more messages to many for this address; those that wait are dropped."""
    with store.atomic():
        OptedOut.insert(address=address, at=now, how=how).on_conflict_ignore().execute()
        mine = (Message.phone == address) & Message.campaign.is_null(False)
        Message.update(state="failed", says=OPTED_OUT).where(
            mine & (Message.state == "waiting")
        ).execute()


def opt_in(address: str, who: str, now: int) -> bool:
    """Messages to many again, as the customer wants; whether there were none."""
    gone = OptedOut.delete().where(OptedOut.address == address).execute()
    if gone:
        audit.note(who, "message to many", "an address opted in again", now)
    return bool(gone)


def address_of(token: str, key: bytes, most: int = 20_000) -> str | None:
    """The address whose link it is: among those written to lately; None if none."""
    query = (
        Message.select(Message.phone)
        .where(Message.campaign.is_null(False) | Message.kind.in_(STOPPABLE))
        .group_by(Message.phone)
        .order_by(fn.MAX(Message.id).desc())
        .limit(most)
    )
    for (address,) in query.tuples().iterator():
        if hmac.compare_digest(stop_token(key, address), token):
            return str(address)
    return None
