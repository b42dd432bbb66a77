"""The queue's tables, and a job as it is taken from them.

`job` and `failed_job` are in both files (store/migrations.py makes hotspot.db's);
the other tables here are in queue.db alone and forgotten at every start of the box.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from peewee import SqliteDatabase

from hotspot_lite.jobs.lanes import Lane

JOB_COLUMNS = """(
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, name TEXT NOT NULL,
  args TEXT NOT NULL, tags TEXT NOT NULL, once TEXT,
  due_at REAL NOT NULL, made_at REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  deaths INTEGER NOT NULL DEFAULT 0, error TEXT NOT NULL DEFAULT '',
  batch_id INTEGER, retry_of INTEGER, exceptions INTEGER NOT NULL DEFAULT 0)"""
FAILED_COLUMNS = """(
  id INTEGER PRIMARY KEY AUTOINCREMENT, lane TEXT NOT NULL, name TEXT NOT NULL,
  args TEXT NOT NULL, tags TEXT NOT NULL, attempts INTEGER NOT NULL,
  error TEXT NOT NULL, traceback TEXT NOT NULL, first_at REAL NOT NULL,
  last_at REAL NOT NULL, times INTEGER NOT NULL, retried_at REAL, succeeded_at REAL)"""
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
# What the queue notes about itself: how many runs ended how and how long they took,
# who serves which lanes, threads that were given up, periodic jobs, limits.
NOTES = """
CREATE TABLE IF NOT EXISTS ran (
  minute INTEGER NOT NULL, lane TEXT NOT NULL, end TEXT NOT NULL,
  bucket INTEGER NOT NULL, count INTEGER NOT NULL,
  PRIMARY KEY (minute, lane, end, bucket)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS consumer (
  name TEXT PRIMARY KEY, pid INTEGER NOT NULL, since REAL NOT NULL,
  lanes TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS stuck (
  token INTEGER PRIMARY KEY, consumer TEXT NOT NULL, lane TEXT NOT NULL,
  name TEXT NOT NULL, args TEXT NOT NULL, tags TEXT NOT NULL,
  attempt INTEGER NOT NULL, since_boot REAL NOT NULL);
CREATE TABLE IF NOT EXISTS timed (
  name TEXT PRIMARY KEY, lane TEXT NOT NULL, says TEXT NOT NULL,
  every_seconds REAL NOT NULL, last_at REAL, took_seconds REAL, next_at REAL,
  error TEXT NOT NULL DEFAULT '') WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS pace (
  key TEXT PRIMARY KEY, lane TEXT NOT NULL, recent TEXT NOT NULL DEFAULT '[]',
  refusals INTEGER NOT NULL DEFAULT 0,
  until REAL NOT NULL DEFAULT 0) WITHOUT ROWID;
"""
# queue.db outlives an update of the program: columns that its first form lacked.
NEWER = (
    ("job", "batch_id", "INTEGER"),
    ("job", "retry_of", "INTEGER"),
    ("job", "exceptions", "INTEGER NOT NULL DEFAULT 0"),
    ("failed_job", "succeeded_at", "REAL"),
)


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
    batch_id: int | None = None
    retry_of: int | None = None  # the failed job that it is put again for
    exceptions: int = 0  # bugs before this try
    told_boot: float = 0.0  # when it last told that it comes forward
    is_noted: bool = False  # the timetable has this run, and its next one is put
    settled: bool = False  # its row is gone, or its next try is on disk
    end: str = ""  # how this run ended: done, again, failed, late, not now
    says: str = ""  # what went wrong
    wait_seconds: float = 0.0  # until its next try

    @property
    def attempt(self) -> int:
        """Which try this is, from 1."""
        return self.attempts + 1

    def label(self) -> str:
        """What finds it again in the log, word by word."""
        file = "d" if self.durable else "v"
        return (
            f"lane={self.lane.name} job={self.name} id={file}{self.id}"
            f" try={self.attempt} tags={','.join(self.tags)} args={as_json(self.args)}"
        )

    def as_row(self) -> tuple[str, str, str, str, int]:
        """What the failed jobs keep of it."""
        args, tags = as_json(self.args), as_json(self.tags)
        return self.lane.name, self.name, args, tags, self.attempt


def make_volatile(run: SqliteDatabase) -> None:
    """Make what queue.db lacks."""
    for statement in (TABLES + RESERVATIONS + NOTES).split(";\n"):
        if statement.strip():
            run.execute_sql(statement)
    if _missing(run):
        with run.atomic():  # another process may do the same: look again inside
            for table, column, kind in _missing(run):
                run.execute_sql(f"ALTER TABLE {table} ADD COLUMN {column} {kind}")


def _missing(run: SqliteDatabase) -> list[tuple[str, str, str]]:
    has = {
        (table, row[1])
        for table in ("job", "failed_job")
        for row in run.execute_sql(f"PRAGMA table_info({table})").fetchall()
    }
    return [newer for newer in NEWER if newer[:2] not in has]


@cache
def best_of(names: tuple[str, ...], but_held: bool = False) -> str:
    """The query for the longest due job of the first of these lanes that has one.

    SQLite looks into one lane after the other and stops at the first row; the text
    is kept the same so that it is prepared once. `but_held` leaves out the names in
    the third value.
    """
    held = " AND name NOT IN (SELECT value FROM json_each(?3))" if but_held else ""
    one = (
        "SELECT * FROM (SELECT lane, due_at, id, name, args, tags, attempts, made_at,"
        " batch_id, retry_of, exceptions"
        " FROM job WHERE lane = '{lane}' AND due_at <= ?1"
        " AND id NOT IN (SELECT value FROM json_each(?2)){held} ORDER BY due_at, id"
        " LIMIT 1)"
    )
    return (
        " UNION ALL ".join(one.format(lane=name, held=held) for name in names)
        + " LIMIT 1"
    )


def as_json(value: object) -> str:
    """Compact, and the same for the same value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
