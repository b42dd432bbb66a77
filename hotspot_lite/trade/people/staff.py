"""Who may enter the admin page: people, roles, passwords, sessions, the setup code."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Login, Staff, Stored
from hotspot_lite.trade.people import passwords, second_factor

# What each may do besides looking. A manager may all that a cashier may.
ROLES = {
    "owner": "everything",
    "manager": "money, customers, packages, reports, messages, imports",
    "cashier": "sell for cash, decide exceptions, help customers",
    "viewer": "look only",
    "agent": "sell vouchers for commission; sees nothing else",
}
# Who works for the house and may look around in it: all but agents.
HOUSE = tuple(role for role in ROLES if role != "agent")
SESSION_SECONDS = 12 * 3600
SETUP_CODE = "box:setup-code"


@dataclass(frozen=True)
class Person:
    """Who is signed in, with the CSRF token of the session."""

    name: str
    role: str
    csrf: str
    must_change: bool = False  # the password, which somebody else has made

    @property
    def is_agent(self) -> bool:
        """Whether it is one of the people who sell for themselves."""
        return self.role == "agent"

    def may(self, *roles: str) -> bool:
        """Whether the person's role is one of them; an owner may do all."""
        if self.role == "manager" and "cashier" in roles:
            return True
        return self.role == "owner" or self.role in roles


def add(
    name: str,
    password: str,
    role: str,
    now: int,
    by: str = "cli",
    must_change: bool = False,
) -> Staff:
    """Add somebody, who `must_change` the password first. Raises BadInput."""
    if not name.strip() or len(name) > 40:
        raise BadInput("A name has 1 to 40 letters.", field="name")
    if role not in ROLES:
        raise BadInput(f"A role is one of {', '.join(ROLES)}.", field="role")
    hashed = passwords.hash_of(password)
    try:
        with store.atomic():
            person = Staff.create(
                name=name.strip(),
                password=hashed,
                role=role,
                made_at=now,
                must_change=must_change,
            )
            audit.note(by, "admin add", f"{name} as {role}", now)
    except IntegrityError:
        raise BadInput(f"There is a {name!r} already.", field="name") from None
    return person


def set_password(name: str, password: str, now: int, by: str = "cli") -> None:
    """Give somebody a new password and end the sessions. Raises BadInput."""
    hashed = passwords.hash_of(password)
    with store.atomic():
        person = Staff.get_or_none(Staff.name == name)
        if person is None:
            raise BadInput(f"There is nobody called {name!r}.", field="name")
        change = Staff.update(password=hashed, must_change=by not in ("cli", name))
        change.where(Staff.id == person.id).execute()
        Login.delete().where(Login.staff == person.id).execute()
        audit.note(by, "admin password", name, now)


def set_role(name: str, role: str, by: str, now: int) -> None:
    """Make somebody something else. Raises BadInput, also for the last owner."""
    if role not in ROLES:
        raise BadInput(f"A role is one of {', '.join(ROLES)}.", field="role")
    with store.atomic():
        person = _named(name)
        if role != "owner":
            _check_another_owner(person)
        Staff.update(role=role).where(Staff.id == person.id).execute()
        audit.note(by, "admin role", f"{name}: {person.role} → {role}", now)


def set_locked(name: str, is_locked: bool, by: str, now: int) -> None:
    """Let somebody in no more, or again. Raises BadInput, also for the last owner."""
    with store.atomic():
        person = _named(name)
        if is_locked:
            _check_another_owner(person)
            Login.delete().where(Login.staff == person.id).execute()
        change = Staff.update(locked_at=now if is_locked else None)
        change.where(Staff.id == person.id).execute()
        audit.note(by, "admin lock", f"{name}: {'locked' if is_locked else 'in'}", now)


def _named(name: str) -> Staff:
    person: Staff | None = Staff.get_or_none(Staff.name == name)
    if person is None:
        raise BadInput(f"There is nobody called {name!r}.", field="name")
    return person


