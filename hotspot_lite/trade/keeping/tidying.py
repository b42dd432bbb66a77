"""Old rows are cleared away: a little at a time, so that nobody waits for it.

Money is kept for ever: payments, what providers said of them, the chained facts, the
audit log. What only shows what happened goes after the days that the settings say.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import ModelSelect, fn

from hotspot_lite import jobs, store
from hotspot_lite.jobs import control
from hotspot_lite.trade.models import (
    AccountCode,
    Event,
    ImportRun,
    Login,
    Message,
    Pairing,
    PhoneCode,
    RefusedRow,
    Session,
    UsageDay,
)

DAY_SECONDS = 86_400
# A customer's own codes live for minutes; a day is for who asks what went wrong.
CODES_DAYS, ROWS_DAYS, JOBS_DAYS = 1, 30, 90
# What is kept at most where the disk has little room.
SHORT_DAYS = {
    "tidy.events_days": 7,
    "tidy.messages_days": 30,
    "tidy.sessions_days": 90,
}
ROWS_AT_ONCE = 500
# The lane takes a job back after 30 s; what is left is done within the hour.
MOST_SECONDS = 20.0
# Of each index, to tell SQLite how many rows a key has (sqlite.org/lang_analyze.html).
ANALYSED_ROWS = 400


@dataclass(frozen=True)
class Old:
    """Rows of one kind that may go. `keys` are what they are deleted by."""

    model: Any
    key: Any
    rows: Callable[[], ModelSelect]


def tidy(
    settings: Mapping[str, Any] | Any,
    now: int,
    elapsed: Callable[[], float] = time.monotonic,
    is_short: bool = False,
) -> dict[str, int]:
    """Delete what is older than it is kept; how many rows of each table went.

    Call it under a believed clock only. It stops after `MOST_SECONDS`. With `is_short`
    things are kept for SHORT_DAYS at most.
    """
    if is_short:
        settings = {n: min(int(settings[n]), d) for n, d in SHORT_DAYS.items()}
    until = elapsed() + MOST_SECONDS
    gone: dict[str, int] = {}
    for old in _old(settings, now):
        name = old.model._meta.table_name
        while elapsed() < until and (count := _delete_some(old)):
            gone[name] = gone.get(name, 0) + count
    if many := control.prune(jobs.rows, JOBS_DAYS * 24, now):
        gone["failed_job"] = many
    store.database.execute_sql("PRAGMA wal_checkpoint(PASSIVE)")
    # Without a limit it reads whole tables of years, and nobody may write meanwhile.
    store.database.execute_sql(f"PRAGMA analysis_limit = {ANALYSED_ROWS}")
    store.database.execute_sql("PRAGMA optimize")
    return gone


def cleared() -> set[str]:
    """The tables of which old rows go."""
    every = {"tidy.events_days": 1, "tidy.messages_days": 1, "tidy.sessions_days": 1}
    return {old.model._meta.table_name for old in _old(every, 0)} | {"failed_job"}


def _delete_some(old: Old) -> int:
    with store.atomic():
        some = old.rows().limit(ROWS_AT_ONCE)
        return int(old.model.delete().where(old.key.in_(some)).execute())


def _old(settings: Mapping[str, Any] | Any, now: int) -> Iterator[Old]:
    def before(name: str) -> int:
        return now - int(settings[name]) * DAY_SECONDS

    codes = now - CODES_DAYS * DAY_SECONDS
    # The newest event is the clock's floor: it stays.
    newest = Event.select(fn.MAX(Event.seq)).scalar() or 0
    events = (Event.at < before("tidy.events_days")) & (Event.seq < newest)
    told = Message.state.in_(("sent", "failed", "uncertain"))
    messages = told & (Message.made_at < before("tidy.messages_days"))
    over = Session.ended_at < before("tidy.sessions_days")
    yield _by(Event, Event.seq, events)
    yield _by(Message, Message.id, messages)
    yield _by(
        UsageDay, UsageDay.session, UsageDay.session.in_(_select(Session.uniq, over))
    )
    yield _by(Session, Session.uniq, over)
    yield _by(Login, Login.token_hash, Login.expires_at <= now)
    yield _by(Pairing, Pairing.id, Pairing.made_at < codes)
    yield _by(PhoneCode, PhoneCode.id, PhoneCode.made_at < codes)
    runs = _select(ImportRun.id, ImportRun.made_at < now - ROWS_DAYS * DAY_SECONDS)
    yield _by(RefusedRow, RefusedRow.id, RefusedRow.run.in_(runs))
    yield _by(AccountCode, AccountCode.code, AccountCode.made_at < codes)


def _by(model: Any, key: Any, which: Any) -> Old:
    return Old(model, key, lambda: _select(key, which))


def _select(key: Any, which: Any) -> ModelSelect:
    found: ModelSelect = key.model.select(key).where(which)
    return found
