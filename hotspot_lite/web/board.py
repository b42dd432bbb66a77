"""What the admin's first screen shows at one moment, for the page and the live feed.

Needs neither Bottle nor gevent: both processes share it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hotspot_lite import jobs
from hotspot_lite.clock import as_text
from hotspot_lite.jobs import sight
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.office import numbers

COOKIE = "hl_session"
MOST_UNDECIDED = 20
PROVIDERS = {
    "mpesa": "M-Pesa",
    "paystack": "Paystack",
    "cash": "cash",
    "agent": "agents",
}
LIVE_PORT_FILE = "live.port"


def snapshot(now: int, timezone: str) -> dict[str, Any]:
    """The numbers, the lanes and what waits for a person, as the feed sends them."""
    return {
        "type": "numbers",
        "at": as_text(now),
        "numbers": numbers.now_at(now, timezone).as_dict(),
        "lanes": sight.counts(jobs.rows),
        "undecided": [
            {"id": row.id, "says": row.says, "kind": row.kind, "at": as_text(row.at)}
            for row in undecided.waiting()[:MOST_UNDECIDED]
        ],
    }


def split_text(takings: dict[str, int], currency: str) -> str:
    """Takings by who moved the money, where that is more than M-Pesa; app.js too."""
    if set(takings) <= {"mpesa"}:
        return ""
    parts = []
    for name, cents in takings.items():
        amount = f"{currency} {cents / 100:,.2f}".removesuffix(".00")
        parts.append(f"{PROVIDERS.get(name, name)} {amount}")
    return " · ".join(parts)


def same(one: dict[str, Any] | None, other: dict[str, Any]) -> bool:
    """Whether two snapshots tell the same, but for their time."""
    return one is not None and _timeless(one) == _timeless(other)


def _timeless(told: dict[str, Any]) -> dict[str, Any]:
    bare = {key: value for key, value in told.items() if key != "at"}
    bare["numbers"] = {k: v for k, v in told["numbers"].items() if k != "at"}
    return bare


def live_port(declared: int, run_dir: Path) -> int:
    """The port the live process listens on; it writes down the one it was given."""
    if declared:
        return declared
    try:
        return int((run_dir / LIVE_PORT_FILE).read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0


@dataclass(frozen=True)
class Told:
    """An event as a person reads it; app.js says the same words."""

    title: str
    says: str
    is_good: bool


def tell(event: dict[str, Any], currency: str) -> Told:
    """An event in words: one of the four of the owner's documents, or its own."""
    paid, time = event.get("payment") or {}, event.get("subscription") or {}
    amount = f"{currency} {paid.get('amount', 0):,.2f}".removesuffix(".00")
    if event["type"] == "payment_processed":
        says = f"{amount} for {paid['package']}, {paid['phone_number']}"
        return Told("Paid", says, True)
    if event["type"] == "payment_failed":
        says = f"{amount} for {paid['package']}: {event['error']}"
        return Told("Not paid", says, False)
    if event["type"] == "user_provisioned":
        return Told("Online", f"{time['username']}: {time['package']}", True)
    if event["type"] == "provisioning_failed":
        return Told("Not online", f"{time['username']}: {event['error']}", False)
    title, says = event.get("title", event["type"]), event.get("says", "")
    return Told(str(title), str(says), bool(event.get("is_good", True)))


def clock_of(iso: str, zone: str) -> str:
    """The HH:MM:SS at the place of a time in our JSON; "" where there is none."""
    if not iso:
        return ""
    at = datetime.fromisoformat(iso).astimezone(ZoneInfo(zone))
    return at.strftime("%H:%M:%S")
