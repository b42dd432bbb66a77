"""The packages: what is on sale, adding one, changing it, taking it off sale."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Plan
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.admin.desk import Desk, number
from hotspot_lite.web.admin.login import EVERYBODY, admits
from hotspot_lite.web.language import Words
from hotspot_lite.web.portal.waiting import data_words
from hotspot_lite.web.rows import one

# As the form says it.
BEGINS = {"sale": "when it is paid", "first-use": "at the first login"}
DEFAULTS = {"rate": "5M/5M", "devices": "1", "pauses": "0", "starts": "sale"}
LIST = "/admin/plans"


class Plans(Desk):
    """The pages of packages."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            (LIST, "GET", self.listed),
            (LIST, "POST", self.add),
            (f"{LIST}/<plan_id:int>", "GET", self.shown),
            (f"{LIST}/<plan_id:int>", "POST", self.change),
            (f"{LIST}/<plan_id:int>/sale", "POST", self.put_on_sale),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits(*EVERYBODY)
    def listed(self, person: Person) -> HTTPResponse:
        """GET /admin/plans: what is on sale and what was, and a form to add to it."""
        return self._list(person)

    @admits("manager")
    def add(self, person: Person) -> HTTPResponse:
        """POST /admin/plans: put a package on sale."""
        try:
            catalogue.add(now=self.now(), by=person.name, **_given())
        except BadInput as exc:
            return self._list(person, 422, exc)
        return pages.go_to(LIST)

    @admits("manager")
    def shown(self, person: Person, plan_id: int) -> HTTPResponse:
        """GET /admin/plans/<id>: its fields, to be changed."""
        return self._one(person, one(Plan, plan_id))

    @admits("manager")
    def change(self, person: Person, plan_id: int) -> HTTPResponse:
        """POST /admin/plans/<id>: change it for whoever buys from now on."""
        plan = one(Plan, plan_id)
        try:
            catalogue.change(plan, _given(), person.name, self.now())
        except BadInput as exc:
            return self._one(person, plan, 422, exc)
        return pages.go_to(LIST)

    @admits("manager")
    def put_on_sale(self, person: Person, plan_id: int) -> HTTPResponse:
        """POST /admin/plans/<id>/sale {on}: "1" shows it to customers, "" hides it."""
        is_on = pages.form("on", 1) == "1"
        catalogue.put_on_sale(one(Plan, plan_id), is_on, person.name, self.now())
        return pages.go_to(LIST)

    def _list(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        t = self.words()
        return self.page(
            "plans",
            person,
            status,
            problem,
            plans=[self._row(plan, t) for plan in catalogue.on_sale()],
            is_unseen=not self.box.settings["router.host"]
            and any(not plan.price_cents for plan in catalogue.on_sale()),
            off_sale=[self._row(plan, t) for plan in catalogue.off_sale()],
            values=_typed() if problem else DEFAULTS,
        )

    def _one(
        self,
        person: Person,
        plan: Plan,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        written = {name: str(text) for name, text in catalogue.written(plan).items()}
        values = _typed() if problem else written
        return self.page("plan", person, status, problem, plan=plan, values=values)

    def _row(self, plan: Plan, t: Words) -> dict[str, str]:
        return {
            "id": str(plan.id),
            "name": plan.name,
            "price": self.price(plan.price_cents),
            "time": t.span(plan.duration_seconds, plan.uptime_seconds),
            "rate": plan.rate,
            "fair": plan.fair,
            "happy": plan.happy,
            "data": data_words(plan.data_bytes, t),
            "devices": str(plan.devices),
            "pauses": str(plan.pauses),
            "begins": BEGINS[plan.starts],
        }


def _typed() -> dict[str, str]:
    return {name: pages.form(name, 80) for name in catalogue.FIELDS}


def _given() -> dict[str, Any]:
    pauses = number("pauses", -1) if pages.form("pauses", 3).strip() else 0
    whole = {"devices": number("devices", 0), "pauses": pauses}
    return _typed() | whole
