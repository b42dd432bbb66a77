"""The list of payments: searched, narrowed down, in order, page by page, and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite.clock import as_text
from hotspot_lite.papers.cells import harmless
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.reckoning import payment_list
from hotspot_lite.trade.reckoning.payment_list import ORDERS, STATES, Wanted
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import EVERYBODY, admits
from hotspot_lite.web.waiting import clock_text

ON_A_PAGE = 100
PROVIDERS = {
    "mpesa": "M-Pesa",
    "paystack": "Paystack",
    "cash": "Cash",
    "agent": "Agent",
}
FIELDS = ("q", "state", "provider", "since", "until", "order")
COLUMNS = (
    *("id", "asked_at", "paid_at", "phone", "amount", "provider", "package"),
    *("receipt", "state", "says"),
)


class Payments(Desk):
    """What was asked for and paid; a viewer sees no whole phone number."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        app.route("/admin/payments", "GET", self.door.guarded(self.listed))
        app.route("/admin/payments.csv", "GET", self.door.guarded(self.as_csv))

    @admits(*EVERYBODY)
    def listed(self, person: Person) -> HTTPResponse:
        """GET /admin/payments?q=&state=&provider=&since=&until=&order=&after=."""
        asked = {name: pages.query(name).strip()[:40] for name in FIELDS}
        rows, more = payment_list.page(
            self._wanted(asked), pages.query("after")[:40], ON_A_PAGE
        )
        kept = {name: value for name, value in asked.items() if value}
        return self.page(
            "payments",
            person,
            rows=[self._row(one, person) for one in rows],
            asked=asked,
            is_narrow=bool(set(kept) - {"order"}),
            is_first=not pages.query("after"),
            here=urlencode(kept),
            more=urlencode(kept | {"after": more}) if more else "",
            states=STATES,
            providers=PROVIDERS,
            orders={name: order.title for name, order in ORDERS.items()},
        )

    @admits(*EVERYBODY)
    def as_csv(self, person: Person) -> HTTPResponse:
        """GET /admin/payments.csv?…: all that the list holds, for a spreadsheet."""
        asked = {name: pages.query(name).strip()[:40] for name in FIELDS}
        headers = pages.ALWAYS | {
            "Content-Type": "text/csv; charset=utf-8",
            "Content-Disposition": 'attachment; filename="payments.csv"',
            "Cache-Control": "no-store",
        }
        lines = self._lines(self._wanted(asked), person.may("cashier"))
        return HTTPResponse(lines, 200, headers)

    def _wanted(self, asked: dict[str, str]) -> Wanted:
        until = self._day(asked["until"], 1)
        return Wanted(
            asked["q"],
            asked["state"],
            asked["provider"],
            self._day(asked["since"], 0),
            until,
            asked["order"],
        )

    def _day(self, text: str, later: int) -> int | None:
        """The midnight at the place before a day, `later` days on; None for no day."""
        try:
            day = date.fromisoformat(text) + timedelta(days=later)
            begin = datetime.combine(day, time(), ZoneInfo(self.zone()))
            return int(begin.astimezone(UTC).timestamp())
        except (ValueError, OverflowError):
            return None

    def _lines(self, wanted: Wanted, may_see: bool) -> Iterator[bytes]:
        """The file, line by line: the whole would not fit a Pi."""
        yield "\ufeff".encode()
        yield csv_line(COLUMNS)
        for one in payment_list.each(wanted):
            yield csv_line(
                (
                    one.id,
                    as_text(one.asked_at),
                    as_text(one.paid_at),
                    one.phone if may_see else mask(one.phone),
                    f"{one.amount_cents / 100:.2f}",
                    one.provider,
                    payments.terms(one).name,
                    one.receipt or "",
                    one.state,
                    one.result_text,
                )
            )

    def _row(self, payment: Payment, person: Person) -> dict[str, str]:
        return {
            "id": str(payment.id),
            "at": clock_text(payment.asked_at, self.zone(), self.now()),
            "phone": _phone(payment.phone, person.may("cashier")),
            "amount": self.price(payment.amount_cents),
            "package": payments.terms(payment).name,
            "receipt": payment.receipt or "",
            "provider": PROVIDERS.get(payment.provider, payment.provider),
            "state": payment.state,
            "says": payment.result_text,
        }


def _phone(phone: str, may_see: bool) -> str:
    if not phone:
        return "–"
    return f"+{phone}" if may_see else mask(phone)


def csv_line(cells: tuple[Any, ...]) -> bytes:
    """One line of a file for a spreadsheet, in which no cell is a formula."""
    out = io.StringIO()
    csv.writer(out).writerow(harmless(str(cell or "")) for cell in cells)
    return out.getvalue().encode()
