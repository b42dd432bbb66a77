"""Huey's consumer, that takes back lost jobs and replaces threads that are stuck.

A thread can't be interrupted. One past its lane's timeout is given up: its job goes
back, another thread takes its place, and should it ever return it ends. When several
hang there, the process ends itself to be started anew.
"""

from __future__ import annotations

import logging
import sys
import threading
import time

from huey.consumer import Consumer, Worker, WorkerRecycle

from hotspot_lite import clock
from hotspot_lite.bell import Bell, sweep
from hotspot_lite.jobs import notes, rescue, timetable
from hotspot_lite.jobs.tables import Taken

log = logging.getLogger("hotspot.jobs")

WATCH_SECONDS = 2.0
# How soon a signal is heeded. Huey's own tenth wakes an idle box ten times a second.
LOOP_SECONDS = 0.5
# With so many threads hanging the process asks to be restarted.
STUCK_ALLOWED = 3
# EX_TEMPFAIL: systemd and supervisord start it again.
WORN_OUT = 75


class LaneWorker(Worker):
    """Huey's worker, that takes no more jobs once it was given up."""

    is_given_up = False

    def initialize(self) -> None:
        super().initialize()
        self.huey.begin()

    def loop(self, now: float | None = None) -> None:
        super().loop(now)
        if self.is_given_up:
            raise WorkerRecycle  # Huey's quiet way to end this thread alone


class LaneConsumer(Consumer):
    """Huey's consumer, that looks after its threads and wakes up to stop."""

    worker_class = LaneWorker

    def start(self) -> None:
        # First of all: who sees our bell may stop us.
        self._set_signal_handlers()
        huey, now = self.huey, time.time()
        self.given_up: list[threading.Thread] = []
        self.is_worn_out = False
        self._watched_at = time.monotonic()
        self._stop_flag_timeout = LOOP_SECONDS
        huey.bell = Bell(huey.rows.bells, "worker")
        sweep(huey.rows.bells)
        served = [lane.name for lane in huey.served]
        notes.consumer_started(huey.rows, huey.bell.name, served, now)
        timetable.declare(huey.rows, huey.periodic_jobs(), served, now)
        rescue.recover(huey.rows, huey.bell.name)
        huey.start_ticking()
        super().start()
        huey.bell.ring()

    def run(self) -> None:
        """Run until told to stop, or worn out: then exit so as to be restarted."""
        super().run()
        notes.write(self.huey.rows)
        if self.is_worn_out:
            sys.exit(WORN_OUT)

    def stop(self, graceful: bool = False) -> None:
        self.stop_flag.set()
        # One ring wakes one thread; each that leaves lets the next one look.
        for _ in self.worker_threads:
            self.huey.bell.ring()
        super().stop(graceful)

    def loop(self, health_check_ts: float | None = None) -> float | None:
        """Huey's main loop, ten times a second."""
        now = time.monotonic()
        if now - self._watched_at > WATCH_SECONDS:
            self._watched_at = now
            try:
                notes.write(self.huey.rows)
                self.watch(clock.boot_seconds())
            except Exception:
                log.exception("the worker could not look after its threads")
        looked_at: float | None = super().loop(health_check_ts)
        return looked_at

    def watch(self, boot: float) -> None:
        """Give up the threads that are past their lane's timeout, and replace them."""
        late = [
            place
            for place in range(len(self.worker_threads))
            if self._late(place, boot)
        ]
        hanging = sum(thread.is_alive() for thread in self.given_up) + len(late)
        if hanging >= STUCK_ALLOWED and not self.is_worn_out:
            # Before their jobs go back: the next to take them would hang as well.
            self.is_worn_out = True
            self.stop_flag.set()
        for place in late:
            self._give_up(place, *self.worker_threads[place])
        known = self.huey.rows.lanes()
        wanted = sum(known[lane.name].workers for lane in self.huey.served)
        for place in range(len(self.worker_threads), wanted):
            self.worker_threads.append(self._start_worker(place))
        if self.is_worn_out:
            log.error("%d threads hang: the worker stops to be started anew", hanging)
            self.stop(graceful=True)

    def _late(self, place: int, boot: float) -> Taken | None:
        # What the thread runs, if it is past its lane's timeout.
        taken: Taken | None = self.huey.runs.get(self.worker_threads[place][1].ident)
        if taken is None:
            return None
        lane = self.huey.rows.lanes()[taken.lane.name]
        since = max(taken.since_boot, taken.told_boot)
        return taken if boot - since > lane.timeout_seconds else None

    def _join_workers(self) -> bool:
        # As Huey does, but a thread that hangs is not waited for.
        until = time.monotonic() + (self.shutdown_timeout or float("inf"))
        while time.monotonic() < until:
            boot = clock.boot_seconds()
            working = [
                thread
                for place, (_, thread) in enumerate(self.worker_threads)
                if thread.is_alive() and not self._late(place, boot)
            ]
            if not working:
                return True
            working[0].join(0.1)
        return False

    def _give_up(
        self, place: int, worker: LaneWorker, thread: threading.Thread
    ) -> None:
        taken = self.huey.runs.get(thread.ident)
        if taken is None:
            return  # it has just ended after all
        worker.is_given_up = True
        self.given_up.append(thread)
        self.worker_threads[place] = self._start_worker(place)
        log.error("%s is stuck: its thread is given up", taken.label())
        self.huey.give_up(taken, thread.ident)

    def _start_worker(self, place: int) -> tuple[LaneWorker, threading.Thread]:
        worker = self._create_worker()
        thread = self._create_process(worker, f"Worker-{place + 1}")
        thread.start()
        return worker, thread
