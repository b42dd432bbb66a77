"""How often a provider may be asked: its own limit, its own pauses, and a breaker.

Daraja's sandbox takes 5 queries a minute and no two at once; what production takes is
not published (facts/mpesa.md 0.11). All payments share what there is.
"""

from __future__ import annotations

import time
from collections.abc import Callable

# Faults in a row before it is left alone, and for how long: longer each time.
FAULTS, LEAST_PAUSE_SECONDS, MOST_PAUSE_SECONDS = 3, 30.0, 600.0


class Pace:
    """One provider's pace; `per_minute` 0 is no limit of our own.

    Steady time only: a clock step must neither hold questions back nor let them rush.
    """

    def __init__(
        self, per_minute: int = 0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._spacing = 60.0 / per_minute if per_minute else 0.0
        self._clock = clock
        self._next_at = float("-inf")
        self._faults = 0

    def must_wait(self) -> bool:
        """Whether it is too early to ask."""
        return self._clock() < self._next_at

    def asked(self, is_fault: bool, retry_after_seconds: float | None) -> None:
        """A question was put; how it went, and what pause was asked for."""
        self._faults = self._faults + 1 if is_fault else 0
        wait = max(self._spacing, retry_after_seconds or 0.0, self._pause())
        self._next_at = self._clock() + wait

    def _pause(self) -> float:
        if self._faults < FAULTS:
            return 0.0
        doubled = LEAST_PAUSE_SECONDS * 2.0 ** min(self._faults - FAULTS, 10)
        return min(doubled, MOST_PAUSE_SECONDS)
