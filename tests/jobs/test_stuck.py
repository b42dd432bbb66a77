"""Threads that hang in a socket that never answers, under the stock huey_consumer."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import Start, lines

from hotspot_lite import jobs
from hotspot_lite.jobs import control, sight
from hotspot_lite.jobs.consumer import STUCK_ALLOWED, WORN_OUT
from hotspot_lite.stage import until


class Silent:
    """A server that takes connections and never says a word, until `end`."""

    def __init__(self) -> None:
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port: int = self.server.getsockname()[1]

    def end(self) -> None:
        """Hang up on everybody who waits."""
        self.server.settimeout(0.2)
        try:
            while True:
                self.server.accept()[0].close()
        except TimeoutError:
            self.server.close()


@pytest.fixture
def silent() -> Iterator[Silent]:
    server = Silent()
    yield server
    server.server.close()


def hang(silent: Silent, count: int) -> None:
    for number in range(count):
        jobs.put("provisioning.hangs", n=number, port=silent.port)


def stuck() -> list[sight.RunningJob]:
    return [job for job in sight.running(jobs.rows) if job.is_stuck]


def test_a_hanging_job_is_shown_as_stuck_goes_back_and_its_place_is_filled(
    start: Start, done: Path, silent: Silent
) -> None:
    control.change(jobs.rows, "provisioning", timeout_seconds=1, workers=1)
    start()
    hang(silent, 1)
    assert until(lambda: lines(done, "hangs"), 5)
    began = time.monotonic()
    assert until(stuck, 8)
    assert time.monotonic() - began < 1 + 5
    assert stuck()[0].lane == "provisioning"
    assert {s.name: s.stuck for s in sight.status(jobs.rows)}["provisioning"] == 1
    # Its lane of one worker runs it once more: another thread has its place.
    assert until(lambda: len(lines(done, "hangs")) == 2, 8)
    assert sight.consumers(jobs.rows)[0].stuck_threads >= 1


def test_a_thread_that_was_given_up_does_no_harm_when_it_returns_and_takes_no_job(
    start: Start, done: Path, silent: Silent
) -> None:
    control.change(jobs.rows, "provisioning", timeout_seconds=2, workers=1)
    process = start()
    hang(silent, 1)
    assert until(lambda: sight.consumers(jobs.rows)[0].stuck_threads, 10)
    before = threads(process.pid)
    silent.end()
    assert until(lambda: not stuck(), 5)
    assert until(lambda: threads(process.pid) < before, 5)
    jobs.put("payments.quick", n=1)
    assert until(lambda: lines(done, "quick"), 2) == ["quick 1"]
    assert process.poll() is None


def test_a_job_that_comes_forward_is_not_stuck_however_long_it_takes(
    start: Start, done: Path
) -> None:
    control.change(jobs.rows, "provisioning", timeout_seconds=2, workers=1)
    start()
    jobs.put("provisioning.comes_forward", n=1, steps=24)
    assert until(lambda: "end 1" in lines(done, "end"), 20)
    assert lines(done, "begin") == ["begin 1"]
    assert not stuck() and not sight.consumers(jobs.rows)[0].stuck_threads


def test_so_many_hanging_threads_end_the_process_so_that_it_is_started_again(
    start: Start, done: Path, silent: Silent
) -> None:
    control.change(jobs.rows, "provisioning", timeout_seconds=1)
    process = start()
    hang(silent, STUCK_ALLOWED)
    jobs.put("payments.slow", n=1, seconds=3.0)
    assert process.wait(15) == WORN_OUT
    assert lines(done, "end") == ["end 1"]  # what was not stuck was finished
    assert not sight.consumers(jobs.rows)[0].is_alive
    start()
    jobs.put("payments.quick", n=1)
    assert until(lambda: lines(done, "quick"), 5) == ["quick 1"]


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))
