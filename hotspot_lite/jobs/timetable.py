"""The timetable of periodic jobs: declared when a consumer starts, noted at each run.

It is kept in queue.db, so that those who only look need not load the jobs; the last
minute of a crontab job is on disk besides (rescue.first_in_minute).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING

from hotspot_lite.jobs.tables import Taken

if TYPE_CHECKING:
    from hotspot_lite.jobs.files import Rows

# How far ahead we look for a crontab's next minute.
DAYS_AHEAD = 32
# Pauses end on even seconds, so that one wake is for all that are due.
BEAT_SECONDS = 2.0
LENGTHS = ((86_400, "day"), (3600, "hour"), (60, "minute"))


@dataclass(frozen=True)
class Periodic:
    """A job with a pause between its runs (`every`), or a crontab (`minutes`)."""

    name: str
    lane: str
    every: Callable[[], float] | None = None
    minutes: Callable[[datetime], bool] | None = None

    def next_after(self, at: float) -> float | None:
        """When it should run next; None if not in the days that we look ahead."""
        if self.every is not None:
            return at + self.every()
        return next(self._minutes_after(at), None)

    def says(self, at: float) -> tuple[str, float]:
        """Its rhythm in words (UTC), and its interval in seconds."""
        if self.every is not None:
            return f"every {self.every():g} s", self.every()
        found = list(islice(self._minutes_after(at), 3))
        gaps = {after - before for before, after in zip(found, found[1:], strict=False)}
        if len(gaps) != 1:
            return "by crontab", max(gaps, default=DAYS_AHEAD * 86_400.0)
        return _rhythm(gap := gaps.pop(), found[0]), gap

    def _minutes_after(self, at: float) -> Iterator[float]:
        assert self.minutes is not None
        first = (int(at) // 60 + 1) * 60
        for minute in range(first, first + DAYS_AHEAD * 86_400, 60):
            if self.minutes(datetime.fromtimestamp(minute, UTC).replace(tzinfo=None)):
                yield float(minute)


def _rhythm(gap: float, example: float) -> str:
    for length, name in LENGTHS:
        if gap % length == 0:
            count = int(gap // length)
            what = f"every {name}" if count == 1 else f"every {count} {name}s"
            at = datetime.fromtimestamp(example, UTC)
            return what + {"day": f" at {at:%H:%M}", "hour": f" at :{at:%M}"}.get(
                name, ""
            )
    return "by crontab"


def declare(
    rows: Rows, periodic: Collection[Periodic], served: Collection[str], now: float
) -> None:
    """Write down the periodic jobs of the lanes that a starting consumer serves."""
    found = [(*_as_declared(rows, one, now), now) for one in periodic]
    names = {one.name for one in periodic}
    with rows.run_lock, rows.run.atomic():
        for name, lane in rows.run.execute_sql("SELECT name, lane FROM timed"):
            if lane in served and name not in names:
                rows.run.execute_sql("DELETE FROM timed WHERE name = ?", (name,))
        for *row, at in found:
            rows.run.execute_sql(
                "INSERT INTO timed (name, lane, says, every_seconds, last_at, next_at,"
                " error) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
                " lane = excluded.lane, says = excluded.says,"
                " every_seconds = excluded.every_seconds,"
                " next_at = CASE WHEN last_at IS NULL THEN excluded.next_at"
                " ELSE max(coalesce(next_at, 0), ?) END",
                (*row, at),
            )


def _as_declared(
    rows: Rows, one: Periodic, now: float
) -> tuple[str, str, str, float, float | None, float | None, str]:
    says, every = one.says(now)
    last_at = _last_minute(rows, one.name)
    next_at = now if one.every else one.next_after(last_at or now)
    return one.name, one.lane, says, every, last_at, next_at, _error(rows, one.name)


def _last_minute(rows: Rows, name: str) -> float | None:
    row = rows.main.execute_sql(
        "SELECT minute * 60.0 FROM periodic_run WHERE name = ?", (name,)
    ).fetchone()
    return float(row[0]) if row else None


def _error(rows: Rows, name: str) -> str:
    for db in (rows.main, rows.run):
        row = db.execute_sql(
            "SELECT error FROM failed_job WHERE name = ? AND succeeded_at IS NULL",
            (name,),
        ).fetchone()
        if row is not None:
            return str(row[0])
    return ""


def on_beat(pause_seconds: float, now: float) -> float:
    """A pause of some whole seconds, less what is over a beat; any other is exact.

    One of an odd length ends on a whole second.
    """
    if pause_seconds < BEAT_SECONDS or pause_seconds % 1:
        return pause_seconds
    beat = BEAT_SECONDS if pause_seconds % BEAT_SECONDS == 0 else BEAT_SECONDS / 2
    return pause_seconds - (now + pause_seconds) % beat


def note_run(
    rows: Rows,
    one: Periodic,
    taken: Taken,
    seconds: float,
    now: float,
    next_at: float | None,
) -> None:
    """A periodic job has run; where it had failed before, that has passed."""
    with rows.writing(False):
        old = rows.run.execute_sql(
            "SELECT error FROM timed WHERE name = ?", (one.name,)
        ).fetchone()
        again_at = now + taken.wait_seconds if taken.end == "again" else None
        rows.run.execute_sql(
            "UPDATE timed SET last_at = ?, took_seconds = ?, next_at = ?, error = ?"
            " WHERE name = ?",
            (now - seconds, seconds, again_at or next_at, taken.says) + (one.name,),
        )
    if taken.end == "done" and old is not None and old[0]:
        with rows.writing(taken.durable) as db:
            db.execute_sql(
                "UPDATE failed_job SET succeeded_at = ? WHERE name = ?"
                " AND succeeded_at IS NULL",
                (now, one.name),
            )
