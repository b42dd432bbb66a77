"""For machines: is the box well, what are its counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.house import room
from hotspot_lite.web import board, pages
from hotspot_lite.web.admin.login import Door


class Api:
    """The machines' addresses of one box."""

    def __init__(self, box: Box, door: Door) -> None:
        self.box = box
        self.door = door

    def add_to(self, app: Bottle) -> None:
        """Put its addresses on `app`."""
        app.route("/healthz", "GET", self.health)
        app.route("/metrics", "GET", self.metrics)

    def health(self) -> HTTPResponse:
        """GET /healthz: 200 where the database answers; `room`: plenty, low or full."""
        store.database.execute_sql("SELECT 1").fetchone()
        reading = self.box.clock.now()
        told = {"clock_believed": reading.believed, "room": room.standing()}
        return pages.json_page({"ok": True} | told)

    def metrics(self) -> HTTPResponse:
        """GET /metrics for Prometheus: for this machine and staff, it tells takings."""
        if not pages.is_this_machine() and self.door.person() is None:
            raise HTTPError(403)
        now = self.box.clock.now().at
        told = board.snapshot(now, self.box.settings["box.timezone"])
        return pages.text_page("\n".join(exposed(told)) + "\n")


def exposed(told: dict[str, Any]) -> Iterator[str]:
    """A snapshot in Prometheus's text format (0.0.4); all of them are gauges."""
    for name, value in told["numbers"].items():
        if name == "takings_by_provider":
            pairs = [(f'provider="{key}"', cents) for key, cents in value.items()]
            yield from _gauge("takings_today_by_provider_cents", pairs)
        elif name != "at":
            yield from _gauge(name, [("", value)])
    lanes = told["lanes"].items()
    yield from _gauge(
        "jobs",
        [
            (f'lane="{lane}",state="{state}"', count)
            for lane, counts in lanes
            for state, count in counts.items()
        ],
    )


def _gauge(name: str, values: list[tuple[str, int]]) -> Iterator[str]:
    yield f"# TYPE hotspot_{name} gauge"
    for labels, value in values:
        yield (
            f"hotspot_{name}{{{labels}}} {value}"
            if labels
            else f"hotspot_{name} {value}"
        )
