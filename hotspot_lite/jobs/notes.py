"""What the queue notes about itself in /run: runs, consumers, threads given up.

All of it is for looking (sight.py) and none of it decides what runs. Nothing here
outlives the box's start, and nothing costs the card a write.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from hotspot_lite import bell
from hotspot_lite.jobs.tables import Taken

if TYPE_CHECKING:
    from hotspot_lite.jobs.files import Rows

KEPT_MINUTES = 60
# Four to a doubling: a run time read back from its bucket is within 10 %.
BUCKETS_TO_A_DOUBLING = 4


def write(rows: Rows) -> None:
    """Write down which runs have ended: each two seconds in a worker, not at each job.

    A row is so many runs of a lane that ended so, in that minute and bucket.
    """
    with rows.run_lock:
        ended, rows.ran = rows.ran, Counter()
        if not ended:
            return
        with rows.run.atomic():
            newest = max(minute for minute, _, _, _ in ended)
            rows.run.execute_sql(
                "DELETE FROM ran WHERE minute < ? OR minute > ?",
                (newest - KEPT_MINUTES, newest + 1),
            )
            for key, count in ended.items():
                rows.run.execute_sql(
                    "INSERT INTO ran VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
                    " SET count = count + excluded.count",
                    (*key, count),
                )


def bucket_of(seconds: float) -> int:
    """Run times are kept as how many fell into which bucket of milliseconds."""
    return math.floor(BUCKETS_TO_A_DOUBLING * math.log2(max(seconds * 1000, 0.01)))


def seconds_of(bucket: int) -> float:
    """The middle of a bucket."""
    milliseconds: float = 2.0 ** ((bucket + 0.5) / BUCKETS_TO_A_DOUBLING)
    return milliseconds / 1000


def percentile(buckets: Iterable[tuple[int, int]], part: float) -> float | None:
    """The run time that `part` of the runs did not exceed; of (bucket, count)."""
    found = sorted(buckets)
    left = part * sum(count for _, count in found)
    for bucket, count in found:
        left -= count
        if left <= 0:
            return seconds_of(bucket)
    return None


def consumer_started(rows: Rows, name: str, served: Sequence[str], now: float) -> None:
    """Note a consumer by the name of its bell, and forget those that are gone."""
    with rows.run_lock, rows.run.atomic():
        gone = [
            row[0]
            for row in rows.run.execute_sql("SELECT name FROM consumer").fetchall()
            if not bell.is_heard(rows.bells, row[0])
        ]
        for other in gone:
            rows.run.execute_sql("DELETE FROM consumer WHERE name = ?", (other,))
            rows.run.execute_sql("DELETE FROM stuck WHERE consumer = ?", (other,))
        rows.run.execute_sql(
            "INSERT INTO consumer VALUES (?, ?, ?, ?)",
            (name, os.getpid(), now, ",".join(served)),
        )


def thread_stuck(rows: Rows, consumer: str, taken: Taken) -> None:
    """A thread of that consumer is past its lane's timeout, and given up."""
    row = taken.as_row()
    with rows.run_lock:
        rows.run.execute_sql(
            "INSERT OR IGNORE INTO stuck VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (taken.token, consumer, *row, taken.since_boot),
        )


def thread_came_back(rows: Rows, taken: Taken) -> None:
    """A thread that was given up has ended after all."""
    with rows.run_lock:
        rows.run.execute_sql("DELETE FROM stuck WHERE token = ?", (taken.token,))
