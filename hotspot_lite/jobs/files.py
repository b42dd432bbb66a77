"""The jobs as rows: put, taken, done, tried again, failed, taken back.

Durable jobs are rows of hotspot.db, so that a job commits with the fact that calls
for it. Volatile ones, and every reservation, are in queue.db in /run: a reservation
matters only while its consumer lives, and costs no flush.

Locks are taken in one order: hotspot.db before queue.db, never the other way round.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from hotspot_lite import bell, clock, store
from hotspot_lite.jobs import lanes, rescue
from hotspot_lite.jobs.lanes import Lane

JOB_COLUMNS = """(
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, name TEXT NOT NULL,
  args TEXT NOT NULL, tags TEXT NOT NULL, once TEXT,
  due_at REAL NOT NULL, made_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  deaths INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '')"""
FAILED_COLUMNS = """(
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, name TEXT NOT NULL,
  args TEXT NOT NULL, tags TEXT NOT NULL, attempts INTEGER NOT NULL,
  error TEXT NOT NULL, traceback TEXT NOT NULL, first_at REAL NOT NULL,
  last_at REAL NOT NULL, times INTEGER NOT NULL, retried_at REAL)"""
TABLES = f"""
CREATE TABLE IF NOT EXISTS job {JOB_COLUMNS};
CREATE UNIQUE INDEX IF NOT EXISTS job_once ON job (name, once)
  WHERE once IS NOT NULL;
CREATE INDEX IF NOT EXISTS job_due ON job (lane, due_at, id);
CREATE TABLE IF NOT EXISTS failed_job {FAILED_COLUMNS};
CREATE UNIQUE INDEX IF NOT EXISTS failed_job_same ON failed_job (name, args);
"""
RESERVATIONS = """
CREATE TABLE IF NOT EXISTS reservation (
  token INTEGER PRIMARY KEY AUTOINCREMENT, durable INTEGER NOT NULL,
  job_id INTEGER NOT NULL, lane TEXT NOT NULL, consumer TEXT NOT NULL,
  since_boot REAL NOT NULL, UNIQUE (durable, job_id));
CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value REAL NOT NULL);
"""


@dataclass
class Taken:
    """A job that this process has reserved and is running."""

    id: int
    name: str
    lane: Lane
    args: dict[str, Any]
    tags: list[str]
    attempts: int  # tries before this one
    made_at: float
    durable: bool
    token: int
    since_boot: float
    settled: bool = False  # its row is gone, or its next try is on disk

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self.attempts + 1

    def as_row(self) -> tuple[str, str, str, str, int]:
        """What the failed jobs keep of it."""
        args, tags = _json(self.args), _json(self.tags)
        return self.lane.name, self.name, args, tags, self.attempt


@dataclass
class Rows:
    """Both files of the queue. `open` first; then any thread may call anything."""

    main: SqliteDatabase
    run: SqliteDatabase = field(
        default_factory=lambda: SqliteDatabase(None, lock_type="IMMEDIATE")
    )
    bells: Path = Path("/nonexistent")
    run_lock: threading.RLock = field(default_factory=threading.RLock)
    # Wall clock minus boot clock when we last looked: a step changes it.
    offset: float | None = None

    def open(self, run_dir: Path) -> None:
        """Make queue.db in `run_dir` if it isn't there. No flush ever goes to it."""
        run_dir.mkdir(parents=True, exist_ok=True)
        self.bells = run_dir / "bells"
        self.offset = None
        if self.run.database and not self.run.is_closed():
            self.run.close()
        pragmas = {"journal_mode": "wal", "synchronous": "off", "cache_size": -512}
        self.run.init(str(run_dir / "queue.db"), pragmas=pragmas, timeout=10)
        for statement in (TABLES + RESERVATIONS).split(";\n"):
            if statement.strip():
                self.run.execute_sql(statement)

    # -- putting ---------------------------------------------------------------

    def put(
        self,
        name: str,
        args: Mapping[str, Any],
        tags: Sequence[str] = (),
        once: str | None = None,
        delay_seconds: float = 0.0,
        durable: bool | None = None,
        now: float | None = None,
    ) -> int | None:
        """Put a job; it commits with the transaction we are in, and rings after it.

        `once` is its key: while a job of that name and key waits, another is not
        put, and None is returned; one that runs already is no obstacle. Raises
        BadInput for a name without a lane.
        """
        lane = lanes.of(name)
        now = time.time() if now is None else now
        rescue.notice_step(self, now)
        durable = lane.durable if durable is None else durable
        with self.writing(durable) as db:
            if once is not None:
                once = self._free_key(db, durable, name, once)
                if once is None:
                    return None
            row = db.execute_sql(
                "INSERT INTO job (lane, name, args, tags, once, due_at, made_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (
                    lane.name,
                    name,
                    _json(args),
                    _json(list(tags)),
                    once,
                    now + delay_seconds,
                    now,
                ),
            )
            db.after_commit(self.ring)
        return int(row.lastrowid)

    def ring(self) -> None:
        """Wake a worker of every consumer."""
        bell.ring(self.bells, "worker")

    def _free_key(
        self, db: SqliteDatabase, durable: bool, name: str, once: str
    ) -> str | None:
        # The key itself, or, where its job is running, the key of the one that may
        # wait behind it; None where such a one waits already.
        for key in (once, once + " +"):
            found = db.execute_sql(
                "SELECT id FROM job WHERE name = ? AND once = ?", (name, key)
            ).fetchone()
            if found is None:
                return key
            if not self._is_running(durable, found[0]):
                return None
        return None

    def _is_running(self, durable: bool, job_id: int) -> bool:
        return bool(
            self.run.execute_sql(
                "SELECT 1 FROM reservation WHERE durable = ? AND job_id = ?",
                (durable, job_id),
            ).fetchone()
        )

    # -- taking ----------------------------------------------------------------

    def take(
        self, consumer: str, served: Sequence[Lane], now: float | None = None
    ) -> Taken | None:
        """Reserve the best job whose lane is below its cap, or None.

        Best: highest priority of the lane, then longest due. `consumer` is the name
        of our bell: as long as it is heard, the reservation holds.
        """
        now = time.time() if now is None else now
        with self.run_lock, self.run.atomic():
            held = self.run.execute_sql(
                "SELECT lane, durable, job_id FROM reservation"
            ).fetchall()
            running = Counter(lane for lane, _, _ in held)
            free = [lane for lane in served if running[lane.name] < lane.workers]
            found = [
                (names_of(free).index(row[0]), row[1], durable, row)
                for durable, db in ((True, self.main), (False, self.run))
                for row in self._oldest_due(db, free, durable, held, now)
            ]
            if not found:
                return None
            place, _, durable, row = min(found)
            return self._reserve(row[2:], free[place], durable, consumer)

    def _oldest_due(
        self,
        db: SqliteDatabase,
        free: Sequence[Lane],
        durable: bool,
        held: Sequence[tuple[str, int, int]],
        now: float,
    ) -> list[tuple[Any, ...]]:
        # At most one row: the longest due of the best lane that has any.
        if not free:
            return []
        reserved = _json([job for _, kind, job in held if kind == durable])
        found: list[tuple[Any, ...]] = db.execute_sql(
            best_of(tuple(names_of(free))), (now, reserved)
        ).fetchall()
        return found

    def reserved(self, durable: bool) -> str:
        """The ids that are reserved in one of the files, as a JSON list."""
        rows = self.run.execute_sql(
            "SELECT job_id FROM reservation WHERE durable = ?", (durable,)
        ).fetchall()
        return _json([row[0] for row in rows])

    def _reserve(
        self, row: tuple[Any, ...], lane: Lane, durable: bool, consumer: str
    ) -> Taken:
        since = clock.boot_seconds()
        token = self.run.execute_sql(
            "INSERT INTO reservation (durable, job_id, lane, consumer, since_boot)"
            " VALUES (?, ?, ?, ?, ?)",
            (durable, row[0], lane.name, consumer, since),
        ).lastrowid
        args, tags = json.loads(row[2]), json.loads(row[3])
        return Taken(
            row[0], row[1], lane, args, tags, row[4], row[5], durable, token, since
        )

    def next_due_seconds(
        self, served: Sequence[Lane], most: float, now: float | None = None
    ) -> float:
        """Seconds until the next delayed job is due, `most` at most."""
        now = time.time() if now is None else now
        names = _json(names_of(served))
        for db in (self.main, self.run):
            soonest = db.execute_sql(
                "SELECT min(due_at) FROM job WHERE due_at > ?"
                " AND lane IN (SELECT value FROM json_each(?))",
                (now, names),
            ).fetchone()[0]
            if soonest is not None:
                most = min(most, soonest - now)
        return most

    # -- settling --------------------------------------------------------------

    def finish(self, taken: Taken) -> None:
        """Remove the row of a job inside the transaction of its effects.

        Saves a flush, and makes job and effect one. If the transaction is rolled
        back, the job is not done.
        """
        if taken.durable and not taken.settled:
            self._delete(taken)
            self.main.after_commit(lambda: setattr(taken, "settled", True))

    def done(self, taken: Taken) -> None:
        """The job has ended well: remove its row and its reservation."""
        if not taken.settled and self._still_ours(taken):
            with self.writing(taken.durable):
                self._delete(taken)
        self._release(taken)

    def again(
        self,
        taken: Taken,
        delay_seconds: float,
        error: str,
        counted: bool = True,
        now: float | None = None,
    ) -> None:
        """Let the job run once more after `delay_seconds`; `counted` uses up a try."""
        now = time.time() if now is None else now
        if self._still_ours(taken) and not taken.settled:
            with self.writing(taken.durable) as db:
                db.execute_sql(
                    "UPDATE job SET due_at = ?, made_at = ?, error = ?,"
                    " attempts = attempts + ? WHERE id = ?",
                    (now + delay_seconds, now, error, counted, taken.id),
                )
        self._release(taken)
        self.ring()

    def fail(
        self,
        taken: Taken,
        error: str,
        traceback: str,
        told: Callable[[], None] | None = None,
        now: float | None = None,
    ) -> None:
        """Move the job to the failed ones; the same job failing again is one row.

        `told` is called in the same transaction: the trade says there what it means.
        """
        if self._still_ours(taken) and not taken.settled:
            with self.writing(taken.durable) as db:
                self.note_failure(db, taken.as_row(), error, traceback, now)
                self._delete(taken)
                if told is not None and taken.durable:
                    told()
            if told is not None and not taken.durable:
                told()
        self._release(taken)

    def note_failure(
        self,
        db: SqliteDatabase,
        job: tuple[str, str, str, str, int],
        error: str,
        traceback: str,
        now: float | None,
    ) -> None:
        """Count a failure; `job` is lane, name, args, tags (JSON) and attempts."""
        now = time.time() if now is None else now
        db.execute_sql(
            "INSERT INTO failed_job (lane, name, args, tags, attempts, error,"
            " traceback, first_at, last_at, times) VALUES (?,?,?,?,?,?,?,?,?,1)"
            " ON CONFLICT (name, args) DO UPDATE SET attempts = excluded.attempts,"
            " error = excluded.error, traceback = excluded.traceback,"
            " last_at = excluded.last_at, times = times + 1, retried_at = NULL",
            (*job, error, traceback, now, now),
        )

    def _delete(self, taken: Taken) -> None:
        db = self.main if taken.durable else self.run
        db.execute_sql("DELETE FROM job WHERE id = ?", (taken.id,))

    def _still_ours(self, taken: Taken) -> bool:
        # Not after it was taken back for lateness: then another has it.
        return bool(
            self.run.execute_sql(
                "SELECT 1 FROM reservation WHERE token = ?", (taken.token,)
            ).fetchone()
        )

    def _release(self, taken: Taken) -> None:
        with self.run_lock:
            self.run.execute_sql(
                "DELETE FROM reservation WHERE token = ?", (taken.token,)
            )

    @contextmanager
    def writing(self, durable: bool) -> Iterator[SqliteDatabase]:
        if durable:
            with store.atomic():
                yield self.main
        elif self.run.in_transaction():
            yield self.run
        else:
            with self.run_lock, self.run.atomic():
                yield self.run


def names_of(some: Sequence[Lane]) -> list[str]:
    """The names of lanes, in their order."""
    return [lane.name for lane in some]


@cache
def best_of(names: tuple[str, ...]) -> str:
    """The query for the longest due job of the first of these lanes that has one.

    SQLite looks into one lane after the other and stops at the first row; the text
    is kept the same so that it is prepared once.
    """
    one = (
        "SELECT * FROM (SELECT lane, due_at, id, name, args, tags, attempts, made_at"
        " FROM job WHERE lane = '{}' AND due_at <= ?1"
        " AND id NOT IN (SELECT value FROM json_each(?2)) ORDER BY due_at, id LIMIT 1)"
    )
    return " UNION ALL ".join(one.format(name) for name in names) + " LIMIT 1"


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
