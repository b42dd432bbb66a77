"""How RouterOS reads and writes values: durations, booleans, addresses, and its traps.

A check takes an argument's name and value and gives the value as a router stores it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable

Check = Callable[[str, str], str]

_AMBIGUOUS = "ambiguous value of {}, more than one possible value matches input"
_UNITS = (("w", 604800), ("d", 86400), ("h", 3600), ("m", 60), ("s", 1))
_WORDY = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?"
    r"(?:(\d+)ms)?(?:(\d+)us)?"
)
_CLOCKED = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d\d)(?::(\d\d))?")
_MAC = re.compile(r"[0-9A-F]{2}(:[0-9A-F]{2}){5}")


class Trap(Exception):
    """A command that a router refuses, in the router's own words."""

    def __init__(self, message: str, category: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.category = category


def is_duration(text: str) -> bool:
    """Say whether a text is a duration such as 1w2d or 01:22:53."""
    return bool(text) and bool(_WORDY.fullmatch(text) or _CLOCKED.fullmatch(text))


def seconds_of(text: str) -> float:
    """Read a duration as seconds; a bare number is seconds. Raises ValueError."""
    if text.isdigit():
        return float(text)
    if clocked := _CLOCKED.fullmatch(text):
        return float(_sum(clocked, (604800, 86400, 3600, 60, 1)))
    wordy = _WORDY.fullmatch(text)
    if not text or wordy is None:
        raise ValueError(f"not a duration: {text!r}")
    return _sum(wordy, (604800, 86400, 3600, 60, 1, 1e-3, 1e-6))


def _sum(parts: re.Match[str], sizes: tuple[float, ...]) -> float:
    counts = (int(part or 0) for part in parts.groups())
    return sum(count * size for count, size in zip(counts, sizes, strict=True))


def duration(seconds: float) -> str:
    """Write whole seconds the way a router does: 1w2d3h4m5s, without zero parts."""
    left, written = max(0, int(seconds)), ""
    for letter, size in _UNITS:
        count, left = divmod(left, size)
        written += f"{count}{letter}" if count else ""
    return written or "0s"


def fine_duration(seconds: float) -> str:
    """Write a duration that may have milliseconds: 300ms, 1s100ms."""
    thousandths = round(seconds * 1000)
    whole_seconds, rest = divmod(thousandths, 1000)
    if not rest:
        return duration(whole_seconds)
    return (duration(whole_seconds) if whole_seconds else "") + f"{rest}ms"


def text(name: str, value: str) -> str:
    """Take anything."""
    return value


def flag(name: str, value: str) -> str:
    """Take yes or no, store true or false."""
    stored = {"yes": "true", "true": "true", "no": "false", "false": "false"}.get(value)
    if stored is None:
        raise Trap(f"input does not match any value of {name}", 1)
    return stored


def whole(name: str, value: str) -> str:
    """Take a number without a sign; k, M and G are understood as RouterOS does."""
    units = {"k": 10**3, "K": 10**3, "M": 10**6, "G": 10**9}
    digits, unit = (value[:-1], value[-1]) if value[-1:] in units else (value, "")
    if not digits.isdigit():
        raise Trap(f"invalid value for argument {name}", 1)
    return str(int(digits) * units.get(unit, 1))


def span(name: str, value: str) -> str:
    """Take a duration or one of the words that stand for none."""
    if value in ("none", "unlimited", "received", "auto", "always"):
        return value
    try:
        return fine_duration(seconds_of(value))
    except ValueError:
        raise Trap(f"invalid value for argument {name}", 1) from None


def mac(name: str, value: str) -> str:
    """Take a MAC address, store it in capitals with colons."""
    stored = value.upper().replace("-", ":")
    if not _MAC.fullmatch(stored):
        raise Trap(f"invalid value of {name}, mac address required", 1)
    return stored


def address(name: str, value: str) -> str:
    """Take an IPv4 or IPv6 address."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise Trap(f"invalid value for argument {name}", 1) from None


def network(name: str, value: str) -> str:
    """Take an address with a prefix length, such as 10.5.50.1/24."""
    try:
        return ipaddress.ip_interface(value).with_prefixlen
    except ValueError:
        raise Trap(f"invalid value for argument {name}", 1) from None


def one_of(*choices: str) -> Check:
    """Make a check that takes one of the words, or an unmistakable beginning of one."""

    def check(name: str, value: str) -> str:
        if value in choices:
            return value
        found = [choice for choice in choices if value and choice.startswith(value)]
        if len(found) > 1:
            raise Trap(_AMBIGUOUS.format(name), 1)
        if not found:
            raise Trap(f"input does not match any value of {name}", 1)
        return found[0]

    return check


def some_of(*choices: str) -> Check:
    """Make a check that takes a comma list of the words."""
    check_one = one_of(*choices)

    def check(name: str, value: str) -> str:
        return ",".join(check_one(name, part) for part in value.split(",") if part)

    return check
