"""The page of the codes that make a package cheaper: making one, stopping one."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue, discounts
from hotspot_lite.trade.goods.discounts import FIELDS, Used
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.models import Discount
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, one
from hotspot_lite.web.login import admits
from hotspot_lite.web.waiting import clock_text

LIST = "/admin/discounts"
DEFAULTS = {"per_phone": "1"}


class Discounts(Desk):
    """The pages of discount codes."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            (LIST, "GET", self.listed),
            (LIST, "POST", self.add),
            (f"{LIST}/<discount_id:int>/stop", "POST", self.stop),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def listed(self, person: Person) -> HTTPResponse:
        """GET /admin/discounts: every code with its use, and a form to make one."""
        return self._page(person)

    @admits("manager")
    def add(self, person: Person) -> HTTPResponse:
        """POST /admin/discounts: make a code."""
        try:
            wanted = discounts.read(_typed(), self.zone())
            discounts.add(wanted, person.name, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc)
        return pages.go_to(LIST)

    @admits("manager")
    def stop(self, person: Person, discount_id: int) -> HTTPResponse:
        """POST /admin/discounts/<id>/stop: it holds no longer."""
        discounts.stop(one(Discount, discount_id), person.name, self.now())
        return pages.go_to(LIST)

    def _page(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        return self.page(
            "discounts",
            person,
            status,
            problem,
            rows=[self._row(used) for used in discounts.listed()],
            plans=[plan.name for plan in catalogue.on_sale() if plan.price_cents],
            values=_typed() if problem else DEFAULTS,
            brought=letters.standing(letters.BROUGHT),
        )

    def _row(self, used: Used) -> dict[str, Any]:
        found, now = used.discount, self.now()
        is_over = found.ends_at is not None and found.ends_at <= now
        last = clock_text((found.ends_at or now) - 1, self.zone(), now)
        return {
            "id": found.id,
            "code": found.code,
            "what": discounts.words_of(found),
            "used": str(used.count) + (f" of {found.most}" if found.most else ""),
            "paid": self.price(used.paid_cents),
            "until": last if found.ends_at else "",
            "state": "stopped" if found.stopped_at else "over" if is_over else "holds",
        }


def _typed() -> dict[str, str]:
    return {name: pages.form(name, 80) for name in FIELDS}
