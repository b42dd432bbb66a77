"""What happened, as rows in order, for the pages that watch."""

from __future__ import annotations

import json
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.clock import as_text
from hotspot_lite.trade.models import Event

ADMIN = "admin-notifications"


def announce(type_: str, body: dict[str, Any], now: int, channel: str = ADMIN) -> None:
    """Write an event with the fact it tells; pages hear of it after the commit.

    No password and no secret may be in `body`: a page left open is no place for one.
    """
    text = json.dumps({"type": type_, **body, "timestamp": as_text(now)})
    store.create(Event, at=now, channel=channel, type=type_, body=text)
    store.database.after_commit(lambda: jobs.ring("live"))


def newer(seq: int, channel: str = ADMIN, most: int = 200) -> list[dict[str, Any]]:
    """The events after `seq`, oldest first, each with its seq."""
    query = (
        Event.select()
        .where((Event.seq > seq) & (Event.channel == channel))
        .order_by(Event.seq)
        .limit(most)
    )
    return [{"seq": event.seq, **json.loads(event.body)} for event in query]


def last(count: int, channel: str = ADMIN) -> list[dict[str, Any]]:
    """The newest events, oldest of them first."""
    query = (
        Event.select()
        .where(Event.channel == channel)
        .order_by(Event.seq.desc())
        .limit(count)
    )
    found = [{"seq": event.seq, **json.loads(event.body)} for event in query]
    return found[::-1]
