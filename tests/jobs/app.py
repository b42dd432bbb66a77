"""A small program of jobs that the tests run under the stock huey_consumer."""

from __future__ import annotations

import os
import socket
import threading
import time
from pathlib import Path

from huey import crontab
from huey.exceptions import RetryTask

from hotspot_lite import box, jobs, store
from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.jobs.limits import Rate
from hotspot_lite.jobs.queue import LaneHuey, current

huey = LaneHuey("test", jobs.rows)
huey.opened = lambda: box.open_box() and None
DONE = Path(os.environ.get("TEST_DONE", "/nonexistent"))


def note(text: str) -> None:
    with DONE.open("a") as file:
        file.write(text + "\n")


@huey.job("payments")
def quick(n: int) -> None:
    note(f"quick {n}")


@huey.job("payments")
def slow(n: int, seconds: float) -> None:
    note(f"begin {n}")
    time.sleep(seconds)
    note(f"end {n}")


@huey.job("payments", tries=2)
def breaks(n: int) -> None:
    taken = current()
    assert taken is not None
    note(f"try {taken.attempt}")
    raise ValueError("a bug")


@huey.job("payments")
def gives_up(n: int) -> None:
    note("gave up")
    raise GiveUp("The key is wrong.", "Mend it.")


@huey.job("router-data")
def comes_back(n: int) -> None:
    taken = current()
    assert taken is not None
    note(f"try {taken.attempt}")
    if taken.attempt == 1:
        raise TryAgain("not yet")


@huey.job("payments")
def retries_by_huey(n: int) -> None:
    note("ran")
    if DONE.read_text().count("ran") == 1:
        raise RetryTask(delay=0)


@huey.job("payments")
def finishes_with_its_facts(n: int) -> None:
    with store.atomic():
        note("finished")
        jobs.finish()


@huey.job("provisioning")
def hangs(n: int, port: int) -> None:
    note(f"hangs {n}")
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.recv(1)  # nobody ever answers, and no timeout is set
    note(f"late {n} of {threading.active_count()}")


@huey.job("provisioning")
def comes_forward(n: int, steps: int) -> None:
    note(f"begin {n}")
    for _ in range(steps):
        time.sleep(0.25)
        jobs.goes_on()
    note(f"end {n}")


@huey.job("payments", tries=10, max_exceptions=2)
def two_bugs_at_most(n: int) -> None:
    taken = current()
    assert taken is not None
    note(f"try {taken.attempt}")
    raise ValueError("a bug")


@huey.job("hotspot-sms", rate=Rate(3, 1.0, "gateway"))
def paced(n: int) -> None:
    note(f"paced {time.time()}")


@huey.job("hotspot-sms", rate=Rate(100, 1.0, "other"))
def refused(n: int) -> None:
    note(f"refused {time.time()}")
    raise TryAgain("Too many.", after_seconds=0.1)


@huey.job("router-data", every_seconds=lambda: 0.05)
def ticks() -> None:
    note("tick")


@huey.job("log-rotation", minutes=crontab(minute="*"))
def each_minute() -> None:
    note("minute")
