"""The counter: a cashier's shift, selling for cash, and the till's report."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import CashSale, Shift, VoucherBatch
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people.phones import mask, normalise_phone
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.takings import cash
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, number, one
from hotspot_lite.web.login import admits
from hotspot_lite.web.waiting import clock_text

FIELDS = ("float", "plan", "count", "phone", "counted", "note", "reason")
MOST_SALES = 30


class Counter(Desk):
    """The cashier's pages."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        for path, method, view in (
            ("/admin/cash", "GET", self.counter),
            ("/admin/cash/open", "POST", self.open),
            ("/admin/cash/sell", "POST", self.sell),
            ("/admin/cash/void/<payment_id:int>", "POST", self.void),
            ("/admin/cash/close/<shift_id:int>", "POST", self.close),
            ("/admin/cash/<shift_id:int>", "GET", self.report),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("cashier")
    def counter(self, person: Person) -> HTTPResponse:
        """GET /admin/cash: the open shift, or a form to open one."""
        return self._counter(person)

    @admits("cashier")
    def open(self, person: Person) -> HTTPResponse:
        """POST /admin/cash/open {float}: begin a shift."""
        try:
            money = catalogue.read_price(pages.form("float", 20) or "0")
            cash.open_shift(person.name, money, self.now())
        except BadInput as exc:
            return self._counter(person, 422, BadInput(exc.says, exc.todo, "float"))
        return pages.go_to("/admin/cash")

    @admits("cashier")
    def sell(self, person: Person) -> HTTPResponse:
        """POST /admin/cash/sell {plan, count, phone}: vouchers, or time to a phone."""
        shift = cash.shift_of(person.name)
        if shift is None:
            return pages.go_to("/admin/cash")
        phone = pages.form("phone", 64).strip()
        try:
            plan = catalogue.for_sale(number("plan", 0))
            if phone:
                to = normalise_phone(phone)
                payment = cash.sell_to_phone(shift, plan, to, self.now())
                return pages.go_to(f"/admin/cash?sold={payment.id}")
            count = number("count", 0)
            batch = cash.sell_vouchers(shift, plan, count, self.now())
        except BadInput as exc:
            return self._counter(person, 422, exc)
        return pages.go_to(f"/admin/cash?batch={batch.id}")

    @admits("cashier")
    def void(self, person: Person, payment_id: int) -> HTTPResponse:
        """POST /admin/cash/void/<payment> {reason}: give the cash back."""
        reason, is_owner = pages.form("reason", 300), person.may("owner")
        sale_id = min(payment_id, 2**62)
        try:
            sale = cash.void(sale_id, reason, person.name, is_owner, self.now())
        except BadInput as exc:
            return self._counter(person, 422, exc)
        is_own = sale.shift.staff == person.name
        return pages.go_to("/admin/cash" if is_own else f"/admin/cash/{sale.shift.id}")

    @admits("cashier")
    def close(self, person: Person, shift_id: int) -> HTTPResponse:
        """POST /admin/cash/close/<shift> {counted, note}: end it; to its report."""
        shift = self._shift(person, shift_id)
        try:
            counted = catalogue.read_price(pages.form("counted", 20))
            note = pages.form("note", 300)
            cash.close_shift(shift, counted, note, person.name, self.now())
        except BadInput as exc:
            wrong = BadInput(exc.says, exc.todo, "counted")
            return self._report(shift, person, 422, wrong)
        return pages.go_to(f"/admin/cash/{shift.id}")

    @admits("cashier")
    def report(self, person: Person, shift_id: int) -> HTTPResponse:
        """GET /admin/cash/<shift>: the till's report, to print."""
        return self._report(self._shift(person, shift_id), person)

    # --- how they are made

    def _shift(self, person: Person, shift_id: int) -> Shift:
        """A cashier sees the own shifts, the owner all. Raises HTTPError 404."""
        shift = one(Shift, shift_id)
        if shift.staff != person.name and not person.may("owner"):
            raise HTTPError(404)
        return shift

    def _counter(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        shift = cash.shift_of(person.name)
        rows = cash.sales(shift) if shift else []
        whose = "" if person.may("owner") else person.name
        return self.page(
            "cash",
            person,
            status,
            problem,
            shift=shift,
            since=clock_text(shift.opened_at, self.zone(), self.now()) if shift else "",
            report=cash.report(shift) if shift else None,
            sales=[self._sale(row, person) for row in rows[:MOST_SALES]],
            shifts=[self._shift_row(row) for row in cash.shifts(whose)],
            plans=[plan for plan in catalogue.on_sale() if plan.price_cents],
            handed=self._handed(rows),
            values={name: pages.form(name, 64) for name in FIELDS},
        )

    def _handed(self, rows: list[CashSale]) -> dict[str, Any] | None:
        """What was sold a moment ago: codes to hand over, or the phone it went to."""
        for row in rows:
            terms = payments.terms(row.payment)
            told = {"plan": terms.name, "codes": [], "phone": "", "batch": 0}
            if row.voucher and str(row.voucher.batch.id) == pages.query("batch"):
                codes = vouchers.codes(VoucherBatch.get_by_id(row.voucher.batch.id))
                price = self.price(terms.price_cents * len(codes))
                more = {"codes": codes, "batch": row.voucher.batch.id}
                return told | more | {"price": price}
            if str(row.payment.id) == pages.query("sold"):
                price = self.price(terms.price_cents)
                return told | {"phone": f"+{row.payment.phone}", "price": price}
        return None

    def _sale(self, row: CashSale, person: Person) -> dict[str, Any]:
        payment = row.payment
        return {
            "id": payment.id,
            "at": clock_text(payment.paid_at, self.zone(), self.now()),
            "plan": payments.terms(payment).name,
            "price": self.price(payment.amount_cents),
            "to": row.voucher.code if row.voucher else mask(payment.phone),
            "voided": row.reason if row.voided_at is not None else "",
            "may_void": cash.may_void(
                row, person.name, person.may("owner"), self.now()
            ),
        }

    def _shift_row(self, shift: Shift) -> dict[str, Any]:
        found = cash.report(shift)
        difference = found.difference_cents
        return {
            "id": shift.id,
            "staff": shift.staff,
            "opened": clock_text(shift.opened_at, self.zone(), self.now()),
            "closed": clock_text(shift.closed_at, self.zone(), self.now()),
            "sold": self.price(found.sold_cents - found.voided_cents),
            "difference": difference and self._signed(difference),
        }

    def _signed(self, cents: int) -> str:
        return f"{'+' if cents > 0 else '−'}{self.price(abs(cents))}"

    def _report(
        self,
        shift: Shift,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        found = cash.report(shift)
        difference = found.difference_cents
        return self.page(
            "cash_report",
            person,
            status,
            problem,
            shift=shift,
            report=found,
            opened=clock_text(shift.opened_at, self.zone(), self.now()),
            closed=clock_text(shift.closed_at, self.zone(), self.now()),
            difference=self._signed(difference) if difference else "",
            sales=[self._sale(row, person) for row in cash.sales(shift)],
            values={name: pages.form(name, 64) for name in FIELDS},
        )
