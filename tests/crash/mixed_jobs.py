"""Jobs of every kind for the kill test, and a nursery that forks consumers of them.

Each job holds file locks while it runs. The kernel lets go of them when a process is
killed, so a lock that is held means a job that runs twice, or a lane over its cap.
"""

from __future__ import annotations

import fcntl
import os
import random
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from huey.bin.huey_consumer import consumer_main
from huey.exceptions import RetryTask

from hotspot_lite import box, jobs, store
from hotspot_lite.errors import TryAgain
from hotspot_lite.jobs.queue import LaneHuey, current
from hotspot_lite.serve import CONSUMER

huey = LaneHuey("mixed", jobs.rows)
huey.opened = lambda: box.open_box() and None
FOLDER = Path(os.environ.get("TEST_EFFECTS", "/nonexistent"))
# A killed process closes its bell a moment before its locks.
PATIENCE_SECONDS = 0.006


def note(text: str) -> None:
    """An effect outside of the database."""
    with (FOLDER / "effects").open("a") as file:
        file.write(text + "\n")


def effect(kind: str, n: int, seq: int = 0) -> None:
    """An effect in the database."""
    store.database.execute_sql("INSERT INTO effect VALUES (?, ?, ?)", (kind, n, seq))


def locked(name: str) -> int | None:
    """The lock of that name, or None while somebody has it."""
    fileno = os.open(FOLDER / name, os.O_CREAT | os.O_RDWR)
    try:
        fcntl.flock(fileno, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(fileno)
        return None
    return fileno


def first_free(names: list[str]) -> int | None:
    """A lock of one of these names, or None."""
    for wait in (0, PATIENCE_SECONDS):
        time.sleep(wait)
        for name in names:
            fileno = locked(name)
            if fileno is not None:
                return fileno
    return None


@contextmanager
def alone() -> Iterator[int]:
    """Run with the job's lock and one of the lane's places; which try it is."""
    taken = current()
    assert taken is not None
    places = [f"{taken.lane.name}.{n}" for n in range(taken.lane.workers)]
    kind = "durable" if taken.durable else "volatile"
    locks = [first_free(names) for names in ([f"{kind}.{taken.id}"], places)]
    if None in locks:
        note(f"wrong {taken.name} {taken.args} {locks}")
    time.sleep(random.random() * 0.02)
    try:
        yield taken.attempt
    finally:
        for fileno in locks:
            if fileno is not None:
                os.close(fileno)


@huey.job("payments")
def writes(n: int) -> None:
    """Its effect is one commit, its end another."""
    with alone(), store.atomic():
        effect("writes", n)


@huey.job("router-data")
def finishes(n: int) -> None:
    """Its effect and its end are one commit; every third fails in it at first."""
    with alone() as attempt, store.atomic():
        effect("finishes", n)
        jobs.finish()
        if attempt == 1 and n % 3 == 0:
            raise TryAgain("not yet")


@huey.job("hotspot-sms")
def appends(n: int) -> None:
    """Its effect is outside, and can't be taken back."""
    with alone():
        note(f"appends {n}")


@huey.job("router-data")
def comes_back(n: int) -> None:
    """Twice it is told to come again, each time in another way."""
    with alone() as attempt:
        if attempt == 1:
            raise TryAgain("not yet")
        if not (FOLDER / f"asked {n}").exists():
            (FOLDER / f"asked {n}").touch()
            raise RetryTask(delay=0.01)
        note(f"comes_back {n}")


@huey.job("provisioning")
def is_delayed(n: int, not_before: float) -> None:
    """It runs when it is due, not earlier."""
    with alone():
        early = time.time() < not_before - 0.001
        note(f"wrong early {n}" if early else f"is_delayed {n}")


@huey.job("hotspot-sessions")
def sees(n: int) -> None:
    """Put with the key `n`: it sees every fact that was there when it was put."""
    with alone(), store.atomic():
        (newest,) = store.database.execute_sql(
            "SELECT max(seq) FROM fact WHERE kind = 'sees' AND n = ?", (n,)
        ).fetchone()
        effect("sees", n, newest)


@huey.job("router-checks")
def is_volatile(n: int) -> None:
    """Its row is in /run, which outlives a process."""
    with alone():
        note(f"is_volatile {n}")


@huey.job("payments")
def was_rolled_back(n: int) -> None:
    """Nobody ever put it."""
    note(f"wrong was_rolled_back {n}")


def nursery() -> None:
    """For each line read, fork a consumer and say its pid; starting one is slow."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel buries them
    for _ in sys.stdin:
        pid = os.fork()
        if not pid:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            sys.argv = [CONSUMER[0], "mixed_jobs.huey", *CONSUMER[2:]]
            consumer_main()
            os._exit(0)
        print(pid, flush=True)
