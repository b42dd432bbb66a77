"""Counts wrong tries, in memory: codes and passwords can't be guessed at speed."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable

# Strangers choose the keys: beyond this many the oldest are forgotten.
MOST_KEYS = 10_000


class Tries:
    """At most `most` wrong tries of one key within `seconds`."""

    def __init__(
        self, most: int, seconds: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.most = most
        self.seconds = seconds
        self._clock = clock
        self._wrong: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def must_wait(self, *keys: str) -> bool:
        """Whether any of the keys has used up its tries; empty keys don't count."""
        with self._lock:
            return any(len(self._recent(key)) >= self.most for key in keys if key)

    def wrong(self, *keys: str) -> None:
        """Note a wrong try for each of the keys."""
        with self._lock:
            for key in filter(None, keys):
                kept = self._recent(key)
                kept.append(self._clock())
                self._wrong.pop(key, None)
                self._wrong[key] = kept
            while len(self._wrong) > MOST_KEYS:
                del self._wrong[next(iter(self._wrong))]

    def right(self, *keys: str) -> None:
        """Forget what these keys did wrong."""
        with self._lock:
            for key in keys:
                self._wrong.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        kept = self._wrong.get(key) or deque(maxlen=self.most)
        since = self._clock() - self.seconds
        while kept and kept[0] <= since:
            kept.popleft()
        return kept
