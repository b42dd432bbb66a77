"""Time bought under a wrong clock is moved when the clock is set right.

A Pi without a clock chip wakes up in the past, sells, and jumps when the network comes:
an hour sold before would be over at once, or run for three days. What was written since
the clock was last believed is moved by as much as the box's time was. Money is not: its
facts are chained, and a payment notes that its clock was in doubt (`clock_believed`).

The box does so by itself (`move`) as long as the machine runs. What an earlier run left
dated ahead only a person can judge (`take_back`): a clock set back by a bad time server
looks the same from here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from hotspot_lite import store
from hotspot_lite.clock import STEP_SECONDS, length_text
from hotspot_lite.trade.house import events

Values = Mapping[str, Any]

# What is moved: a table, its key, and the times in it. Of payments only those that are
# still open: how old a prompt is decides what becomes of it.
MOVED = (
    ("subscription", "made_at starts_at expires_at ended_at", "id > :subscription_id"),
    # Begun since, though sold before: a voucher's time, or a second hour.
    (
        "subscription",
        "starts_at expires_at",
        "id <= :subscription_id AND ended_at IS NULL"
        " AND starts_at BETWEEN :at AND :until",
    ),
    (
        "payment",
        "asked_at sent_at",
        "id > :payment_id AND state IN ('asked', 'sent', 'uncertain')",
    ),
    # The newest is the floor of the clock: left ahead, no clock would be believed.
    ("event", "at", "seq > :event_seq"),
)

# What is dated ahead of `now` and shouldn't be. A second hour that waits for the end of
# the first is ahead by right.
AHEAD = (
    (
        "subscription",
        "starts_at expires_at",
        "made_at <= :now AND starts_at > :now AND starts_at <= :newest"
        " AND ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM subscription AS before"
        " WHERE before.customer_id = subscription.customer_id"
        " AND before.expires_at = subscription.starts_at)",
    ),
    ("subscription", "made_at starts_at expires_at ended_at", "made_at > :now"),
    (
        "payment",
        "asked_at sent_at",
        "asked_at > :now AND state IN ('asked', 'sent', 'uncertain')",
    ),
    ("event", "at", "at > :now"),
)


@dataclass(frozen=True)
class Mark:
    """How the clock and the rows stood when the clock was last believed.

    `offset_seconds` is the wall clock minus the boot clock, `at` what the box told.
    """

    boot_id: str
    offset_seconds: float
    at: int
    subscription_id: int
    payment_id: int
    event_seq: int

    def as_sample(self) -> dict[str, Any]:
        """To be kept in /run: a reboot forgets it, as it does the boot clock."""
        return asdict(self)


def read_mark(sample: Mapping[str, Any] | None, boot_id: str) -> Mark | None:
    """The mark of this run of the machine; None where there is none that is whole."""
    try:
        found = Mark(**(sample or {}))
        whole = Mark(str(found.boot_id), float(found.offset_seconds), *_numbers(found))
    except (TypeError, ValueError):
        return None
    return whole if whole.boot_id == boot_id else None


def _numbers(mark: Mark) -> tuple[int, int, int, int]:
    return (
        int(mark.at),
        int(mark.subscription_id),
        int(mark.payment_id),
        int(mark.event_seq),
    )


def mark_here(boot_id: str, offset_seconds: float, at: int) -> Mark:
    """A mark of how all stands now."""
    keys = (("subscription", "id"), ("payment", "id"), ("event", "seq"))
    newest = [
        store.database.execute_sql(f"SELECT max({key}) FROM {table}").fetchone()[0]  # noqa: S608
        for table, key in keys
    ]
    return Mark(boot_id, offset_seconds, at, *(number or 0 for number in newest))


def moved_seconds(mark: Mark, wall: float, boot: float) -> int:
    """By how much the box's time was moved by a step of the clock; 0 for none."""
    step = wall - boot - mark.offset_seconds
    if abs(step) < STEP_SECONDS:
        return 0
    return box_time(mark, wall) - box_time(mark, wall - step)


def box_time(mark: Mark, wall: float) -> int:
    """What the box told or tells at `wall`.

    Never earlier than the newest fact of when the clock was believed, so it may be
    moved by less than the clock is.
    """
    floor = store.database.execute_sql(
        "SELECT at FROM event WHERE seq <= ? ORDER BY seq DESC LIMIT 1",
        (mark.event_seq,),
    ).fetchone()
    return max(int(wall), floor[0] if floor else 0)


def move(mark: Mark, seconds: int, now: int) -> int:
    """Move what was written since `mark`; how many subscriptions. Tells the owner.

    `now` is the time after the step.
    """
    values = mark.as_sample() | {"until": now - seconds}
    with store.atomic():
        count = _move(MOVED, seconds, values)
        _tell(count, seconds, now)
    return count


def ahead_seconds(now: int) -> int:
    """How far the newest fact is ahead of `now`; 0 where it isn't."""
    return max(0, store.newest_fact_at() - now)


def take_back(now: int) -> int:
    """Move what is dated later than `now`, so that the newest fact is of now.

    Gives how many subscriptions were moved; who was online meanwhile has what was left
    when the machine stopped. Money's facts stay as they are. For a person who says that
    `now` is right.
    """
    seconds = -ahead_seconds(now)
    values = {"now": now, "newest": now - seconds}
    with store.atomic():
        count = _move(AHEAD, seconds, values)
        _tell(count, seconds, now)
    return count


def _move(what: Sequence[tuple[str, str, str]], seconds: int, values: Values) -> int:
    count = 0
    for table, names, which in what:
        sets = ", ".join(f"{name} = {name} + :seconds" for name in names.split())
        done = _run(f"UPDATE {table} SET {sets} WHERE {which}", seconds, values)  # noqa: S608
        count += done if table == "subscription" else 0
    return count


def _run(sql: str, seconds: int, values: Values) -> int:
    cursor = store.database.connection().execute(sql, {**values, "seconds": seconds})
    return int(cursor.rowcount)


def _tell(count: int, seconds: int, now: int) -> None:
    way = "forward" if seconds > 0 else "back"
    text = f"The clock was set {way} by {length_text(abs(seconds))}."
    if count:
        text += f" What was bought meanwhile ({count}) was moved: nobody lost time."
    events.announce("clock_set", {"title": text}, now)
