"""Customers: found by anything, a page for each, and what staff do for them."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import helping, pairing
from hotspot_lite.trade.models import (
    Customer,
    Device,
    Message,
    Payment,
    Session,
    Subscription,
)
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.service import online, subscriptions
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, one
from hotspot_lite.web.language import data_text
from hotspot_lite.web.login import admits
from hotspot_lite.web.waiting import clock_text

MOST = 20
FIELDS = ("minutes", "why", "email", "note", "device")
# How a device that staff named was found (trade/grants/pairing.py).
MOVES = {
    "waiting": "The router is asked for the device.",
    "done": "The time goes to the device.",
    "none": "The router sees no device that ends so: is it on this WiFi?",
    "many": "Several devices end so: type the whole MAC address.",
    "taken": "That device has time of its own.",
    "failed": "The router could not be asked.",
}


class Customers(Desk):
    """For whoever stands at the counter: it shows whole phone numbers."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        here = "/admin/customers/<customer_id:int>"
        for path, method, view in (
            ("/admin/customers", "GET", self.found),
            (here, "GET", self.shown),
            (here, "POST", self.help),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("cashier")
    def found(self, person: Person) -> HTTPResponse:
        """GET /admin/customers?q=…: by phone, login, MAC, voucher, receipt, e-mail."""
        asked = pages.query("q").strip()[: helping.LETTERS_OF_A_SEARCH]
        rows = helping.find(asked)
        running = subscriptions.running_of([row.id for row in rows], self.now())
        return self.page(
            "customers",
            person,
            q=asked,
            most=helping.MOST_FOUND,
            rows=[self._row(row, running.get(row.id)) for row in rows],
        )

    @admits("cashier")
    def shown(self, person: Person, customer_id: int) -> HTTPResponse:
        """GET /admin/customers/<id>: time, devices, sessions, payments, messages."""
        return self._page(person, one(Customer, customer_id))

    @admits("cashier")
    def help(self, person: Person, customer_id: int) -> HTTPResponse:
        """POST /admin/customers/<id> {do, …}: lengthen, resend, note, move, email,
        kick, block, unblock."""
        customer = one(Customer, customer_id)
        try:
            self._help(customer, pages.form("do", 12), person.name)
        except BadInput as exc:
            return self._page(person, customer, 422, exc)
        return pages.go_to(f"/admin/customers/{customer.id}")

    def _help(self, customer: Customer, do: str, who: str) -> None:
        now, mac = self.now(), pages.form("mac", 20)
        if do == "lengthen":
            text = pages.form("minutes", 6).strip()
            minutes = int(text) if text.isascii() and text.isdigit() else 0
            live = subscriptions.live(customer, now)
            if not live:
                raise BadInput("No time is left that could be longer.", field="minutes")
            helping.lengthen(live[0], minutes, pages.form("why", 300), who, now)
        elif do == "resend":
            helping.resend(customer, who, now)
        elif do == "note":
            helping.add_note(customer, pages.form("note", 1000), who, now)
        elif do == "move":
            pairing.move(customer, pages.form("device", 40), who, now)
        elif do == "email":
            helping.set_email(customer, pages.form("email", 300), who, now)
        elif mac and not self._is_of(customer, mac):
            raise BadInput("That device is somebody else's.", field="mac")
        elif do == "kick" and mac:
            online.call_out(mac, who, now)
        elif do in ("block", "unblock"):
            helping.set_blocked(mac, do == "block", who, now)

    def _is_of(self, customer: Customer, mac: str) -> bool:
        this = (Device.mac == mac) & (Device.customer == customer)
        return Device.select().where(this).exists()

    def _page(
        self,
        person: Person,
        customer: Customer,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        times = self._times(customer)
        devices = list(Device.select().where(Device.customer == customer))
        blocked = helping.blocked([device.mac for device in devices], self.now())
        typed = {name: pages.form(name, 1000) for name in FIELDS} if problem else {}
        wish = pairing.newest(customer, self.now())
        return self.page(
            "customer",
            person,
            status,
            problem,
            one=self._row(customer, None),
            email=typed.get("email", customer.email),
            is_live=bool(subscriptions.live(customer, self.now())),
            times=times,
            moved=MOVES[wish.state] if wish and wish.moves else "",
            notes=[
                (self._when(note.at), note.who, note.text)
                for note in helping.notes(customer)
            ],
            devices=[
                {
                    "mac": device.mac,
                    "ip": device.ip,
                    "seen": self._when(device.seen_at),
                    "is_blocked": device.mac in blocked,
                }
                for device in devices
            ],
            sessions=self._sessions(customer),
            payments=self._payments(customer),
            messages=self._messages(customer),
            values=typed,
        )

    def _row(self, customer: Customer, time: Subscription | None) -> dict[str, Any]:
        return {
            "id": customer.id,
            "login": customer.username,
            "phone": f"+{customer.phone}" if customer.phone else "",
            "email": customer.email,
            "since": self._when(customer.made_at),
            "time": time.plan_name if time else "",
            "left": self._left(time) if time else "",
        }

    def _left(self, time: Subscription) -> str:
        return str(self.words().time(subscriptions.seconds_left(time, self.now())))

    def _times(self, customer: Customer) -> list[dict[str, Any]]:
        query = Subscription.select().where(Subscription.customer == customer)
        now, rows = self.now(), []
        for time in query.order_by(Subscription.id.desc()).limit(MOST):
            is_over = time.ended_at is not None or (
                time.expires_at is not None and time.expires_at <= now
            )
            is_later = time.starts_at is not None and time.starts_at > now
            state = "over" if is_over else "later" if is_later else "running"
            if time.starts_at is None and not is_over:
                state = "from first use"
            if time.paused_at is not None:
                state = "paused"
            rows.append(
                {
                    "plan": time.plan_name,
                    "bought": self._when(time.made_at),
                    "until": self._when(time.ended_at or time.expires_at),
                    "state": state,
                    "used": data_text(time.data_used_bytes),
                    "says": time.access_says,
                    "payment": time.payment.id if time.payment else 0,
                }
            )
        return rows

    def _sessions(self, customer: Customer) -> list[dict[str, Any]]:
        query = (
            Session.select()
            .join(Subscription)
            .where(Subscription.customer == customer)
            .order_by(Session.started_at.desc())
            .limit(MOST)
        )
        return [
            {
                "from": self._when(row.started_at),
                "to": self._when(row.ended_at) if row.ended_at else "online",
                "mac": row.mac,
                "used": data_text(row.octets_in + row.octets_out),
                "cause": row.cause,
            }
            for row in query
        ]

    def _payments(self, customer: Customer) -> list[dict[str, Any]]:
        if not customer.phone:
            return []
        query = Payment.select().where(Payment.phone == customer.phone)
        return [
            {
                "id": row.id,
                "at": self._when(row.asked_at),
                "amount": self.price(row.amount_cents),
                "receipt": row.receipt or "",
                "state": row.state,
            }
            for row in query.order_by(Payment.id.desc()).limit(MOST)
        ]

    def _messages(self, customer: Customer) -> list[dict[str, Any]]:
        addresses = [text for text in (customer.phone, customer.email) if text]
        query = Message.select().where(Message.phone.in_(addresses))
        # Not the text: it may hold the password.
        return [
            {
                "at": self._when(row.made_at),
                "kind": row.kind,
                "state": row.state,
                "says": row.says,
                "delivery": row.delivery,
                "delivered": self._when(row.delivered_at),
            }
            for row in query.order_by(Message.id.desc()).limit(MOST)
        ]

    def _when(self, at: int | None) -> str:
        return clock_text(at, self.zone(), self.now()) if at else ""
