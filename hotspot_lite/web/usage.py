"""Usage: how much the place used each day, and who used most."""

from __future__ import annotations

from datetime import date

from bottle import Bottle, HTTPResponse, request

from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.service import usage
from hotspot_lite.trade.service.usage import Used
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.language import data_text
from hotspot_lite.web.login import EVERYBODY, admits

DAYS = 30
MOST_CUSTOMERS = 50
MOST_LETTERS = 64


class Usage(Desk):
    """The page of usage."""

    def add_to(self, app: Bottle) -> None:
        """Put its page on `app`, behind the door."""
        app.route("/admin/usage", "GET", self.door.guarded(self.usage))

    @admits(*EVERYBODY)
    def usage(self, person: Person) -> HTTPResponse:
        """GET /admin/usage?day=…&customer=…: the days, and who used most on them."""
        customer = str(request.query.getunicode("customer") or "")[:MOST_LETTERS]
        customer = customer.strip()
        rows = usage.days(self.now(), self.zone(), DAYS, customer)
        day = day_text(str(request.query.get("day") or ""))
        return self.page(
            "usage",
            person,
            rows=rows,
            most=max((row.octets for row in rows), default=0),
            customers=[] if customer else self._customers(rows, day),
            limit=MOST_CUSTOMERS,
            day=day,
            customer=customer,
            size=data_text,
        )

    def _customers(self, rows: list[Used], day: str) -> list[Used]:
        if not rows:
            return []
        first, last = (day, day) if day else (rows[-1].of, rows[0].of)
        return usage.customers(first, last, MOST_CUSTOMERS)


def day_text(text: str) -> str:
    """A day of the address, as 2026-11-26; "" where it is none."""
    try:
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        return ""
