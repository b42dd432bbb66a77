"""The router's load over time: the last hours in memory, five-minute averages kept."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields

from hotspot_lite import store
from hotspot_lite.trade.models import RouterFigure

KEPT_SECONDS = 300
HOURS_SECONDS = 3 * 3600
# Two seconds apart while somebody looks.
MOST_FIGURES = HOURS_SECONDS // 2
KEPT_DAYS_SECONDS = 90 * 86_400


@dataclass(frozen=True)
class Figure:
    """The router at one moment, or on average; bits per second as customers see it.

    Memory and disk in use in per cent; `hosts` are the devices that the hotspot sees,
    `online` those logged in; None where a router has no thermometer.
    """

    at: int
    cpu_percent: int
    memory_percent: int
    disk_percent: int
    temperature_c: int | None
    down_bits: int
    up_bits: int
    hosts: int
    online: int


class History:
    """The figures of the last hours, in memory only."""

    def __init__(self) -> None:
        self._figures: deque[Figure] = deque(maxlen=MOST_FIGURES)
        self.shown_at = 0  # when they were last put before people

    def add(self, figure: Figure) -> None:
        """Take in the newest."""
        self._figures.append(figure)

    def since(self, at: int) -> list[Figure]:
        """Those from that moment on."""
        return [figure for figure in list(self._figures) if figure.at >= at]

    def minutes(self, now: int) -> list[Figure]:
        """The average of each minute of the last hours that has any, oldest first."""
        groups: dict[int, list[Figure]] = {}
        for figure in self.since(now - HOURS_SECONDS):
            groups.setdefault(figure.at // 60 * 60, []).append(figure)
        return [average(group, at) for at, group in sorted(groups.items())]


def average(figures: Sequence[Figure], at: int) -> Figure:
    """Their average, as of `at`; there must be one."""
    means: dict[str, int | None] = {}
    for name in (one.name for one in fields(Figure)):
        known = [v for one in figures if (v := getattr(one, name)) is not None]
        means[name] = round(sum(known) / len(known)) if known else None
    return Figure(**{**means, "at": at})  # type: ignore[arg-type]


def keep(history: History, now: int) -> bool:
    """Write the average of the five minutes that are over; whether there was one."""
    end = now // KEPT_SECONDS * KEPT_SECONDS
    found = [one for one in history.since(end - KEPT_SECONDS) if one.at < end]
    if not found or RouterFigure.select().where(RouterFigure.at == end).exists():
        return False
    with store.atomic():
        RouterFigure.replace(**asdict(average(found, end))).execute()
        old = RouterFigure.at < now - KEPT_DAYS_SECONDS
        RouterFigure.delete().where(old).execute()
    return True


def kept(since: int) -> list[Figure]:
    """What was written from that moment on, oldest first."""
    query = RouterFigure.select().where(RouterFigure.at >= since)
    names = [one.name for one in fields(Figure)]
    return [
        Figure(**{name: getattr(row, name) for name in names})
        for row in query.order_by(RouterFigure.at)
    ]
