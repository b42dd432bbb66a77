"""The owner's live first screen."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite.trade.house import events
from hotspot_lite.trade.office import beginning
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import board, pages
from hotspot_lite.web.admin.desk import Desk
from hotspot_lite.web.admin.login import EVERYBODY, admits
from hotspot_lite.web.admin.trend import Trend

RECENT_EVENTS = 15


class Admin(Desk):
    """The first screen."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        for path, method, view in (
            ("/admin/", "GET", self.first_screen),
            ("/admin/numbers.json", "GET", self.numbers),
        ):
            app.route(path, method, self.door.guarded(view))
        app.route("/admin", "GET", self.door.guarded(self.to_first_screen))

    # --- the live page

    @admits(*EVERYBODY)
    def to_first_screen(self, person: Person) -> HTTPResponse:
        """GET /admin: its address ends in a slash."""
        return pages.go_to("/admin/")

    @admits(*EVERYBODY)
    def first_screen(self, person: Person) -> HTTPResponse:
        """GET /admin/: the numbers of now; they go on by websocket."""
        # Events first: one that falls between the two is then told twice, not never.
        recent = events.last(RECENT_EVENTS)
        return self.page(
            "live",
            person,
            told=self._snapshot(),
            split=self._split,
            recent=recent[::-1],
            since=recent[-1]["seq"] if recent else 0,
            sample_seconds=self.box.settings["router.sample_seconds"],
            steps_left=beginning.left(self.fresh()) if person.may("owner") else 0,
            **Trend(self.box, self.door).values(),
        )

    @admits(*EVERYBODY)
    def numbers(self, person: Person) -> HTTPResponse:
        """GET /admin/numbers.json: what the first screen shows."""
        return pages.json_page(self._snapshot())

    def _split(self, takings: dict[str, int]) -> str:
        return board.split_text(takings, str(self.box.settings["box.currency"]))

    def _snapshot(self) -> dict[str, Any]:
        return board.snapshot(self.now(), self.zone())
