"""Who may go online: the decision that FreeRADIUS makes from `hotspot.site`, in Python.

Both ask the database with the same one SELECT, `templates/login.sql`. It knows no
packets and no sockets.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

TEMPLATES = Path(__file__).with_name("templates")
LOGIN_SQL = (TEMPLATES / "login.sql").read_text(encoding="utf-8")

INTERIM_SECONDS = 300
IDLE_SECONDS = 900
NAME = re.compile(r"[0-9A-Za-z@._:-]{1,64}")
MAC = re.compile(r"[-:.]?".join([r"([0-9A-F]{2})"] * 6), re.IGNORECASE)
WRONG_CODE = "Wrong code or password"
MESSAGES = {
    "expired": "Your package has expired",
    "data-used-up": "Your data is used up",
    "not-yet": "Your package has not started yet",
    "blocked": "Too many wrong tries, wait 10 minutes",
    "devices": "Device limit reached",
}

Attribute = str | int | bytes


@dataclass(frozen=True)
class Request:
    """What an Access-Request says: a PAP `password`, or `chap` with its challenge."""

    username: str
    mac: str = ""
    password: bytes | None = field(default=None, repr=False)
    chap: bytes | None = field(default=None, repr=False)
    challenge: bytes = b""


@dataclass(frozen=True)
class Decision:
    """What to answer. `reason` is one word, the one that auth.tsv has for a reject."""

    kind: Literal["accept", "reject", "silent"]
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    reason: str = "ok"


SILENT = Decision("silent", reason="unreadable")


@dataclass(frozen=True)
class _Row:
    """The columns of login.sql, in its order."""

    verdict: str
    by_name: int | None
    secret: str | None
    seconds_left: str | None
    rate: str | None
    data_low: str | None
    data_high: str | None
    devices_full: int | None
    subscription: str | None
    blocked: int
    devices: str | None


def one_mac(text: str) -> str:
    """`text` as RouterOS writes a MAC, whatever radius-mac-format; or as it is."""
    found = MAC.fullmatch(text)
    return ":".join(found.groups()).upper() if found else text


def decide(connection: sqlite3.Connection, request: Request) -> Decision:
    """Accept, reject or say nothing, by one read of `connection`.

    Silent where the database can't be read, so that nobody who paid hears "wrong
    password" and the router tries again, and where an Accept would lack its limits.
    """
    if not NAME.fullmatch(request.username):
        return _reject("unknown")
    try:
        found = connection.execute(LOGIN_SQL, _named(request)).fetchone()
    except sqlite3.Error:
        return SILENT
    return SILENT if found is None else _judged(_Row(*found), request)


def _named(request: Request) -> dict[str, str]:
    name = request.username
    return {
        "username": name,
        "name_mac": one_mac(name) if MAC.fullmatch(name) else "",
        # SQLite takes no text that isn't UTF-8.
        "mac": one_mac(request.mac).encode(errors="replace").decode(),
    }


def _judged(row: _Row, request: Request) -> Decision:
    reason = _objection(row, request)
    if reason != "ok":
        return _reject(reason)
    if row.by_name and not _proved(row.secret or "", request):
        return _reject("password")
    if not row.seconds_left or not row.rate:
        return Decision("silent", reason="no-limits")
    return Decision("accept", _limits(row))


def _objection(row: _Row, request: Request) -> str:
    """Why not, before the password is looked at; "ok" if there is no reason."""
    if row.blocked:
        return "blocked"
    if row.by_name == 0 and one_mac(request.username) != one_mac(request.mac):
        return "unknown"  # somebody else's MAC as a name
    if row.verdict == "ok" and row.devices_full:
        return "devices"
    return row.verdict


def _proved(secret: str, request: Request) -> bool:
    """Whether the password, or the answer to the CHAP challenge, is `secret`."""
    key = secret.encode()
    if request.chap is not None:
        # RFC 2865 section 5.3: one byte of id, then MD5 of id, password, challenge.
        mark = request.chap[:1]
        due = hashlib.md5(mark + key + request.challenge, usedforsecurity=False)
        return hmac.compare_digest(mark + due.digest(), request.chap)
    if request.password is None:
        return False
    return hmac.compare_digest(key, request.password)


def _limits(row: _Row) -> dict[str, Attribute]:
    limits: dict[str, Attribute] = {
        "Session-Timeout": int(row.seconds_left or 0),
        "Mikrotik-Rate-Limit": row.rate or "",
        "Acct-Interim-Interval": INTERIM_SECONDS,
        "Idle-Timeout": IDLE_SECONDS,
        "Class": (row.subscription or "").encode(),
    }
    if row.devices is not None:
        # Else the router lets in one: shared-users of its default profile.
        limits["Port-Limit"] = int(row.devices)
    if row.data_low is not None and row.data_high is not None:
        limits["Mikrotik-Total-Limit"] = int(row.data_low)
        limits["Mikrotik-Total-Limit-Gigawords"] = int(row.data_high)
    return limits


def _reject(reason: str) -> Decision:
    message = MESSAGES.get(reason, WRONG_CODE)
    return Decision("reject", {"Reply-Message": message}, reason)
