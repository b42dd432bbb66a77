"""What is still to happen in the pretend town, in the order of its time."""

from __future__ import annotations

import contextlib
import heapq
import itertools
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

AT_ONCE = 64  # so many people can do something in the same moment


class Later:
    """Does things after so many seconds of the real world, shortened by `scale`."""

    def __init__(self, scale: float = 1.0) -> None:
        self.scale = scale
        self._due: list[tuple[float, int, Callable[[], object]]] = []
        self._turn = itertools.count()
        self._changed = threading.Condition()
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self._hands = ThreadPoolExecutor(AT_ONCE, "town")

    def do(self, seconds: float, act: Callable[[], object]) -> None:
        """Do something in `seconds` of the real world, unless stopped before."""
        at = time.monotonic() + max(0.0, seconds) * self.scale
        with self._changed:
            if self._is_stopped:
                return
            heapq.heappush(self._due, (at, next(self._turn), act))
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
            self._changed.notify()

    def stop(self) -> None:
        """Forget what was still to happen."""
        with self._changed:
            self._is_stopped = True
            self._due.clear()
            self._changed.notify()
        self._hands.shutdown(wait=False, cancel_futures=True)

    def _run(self) -> None:
        while (act := self._next()) is not None:
            with contextlib.suppress(RuntimeError):  # stopped meanwhile
                self._hands.submit(_done, act)

    def _next(self) -> Callable[[], object] | None:
        with self._changed:
            while not self._is_stopped:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
        return None


def _done(act: Callable[[], object]) -> None:
    try:
        act()
    except Exception:
        traceback.print_exc()  # a future would keep it to itself
