"""What can be seen of the queue: the shapes in which sight.py hands it out.

Times are seconds since 1970.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class LaneStatus:
    """A lane as it is set and as it stands; `failed` counts failures, not rows.

    `limited_until` is when the other side's "too many" lets it go on.
    """

    name: str
    workers: int
    priority: int
    tries: int
    backoff_seconds: tuple[int, ...]
    timeout_seconds: int
    is_paused: bool
    waiting: int
    delayed: int
    running: int
    stuck: int
    failed: int
    oldest_waiting_seconds: float | None
    done_last_hour: int
    failed_last_hour: int
    p50_seconds: float | None
    p95_seconds: float | None
    limited_until: float | None


@dataclass(frozen=True)
class RunningJob:
    """A job that is being run, or by a thread that was given up: `is_stuck`."""

    name: str
    args: dict[str, Any]
    tags: list[str]
    lane: str
    attempt: int
    elapsed_seconds: float
    consumer: str
    is_stuck: bool


@dataclass(frozen=True)
class FailedJob:
    """A job that was given up, as often as it was; `id` is what control.py takes."""

    id: str
    lane: str
    name: str
    args: dict[str, Any]
    tags: list[str]
    attempts: int
    error: str
    traceback: str
    first_at: float
    last_at: float
    times: int
    retried_at: float | None
    succeeded_at: float | None


@dataclass(frozen=True)
class Timed:
    """A periodic job: when it runs, and whether it did."""

    name: str
    lane: str
    when: str
    last_at: float | None
    took_seconds: float | None
    next_at: float | None
    is_late: bool
    last_error: str


@dataclass(frozen=True)
class ConsumerSeen:
    """A worker process; one that died is shown until the next one starts."""

    name: str
    pid: int
    since: float
    lanes: tuple[str, ...]
    is_alive: bool
    stuck_threads: int
