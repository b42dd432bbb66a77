"""For machines: is the box well, what are its counts."""

from __future__ import annotations

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.web import board, pages
from hotspot_lite.web.login import Door


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
        """GET /healthz: 200 where the database answers."""
        store.database.execute_sql("SELECT 1").fetchone()
        reading = self.box.clock.now()
        return pages.json_page({"ok": True, "clock_believed": reading.believed})

    def metrics(self) -> HTTPResponse:
        """GET /metrics for Prometheus: for this machine and staff, it tells takings."""
        if not pages.is_this_machine() and self.door.person() is None:
            raise HTTPError(403)
        now = self.box.clock.now().at
        told = board.snapshot(now, self.box.settings["box.timezone"])
        lines = [
            f"hotspot_{name} {value}"
            for name, value in told["numbers"].items()
            if name != "at"
        ]
        for lane, counts in told["lanes"].items():
            lines += [
                f'hotspot_jobs{{lane="{lane}",state="{state}"}} {count}'
                for state, count in counts.items()
            ]
        return pages.text_page("\n".join(lines) + "\n")
