"""Reading RouterOS: durations, rows as typed facts, and what a refusal means.

A refusal that may pass becomes TryAgain, one that waiting doesn't mend GiveUp.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from librouteros.exceptions import ConnectionClosed, FatalError

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain

Row = Mapping[str, str]

_WORDY = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?"
    r"(?:(\d+)ms)?(?:(\d+)us)?"
)
_CLOCKED = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d\d)(?::(\d\d)(?:\.\d+)?)?")
_SIZES = (604800.0, 86400.0, 3600.0, 60.0, 1.0, 1e-3, 1e-6)
_LONG_NUMBER = re.compile(r"\d{7,}")


@dataclass(frozen=True)
class Resource:
    """How the router is: /system/resource."""

    version: str
    uptime_seconds: int
    cpu_load_percent: int
    cpu_count: int
    free_memory_bytes: int
    total_memory_bytes: int
    free_disk_bytes: int
    total_disk_bytes: int
    board_name: str
    architecture: str

    @property
    def version_numbers(self) -> tuple[int, ...]:
        """The version to compare with: "7.18.2 (stable)" is (7, 18, 2)."""
        found = re.match(r"\d+(\.\d+)*", self.version)
        return tuple(int(part) for part in found[0].split(".")) if found else ()


@dataclass(frozen=True)
class Active:
    """A device that is logged in: /ip/hotspot/active. Bytes in are its upload."""

    id: str
    user: str
    address: str
    mac_address: str
    uptime_seconds: int
    session_seconds_left: int | None
    bytes_in: int
    bytes_out: int
    radius: bool


@dataclass(frozen=True)
class Host:
    """A device that the hotspot sees, logged in or not: /ip/hotspot/host."""

    id: str
    mac_address: str
    address: str
    server: str
    uptime_seconds: int
    is_authorized: bool
    is_bypassed: bool
    bytes_in: int
    bytes_out: int


@dataclass(frozen=True)
class Traffic:
    """What an interface moves just now: /interface/monitor-traffic."""

    interface: str
    rx_bits_per_second: int
    tx_bits_per_second: int


def seconds_of(text: str) -> float:
    """Read a RouterOS duration: 1w2d3h4m5s, 01:22:53, 170ms, or bare seconds.

    Raises ValueError.
    """
    if text.isdigit():
        return float(text)
    found = _CLOCKED.fullmatch(text) or _WORDY.fullmatch(text)
    if not text or found is None:
        raise ValueError(f"not a RouterOS duration: {text!r}")
    counts = (int(part or 0) for part in found.groups())
    return sum(count * size for count, size in zip(counts, _SIZES, strict=False))


def resource_of(row: Row) -> Resource:
    """Read a row of /system/resource; raises ValueError."""
    return Resource(
        version=row["version"],
        uptime_seconds=_seconds(row, "uptime"),
        cpu_load_percent=_whole(row, "cpu-load"),
        cpu_count=_whole(row, "cpu-count"),
        free_memory_bytes=_whole(row, "free-memory"),
        total_memory_bytes=_whole(row, "total-memory"),
        free_disk_bytes=_whole(row, "free-hdd-space"),
        total_disk_bytes=_whole(row, "total-hdd-space"),
        board_name=row.get("board-name", ""),
        architecture=row.get("architecture-name", ""),
    )


def active_of(row: Row) -> Active:
    """Read a row of /ip/hotspot/active; raises ValueError, KeyError."""
    return Active(
        id=row[".id"],
        user=row.get("user", ""),
        address=row.get("address", ""),
        mac_address=row.get("mac-address", ""),
        uptime_seconds=_seconds(row, "uptime"),
        session_seconds_left=_seconds_or_none(row, "session-time-left"),
        bytes_in=_whole(row, "bytes-in"),
        bytes_out=_whole(row, "bytes-out"),
        radius=_claim(row, "radius"),
    )


def host_of(row: Row) -> Host:
    """Read a row of /ip/hotspot/host; raises ValueError, KeyError."""
    return Host(
        id=row[".id"],
        mac_address=row.get("mac-address", ""),
        address=row.get("address", ""),
        server=row.get("server", ""),
        uptime_seconds=_seconds(row, "uptime"),
        is_authorized=_claim(row, "authorized"),
        is_bypassed=_claim(row, "bypassed"),
        bytes_in=_whole(row, "bytes-in"),
        bytes_out=_whole(row, "bytes-out"),
    )


def traffic_of(row: Row) -> Traffic:
    """Read a row of /interface/monitor-traffic; raises ValueError."""
    return Traffic(
        row.get("name", ""),
        _whole(row, "rx-bits-per-second"),
        _whole(row, "tx-bits-per-second"),
    )


def _whole(row: Row, name: str) -> int:
    return int(row.get(name) or 0)


def _seconds(row: Row, name: str) -> int:
    return int(seconds_of(row.get(name) or "0s"))


def _seconds_or_none(row: Row, name: str) -> int | None:
    return None if row.get(name, "none") in ("", "none") else _seconds(row, name)


def _claim(row: Row, name: str) -> bool:
    return row.get(name) in ("true", "yes")


def masked(text: str) -> str:
    """Cover the middle of long numbers: an error may not hold a whole phone number."""
    return _LONG_NUMBER.sub(lambda found: f"{found[0][:4]}…{found[0][-2:]}", text)


_CREDENTIALS = "Check router.username and router.password."
_TRAPS: tuple[tuple[str, type[HotspotError], str], ...] = (
    # What names an argument comes first: session-timeout isn't a timeout.
    ("unknown parameter", GiveUp, "Its RouterOS version differs from what was tried."),
    ("no such", GiveUp, ""),
    ("input does not match", GiveUp, ""),
    ("invalid value", GiveUp, ""),
    ("invalid user name or password", GiveUp, _CREDENTIALS),
    ("cannot log in", GiveUp, _CREDENTIALS),
    ("not enough permissions", GiveUp, "Give its API user read, write and api."),
    (
        "not allowed by device-mode",
        GiveUp,
        "Run /system/device-mode/update hotspot=yes on it, then press its button.",
    ),
    ("unknown host", TryAgain, "Ask the customer to stay joined to the WiFi."),
    ("wrong mac provided", TryAgain, "The device has another address by now."),
    ("already authorizing", TryAgain, ""),
    (
        "radius server is not responding",
        TryAgain,
        "Check that FreeRADIUS runs and that the router has its address and secret.",
    ),
    ("no more sessions are allowed", TryAgain, "Log the user's other device out."),
    ("invalid username or password", GiveUp, "Its user list and RADIUS don't know it."),
    ("timeout", TryAgain, ""),
    ("timed out", TryAgain, ""),
    ("busy", TryAgain, ""),
    ("interrupted", TryAgain, ""),
    ("session limit", TryAgain, ""),
)


def refusal_of(message: str) -> HotspotError:
    """Say in our words what a trap's text means, and whether to try again."""
    lowered = message.lower()
    for beginning, kind, todo in _TRAPS:
        if beginning in lowered:
            return kind(f"The router refuses: {masked(message)}.", todo)
    return GiveUp(f"The router refuses: {masked(message)}.")


