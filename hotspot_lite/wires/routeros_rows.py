"""What the box keeps on a router: hotspot users, their profiles, bindings, the clock.

Reads rows as facts, and says a wish as words: all of it for a new row, for one that is
there only what differs, because the router writes each change to its flash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from hotspot_lite.wires.routeros_words import (
    Row,
    claim,
    mac_of,
    seconds,
    seconds_or_none,
    whole,
)

Words = dict[str, str]

USER = (
    ".id,name,password,profile,server,mac-address,limit-uptime,limit-bytes-total,"
    "uptime,bytes-in,bytes-out,disabled,dynamic,default,comment"
)
PROFILE = (
    ".id,name,rate-limit,shared-users,session-timeout,idle-timeout,keepalive-timeout,"
    "add-mac-cookie,mac-cookie-timeout,on-login,on-logout,default"
)
BINDING = ".id,mac-address,address,server,type,comment,disabled,bypassed,blocked"
COOKIE = ".id,user,mac-address,expires-in"
NO_MAC = "00:00:00:00:00:00"
ANY_ADDRESS = "0.0.0.0"


@dataclass(frozen=True)
class User:
    """A local user: /ip/hotspot/user. Limits are for its life, None is no limit.

    `password` is None where the API user may not see it; `is_own` are the router's.
    """

    id: str
    name: str
    password: str | None
    profile: str
    server: str
    mac_address: str
    limit_seconds: int | None
    limit_bytes: int | None
    used_seconds: int
    bytes_in: int
    bytes_out: int
    is_disabled: bool
    is_own: bool
    comment: str


@dataclass(frozen=True)
class UserWish:
    """What a local user is to be; server "" is all, a MAC of "" any device."""

    name: str
    password: str
    profile: str = "default"
    server: str = ""
    mac_address: str = ""
    limit_seconds: int | None = None
    limit_bytes: int | None = None
    comment: str = ""
    is_disabled: bool = False

    def words(self) -> Words:
        """All of it."""
        return {
            "name": self.name,
            "password": self.password,
            "profile": self.profile,
            "server": self.server or "all",
            "mac-address": mac_of(self.mac_address) or NO_MAC,
            # Nothing is no limit, to the router too.
            "limit-uptime": str(self.limit_seconds or 0),
            "limit-bytes-total": str(self.limit_bytes or 0),
            "comment": self.comment,
            "disabled": _yes(self.is_disabled),
        }

    def changes(self, found: User) -> Words:
        """What of it isn't so yet. A password that can't be seen is taken as right."""
        is_so = {
            "name": found.name,
            "password": self.password if found.password is None else found.password,
            "profile": found.profile,
            "server": found.server or "all",
            "mac-address": found.mac_address or NO_MAC,
            "limit-uptime": str(found.limit_seconds or 0),
            "limit-bytes-total": str(found.limit_bytes or 0),
            "comment": found.comment,
            "disabled": _yes(found.is_disabled),
        }
        return _differing(self.words(), is_so)


@dataclass(frozen=True)
class Profile:
    """What users have in common: /ip/hotspot/user/profile. It takes no comment.

    `rate_limit` is as RouterOS writes it, the customer's upload first; `shared_users`
    None is any number; seconds of None are no limit.
    """

    id: str
    name: str
    rate_limit: str
    shared_users: int | None
    session_seconds: int | None
    idle_seconds: int | None
    keepalive_seconds: int | None
    has_mac_cookie: bool
    mac_cookie_seconds: int
    on_login: str
    on_logout: str
    is_own: bool


@dataclass(frozen=True)
class ProfileWish:
    """What a profile is to be."""

    name: str
    rate_limit: str = ""
    shared_users: int | None = 1
    session_seconds: int | None = None
    keepalive_seconds: int | None = 120
    has_mac_cookie: bool = True
    mac_cookie_seconds: int = 86400
    on_login: str = ""
    on_logout: str = ""

    def words(self) -> Words:
        """All of it."""
        return _profile_words(self)

    def changes(self, found: Profile) -> Words:
        """What of it isn't so yet."""
        return _differing(self.words(), _profile_words(found))


@dataclass(frozen=True)
class Binding:
    """A device that the hotspot treats by its address: /ip/hotspot/ip-binding."""

    id: str
    mac_address: str
    address: str
    server: str
    type: str
    comment: str
    is_disabled: bool


@dataclass(frozen=True)
class BindingWish:
    """What a binding is to be: regular, bypassed or blocked."""

    mac_address: str = ""
    address: str = ""
    type: str = "bypassed"
    server: str = ""
    comment: str = ""

    def words(self) -> Words:
        """All of it; what is not given isn't said."""
        told = {
            "mac-address": mac_of(self.mac_address),
            "address": self.address,
            "type": self.type,
            "server": self.server,
            "comment": self.comment,
        }
        return {name: value for name, value in told.items() if value}


