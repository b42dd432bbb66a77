"""What Safaricom tells us about a payment, read without trusting a byte of it.

Knows the shapes of an STK callback and the meaning of a ResultCode. Doesn't know
which payment it belongs to, nor whether it is genuine: the path token says that.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from hotspot_lite.errors import BadInput

MAX_CALLBACK_BYTES = 32 * 1024
MAX_DEPTH = 8
MAX_ID_CHARS = 64

# ResultCode -> (key of the customer's text, when it makes sense to try again).
# The hints: "now", "wait" (two minutes), "operator" (not before somebody acts).
CODES: dict[str, tuple[str, str]] = {
    "0": ("paid", "no"),
    "1": ("low_balance", "now"),
    "2": ("too_small", "operator"),
    "3": ("too_large", "operator"),
    "4": ("daily_limit", "wait"),
    "8": ("shop_full", "operator"),
    "17": ("same_again", "wait"),
    "26": ("busy", "wait"),
    "1001": ("phone_busy", "wait"),
    "1019": ("expired", "now"),
    "1025": ("no_prompt", "now"),
    "1032": ("cancelled", "now"),
    "1036": ("no_prompt", "now"),
    "1037": ("no_answer", "now"),
    "2001": ("wrong_pin", "now"),
    "2028": ("shop_setup", "operator"),
    "8006": ("pin_locked", "operator"),
    "9999": ("no_prompt", "now"),
    "SFC_IC0003": ("shop_setup", "operator"),
}
ENGLISH = {
    "paid": "Paid. Thank you.",
    "low_balance": "There is not enough money in your M-Pesa. Top up and try again.",
    "too_small": "The amount is below what M-Pesa accepts.",
    "too_large": "The amount is above what M-Pesa accepts.",
    "daily_limit": "You have reached your M-Pesa limit for today.",
    "shop_full": "The shop can't receive money just now. Please tell the shop.",
    "same_again": "You paid this amount a moment ago. Wait two minutes, then look "
    "whether you are online before you pay again.",
    "busy": "M-Pesa is busy. Try again in a few minutes.",
    "phone_busy": "Your phone has another M-Pesa request open. Finish it, wait a "
    "minute and try again.",
    "expired": "The request ran out before the PIN was entered. Try again.",
    "no_prompt": "M-Pesa could not show the request on your phone. Try again.",
    "cancelled": "You cancelled the payment. Nothing was taken.",
    "no_answer": "Your phone did not answer. Switch it on, keep it unlocked and try "
    "again; dialling *234# updates an old SIM.",
    "wrong_pin": "The PIN was wrong. Try again.",
    "shop_setup": "The shop's M-Pesa is not set up right. Please tell the shop.",
    "pin_locked": "Your M-Pesa PIN is locked. Call Safaricom on 100.",
    "unknown": "M-Pesa did not complete the payment. Try again in a few minutes.",
}
BANNED_WORDS = (
    "mpesa",
    "m-pesa",
    "safaricom",
    "exe",
    "exec",
    "cmd",
    "sql",
    "query",
)
# Decimal() by itself takes "1_000", "NaN" and digits of other scripts.
_AMOUNT = re.compile(r"[0-9]{1,40}(\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?")
_LOCAL_SUFFIXES = (".local", ".localhost", ".lan", ".internal", ".home.arpa", ".test")


@dataclass(frozen=True)
class StkCallback:
    """One callback, as told; `ok` is Safaricom's claim and not yet ours.

    `amount_cents` is None where no amount came, and also where one came that is
    not a whole number of cents (`amount_unreadable`); `amount_text` keeps it raw.
    """

    checkout_request_id: str
    merchant_request_id: str
    result_code: str
    result_text: str
    amount_cents: int | None = None
    amount_text: str = ""
    amount_unreadable: bool = False
    receipt: str | None = None
    paid_at_text: str = ""
    phone_given: str | None = None

    @property
    def ok(self) -> bool:
        """Safaricom says that the money was paid."""
        return self.result_code == "0"


def read_callback(raw: bytes) -> StkCallback:
    """Read the body of an STK callback.

    Raises BadInput for what no honest sender sends (facts/mpesa.md 8.4): too large,
    too deep, not UTF-8 JSON, repeated keys, NaN, or without an ID and a code.
    """
    told = _part(_part(load_body(raw), "Body"), "stkCallback")
    items = _items(told.get("CallbackMetadata"))
    cents = cents_of(items.get("Amount"))
    return StkCallback(
        checkout_request_id=_identifier(told, "CheckoutRequestID"),
        merchant_request_id=line_of(told.get("MerchantRequestID"), MAX_ID_CHARS),
        result_code=_result_code(told),
        result_text=line_of(told.get("ResultDesc")),
        amount_cents=cents,
        amount_text=line_of(items.get("Amount"), 64),
        amount_unreadable="Amount" in items and cents is None,
        receipt=line_of(items.get("MpesaReceiptNumber"), 32) or None,
        paid_at_text=line_of(items.get("TransactionDate"), 32),
        phone_given=line_of(items.get("PhoneNumber"), 128) or None,
    )


def plain_words(result_code: str) -> str:
    """What to tell the customer, in English, for a ResultCode known or unknown."""
    return ENGLISH[CODES.get(result_code, ("unknown", ""))[0]]


def check_callback_url(url: str, allow_http_loopback: bool) -> None:
    """Refuse an address that Daraja would refuse, or could never reach.

    Raises BadInput(field="callback_url"). `allow_http_loopback` is for a Daraja
    that runs on this machine (demo, tests). A token in the path should be hex:
    other alphabets spell a banned word now and then.
    """
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise _bad_url("it can't be read") from None
    if not (url.isascii() and url.isprintable()) or " " in url or not host:
        raise _bad_url("it can't be read")
    for word in BANNED_WORDS:
        if word in url.lower():
            raise _bad_url(f"Safaricom refuses addresses that contain '{word}'")
    if allow_http_loopback and parts.scheme == "http" and _is_loopback(host):
        return
    if parts.scheme != "https":
        raise _bad_url("it does not begin with https://")
    if not _is_public(host):
        raise _bad_url("its host can't be reached from the internet")


def _bad_url(why: str) -> BadInput:
    return BadInput(
        f"The callback address can't be used: {why}.",
        "Set mpesa.callback_url to a public https address of this box.",
        field="callback_url",
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_public(host: str) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        return "." in host.strip(".") and not host.endswith(_LOCAL_SUFFIXES)


def _bad(why: str, field: str = "body") -> BadInput:
    return BadInput(f"The callback can't be read: {why}.", field=field)


def load_body(raw: bytes) -> object:
    """The JSON of a body. Raises BadInput for what no honest sender sends."""
    if len(raw) > MAX_CALLBACK_BYTES:
        raise _bad("it is too large")
    try:
        # Decimal keeps 10.004 apart from 10.00; a float would not for long.
        loaded: object = json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_without_repeats,
            parse_float=Decimal,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError, InvalidOperation):
        raise _bad("it is not plain JSON") from None
    _check_depth(loaded, MAX_DEPTH)
    return loaded


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _bad("it says the same key twice")
    return found


def _no_constant(name: str) -> object:
    raise _bad(f"{name} is not a number")


def _check_depth(value: object, left: int) -> None:
    if not isinstance(value, dict | list):
        return
    if left == 0:
        raise _bad("it is nested too deep")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, left - 1)


def _part(value: object, key: str) -> dict[str, Any]:
    inner = value.get(key) if isinstance(value, dict) else None
    if not isinstance(inner, dict):
        raise _bad(f"{key} is missing", field=key)
    return inner


def _identifier(told: dict[str, Any], key: str) -> str:
    value = told.get(key)
    if not isinstance(value, str) or not 0 < len(value.strip()) <= MAX_ID_CHARS:
        raise _bad(f"{key} is missing", field=key)
    return line_of(value, MAX_ID_CHARS)


def _result_code(told: dict[str, Any]) -> str:
    """The code as text: it comes as 1032, "1032" and "SFC_IC0003"."""
    value = told.get("ResultCode")
    if isinstance(value, Decimal) and value == value.to_integral_value():
        value = int(value) if value.adjusted() < 9 else None
    code = "" if isinstance(value, Decimal) else line_of(value, 32)
    if not code:
        raise _bad("ResultCode is missing", field="ResultCode")
    return code


def _items(metadata: object) -> dict[str, Any]:
    """The metadata by Name: neither order nor presence of an item is promised."""
    listed = metadata.get("Item") if isinstance(metadata, dict) else None
    found: dict[str, Any] = {}
    for item in listed if isinstance(listed, list) else [listed]:
        if isinstance(item, dict) and isinstance(item.get("Name"), str):
            name, value = item["Name"], item.get("Value")
            # Two different amounts are no amount.
            same = name not in found or found[name] == value
            found[name] = value if same else None
    return found


def cents_of(value: object) -> int | None:
    """`value` shillings as cents, or None where it is not a whole number >= 0."""
    text = "" if isinstance(value, bool) else str(value).strip()
    if not _AMOUNT.fullmatch(text):
        return None
    try:
        shillings = Decimal(text)
        # Ahead of the arithmetic: 1E+999999 would take all memory as an integer.
        if shillings.adjusted() > 12:
            return None
        cents = int(shillings.scaleb(2))
    except ArithmeticError:
        return None
    return cents if Decimal(cents).scaleb(-2) == shillings else None


def line_of(value: object, most: int = 200) -> str:
    """`value` as one clean line of text; "" for what is not text or a number."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return ""
    # Lone surrogates are legal JSON and would blow up in the database.
    text = str(value).encode("utf-8", "replace").decode("utf-8")
    return "".join(c if c.isprintable() else " " for c in text).strip()[:most]
