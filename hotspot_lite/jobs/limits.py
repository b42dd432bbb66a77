"""How often a job may call outside: so many in so long, and less when told "too many".

A job over its rate is given back untouched and its name is left alone until then, so
a thousand waiting messages cost nothing while they wait. Whoever answers 429 makes
every job of that key back off, the longer the more often it says so.
"""

from __future__ import annotations

import json
import random
import time
from dataclasses import dataclass

from hotspot_lite import clock
from hotspot_lite.jobs.files import Rows

# Waits after "too many" in a row are 1 2 4 8 … s, this much at most.
MOST_WAIT_SECONDS = 60.0
# After so many refusals in a row we stop asking for a while.
REFUSALS_ALLOWED = 20
STOP_SECONDS = 600.0


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `seconds`, over all jobs and consumers with this `key`."""

    calls: int
    seconds: float
    key: str


def enter(rows: Rows, rate: Rate, lane: str, now: float | None = None) -> float:
    """Count a call, and return 0; or where it is too early, the seconds to wait."""
    with rows.run_lock, rows.run.atomic():
        # Read in our turn: whoever came before us must not be later than we are.
        now = time.time() if now is None else now
        called_at, until = _pace(rows, rate, lane)
        if until > now:
            return until - now
        # A fixed window would let twice the rate through around its end. Calls that
        # are later than now were made under a clock that has been set back since.
        latest = now + clock.STEP_SECONDS
        recent = [at for at in called_at if now - rate.seconds < at < latest]
        if len(recent) >= rate.calls:
            return recent[-rate.calls] + rate.seconds - now
        rows.run.execute_sql(
            "UPDATE pace SET recent = ? WHERE key = ?",
            (json.dumps([*recent, now]), rate.key),
        )
    return 0.0


def refused(
    rows: Rows, rate: Rate, after_seconds: float, now: float | None = None
) -> float:
    """The other side said "too many": how long to leave it alone, in seconds."""
    now = time.time() if now is None else now
    with rows.run_lock, rows.run.atomic():
        refusals = rows.run.execute_sql(
            "UPDATE pace SET refusals = refusals + 1 WHERE key = ? RETURNING refusals",
            (rate.key,),
        ).fetchone()[0]
        wait = max(wait_seconds(refusals), after_seconds)
        rows.run.execute_sql(
            "UPDATE pace SET until = max(until, ?) WHERE key = ?",
            (now + wait, rate.key),
        )
    return wait


def accepted(rows: Rows, rate: Rate) -> None:
    """The other side took it: the next refusal is the first again."""
    with rows.run_lock:
        rows.run.execute_sql(
            "UPDATE pace SET refusals = 0, until = 0 WHERE key = ? AND refusals > 0",
            (rate.key,),
        )


def wait_seconds(refusals: int) -> float:
    """The wait after so many refusals in a row; never quite the same twice."""
    if refusals >= REFUSALS_ALLOWED:
        return STOP_SECONDS
    doubled = 2.0 ** min(refusals - 1, 10)
    jitter = random.uniform(0.75, 1.25)  # noqa: S311
    return min(doubled * jitter, MOST_WAIT_SECONDS)


def _pace(rows: Rows, rate: Rate, lane: str) -> tuple[list[float], float]:
    rows.run.execute_sql(
        "INSERT OR IGNORE INTO pace (key, lane) VALUES (?, ?)", (rate.key, lane)
    )
    recent, until = rows.run.execute_sql(
        "SELECT recent, until FROM pace WHERE key = ?", (rate.key,)
    ).fetchone()
    return json.loads(recent), until
