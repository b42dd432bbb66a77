"""What a session may have: time, bytes, speed; read from an Accept or a user's row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotspot_lite.town.routeros_values import seconds_of

GIGAWORD = 1 << 32


@dataclass
class Terms:
    """The limits of one session; None is no limit."""

    seconds: float | None = None
    idle_seconds: float | None = None
    interim_seconds: float | None = None
    up_bytes: int | None = None
    down_bytes: int | None = None
    total_bytes: int | None = None
    rate_limit: str = ""
    port_limit: int | None = None
    group: str = ""
    classes: tuple[bytes, ...] = ()
    message: str = ""


def terms_of(accept: Any) -> Terms:
    """Read the terms that an Access-Accept (a pyrad packet) grants."""
    return Terms(
        seconds=_number(accept, "Session-Timeout"),
        idle_seconds=_number(accept, "Idle-Timeout"),
        interim_seconds=_number(accept, "Acct-Interim-Interval"),
        up_bytes=_bytes(accept, "Mikrotik-Recv-Limit"),
        down_bytes=_bytes(accept, "Mikrotik-Xmit-Limit"),
        total_bytes=_bytes(accept, "Mikrotik-Total-Limit"),
        rate_limit=_word(accept, "Mikrotik-Rate-Limit"),
        port_limit=_number(accept, "Port-Limit"),
        group=_word(accept, "Mikrotik-Group"),
        classes=tuple(accept.get(25, ())),
        message=_word(accept, "Reply-Message"),
    )


def change_terms(terms: Terms, change: Any) -> None:
    """Apply a CoA-Request to the terms of a running session."""
    for field, value in vars(terms_of(change)).items():
        if value not in (None, "", ()):
            setattr(terms, field, value)


def terms_of_user(row: Mapping[str, str], profile: Mapping[str, str]) -> Terms:
    """Read what is left to a local user: its own limits, then its profile's."""
    used = int(row.get("bytes-in", "0")), int(row.get("bytes-out", "0"))
    return Terms(
        seconds=_least(_time_left(row), _span(profile, "session-timeout")),
        idle_seconds=_span(profile, "idle-timeout"),
        up_bytes=_left(row, "limit-bytes-in", used[0]),
        down_bytes=_left(row, "limit-bytes-out", used[1]),
        total_bytes=_left(row, "limit-bytes-total", sum(used)),
        rate_limit=profile.get("rate-limit", ""),
        group=row.get("profile", ""),
    )


def _number(accept: Any, name: str) -> int | None:
    return int(accept[name][0]) if name in accept else None


def _word(accept: Any, name: str) -> str:
    return str(accept[name][0]) if name in accept else ""


def _bytes(accept: Any, name: str) -> int | None:
    """A limit of 32 bits and its Gigawords; either may stand alone."""
    low, high = _number(accept, name), _number(accept, f"{name}-Gigawords")
    if low is None and high is None:
        return None
    return (low or 0) + (high or 0) * GIGAWORD


def _span(row: Mapping[str, str], name: str) -> float | None:
    value = row.get(name, "none")
    return None if value in ("none", "", "0s") else seconds_of(value)


def _time_left(row: Mapping[str, str]) -> float | None:
    limit = _span(row, "limit-uptime")
    return None if limit is None else max(0.0, limit - seconds_of(row["uptime"]))


def _left(row: Mapping[str, str], name: str, used: int) -> int | None:
    limit = int(row.get(name, "0"))
    return max(0, limit - used) if limit else None


def _least(*values: float | None) -> float | None:
    known = [value for value in values if value is not None]
    return min(known) if known else None
