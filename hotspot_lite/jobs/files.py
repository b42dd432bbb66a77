"""The jobs as rows: put, taken, done, tried again, failed, taken back.

Durable jobs are rows of hotspot.db, so that a job commits with the fact that calls
for it. Volatile ones, and every reservation, are in queue.db in /run: a reservation
matters only while its consumer lives, and costs no flush.

Locks are taken in one order: hotspot.db before queue.db, never the other way round.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from peewee import SqliteDatabase

from hotspot_lite import bell, clock, store
from hotspot_lite.errors import TryAgain
from hotspot_lite.jobs import lanes, members, notes, rescue, taking
from hotspot_lite.jobs.lanes import Lane
from hotspot_lite.jobs.tables import Taken, as_json, make_volatile


@dataclass
class Rows:
    """Both files of the queue. `open` first; then any thread may call anything."""

    main: SqliteDatabase
    run: SqliteDatabase = field(
        default_factory=lambda: SqliteDatabase(None, lock_type="IMMEDIATE")
    )
    bells: Path = Path("/nonexistent")
    run_lock: threading.RLock = field(default_factory=threading.RLock)
    # Names of jobs that this process leaves alone until then: they are over a rate.
    held: dict[str, float] = field(default_factory=dict)
    # Runs that have ended and aren't written down yet (notes.py).
    ran: Counter[tuple[int, str, str, int]] = field(default_factory=Counter)
    _lanes: dict[str, Lane] = field(default_factory=dict)
    _lanes_version: float | None = None

    def open(self, run_dir: Path) -> None:
        """Make queue.db in `run_dir` if it isn't there. No flush ever goes to it."""
        run_dir.mkdir(parents=True, exist_ok=True)
        self.bells = run_dir / "bells"
        self._lanes_version = None
        self.held, self.ran = {}, Counter()
        self.close()
        pragmas = {"journal_mode": "wal", "synchronous": "off", "cache_size": -512}
        self.run.init(str(run_dir / "queue.db"), pragmas=pragmas, timeout=10)
        make_volatile(self.run)

    def close(self) -> None:
        """Close this thread's connection to queue.db, if it has one."""
        if self.run.database and not self.run.is_closed():
            self.run.close()

    # -- lanes -----------------------------------------------------------------

    def lanes(self) -> Mapping[str, Lane]:
        """Every lane as it is set now."""
        row = self.run.execute_sql(
            "SELECT value FROM mark WHERE name = 'lanes'"
        ).fetchone()
        return self.lanes_of(row[0] if row else 0)

    def lanes_of(self, version: float) -> Mapping[str, Lane]:
        """The lanes as they are after so many changes."""
        if version != self._lanes_version:
            stored = self.main.execute_sql(f"SELECT {lanes.STORED} FROM lane_setting")  # noqa: S608
            self._lanes = lanes.merged(stored.fetchall())
            self._lanes_version = version
        return self._lanes

    def lanes_changed(self) -> None:
        """Tell every consumer, once the change is on disk."""
        with self.run_lock:
            self.run.execute_sql(
                "INSERT INTO mark VALUES ('lanes', 1)"
                " ON CONFLICT (name) DO UPDATE SET value = value + 1"
            )
        self.ring()

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
        batch: int | None = None,
        retry_of: int | None = None,
        hurries: bool = False,
        ring: Callable[[], None] | None = None,
    ) -> int | None:
        """Put a job; it commits with the transaction we are in, and rings after it.

        `once` is its key: while a job of that name and key waits, another is not
        put, and None is returned; one that runs already is no obstacle. With `hurries`
        the one that waits is due by then at the latest. Nor is one put for a `batch`
        that was cancelled. A volatile job put inside `store.atomic()` has no id
        before the commit: it is 0. `ring` is called instead of ringing. Raises BadInput
        for a name without a lane, or a closed batch.
        """
        lane = lanes.of(name)
        now = time.time() if now is None else now
        rescue.notice_step(self, now)
        durable = batch is not None or (lane.durable if durable is None else durable)
        if not durable and self.main.in_transaction():
            # The other file can't commit with this one: put it once this one has.
            after = (name, args, tags, once, delay_seconds, durable, now)
            self.main.after_commit(
                lambda: self.put(*after, retry_of=retry_of, hurries=hurries, ring=ring)
            )
            return 0
        with self.writing(durable) as db:
            at = rescue.row_time(self, now)
            if once is not None:
                due_at = at + delay_seconds if hurries else None
                once = self._free_key(db, durable, name, once, due_at)
                if once is None:
                    return None
            if batch is not None and not members.joins(self, batch):
                return None
            row = db.execute_sql(
                "INSERT INTO job (lane, name, args, tags, once, due_at, made_at,"
                " batch_id, retry_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    lane.name,
                    name,
                    as_json(args),
                    as_json(list(tags)),
                    once,
                    at + delay_seconds,
                    at,
                    batch,
                    retry_of,
                ),
            )
            db.after_commit(ring or self.ring)
        return int(row.lastrowid)

    def hurry(self, names: Sequence[str], now: float) -> None:
        """Make the waiting runs of periodic jobs due by `now`; none is put."""
        with self.writing(False) as db:
            at = rescue.row_time(self, now)
            ours = "name IN (SELECT value FROM json_each(?)) AND once GLOB 'tick*'"
            sql = f"UPDATE job SET due_at = ? WHERE due_at > ? AND {ours}"  # noqa: S608
            if db.execute_sql(sql, (at, at, as_json(list(names)))).rowcount:
                db.after_commit(self.ring)

    def ring(self) -> None:
        """Wake a worker of every consumer."""
        bell.ring(self.bells, "worker")

    def _free_key(
        self,
        db: SqliteDatabase,
        durable: bool,
        name: str,
        once: str,
        due_at: float | None,
    ) -> str | None:
        # The key itself, or, behind jobs of that key that are running, one with as
        # many " +" as are needed; None where one waits already, `due_at` at the latest.
        found = {
            row[1]: row[0]
            for row in db.execute_sql(
                "SELECT id, once FROM job WHERE name = ? AND once BETWEEN ? AND ?",
                (name, once, f"{once} +\U0010ffff"),
            ).fetchall()
        }
        longest = max(map(len, found), default=len(once))
        keys = [once + " +" * count for count in range(longest - len(once) + 2)]
        for key in keys:
            if key in found and not self._is_running(durable, found[key]):
                if due_at is not None:
                    self._bring_forward(db, found[key], due_at)
                return None
        return next(key for key in keys if key not in found)

    def _bring_forward(self, db: SqliteDatabase, job_id: int, due_at: float) -> None:
        sql = "UPDATE job SET due_at = ?1 WHERE id = ?2 AND due_at > ?1"
        if db.execute_sql(sql, (due_at, job_id)).rowcount:
            db.after_commit(self.ring)

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
        return taking.take(self, consumer, served, time.time() if now is None else now)

    def next_due_seconds(
        self, served: Sequence[Lane], most: float, now: float | None = None
    ) -> float:
        """Seconds until the next delayed job is due, `most` at most."""
        now = time.time() if now is None else now
        return taking.next_due_seconds(self, served, most, now)

    def reserved(self, durable: bool) -> str:
        """The ids that are reserved in one of the files, as a JSON list."""
        rows = self.run.execute_sql(
            "SELECT job_id FROM reservation WHERE durable = ?", (durable,)
        ).fetchall()
        return as_json([row[0] for row in rows])

    # -- settling --------------------------------------------------------------

    def finish(self, taken: Taken) -> None:
        """Remove the row of a job inside the transaction of its effects.

        Saves a flush, and makes job and effect one. If the transaction is rolled
        back, the job is not done. Raises TryAgain where another has the job by now:
        its effect is not ours to write.
        """
        if taken.durable and not taken.settled:
            if not self._still_ours(taken):
                raise TryAgain("The job ran too long and was taken back.")
            self._delete(taken)
            self._ended(taken, "done", time.time())
            self.main.after_commit(lambda: setattr(taken, "settled", True))

    def done(self, taken: Taken, now: float | None = None) -> None:
        """The job has ended well: remove its row and its reservation."""
        now = time.time() if now is None else now
        if not taken.settled and self._still_ours(taken):
            with self.writing(taken.durable):
                self._delete(taken)
                self._ended(taken, "done", now)
        self._release(taken, "done", now)

    def again(
        self,
        taken: Taken,
        delay_seconds: float,
        error: str,
        counted: bool = True,
        now: float | None = None,
        is_bug: bool = False,
    ) -> None:
        """Let the job run once more after `delay_seconds`; `counted` uses up a try.

        One of a batch that was cancelled meanwhile is dropped instead.
        """
        now = time.time() if now is None else now
        if self._still_ours(taken) and not taken.settled:
            with self.writing(taken.durable) as db:
                at = rescue.row_time(self, now)
                db.execute_sql(
                    "UPDATE job SET due_at = ?, made_at = ?, error = ?,"
                    " attempts = attempts + ?, exceptions = exceptions + ?"
                    " WHERE id = ?",
                    (at + delay_seconds, at, error, counted, is_bug, taken.id),
                )
                members.drop_if_cancelled(self, taken.id, taken.batch_id, now)
        taken.says, taken.wait_seconds = error, delay_seconds
        self._release(taken, "again", now)
        self.ring()

    def give_back(self, taken: Taken) -> None:
        """Not now, and it never ran: nothing is counted, nothing is written to disk."""
        taken.end = "not now"
        with self.run_lock:
            self.run.execute_sql(
                "DELETE FROM reservation WHERE token = ?", (taken.token,)
            )

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
        now = time.time() if now is None else now
        if self._still_ours(taken) and not taken.settled:
            with self.writing(taken.durable) as db:
                self.note_failure(db, taken.as_row(), error, traceback, now)
                self._delete(taken)
                self._ended(taken, "failed", now)
                if told is not None and taken.durable:
                    told()
            if told is not None and not taken.durable:
                told()
        taken.says = error
        self._release(taken, "failed", now)

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
            " last_at = excluded.last_at, times = times + 1, retried_at = NULL,"
            " succeeded_at = NULL",
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

    def _release(self, taken: Taken, end: str, now: float) -> None:
        with self.run_lock:
            was_ours = self.run.execute_sql(
                "DELETE FROM reservation WHERE token = ?", (taken.token,)
            ).rowcount
            taken.end = end if was_ours else "late"
            if was_ours:
                took_seconds = clock.boot_seconds() - taken.since_boot
                bucket = notes.bucket_of(took_seconds)
                self.ran[int(now // 60), taken.lane.name, end, bucket] += 1

    # -- batches and retries ---------------------------------------------------

    def _ended(self, taken: Taken, end: str, now: float) -> None:
        # In the transaction that removes its row.
        if taken.retry_of is not None and end == "done":
            db = self.main if taken.durable else self.run
            db.execute_sql(
                "UPDATE failed_job SET succeeded_at = ? WHERE id = ?"
                " AND retried_at IS NOT NULL",
                (now, taken.retry_of),
            )
        members.ended(self, taken.batch_id, end, now)

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
