"""Rows that a router makes afresh for each print: who is here, who is online.

Reads the hotspot and the clock; changes nothing.
"""

from __future__ import annotations

import ipaddress
import math
from datetime import UTC, datetime

from hotspot_lite.town.hotspot import Device, Hotspot
from hotspot_lite.town.routeros_table import Row
from hotspot_lite.town.routeros_values import duration
from hotspot_lite.town.sessions import BYTES_A_PACKET, Session


def row_id(device: Device) -> str:
    """An id that stays while the device keeps its address."""
    return f"*{int(ipaddress.ip_address(device.ip)):X}"


def active_rows(hotspot: Hotspot, now: float, mac: str = "") -> list[Row]:
    """/ip/hotspot/active: one row a session; only that of `mac`, if it is given."""
    return [
        _active_row(hotspot.server, device, session, now)
        for device, session in hotspot.sessions()
        if mac in ("", device.mac)
    ]


def host_rows(hotspot: Hotspot, now: float, mac: str = "") -> list[Row]:
    """/ip/hotspot/host: one row a device that is here; only `mac`, if given."""
    devices = list(hotspot.devices.values())
    here = [d for d in devices if d.is_here and mac in ("", d.mac)]
    return [_host_row(hotspot.server, device, now) for device in here]


def _active_row(server: str, device: Device, session: Session, now: float) -> Row:
    row = {
        ".id": row_id(device),
        "server": server,
        "user": session.user,
        "address": device.ip,
        "mac-address": device.mac,
        "login-by": session.by,
        "uptime": duration(now - session.began_at),
        **_time_row(session, now),
        "keepalive-timeout": "2m",
        **_counters(session.bytes_up, session.bytes_down),
        **_limits(session),
    }
    return row | {"radius": "true" if session.is_radius else "false"}


def _time_row(session: Session, now: float) -> Row:
    row = {}
    left = session.seconds_left(now)
    if left is not None:
        row["session-time-left"] = duration(left)
    row["idle-time"] = duration(now - session.used_at)
    if session.terms.idle_seconds is not None:
        row["idle-timeout"] = duration(session.terms.idle_seconds)
    return row


def _limits(session: Session) -> Row:
    terms = session.terms
    limits = {
        "limit-bytes-in": terms.up_bytes,
        "limit-bytes-out": terms.down_bytes,
        "limit-bytes-total": terms.total_bytes,
    }
    return {name: str(limit) for name, limit in limits.items() if limit is not None}


def _host_row(server: str, device: Device, now: float) -> Row:
    return {
        ".id": row_id(device),
        "mac-address": device.mac,
        "address": device.ip,
        "to-address": device.ip,
        "server": server,
        "uptime": duration(now - device.joined_at),
        "idle-time": "0s",
        "keepalive-timeout": "5m",
        "host-dead-time": "0s",
        **_counters(device.bytes_up, device.bytes_down),
        "found-by": "TCP :80 -> 10.5.50.1:80",
        "DHCP": "true",
        "authorized": "true" if device.is_online else "false",
        "bypassed": "false",
    }


def _counters(up: int, down: int) -> Row:
    return {
        "bytes-in": str(up),
        "bytes-out": str(down),
        "packets-in": str(up // BYTES_A_PACKET),
        "packets-out": str(down // BYTES_A_PACKET),
    }


def clock_row(wall: float, version: tuple[int, ...]) -> Row:
    """/system/clock: from 7.10 on dates are ISO, before that jun/19/2024."""
    moment = datetime.fromtimestamp(wall, UTC)
    iso, old = moment.strftime("%Y-%m-%d"), moment.strftime("%b/%d/%Y").lower()
    return {
        "time": moment.strftime("%H:%M:%S"),
        "date": iso if version >= (7, 10) else old,
        "time-zone-autodetect": "true",
        "time-zone-name": "UTC",
        "gmt-offset": "+00:00",
        "dst-active": "false",
    }


def log_time(wall: float, version: tuple[int, ...]) -> str:
    """When a log line was written, as /log has it."""
    row = clock_row(wall, version)
    return f"{row['date']} {row['time']}"


def wall_of(date: str, time: str) -> float:
    """The epoch second that a clock's date and time say; raises ValueError."""
    pattern = "%Y-%m-%d" if date[:4].isdigit() else "%b/%d/%Y"
    moment = datetime.strptime(f"{date} {time}", f"{pattern} %H:%M:%S")
    return moment.replace(tzinfo=UTC).timestamp()


def resource_row(version: str, uptime_seconds: float, figures: Row) -> Row:
    """/system/resource: a small RouterBOARD's, with `figures` over it."""
    row = {
        "uptime": duration(uptime_seconds),
        "version": f"{version} (stable)",
        "build-time": "2025-04-01 10:12:13",
        "factory-software": "7.8",
        "free-memory": "180224000",
        "total-memory": "268435456",
        "cpu": "ARM",
        "cpu-count": "4",
        "cpu-frequency": "716",
        "cpu-load": "3",
        "free-hdd-space": "2031616",
        "total-hdd-space": "16777216",
        "write-sect-since-reboot": "812",
        "write-sect-total": "54321",
        "bad-blocks": "0",
        "architecture-name": "arm",
        "board-name": "hAP ac^2",
        "platform": "MikroTik",
    }
    return row | figures


def health_rows(version: tuple[int, ...]) -> list[Row]:
    """/system/health: a row a sensor in v7, one row in v6."""
    if version < (7,):
        return [{"voltage": "23.8", "temperature": "33"}]
    return [
        {".id": "*1", "name": "voltage", "value": "23.8", "type": "V"},
        {".id": "*2", "name": "temperature", "value": "33", "type": "C"},
    ]


def mode_row(is_hotspot_allowed: bool) -> Row:
    """/system/device-mode: home boards since 7.17 come with the hotspot forbidden."""
    return {
        "mode": "advanced" if is_hotspot_allowed else "home",
        "hotspot": "true" if is_hotspot_allowed else "false",
        "scheduler": "true",
        "fetch": "true",
    }


def traffic_row(name: str, now: float) -> Row:
    """/interface/monitor-traffic: a plausible wave, the same for the same moment."""
    wave = 0.5 + 0.5 * math.sin(now / 20)
    row = {"name": name}
    for direction, peak in (("rx", 18_000_000), ("tx", 4_000_000)):
        bits = int(peak * wave)
        row[f"{direction}-packets-per-second"] = str(bits // 8 // BYTES_A_PACKET)
        row[f"{direction}-bits-per-second"] = str(bits)
        row[f"fp-{direction}-packets-per-second"] = "0"
        row[f"fp-{direction}-bits-per-second"] = "0"
        row[f"{direction}-drops-per-second"] = "0"
        row[f"{direction}-errors-per-second"] = "0"
    return row | {"tx-queue-drops-per-second": "0"}
