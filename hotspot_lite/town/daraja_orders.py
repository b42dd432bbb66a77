"""Orders that Daraja takes now and answers later: status, reversal, balance.

The answer to an order says only that it was taken. What became of it is posted to
its ResultURL, or the order itself to its QueueTimeOutURL (facts 1.7).
"""

from __future__ import annotations

import threading
from typing import Any

from hotspot_lite.town.daraja_book import Returned, Taken
from hotspot_lite.town.daraja_gate import error, invalid, is_callback
from hotspot_lite.town.daraja_ground import Ground
from hotspot_lite.town.daraja_prompts import post_json
from hotspot_lite.town.daraja_results import (
    Pairs,
    balance_pairs,
    result_body,
    reversal_pairs,
    status_pairs,
)
from hotspot_lite.town.daraja_safe import unseal
from hotspot_lite.town.stand import Ask, Reply, as_json

COMMANDS = {
    "status": "TransactionStatusQuery",
    "reversal": "TransactionReversal",
    "balance": "AccountBalance",
}
RESULT_AFTER_SECONDS = 2.0
_ALWAYS = ("Initiator", "SecurityCredential", "ResultURL", "QueueTimeOutURL", "Remarks")
_FIELDS = {
    "status": ("PartyA", "IdentifierType"),
    "reversal": ("TransactionID", "Amount", "ReceiverParty", "RecieverIdentifierType"),
    "balance": ("PartyA", "IdentifierType"),
}
Outcome = tuple[str, str, Pairs]  # code, receipt, parameters


class Orders:
    """The back office of one shop. Its plain attributes are switches.

    `code` replaces the true ResultCode, `status` the true TransactionStatus.
    """

    def __init__(self, ground: Ground) -> None:
        self.lost = False
        self.timed_out = False
        self.empty_ids = False
        self.response_lost = False
        self.late_seconds = 0.0
        self.copies = 1
        self.code = ""
        self.status = ""
        self.reference_is_list = False
        self._ground = ground
        self._known: dict[str, str] = {}  # OriginatorConversationID: receipt
        self._lock = threading.Lock()

    def take(self, what: str, ask: Ask) -> Reply:
        """Take an order of one kind (a key of COMMANDS), or say what is wrong."""
        fields = ask.json()
        if not isinstance(fields, dict):
            return error("400.002.05", "Invalid Request Payload", 400)
        bad = self._check(what, fields)
        if bad is not None:
            return bad
        # Seen: a TransactionID that is there and empty gets an empty "taken".
        blank = what == "status" and fields.get("TransactionID") == ""
        ids = ("", "") if blank else self._ground.office.order_ids(self._ground.now())
        if not blank:
            wait = RESULT_AFTER_SECONDS + self.late_seconds
            self._ground.later.do(wait, lambda: self._end(what, fields, ids))
        return self._taken(("", "") if self.empty_ids else ids)

    def _taken(self, ids: tuple[str, str]) -> Reply:
        if self.response_lost:
            return Reply(drop=True)
        told = {"OriginatorConversationID": ids[0], "ConversationID": ids[1]}
        words = "Accept the service request successfully." if ids[0] else ""
        code = "0" if ids[0] else ""
        return as_json(told | {"ResponseCode": code, "ResponseDescription": words})

    def _check(self, what: str, fields: dict[str, Any]) -> Reply | None:
        for name in (*_ALWAYS, *_FIELDS[what]):
            if str(fields.get(name, "")).strip() == "":
                return invalid(name)
        if fields.get("CommandID") != COMMANDS[what]:
            return invalid("CommandID")
        for name in ("ResultURL", "QueueTimeOutURL"):
            if not is_callback(str(fields[name]), self._ground.allow_http_loopback):
                return invalid(name)
        if what == "status":
            return _check_status(fields)
        if what == "reversal" and str(fields["RecieverIdentifierType"]) != "11":
            return invalid("RecieverIdentifierType")
        return None

    def _end(self, what: str, fields: dict[str, Any], ids: tuple[str, str]) -> None:
        acts = {
            "status": self._status,
            "reversal": self._reversal,
            "balance": self._balance,
        }
        code = self.code or self._initiator_code(fields)
        outcome = (code, "", list[tuple[str, Any]]()) if code else acts[what](fields)
        self._known[ids[0]] = outcome[1]
        if self.lost:
            return
        if self.timed_out:
            self._post("timeout", str(fields["QueueTimeOutURL"]), fields)
            return
        occasion = ("Occasion", str(fields.get("Occasion", "")))
        body = result_body(ids, *outcome, occasion, self.reference_is_list)
        for _ in range(self.copies):
            self._post("result", str(fields["ResultURL"]), body)

    def _post(self, what: str, url: str, body: dict[str, Any]) -> None:
        self._ground.posted(what, url, body, post_json(url, body))

    def _initiator_code(self, fields: dict[str, Any]) -> str:
        party = str(fields.get("PartyA") or fields.get("ReceiverParty"))
        password = unseal(str(fields["SecurityCredential"]))
        if fields["Initiator"] != self._ground.shop.initiator:
            return "2001"
        if password != self._ground.shop.initiator_password:
            return "2001"
        return (
            ""
            if party in (self._ground.shop.shortcode, self._ground.shop.till)
            else "21"
        )

    def _status(self, fields: dict[str, Any]) -> Outcome:
        original = str(fields.get("OriginalConversationID") or "")
        receipt = str(fields.get("TransactionID") or self._known.get(original, ""))
        moved = self._ground.book.find(receipt)
        if moved is None:
            return "2033", "", []
        status = self.status or "Completed"
        return "0", receipt, status_pairs(moved, status, self._ground.shop.shortcode)

    def _reversal(self, fields: dict[str, Any]) -> Outcome:
        taken = self._ground.book.find(str(fields["TransactionID"]))
        if not isinstance(taken, Taken):
            return "R000002", "", []
        if str(fields["Amount"]) != str(taken.amount_cents // 100):
            return "R000002", "", []
        with self._lock:
            is_back = any(taken == back.original for back in self._ground.book.returned)
            if is_back or self._ground.book.balance_cents() < taken.amount_cents:
                return "R000001" if is_back else "1", "", []
            return self._give_back(taken)

    def _give_back(self, taken: Taken) -> Outcome:
        now = self._ground.now()
        back = Returned(self._ground.office.receipt(now), taken, now)
        self._ground.book.give_back(back)
        self._ground.phones[taken.phone].balance_cents += taken.amount_cents
        left = self._ground.book.balance_cents()
        return (
            "0",
            back.receipt,
            reversal_pairs(back, left, self._ground.shop.shortcode),
        )

    def _balance(self, fields: dict[str, Any]) -> Outcome:
        now = self._ground.now()
        pairs = balance_pairs(self._ground.book.balance_cents(), now)
        return "0", self._ground.office.receipt(now), pairs


def _check_status(fields: dict[str, Any]) -> Reply | None:
    # Everybody writes it the second way first; Daraja wants the first.
    if "OriginatorConversationID" in fields:
        return invalid("OriginatorConversationID")
    if "TransactionID" not in fields and not fields.get("OriginalConversationID"):
        return invalid("TransactionID")
    return None if str(fields["IdentifierType"]) in "124" else invalid("IdentifierType")
