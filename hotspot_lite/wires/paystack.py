"""Paystack: a hosted page that takes cards and mobile money, and a signed webhook.

Initialise a transaction under our own reference, send the customer to its page, hear
of it by webhook or ask by verify. Amounts are in minor units, as ours. Source:
paystack.com/docs/api/transaction, /docs/payments/webhooks.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from hotspot_lite.errors import BadInput, GiveUp, TryAgain
from hotspot_lite.settings import Settings
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.http_answer import Answer, OutcomeUnknown
from hotspot_lite.wires.rail import Begun, Heard, Polled, Wanted

BASE_URL = "https://api.paystack.co"
# Those whose minor unit is a hundredth; XOF is counted in whole francs there.
CURRENCIES = ("GHS", "KES", "NGN", "USD", "ZAR")
# A declined card may be followed by another on the same page: no end before this.
OPEN_PAGE_SECONDS = 1800
MOST_CENTS = 10**12
KEYS_TODO = "The owner checks paystack.secret_key."


@dataclass(frozen=True)
class PaystackAccount:
    """Whose money it is. `email` is the owner's: Paystack wants one for each customer,
    and its receipts go there."""

    secret_key: str = field(repr=False)
    email: str
    currency: str
    base_url: str = BASE_URL


class Paystack:
    """Paystack as a rail; may be shared by the threads of a process."""

    name = "paystack"
    label = "Paystack"
    kind: Literal["prompt", "redirect", "immediate", "manual"] = "redirect"
    # The page, its scripts and pictures, and the API it speaks to.
    hosts: tuple[str, ...] = (
        "checkout.paystack.com",
        "api.paystack.co",
        "*.paystack.com",
        "*.paystack.co",
    )
    supports_poll = True
    signed_callbacks = True
    needs_public_url = False
    # Our reference is taken once only; nobody can pay on a page nobody was told of.
    repeatable = True

    def __init__(self, account: PaystackAccount, caller: Caller | None = None) -> None:
        self.account = account
        self.last_date: int | None = None
        self._caller = caller or Caller()

    def is_set_up(self) -> bool:
        """Whether there is a secret key."""
        return bool(self.account.secret_key)

    def begin(self, wanted: Wanted, now: int) -> Begun:
        """Initialise a transaction: accepted with the page to send the customer to.

        Raises GiveUp where the box is not set up for it, TryAgain where nothing left.
        """
        _check(self.account, wanted.amount_cents)
        asked = {
            "email": email_of(self.account.email, wanted.token),
            "amount": wanted.amount_cents,
            "currency": self.account.currency,
            "reference": wanted.token,
            "callback_url": wanted.return_url,
        }
        try:
            answer = self._call("POST", "/transaction/initialize", asked)
        except OutcomeUnknown as unknown:
            return Begun("uncertain", wanted.token, says=unknown.says)
        return _read_begun(answer, wanted.token)

    def poll(self, checkout_request_id: str, begun_at: int, now: int) -> Polled:
        """Verify a transaction. An open page is pending for half an hour."""
        path = f"/transaction/verify/{quote(checkout_request_id, safe='')}"
        try:
            answer = self._call("GET", path)
        except (TryAgain, GiveUp) as error:
            return Polled("pending", result_text=error.says, todo=error.todo)
        return self._read_polled(answer, checkout_request_id, now - begun_at)

    def hear(self, raw: bytes, headers: Mapping[str, str]) -> Heard | None:
        """Read a webhook; None for events other than `charge.success`.

        The signature is HMAC-SHA512 of the body as it came, with the secret key.
        """
        right = hmac.new(self.account.secret_key.encode(), raw, hashlib.sha512)
        told = headers.get("x-paystack-signature", "").strip().lower()
        # As bytes: compare_digest refuses text that isn't ASCII.
        same = hmac.compare_digest(right.hexdigest().encode(), told.encode())
        if not same or not self.account.secret_key:
            raise BadInput("Its signature is not Paystack's.", field="signature")
        event = _load(raw)
        if event.get("event") != "charge.success":
            return None
        return _heard(_part(event, "data"), self.account.currency)

    def _read_polled(self, answer: Answer, reference: str, age_seconds: int) -> Polled:
        found = answer.json()
        data = found.get("data") if isinstance(found, dict) else None
        if answer.status != 200 or not isinstance(data, dict):
            return _not_told(answer)
        if data.get("reference") != reference:
            return Polled("pending", result_text="Paystack spoke of another payment.")
        return self._read_status(data, age_seconds)

    def _read_status(self, data: dict[str, Any], age_seconds: int) -> Polled:
        status = _line(data.get("status"), 32)
        if status == "success":
            heard = _heard(data, self.account.currency)
            return Polled("paid", "0", status, heard=heard)
        is_over = age_seconds >= OPEN_PAGE_SECONDS
        if status == "reversed" or (is_over and status in ("failed", "abandoned")):
            return Polled("failed", status, _line(data.get("gateway_response")))
        return Polled("pending", status, _line(data.get("gateway_response")))

    def _call(
        self, method: str, path: str, asked: dict[str, Any] | None = None
    ) -> Answer:
        headers = {"Authorization": f"Bearer {self.account.secret_key}"}
        body = None
        if asked is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(asked).encode()
        # A Date from an hour ago, held against our clock now, would discredit it.
        self.last_date = None
        url = self.account.base_url.rstrip("/") + path
        answer = self._caller.call(method, url, headers, body)
        self.last_date = answer.date()
        return answer


def from_settings(s: Settings, caller: Caller) -> Paystack:
    """The account that the settings name."""
    account = PaystackAccount(
        secret_key=s["paystack.secret_key"],
        email=s["paystack.email"],
        currency=s["box.currency"],
        base_url=s["paystack.base_url"] or BASE_URL,
    )
    return Paystack(account, caller)


def email_of(owner: str, token: str) -> str:
    """An address of the owner's for one payment: it names no customer."""
    local, _, domain = owner.rpartition("@")
    return f"{local}+{token[:12]}@{domain}"


