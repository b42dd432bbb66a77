"""How a cell is written: as people read it, or as a spreadsheet calculates with it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

GIB, MIB = 1024**3, 1024**2
# A spreadsheet takes a text that begins with one of these for a formula (OWASP, CSV
# injection): customers choose some of our texts.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(value: Any, kind: str, zone: str) -> str:
    """A cell for people: 1,234.50, 1.2 GB, 3 h 20 m, 27.11.2026 14:02."""
    if value is None or value == "":
        return ""
    if kind == "money":
        return f"{value / 100:,.2f}"
    if kind == "count":
        return f"{value:,}"
    if kind == "percent":
        return f"{value:.1f} %"
    if kind == "bytes":
        return f"{value / GIB:,.2f} GB" if value >= GIB else f"{value / MIB:,.1f} MB"
    if kind == "seconds":
        return f"{value // 3600} h {value % 3600 // 60:02} m"
    if kind == "time":
        return local(value, zone).strftime("%d.%m.%Y %H:%M")
    return str(value)


def as_value(value: Any, kind: str, zone: str) -> Any:
    """A cell to calculate with: money in units, data in MB, time in hours, dates."""
    if value is None or value == "":
        return None
    if kind == "money":
        return value / 100
    if kind == "bytes":
        return round(value / MIB, 3)
    if kind == "seconds":
        return round(value / 3600, 4)
    if kind == "percent":
        return round(value, 2)
    if kind == "time":
        return local(value, zone).replace(tzinfo=None)
    if kind == "count":
        return value
    return harmless(str(value))


def unit(kind: str) -> str:
    """What stands behind a head whose cells are calculated with."""
    return {"bytes": " (MB)", "seconds": " (h)", "percent": " (%)"}.get(kind, "")


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula, and no control characters."""
    clean = "".join(sign for sign in text if sign >= " ")
    is_odd = clean.startswith(FORMULA) or text.startswith(("\t", "\r"))
    return f"'{clean}" if is_odd else clean


def local(at: int, zone: str) -> datetime:
    """The place's time."""
    return datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(zone))
