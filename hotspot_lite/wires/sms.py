"""Sends one text message through whichever provider the owner has.

Knows the providers' requests and what their refusals mean. Doesn't know who is
written to or why; a message whose fate is unclear is never sent again from here.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from urllib.parse import parse_qsl, quote, urlencode

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.sms_text import parts, plain
from hotspot_lite.wires import sms_modem
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.http_answer import Answer, OutcomeUnknown

__all__ = ["PROVIDERS", "Message", "Sent", "SmsAccount", "parts", "plain", "send"]

log = logging.getLogger(__name__)

_KEY_TODO = "Check sms.api_key, the sender name and the account at the provider."
_NUMBER_TODO = "Check the customer's number."
_CREDIT_TODO = "Buy SMS credit at the provider, then run the failed messages again."


@dataclass(frozen=True)
class SmsAccount:
    """An account at a provider: `url` is its host, or for "http" the whole address.

    `modem` is for the provider "modem" alone, as the fields from `method` on are for
    "http". Its url, body and
    headers may hold {to} {text} {from} {id} {key}; `body_kind` is form, json or
    query. It counts as sent if the status lies in `ok_status` and, where `ok_path`
    is set ("a.0.b"), the JSON there reads `ok_value` (any value if that is empty).
    """

    provider: str
    url: str = ""
    api_key: str = field(default="", repr=False)
    sender: str = ""
    username: str = ""
    partner_id: str = ""
    modem: sms_modem.Modem = sms_modem.Modem()
    method: str = "POST"
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str = field(default="", repr=False)
    body_kind: str = "json"
    ok_status: tuple[int, int] = (200, 299)
    ok_path: str = ""
    ok_value: str = ""
    id_path: str = ""


@dataclass(frozen=True)
class Message:
    """One message: `to` is 2547…; `our_id` is what we call it, for the provider."""

    to: str = field(repr=False)
    text: str = field(repr=False)  # may hold a voucher
    our_id: str = ""


@dataclass(frozen=True)
class Sent:
    """Handed over; `uncertain` where it may or may not be. Never send those again."""

    message_id: str | None = None
    uncertain: bool = False


Provider = Callable[[SmsAccount, Message, Caller], Sent]


def send(
    account: SmsAccount,
    to: str,
    text: str,
    our_id: str = "",
    caller: Caller | None = None,
) -> Sent:
    """Send `text` to `to` (2547…). Raises TryAgain if it surely was not sent and
    may be later, GiveUp if it never will be.
    """
    provider = PROVIDERS.get(account.provider)
    if provider is None:
        known = ", ".join(sorted(PROVIDERS))
        raise GiveUp(
            f"There is no SMS provider '{account.provider[:40]}'.",
            f"Set sms.provider to one of: {known}.",
        )
    try:
        return provider(account, Message(to, text, our_id), caller or _shared())
    except OutcomeUnknown:
        return Sent(uncertain=True)


@cache
def _shared() -> Caller:
    """One for the process: to read the system's certificates takes a Pi a while."""
    return Caller()


def _log(account: SmsAccount, message: Message, caller: Caller) -> Sent:
    """Sends nothing; a voucher is money, so its text stays out of the log."""
    shown = f"{message.to[:4]}••••{message.to[-3:]}"
    log.info("an SMS of %d characters would go to %s", len(message.text), shown)
    return Sent(message.our_id or "log")


def _textsms(account: SmsAccount, message: Message, caller: Caller) -> Sent:
    """TextSMS, Advanta, Celcom, Sunface: one API under four names (facts 3)."""
    asked = {
        "apikey": account.api_key,
        "partnerID": account.partner_id,
        "message": message.text,
        "shortcode": account.sender,
        "mobile": message.to,
    }
    # POST only: their GET form would put the key into every proxy's log.
    url = _base(account) + "/api/services/sendsms/"
    answer = caller.call("POST", url, _JSON, json.dumps(asked).encode())
    told = _at(answer.json(), "responses.0")
    # "respose-code" is their spelling; some have mended it.
    code = _text(_at(told, "respose-code")) or _text(_at(told, "response-code"))
    if code == "200":
        return Sent(_text(_at(told, "messageid")) or None)
    if code:
        raise _textsms_refusal(code, _text(_at(told, "response-description")))
    return _unclear(answer)


def _textsms_refusal(code: str, words: str) -> Exception:
    says = f"The SMS provider refused: {words[:80] or code}."
    todo = _TEXTSMS_PERMANENT.get(code)
    return TryAgain(says) if todo is None else GiveUp(says, todo)


_TEXTSMS_PERMANENT = {
    "400": _KEY_TODO,
    "401": _KEY_TODO,
    "402": _CREDIT_TODO,
    "403": _KEY_TODO,
    "1001": _KEY_TODO,
    "1002": _NUMBER_TODO,
    "1003": _NUMBER_TODO,
    "1004": _CREDIT_TODO,
    "1006": _KEY_TODO,
    "1009": _KEY_TODO,
    "1010": _KEY_TODO,
    "4091": _KEY_TODO,
    "4092": _KEY_TODO,
    "4093": _KEY_TODO,
}


