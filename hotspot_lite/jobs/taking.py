"""Which job is next, and reserving it: the hot path of every worker."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from peewee import SqliteDatabase

from hotspot_lite import clock
from hotspot_lite.jobs.lanes import Lane
from hotspot_lite.jobs.tables import Taken, as_json, best_of

if TYPE_CHECKING:
    from hotspot_lite.jobs.files import Rows

# What a worker looks up before each job, in one statement: who runs what, and how
# often the lanes' settings were changed.
HELD = (
    "SELECT lane, durable, job_id FROM reservation"
    " UNION ALL SELECT '', 0, value FROM mark WHERE name = 'lanes'"
)


def take(rows: Rows, consumer: str, served: Sequence[Lane], now: float) -> Taken | None:
    """See `Rows.take`: four statements where there is a job, three where not."""
    with rows.run_lock, rows.run.atomic():
        held = rows.run.execute_sql(HELD).fetchall()
        free = _free(rows, served, held)
        found = [
            (list(free).index(row[0]), row[1], durable, row)
            for durable, db in ((True, rows.main), (False, rows.run))
            for row in _oldest_due(rows, db, tuple(free), durable, held, now)
        ]
        if not found:
            return None
        _, _, durable, row = min(found)
        return _reserve(rows, row[2:], free[row[0]], durable, consumer)


def _free(
    rows: Rows, served: Sequence[Lane], held: Sequence[tuple[str, int, int]]
) -> dict[str, Lane]:
    running = Counter(lane for lane, _, _ in held)
    known = rows.lanes_of(held[-1][2] if running[""] else 0)
    return {
        lane.name: known[lane.name]
        for lane in served
        if running[lane.name] < known[lane.name].workers
        and not known[lane.name].is_paused
    }


def _oldest_due(
    rows: Rows,
    db: SqliteDatabase,
    free: tuple[str, ...],
    durable: bool,
    held: Sequence[tuple[str, int, int]],
    now: float,
) -> list[tuple[Any, ...]]:
    # At most one row: the longest due of the best lane that has any.
    if not free:
        return []
    values = [now, as_json([job for _, kind, job in held if kind == durable])]
    left_alone = rows.held and _left_alone(rows, now)
    if left_alone:
        values.append(as_json(list(left_alone)))
    sql = best_of(free, bool(left_alone))
    found: list[tuple[Any, ...]] = db.execute_sql(sql, values).fetchall()
    return found


def _left_alone(rows: Rows, now: float) -> dict[str, float]:
    # A copy at once: other threads hold names meanwhile.
    return {name: at for name, at in list(rows.held.items()) if at > now}


def _reserve(
    rows: Rows, row: tuple[Any, ...], lane: Lane, durable: bool, consumer: str
) -> Taken:
    since = clock.boot_seconds()
    token = rows.run.execute_sql(
        "INSERT INTO reservation (durable, job_id, lane, consumer, since_boot)"
        " VALUES (?, ?, ?, ?, ?)",
        (durable, row[0], lane.name, consumer, since),
    ).lastrowid
    args, tags = json.loads(row[2]), json.loads(row[3])
    return Taken(
        *(row[0], row[1], lane, args, tags, row[4], row[5]),
        *(durable, token, since, *row[6:]),
    )


def next_due_seconds(
    rows: Rows, served: Sequence[Lane], most: float, now: float
) -> float:
    """Seconds until the next delayed job is due, `most` at most."""
    names = as_json([lane.name for lane in served])
    most = min([most, *(at - now for at in _left_alone(rows, now).values())])
    for db in (rows.main, rows.run):
        soonest = db.execute_sql(
            "SELECT min(due_at) FROM job WHERE due_at > ?"
            " AND lane IN (SELECT value FROM json_each(?))",
            (now, names),
        ).fetchone()[0]
        if soonest is not None:
            most = min(most, soonest - now)
    return most