def _check_another_owner(person: Staff) -> None:
    others = (
        (Staff.role == "owner") & Staff.locked_at.is_null() & (Staff.id != person.id)
    )
    if person.role == "owner" and not Staff.select().where(others).exists():
        raise BadInput(
            "That is the last owner: nobody could change anything any more.",
            "Make somebody else an owner first.",
            field="name",
        )


def everybody() -> list[Staff]:
    """All of the staff, the owners first."""
    order = list(ROLES)
    return sorted(Staff.select(), key=lambda one: (order.index(one.role), one.name))


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


@dataclass(frozen=True)
class Attempt:
    """What somebody typed to sign in, and from where."""

    name: str
    password: str
    code: str = ""
    address: str = ""
    agent: str = ""


@dataclass(frozen=True)
class Entry:
    """What came of it: the token of a new session, or what is missing.

    `wants_code` where name and password are right and the second factor isn't.
    """

    token: str | None
    wants_code: bool = False


def sign_in(name: str, password: str, now: int) -> str | None:
    """The token of a new session, or None."""
    return enter(Attempt(name, password), now).token


def enter(attempt: Attempt, now: int) -> Entry:
    """Let somebody in or not. Takes equally long for any name."""
    person = Staff.get_or_none(Staff.name == attempt.name)
    kept = person.password if person else passwords.nobody()
    is_right = passwords.is_right(attempt.password, kept)
    if not is_right or person is None or person.locked_at is not None:
        return Entry(None)
    if not second_factor.take(person, attempt.code, now):
        return Entry(None, wants_code=True)
    token = secrets.token_urlsafe(32)
    with store.atomic():
        if passwords.is_outdated(kept):
            renewed = passwords.hash_of(attempt.password)
            Staff.update(password=renewed).where(Staff.id == person.id).execute()
        Login.delete().where(Login.expires_at <= now).execute()
        Login.create(
            token_hash=_digest(token),
            staff=person,
            csrf=secrets.token_urlsafe(24),
            made_at=now,
            expires_at=now + SESSION_SECONDS,
            address=attempt.address,
            agent=attempt.agent[:200],
        )
        audit.note(attempt.name, "sign in", attempt.address, now)
    return Entry(token)


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
    if found is None:
        return None
    who = found.staff
    return Person(who.name, who.role, found.csrf, bool(who.must_change))


def sessions_of(name: str, now: int) -> list[Login]:
    """Where somebody is signed in, the newest first."""
    query = Login.select(Login, Staff).join(Staff)
    mine = (Staff.name == name) & (Login.expires_at > now)
    return list(query.where(mine).order_by(Login.made_at.desc()))


def sign_out_elsewhere(name: str, csrf: str, now: int) -> int:
    """End all sessions of somebody but the one with that token; how many."""
    mine: Any = Staff.select(Staff.id).where(Staff.name == name)
    others = Login.staff.in_(mine) & (Login.csrf != csrf)
    with store.atomic():
        count = Login.delete().where(others).execute()
        audit.note(name, "sign out elsewhere", str(count), now)
    return int(count)


def change_password(name: str, old: str, new: str, csrf: str, now: int) -> None:
    """Change one's own password; other sessions end. Raises BadInput."""
    person = _named(name)
    if not passwords.is_right(old, person.password):
        raise BadInput("That is not your password.", field="old")
    hashed = passwords.hash_of(new)
    with store.atomic():
        change = Staff.update(password=hashed, must_change=False)
        change.where(Staff.id == person.id).execute()
        others = (Login.staff == person.id) & (Login.csrf != csrf)
        Login.delete().where(others).execute()
        audit.note(name, "admin password", name, now)


def sign_out(token: str) -> None:
    """End a session."""
    with store.atomic():
        Login.delete().where(Login.token_hash == _digest(token)).execute()


def _digest(text: str) -> str:
    return hashlib.sha256(text.strip().encode()).hexdigest()


def is_own_password(name: str, password: str) -> bool:
    """Whether it is the password of who is signed in already."""
    return passwords.is_right(password, _named(name).password)