def _check(account: PaystackAccount, amount_cents: int) -> None:
    if not account.email:
        raise GiveUp(
            "Paystack wants an e-mail address and none is set.",
            "Set paystack.email to an address of yours.",
        )
    if account.currency not in CURRENCIES:
        raise GiveUp(
            f"Paystack does not take {account.currency} from this box.",
            f"Set box.currency to one of {', '.join(CURRENCIES)}.",
        )
    if not 0 < amount_cents <= MOST_CENTS:
        raise BadInput("That is no amount to pay.", field="amount_cents")


def _read_begun(answer: Answer, token: str) -> Begun:
    found = answer.json()
    told = found if isinstance(found, dict) else {}
    data = told.get("data")
    url = _line(data.get("authorization_url"), 500) if isinstance(data, dict) else ""
    if answer.status == 200 and told.get("status") is True and _is_web(url):
        return Begun("accepted", token, code="0", redirect_url=url)
    says = _message(answer)
    if answer.status >= 500 or answer.status == 200 or not told:
        return Begun("uncertain", token, code=str(answer.status), says=says)
    todo = KEYS_TODO if answer.status in (401, 403) else ""
    return Begun("refused", None, code=f"ps{answer.status}", says=says, todo=todo)


def _not_told(answer: Answer) -> Polled:
    wait = answer.retry_after()
    if wait is None and answer.status == 429:
        wait = 60.0
    todo = KEYS_TODO if answer.status in (401, 403) else ""
    return Polled("pending", str(answer.status), _message(answer), wait, todo)


def _heard(data: dict[str, Any], currency: str) -> Heard:
    """A transaction's own account of itself. Raises BadInput where it has none."""
    reference = _line(data.get("reference"), 100)
    status = _line(data.get("status"), 32)
    number = _line(data.get("id"), 24)
    if not reference or not status or not number:
        raise BadInput("The transaction has no reference, status or id.", field="data")
    cents = _cents(data.get("amount"))
    theirs = _line(data.get("currency"), 8)
    told = "?" if cents is None else f"{cents / 100:.2f}"
    return Heard(
        ok=status == "success",
        result_code="0" if status == "success" else status,
        result_text=_line(data.get("gateway_response")),
        checkout_request_id=reference,
        # Another currency's cents are not ours to count.
        amount_cents=cents if theirs == currency else None,
        amount_text=told if theirs == currency else f"{theirs} {told}",
        receipt=f"PS{number}",
    )


def _load(raw: bytes) -> dict[str, Any]:
    try:
        found = json.loads(raw.decode("utf-8"), parse_float=Decimal)
    except (ValueError, RecursionError, ArithmeticError):
        found = None
    if not isinstance(found, dict):
        raise BadInput("The webhook is not a JSON object.", field="body")
    return found


def _part(told: dict[str, Any], key: str) -> dict[str, Any]:
    inner = told.get(key)
    if not isinstance(inner, dict):
        raise BadInput(f"The webhook has no {key}.", field=key)
    return inner


def _cents(value: object) -> int | None:
    """Minor units: a whole number, sometimes as text; None for anything else."""
    text = "" if isinstance(value, bool) else str(value)
    return int(text) if re.fullmatch(r"[0-9]{1,12}", text) else None


def _message(answer: Answer) -> str:
    found = answer.json()
    text = _line(found.get("message"), 160) if isinstance(found, dict) else ""
    return f"Paystack says: {text or f'HTTP {answer.status}'}."


def _is_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    is_clean = url.isascii() and url.isprintable() and " " not in url
    return is_clean and parts.scheme in ("http", "https") and bool(parts.hostname)


def _line(value: object, most: int = 200) -> str:
    """`value` as one clean line of text; "" for what is not text or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    # Lone surrogates are legal JSON and would blow up in the database.
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:most]
