"""How M-Pesa words the results that it sends later, oddities included.

Published samples show a key twice, a parameter without a value and a reference that
is now an object, now a list (facts 7.4, row 22).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hotspot_lite.town.daraja_book import Returned, Taken
from hotspot_lite.town.daraja_phones import EAT

DONE = "The service request is processed successfully."
WORDS = {
    "0": DONE,
    "1": "The balance is insufficient for the transaction.",
    "11": "The DebitParty is in an invalid state.",
    "21": "The initiator is not allowed to initiate this request",
    "2001": "The initiator information is invalid.",
    "2006": "The transaction is not allowed by the current state of the account.",
    "2028": "The request is not permitted according to product assignment.",
    "2033": "The transaction does not exist.",
    "8006": "The security credential is locked.",
    "R000001": "The transaction has already been reversed.",
    "R000002": "The OriginalTransactionID is invalid.",
}
Pairs = list[tuple[str, Any]]


def stamp(at: float) -> int:
    """20260327150013, in Kenyan time."""
    return int(f"{datetime.fromtimestamp(at, UTC).astimezone(EAT):%Y%m%d%H%M%S}")


def result_body(
    ids: tuple[str, str],
    code: str,
    receipt: str,
    pairs: Pairs,
    reference: tuple[str, Any],
    reference_is_list: bool = False,
) -> dict[str, Any]:
    """One result; `ids` are OriginatorConversationID and ConversationID."""
    item: dict[str, Any] = {"Key": reference[0]}
    if reference[1]:
        item["Value"] = reference[1]
    told: dict[str, Any] = {
        "ResultType": 0,
        "ResultCode": int(code) if code.isdigit() else code,
        "ResultDesc": WORDS.get(code, "The transaction could not be completed."),
        "OriginatorConversationID": ids[0],
        "ConversationID": ids[1],
        "TransactionID": receipt,
        "ReferenceData": {"ReferenceItem": [item] if reference_is_list else item},
    }
    if pairs:
        told["ResultParameters"] = {"ResultParameter": [_pair(*p) for p in pairs]}
    return {"Result": told}


def status_pairs(moved: Taken | Returned, status: str, shop: str) -> Pairs:
    """What a transaction status tells of one movement."""
    taken = moved if isinstance(moved, Taken) else moved.original
    person = f"{taken.phone} - {taken.name.title()} Doe"
    is_in = isinstance(moved, Taken)
    payer, payee = (person, f"{shop} - Pretend") if is_in else (shop, person)
    return [
        ("DebitPartyName", payer),
        ("DebitPartyName", payer),
        ("CreditPartyName", payee),
        ("InitiatedTime", stamp(moved.at)),
        (
            "DebitAccountType",
            "MMF Account For Customer" if is_in else "Utility Account",
        ),
        ("DebitPartyCharges", None),
        ("TransactionReason", None),
        ("ReasonType", "Pay Bill Online" if is_in else "Pay Bill Reversal"),
        ("TransactionStatus", status),
        ("FinalisedTime", stamp(moved.at)),
        ("Amount", f"{taken.amount_cents / 100:.2f}"),
        ("ReceiptNo", moved.receipt),
    ]


def reversal_pairs(back: Returned, balance_cents: int, shop: str) -> Pairs:
    """What the result of a reversal tells."""
    taken, has = back.original, f"{balance_cents / 100:.2f}"
    return [
        ("DebitAccountBalance", f"Utility Account|KES|{has}|{has}|0.00|0.00"),
        ("Amount", taken.amount_cents // 100),
        ("TransCompletedTime", stamp(back.at)),
        ("OriginalTransactionID", taken.receipt),
        ("Charge", 0),
        ("CreditPartyPublicName", f"{taken.phone} - {taken.name.title()} Doe"),
        ("DebitPartyPublicName", f"{shop} - Pretend"),
    ]


def balance_pairs(balance_cents: int, at: float) -> Pairs:
    """What the result of an account balance tells."""
    has = f"{balance_cents / 100:.2f}"
    accounts = {
        "Working Account": "0.00",
        "Utility Account": has,
        "Charges Paid Account": "0.00",
        "Organization Settlement Account": "0.00",
    }
    parts = [f"{name}|KES|{sum_}|{sum_}|0.00|0.00" for name, sum_ in accounts.items()]
    return [("AccountBalance", "&".join(parts)), ("BOCompletedTime", stamp(at))]


def _pair(key: str, value: Any) -> dict[str, Any]:
    return {"Key": key} if value is None else {"Key": key, "Value": value}
