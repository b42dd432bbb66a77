"""The owner's own programs hear of what happened."""

from __future__ import annotations

import json
import time
from typing import Any

from hotspot_lite.errors import HotspotError
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.trade.models import Webhook
from hotspot_lite.trade.office import hooks

# Then others of the lane have their turn.
RUN_SECONDS = 30.0


# Most boxes have no webhook, and a look costs CPU.
SOON_SECONDS, SELDOM_SECONDS = 3.0, 60.0


def _pause() -> float:
    return SOON_SECONDS if hooks.listed() else SELDOM_SECONDS


@huey.job("default", every_seconds=_pause, durable=False)
def look_for_hooks() -> None:
    """Put a job for each webhook that has something to hear."""
    hooks.put_due()


@huey.job("default")
def call_hook(hook_id: int) -> None:
    """Send a webhook its next events, one at a time, until one is not taken."""
    hook = Webhook.get_or_none(Webhook.id == hook_id)
    if hook is None or hook.is_paused:
        return
    ends = time.monotonic() + RUN_SECONDS
    for event in hooks.waiting(hook):
        if time.monotonic() > ends:
            break
        says = _send(hook, event)
        if says:
            hooks.failed(hook, says, here.now())
            return
        hooks.taken(hook, event["seq"], here.now())
    hooks.went_through(hook, here.now())


def _send(hook: Webhook, event: dict[str, Any]) -> str:
    """Send one; why it was not taken, or ""."""
    body, now = json.dumps(event).encode(), here.now()
    headers = {
        "Content-Type": "application/json",
        "X-Hotspot-Event": str(event["type"]),
        # The same at every try: who has it already takes it and does nothing.
        "X-Hotspot-Delivery": str(event["seq"]),
        "X-Hotspot-Signature": hooks.signature(hook.secret, now, body),
    }
    try:
        answer = here.caller.call("POST", hook.url, headers, body)
    except HotspotError as exc:
        return exc.says
    return "" if 200 <= answer.status < 300 else f"It answered {answer.status}."
