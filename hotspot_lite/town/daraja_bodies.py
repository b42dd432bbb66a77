"""The callbacks of prompts, in every shape that was seen or published (facts 1.4)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any

from hotspot_lite.town.daraja_phones import EAT, Phone, Prompt

NUMBERS = ("number", "text", "masked", "hashed", "missing")
SHAPES = ("A", "B", "C", "empty", "bare")


def callback_body(prompt: Prompt, phone: Phone, code: str = "") -> dict[str, Any]:
    """The callback for a prompt that has ended; `code` replaces the true ResultCode.

    Shapes A and B are production's: a fractional amount and a balance, or a whole one
    and a balance without a value. C is out of order, with texts and no balance. Empty
    has no items, bare no metadata. A failure carries no metadata.
    """
    code = code or prompt.code
    is_number = code.isdigit() and not phone.callback_code_is_text
    told: dict[str, Any] = {
        "MerchantRequestID": prompt.merchant_id,
        "CheckoutRequestID": phone.callback_id or prompt.checkout_id,
        "ResultCode": int(code) if is_number else code,
        "ResultDesc": prompt.text,
    }
    if code == "0" and phone.shape != "bare":
        told["CallbackMetadata"] = {"Item": _items(prompt, phone)}
    return {"Body": {"stkCallback": told}}


def _items(prompt: Prompt, phone: Phone) -> list[dict[str, Any]]:
    if phone.shape == "empty":
        return []
    moment = datetime.fromtimestamp(prompt.paid_at, UTC).astimezone(EAT)
    is_c = phone.shape == "C"
    when = f"{moment:%Y-%m-%d %H:%M:%S}" if is_c else int(f"{moment:%Y%m%d%H%M%S}")
    balance = {"Name": "Balance", "Value": 0.0} if phone.shape == "A" else None
    items: list[dict[str, Any]] = [
        {"Name": "Amount", "Value": _amount(prompt, phone)},
        _named("MpesaReceiptNumber", phone.callback_receipt or prompt.receipt),
        balance or _named("Balance"),
        _named("TransactionDate", when),
        *_number(prompt.phone, phone.callback_number),
    ]
    return (
        [item for item in items[::-1] if item["Name"] != "Balance"] if is_c else items
    )


def _amount(prompt: Prompt, phone: Phone) -> Any:
    if phone.callback_amount is not None:
        return None if phone.callback_amount == "null" else phone.callback_amount
    shillings = prompt.amount_cents // 100
    as_text: Any = str(shillings)
    shapes: dict[str, Any] = {"A": float(shillings), "C": as_text}
    return shapes.get(phone.shape, shillings)


def _number(phone: str, how: str) -> list[dict[str, Any]]:
    told: dict[str, Any] = {
        "number": int(phone),
        "text": phone,
        "masked": f"{phone[:4]}***{phone[-3:]}",
        "hashed": hashlib.sha256(phone.encode()).hexdigest(),
    }
    return [_named("PhoneNumber", told[how])] if how in told else []


def _named(name: str, value: Any = None) -> dict[str, Any]:
    return {"Name": name} if value is None else {"Name": name, "Value": value}
