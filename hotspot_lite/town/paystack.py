"""A pretend Paystack: initialise, a hosted page, verify, and webhooks with spite.

Strict where the real one is: keys, amounts, currencies, addresses, references that may
be used once. Shapes from paystack.com/docs/api and answers seen in public code.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self
from urllib.parse import parse_qsl, quote, urlencode

from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.paystack_checkout import checkout, notice
from hotspot_lite.town.paystack_webhooks import FAULTS, Webhooks
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json

LEAST = {"NGN": 5000, "GHS": 10, "ZAR": 100, "KES": 300, "USD": 200}
REFERENCE = re.compile(r"[A-Za-z0-9.=-]{1,100}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
# Before anything is done: down, html-502, 429. After: response-lost, html-200.
INITIALIZE_FAULTS = ("", "down", "html-502", "429", "response-lost", "html-200")
VERIFY_FAULTS = ("", "down", "html-502", "429")


@dataclass
class Transaction:
    """One transaction; `abandoned` is what Paystack calls one nobody has paid yet."""

    id: int
    reference: str
    access_code: str
    amount: int  # minor units, as everything here
    currency: str
    email: str
    return_url: str
    made_at: float
    status: str = "abandoned"
    says: str = "The transaction was not completed"
    paid_at: float | None = None


class PretendPaystack(Inhabitant):
    """Paystack on 127.0.0.1; a context manager, or start() and stop().

    `scale` shortens its seconds. `webhooks.url` is the dashboard's webhook address.
    """

    def __init__(
        self,
        port: int = 0,
        scale: float = 1.0,
        secret_key: str = "sk_test_pretend0key",
        currency: str = "KES",
        now: Callable[[], float] = time.time,
    ) -> None:
        self.secret_key, self.currency = secret_key, currency
        self.transactions: dict[str, Transaction] = {}
        self.journal: list[dict[str, Any]] = []
        self.initialize_fault = ""
        self.verify_fault = ""
        self.charged: int | None = None  # another amount than asked, for spite
        self.charged_currency = ""
        self.webhooks = Webhooks(secret_key, scale, self._posted)
        self._numbers = itertools.count(4_099_260_516)
        self._lock = threading.Lock()
        self._now = now
        self._stand = Stand(self._answer, port, now)

    @property
    def base_url(self) -> str:
        """What paystack.base_url is to be."""
        return self._stand.base_url

    def start(self) -> Self:
        """Begin to answer."""
        self._stand.start()
        return self

    def stop(self) -> None:
        """Stop answering, and telling."""
        self.webhooks.stop()
        self._stand.stop()

    # -- asking it ------------------------------------------------------------------

    def money_taken(self) -> list[Transaction]:
        """Every transaction that was paid, in order of being made."""
        return [t for t in self.transactions.values() if t.status == "success"]

    def seen(self, what: str) -> list[dict[str, Any]]:
        """The journal's entries of one kind: initialize, verify, page or webhook."""
        return [note for note in list(self.journal) if note["what"] == what]

    def pay(self, reference: str) -> Transaction:
        """The customer pays: once, however often it is said."""
        found = self.transactions[reference]
        with self._lock:
            if found.status == "success":
                return found
            found.amount = found.amount if self.charged is None else self.charged
            found.currency = self.charged_currency or found.currency
            found.says, found.paid_at = "Successful", self._now()
            found.status = "success"
        self.webhooks.tell("charge.success", data_of(found))
        return found

    def decline(self, reference: str) -> None:
        """A card is declined; another may be tried on the same page."""
        with self._lock:
            found = self.transactions[reference]
            if found.status != "success":
                found.status, found.says = "failed", "Declined"

    # -- the endpoints --------------------------------------------------------------

    def _answer(self, ask: Ask) -> Reply:
        what, reply = self._reply(ask)
        told = "nothing" if reply.drop else reply.body.decode()
        asked = ask.json() if ask.method == "POST" else None
        self._note(what, path=ask.path, asked=asked, status=reply.status, told=told)
        return reply

    def _reply(self, ask: Ask) -> tuple[str, Reply]:
        if ask.path.startswith("/checkout/"):
            return "page", self._checkout(ask)
        if ask.path == "/__ctl" and ask.method == "POST":
            return "control", self._control(ask)
        if ask.headers.get("authorization") != f"Bearer {self.secret_key}":
            has_one = ask.headers.get("authorization", "").startswith("Bearer ")
            says = "Invalid key" if has_one else "No Authorization Header was found"
            return "refused", _error(401, says, "invalid_Key")
        if (ask.method, ask.path) == ("POST", "/transaction/initialize"):
            return "initialize", self._initialize(ask)
        if ask.method == "GET" and ask.path.startswith("/transaction/verify/"):
            return "verify", self._verify(ask)
        return "unknown", _error(404, "Endpoint does not exist", "not_found")

    def _note(self, what: str, **more: Any) -> None:
        self.journal.append({"at": self._now(), "what": what, **more})

    def _posted(self, body: bytes, status: int) -> None:
        self._note("webhook", body=body, status=status)

    def _initialize(self, ask: Ask) -> Reply:
        fault = self.initialize_fault
        if fault in ("down", "html-502", "429"):
            return _refusal(fault)
        told = ask.json()
        if not isinstance(told, dict):
            return _error(400, "Invalid JSON body", "invalid_params")
        with self._lock:
            bad = self._check(told)
            if bad is not None:
                return bad
            made = self._make(told)
            self.transactions[made.reference] = made
        if fault == "response-lost":
            return Reply(drop=True)
        if fault == "html-200":
            return as_html("Please wait", 200)
        data = {
            "authorization_url": f"{self.base_url}/checkout/{made.access_code}",
            "access_code": made.access_code,
            "reference": made.reference,
        }
        return _ok("Authorization URL created", data)

    def _check(self, told: dict[str, Any]) -> Reply | None:
        currency = told.get("currency", self.currency)
        amount = str(told.get("amount", ""))
        if not EMAIL.fullmatch(str(told.get("email", ""))):
            return _error(400, "Invalid Email Address Passed", "invalid_email_address")
        if currency != self.currency:
            says = "Currency not supported by merchant"
            return _error(403, says, "unsupported_currency")
        if not re.fullmatch(r"[0-9]{1,12}", amount) or int(amount) < LEAST[currency]:
            return _error(400, "Invalid Amount Sent", "invalid_amount")
        reference = str(told.get("reference", "x"))
        if not REFERENCE.fullmatch(reference):
            says = "Only -, ., = and alphanumeric characters allowed in reference"
            return _error(400, says, "invalid_params")
        if reference in self.transactions:
            says = "Duplicate Transaction Reference"
            return _error(400, says, "duplicate_reference")
        return None

    def _make(self, told: dict[str, Any]) -> Transaction:
        number = next(self._numbers)
        return Transaction(
            id=number,
            reference=str(told.get("reference") or f"T{number}"),
            access_code=f"{number:x}0peioxfhpn",
            amount=int(told["amount"]),
            currency=str(told.get("currency", self.currency)),
            email=str(told["email"]),
            return_url=str(told.get("callback_url", "")),
            made_at=self._now(),
        )

    def _verify(self, ask: Ask) -> Reply:
        if self.verify_fault:
            return _refusal(self.verify_fault)
        found = self.transactions.get(ask.path.rpartition("/")[2])
        if found is None:
            says = "Transaction reference not found."
            return _error(400, says, "transaction_not_found")
        return _ok("Verification successful", data_of(found))

    # -- the hosted page --------------------------------------------------------------

    def _checkout(self, ask: Ask) -> Reply:
        code = ask.path.rpartition("/")[2]
        known = {t.access_code: t for t in self.transactions.values()}
        found = known.get(code)
        if found is None:
            return notice("There is no such payment.", 404)
        if ask.method == "POST":
            return self._clicked(found, dict(parse_qsl(ask.body.decode())))
        if found.status == "success":
            return self._back(found)
        says = (
            "That card was declined. Try another." if found.status == "failed" else ""
        )
        amount = f"{found.currency} {found.amount / 100:,.2f}"
        return checkout("Town WiFi", amount, found.email, says)

    def _clicked(self, found: Transaction, form: dict[str, str]) -> Reply:
        act = form.get("act")
        if act == "pay":
            self.pay(found.reference)
        elif act == "decline":
            self.decline(found.reference)
            path = f"/checkout/{found.access_code}"
            return Reply(303, headers={"Location": path})
        elif act != "cancel":
            return notice("That is no button of this page.", 400)
        return self._back(found)

    def _back(self, found: Transaction) -> Reply:
        if not found.return_url:
            return notice("Payment successful. You can close this page.")
        query = urlencode({"trxref": found.reference, "reference": found.reference})
        join = "&" if "?" in found.return_url else "?"
        where = quote(found.return_url, safe=":/?&=%#+") + join + query
        return Reply(303, headers={"Location": where})

    # -- steering it from another process -------------------------------------------

    def _control(self, ask: Ask) -> Reply:
        """POST /__ctl {switch: value}: the faults by name, or {"pay": reference}."""
        told = ask.json()
        for name, value in told.items() if isinstance(told, dict) else ():
            if name == "pay" and value in self.transactions:
                self.pay(value)
            elif name == "webhook_fault" and value in FAULTS:
                self.webhooks.fault = value
            elif name == "initialize_fault" and value in INITIALIZE_FAULTS:
                self.initialize_fault = value
            elif name == "verify_fault" and value in VERIFY_FAULTS:
                self.verify_fault = value
            else:
                return as_json({"error": f"there is no {name} {value}"}, 400)
        return as_json({"ok": True})


