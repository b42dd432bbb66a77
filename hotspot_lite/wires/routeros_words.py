"""Reading what a router is and who is online there: durations, live rows as facts."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Row = Mapping[str, str]

_WORDY = re.compile(
    r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?"
    r"(?:(\d+)ms)?(?:(\d+)us)?"
)
_CLOCKED = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(\d+):(\d\d)(?::(\d\d)(?:\.\d+)?)?")
NO_LENGTH = ("", "none", "0s", "00:00:00")
THERMOMETERS = ("temperature", "board-temperature1", "cpu-temperature")
_SIZES = (604800.0, 86400.0, 3600.0, 60.0, 1.0, 1e-3, 1e-6)


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
    server: str = ""
    login_by: str = ""
    limit_bytes: int | None = None


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
        uptime_seconds=seconds(row, "uptime"),
        cpu_load_percent=whole(row, "cpu-load"),
        cpu_count=whole(row, "cpu-count"),
        free_memory_bytes=whole(row, "free-memory"),
        total_memory_bytes=whole(row, "total-memory"),
        free_disk_bytes=whole(row, "free-hdd-space"),
        total_disk_bytes=whole(row, "total-hdd-space"),
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
        uptime_seconds=seconds(row, "uptime"),
        session_seconds_left=_seconds_left(row),
        bytes_in=whole(row, "bytes-in"),
        bytes_out=whole(row, "bytes-out"),
        radius=claim(row, "radius"),
        server=row.get("server", ""),
        login_by=row.get("login-by", ""),
        limit_bytes=whole(row, "limit-bytes-total") or None,
    )


def host_of(row: Row) -> Host:
    """Read a row of /ip/hotspot/host; raises ValueError, KeyError."""
    return Host(
        id=row[".id"],
        mac_address=row.get("mac-address", ""),
        address=row.get("address", ""),
        server=row.get("server", ""),
        uptime_seconds=seconds(row, "uptime"),
        is_authorized=claim(row, "authorized"),
        is_bypassed=claim(row, "bypassed"),
        bytes_in=whole(row, "bytes-in"),
        bytes_out=whole(row, "bytes-out"),
    )


def traffic_of(row: Row) -> Traffic:
    """Read a row of /interface/monitor-traffic; raises ValueError."""
    return Traffic(
        row.get("name", ""),
        whole(row, "rx-bits-per-second"),
        whole(row, "tx-bits-per-second"),
    )


def temperature_of(rows: Sequence[Row]) -> int | None:
    """Read /system/health: a row for each sensor in 7, one row of all in 6."""
    for row in rows:
        is_sensor = row.get("name", "") in THERMOMETERS
        told = row.get("value" if is_sensor else "temperature", "")
        if re.fullmatch(r"-?\d+(\.\d+)?", told):
            return round(float(told))
    return None


def _seconds_left(row: Row) -> int | None:
    """Unlike a limit, what is left may be 0."""
    name = "session-time-left"
    return None if row.get(name, "none") in ("", "none") else seconds(row, name)


def whole(row: Row, name: str) -> int:
    """A whole number; 0 where it is missing. Raises ValueError."""
    return int(row.get(name) or 0)


def seconds(row: Row, name: str) -> int:
    """A duration in whole seconds; 0 where it is missing. Raises ValueError."""
    return int(seconds_of(row.get(name) or "0s"))


def seconds_or_none(row: Row, name: str) -> int | None:
    """A duration that may be none; a limit of 0 s is none too. Raises ValueError."""
    return None if row.get(name, "none") in NO_LENGTH else seconds(row, name)


def claim(row: Row, name: str) -> bool:
    """Whether something is said to be so; what isn't said is not so."""
    return row.get(name) in ("true", "yes")


def mac_of(mac: str) -> str:
    """A MAC address as RouterOS writes it."""
    return mac.upper().replace("-", ":")
