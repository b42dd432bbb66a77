"""The owner's pages: the live first screen and packages."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade import beginning, catalogue, events
from hotspot_lite.trade.models import Plan
from hotspot_lite.trade.staff import Person
from hotspot_lite.web import board, pages
from hotspot_lite.web.desk import Desk, number
from hotspot_lite.web.language import Words
from hotspot_lite.web.login import EVERYBODY, admits
from hotspot_lite.web.trend import Trend
from hotspot_lite.web.waiting import data_words

RECENT_EVENTS = 15
PLAN_FIELDS = (
    *(
        "name",
        "price",
        "duration",
        "uptime",
        "data",
        "rate",
        "fair",
        "devices",
        "starts",
    ),
)
PLAN_DEFAULTS = {"rate": "5M/5M", "devices": "1", "starts": "sale"}


class Admin(Desk):
    """The first screen, and the oldest pages behind it."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        for path, method, view in (
            ("/admin/", "GET", self.first_screen),
            ("/admin/numbers.json", "GET", self.numbers),
            ("/admin/plans", "GET", self.plans),
            ("/admin/plans", "POST", self.add_plan),
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
            steps_left=beginning.left(self.box.settings) if person.may("owner") else 0,
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

    # --- packages

    @admits(*EVERYBODY)
    def plans(self, person: Person) -> HTTPResponse:
        """GET /admin/plans: what is on sale, and a form to add to it."""
        return self._plans(person)

    @admits("manager")
    def add_plan(self, person: Person) -> HTTPResponse:
        """POST /admin/plans: put a package on sale."""
        given: dict[str, Any] = {name: pages.form(name, 80) for name in PLAN_FIELDS}
        try:
            given["devices"] = number("devices", 0)
            catalogue.add(now=self.now(), by=person.name, **given)
        except BadInput as exc:
            return self._plans(person, 422, exc)
        return pages.go_to("/admin/plans")

    def _plans(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        values = PLAN_DEFAULTS
        if problem is not None:
            values = {name: pages.form(name, 80) for name in PLAN_FIELDS}
        t = self.words()
        shown = [self._plan_row(plan, t) for plan in catalogue.on_sale()]
        return self.page("plans", person, status, problem, plans=shown, values=values)

    def _plan_row(self, plan: Plan, t: Words) -> dict[str, str]:
        return {
            "name": plan.name,
            "price": self.price(plan.price_cents),
            "time": t.span(plan.duration_seconds, plan.uptime_seconds),
            "rate": plan.rate,
            "fair": plan.fair,
            "data": data_words(plan.data_bytes, t),
            "devices": str(plan.devices),
            "starts": plan.starts,
        }
