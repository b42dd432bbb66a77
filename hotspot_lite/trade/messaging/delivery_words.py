"""Reads the delivery reports of SMS providers: whose message, and its final fate.

Africa's Talking posts a form (id, status, failureReason); TextSMS, Advanta, Celcom and
Sunface post JSON (messageid, description). What is not final is left out.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

DELIVERED = "delivered"
MOST_REPORTS = 100
_ID = re.compile(r"[!-~]{1,120}")
# As they are written by either, without blanks and in small letters.
_ARRIVED = ("success", "delivered", "deliveredtoterminal", "delivrd")
_FAILED = (
    *("fail", "reject", "expire", "absent", "impossible", "undeliv", "blacklist"),
    *("barred", "invalid", "insufficient", "abnormal", "notexist", "notsubscribed"),
    *("unknownsubscriber", "deleted", "disturb", "inactive", "notallowed"),
)


@dataclass(frozen=True)
class Report:
    """A final word: `delivery` is "delivered" or "failed: " and the reason."""

    provider_id: str
    delivery: str


def read(raw: bytes) -> list[Report]:
    """The final words in a body as it was posted; none where it is not understood."""
    try:
        text = raw.decode("utf-8")
        told: Any = json.loads(text) if text.lstrip()[:1] in ("{", "[") else None
    except (ValueError, RecursionError):
        return []
    if told is None:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=None)
        told = dict(pairs[:40])
    rows = told if isinstance(told, list) else [told]
    found = (_report(row) for row in rows[:MOST_REPORTS] if isinstance(row, dict))
    return [one for one in found if one is not None]


def _report(row: dict[str, Any]) -> Report | None:
    for name, status, reason in (
        ("id", "status", "failureReason"),
        ("messageid", "description", ""),
    ):
        if name in row and status in row:
            delivery = _delivery(_text(row[status]), _text(row.get(reason)))
            known = _ID.fullmatch(_text(row[name]))
            return Report(known[0], delivery) if known and delivery else None
    return None


def _delivery(status: str, reason: str) -> str:
    """The final word that a status is; "" where it is none."""
    word = re.sub(r"[\s_-]", "", status.lower())
    if word in _ARRIVED:
        return DELIVERED
    if not any(sign in word for sign in _FAILED):
        return ""  # Sent, Buffered, DeliveredToNetwork; or a word not known yet
    says = re.sub(r"[^A-Za-z0-9 ._-]", "", reason or status)[:60].strip()
    return f"failed: {says or 'no reason'}"


def _text(told: object) -> str:
    is_plain = isinstance(told, str | int) and not isinstance(told, bool)
    return str(told).strip()[:200] if is_plain else ""
