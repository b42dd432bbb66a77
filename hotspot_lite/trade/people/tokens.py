"""Tokens with which programs ask the box: made once, shown once, kept by hash."""

from __future__ import annotations

import hashlib
import secrets

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import ApiToken
from hotspot_lite.trade.people.staff import Person

# What a token may do, and whose rights of the staff that are. None may all: passwords,
# settings and the router stay with people.
SCOPES = {
    "read": "look; phone numbers are masked",
    "sell": "also sell, help customers, see phone numbers",
    "manage": "also packages, taking vouchers back, webhooks",
}
ROLES = {"read": "viewer", "sell": "cashier", "manage": "manager"}
MARK = "hsl_"
DAY_SECONDS = 86_400
MOST_DAYS = 3650
# A busy program would else write on every request.
USED_SECONDS = 600


def make(name: str, scope: str, days: int, by: str, now: int) -> str:
    """Make a token that is good for `days` (0: until it is revoked); its text, once.

    Raises BadInput.
    """
    clean = " ".join(name.split())
    if not 1 <= len(clean) <= 60:
        raise BadInput("Name the program, in 1 to 60 letters.", field="name")
    if scope not in SCOPES:
        raise BadInput(f"A scope is one of {', '.join(SCOPES)}.", field="scope")
    if not 0 <= days <= MOST_DAYS:
        raise BadInput(f"0 to {MOST_DAYS} days; 0 is for ever.", field="days")
    text = MARK + secrets.token_urlsafe(24)
    with store.atomic():
        ApiToken.create(
            name=clean,
            hash=_hash(text),
            scope=scope,
            made_at=now,
            made_by=by,
            expires_at=now + days * DAY_SECONDS if days else None,
        )
        audit.note(by, "token make", f"{clean}: {scope}", now)
    return text


def person_of(text: str, now: int) -> Person | None:
    """Whom a token stands for; None for one that is wrong, over or revoked."""
    if not text.startswith(MARK):
        return None
    found = ApiToken.get_or_none(ApiToken.hash == _hash(text))
    if found is None or found.revoked_at is not None:
        return None
    if found.expires_at is not None and found.expires_at <= now:
        return None
    if now - (found.used_at or 0) >= USED_SECONDS:
        with store.atomic():
            ApiToken.update(used_at=now).where(ApiToken.id == found.id).execute()
    return Person(f"token {found.name}", ROLES[found.scope], csrf="")


def revoke(token_id: int, by: str, now: int) -> bool:
    """Let it in no more; whether there was such a one."""
    this = (ApiToken.id == token_id) & ApiToken.revoked_at.is_null()
    with store.atomic():
        if not ApiToken.update(revoked_at=now).where(this).execute():
            return False
        name = ApiToken.get_by_id(token_id).name
        audit.note(by, "token revoke", name, now)
    return True


def listed() -> list[ApiToken]:
    """Those that were not revoked, the newest first."""
    query = ApiToken.select().where(ApiToken.revoked_at.is_null())
    return list(query.order_by(ApiToken.id.desc()))


def _hash(text: str) -> str:
    # 192 random bits: nothing is gained by a slow hash.
    return hashlib.sha256(text.encode()).hexdigest()
