"""Money paid by hand to the paybill or till: registering our addresses, reading bodies.

Knows C2B's shapes and nothing of whose money it is. Source: facts/mpesa.md 1.7.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hotspot_lite.errors import BadInput, GiveUp
from hotspot_lite.wires.daraja import Daraja
from hotspot_lite.wires.daraja_answers import Told, refusal
from hotspot_lite.wires.daraja_callback import cents_of, line_of, load_body

REGISTER = "/mpesa/c2b/v2/registerurl"
REGISTERED_TODO = (
    "Safaricom keeps the first addresses. Delete them in the Daraja portal under URL"
    " management, or write to apisupport@safaricom.co.ke, and run this again."
)
_RECEIPT = re.compile(r"[A-Z0-9]{6,20}")


@dataclass(frozen=True)
class C2bTransfer:
    """One confirmation, as told. `phone` only where the number came whole.

    `phone_hash` is its SHA-256 (v1), `phone_hint` what v2 leaves of it.
    """

    receipt: str
    amount_cents: int
    account: str
    shortcode: str
    phone: str
    phone_hash: str
    phone_hint: str
    payer: str


def register(
    daraja: Daraja, shortcode: str, confirm_url: str, validate_url: str
) -> None:
    """Tell Daraja where to tell of money paid by hand; once in a shortcode's life.

    Payments go through where our validation doesn't answer ("Completed"). Raises
    TryAgain, or GiveUp with what the owner is to do.
    """
    asked = {
        "ShortCode": shortcode,
        "ResponseType": "Completed",
        "ConfirmationURL": confirm_url,
        "ValidationURL": validate_url,
    }
    answer = daraja.post(REGISTER, asked)
    told = Told.of(answer)
    if answer.status == 200 and told.text("responsecode") in ("0", "00000000"):
        return
    says = told.says or told.text("responsedescription")
    if told.code == "500.003.1001" or "already registered" in says.lower():
        raise GiveUp("Addresses are registered for this number.", REGISTERED_TODO)
    why = refusal(told)
    raise GiveUp(
        f"Safaricom refused the addresses: {says or answer.status}.",
        (why.todo if why else "") or "Try again in some minutes.",
    )


def read_transfer(raw: bytes) -> C2bTransfer:
    """Read a confirmation's body. Raises BadInput for what can't be one.

    The same strictness as for callbacks: UTF-8 JSON, no key twice, not too deep.
    """
    told = load_body(raw)
    if not isinstance(told, dict):
        raise BadInput("The confirmation is not an object.", field="body")
    receipt = line_of(told.get("TransID"), 32).upper()
    if not _RECEIPT.fullmatch(receipt):
        raise BadInput("The confirmation has no receipt.", field="TransID")
    cents = cents_of(told.get("TransAmount"))
    if not cents:
        raise BadInput("The confirmation has no amount.", field="TransAmount")
    return C2bTransfer(
        receipt,
        cents,
        line_of(told.get("BillRefNumber"), 40),
        line_of(told.get("BusinessShortCode"), 16),
        *_number(told),
        line_of(told.get("FirstName"), 40),
    )


def _number(told: dict[str, Any]) -> tuple[str, str, str]:
    """The payer's number: whole, as SHA-256, and as a person may see it."""
    given = re.sub(r"\s", "", line_of(told.get("MSISDN"), 128))
    if re.fullmatch(r"254[17][0-9]{8}", given):
        return given, "", f"{given[:4]}•••• {given[-3:]}"
    if re.fullmatch(r"[0-9a-fA-F]{64}", given):
        return "", given.lower(), ""
    return "", "", given[:20] if "*" in given else ""
