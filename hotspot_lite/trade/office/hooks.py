"""Webhooks: addresses of the owner's that hear of every event, in their order.

An event that was not taken is sent again until it is, and those after it wait: who
hears them out of order would end with a wrong picture. One that was taken just before
a power cut comes twice, under the same number. After a day of silence the
hook pauses itself and the owner is told.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from peewee import fn

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit, conditions, events
from hotspot_lite.trade.models import Event, Webhook

MOST_HOOKS = 20
AT_ONCE = 50
# The waits after a failure, in seconds; the last one repeats.
WAITS = (5, 15, 60, 300, 900, 3600)
PAUSE_AFTER_SECONDS = 86_400
CONDITION = "webhook"


def add(url: str, types: Sequence[str], by: str, now: int) -> Webhook:
    """A hook that hears what happens from now on. Raises BadInput."""
    _check_url(url)
    clean = " ".join(types)
    if len(clean) > 500:
        raise BadInput("Those are too many types.", field="types")
    with store.atomic():
        if Webhook.select().count() >= MOST_HOOKS:
            raise BadInput(f"At most {MOST_HOOKS} webhooks.", "Delete one first.")
        made: Webhook = store.create(
            Webhook,
            url=url,
            secret=secrets.token_hex(24),
            types=clean,
            made_at=now,
            made_by=by,
            seen_seq=_newest(),
        )
        audit.note(by, "webhook add", _where(url), now)
    return made


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        is_good = parts.scheme in ("http", "https") and bool(parts.hostname)
        is_good = is_good and parts.username is None and (parts.port or 1) > 0
    except ValueError:
        is_good = False
    if not is_good or len(url) > 500 or not url.isascii() or " " in url:
        raise BadInput("That is no address to call.", "Write https://…", field="url")


def remove(hook_id: int, by: str, now: int) -> bool:
    """Call it no more; whether there was such a one."""
    with store.atomic():
        hook = Webhook.get_or_none(Webhook.id == hook_id)
        if hook is None:
            return False
        Webhook.delete().where(Webhook.id == hook_id).execute()
        audit.note(by, "webhook delete", _where(hook.url), now)
        _watch(now)
    return True


def resume(hook_id: int, by: str, now: int) -> bool:
    """Go on with one that paused itself, from where it stopped."""
    this = (Webhook.id == hook_id) & Webhook.is_paused
    with store.atomic():
        change = Webhook.update(is_paused=False, failing_since=None, tries=0)
        if not change.where(this).execute():
            return False
        audit.note(by, "webhook resume", str(hook_id), now)
        _watch(now)
        put(hook_id)
    return True


def listed() -> list[Webhook]:
    """All of them."""
    return list(Webhook.select().order_by(Webhook.id))


# -- Sending -----------------------------------------------------------------------


def put_due() -> int:
    """Put a job for each hook that has something to hear; how many have."""
    newest = _newest()
    behind = Webhook.select(Webhook.id).where(
        (Webhook.seen_seq < newest)
        & ~Webhook.is_paused
        & Webhook.failing_since.is_null()
    )
    ids = [hook.id for hook in behind]
    if ids:
        with store.atomic():
            for hook_id in ids:
                put(hook_id)
    return len(ids)


def put(hook_id: int, delay_seconds: float = 0.0) -> None:
    """Put the job that sends the next few."""
    jobs.put(
        "default.call_hook",
        once=f"hook {hook_id}",
        delay_seconds=delay_seconds,
        hook_id=hook_id,
    )


def waiting(hook: Webhook) -> list[dict[str, Any]]:
    """The next events of a hook, the oldest first; those it doesn't want are passed."""
    wanted = hook.types.split()
    found = events.newer(hook.seen_seq, most=AT_ONCE)
    if not wanted:
        return found
    chosen = [event for event in found if event["type"] in wanted]
    passed = [event["seq"] for event in found if event["type"] not in wanted]
    if passed and not chosen:
        taken(hook, max(passed), None)
    return chosen


def taken(hook: Webhook, seq: int, now: int | None) -> None:
    """It took an event (`now`), or did not want it."""
    change: dict[str, Any] = {"seen_seq": seq, "tries": 0, "failing_since": None}
    if now is not None:
        change |= {"told_at": now, "says": ""}
    with store.atomic():
        Webhook.update(change).where(Webhook.id == hook.id).execute()


def went_through(hook: Webhook, now: int) -> None:
    """The end of a run without a failure: the next one is put if more waits."""
    with store.atomic():
        if hook.failing_since is not None:
            _watch(now)
        if Webhook.get_by_id(hook.id).seen_seq < _newest():
            put(hook.id)
        jobs.finish()


def failed(hook: Webhook, says: str, now: int) -> None:
    """An event was not taken: once more later, or after a day no more by itself."""
    with store.atomic():
        kept = Webhook.get_by_id(hook.id)
        since = kept.failing_since or now
        is_paused = now - since >= PAUSE_AFTER_SECONDS
        tries = kept.tries + 1
        change = {
            "failing_since": since,
            "tries": tries,
            "says": says[:200],
            "is_paused": is_paused,
        }
        Webhook.update(change).where(Webhook.id == hook.id).execute()
        if is_paused:
            _watch(now)
        else:
            put(hook.id, WAITS[min(tries, len(WAITS)) - 1])
        jobs.finish()


def signature(secret: str, at: int, body: bytes) -> str:
    """What stands in X-Hotspot-Signature: HMAC-SHA256 over time, a dot and the body."""
    told = f"{at}.".encode() + body
    made = hmac.new(secret.encode(), told, hashlib.sha256).hexdigest()
    return f"t={at},v1={made}"


def _watch(now: int) -> None:
    paused = [_where(one.url) for one in listed() if one.is_paused]
    says = f"Nobody took events for a day at {', '.join(paused)}: it is paused."
    conditions.observe(CONDITION, bool(paused), says, now)


def _newest() -> int:
    return int(Event.select(fn.MAX(Event.seq)).scalar() or 0)


def _where(url: str) -> str:
    """The host only: a path may be the key to somebody's service."""
    return urlsplit(url).hostname or ""
