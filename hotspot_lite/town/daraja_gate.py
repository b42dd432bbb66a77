"""What Daraja checks before it does anything, and how it words a refusal."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from hotspot_lite.town.daraja_phones import EAT
from hotspot_lite.town.stand import Ask, Reply, as_json

BANNED_WORDS = ("mpesa", "m-pesa", "safaricom", "exe", "exec", "cmd", "sql", "query")
_REQUEST_ID = "4788-81090592-4"
_SIGNED = ("BusinessShortCode", "Password", "Timestamp")
_PUSH_FIELDS = (
    *_SIGNED,
    "TransactionType",
    "Amount",
    "PartyA",
    "PartyB",
    "PhoneNumber",
    "CallBackURL",
    "AccountReference",
    "TransactionDesc",
)


@dataclass(frozen=True)
class Shop:
    """The one account that this Daraja knows."""

    consumer_key: str = "pretend-key"
    consumer_secret: str = "pretend-secret"
    shortcode: str = "174379"
    passkey: str = "pretend-passkey"
    till: str = ""
    initiator: str = "pretend-initiator"
    initiator_password: str = "pretend-password"

    @property
    def numbers(self) -> tuple[str, ...]:
        """What people pay to: the paybill or store, and the till where there is one."""
        return tuple(number for number in (self.shortcode, self.till) if number)


def error(code: str, message: str, status: int) -> Reply:
    """Daraja's own error body."""
    told = {"requestId": _REQUEST_ID, "errorCode": code, "errorMessage": message}
    return as_json(told, status)


def invalid(name: str) -> Reply:
    """The refusal for one wrong field."""
    return error("400.002.02", f"Bad Request - Invalid {name}", 400)


def spike_arrest(retry_after: str = "") -> Reply:
    """What the gateway in front of Daraja says to one who asks too often."""
    rate = (
        "MessageRate{messagesPerPeriod=5, periodInMicroseconds=60000000, "
        "maxBurstMessageCount=1.0}"
    )
    told = {
        "fault": {
            "faultstring": f"Spike arrest violation. Allowed rate : {rate}",
            "detail": {"errorcode": "policies.ratelimit.SpikeArrestViolation"},
        }
    }
    wait = {"Retry_After": retry_after} if retry_after else {}
    return as_json(told, 429, **wait)


def basic_is_right(ask: Ask, shop: Shop) -> bool:
    """The key and the secret are the shop's."""
    pair = f"{shop.consumer_key}:{shop.consumer_secret}".encode()
    sent = ask.headers.get("authorization", "")
    return sent == "Basic " + base64.b64encode(pair).decode()


def check_signed(
    ask: Ask, shop: Shop, now: float, slack_seconds: float
) -> Reply | None:
    """What push and query have in common: JSON, shortcode, password, time."""
    fields = ask.json()
    kind = ask.headers.get("content-type", "")
    if not isinstance(fields, dict) or "json" not in kind:
        return invalid("BusinessShortCode")  # what form data gets, of all things
    if str(fields.get("BusinessShortCode", "")) != shop.shortcode:
        if re.fullmatch(r"[0-9]{5,7}", str(fields.get("BusinessShortCode", ""))):
            return error("500.001.1001", "Merchant does not exist", 500)
        return invalid("BusinessShortCode")
    return _check_time(fields, now, slack_seconds) or _check_password(fields, shop)


def check_push(fields: Mapping[str, Any], allow_http_loopback: bool) -> Reply | None:
    """Every field of a push that is refused at once."""
    for name in _PUSH_FIELDS:
        if str(fields.get(name, "")).strip() == "":
            return invalid(name)
    if not _is_amount(fields["Amount"]):
        return invalid("Amount")
    for name in ("PartyA", "PhoneNumber"):
        if not re.fullmatch(r"254[17][0-9]{8}", str(fields[name])):
            return invalid(name)
    if not is_callback(str(fields["CallBackURL"]), allow_http_loopback):
        return invalid("CallBackURL")
    return _check_texts(fields)


def late_code(fields: Mapping[str, Any], shop: Shop) -> str:
    """The ResultCode of a push that is wrong in a way only the phone finds out."""
    is_till = fields["TransactionType"] == "CustomerBuyGoodsOnline"
    right = shop.till if is_till else shop.shortcode
    return "" if right and str(fields["PartyB"]) == right else "SFC_IC0003"


def _check_time(
    fields: Mapping[str, Any], now: float, slack_seconds: float
) -> Reply | None:
    try:
        stamp = datetime.strptime(str(fields.get("Timestamp", "")), "%Y%m%d%H%M%S")
    except ValueError:
        return invalid("Timestamp")
    off = abs(stamp.replace(tzinfo=EAT).timestamp() - now)
    return invalid("Timestamp") if off > slack_seconds else None


def _check_password(fields: Mapping[str, Any], shop: Shop) -> Reply | None:
    signed = f"{shop.shortcode}{shop.passkey}{fields['Timestamp']}".encode()
    if fields.get("Password") == base64.b64encode(signed).decode():
        return None
    return error("500.001.1001", "[MerchantValidate] - Wrong credentials", 500)


def _check_texts(fields: Mapping[str, Any]) -> Reply | None:
    if str(fields["TransactionType"]) not in (
        "CustomerPayBillOnline",
        "CustomerBuyGoodsOnline",
    ):
        return invalid("TransactionType")
    if len(str(fields["AccountReference"])) > 12:
        return invalid("AccountReference")
    if len(str(fields["TransactionDesc"])) > 13:
        return invalid("TransactionDesc")
    return None


def _is_amount(value: object) -> bool:
    text = str(value)
    return bool(re.fullmatch(r"[0-9]{1,6}", text)) and 1 <= int(text) <= 250_000


def is_callback(url: str, allow_http_loopback: bool) -> bool:
    """Daraja would post to this address: https, and none of the banned words."""
    parts = urlsplit(url)
    is_loopback = parts.hostname in ("127.0.0.1", "localhost", "::1")
    is_allowed = allow_http_loopback and parts.scheme == "http" and is_loopback
    if not is_allowed and (parts.scheme != "https" or not parts.hostname):
        return False
    return not any(word in url.lower() for word in BANNED_WORDS)
