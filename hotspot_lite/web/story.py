"""One payment: its whole story, giving it back, asking M-Pesa about it."""

from __future__ import annotations

import json
import re
from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.settings import operator
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.reckoning import story
from hotspot_lite.trade.reckoning.story import Moment
from hotspot_lite.trade.takings import inquiries, receipts, refunds
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, one
from hotspot_lite.web.login import EVERYBODY, admits
from hotspot_lite.web.payments import PROVIDERS
from hotspot_lite.web.waiting import clock_text

FIELDS = ("reason", "amount", "receipt")
NUMBER = re.compile(r"254[0-9]{9}")


class Story(Desk):
    """The page of one payment."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        here = "/admin/payments/<payment_id:int>"
        for path, method, view in (
            (here, "GET", self.shown),
            (f"{here}/refund", "POST", self.give_back),
            (f"{here}/ask", "POST", self.ask),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits(*EVERYBODY)
    def shown(self, person: Person, payment_id: int) -> HTTPResponse:
        """GET /admin/payments/<id>: all that is known of it, in order."""
        return self._page(person, one(Payment, payment_id))

    @admits("owner")
    def give_back(self, person: Person, payment_id: int) -> HTTPResponse:
        """POST …/refund {way: mpesa | hand, reason, amount, receipt}."""
        payment = one(Payment, payment_id)
        try:
            self._give_back(payment, person)
        except BadInput as exc:
            return self._page(person, payment, 422, exc)
        return pages.go_to(f"/admin/payments/{payment.id}")

    def _give_back(self, payment: Payment, person: Person) -> None:
        way = pages.form("way", 20)
        if payment.state != "paid":
            raise BadInput("It was not paid: there is nothing to give back.")
        receipt = pages.form("receipt", 64).strip()
        wish = refunds.Wish(
            person.name,
            pages.form("reason", 300),
            payment,
            amount_cents=cents_of(pages.form("amount", 16)),
            receipt=receipts.read(receipt) if receipt and way == "hand" else "",
        )
        if way == "mpesa" and self.can_order():
            refunds.by_mpesa(wish, self.box.key, self.now())
        elif way == "hand":
            refunds.by_hand(wish, self.now())
        else:
            raise HTTPError(403)

    @admits("cashier")
    def ask(self, person: Person, payment_id: int) -> HTTPResponse:
        """POST …/ask: M-Pesa is asked what became of its receipt."""
        payment = one(Payment, payment_id)
        if not (self.can_order() and payment.receipt):
            raise HTTPError(403)
        asked = inquiries.ask_status(payment.receipt, self.box.key, self.now(), payment)
        if asked is not None:
            audit.note(person.name, "ask M-Pesa", f"payment {payment.id}", self.now())
        return pages.go_to(f"/admin/payments/{payment.id}")

    def can_order(self) -> bool:
        """Whether M-Pesa can be told to reverse, and asked about a receipt."""
        return not operator.missing(self.box.settings)

    def _page(
        self,
        person: Person,
        payment: Payment,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        left = payment.amount_cents - refunds.given_back_cents(payment)
        by_mpesa = payment.provider == "mpesa" and bool(payment.receipt)
        is_whole = left == payment.amount_cents
        return self.page(
            "story",
            person,
            status,
            problem,
            payment=payment,
            facts=self._facts(payment, person),
            moments=[self._moment(m, person) for m in story.of(payment)],
            may_give_back=payment.state == "paid" and left > 0 and person.may("owner"),
            left=left,
            by_mpesa=by_mpesa and is_whole and self.can_order(),
            may_ask=by_mpesa and self.can_order() and person.may("cashier"),
            values={name: pages.form(name, 300) for name in FIELDS} if problem else {},
        )

    def _facts(self, payment: Payment, person: Person) -> list[tuple[str, str]]:
        time = Subscription.get_or_none(Subscription.payment == payment)
        whole = person.may("cashier")
        phone = payment.phone and (
            f"+{payment.phone}" if whole else mask(payment.phone)
        )
        given = refunds.given_back_cents(payment)
        told = (
            ("Package", payments.terms(payment).name),
            ("By", PROVIDERS.get(payment.provider, payment.provider)),
            ("Phone", phone),
            ("Receipt", payment.receipt or ""),
            ("Device", payment.mac),
            ("Given back", self.price(given) if given else ""),
            ("Time until", self._until(time)),
        )
        return [(name, value) for name, value in told if value]

    def _until(self, time: Subscription | None) -> str:
        if time is None:
            return ""
        end = time.ended_at or time.expires_at
        return clock_text(end, self.zone(), self.now()) or "from its first use"

    def _moment(self, moment: Moment, person: Person) -> dict[str, Any]:
        return {
            "at": clock_text(moment.at, self.zone(), self.now()),
            "title": moment.title,
            "says": moment.says,
            "body": body_text(moment.body) if person.may("owner") else "",
        }


def cents_of(text: str) -> int | None:
    """An amount that somebody typed, in cents; None for all of it. BadInput."""
    if not text.strip():
        return None
    try:
        return catalogue.read_price(text)
    except BadInput as exc:
        raise BadInput(exc.says, exc.todo, field="amount") from None


def body_text(raw: bytes) -> str:
    """What came, laid out to be read; whole phone numbers masked."""
    if not raw:
        return ""
    try:
        text = json.dumps(json.loads(raw), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = raw[:4000].decode("utf-8", "replace")
    return NUMBER.sub(lambda found: mask(found[0]), text)
