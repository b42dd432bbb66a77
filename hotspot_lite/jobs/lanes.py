"""The ten lanes: how many jobs of each may run at once, and how patient it is."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from hotspot_lite.errors import BadInput
from hotspot_lite.settings import unknown


@dataclass(frozen=True)
class Lane:
    """A named queue.

    `workers` is its cap over all consumers; of two waiting jobs the one in the lane
    of higher `priority` goes first; `tries` counts the first run; `backoff_seconds`
    are the waits between tries, the last one repeating; a run longer than
    `timeout_seconds` is taken back; a lane that is not `durable` lives in /run;
    nothing is taken from one that `is_paused`.
    """

    name: str
    workers: int
    priority: int
    tries: int
    backoff_seconds: tuple[int, ...]
    timeout_seconds: int
    durable: bool = True
    is_paused: bool = False

    def wait_seconds(self, attempts: int) -> int:
        """How long to wait after `attempts` tries that failed."""
        if not self.backoff_seconds:
            return 0
        return self.backoff_seconds[min(attempts, len(self.backoff_seconds)) - 1]


LANES: Mapping[str, Lane] = {
    lane.name: lane
    for lane in (
        Lane("payments", 2, 100, 3, (10, 30, 60), 120),
        Lane("provisioning", 3, 90, 5, (5, 15, 30, 60, 120), 60),
        Lane("hotspot-sms", 2, 80, 3, (5, 15, 30), 30),
        Lane("hotspot-sessions", 2, 70, 3, (5, 15, 30), 60),
        Lane("router-checks", 1, 60, 3, (5, 15, 30), 120, durable=False),
        Lane("hotspot-accounting", 1, 50, 2, (30, 60), 120),
        Lane("dashboard", 1, 40, 3, (5, 15, 30), 120, durable=False),
        Lane("router-data", 4, 30, 3, (1, 2, 5), 60, durable=False),
        Lane("default", 1, 20, 3, (10, 30, 60), 90),
        Lane("log-rotation", 1, 10, 1, (), 30),
    )
}


# The columns of lane_setting, in the order that `merged` reads them.
STORED = "lane, workers, tries, backoff_seconds, timeout_seconds, is_paused"


def merged(stored: Iterable[tuple[Any, ...]]) -> dict[str, Lane]:
    """Every lane, with what is stored of it in place of the defaults; None is unset."""
    found = dict(LANES)
    for name, workers, tries, backoff, timeout, is_paused in stored:
        if name in found:
            changes = {
                "workers": workers,
                "tries": tries,
                "backoff_seconds": None
                if backoff is None
                else tuple(json.loads(backoff)),
                "timeout_seconds": timeout,
                "is_paused": bool(is_paused),
            }
            known: Any = {k: v for k, v in changes.items() if v is not None}
            found[name] = replace(found[name], **known)
    return found


def named(name: str) -> Lane:
    """The defaults of the lane of that name. Raises BadInput for no such lane."""
    if name not in LANES:
        raise unknown(name, LANES, "lane")
    return LANES[name]


def of(job_name: str) -> Lane:
    """The lane of a job by its name, `lane.verb`. Raises BadInput for no such lane."""
    return named(job_name.partition(".")[0])


def served(variable: str | None = None) -> tuple[Lane, ...]:
    """The lanes this consumer serves: those in HOTSPOT_LANES, else all; best first."""
    text = os.environ.get("HOTSPOT_LANES", "") if variable is None else variable
    names = [name.strip() for name in text.split(",") if name.strip()] or list(LANES)
    found = [named(name) for name in names]
    if len(set(names)) < len(names):
        raise BadInput("HOTSPOT_LANES names a lane twice.", "Name each once.")
    return tuple(sorted(found, key=lambda lane: lane.priority, reverse=True))
