"""Who may enter the admin page: people, roles, passwords, sessions, the setup code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade import audit
from hotspot_lite.trade.models import Login, Staff, Stored

ROLES = ("owner", "cashier", "viewer")
# OWASP's second choice for scrypt: 32 MiB would be too much for a small Pi.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**14, 8, 5
SESSION_SECONDS = 12 * 3600
LEAST_PASSWORD = 8
SETUP_CODE = "box:setup-code"


@dataclass(frozen=True)
class Person:
    """Who is signed in, with the CSRF token of the session."""

    name: str
    role: str
    csrf: str

    def may(self, *roles: str) -> bool:
        """Whether the person's role is one of them; an owner may do all."""
        return self.role == "owner" or self.role in roles


def add(name: str, password: str, role: str, now: int, by: str = "cli") -> Staff:
    """Add somebody. Raises BadInput naming the field."""
    if not name.strip() or len(name) > 40:
        raise BadInput("A name has 1 to 40 letters.", field="name")
    if role not in ROLES:
        raise BadInput(f"A role is one of {', '.join(ROLES)}.", field="role")
    hashed = _hash_password(password)
    try:
        with store.atomic():
            person = Staff.create(
                name=name.strip(), password=hashed, role=role, made_at=now
            )
            audit.note(by, "admin add", f"{name} as {role}", now)
    except IntegrityError:
        raise BadInput(f"There is a {name!r} already.", field="name") from None
    return person


def set_password(name: str, password: str, now: int, by: str = "cli") -> None:
    """Give somebody a new password and end the sessions. Raises BadInput."""
    hashed = _hash_password(password)
    with store.atomic():
        person = Staff.get_or_none(Staff.name == name)
        if person is None:
            raise BadInput(f"There is nobody called {name!r}.", field="name")
        Staff.update(password=hashed).where(Staff.id == person.id).execute()
        Login.delete().where(Login.staff == person.id).execute()
        audit.note(by, "admin password", name, now)


def is_set_up() -> bool:
    """Whether there is an owner yet; until then the setup page is open."""
    return Staff.select().exists()


def new_setup_code() -> str:
    """A fresh one-time code for the first owner; only its hash is kept."""
    code = "-".join(secrets.token_hex(2) for _ in range(4))
    with store.atomic():
        Stored.replace(name=SETUP_CODE, value=_digest(code)).execute()
    return code


def set_up(code: str, name: str, password: str, now: int) -> Staff:
    """Make the first owner with the setup code, which is used up. Raises BadInput."""
    with store.atomic():
        kept = Stored.get_or_none(Stored.name == SETUP_CODE)
        right = kept is not None and hmac.compare_digest(kept.value, _digest(code))
        if is_set_up() or not right:
            raise BadInput(
                "That setup code is not right.",
                "For a new one: hotspot-lite admin setup-code",
                field="code",
            )
        person = add(name, password, "owner", now, by="setup")
        Stored.delete().where(Stored.name == SETUP_CODE).execute()
    return person


def sign_in(name: str, password: str, now: int) -> str | None:
    """The token of a new session, or None. Takes equally long for any name."""
    person = Staff.get_or_none(Staff.name == name)
    kept = person.password if person else _NOBODY
    if not _is_password(password, kept) or person is None:
        return None
    token = secrets.token_urlsafe(32)
    with store.atomic():
        Login.delete().where(Login.expires_at <= now).execute()
        Login.create(
            token_hash=_digest(token),
            staff=person,
            csrf=secrets.token_urlsafe(24),
            made_at=now,
            expires_at=now + SESSION_SECONDS,
        )
        audit.note(name, "sign in", "", now)
    return token


def signed_in(token: str, now: int) -> Person | None:
    """Who a session's token belongs to, or None."""
    found = (
        Login.select(Login, Staff)
        .join(Staff)
        .where((Login.token_hash == _digest(token)) & (Login.expires_at > now))
        .first()
        if token
        else None
    )
    return Person(found.staff.name, found.staff.role, found.csrf) if found else None


def sign_out(token: str) -> None:
    """End a session."""
    with store.atomic():
        Login.delete().where(Login.token_hash == _digest(token)).execute()


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()


def _hash_password(password: str) -> str:
    if len(password) < LEAST_PASSWORD:
        raise BadInput(
            f"A password has {LEAST_PASSWORD} letters or more.", field="password"
        )
    salt = secrets.token_bytes(16)
    hashed = _scrypt(password, salt, SCRYPT_N, SCRYPT_R, SCRYPT_P)
    numbers = f"{SCRYPT_N}${SCRYPT_R}${SCRYPT_P}"
    return f"scrypt${numbers}${salt.hex()}${hashed.hex()}"


def _is_password(password: str, kept: str) -> bool:
    _, n, r, p, salt, hashed = kept.split("$")
    found = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, bytes.fromhex(hashed))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=32)


_NOBODY = f"scrypt${SCRYPT_N}${SCRYPT_R}${SCRYPT_P}${'00' * 16}${'00' * 32}"
