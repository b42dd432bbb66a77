"""What brings jobs back: from dead workers, from late ones, from a clock that steps."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from peewee import SqliteDatabase

from hotspot_lite import bell, clock
from hotspot_lite.jobs import members

if TYPE_CHECKING:
    from hotspot_lite.jobs.files import Rows
    from hotspot_lite.jobs.tables import Taken

# A job whose worker died so often kills its workers: it fails instead.
DEATHS_ALLOWED = 10
# What a step of the clock moves; the first of them in both files.
STEPPED = (
    "UPDATE job SET due_at = due_at + ?1, made_at = made_at + ?1",
    "UPDATE mark SET value = value + ?1 WHERE name = 'offset'",
    "UPDATE timed SET last_at = last_at + ?1, next_at = next_at + ?1",
    "UPDATE pace SET until = until + ?1",
)
# How often a job's word that it comes forward is written down.
TOLD_SECONDS = 0.5
# Added to the name of the consumer that is taking a job back.
RECOVERS = ".recovers"


def recover(rows: Rows, consumer: str, boot: float | None = None) -> list[int]:
    """Return to the queue what dead consumers had, and what is past its timeout.

    The ids of those jobs. One that has killed its worker too often fails.
    """
    boot = clock.boot_seconds() if boot is None else boot
    lost, lanes = [], rows.lanes()
    for token, durable, job_id, lane, owner, since in rows.run.execute_sql(
        "SELECT token, durable, job_id, lane, consumer, since_boot FROM reservation"
    ).fetchall():
        late = boot - since > lanes[lane].timeout_seconds
        # After a reboot /run is empty, so `since` is of this boot. Who is just taking
        # it back lives by its own bell: a death is counted once.
        alive = bell.is_heard(rows.bells, owner.removesuffix(RECOVERS))
        if late or (owner != consumer and not alive):
            lost.append((token, bool(durable), job_id, owner, late))
    return [row[2] for row in lost if _take_back(rows, consumer, *row)]


def goes_on(rows: Rows, taken: Taken, boot: float | None = None) -> None:
    """Count the lane's timeout anew for a job that comes forward; cheap, said often."""
    boot = clock.boot_seconds() if boot is None else boot
    if boot - max(taken.told_boot, taken.since_boot) < TOLD_SECONDS:
        return
    taken.told_boot = boot
    with rows.run_lock:
        rows.run.execute_sql(
            "UPDATE reservation SET since_boot = ? WHERE token = ?",
            (boot, taken.token),
        )


def _take_back(
    rows: Rows,
    consumer: str,
    token: int,
    durable: bool,
    job_id: int,
    owner: str,
    late: bool,
) -> bool:
    with rows.run_lock:
        claimed = rows.run.execute_sql(
            "UPDATE reservation SET consumer = ?, since_boot = ?"
            " WHERE token = ? AND consumer = ?",
            (consumer + RECOVERS, clock.boot_seconds(), token, owner),
        ).rowcount
    if claimed:
        with rows.writing(durable) as db:
            _count_death(rows, db, job_id, late)
        with rows.run_lock:
            rows.run.execute_sql("DELETE FROM reservation WHERE token = ?", (token,))
        rows.ring()
    return bool(claimed)


def _count_death(rows: Rows, db: SqliteDatabase, job_id: int, late: bool) -> None:
    why = "It ran past its lane's timeout." if late else "Its worker died."
    row = db.execute_sql(
        "UPDATE job SET deaths = deaths + 1, error = ? WHERE id = ?"
        " RETURNING lane, name, args, tags, attempts, batch_id, deaths",
        (why, job_id),
    ).fetchone()
    if row is None:
        return
    if row[6] > DEATHS_ALLOWED:
        rows.note_failure(db, row[:5], f"{why} {row[6]} times.", "", None)
        db.execute_sql("DELETE FROM job WHERE id = ?", (job_id,))
        members.ended(rows, row[5], "failed", time.time())
    else:
        members.drop_if_cancelled(rows, job_id, row[5], time.time())


def notice_step(rows: Rows, now: float, boot: float | None = None) -> float:
    """Move every job by as much as the clock was stepped; the step in seconds.

    So a clock set back starves no retry, and one set forward releases no herd. Does
    nothing inside a transaction, whose rollback would undo the half of it.
    """
    if rows.main.in_transaction() or rows.run.in_transaction():
        return 0.0
    boot = clock.boot_seconds() if boot is None else boot
    offset = _offset(rows)
    if offset is None:
        return _first_look(rows, now, now - boot)
    if not _stepped(now - boot - offset):
        return 0.0
    # In the writer's turn: who writes a job sees all of this or nothing of it.
    with rows.writing(True) as db, rows.run_lock, rows.run.atomic():
        step = _step(rows, now, boot)
        for sql in STEPPED:
            rows.run.execute_sql(sql, (step,))
        db.execute_sql(STEPPED[0], (step,))
    rows.held.clear()
    return step


def row_time(rows: Rows, now: float) -> float:
    """`now` by the clock that the rows are written in: a step moves them all later."""
    return now - _step(rows, now, clock.boot_seconds())


def _step(rows: Rows, now: float, boot: float) -> float:
    # By how much the clock was set since the rows were last moved; 0 if it wasn't.
    offset = _offset(rows)
    return 0.0 if offset is None else _stepped(now - boot - offset)


def _stepped(seconds: float) -> float:
    # Two clocks always differ a little: that is no step.
    return seconds if abs(seconds) >= clock.STEP_SECONDS else 0.0


def _offset(rows: Rows) -> float | None:
    # Wall clock minus boot clock, as the rows have it.
    row = rows.run.execute_sql(
        "SELECT value FROM mark WHERE name = 'offset'"
    ).fetchone()
    return float(row[0]) if row else None


def _first_look(rows: Rows, now: float, offset: float) -> float:
    # The first since the machine started. Jobs made in what is now the future
    # were made under a clock that ran ahead: give them their wait again.
    with rows.run_lock:
        rows.run.execute_sql(
            "INSERT OR IGNORE INTO mark VALUES ('offset', ?)", (offset,)
        )
    with rows.writing(True) as db:
        db.execute_sql(
            "UPDATE job SET due_at = due_at - made_at + ?, made_at = ?"
            " WHERE made_at > ?",
            (now, now, now + clock.STEP_SECONDS),
        )
    return 0.0


def first_in_minute(rows: Rows, name: str, minute: int) -> bool:
    """Whether a periodic job has not been put in that minute yet; marks it.

    On disk, in the transaction we are in: it holds across a restart of the box.
    """
    with rows.writing(True) as db:
        return bool(
            db.execute_sql(
                "INSERT INTO periodic_run VALUES (?, ?) ON CONFLICT (name) DO UPDATE"
                " SET minute = excluded.minute WHERE minute <> excluded.minute",
                (name, minute),
            ).rowcount
            > 0
        )
