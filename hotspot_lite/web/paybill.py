"""What Safaricom tells of money paid by hand: kept before it is answered.

Reading and matching is the worker's. Validation is asked before the money moves and
must be answered within seconds: it looks at the prices and writes nothing.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.trade.money import transfers
from hotspot_lite.trade.takings import matching, paybill
from hotspot_lite.trade.takings.inbox import Message
from hotspot_lite.web import pages
from hotspot_lite.web.callbacks import posted_body, take_or_keep
from hotspot_lite.web.senders import Senders

AMOUNT = re.compile(r"[0-9]{1,9}(\.[0-9]{1,4})?")
CONFIRMED = {"ResultCode": 0, "ResultDesc": "Success"}
ACCEPTED = {"ResultCode": "0", "ResultDesc": "Accepted"}
REFUSED = {
    "account": {"ResultCode": "C2B00012", "ResultDesc": "Rejected"},
    "amount": {"ResultCode": "C2B00013", "ResultDesc": "Rejected"},
}


class Paybill:
    """The two addresses that `hotspot-lite mpesa register` gives to Safaricom."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.senders = Senders(box.settings)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/cb/c2b/<secret>/confirm", "POST", self.confirm)
        app.route("/cb/c2b/<secret>/validate", "POST", self.validate)

    def confirm(self, secret: str) -> HTTPResponse:
        """POST /cb/c2b/<secret>/confirm: 200 once the body is on disk, else 503.

        404 for a wrong secret, 413 for a body over 32 KiB; neither stores anything.
        """
        raw = self._body(secret)
        now = self.box.clock.now().at
        peer = pages.client_address()
        take_or_keep(
            self.box,
            Message("transfer", raw, peer, now, {}),
            lambda: transfers.keep_body(raw, peer, now),
        )
        return pages.json_page(CONFIRMED)

    def validate(self, secret: str) -> HTTPResponse:
        """POST /cb/c2b/<secret>/validate: accepted, unless the owner wants wrong
        accounts refused and this is one. What can't be read is accepted: doubt goes
        to the customer, and the confirmation is judged anyway."""
        raw = self._body(secret)
        if not self.box.settings["mpesa.refuse_unknown_accounts"]:
            return pages.json_page(ACCEPTED)
        why = matching.refuses(*_account_and_cents(raw))
        return pages.json_page(REFUSED.get(why, ACCEPTED))

    def _body(self, secret: str) -> bytes:
        if not paybill.is_secret(secret, self.box.key):
            raise HTTPError(404)
        self.senders.refuse_strangers()
        return posted_body()


def _account_and_cents(raw: bytes) -> tuple[str, int | None]:
    try:
        told = json.loads(raw)
        account = str(told.get("BillRefNumber") or "")[:40]
        amount = str(told.get("TransAmount")).strip()
    except (ValueError, AttributeError, RecursionError):
        return "", None
    # A short number only: 1E+999999 as an integer would take all memory.
    fits = AMOUNT.fullmatch(amount)
    return account, int(Decimal(amount) * 100) if fits else None
