"""What the queue page shows at one moment, for the page and the live feed.

Needs neither Bottle nor gevent: both processes share it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, astuple
from typing import Any

from hotspot_lite import jobs
from hotspot_lite.clock import as_text, length_text
from hotspot_lite.jobs import batches, sight

# A chart is as wide as it has minutes, so that a bar is one unit.
MINUTES = 60
CHART_HEIGHT = 24
MOST_FAILED = 100
Throughput = Sequence[tuple[int, int, int]]


def snapshot(now: int) -> dict[str, Any]:
    """The lanes, what runs, the timetable and marks of the lists."""
    charts = sight.throughput(jobs.rows, MINUTES)
    found = [lane(s, charts.get(s.name, ()), now) for s in sight.status(jobs.rows)]
    return {
        "type": "queue",
        "at": as_text(now),
        "totals": totals(found),
        "workers": [worker(one) for one in sight.consumers(jobs.rows) if one.is_alive],
        "lanes": found,
        "running": [running(one) for one in sight.running(jobs.rows)],
        "timetable": [timed(one) for one in sight.timetable(jobs.rows)],
        "marks": marks(),
    }


def totals(found: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The four numbers on top, over all lanes."""
    ages = [lane["oldest_waiting_seconds"] or 0.0 for lane in found]
    counts = {
        name: sum(lane[name] for lane in found)
        for name in ("waiting", "running", "stuck", "failed")
    }
    return counts | {"oldest": length_text(max(ages, default=0.0) or None)}


def worker(one: sight.ConsumerSeen) -> dict[str, Any]:
    """A worker process that lives."""
    return {"pid": one.pid, "since": _iso(one.since)}


def lane(one: sight.LaneStatus, minutes: Throughput, now: float) -> dict[str, Any]:
    """One lane with its chart, and in words what the page says of it."""
    until, drawn = one.limited_until, chart(minutes, now)
    return {
        **asdict(one),
        **drawn,
        "backoff_seconds": list(one.backoff_seconds),
        "limited_until": _iso(until) if until and until > now else "",
        "oldest": length_text(one.oldest_waiting_seconds),
        "pace": pace(one, drawn["peak"]),
        "took": took(one),
    }


def pace(one: sight.LaneStatus, peak: int) -> str:
    """How many jobs of a lane ended in the last hour."""
    counts = ((one.done_last_hour, "done"), (one.failed_last_hour, "failed"))
    ended = ", ".join(f"{count} {what}" for count, what in counts if count)
    return f"{ended}, up to {peak} a minute" if ended else "Nothing ran"


def took(one: sight.LaneStatus) -> str:
    """How long they took."""
    if one.p50_seconds is None:
        return ""
    half, most = length_text(one.p50_seconds), length_text(one.p95_seconds)
    return f"p50 {half}, p95 {most}"


def chart(minutes: Throughput, now: float) -> dict[str, Any]:
    """Bars of the last hour as two SVG paths: what was done, on it what failed."""
    first = int(now // 60) - MINUTES + 1
    bars = [
        (int(at // 60) - first, done, bad)
        for at, done, bad in minutes
        if 0 <= int(at // 60) - first < MINUTES
    ]
    peak = max((done + bad for _, done, bad in bars), default=0)
    unit = CHART_HEIGHT / peak if peak else 0.0
    return {
        "peak": peak,
        "done_path": "".join(_bar(x, 0.0, done * unit) for x, done, _ in bars),
        "failed_path": "".join(_bar(x, done * unit, n * unit) for x, done, n in bars),
    }


def _bar(x: int, above: float, height: float) -> str:
    if not height:
        return ""
    return f"M{x} {CHART_HEIGHT - above:.4g}v-{height:.4g}h.8v{height:.4g}z"


def running(one: sight.RunningJob) -> dict[str, Any]:
    """A job that runs."""
    return asdict(one) | {"args": arguments(one.args), "tags": list(one.tags)}


def timed(one: sight.Timed) -> dict[str, Any]:
    """A periodic job."""
    return asdict(one) | {
        "last_at": _iso(one.last_at),
        "next_at": _iso(one.next_at),
        "took": length_text(one.took_seconds),
    }


def marks() -> dict[str, str]:
    """What changes as soon as one of the page's lists does, so that it is read anew."""
    failed = sight.failed(jobs.rows, limit=MOST_FAILED)
    states = ((f.id, f.times, f.last_at, f.retried_at, f.succeeded_at) for f in failed)
    return {
        "failed": mark(states),
        "batches": mark(astuple(one) for one in batches.list_open()),
    }


def mark(rows: Iterable[Sequence[Any]]) -> str:
    """A few letters that differ where the rows do."""
    text = json.dumps(list(rows), default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def arguments(args: dict[str, Any]) -> str:
    """A job's arguments on one line."""
    return " ".join(f"{name}={value}" for name, value in args.items())


def _iso(at: float | None) -> str:
    return as_text(None if at is None else int(at))
