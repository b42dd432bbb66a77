"""Looking into the queue without touching it: for the admin page and the CLI."""

from __future__ import annotations

import json
import time
from typing import Any

from hotspot_lite.jobs import lanes
from hotspot_lite.jobs.files import Rows

FAILED = "id lane name args tags attempts error traceback first_at last_at times"


def counts(rows: Rows, now: float | None = None) -> dict[str, dict[str, int]]:
    """Of each lane: waiting, delayed, running, failed.

    A job that ticks is no work that waits: it is counted only while it runs.
    """
    now = time.time() if now is None else now
    out = {
        name: {"waiting": 0, "delayed": 0, "running": 0, "failed": 0}
        for name in lanes.LANES
    }
    for durable, db in ((True, rows.main), (False, rows.run)):
        for lane, is_due, count in db.execute_sql(
            "SELECT lane, due_at <= ?, count(*) FROM job"
            " WHERE coalesce(once, '') <> 'tick'"
            " AND id NOT IN (SELECT value FROM json_each(?)) GROUP BY 1, 2",
            (now, rows.reserved(durable)),
        ).fetchall():
            out[lane]["waiting" if is_due else "delayed"] += count
        for lane, count in db.execute_sql(
            "SELECT lane, sum(times) FROM failed_job"
            " WHERE retried_at IS NULL GROUP BY 1"
        ).fetchall():
            out[lane]["failed"] += count
    for lane, count in rows.run.execute_sql(
        "SELECT lane, count(*) FROM reservation GROUP BY lane"
    ).fetchall():
        out[lane]["running"] = count
    return out


def waiting_jobs(rows: Rows) -> list[tuple[str, dict[str, Any]]]:
    """(name, arguments) of every job that is not done, in order."""
    return [
        (name, json.loads(args))
        for db in (rows.main, rows.run)
        for name, args in db.execute_sql(
            "SELECT name, args FROM job ORDER BY due_at, id"
        ).fetchall()
    ]


def failed_jobs(rows: Rows) -> list[dict[str, Any]]:
    """The failed jobs, newest first, with all that is known of them."""
    names = FAILED.split()
    found = []
    for durable, db in ((True, rows.main), (False, rows.run)):
        for row in db.execute_sql(
            f"SELECT {','.join(names)} FROM failed_job"  # noqa: S608
            " WHERE retried_at IS NULL"
        ).fetchall():
            job = dict(zip(names, row, strict=True))
            job["args"], job["tags"] = json.loads(row[3]), json.loads(row[4])
            found.append(job | {"durable": durable})
    return sorted(found, key=lambda row: row["last_at"], reverse=True)