def _africastalking(account: SmsAccount, message: Message, caller: Caller) -> Sent:
    asked = {
        "username": account.username,
        "to": f"+{message.to}",
        "message": message.text,
        "bulkSMSMode": "1",
    }
    if account.sender:
        asked["from"] = account.sender
    headers = {
        "apiKey": account.api_key,
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    url = _base(account) + "/version1/messaging"
    answer = caller.call("POST", url, headers, urlencode(asked).encode())
    told = _at(answer.json(), "SMSMessageData.Recipients.0")
    code = _text(_at(told, "statusCode"))
    if code in ("100", "101", "102"):
        return Sent(_text(_at(told, "messageId")) or None)
    if code:
        raise _africastalking_refusal(code, _text(_at(told, "status")))
    return _unclear(answer)


def _africastalking_refusal(code: str, words: str) -> Exception:
    says = f"Africa's Talking refused: {words[:80] or code}."
    if code.startswith("5"):
        return TryAgain(says)
    if "balance" in words.lower() or "credit" in words.lower():
        return GiveUp(says, _CREDIT_TODO)
    is_number = "number" in words.lower() or "blacklist" in words.lower()
    return GiveUp(says, _NUMBER_TODO if is_number else _KEY_TODO)


def _modem(account: SmsAccount, message: Message, caller: Caller) -> Sent:
    sms_modem.send(account.modem, message.to, message.text)
    return Sent(message.our_id or "modem")


def _http(account: SmsAccount, message: Message, caller: Caller) -> Sent:
    """Any other provider, described by the owner in templates."""
    values = {
        "{to}": message.to,
        "{text}": message.text,
        "{from}": account.sender,
        "{id}": message.our_id,
        "{key}": account.api_key,
    }
    url = _filled(account.url, {k: quote(v, safe="") for k, v in values.items()})
    body, kind = _templated_body(account, values)
    if account.body_kind == "query" and body:
        url, body = f"{url}{'&' if '?' in url else '?'}{body}", ""
    headers = {"Content-Type": kind} if body else {}
    headers |= {name: _filled(text, values) for name, text in account.headers}
    answer = caller.call(account.method, url, headers, body.encode() or None)
    return _templated_answer(account, answer)


def _templated_body(account: SmsAccount, values: dict[str, str]) -> tuple[str, str]:
    """The filled-in body and its content type.

    The template is taken apart before it is filled: a quote or an ampersand in a
    message can't then become part of the request.
    """
    if account.body_kind != "json":
        pairs = parse_qsl(account.body, keep_blank_values=True)
        filled = [(name, _filled(text, values)) for name, text in pairs]
        return urlencode(filled), "application/x-www-form-urlencoded"
    if not account.body:
        return "", "application/json"
    try:
        template = json.loads(account.body)
    except ValueError:
        raise GiveUp("The template of the SMS body is not JSON.") from None
    return json.dumps(_filled_deep(template, values)), "application/json"


def _filled_deep(part: object, values: dict[str, str]) -> object:
    if isinstance(part, dict):
        return {name: _filled_deep(inner, values) for name, inner in part.items()}
    if isinstance(part, list):
        return [_filled_deep(inner, values) for inner in part]
    return _filled(part, values) if isinstance(part, str) else part


def _filled(template: str, values: dict[str, str]) -> str:
    """One pass from left to right: "{key}" inside a message is only text."""
    rest, done = template, ""
    while rest:
        name = next((name for name in values if rest.startswith(name)), "")
        done += values[name] if name else rest[0]
        rest = rest[len(name) or 1 :]
    return done


def _templated_answer(account: SmsAccount, answer: Answer) -> Sent:
    least, most = account.ok_status
    if not least <= answer.status <= most:
        return _unclear(answer)
    if account.ok_path:
        found = _text(_at(answer.json(), account.ok_path))
        if not found or (account.ok_value and found != account.ok_value):
            raise GiveUp(f"The SMS provider refused: {found[:80] or 'no reason'}.")
    ours = _text(_at(answer.json(), account.id_path)) if account.id_path else ""
    return Sent(ours or None)


def _unclear(answer: Answer) -> Sent:
    """Judge an answer by its status alone, where its body says nothing we know."""
    if answer.status in (429, 503):
        raise TryAgain(
            f"The SMS provider is not taking messages (HTTP {answer.status}).",
            after_seconds=answer.retry_after(),
        )
    if answer.status == 402:
        raise GiveUp("The SMS provider wants money first.", _CREDIT_TODO)
    if 300 <= answer.status < 500:
        raise GiveUp(f"The SMS provider refused (HTTP {answer.status}).", _KEY_TODO)
    return Sent(uncertain=True)


def _base(account: SmsAccount) -> str:
    url = account.url or _HOSTS.get(account.provider, "")
    if not url:
        raise GiveUp(
            f"The address of the SMS provider '{account.provider}' is not set.",
            "Set sms.url to the address in the provider's API page.",
        )
    return url.rstrip("/")


def _at(found: object, path: str) -> object | None:
    """What lies at "a.0.b" in parsed JSON, or None."""
    for step in path.split("."):
        if isinstance(found, dict):
            found = found.get(step)
        elif isinstance(found, list) and step.isdigit() and int(step) < len(found):
            found = found[int(step)]
        else:
            return None
    return found


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip()[:200] if isinstance(value, str | int) else ""


_JSON = {"Content-Type": "application/json"}
_HOSTS = {
    "africastalking": "https://api.africastalking.com",
    "celcom": "https://isms.celcomafrica.com",
}

# A new provider is one function above and one line here.
PROVIDERS: dict[str, Provider] = {
    "log": _log,
    "textsms": _textsms,
    "advanta": _textsms,
    "celcom": _textsms,
    "sunface": _textsms,
    "africastalking": _africastalking,
    "http": _http,
    "modem": _modem,
}
