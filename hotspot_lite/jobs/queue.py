"""Huey, made to lose nothing: lanes, reserve and acknowledge, a bell, failed jobs.

Everything goes through Huey's own extension points (Huey, BaseStorage, Consumer,
hooks), and runs under the stock `huey_consumer`. The few names of Huey that are not
public are held by tests/jobs/test_huey_contract.py.
"""

from __future__ import annotations

import json
import logging
import threading
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from huey.api import Huey, PeriodicTask, Task, TaskWrapper
from huey.consumer import Consumer
from huey.exceptions import RetryTask
from huey.serializer import Serializer
from huey.storage import BaseStorage

from hotspot_lite.bell import Bell, sweep
from hotspot_lite.errors import BadInput, GiveUp, HotspotError, TryAgain
from hotspot_lite.jobs import lanes, rescue
from hotspot_lite.jobs.files import Rows
from hotspot_lite.jobs.tables import Taken

log = logging.getLogger("hotspot.jobs")
Function = TypeVar("Function", bound=Callable[..., Any])

# A ring can be lost with its listener, never the row: somebody looks this often.
POLL_SECONDS = 5.0
# A tick that takes longer is worth a line in the log.
SLOW_SECONDS = 1.0

_running = threading.local()


def current() -> Taken | None:
    """The job that this thread is running."""
    return getattr(_running, "taken", None)


