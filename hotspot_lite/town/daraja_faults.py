"""What Daraja answers when it is unwell: refusals, and answers that hide a yes."""

from __future__ import annotations

import gzip
from typing import Any

from hotspot_lite.town.daraja_gate import error, spike_arrest
from hotspot_lite.town.daraja_phones import TEXTS, Prompt
from hotspot_lite.town.stand import Reply, as_html, as_json

# Faults before anything is done, and faults after the phone has rung.
REFUSING_FAULTS = (
    "html-503",
    "html-502",
    "html-403",
    "429",
    "busy",
    "quota",
    "internal",
    "down",
)
ACCEPTING_FAULTS = (
    "response-lost",
    "empty-ids",
    "html-200",
    "html-503-accepted",
    "internal-accepted",
    "cut",
    "gzip",
    "drip",
)
PUSH_FAULTS = REFUSING_FAULTS + ACCEPTING_FAULTS
_BUSY = "System is busy. Please try again in few minutes."
QUERY_SHAPES = ("text", "number", "small", "no-code")


def refusal(fault: str, retry_after: str) -> Reply:
    """The answer of one of REFUSING_FAULTS."""
    return {
        "html-503": as_html("Service Unavailable", 503),
        "html-502": as_html("Bad Gateway", 502),
        "html-403": as_html("Request unsuccessful. Incapsula incident", 403),
        "429": spike_arrest(retry_after),
        "busy": error("500.003.02", _BUSY, 500),
        "quota": error("500.003.03", "Quota Violation", 500),
        "internal": error("500.003.1001", "Internal Server Error", 500),
        "down": Reply(drop=True),
    }[fault]


def accepted(prompt: Prompt, fault: str, drip_seconds: float) -> Reply:
    """The answer to a push whose phone rings, spoiled by one of ACCEPTING_FAULTS."""
    is_blank = fault == "empty-ids"
    words = "Success. Request accepted for processing"
    reply = as_json(
        {
            "MerchantRequestID": "" if is_blank else prompt.merchant_id,
            "CheckoutRequestID": "" if is_blank else prompt.checkout_id,
            "ResponseCode": "" if is_blank else "0",
            "ResponseDescription": "" if is_blank else words,
            "CustomerMessage": "" if is_blank else words,
        }
    )
    packed = {"Content-Encoding": "gzip"}
    faulty = {
        "response-lost": Reply(drop=True),
        "html-200": as_html("Request accepted", 200),
        "html-503-accepted": as_html("Service Unavailable", 503),
        "internal-accepted": error("500.003.1001", "Internal Server Error", 500),
        "cut": Reply(200, reply.body[: len(reply.body) // 2]),
        "gzip": Reply(200, gzip.compress(reply.body), headers=packed),
        "drip": Reply(200, reply.body, drip_seconds=drip_seconds),
    }
    return faulty.get(fault, reply)


def query_answer(prompt: Prompt, code: str, text: str, shape: str) -> Reply:
    """What a query says of a prompt, in one of QUERY_SHAPES."""
    told: dict[str, Any] = {
        "ResponseCode": "0",
        "ResponseDescription": "The service request has been accepted successsfully",
        "MerchantRequestID": prompt.merchant_id,
        "CheckoutRequestID": prompt.checkout_id,
        "ResultCode": code,
        "ResultDesc": text or TEXTS.get(code, ""),
    }
    if shape == "number" and code.isdigit():
        told["ResultCode"] = int(code)
    if shape == "no-code":
        del told["ResultCode"]
    if shape == "small":
        told = {name[0].lower() + name[1:]: value for name, value in told.items()}
    return as_json(told)
