"""What a setting's text may be, and its value: each check raises ValueError in words.

The message ends the sentence "it must be …".
"""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

Value = str | int | bool
Check = Callable[[str], Value]


class HoldsSecret(ValueError):
    """What was given may hold a secret where none belongs: it is not shown."""


def text(raw: str) -> str:
    """Any line of text."""
    if "\n" in raw or "\r" in raw:
        raise ValueError("one line of text")
    return raw.strip()


def port(raw: str) -> int:
    """A port number; 0 lets the system choose one."""
    if not raw.isascii() or not raw.isdigit() or int(raw) > 65535:
        raise ValueError("a port: a whole number from 0 to 65535")
    return int(raw)


def flag(raw: str) -> bool:
    """yes or no."""
    words = {"yes": True, "true": True, "no": False, "false": False}
    if raw.lower() not in words:
        raise ValueError("yes or no")
    return words[raw.lower()]


def url(raw: str) -> str:
    """An http or https address without a slash at the end, or nothing."""
    parts = urlsplit(raw)
    if raw and (parts.scheme not in ("http", "https") or not parts.hostname):
        raise ValueError("an address that begins with https:// (or http://)")
    return raw.rstrip("/")


def networks(raw: str) -> str:
    """IP addresses or networks, with blanks or commas between them."""
    for word in _words(raw):
        try:
            ip_network(word)
        except ValueError:
            raise ValueError("IP addresses such as 196.201.214.200") from None
    return " ".join(_words(raw))


def is_among(address: str, listed: str) -> bool:
    """Whether an IP address is one of those that `networks` let pass."""
    try:
        return any(ip_address(address) in ip_network(word) for word in _words(listed))
    except ValueError:
        return False


def _words(raw: str) -> list[str]:
    return raw.replace(",", " ").split()


def folder(raw: str) -> str:
    """An absolute folder."""
    if not raw.startswith("/"):
        raise ValueError("a folder that begins with /")
    return raw.rstrip("/") or "/"


def folder_or_none(raw: str) -> str:
    """An absolute folder, or nothing."""
    return folder(raw) if raw else ""


def file_or_none(raw: str) -> str:
    """An absolute path of a file, or nothing."""
    if raw and (not raw.startswith("/") or raw.endswith("/")):
        raise ValueError("a file's whole path that begins with /")
    return raw


SFTP = re.compile(
    r"sftp://(?P<user>[A-Za-z0-9_][A-Za-z0-9._-]*)@"
    r"(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])"
    r"(?::(?P<port>[0-9]{1,5}))?(?P<folder>(?:/[A-Za-z0-9._~-]+)+)/?"
)


def sftp_or_none(raw: str) -> str:
    """sftp://user@host[:port]/folder, or nothing; no part of it can be an option.

    /~/folder is one in the home of that user.
    """
    if not raw:
        return ""
    if re.match(r"sftp://[^/@]*:[^/@]*@", raw):
        raise HoldsSecret(
            "an address without a password: the box signs in by its key"
            " (hotspot-lite backup key)"
        )
    found = SFTP.fullmatch(raw)
    if found is None:
        raise ValueError("an address such as sftp://backup@192.168.88.2/~/hotspot")
    if not 1 <= int(found["port"] or 22) <= 65535:
        raise ValueError("an address with a port from 1 to 65535")
    if {".", ".."} & set(found["folder"].split("/")):
        raise ValueError("an address whose folder has no . or .. in it")
    return raw.rstrip("/")


def timezone(raw: str) -> str:
    """A time zone by its IANA name."""
    try:
        return ZoneInfo(raw).key
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone such as Africa/Nairobi") from None


def seconds(raw: str) -> int:
    """A whole number of seconds, at least one."""
    if not raw.isascii() or not raw.isdigit() or int(raw) < 1:
        raise ValueError("a whole number of seconds, 1 or more")
    return int(raw)


def count(raw: str) -> int:
    """A whole number, 0 too."""
    if not raw.isascii() or not raw.isdigit():
        raise ValueError("a whole number, 0 or more")
    return int(raw)


def positive(raw: str) -> int:
    """A whole number, 1 or more."""
    if not (number := count(raw)):
        raise ValueError("a whole number, 1 or more")
    return number


def hour(raw: str) -> int:
    """An hour of the day."""
    if not raw.isascii() or not raw.isdigit() or int(raw) > 23:
        raise ValueError("an hour from 0 to 23")
    return int(raw)


def matching(pattern: str, says: str) -> Check:
    """A check that the whole text fits `pattern`; nothing at all fits too."""

    def check(raw: str) -> str:
        if raw and not re.fullmatch(pattern, raw):
            raise ValueError(says)
        return raw

    return check


def one_of(*words: str) -> Check:
    """A check that the text is one of `words`."""

    def check(raw: str) -> str:
        if raw not in words:
            import difflib  # for a mistake alone

            near = difflib.get_close_matches(raw, words, 1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            raise ValueError(f"one of {', '.join(words)}{hint}")
        return raw

    return check
