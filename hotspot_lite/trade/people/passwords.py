"""Passwords of the staff: argon2id, as OWASP asks; older hashes are still known."""

from __future__ import annotations

import hashlib
import hmac
from functools import cache
from typing import TYPE_CHECKING

from hotspot_lite.errors import BadInput

if TYPE_CHECKING:
    from argon2 import PasswordHasher

LEAST, MOST = 8, 200
# OWASP's least for argon2id: 19 MiB and 2 rounds take a Pi a third of a second.
MEMORY_KIB, ROUNDS, LANES = 19 * 1024, 2, 1


@cache
def _hasher() -> PasswordHasher:
    from argon2 import PasswordHasher  # 5 MiB that only a sign-in needs

    return PasswordHasher(ROUNDS, MEMORY_KIB, LANES)


def hash_of(password: str) -> str:
    """How a password is kept. Raises BadInput for one that is too short or long."""
    if len(password) < LEAST:
        raise BadInput(f"A password has {LEAST} letters or more.", field="password")
    if len(password) > MOST:
        raise BadInput(f"A password has {MOST} letters at most.", field="password")
    return _hasher().hash(password)


def is_right(password: str, kept: str) -> bool:
    """Whether it is the password; takes as long for nobody's (`nobody()`)."""
    if kept.startswith("scrypt$"):
        return _is_scrypt(password, kept)
    from argon2.exceptions import Argon2Error, InvalidHashError

    try:
        return _hasher().verify(kept, password[:MOST])
    except (Argon2Error, InvalidHashError):
        return False


def is_outdated(kept: str) -> bool:
    """Whether it should be kept anew the next time the password is known."""
    return kept.startswith("scrypt$") or _hasher().check_needs_rehash(kept)


@cache
def nobody() -> str:
    """A hash that no password fits."""
    return _hasher().hash(hashlib.sha256(b"nobody").hexdigest())


def _is_scrypt(password: str, kept: str) -> bool:
    _, n, r, p, salt, hashed = kept.split("$")
    found = hashlib.scrypt(
        password.encode(), salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p),
        dklen=32,
    )  # fmt: skip
    return hmac.compare_digest(found, bytes.fromhex(hashed))
