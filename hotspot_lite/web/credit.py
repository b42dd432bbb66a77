"""The page of what is lent: which package, who owes, what is forgiven."""

from __future__ import annotations

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import credit
from hotspot_lite.trade.models import Debt
from hotspot_lite.trade.money import debts
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, number, one
from hotspot_lite.web.login import admits
from hotspot_lite.web.waiting import clock_text

LIST = "/admin/credit"


class Credit(Desk):
    """The pages of credit."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            (LIST, "GET", self.listed),
            (LIST, "POST", self.change),
            (f"{LIST}/<debt_id:int>/forgive", "POST", self.forgive),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def listed(self, person: Person) -> HTTPResponse:
        """GET /admin/credit: what is lent, and who owes."""
        return self._page(person)

    @admits("manager")
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/credit {plan, purchases}: lend it; an empty plan: nothing."""
        name = pages.form("plan", 80)
        try:
            plan = catalogue.by_name(name) if name else None
            count = number("purchases", 0) if plan else 1
            credit.change(plan, count, person.name, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc)
        return pages.go_to(LIST)

    @admits("manager")
    def forgive(self, person: Person, debt_id: int) -> HTTPResponse:
        """POST /admin/credit/<id>/forgive: nobody asks for it any more."""
        debts.forgive(one(Debt, debt_id), person.name, self.now())
        return pages.go_to(LIST)

    def _page(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        now, offer = self.now(), credit.offer()
        return self.page(
            "credit",
            person,
            status,
            problem,
            lent=offer.plan.name if offer else "",
            purchases=pages.form("purchases", 6)
            if problem
            else str(offer.purchases if offer else 5),
            plans=[plan.name for plan in catalogue.on_sale() if plan.price_cents],
            is_unseen=not self.box.settings["router.host"],
            owed=self.price(debts.open_cents()),
            rows=[
                {
                    "id": debt.id,
                    "customer_id": debt.customer.id,
                    "who": debt.customer.username,
                    "amount": self.price(debt.amount_cents),
                    "what": debt.subscription.plan_name,
                    "since": clock_text(debt.at, self.zone(), now),
                }
                for debt in debts.open_ones()
            ],
        )
