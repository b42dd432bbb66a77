"""Who opened the portal: the device and its router's login, carried in signed forms.

Sign-in sheets drop cookies, so the form itself remembers. Its signature covers the
address it was made for and the hour: another site can't post it, nor another device.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import astuple, dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.people.customers import normal_mac

HOUR_SECONDS = 3600
GOOD_FOR_HOURS = 6
MOST_URL = 400
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
LANGUAGE = re.compile(r"[a-z]{2,3}")
CLEAN_URL = re.compile(r"[!#-&(-;=?-~]*")  # ASCII without space, quotes and < >


@dataclass(frozen=True)
class Visitor:
    """A device at the portal; a field that we could not use is ""."""

    mac: str = ""
    ip: str = ""
    login_url: str = ""
    lang: str = ""

    @property
    def login_origin(self) -> str:
        """Where its router's login form goes, for the CSP; or ""."""
        return origin(self.login_url)


def of_query(found: Mapping[str, str], router_host: str) -> Visitor:
    """The visitor that a router's redirect describes, by RouterOS's own names."""
    return clean(
        Visitor(
            found.get("mac", ""),
            found.get("ip", ""),
            found.get("link-login-only", ""),
            found.get("lang", ""),
        ),
        router_host,
    )


def clean(given: Visitor, router_host: str) -> Visitor:
    """`given` without what can't be right; never an error: it came from outside."""
    return Visitor(
        _or_empty(normal_mac, given.mac),
        _or_empty(lambda text: str(ip_address(text)), given.ip),
        given.login_url if is_router(given.login_url, router_host) else "",
        given.lang if LANGUAGE.fullmatch(given.lang) else "",
    )


def sign(visitor: Visitor, key: bytes, peer: str, now: int) -> str:
    """The form's hidden `state`, for a browser at the address `peer`."""
    told = json.dumps([*astuple(visitor), now // HOUR_SECONDS], separators=(",", ":"))
    body = base64.urlsafe_b64encode(told.encode()).decode().rstrip("=")
    return f"{body}.{_seal(body, key, peer)}"


def read(
    state: str, key: bytes, peer: str, now: int, router_host: str
) -> tuple[Visitor, bool]:
    """The visitor in a form's state, and whether the state is ours and fresh.

    One that isn't still tells what to fill in; nothing may be done by it.
    """
    body, _, seal = state.partition(".")
    try:
        raw = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        *fields, hour = json.loads(raw)
        visitor = clean(Visitor(*(str(field) for field in fields)), router_host)
        age_hours = now // HOUR_SECONDS - int(hour)
    except (ValueError, TypeError, RecursionError):
        return Visitor(), False
    # As bytes: compare_digest refuses text that isn't ASCII.
    ours = hmac.compare_digest(_seal(body, key, peer).encode(), seal.encode())
    return visitor, ours and 0 <= age_hours <= GOOD_FOR_HOURS


def _seal(body: str, key: bytes, peer: str) -> str:
    told = f"portal state\n{peer}\n{body}".encode()
    return hmac.new(key, told, hashlib.sha256).hexdigest()[:32]


def is_router(url: str, router_host: str) -> bool:
    """Whether `url` may be our router's login: it will be given a password."""
    parts = _parts(url)
    if parts is None:
        return False
    host = parts[1]
    if host == "localhost" or (router_host and host == router_host.lower()):
        return True
    try:
        found = ip_address(host)
    except ValueError:
        return False
    return found.is_private or found.is_loopback


def origin(url: str) -> str:
    """`url` as scheme://host:port, or "" where it isn't one of the web."""
    parts = _parts(url)
    if parts is None:
        return ""
    scheme, host, port = parts
    return f"{scheme}://{host}" + (f":{port}" if port else "")


def _parts(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return None
    fits = len(url) <= MOST_URL and CLEAN_URL.fullmatch(url) and HOST.fullmatch(host)
    if not fits or parts.scheme not in ("http", "https") or parts.username is not None:
        return None
    return parts.scheme, host, port


def _or_empty(read_one: Callable[[str], str], text: str) -> str:
    try:
        return read_one(text)
    except (BadInput, ValueError):
        return ""
