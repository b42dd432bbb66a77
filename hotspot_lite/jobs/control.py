"""What an operator does to the queue: failed jobs, lanes, stuck jobs.

Each returns what it did. It doesn't write the audit note: the caller knows who.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from typing import Any

from peewee import SqliteDatabase

from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import lanes, rescue
from hotspot_lite.jobs.files import Rows
from hotspot_lite.jobs.lanes import Lane

MOST_WORKERS = 32
MOST_TRIES = 100
MOST_SECONDS = 86_400
MOST_WAITS = 20

# -- failed jobs -------------------------------------------------------------------


def retry(
    rows: Rows,
    *,
    job_id: str | None = None,
    lane: str | None = None,
    now: float | None = None,
) -> int:
    """Put failed jobs again with fresh tries: one, a lane's, or all; how many.

    A row stays, marked as retried; what was put again and hasn't ended yet is left
    alone. Without `job_id`, so is what has succeeded since.
    """
    now = time.time() if now is None else now
    if job_id is not None:
        durable, number = number_of(job_id)
        return _retry_in(rows, durable, "id = ?", (number,), now)
    which, values = "retried_at IS NULL AND succeeded_at IS NULL", []
    if lane is not None:
        which, values = f"{which} AND lane = ?", [lanes.named(lane).name]
    return sum(
        _retry_in(rows, durable, which, values, now) for durable in (True, False)
    )


def _retry_in(
    rows: Rows, durable: bool, which: str, values: Sequence[Any], now: float
) -> int:
    with rows.writing(durable) as db:
        found = db.execute_sql(
            f"SELECT id, name, args, tags FROM failed_job WHERE {which}"  # noqa: S608
            " AND NOT EXISTS (SELECT 1 FROM job WHERE retry_of = failed_job.id)"
            " ORDER BY last_at",
            values,
        ).fetchall()
        for failed, name, args, tags in found:
            db.execute_sql(
                "UPDATE failed_job SET retried_at = ?, succeeded_at = NULL"
                " WHERE id = ?",
                (now, failed),
            )
            told = {"durable": durable, "now": now, "retry_of": failed}
            rows.put(name, json.loads(args), json.loads(tags), **told)
    return len(found)


def forget(rows: Rows, job_id: str) -> bool:
    """Remove one failed job; False if there was none."""
    durable, number = number_of(job_id)
    return bool(_remove(rows, durable, "id = ?", (number,)))


def flush(rows: Rows, lane: str | None = None) -> int:
    """Remove every failed job, or a lane's; how many rows."""
    if lane is None:
        return _remove_everywhere(rows, "1", ())
    return _remove_everywhere(rows, "lane = ?", (lanes.named(lane).name,))


def prune(rows: Rows, hours: float, now: float | None = None) -> int:
    """Remove the failed jobs that haven't failed for that long; how many rows.

    Batches that have ended by then go with them.
    """
    if hours < 0:
        raise BadInput("The hours can't be less than 0.", field="hours")
    before = (time.time() if now is None else now) - hours * 3600
    with rows.writing(True) as db:
        db.execute_sql("DELETE FROM job_batch WHERE finished_at < ?", (before,))
    return _remove_everywhere(rows, "last_at < ?", (before,))


def number_of(job_id: str) -> tuple[bool, int]:
    """Of a failed job's id, whether it is durable, and its number. Raises BadInput."""
    kind, digits = job_id[:1], job_id[1:]
    if kind not in ("d", "v") or not (digits.isascii() and digits.isdigit()):
        raise BadInput(
            f"{job_id} is no failed job's id.", "They look like d12 or v3.", field="id"
        )
    return kind == "d", int(digits[:18])


def _remove_everywhere(rows: Rows, which: str, values: Sequence[Any]) -> int:
    return sum(_remove(rows, durable, which, values) for durable in (True, False))


def _remove(rows: Rows, durable: bool, which: str, values: Sequence[Any]) -> int:
    with rows.writing(durable) as db:
        return _changed(db, f"DELETE FROM failed_job WHERE {which}", values)  # noqa: S608


def _changed(db: SqliteDatabase, sql: str, values: Sequence[Any]) -> int:
    return int(db.execute_sql(sql, values).rowcount)


# -- lanes -------------------------------------------------------------------------


def pause(rows: Rows, lane: str) -> None:
    """Take nothing more from a lane; what runs is finished."""
    _store(rows, lane, {"is_paused": 1})


def resume(rows: Rows, lane: str) -> None:
    """Take from a paused lane again."""
    _store(rows, lane, {"is_paused": 0})


def change(
    rows: Rows,
    lane: str,
    *,
    workers: int | None = None,
    tries: int | None = None,
    backoff_seconds: Sequence[int] | None = None,
    timeout_seconds: int | None = None,
) -> Lane:
    """Set what is not None, in running workers too; the lane as it is then.

    Raises BadInput that names the field.
    """
    _check("workers", workers, 1, MOST_WORKERS)
    _check("tries", tries, 1, MOST_TRIES)
    _check("timeout_seconds", timeout_seconds, 1, MOST_SECONDS)
    waits = None
    if backoff_seconds is not None:
        if len(backoff_seconds) > MOST_WAITS:
            says = f"A lane has at most {MOST_WAITS} waits."
            raise BadInput(says, field="backoff_seconds")
        for wait in backoff_seconds:
            _check("backoff_seconds", wait, 0, MOST_SECONDS)
        waits = json.dumps(list(backoff_seconds))
    given = {
        "workers": workers,
        "tries": tries,
        "backoff_seconds": waits,
        "timeout_seconds": timeout_seconds,
    }
    _store(rows, lane, {k: v for k, v in given.items() if v is not None})
    return rows.lanes()[lane]


def reset(rows: Rows, lane: str) -> Lane:
    """Back to the lane's defaults; a paused lane stays paused."""
    names = ("workers", "tries", "backoff_seconds", "timeout_seconds")
    _store(rows, lane, dict.fromkeys(names))
    return rows.lanes()[lane]


def _check(field: str, value: int | None, least: int, most: int) -> None:
    if value is not None and not least <= value <= most:
        what = field.replace("_", " ")
        says = f"{what.capitalize()} must be from {least} to {most}, not {value}."
        raise BadInput(says, field=field)


def _store(rows: Rows, lane: str, changes: dict[str, Any]) -> None:
    lanes.named(lane)
    with rows.writing(True) as db:
        db.execute_sql("INSERT OR IGNORE INTO lane_setting (lane) VALUES (?)", (lane,))
        for column, value in changes.items():
            db.execute_sql(
                f"UPDATE lane_setting SET {column} = ? WHERE lane = ?",  # noqa: S608
                (value, lane),
            )
        db.after_commit(rows.lanes_changed)


# -- stuck jobs --------------------------------------------------------------------


def return_stuck(rows: Rows) -> int:
    """Give back now what dead workers had and what is past its lane's timeout."""
    return len(rescue.recover(rows, "an operator"))
