"""Money paid by hand: registered addresses, validation, confirmation.

Somebody types the paybill, an account and an amount into their own phone. Daraja asks
the ValidationURL (where that is switched on), moves the money, and tells the
ConfirmationURL (facts 1.7, 7.4 row 21).
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from hotspot_lite.town.daraja_book import Taken
from hotspot_lite.town.daraja_gate import error, invalid, is_callback
from hotspot_lite.town.daraja_ground import Ground
from hotspot_lite.town.daraja_prompts import ask_json
from hotspot_lite.town.daraja_results import stamp
from hotspot_lite.town.stand import Ask, Reply, as_json

VALIDATION_SECONDS = 8.0  # of the wall
CONFIRMED_AFTER_SECONDS = 1.0


class ByHand:
    """The C2B side of one shop. Its plain attributes are switches.

    `msisdn` is how the payer's number is told: masked (v2), hashed (v1) or whole.
    """

    def __init__(self, ground: Ground) -> None:
        self.validation = True
        self.msisdn = "masked"
        self.lost = False
        self.late_seconds = 0.0
        self.copies = 1
        self.urls: dict[str, str] = {}
        self._ground = ground

    def register(self, ask: Ask) -> Reply:
        """POST /mpesa/c2b/v1|v2/registerurl: once, until forget()."""
        fields = ask.json() if isinstance(ask.json(), dict) else {}
        bad = self._check(fields)
        if bad is not None:
            return bad
        if self.urls:
            return error("500.003.1001", "URLs are already registered", 500)
        names = ("ShortCode", "ResponseType", "ConfirmationURL", "ValidationURL")
        self.urls = {name: str(fields[name]) for name in names}
        return _taken("Success")

    def forget(self) -> None:
        """The owner deletes the addresses in the portal (URL management)."""
        self.urls = {}

    def simulate(self, ask: Ask) -> Reply:
        """POST /mpesa/c2b/v1|v2/simulate: somebody pays by hand, in the sandbox."""
        fields = ask.json() if isinstance(ask.json(), dict) else {}
        if str(fields.get("ShortCode", "")) not in self._ground.shop.numbers:
            return invalid("ShortCode")
        if not re.fullmatch(r"[1-9][0-9]{0,5}", str(fields.get("Amount"))):
            return invalid("Amount")
        phone, amount = str(fields.get("Msisdn")), int(str(fields["Amount"]))
        if not re.fullmatch(r"254[17][0-9]{8}", phone):
            return invalid("Msisdn")
        account = str(fields.get("BillRefNumber") or "")
        self._ground.later.do(0, lambda: self.pay(phone, amount, account))
        return _taken("Accept the service request successfully.")

    def pay(self, phone: str, shillings: int, account: str, name: str = "JANE") -> str:
        """Somebody pays by hand: the receipt, or "" where it was refused.

        The validation happens now; the confirmation comes later.
        """
        has = self._ground.phones[phone].balance_cents
        receipt = self._ground.office.receipt(self._ground.now())
        cents = shillings * 100
        taken = Taken("", phone, cents, receipt, account, "", self._ground.now(), name)
        if has < cents or not self._is_wanted(taken):
            return ""
        self._ground.phones[phone].balance_cents -= cents
        self._ground.book.take(taken)
        if not self.lost:
            wait = CONFIRMED_AFTER_SECONDS + self.late_seconds
            self._ground.later.do(wait, lambda: self.confirm(receipt))
        return receipt

    def confirm(self, receipt: str) -> int:
        """Tell the shop of one receipt, now, in as many copies as set; last status."""
        taken = self._ground.book.find(receipt)
        url, status = self.urls.get("ConfirmationURL", ""), 0
        if not isinstance(taken, Taken) or not url:
            return status
        for _ in range(self.copies):
            status = self._ask("confirmation", url, taken)[0]
        return status

    def _is_wanted(self, taken: Taken) -> bool:
        url = self.urls.get("ValidationURL", "")
        if not self.validation or not url:
            return True
        status, answer = self._ask("validation", url, taken)
        try:
            code = str(json.loads(answer)["ResultCode"])
        except (ValueError, KeyError, TypeError):
            code = ""
        if status == 200 and code:
            return code == "0"
        return self.urls["ResponseType"] == "Completed"  # nobody said anything

    def _ask(self, what: str, url: str, taken: Taken) -> tuple[int, bytes]:
        body = self._body(taken)
        status, answer = ask_json(url, body, VALIDATION_SECONDS)
        self._ground.posted(what, url, body, status)
        return status, answer

    def _body(self, taken: Taken) -> dict[str, Any]:
        is_till = bool(self._ground.shop.till)
        return {
            "TransactionType": "Buy Goods" if is_till else "Pay Bill",
            "TransID": taken.receipt,
            "TransTime": str(stamp(taken.at)),
            "TransAmount": f"{taken.amount_cents / 100:.2f}",
            "BusinessShortCode": self._ground.shop.till or self._ground.shop.shortcode,
            "BillRefNumber": taken.reference,
            "InvoiceNumber": "",
            "OrgAccountBalance": f"{self._ground.book.balance_cents() / 100:.2f}",
            "ThirdPartyTransID": "",
            "MSISDN": self._number(taken.phone),
            "FirstName": taken.name,
            "MiddleName": "",
            "LastName": "",
        }

    def _number(self, phone: str) -> str:
        if self.msisdn == "hashed":
            return hashlib.sha256(phone.encode()).hexdigest()
        return phone if self.msisdn == "whole" else f"{phone[:4]} ***** {phone[-3:]}"

    def _check(self, fields: dict[str, Any]) -> Reply | None:
        if str(fields.get("ShortCode", "")) not in self._ground.shop.numbers:
            return invalid("ShortCode")
        if fields.get("ResponseType") not in ("Completed", "Cancelled"):
            return invalid("ResponseType")
        for name in ("ConfirmationURL", "ValidationURL"):
            if not is_callback(str(fields.get(name)), self._ground.allow_http_loopback):
                return invalid(name)
        return None


def _taken(words: str) -> Reply:
    told = {"OriginatorCoversationID": "7619-37765134-1", "ResponseCode": "0"}  # sic
    return as_json(told | {"ResponseDescription": words})