class JsonMessages(Serializer):
    """Jobs as JSON: a person can read them, and a row can't run code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps({"name": data.name, "args": data.kwargs}).encode()

    def _deserialize(self, data: bytes) -> Any:
        return json.loads(data)


class LaneStorage(BaseStorage):
    """Huey's storage interface over the rows; what we don't use says so or is empty."""

    blocking = True  # the worker loops on dequeue() at once: the bell does the waiting

    def __init__(self, name: str = "hotspot", rows: Rows | None = None) -> None:
        super().__init__(name)
        self.rows = rows

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        message = json.loads(data)
        self._rows.put(message["name"], message["args"])

    def queue_size(self) -> int:
        return sum(
            int(db.execute_sql("SELECT count(*) FROM job").fetchone()[0])
            for db in (self._rows.main, self._rows.run)
        )

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Nothing: a delayed job is a row like the others, taken when it is due."""
        return []

    def add_to_schedule(self, data: bytes, ts: datetime) -> None:
        raise NotImplementedError("use put(..., delay_seconds=)")

    def peek_many(self, keys: list[str]) -> dict[str, bytes]:
        """Nothing: no job is ever revoked by a key; `forget` removes its row."""
        return {}

    def delete_data(self, key: str) -> bool:
        return False

    @property
    def _rows(self) -> Rows:
        assert self.rows is not None
        return self.rows


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
    ) -> Callable[[Function], Function]:
        """Declare a function a job of `lane`, named `lane.function`.

        It takes keyword arguments that JSON can hold. `tries` overrides the lane's;
        `every_seconds` runs it again and again with that pause; `minutes` is a Huey
        crontab (UTC); `durable` overrides the lane's; `failed(error=..., **args)` is
        called in the transaction that gives the job up.
        """

        def declare(function: Function) -> Function:
            name = f"{lane}.{function.__name__}"
            options = {
                "name": name,
                "job_tries": tries or lanes.LANES[lane].tries,
                "job_every": every_seconds,
                "job_durable": durable,
                "job_failed": failed,
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
        name = type(task).__name__
        if isinstance(task, PeriodicTask):
            minute = int(time.time() // 60)
            if not rescue.first_in_minute(self.rows, name, minute):
                return
        durable = type(task).job_durable
        once = "periodic" if isinstance(task, PeriodicTask) else None
        self.rows.put(name, task.kwargs, once=once, durable=durable)

    def add_schedule(self, task: Task) -> None:
        """Nothing: a job to be tried again is a row with a later `due_at`."""

    def tick(self, name: str, delay_seconds: float) -> None:
        """Put the next run of a job that is declared with `every_seconds`."""
        self.rows.put(name, {}, once="tick", delay_seconds=delay_seconds, durable=False)

    def dequeue(self) -> Task | None:
        """The best job there is, reserved; or None after a wait for the bell."""
        assert self.bell is not None
        rescue.notice_step(self.rows, time.time())
        self._look_after_the_dead(self.bell)
        taken = self.rows.take(self.bell.name, self.served)
        if taken is None:
            self._wait(self.bell)
            return None
        kind = self.kinds.get(taken.name)
        if kind is None:
            says = f"There is no job {taken.name} in this version."
            self.rows.fail(taken, says, "")
            return None
        task: Task = kind((), taken.args, id=str(taken.token))
        task.taken = taken
        return task

    def _wait(self, bell: Bell) -> None:
        bell.wait(lambda: self.rows.next_due_seconds(self.served, POLL_SECONDS))

    def _look_after_the_dead(self, bell: Bell) -> None:
        now = time.monotonic()
        if now - self._recovered_at > POLL_SECONDS:
            self._recovered_at = now
            rescue.recover(self.rows, bell.name)

    # -- running ---------------------------------------------------------------

    def execute(self, task: Task, timestamp: datetime | None = None) -> Any:
        """Run a reserved job, and see that its row is settled whatever happened."""
        taken: Taken = task.taken
        _running.taken = taken
        began = time.monotonic()
        try:
            return super().execute(task, timestamp)
        finally:
            _running.taken = None
            _tell(taken, type(task).job_every is None, time.monotonic() - began)
            every = type(task).job_every
            if every is not None:
                self.tick(taken.name, every())

    def _settle(self, task: Task, value: object, exc: Exception | None) -> None:
        taken: Taken = task.taken
        task.retries = 0  # what Huey may have added for RetryTask: retrying is ours
        if exc is None:
            self.rows.done(taken)
        elif isinstance(exc, RetryTask):
            self.rows.again(taken, exc.delay or 0.0, "asked to run again", False)
        elif (
            isinstance(exc, GiveUp | BadInput) or taken.attempt >= type(task).job_tries
        ):
            self._give_up(task, taken, exc)
        else:
            wait: float = taken.lane.wait_seconds(taken.attempt)
            if isinstance(exc, TryAgain) and exc.after_seconds:
                wait = max(wait, exc.after_seconds)
            self.rows.again(taken, wait, _says(exc))

    def _give_up(self, task: Task, taken: Taken, exc: Exception) -> None:
        told = type(task).job_failed
        lines = "".join(traceback.format_exception(exc))
        says = _says(exc)
        log.error("%s %s failed for good: %s", taken.name, taken.args, says)
        self.rows.fail(
            taken, says, lines, told and (lambda: told(error=says, **taken.args))
        )

    def create_consumer(self, **options: Any) -> LaneConsumer:
        """What `huey_consumer` calls: open the files, then make the consumer."""
        self.opened()
        # Two lines for every job, ticks included, would be most of what we write.
        logging.getLogger("huey").setLevel(logging.WARNING)
        _log_to_stderr()
        self.served = lanes.served()
        return LaneConsumer(self, **options)

    def start_ticking(self) -> None:
        """Put the first run of every job with `every_seconds` whose lane we serve."""
        for name, kind in self.kinds.items():
            if kind.job_every is not None and lanes.of(name) in self.served:
                self.tick(name, 0.0)


class LaneConsumer(Consumer):
    """Huey's consumer, that takes back dead workers' jobs and wakes up to stop."""

    def start(self) -> None:
        # First of all: who sees our bell may stop us.
        self._set_signal_handlers()
        self.huey.bell = Bell(self.huey.rows.bells, "worker")
        sweep(self.huey.rows.bells)
        rescue.recover(self.huey.rows, self.huey.bell.name)
        self.huey.start_ticking()
        super().start()

    def stop(self, graceful: bool = False) -> None:
        self.stop_flag.set()
        # One ring wakes one thread; each that leaves lets the next one look.
        for _ in range(self.workers):
            self.huey.bell.ring()
        super().stop(graceful)


def _log_to_stderr() -> None:
    if not log.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        log.addHandler(handler)
        log.setLevel(logging.INFO)


def _tell(taken: Taken, is_news: bool, took_seconds: float) -> None:
    """One line a job, with what finds it again; of ticks only the slow ones."""
    if is_news or took_seconds > SLOW_SECONDS:
        log.info(
            "%s %s try %d took %.0f ms",
            taken.name,
            taken.args,
            taken.attempt,
            took_seconds * 1000,
        )


def _says(exc: Exception) -> str:
    if isinstance(exc, HotspotError):
        return str(exc)
    return f"{type(exc).__name__}: {exc}"
