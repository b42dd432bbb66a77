"""Named pipes that wake a process of ours: the worker, the live page.

A ring is one byte. Nothing is said by it and nothing is lost without it: whoever
listens looks at the database, and looks now and then anyway.
"""

from __future__ import annotations

import errno
import os
import select
import threading
import time
from collections.abc import Callable
from pathlib import Path

# A thread whose turn has not come for so long is one too many at present.
REST_SECONDS = 30.0


class Turns:
    """A lock that goes to who came last: with little to do the same few work.

    What a thread holds, its open database above all, is then held a few times and not
    by each of them.
    """

    def __init__(self) -> None:
        self._guard = threading.Lock()
        self._is_taken = False
        self._waiting: list[threading.Lock] = []

    def take(self, rest: Callable[[], None]) -> None:
        """Wait for our turn; `rest()` is called once where it is long in coming."""
        with self._guard:
            if not self._is_taken:
                self._is_taken = True
                return
            ours = threading.Lock()
            ours.acquire()
            self._waiting.append(ours)
        if not ours.acquire(timeout=REST_SECONDS):
            try:
                rest()
            finally:  # a turn that is given to nobody would be the last
                ours.acquire()

    def give(self) -> None:
        """The turn is the next one's."""
        with self._guard:
            if self._waiting:
                self._waiting.pop().release()
            else:
                self._is_taken = False


class Bell:
    """The listening end. `kind` is who is rung: "worker" or "live"."""

    def __init__(self, folder: Path, kind: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        name = f"{kind}-{os.getpid()}-{os.urandom(4).hex()}"
        self.path = folder / name
        os.mkfifo(self.path, 0o660)
        # Open for both: a pipe without a writer would report its end all the time.
        self.fileno = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        self._turns = Turns()
        # When who waits will look anyway, by time.monotonic(); None: nobody does yet.
        self._looks_at: float | None = None

    @property
    def name(self) -> str:
        """The listener's name; `is_heard` tells whether it still lives."""
        return self.path.name

    def wait(
        self, most_seconds: Callable[[], float], rest: Callable[[], None] = lambda: None
    ) -> bool:
        """Sleep until rung, at most `most_seconds()`; True if it rang.

        Threads take turns: one ring wakes one of them. How long to sleep is asked
        when the turn has come: what was true before may be long past. Whose turn is
        long in coming calls `rest` meanwhile.
        """
        self._turns.take(rest)
        try:
            if not self.fileno:
                return False
            poller = select.poll()
            poller.register(self.fileno, select.POLLIN)
            seconds = max(most_seconds(), 0)
            self._looks_at = time.monotonic() + seconds
            return bool(poller.poll(seconds * 1000)) and self.answered()
        finally:
            self._looks_at = None
            self._turns.give()

    def looks_within(self, seconds: float) -> bool:
        """Whether a thread of ours sleeps now, and will look by then without a ring."""
        looks_at = self._looks_at
        return looks_at is not None and looks_at <= time.monotonic() + seconds

    def answered(self) -> bool:
        """Take one ring out of the pipe; False if there was none."""
        try:
            return bool(os.read(self.fileno, 1))
        except (BlockingIOError, OSError):
            return False

    def ring(self) -> None:
        """Ring our own bell."""
        _ring(self.path)

    def close(self) -> None:
        """Stop listening, and take the pipe away."""
        self.path.unlink(missing_ok=True)
        fileno, self.fileno = self.fileno, 0
        os.close(fileno)


def ring(folder: Path, kind: str) -> int:
    """Ring everybody of that kind; how many heard it. Never raises."""
    try:
        # Not a Path for each: it costs four times as much, at every job.
        names = os.listdir(folder)  # noqa: PTH208
    except OSError:
        return 0
    return sum(_ring(folder / name) for name in names if name.startswith(kind + "-"))


def is_heard(folder: Path, name: str) -> bool:
    """Whether the listener of that name is alive: the kernel knows, no pid needed."""
    try:
        os.close(os.open(folder / name, os.O_WRONLY | os.O_NONBLOCK))
    except OSError:
        return False
    return True


def sweep(folder: Path) -> None:
    """Take away the pipes of listeners that died."""
    for path in folder.glob("*"):
        if not is_heard(folder, path.name):
            path.unlink(missing_ok=True)


def _ring(path: Path) -> bool:
    try:
        fileno = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return False  # ENXIO: nobody listens; ENOENT: just gone
    try:
        os.write(fileno, b"!")
    except OSError as exc:
        return exc.errno == errno.EAGAIN  # full: rung 65,536 times already
    finally:
        os.close(fileno)
    return True
