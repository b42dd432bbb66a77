"""Amounts of data as people write them."""

from __future__ import annotations

import re

from hotspot_lite.errors import BadInput

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
