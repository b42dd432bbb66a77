"""One accounting record and its session: the counters, the times, the end.

Pure: rows are given, nothing is asked or saved. Counters are cumulative (RFC 2866), so
a record that comes twice or late changes nothing.
"""

from __future__ import annotations

from typing import Any, Protocol

# Acct-Session-Ids of RouterOS come round again after 16 reboots: a session that began
# this long after the end of one with the same key is another one.
AGAIN_SECONDS = 900
# Endings that we supposed; the session may prove us wrong.
SUPPOSED = ("NAS-Reboot", "Lost-Service")
COUNTERS = (("octets_in", "carried_in"), ("octets_out", "carried_out"))


class Accounting(Protocol):
    """One accounting record: `at` in seconds since 1970, octets as the router counts.

    `status` is Start, Interim-Update, Stop, Accounting-On or Accounting-Off.
    """

    @property
    def at(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def unique_id(self) -> str: ...
    @property
    def acct_session_id(self) -> str: ...
    @property
    def username(self) -> str: ...
    @property
    def mac(self) -> str: ...
    @property
    def ip(self) -> str: ...
    @property
    def seconds(self) -> int: ...
    @property
    def octets_in(self) -> int: ...
    @property
    def octets_out(self) -> int: ...
    @property
    def cause(self) -> str: ...
    @property
    def subscription_id(self) -> int | None: ...
    @property
    def nas(self) -> str: ...


def is_another(row: Any, item: Accounting) -> bool:
    """Whether the record is of a later session that has the same key.

    It began long after the end of the known one, or, where the end was lost, its time
    fell back and it began after we last heard. A step of the clock alone is neither.
    """
    began_at = item.at - item.seconds
    if row.ended_at is not None:
        return bool(began_at > row.ended_at + AGAIN_SECONDS)
    return bool(item.seconds < row.seconds and began_at > row.seen_at)


def absorb(row: Any, item: Accounting) -> None:
    """Bring the session up to what the record tells, if that is newer."""
    for total, carried in COUNTERS:
        _count(row, item, total, carried)
    row.seconds = max(row.seconds, item.seconds)
    row.started_at = min(row.started_at, item.at - item.seconds)
    row.seen_at = max(row.seen_at, item.at)
    row.ip = item.ip or row.ip
    _end(row, item)


def _count(row: Any, item: Accounting, total: str, carried: str) -> None:
    """A counter below half of itself although time went on began anew. Less of a fall
    is another reading of the same counter: in doubt the customer used less."""
    before, told = getattr(row, total), getattr(item, total)
    if item.seconds < row.seconds:
        setattr(row, total, max(before, told))  # late: from before what we know
        return
    if item.seconds > row.seconds and told < (before - getattr(row, carried)) // 2:
        setattr(row, carried, before)
    setattr(row, total, max(before, getattr(row, carried) + told))


def _end(row: Any, item: Accounting) -> None:
    is_supposed = row.cause in SUPPOSED
    if item.status == "Stop":
        last = item.at if is_supposed else max(row.ended_at or 0, item.at)
        row.ended_at, row.cause = last, item.cause or row.cause or "Stop"
    elif is_supposed and row.ended_at is not None and item.at > row.ended_at:
        row.ended_at, row.cause = None, ""