@dataclass(frozen=True)
class Cookie:
    """A device that the router lets in again by itself: /ip/hotspot/cookie."""

    id: str
    user: str
    mac_address: str
    expires_in_seconds: int


@dataclass(frozen=True)
class RouterClock:
    """What the router takes the time to be: UTC seconds since 1970, and its zone."""

    at: int
    zone: str


def user_of(row: Row) -> User:
    """Read a row of /ip/hotspot/user; raises ValueError, KeyError."""
    return User(
        id=row[".id"],
        name=row.get("name", ""),
        password=_password(row),
        profile=row.get("profile", "default"),
        server=_named(row, "server", "all"),
        mac_address=_named(row, "mac-address", NO_MAC),
        limit_seconds=seconds_or_none(row, "limit-uptime"),
        limit_bytes=whole(row, "limit-bytes-total") or None,
        used_seconds=seconds(row, "uptime"),
        bytes_in=whole(row, "bytes-in"),
        bytes_out=whole(row, "bytes-out"),
        is_disabled=claim(row, "disabled"),
        is_own=claim(row, "dynamic") or claim(row, "default"),
        comment=row.get("comment", ""),
    )


def profile_of(row: Row) -> Profile:
    """Read a row of /ip/hotspot/user/profile; raises ValueError, KeyError."""
    shared = row.get("shared-users", "1")
    return Profile(
        id=row[".id"],
        name=row.get("name", ""),
        rate_limit=row.get("rate-limit", ""),
        shared_users=None if shared == "unlimited" else int(shared),
        session_seconds=seconds_or_none(row, "session-timeout"),
        idle_seconds=seconds_or_none(row, "idle-timeout"),
        keepalive_seconds=seconds_or_none(row, "keepalive-timeout"),
        has_mac_cookie=claim(row, "add-mac-cookie"),
        mac_cookie_seconds=seconds(row, "mac-cookie-timeout"),
        on_login=row.get("on-login", ""),
        on_logout=row.get("on-logout", ""),
        is_own=claim(row, "default"),
    )


def binding_of(row: Row) -> Binding:
    """Read a row of /ip/hotspot/ip-binding; a missing type is regular."""
    flags = [kind for kind in ("bypassed", "blocked") if claim(row, kind)]
    return Binding(
        id=row[".id"],
        mac_address=_named(row, "mac-address", NO_MAC),
        address=_named(row, "address", ANY_ADDRESS),
        server=_named(row, "server", "all"),
        type=row.get("type") or (flags or ["regular"])[0],
        comment=row.get("comment", ""),
        is_disabled=claim(row, "disabled"),
    )


def cookie_of(row: Row) -> Cookie:
    """Read a row of /ip/hotspot/cookie; raises ValueError, KeyError."""
    return Cookie(
        id=row[".id"],
        user=row.get("user", ""),
        mac_address=row.get("mac-address", ""),
        expires_in_seconds=seconds(row, "expires-in"),
    )


def clock_of(row: Row) -> RouterClock:
    """Read /system/clock: jun/19/2024 before 7.10, 2024-06-19 since. ValueError."""
    date, time = row["date"], row["time"]
    pattern = "%Y-%m-%d" if date[:4].isdigit() else "%b/%d/%Y"
    moment = datetime.strptime(f"{date} {time}", f"{pattern} %H:%M:%S")
    local = int(moment.replace(tzinfo=UTC).timestamp())
    offset = _offset_seconds(row.get("gmt-offset", "+00:00"))
    return RouterClock(local - offset, row.get("time-zone-name", ""))


def _offset_seconds(text: str) -> int:
    hours, _, minutes = text.lstrip("+-").partition(":")
    size = int(hours) * 3600 + int(minutes or 0) * 60
    return -size if text.startswith("-") else size


def _password(row: Row) -> str | None:
    """Where the right to see it is missing, it is left out or starred, by version."""
    told = row.get("password", "*")
    return None if told and not told.strip("*") else told


def _named(row: Row, name: str, anything: str) -> str:
    """A value that some versions leave out and others fill with a word for any."""
    value = row.get(name, "")
    return "" if value == anything else value


def _profile_words(of: Profile | ProfileWish) -> Words:
    shared = "unlimited" if of.shared_users is None else str(of.shared_users)
    return {
        "name": of.name,
        "rate-limit": of.rate_limit,
        "shared-users": shared,
        "session-timeout": _span(of.session_seconds, "0"),
        "keepalive-timeout": _span(of.keepalive_seconds, "none"),
        "add-mac-cookie": _yes(of.has_mac_cookie),
        "mac-cookie-timeout": str(of.mac_cookie_seconds),
        "on-login": of.on_login,
        "on-logout": of.on_logout,
    }


def _span(length: int | None, nothing: str) -> str:
    return nothing if length is None else str(length)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


def _differing(wished: Mapping[str, str], is_so: Mapping[str, str]) -> Words:
    return {name: value for name, value in wished.items() if is_so[name] != value}
