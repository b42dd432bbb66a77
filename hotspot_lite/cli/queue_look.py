"""Looking into the queue: what it holds, what failed and when its clockwork runs."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from hotspot_lite import jobs
from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer, ago, arguments, table
from hotspot_lite.cli.verbs import Args
from hotspot_lite.clock import as_text, length_text
from hotspot_lite.jobs import batches, lanes, sight

STATUS_HEADS = (
    *("lane", "workers", "waiting", "delayed", "running", "oldest"),
    *("done/h", "failed/h", "failed", "p50", "p95", "state"),
)


def status(args: Args) -> Answer:
    """Show each lane: what waits, runs and failed, how long jobs take."""
    open_box()
    found = sight.status(jobs.rows)
    return Answer([lane_json(lane) for lane in found], status_text(found))


def failed(args: Args) -> Answer:
    """List the failed jobs, newest first; retried ones stay until they are pruned."""
    open_box()
    check_lane(args.lane)
    found = sight.failed(jobs.rows, lane=args.lane, tag=args.tag, limit=args.limit)
    text = failed_in_full(found) if args.traceback else failed_table(found)
    return Answer([failed_json(job) for job in found], text)


def find(args: Args) -> Answer:
    """Find jobs by a tag such as payment:17, whatever became of them."""
    open_box()
    found = [as_json(row) for row in sight.find(jobs.rows, args.tag)]
    heads = ("id", "state", "job", "arguments", "tries", "due or failed", "error")
    rows = [
        [
            *(row["id"], row["state"], row["name"], arguments(row["args"])),
            *(row["attempts"], row["at"], _short(row["error"])),
        ]
        for row in found
    ]
    text = table(heads, rows) if rows else f"No job has the tag {args.tag}."
    return Answer(found, text)


def timetable(args: Args) -> Answer:
    """Show every periodic job: when it last ran, how long it took, when it is next."""
    open_box()
    found = sight.timetable(jobs.rows)
    heads = ("job", "when", "last", "took", "next", "state")
    rows = [_timed_row(timed) for timed in found]
    text = table(heads, rows) if rows else "No worker has told its timetable yet."
    return Answer([as_json(asdict(one)) for one in found], text)


def list_batches(args: Args) -> Answer:
    """List the batches that are not finished, with their progress."""
    open_box()
    found = batches.list_open()
    heads = ("batch", "name", "done", "failed", "of", "made", "state")
    rows = [
        [
            *(one.id, one.name, one.done, one.failed, one.total),
            *(ago(one.made_at), _stage(one)),
        ]
        for one in found
    ]
    text = table(heads, rows) if rows else "No batch is open."
    return Answer([as_json(asdict(one)) for one in found], text)


def check_lane(name: str | None) -> None:
    """Raise BadInput, with the nearest right name, where there is no such lane."""
    if name is not None:
        lanes.named(name)


# -- as JSON -----------------------------------------------------------------------


def as_json(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its times as all our JSON has them; null where there is none."""
    return {
        name: as_text(int(value)) if value is not None and _is_time(name) else value
        for name, value in row.items()
    }


def _is_time(name: str) -> bool:
    return name in ("at", "since") or name.endswith(("_at", "_until"))


def lane_json(lane: sight.LaneStatus) -> dict[str, Any]:
    """A lane; its name is under "lane", as in every list of the queue."""
    row = as_json(asdict(lane))
    return {"lane": row.pop("name"), **row}


def failed_json(job: sight.FailedJob) -> dict[str, Any]:
    """A failed job, traceback and all."""
    return as_json(asdict(job))


# -- as text -----------------------------------------------------------------------


def status_text(found: Iterable[sight.LaneStatus]) -> str:
    """The lanes as a table."""
    return table(STATUS_HEADS, [_status_row(lane) for lane in found])


def _status_row(lane: sight.LaneStatus) -> list[Any]:
    return [
        *(lane.name, lane.workers, lane.waiting, lane.delayed, lane.running),
        length_text(lane.oldest_waiting_seconds),
        *(lane.done_last_hour, lane.failed_last_hour, lane.failed),
        *(length_text(lane.p50_seconds), length_text(lane.p95_seconds)),
        lane_state(lane),
    ]


def lane_state(lane: sight.LaneStatus) -> str:
    """What is out of the ordinary in a lane; "" where nothing is."""
    words = ["paused"] if lane.is_paused else []
    if lane.stuck:
        words.append(f"{lane.stuck} stuck")
    if lane.limited_until is not None and lane.limited_until > time.time():
        words.append(f"limited for {length_text(lane.limited_until - time.time())}")
    return ", ".join(words)


def failed_table(found: Sequence[sight.FailedJob]) -> str:
    """One line a failed job."""
    heads = ("id", "job", "arguments", "tries", "times", "last", "state", "error")
    rows = [
        [
            *(job.id, job.name, arguments(job.args), job.attempts, job.times),
            *(ago(job.last_at), failed_state(job), _short(job.error)),
        ]
        for job in found
    ]
    return table(heads, rows) if rows else "No job has failed."


def failed_state(job: sight.FailedJob) -> str:
    """What became of a failed job."""
    if job.succeeded_at is not None:
        return "retried, succeeded"
    return "retried" if job.retried_at is not None else "failed"


def failed_in_full(found: Sequence[sight.FailedJob]) -> str:
    """Every failed job with its traceback."""
    return "\n\n".join(_in_full(job) for job in found) or "No job has failed."


def _in_full(job: sight.FailedJob) -> str:
    first, last = as_text(int(job.first_at)), as_text(int(job.last_at))
    lines = [
        f"{job.id}  {job.name} {arguments(job.args)}".rstrip(),
        f"  {failed_state(job)}: {job.error}",
        f"  {job.attempts} tries, {job.times} times from {first} to {last}",
        f"  tags: {' '.join(job.tags) or '-'}",
        *(f"    {line}" for line in job.traceback.rstrip().splitlines()),
    ]
    return "\n".join(lines)


def _timed_row(one: sight.Timed) -> list[str]:
    state = "late" if one.is_late else ""
    if one.last_error:
        state = f"{state} failed: {_short(one.last_error)}".strip()
    next_in = None if one.next_at is None else one.next_at - time.time()
    next_text = "now" if next_in is not None and next_in <= 0 else length_text(next_in)
    return [
        *(one.name, one.when, ago(one.last_at), length_text(one.took_seconds)),
        *(next_text, state),
    ]


def _stage(one: batches.Progress) -> str:
    if one.is_cancelled:
        return "cancelled"
    return "finished" if one.is_finished else "open"


def _short(text: str, most: int = 100) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"
