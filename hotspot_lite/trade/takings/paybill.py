"""The secret in the addresses that Safaricom tells of money paid by hand.

Made from the box's key and a number that `rotate` counts up; the old one then ends.
"""

from __future__ import annotations

import hashlib
import hmac

from hotspot_lite import store
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Stored

TURN = "box:c2b-turn"


def turn() -> int:
    """How often the secret was changed."""
    kept = Stored.get_or_none(Stored.name == TURN)
    return int(kept.value) if kept else 0


def secret(key: bytes, at_turn: int) -> str:
    """The secret of that turn, in hex: other alphabets spell words that are banned."""
    told = f"c2b addresses {at_turn}".encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:40]


def is_secret(told: str, key: bytes) -> bool:
    """Whether somebody knows the secret in force."""
    return hmac.compare_digest(told.encode(), secret(key, turn()).encode())


def path(key: bytes, at_turn: int, what: str) -> str:
    """The path of our confirm or validate address."""
    return f"/cb/c2b/{secret(key, at_turn)}/{what}"


def registered(at_turn: int, by: str, now: int) -> None:
    """Safaricom has taken the addresses of that turn: others end."""
    with store.atomic():
        Stored.replace(name=TURN, value=str(at_turn)).execute()
        audit.note(by, "mpesa register", f"addresses number {at_turn}", now)