def fault_of(error: Exception, place: str) -> HotspotError:
    """Say in our words what broke on the line to `place`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return GiveUp(
            f"The certificate of the router at {place} is not to be trusted.",
            "Check router.ca_file, and that the certificate names router.host.",
        )
    if isinstance(error, ssl.SSLError) and not _is_closing(error):
        return GiveUp(
            f"The router at {place} agrees on no encryption.",
            "Give its api-ssl service a certificate, or set router.tls to off.",
        )
    if isinstance(error, FileNotFoundError):
        return GiveUp("The file of router.ca_file isn't there.", "Export the router's.")
    if isinstance(error, UnicodeEncodeError):
        return GiveUp("A word for the router has characters that can't be sent.")
    return _passing_fault(error, place)


def _is_closing(error: ssl.SSLError) -> bool:
    return isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError)


def _passing_fault(error: Exception, place: str) -> TryAgain:
    if isinstance(error, TimeoutError):
        return TryAgain(
            f"The router at {place} does not answer in time.",
            "Check its power and its cable.",
        )
    if isinstance(error, ConnectionRefusedError):
        return TryAgain(
            f"The router at {place} refuses connections.",
            "Switch its API on with /ip/service, and let this box's address in.",
        )
    if isinstance(error, FatalError):
        return TryAgain(f"The router at {place} ended the talk: {masked(str(error))}.")
    if isinstance(error, ConnectionClosed | ConnectionError | ssl.SSLError):
        return TryAgain(f"The router at {place} closed the connection.")
    if isinstance(error, OSError):
        return TryAgain(
            f"The router at {place} can't be reached.", "Check the network to it."
        )
    return TryAgain(
        f"What answers at {place} does not speak the RouterOS API.",
        "Check router.port: 8728 plain, 8729 with TLS.",
    )
