"""The exceptions list: what the box can't decide, and the buttons that decide it."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.clock import length_text
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import operator
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Undecided
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.reckoning import resolving
from hotspot_lite.trade.reckoning.resolving import Decision, Way
from hotspot_lite.trade.takings import matching
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, number
from hotspot_lite.web.login import EVERYBODY, admits
from hotspot_lite.web.waiting import clock_text

MOST_DECIDED = 20
FIELDS = ("reason", "plan", "phone", "receipt")


class Exceptions(Desk):
    """The page of what waits for a person."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        for path, method, view in (
            ("/admin/exceptions", "GET", self.listed),
            ("/admin/exceptions/<exception_id:int>", "POST", self.decide),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits(*EVERYBODY)
    def listed(self, person: Person) -> HTTPResponse:
        """GET /admin/exceptions: what waits, oldest first, and what was decided."""
        return self._list(person)

    @admits("cashier")
    def decide(self, person: Person, exception_id: int) -> HTTPResponse:
        """POST /admin/exceptions/<id> {way, reason, plan, phone, receipt}."""
        try:
            decision = self._decision(person)
            resolving.resolve(min(exception_id, 2**62), decision, self.now())
        except BadInput as exc:
            return self._list(person, 422, exc, exception_id)
        return pages.go_to("/admin/exceptions")

    def _decision(self, person: Person) -> Decision:
        way = resolving.WAYS.get(pages.form("way", 20))
        if way is None or not person.may(*way.roles or ("owner",)):
            raise HTTPError(403)
        plan_id = number("plan", 0)
        return Decision(
            way.name,
            person.name,
            pages.form("reason", 300),
            catalogue.for_sale(plan_id) if plan_id else None,
            pages.form("phone", 64),
            pages.form("receipt", 64),
            self._order_key(),
        )

    def _order_key(self) -> bytes:
        return b"" if operator.missing(self.box.settings) else self.box.key

    def _list(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        wrong_id: int = 0,
    ) -> HTTPResponse:
        return self.page(
            "exceptions",
            person,
            status,
            problem,
            rows=[self._row(row, person) for row in undecided.waiting()],
            decided=[self._decided(row) for row in undecided.decided(MOST_DECIDED)],
            plans=catalogue.on_sale(),
            wrong_id=wrong_id,
            values={name: pages.form(name, 300) for name in FIELDS} if wrong_id else {},
        )

    def _row(self, row: Undecided, person: Person) -> dict[str, Any]:
        kind = undecided.kind_of(row)
        ways = [
            way
            for way in resolving.ways_of(row)
            if person.may(*way.roles or ("owner",))
            and (way.name != "reverse" or self._order_key())
        ]
        return {
            "id": row.id,
            "title": kind.title,
            "means": kind.means,
            "says": row.says,
            "at": clock_text(row.at, self.zone(), self.now()),
            "age": length_text(max(0, self.now() - row.at)),
            "money": "" if row.amount_cents is None else self.price(row.amount_cents),
            "about": self._about(row, person),
            "payment_id": row.payment.id if row.payment else 0,
            "ways": ways if person.may("cashier") else [],
            "asks": _asks(row, ways),
            "phone": _likely_phone(row) if person.may("cashier") else "",
        }

    def _about(self, row: Undecided, person: Person) -> str:
        if row.transfer is not None:
            return f"receipt {row.transfer.receipt}"
        if row.payment is None:
            return ""
        payment = row.payment
        phone = f"+{payment.phone}" if person.may("cashier") else mask(payment.phone)
        receipt = f", receipt {payment.receipt}" if payment.receipt else ""
        name = payments.terms(payment).name
        return f"payment {payment.id}, {name}, {phone}{receipt}"

    def _decided(self, row: Undecided) -> dict[str, str]:
        return {
            "title": undecided.kind_of(row).title,
            "how": row.resolution,
            "who": row.resolved_by or "the box",
            "reason": row.reason,
            "at": clock_text(row.resolved_at, self.zone(), self.now()),
            "money": "" if row.amount_cents is None else self.price(row.amount_cents),
        }


def _asks(row: Undecided, ways: list[Way]) -> set[str]:
    """The fields that the row's form needs, for what may be done about it."""
    names = {way.name for way in ways}
    asked = {"reason"} if any(way.needs_reason for way in ways) else set()
    if row.transfer is not None and names & {"match", "grant"}:
        asked |= {"phone"} | ({"plan"} if "grant" in names else set())
    elif "grant" in names:
        asked |= {"plan", "receipt"}
    return asked | ({"receipt"} if "receipt" in names else set())


def _likely_phone(row: Undecided) -> str:
    # Its SHA-256 proves it: the form may come filled in, a person still presses.
    return matching.phone_of_hash(row.transfer.phone_hash) if row.transfer else ""
