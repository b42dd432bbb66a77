"""Huey, made to lose nothing: lanes, reserve and acknowledge, a bell, failed jobs.

Everything goes through Huey's own extension points (Huey, BaseStorage, Consumer,
hooks), and runs under the stock `huey_consumer`. The few names of Huey that are not
public are held by tests/jobs/test_huey_contract.py.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from huey.api import Huey, PeriodicTask, Task, TaskWrapper
from huey.exceptions import RetryTask
from peewee import PeeweeException

from hotspot_lite import clock, store
from hotspot_lite.bell import Bell
from hotspot_lite.errors import BadInput, GiveUp, HotspotError, TryAgain
from hotspot_lite.jobs import lanes, limits, notes, rescue, timetable
from hotspot_lite.jobs.consumer import LaneConsumer
from hotspot_lite.jobs.files import Rows
from hotspot_lite.jobs.limits import Rate
from hotspot_lite.jobs.storage import JsonMessages, LaneStorage
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.jobs.timetable import Periodic
from hotspot_lite.store import room

log = logging.getLogger("hotspot.jobs")
Function = TypeVar("Function", bound=Callable[..., Any])

# A ring can be lost with its listener, never the row: somebody looks this often.
POLL_SECONDS = 5.0
# Between the first runs of two periodic jobs.
START_SECONDS = 0.1
# A tick that takes longer is worth a line in the log.
SLOW_SECONDS = 1.0

# How long a job waits that the full disk refused.
ROOM_SECONDS = 5.0

_running = threading.local()


def current() -> Taken | None:
    """The job that this thread is running."""
    return getattr(_running, "taken", None)


class LaneHuey(Huey):
    """One queue with lanes. `opened` is called once, before the consumer starts."""

    def __init__(self, name: str, rows: Rows) -> None:
        super().__init__(
            name,
            results=False,
            storage_class=LaneStorage,
            serializer=JsonMessages(),
            rows=rows,
        )
        self.rows = rows
        self.kinds: dict[str, type[Task]] = {}
        self.served = lanes.served("")
        self.bell: Bell | None = None
        # What each thread runs, by its ident, and the tokens of those given up.
        self.runs: dict[int, Taken] = {}
        self.given_up: set[int] = set()
        self._recovered_at = 0.0
        self.opened: Callable[[], None] = lambda: None
        self.post_execute("settle")(self._settle)

    # -- declaring -------------------------------------------------------------

    def job(
        self,
        lane: str,
        *,
        tries: int | None = None,
        every_seconds: Callable[[], float] | None = None,
        minutes: Callable[[datetime], bool] | None = None,
        durable: bool | None = None,
        failed: Callable[..., None] | None = None,
        rate: Rate | None = None,
        max_exceptions: int | None = None,
    ) -> Callable[[Function], Function]:
        """Declare a function a job of `lane`, named `lane.function`.

        It takes keyword arguments that JSON can hold. `tries` overrides the lane's;
        `every_seconds` runs it again and again with that pause; `minutes` is a Huey
        crontab (UTC); `durable` overrides the lane's; `failed(error=..., **args)` is
        called in the transaction that gives the job up; `rate` says how often it may
        run, and shares a 429 with all of its key; after `max_exceptions` bugs it
        fails whatever tries are left.
        """

        def declare(function: Function) -> Function:
            name = f"{lane}.{function.__name__}"
            is_periodic = every_seconds is not None or minutes is not None
            options = {
                "name": name,
                "job_tries": tries,
                "job_every": every_seconds,
                "job_durable": durable,
                "job_failed": failed,
                "job_rate": rate,
                "job_max_exceptions": max_exceptions,
                "job_periodic": Periodic(name, lane, every_seconds, minutes)
                if is_periodic
                else None,
            }
            wrapper: TaskWrapper = (
                self.periodic_task(minutes, **options)
                if minutes
                else self.task(**options)
            )(function)
            self.kinds[name] = wrapper.task_class
            return function

        return declare

    # -- putting and taking ----------------------------------------------------

    def enqueue(self, task: Task) -> None:
        """Huey's own way in: its scheduler comes here for what the crontab says."""
        if hasattr(task, "taken"):
            return  # Huey would run it again; whether to do so is settled already
        name, durable = type(task).__name__, type(task).job_durable
        if not isinstance(task, PeriodicTask):
            self.rows.put(name, task.kwargs, durable=durable)
            return
        with self.rows.writing(True):  # the minute's mark and its job are one
            if rescue.first_in_minute(self.rows, name, int(time.time() // 60)):
                self.rows.put(name, task.kwargs, once="periodic", durable=durable)

    def add_schedule(self, task: Task) -> None:
        """Nothing: a job to be tried again is a row with a later `due_at`."""

    def tick(self, name: str, delay_seconds: float) -> None:
        """Put the next run of a job that is declared with `every_seconds`."""
        now = time.time()
        delay = timetable.on_beat(delay_seconds, now)

        def ring() -> None:
            # Our own thread serves its lane, and may well look in time without.
            if self.bell is None or not self.bell.looks_within(delay):
                self.rows.ring()

        # By the same `now`: a millisecond beside the beat would be a wake of its own.
        self.rows.put(
            *(name, {}),
            once="tick",
            delay_seconds=delay,
            durable=False,
            now=now,
            ring=ring,
        )

    def dequeue(self) -> Task | None:
        """The best job there is, reserved; or None after a wait for the bell."""
        assert self.bell is not None
        rescue.notice_step(self.rows, time.time())
        self._look_after_the_dead(self.bell)
        taken = self._take(self.bell)
        if taken is None:
            self._wait(self.bell)
            return None
        if not getattr(_running, "has_begun", False):
            _running.has_begun = True
            self.bell.ring()  # maybe there is more
        kind = self.kinds.get(taken.name)
        if kind is None:
            says = f"There is no job {taken.name} in this version."
            self.rows.fail(taken, says, "")
            return None
        task: Task = kind((), taken.args, id=str(taken.token))
        task.taken = taken
        return task

    def _take(self, bell: Bell) -> Taken | None:
        # What is over its rate is given back, and its name held until it isn't.
        while (taken := self.rows.take(bell.name, self.served)) is not None:
            rate: Rate | None = getattr(self.kinds.get(taken.name), "job_rate", None)
            wait = rate and limits.enter(self.rows, rate, taken.lane.name)
            if not wait:
                break
            self.rows.held[taken.name] = time.time() + wait
            self.rows.give_back(taken)
        return taken

    def _wait(self, bell: Bell) -> None:
        bell.wait(
            lambda: self.rows.next_due_seconds(self.served, POLL_SECONDS), self._rest
        )

    def begin(self) -> None:
        """A new thread waits until it is called: most boxes never need them all.

        Who starts the consumer calls one; each that finds its first job calls another.
        """
        assert self.bell is not None
        self._wait(self.bell)

    def _rest(self) -> None:
        """This thread isn't needed for now: an open database takes a megabyte."""
        self.rows.close()
        store.close()

    def _look_after_the_dead(self, bell: Bell) -> None:
        now = time.monotonic()
        if now - self._recovered_at > POLL_SECONDS:
            self._recovered_at = now
            rescue.recover(self.rows, bell.name)

    # -- running ---------------------------------------------------------------

    def execute(self, task: Task, timestamp: datetime | None = None) -> Any:
        """Run a reserved job, and see that its row is settled whatever happened."""
        taken: Taken = task.taken
        thread = threading.get_ident()
        _running.taken = self.runs[thread] = taken
        began = time.monotonic()
        try:
            return super().execute(task, timestamp)
        finally:
            _running.taken = None
            self.runs.pop(thread, None)
            self._after(taken, type(task).job_periodic, time.monotonic() - began)

    def _after(self, taken: Taken, periodic: Periodic | None, seconds: float) -> None:
        _tell(taken, periodic is None or periodic.every is None, seconds)
        if taken.token in self.given_up:
            self.given_up.discard(taken.token)
            notes.thread_came_back(self.rows, taken)
        elif periodic is not None and not taken.is_noted:
            self._note(taken, periodic, seconds)

    def _note(self, taken: Taken, periodic: Periodic, seconds: float) -> None:
        now = time.time()
        pause = periodic.every() if periodic.every else None
        next_at = periodic.next_after(now) if pause is None else now + pause
        with self.rows.writing(False):
            timetable.note_run(self.rows, periodic, taken, seconds, now, next_at)
            if pause is not None:
                self.tick(taken.name, pause)
        taken.is_noted = True

    def give_up(self, taken: Taken, thread: int) -> None:
        """Show a thread as stuck, and have somebody take its job back at once."""
        self.given_up.add(taken.token)
        notes.thread_stuck(self.rows, self.bell.name if self.bell else "", taken)
        if self.runs.get(thread) is not taken:  # it has just ended
            notes.thread_came_back(self.rows, taken)
        self._recovered_at = 0.0
        self.rows.ring()

    def _settle(self, task: Task, value: object, exc: Exception | None) -> None:
        taken: Taken = task.taken
        task.retries = 0  # what Huey may have added for RetryTask: retrying is ours
        try:
            if exc is not None and _is_for_want_of_room(exc):
                raise exc
            self._note_end(task, exc)
        except Exception as fault:
            if not _is_for_want_of_room(fault):
                raise
            self._wait_for_room(taken, fault)

    def _wait_for_room(self, taken: Taken, exc: Exception) -> None:
        # Nobody's fault: it costs no try, and noting one would want the disk as well.
        taken.says, taken.wait_seconds = _says(exc), ROOM_SECONDS
        self.rows.held[taken.name] = time.time() + ROOM_SECONDS
        self.rows.give_back(taken)

    def _note_end(self, task: Task, exc: Exception | None) -> None:
        taken: Taken = task.taken
        if exc is None:
            self._done(taken, type(task).job_periodic)
            if type(task).job_rate is not None:
                limits.accepted(self.rows, type(task).job_rate)
        elif isinstance(exc, RetryTask):
            self.rows.again(taken, exc.delay or 0.0, "asked to run again", False)
        elif _is_final(type(task), taken, exc):
            self._give_up(task, taken, exc)
        else:
            self._try_again(type(task).job_rate, taken, exc)

    def _done(self, taken: Taken, periodic: Periodic | None) -> None:
        if periodic is None or taken.durable or taken.token in self.given_up:
            self.rows.done(taken)
            return
        # Ticks come a hundred times a minute: the end of one, its note and the next
        # are one commit.
        with self.rows.writing(False):
            self.rows.done(taken)
            self._note(taken, periodic, clock.boot_seconds() - taken.since_boot)

    def _try_again(self, rate: Rate | None, taken: Taken, exc: Exception) -> None:
        wait, says = float(taken.lane.wait_seconds(taken.attempt)), _says(exc)
        asked = exc.after_seconds if isinstance(exc, TryAgain) else None
        if rate is not None and asked is not None:
            # "Too many" is the key's trouble, not this job's: it costs it no try.
            wait = limits.refused(self.rows, rate, asked)
            self.rows.held[taken.name] = time.time() + wait
            self.rows.again(taken, wait, says, counted=False)
        else:
            is_bug = not isinstance(exc, TryAgain)
            self.rows.again(taken, max(wait, asked or 0.0), says, is_bug=is_bug)

    def _give_up(self, task: Task, taken: Taken, exc: Exception) -> None:
        told = type(task).job_failed
        lines = "".join(traceback.format_exception(exc))
        says = _says(exc)
        self.rows.fail(
            taken, says, lines, told and (lambda: told(error=says, **taken.args))
        )

    def periodic_jobs(self) -> list[Periodic]:
        """The timetable of the lanes that we serve."""
        served = {lane.name for lane in self.served}
        found = [kind.job_periodic for kind in self.kinds.values()]
        return [one for one in found if one is not None and one.lane in served]

    def create_consumer(self, **options: Any) -> LaneConsumer:
        """What `huey_consumer` calls: open the files, then make the consumer."""
        self.opened()
        # Huey's scheduler has nothing for us but the crontab, which has minutes.
        options["scheduler_interval"] = 60
        # Two lines for every job, ticks included, would be most of what we write.
        hueys = logging.getLogger("huey")
        hueys.setLevel(logging.WARNING)
        hueys.addFilter(_is_no_plain_fault)
        _log_to_stderr()
        self.served = lanes.served()
        return LaneConsumer(self, **options)

    def start_ticking(self) -> None:
        """Put the first run of every job with `every_seconds` whose lane we serve."""
        names = [name for name, kind in self.kinds.items() if kind.job_every]
        served = [name for name in names if lanes.of(name) in self.served]
        for place, name in enumerate(served):
            self.tick(name, place * START_SECONDS)  # not all at once beside the web


def _is_no_plain_fault(record: logging.LogRecord) -> bool:
    # A fault that says what to do is one line, ours; a bug keeps its traceback.
    return not (record.exc_info and isinstance(record.exc_info[1], HotspotError))


def _log_to_stderr() -> None:
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)


def _is_for_want_of_room(exc: Exception) -> bool:
    # Of the ledger: a job whose own file found no room fails like any other.
    return isinstance(exc, PeeweeException) and room.refuses_all(exc)


def _is_final(kind: type[Task], taken: Taken, exc: Exception) -> bool:
    if isinstance(exc, GiveUp | BadInput):
        return True
    if isinstance(exc, TryAgain) and exc.after_seconds is not None and kind.job_rate:
        return False
    bugs = taken.exceptions + (not isinstance(exc, TryAgain))
    most = kind.job_max_exceptions
    if most is not None and bugs >= most:
        return True
    return bool(taken.attempt >= (kind.job_tries or taken.lane.tries))


def _tell(taken: Taken, is_news: bool, seconds: float) -> None:
    """One line a job, with what finds it again; of ticks the slow and the failed."""
    if not taken.says and not is_news and seconds < SLOW_SECONDS:
        return
    ended = f"end={taken.end or 'lost'} ms={seconds * 1000:.0f} {taken.label()}"
    if taken.says:
        says = " ".join(taken.says.split())
        log.warning("%s error=%s", ended, says)
    else:
        log.info("%s", ended)


def _says(exc: Exception) -> str:
    if isinstance(exc, HotspotError):
        return str(exc)
    return f"{type(exc).__name__}: {exc}"
