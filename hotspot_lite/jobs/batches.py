"""Named sets of jobs: how far they are, cancelling them, and what comes after.

A batch is filled by `jobs.put(..., batch=ID)` and closed when no more will come; its
jobs are durable whatever their lane. When the last has ended, well or not, the
then-job is put in the transaction that removed it, so exactly once.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hotspot_lite import jobs
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import lanes, members

COLUMNS = (
    "id, name, total, done, failed, is_cancelled, finished_at IS NOT NULL, made_at,"
    " finished_at"
)


@dataclass(frozen=True)
class Progress:
    """How far a batch is. What was cancelled is in `total`, and never ended."""

    id: int
    name: str
    total: int
    done: int
    failed: int
    is_cancelled: bool
    is_finished: bool
    made_at: float
    finished_at: float | None


def start(
    name: str,
    then: str | None = None,
    then_args: Mapping[str, Any] | None = None,
    now: float | None = None,
) -> int:
    """Make an empty batch; its id. `then` is the name of the job that comes after."""
    if then is not None:
        lanes.of(then)
    with jobs.rows.writing(True) as db:
        row = db.execute_sql(
            "INSERT INTO job_batch (name, then_name, then_args, made_at)"
            " VALUES (?, ?, ?, ?)",
            (name, then, json.dumps(dict(then_args or {})), _or_now(now)),
        )
    return int(row.lastrowid)


def close(batch_id: int, now: float | None = None) -> None:
    """No more jobs will be added. Where all have ended already, this ends the batch."""
    _mark(batch_id, "is_closed = 1", now)


def cancel(batch_id: int, now: float | None = None) -> int:
    """Remove the jobs of a batch that wait; how many. Those running finish.

    No more can be added, and there is no then-job.
    """
    with jobs.rows.writing(True) as db:
        removed = db.execute_sql(
            "DELETE FROM job WHERE batch_id = ?"
            " AND id NOT IN (SELECT value FROM json_each(?))",
            (batch_id, jobs.rows.reserved(True)),
        ).rowcount
        _mark(batch_id, "is_closed = 1, is_cancelled = finished_at IS NULL", now)
    return int(removed)


def progress(batch_id: int) -> Progress:
    """How far it is. Raises BadInput where there is no such batch."""
    found = _read("id = ?", (batch_id,))
    if not found:
        raise _missing(batch_id)
    return found[0]


def list_open() -> list[Progress]:
    """The batches that aren't finished, newest first."""
    return _read("finished_at IS NULL", ())


def _mark(batch_id: int, change: str, now: float | None) -> None:
    with jobs.rows.writing(True) as db:
        sql = f"UPDATE job_batch SET {change} WHERE id = ?"  # noqa: S608
        if not db.execute_sql(sql, (batch_id,)).rowcount:
            raise _missing(batch_id)
        members.end(jobs.rows, batch_id, _or_now(now))


def _read(which: str, values: tuple[Any, ...]) -> list[Progress]:
    sql = f"SELECT {COLUMNS} FROM job_batch WHERE {which} ORDER BY id DESC"  # noqa: S608
    found = jobs.rows.main.execute_sql(sql, values).fetchall()
    return [_progress(*row) for row in found]


def _progress(*row: Any) -> Progress:
    number, name, total, done, failed, cancelled, finished, *times = row
    ended = bool(cancelled), bool(finished)
    return Progress(number, name, total, done, failed, *ended, *times)


def _missing(batch_id: int) -> BadInput:
    return BadInput(f"There is no batch {batch_id}.", "", field="batch")


def _or_now(now: float | None) -> float:
    return time.time() if now is None else now