def data_of(found: Transaction) -> dict[str, Any]:
    """A transaction as verify and the webhook tell it."""
    return {
        "id": found.id,
        "domain": "test",
        "status": found.status,
        "reference": found.reference,
        "receipt_number": None,
        "amount": found.amount,
        "message": None,
        "gateway_response": found.says,
        "paid_at": _stamp(found.paid_at),
        "created_at": _stamp(found.made_at),
        "channel": "card",
        "currency": found.currency,
        "ip_address": "127.0.0.1",
        "metadata": "",
        "log": None,
        "fees": 0 if found.status == "success" else None,
        "authorization": {},
        "customer": {"id": 181873746, "email": found.email, "phone": None},
        "requested_amount": found.amount,
    }


def _stamp(at: float | None) -> str | None:
    if at is None:
        return None
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


def _ok(says: str, data: dict[str, Any]) -> Reply:
    return as_json({"status": True, "message": says, "data": data})


def _error(status: int, says: str, code: str) -> Reply:
    told = {
        "status": False,
        "message": says,
        "meta": {"nextStep": "Look at the documentation and try again"},
        "type": "api_error" if status >= 500 else "validation_error",
        "code": code,
    }
    return as_json(told, status)


def _refusal(fault: str) -> Reply:
    if fault == "429":
        return as_json({"status": False, "message": "Rate limit exceeded"}, 429)
    if fault == "down":
        return _error(503, "Service unavailable", "api_error")
    return as_html("502 Bad Gateway", 502)
