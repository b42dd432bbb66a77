"""An agent's own page: sell a voucher on account, take it back, see what is owed."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people.phones import normalise_phone
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.trade.takings.agent_sales import Order
from hotspot_lite.trade.takings.agents import Standing
from hotspot_lite.web import pages, qr
from hotspot_lite.web.accounts import AccountDesk
from hotspot_lite.web.desk import number
from hotspot_lite.web.login import AGENT, admits
from hotspot_lite.web.sheet import login_host
from hotspot_lite.web.vouchers import QR_BORDER, scanned

FIELDS = ("plan", "phone", "reason")


class AgentPage(AccountDesk):
    """What an agent sees; it is all that an agent sees."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            (AGENT, "GET", self.show),
            (f"{AGENT}/sell", "POST", self.sell),
            (f"{AGENT}/back/<payment_id:int>", "POST", self.take_back),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("agent")
    def show(self, person: Person) -> HTTPResponse:
        """GET /admin/agent?sold=&again=&before=: sell, and the account."""
        if not person.is_agent:
            return pages.go_to("/admin/agents")
        return self._page(person)

    @admits("agent")
    def sell(self, person: Person) -> HTTPResponse:
        """POST /admin/agent/sell {plan, phone, once}: a voucher, on account."""
        _must_be_agent(person)
        phone, once = pages.form("phone", 64).strip(), pages.form("once", 64)
        try:
            plan = catalogue.for_sale(number("plan", 0))
            order = Order(plan, once, normalise_phone(phone) if phone else "")
            is_again = agents.sent_before(once) is not None
            sale = agent_sales.sell(person.name, order, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc)
        again = "&again=1" if is_again else ""
        return pages.go_to(f"{AGENT}?sold={sale.payment.id}{again}")

    @admits("agent")
    def take_back(self, person: Person, payment_id: int) -> HTTPResponse:
        """POST /admin/agent/back/<payment> {reason}: an unused one, within minutes."""
        _must_be_agent(person)
        reason = pages.form("reason", 300)
        sale_id = min(payment_id, 2**62)
        try:
            agent_sales.take_back(sale_id, reason, person.name, False, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc)
        return pages.go_to(AGENT)

    # --- how it is made

    def _page(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        one = agents.named(person.name)
        return self.page(
            "agent",
            person,
            status,
            problem,
            plans=[plan for plan in catalogue.on_sale() if plan.price_cents],
            handed=self._handed(one),
            back_minutes=agent_sales.BACK_SECONDS // 60,
            has_sms=str(self.box.settings["sms.provider"]) != "log",
            values={name: pages.form(name, 64) for name in FIELDS},
            **self.account(one, person),
        )

    def _handed(self, one: Standing) -> dict[str, Any] | None:
        """What was sold a moment ago, to hand over."""
        sold = min(pages.whole("sold") or 0, 2**62)
        sale = agent_sales.of_payment(one.agent_id, sold)
        if sale is None or sale.back_at is not None:
            return None
        code, payment = sale.voucher.code, sale.payment
        portal = pages.own_url(self.box.settings)
        link = scanned(code, portal, login_host(self.box.settings))
        return {
            "code": code,
            "plan": payments.terms(payment).name,
            "price": self.price(payment.amount_cents),
            "sent_to": sale.sent_to,
            "at": self._when(payment.paid_at),
            "again": bool(pages.query("again")),
            "qr": qr.svg(link, QR_BORDER),
        }


def _must_be_agent(person: Person) -> None:
    # The owner may see every page, but has no account to sell on.
    if not person.is_agent:
        raise HTTPError(403)
