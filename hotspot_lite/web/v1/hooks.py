"""Webhooks for programs: added, listed, deleted."""

from __future__ import annotations

from typing import Any

from bottle import HTTPError

from hotspot_lite.clock import as_text
from hotspot_lite.trade.models import Webhook
from hotspot_lite.trade.office import hooks
from hotspot_lite.web.v1.declare import (
    NUMBER,
    TIME,
    WORD,
    Call,
    Endpoint,
    flag,
    maybe,
    record,
    rows,
    text,
)

HOOK = record(
    id=NUMBER,
    url=WORD,
    types=rows(WORD),
    is_paused=flag(),
    says=WORD,
    told_at=maybe(TIME),
)


def listed(call: Call) -> dict[str, Any]:
    """All webhooks, without their secrets."""
    return {"webhooks": [_hook(one) for one in hooks.listed()]}


def add(call: Call) -> dict[str, Any]:
    """Add one; its secret is told this once."""
    types = call.body.get("types", "").split()
    made = hooks.add(call.body["url"], types, call.person.name, call.now)
    return _hook(made) | {"secret": made.secret}


def delete(call: Call) -> dict[str, Any]:
    """Delete one."""
    if not hooks.remove(call.path["id"], call.person.name, call.now):
        raise HTTPError(404)
    return {"deleted": call.path["id"]}


def _hook(one: Webhook) -> dict[str, Any]:
    return {
        "id": one.id,
        "url": one.url,
        "types": one.types.split(),
        "is_paused": bool(one.is_paused),
        "says": one.says,
        "told_at": as_text(one.told_at) or None,
    }


ENDPOINTS = (
    Endpoint(
        "GET",
        "/webhooks",
        "Addresses that hear of events",
        listed,
        record(webhooks=rows(HOOK)),
        ("manager",),
    ),
    Endpoint(
        "POST",
        "/webhooks",
        "Have an address called with every event",
        add,
        record(**HOOK["properties"], secret=WORD),
        ("manager",),
        body={"url": text(500, 10), "types": text(500)},
        needs=("url",),
        status=201,
        fails=(422,),
    ),
    Endpoint(
        "DELETE",
        "/webhooks/{id}",
        "Call an address no more",
        delete,
        record(deleted=NUMBER),
        ("manager",),
        fails=(404,),
    ),
)
