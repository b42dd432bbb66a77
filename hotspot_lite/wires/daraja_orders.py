"""Daraja's orders: taken at once, answered later to an address of our own.

Reversal and transaction status. Knows their shapes and holds no table; which order a
result belongs to, its address says. Source: facts/mpesa.md 1.7 and 7.4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from hotspot_lite.errors import BadInput, GiveUp
from hotspot_lite.wires.daraja import EAT, Daraja
from hotspot_lite.wires.daraja_answers import Told, refusal
from hotspot_lite.wires.daraja_callback import cents_of, line_of, load_body
from hotspot_lite.wires.http_answer import Answer, OutcomeUnknown

REVERSAL, STATUS = "/mpesa/reversal/v1/request", "/mpesa/transactionstatus/v1/query"
DONE, NOT_FOUND, ALREADY_REVERSED = "0", "2033", "R000001"
# What goes wrong that waiting doesn't mend, in words for the owner.
SAYS = {
    "1": "The shop's M-Pesa account has not enough money.",
    "11": "M-Pesa says that the shop's account is in an invalid state.",
    "21": "The API operator may not do this: give it the role in the M-Pesa portal.",
    "2001": "M-Pesa refused mpesa.initiator or mpesa.security_credential.",
    "2006": "M-Pesa does not allow it in the account's state.",
    "2028": "The shop's product does not allow this.",
    "2033": "M-Pesa knows no such transaction.",
    "8006": "The API operator is locked: reset its password in the M-Pesa portal.",
    "R000001": "It had been reversed already.",
    "R000002": "M-Pesa does not accept this receipt for a reversal.",
}


@dataclass(frozen=True)
class Initiator:
    """In whose name Daraja acts, and where it is to tell of it.

    `credential` is the password as encrypted for Safaricom; `party` the PayBill or
    store number.
    """

    name: str
    credential: str = field(repr=False)
    party: str
    result_url: str = field(repr=False)
    timeout_url: str = field(repr=False)


@dataclass(frozen=True)
class Ordered:
    """What Daraja said at once. accepted: a result will come. refused: it does
    nothing; it may later where `retry_after_seconds` says so. uncertain: nobody knows.
    """

    kind: Literal["accepted", "refused", "uncertain"]
    conversation: str = ""
    code: str = ""
    says: str = ""
    retry_after_seconds: float | None = None


@dataclass(frozen=True)
class OrderResult:
    """What became of an order. `values` are its parameters by name, each of its
    values in order: names come twice, and values not at all."""

    code: str
    text: str
    receipt: str
    values: Mapping[str, tuple[str, ...]]

    @property
    def ok(self) -> bool:
        """Whether Daraja did what was ordered."""
        return self.code == DONE

    @property
    def says(self) -> str:
        """Why it did not, for the owner."""
        return SAYS.get(self.code, self.text or f"M-Pesa answered {self.code}.")

    def value(self, name: str) -> str:
        """The first value of a parameter, or ""."""
        return next(iter(self.values.get(name, ())), "")

    @property
    def finalised_at(self) -> int | None:
        """When the money moved, in epoch seconds, or None where it doesn't say."""
        try:
            told = datetime.strptime(self.value("FinalisedTime"), "%Y%m%d%H%M%S")
        except ValueError:
            return None
        return int(told.replace(tzinfo=EAT).timestamp())

    @property
    def amount_cents(self) -> int | None:
        """The amount it tells, or None where it is no whole number of cents."""
        return cents_of(self.value("Amount"))


def reverse(
    daraja: Daraja, who: Initiator, receipt: str, amount_cents: int, remark: str
) -> Ordered:
    """Order that the payment of `receipt` go back, all of it.

    Sends at most one order. Raises HotspotError only where surely none was taken.
    """
    # "Reciever" is Daraja's own spelling; 11 is an organisation's identifier there.
    return _order(
        daraja,
        REVERSAL,
        {
            **_signed(who, "TransactionReversal", remark),
            "TransactionID": receipt,
            "Amount": amount_cents // 100,
            "ReceiverParty": who.party,
            "RecieverIdentifierType": "11",
        },
    )


def ask_status(
    daraja: Daraja, who: Initiator, receipt: str, remark: str, about: str = ""
) -> Ordered:
    """Ask what became of a receipt, or of the order that Daraja called `about`; the
    answer comes as a result."""
    # Never both, and named so: Daraja refuses OriginatorConversationID here, and an
    # empty TransactionID is taken and never answered.
    whose = {"OriginalConversationID": about} if about else {"TransactionID": receipt}
    return _order(
        daraja,
        STATUS,
        {
            **_signed(who, "TransactionStatusQuery", remark),
            **whose,
            "PartyA": who.party,
            "IdentifierType": "4",
        },
    )


def _signed(who: Initiator, command: str, remark: str) -> dict[str, str]:
    return {
        "Initiator": who.name,
        "SecurityCredential": who.credential,
        "CommandID": command,
        "ResultURL": who.result_url,
        "QueueTimeOutURL": who.timeout_url,
        "Remarks": remark,
        "Occasion": remark,
    }


def _order(daraja: Daraja, path: str, asked: Mapping[str, str | int]) -> Ordered:
    try:
        return _read(daraja.post(path, asked))
    except OutcomeUnknown as unknown:
        return Ordered("uncertain", says=unknown.says)
    except GiveUp as error:
        return Ordered("refused", says=f"{error.says} {error.todo}".strip())


def _read(answer: Answer) -> Ordered:
    told = Told.of(answer)
    code = told.text("responsecode")
    known_as = told.identifier("originatorconversationid") or ""
    if answer.status == 200 and code == "0" and known_as:
        return Ordered("accepted", known_as, code)
    why = refusal(told)
    if why is not None:
        wait = answer.retry_after()
        seconds = why.wait_seconds if wait is None else wait
        return Ordered(
            "refused", "", why.code, f"{why.says} {why.todo}".strip(), seconds
        )
    says = f"Daraja's answer (HTTP {answer.status}) doesn't say what it did."
    return Ordered("uncertain", known_as, told.code or code, says)


def read_result(raw: bytes) -> OrderResult:
    """Read the body of a result. Raises BadInput for what can't be one."""
    body = load_body(raw)
    told = body.get("Result") if isinstance(body, dict) else None
    if not isinstance(told, dict):
        raise BadInput("The result can't be read.", field="Result")
    code = line_of(told.get("ResultCode"), 32)
    if not code:
        raise BadInput("The result has no code.", field="ResultCode")
    return OrderResult(
        code,
        line_of(told.get("ResultDesc")),
        line_of(told.get("TransactionID"), 32),
        _values(told.get("ResultParameters")),
    )


def _values(parameters: Any) -> dict[str, tuple[str, ...]]:
    listed = parameters.get("ResultParameter") if isinstance(parameters, dict) else None
    found: dict[str, tuple[str, ...]] = {}
    for item in listed if isinstance(listed, list) else [listed]:
        if isinstance(item, dict) and isinstance(item.get("Key"), str):
            key, value = item["Key"][:64], line_of(item.get("Value"))
            found[key] = found.get(key, ()) + ((value,) if value else ())
    return found
