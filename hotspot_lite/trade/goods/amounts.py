"""Amounts of data, and days, as people write them."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hotspot_lite.errors import BadInput

# A day that never comes: where none is named.
FAR = 2**62
UNITS_BYTES = {"K": 1024, "M": 1024**2, "G": 1024**3, "T": 1024**4}


def read_data(text: str) -> int | None:
    """500M or 2G as bytes (binary units, as RouterOS counts); "" is no limit."""
    if not text.strip():
        return None
    match = re.fullmatch(r"([0-9]{1,6})([KMGT])", text.strip())
    if not match or not int(match[1]):
        raise BadInput(
            f"{text!r} is not an amount of data.", "Write 500M or 2G.", field="data"
        )
    return int(match[1]) * UNITS_BYTES[match[2]]


def write_data(size_bytes: int | None) -> str:
    """Bytes as `read_data` reads them, in the largest unit that loses nothing."""
    if size_bytes is None:
        return ""
    exact = [name for name, size in UNITS_BYTES.items() if not size_bytes % size]
    return f"{size_bytes // UNITS_BYTES[exact[-1]]}{exact[-1]}"


def read_day(text: str, zone: str, is_last: bool = False) -> int:
    """The first second of a day at the place, or with `is_last` the one after it."""
    if not text.strip():
        return FAR if is_last else 0
    try:
        day = datetime.strptime(text.strip(), "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone))
        # Wall time, then UTC: the day of a clock change has another length.
        return int((day + timedelta(days=is_last)).timestamp())
    except (ValueError, OverflowError):  # past the year 9999
        raise BadInput(
            f"{text[:20]!r} is no day.", "Write it like 2026-03-27.", field="from"
        ) from None
