"""Looking into the queue without touching it: for the admin page and the CLI."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from peewee import SqliteDatabase

from hotspot_lite import bell, clock
from hotspot_lite.jobs import lanes, notes
from hotspot_lite.jobs.files import Rows
from hotspot_lite.jobs.shown import ConsumerSeen as ConsumerSeen
from hotspot_lite.jobs.shown import FailedJob as FailedJob
from hotspot_lite.jobs.shown import LaneStatus as LaneStatus
from hotspot_lite.jobs.shown import RunningJob as RunningJob
from hotspot_lite.jobs.shown import Timed as Timed

FAILED = "id lane name args tags attempts error traceback first_at last_at times"
# Failures that nobody has answered yet, and that didn't pass by themselves.
OPEN = "retried_at IS NULL AND succeeded_at IS NULL"
WAITING = "id, lane, name, args, tags, attempts, error, due_at"
TAGGED = "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)"
# A periodic job is late after two of its intervals, and not before so many seconds.
LATE_INTERVALS = 2
LATE_SECONDS = 15.0


def _both(rows: Rows) -> Iterator[tuple[bool, SqliteDatabase]]:
    yield True, rows.main
    yield False, rows.run


# -- lanes -------------------------------------------------------------------------


def counts(rows: Rows, now: float | None = None) -> dict[str, dict[str, int]]:
    """Of each lane: waiting, delayed, running, failed.

    A job that ticks is no work that waits: it is counted only while it runs.
    """
    now = time.time() if now is None else now
    out = {
        name: {"waiting": 0, "delayed": 0, "running": 0, "failed": 0}
        for name in lanes.LANES
    }
    for durable, db in _both(rows):
        for lane, is_due, count in db.execute_sql(
            "SELECT lane, due_at <= ?, count(*) FROM job"
            " WHERE coalesce(once, '') <> 'tick'"
            " AND id NOT IN (SELECT value FROM json_each(?)) GROUP BY 1, 2",
            (now, rows.reserved(durable)),
        ).fetchall():
            out[lane]["waiting" if is_due else "delayed"] += count
        for lane, count in db.execute_sql(
            f"SELECT lane, sum(times) FROM failed_job WHERE {OPEN} GROUP BY 1"  # noqa: S608
        ).fetchall():
            out[lane]["failed"] += count
    for lane, count in rows.run.execute_sql(
        "SELECT lane, count(*) FROM reservation GROUP BY lane"
    ).fetchall():
        out[lane]["running"] = count
    return out


def status(rows: Rows, now: float | None = None) -> list[LaneStatus]:
    """Every lane, in the order of priority."""
    now = time.time() if now is None else now
    counted, oldest, ends = counts(rows, now), _oldest(rows, now), _ends(rows, now)
    stuck = Counter(job.lane for job in running(rows) if job.is_stuck)
    limited = dict(
        rows.run.execute_sql(
            "SELECT lane, max(until) FROM pace WHERE until > ? GROUP BY 1", (now,)
        ).fetchall()
    )
    found = []
    for name, lane in rows.lanes().items():
        buckets = [(bucket, n) for (_, bucket), n in ends[name].items()]
        ended = Counter[str]()
        for (end, _), n in ends[name].items():
            ended[end] += n
        found.append(
            LaneStatus(
                name=name,
                workers=lane.workers,
                priority=lane.priority,
                tries=lane.tries,
                backoff_seconds=lane.backoff_seconds,
                timeout_seconds=lane.timeout_seconds,
                is_paused=lane.is_paused,
                **counted[name],
                stuck=stuck[name],
                oldest_waiting_seconds=oldest.get(name),
                done_last_hour=ended["done"],
                failed_last_hour=ended["failed"],
                p50_seconds=notes.percentile(buckets, 0.5),
                p95_seconds=notes.percentile(buckets, 0.95),
                limited_until=limited.get(name),
            )
        )
    return sorted(found, key=lambda lane: lane.priority, reverse=True)


def _oldest(rows: Rows, now: float) -> dict[str, float]:
    # Seconds since the longest due job of each lane could have run.
    found: dict[str, float] = {}
    for durable, db in _both(rows):
        for lane, due_at in db.execute_sql(
            "SELECT lane, min(due_at) FROM job WHERE due_at <= ?"
            " AND coalesce(once, '') <> 'tick'"
            " AND id NOT IN (SELECT value FROM json_each(?)) GROUP BY 1",
            (now, rows.reserved(durable)),
        ).fetchall():
            found[lane] = max(found.get(lane, 0.0), now - due_at)
    return found


def _ends(rows: Rows, now: float) -> dict[str, Counter[tuple[str, int]]]:
    # Of each lane, how many runs of the last hour ended how, in which bucket.
    notes.write(rows)
    found: dict[str, Counter[tuple[str, int]]] = defaultdict(Counter)
    for lane, end, bucket, count in rows.run.execute_sql(
        "SELECT lane, end, bucket, sum(count) FROM ran WHERE minute > ?"
        " GROUP BY 1, 2, 3",
        (int(now // 60) - notes.KEPT_MINUTES,),
    ).fetchall():
        found[lane][end, bucket] = count
    return found


def throughput(
    rows: Rows, minutes: int = 60, now: float | None = None
) -> dict[str, list[tuple[int, int, int]]]:
    """Of each lane, minute by minute, oldest first: (epoch seconds, done, failed)."""
    now = time.time() if now is None else now
    last = int(now // 60)
    notes.write(rows)
    ended: Counter[tuple[str, int, str]] = Counter()
    for lane, minute, end, count in rows.run.execute_sql(
        "SELECT lane, minute, end, sum(count) FROM ran WHERE minute > ?"
        " GROUP BY 1, 2, 3",
        (last - minutes,),
    ).fetchall():
        ended[lane, minute, end] = count
    return {
        name: [
            (minute * 60, ended[name, minute, "done"], ended[name, minute, "failed"])
            for minute in range(last - minutes + 1, last + 1)
        ]
        for name in lanes.LANES
    }


# -- jobs --------------------------------------------------------------------------


def running(rows: Rows) -> list[RunningJob]:
    """What runs now, longest first; also what runs on in a thread that was given up."""
    boot, known, given_up = clock.boot_seconds(), rows.lanes(), _given_up(rows)
    found = [_running_job(boot, row, True) for row in given_up.values()]
    for token, job_id, durable, lane, owner, since in rows.run.execute_sql(
        "SELECT token, job_id, durable, lane, consumer, since_boot FROM reservation"
    ).fetchall():
        job = (
            (rows.main if durable else rows.run)
            .execute_sql(
                "SELECT name, args, tags, attempts + 1 FROM job WHERE id = ?", (job_id,)
            )
            .fetchone()
        )
        if job is not None and token not in given_up:  # else it has just ended
            is_late = boot - since > known[lane].timeout_seconds
            found.append(_running_job(boot, (*job, lane, owner, since), is_late))
    return sorted(found, key=lambda job: job.elapsed_seconds, reverse=True)


def _given_up(rows: Rows) -> dict[int, tuple[Any, ...]]:
    return {
        token: tuple(row)
        for token, *row in rows.run.execute_sql(
            "SELECT token, name, args, tags, attempt, lane, consumer, since_boot"
            " FROM stuck"
        ).fetchall()
        if bell.is_heard(rows.bells, row[5])
    }


def _running_job(boot: float, row: tuple[Any, ...], is_stuck: bool) -> RunningJob:
    name, args, tags, attempt, lane, consumer, since_boot = row
    return RunningJob(
        name=name,
        args=json.loads(args),
        tags=json.loads(tags),
        lane=lane,
        attempt=attempt,
        elapsed_seconds=boot - since_boot,
        consumer=consumer,
        is_stuck=is_stuck,
    )


def waiting_jobs(rows: Rows) -> list[tuple[str, dict[str, Any]]]:
    """(name, arguments) of every job that is not done, in order."""
    return [
        (name, json.loads(args))
        for db in (rows.main, rows.run)
        for name, args in db.execute_sql(
            "SELECT name, args FROM job ORDER BY due_at, id"
        ).fetchall()
    ]


def failed(
    rows: Rows, *, lane: str | None = None, tag: str | None = None, limit: int = 200
) -> list[FailedJob]:
    """The failed jobs, newest first; those put again stay until they are pruned."""
    which, values = "1", []
    if lane is not None:
        which, values = "lane = ?", [lanes.named(lane).name]
    if tag is not None:
        which, values = f"{which} AND {TAGGED}", [*values, tag]
    found = [
        _failed_job(durable, row)
        for durable, db in _both(rows)
        for row in db.execute_sql(
            f"SELECT {','.join(FAILED.split())}, retried_at, succeeded_at"  # noqa: S608
            f" FROM failed_job WHERE {which} ORDER BY last_at DESC LIMIT ?",
            (*values, limit),
        ).fetchall()
    ]
    return sorted(found, key=lambda job: job.last_at, reverse=True)[:limit]


def _failed_job(durable: bool, row: tuple[Any, ...]) -> FailedJob:
    number, lane, name, args, tags, *rest = row
    job_id = f"{'d' if durable else 'v'}{number}"
    return FailedJob(job_id, lane, name, json.loads(args), json.loads(tags), *rest)


def find(rows: Rows, tag: str, now: float | None = None) -> list[dict[str, Any]]:
    """Every job with that tag that waits, runs or has failed; `state` says which."""
    now = time.time() if now is None else now
    found: list[dict[str, Any]] = []
    for durable, db in _both(rows):
        reserved = set(json.loads(rows.reserved(durable)))
        sql = f"SELECT {WAITING} FROM job WHERE {TAGGED} ORDER BY due_at, id"  # noqa: S608
        for row in db.execute_sql(sql, (tag,)).fetchall():
            number, lane, name, args, tags, attempts, error, due_at = row
            waits = "waiting" if due_at <= now else "delayed"
            found.append(
                {
                    "state": "running" if number in reserved else waits,
                    "id": f"{'d' if durable else 'v'}{number}",
                    "lane": lane,
                    "name": name,
                    "args": json.loads(args),
                    "tags": json.loads(tags),
                    "attempts": attempts,
                    "error": error,
                    "at": due_at,
                }
            )
    return found + [_as_found(job) for job in failed(rows, tag=tag)]


def _as_found(job: FailedJob) -> dict[str, Any]:
    names = ("id", "lane", "name", "args", "tags", "attempts", "error")
    known = {name: getattr(job, name) for name in names}
    return {"state": "failed", **known, "at": job.last_at}


# -- periodic jobs and workers -----------------------------------------------------


def timetable(rows: Rows, now: float | None = None) -> list[Timed]:
    """The periodic jobs that consumers have declared, by lane and name.

    Late is one that should have run and didn't, while a consumer of its lane lives
    and the lane isn't paused.
    """
    now = time.time() if now is None else now
    served = {lane for one in consumers(rows) if one.is_alive for lane in one.lanes}
    known, busy = rows.lanes(), {job.name for job in running(rows)}
    found = []
    for name, lane, when, every, last_at, took, next_at, error in rows.run.execute_sql(
        "SELECT name, lane, says, every_seconds, last_at, took_seconds, next_at, error"
        " FROM timed"
    ).fetchall():
        grace = max(LATE_INTERVALS * every, LATE_SECONDS)
        may_run = lane in served and not known[lane].is_paused and name not in busy
        is_late = may_run and next_at is not None and now > next_at + grace
        found.append(Timed(name, lane, when, last_at, took, next_at, is_late, error))
    return sorted(found, key=lambda one: (-known[one.lane].priority, one.name))


def consumers(rows: Rows) -> list[ConsumerSeen]:
    """The worker processes, oldest first."""
    return [
        ConsumerSeen(
            name,
            pid,
            since,
            tuple(served.split(",")),
            bell.is_heard(rows.bells, name),
            n,
        )
        for name, pid, since, served, n in rows.run.execute_sql(
            "SELECT name, pid, since, lanes,"
            " (SELECT count(*) FROM stuck WHERE stuck.consumer = consumer.name)"
            " FROM consumer ORDER BY since"
        ).fetchall()
    ]
