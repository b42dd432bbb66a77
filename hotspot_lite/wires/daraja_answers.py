"""What Daraja's synchronous answers mean: which refusal it is, and whose to mend.

Knows the error table of facts/mpesa.md 1.3. Keys come in any case, bodies as JSON,
HTML or nothing at all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from hotspot_lite.wires.http_answer import Answer

MAX_ID_CHARS = 64
BAD_KEYS_TODO = "The owner checks mpesa.consumer_key and mpesa.consumer_secret."
_SETUP_TODO = "The owner checks mpesa.shortcode, mpesa.till and mpesa.passkey."
_PRODUCT_TODO = "The owner adds the M-Pesa Express product to the app at Safaricom."
_BUG_TODO = "The owner sends this message to whoever looks after hotspot-lite."
# "Invalid Access Token - <the token>" is one of its texts; numbers go with it.
_SECRET = re.compile(r"[A-Za-z0-9+/=_-]{24,}|254[0-9]{9}")


@dataclass(frozen=True)
class Refusal:
    """Daraja did not do it. `wait_seconds` is None where waiting does not mend it."""

    code: str
    says: str
    todo: str
    wait_seconds: float | None = None


@dataclass(frozen=True)
class Told:
    """One answer, its keys in lower case; `fields` is empty for what is not JSON."""

    status: int
    fields: dict[str, Any]

    @staticmethod
    def of(answer: Answer) -> Told:
        """Read an answer of any shape. Never raises."""
        loaded = answer.json()
        found = loaded if isinstance(loaded, dict) else {}
        return Told(answer.status, {key.lower(): found[key] for key in found})

    def text(self, key: str) -> str:
        """The value of `key` as one line of text; "" where there is none."""
        value = self.fields.get(key)
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        clean = "".join(c if c.isprintable() else " " for c in str(value))
        return clean.encode("utf-8", "replace").decode().strip()[:4096]

    def identifier(self, key: str) -> str | None:
        """The value of `key`, or None for the empty IDs that Daraja has sent."""
        value = self.text(key)
        return value if 0 < len(value) <= MAX_ID_CHARS else None

    @property
    def code(self) -> str:
        """Daraja's errorCode, or the gateway's fault code."""
        return (self.text("errorcode") or self._fault("errorcode"))[:64]

    @property
    def says(self) -> str:
        """Daraja's own words for what is wrong, without the tokens it repeats."""
        words = self.text("errormessage") or self._fault("faultstring")
        return _SECRET.sub("…", words)[:200]

    def _fault(self, key: str) -> str:
        fault = self.fields.get("fault")
        found = fault if isinstance(fault, dict) else {}
        detail = found.get("detail")
        inner = detail if isinstance(detail, dict) else {}
        return str(found.get(key) or inner.get(key) or "")


def is_bad_token(told: Told) -> bool:
    """Refused at the gate for its token alone: nothing was carried out."""
    if not 400 <= told.status < 500:
        return False
    named = told.code in ("404.001.03", "401.003.01")
    return named or "invalid access token" in told.says.lower()


# (a piece of the code or the text, what to say, what to do, seconds to wait).
# The pieces are looked for in this order: one code has four meanings by its text.
_CAUSES: tuple[tuple[str, str, str, float | None], ...] = (
    (
        "unable to lock subscriber",
        "This phone has another M-Pesa request open.",
        "Finish or cancel it on the phone, wait a minute and try again.",
        60,
    ),
    (
        "system is busy",
        "M-Pesa is busy.",
        "Try again in a few minutes.",
        120,
    ),
    (
        "spikearrest",
        "M-Pesa is getting too many requests.",
        "Try again in a minute.",
        60,
    ),
    (
        "spike arrest",
        "M-Pesa is getting too many requests.",
        "Try again in a minute.",
        60,
    ),
    (
        "quota",
        "The shop has used up its M-Pesa requests for now.",
        "Try again in a few minutes.",
        300,
    ),
    ("500.003.02", "M-Pesa is busy.", "Try again in a few minutes.", 120),
    (
        "500.003.03",
        "The shop has used up its M-Pesa requests for now.",
        "Try again in a few minutes.",
        300,
    ),
    (
        "merchant does not exist",
        "M-Pesa does not know the shop's number.",
        _SETUP_TODO,
        None,
    ),
    (
        "wrong credentials",
        "M-Pesa refused the shop's passkey.",
        _SETUP_TODO,
        None,
    ),
    (
        "no apiproduct match",
        "The shop's Daraja app may not ask for payments.",
        _PRODUCT_TODO,
        None,
    ),
    (
        "invalid access token",
        "Daraja refused its own token twice.",
        BAD_KEYS_TODO,
        None,
    ),
    ("404.001.03", "Daraja refused its own token twice.", BAD_KEYS_TODO, None),
    ("401.003.01", "Daraja refused its own token twice.", BAD_KEYS_TODO, None),
    (
        "invalid phonenumber",
        "M-Pesa does not know this phone number.",
        "Check the number and try again.",
        None,
    ),
    (
        "invalid callbackurl",
        "M-Pesa refused the address for its answer.",
        "The owner checks mpesa.callback_url.",
        None,
    ),
    (
        "invalid timestamp",
        "M-Pesa refused the time of the request.",
        "The owner checks the clock of the box.",
        None,
    ),
    (
        "shortcode",
        "M-Pesa refused the shop's number.",
        _SETUP_TODO,
        None,
    ),
    ("invalid partyb", "M-Pesa refused the shop's number.", _SETUP_TODO, None),
    ("400.008.", "Daraja refused the keys of the shop.", BAD_KEYS_TODO, None),
)


def refusal(told: Told) -> Refusal | None:
    """Why Daraja did not do it, or None where we can't be sure that it did not."""
    return known_cause(told) or _refusal_by_status(told)


def known_cause(told: Told) -> Refusal | None:
    """The refusal that Daraja's code or words name, or None."""
    sought = f"{told.code} {told.says}".lower()
    for piece, says, todo, wait in _CAUSES:
        if piece in sought:
            return Refusal(told.code, says, todo, wait)
    return None


def _refusal_by_status(told: Told) -> Refusal | None:
    response_code = told.text("responsecode")
    if told.status == 429:
        todo = "Try again in a minute."
        return Refusal("429", "M-Pesa is getting too many requests.", todo, 60)
    if told.status == 200 and response_code not in ("", "0"):
        says = told.text("responsedescription")[:200] or "no reason given"
        return Refusal(response_code, f"M-Pesa refused: {says}", _SETUP_TODO)
    if 300 <= told.status < 400:
        todo = "The owner checks mpesa.base_url."
        return Refusal(str(told.status), "Daraja's address points elsewhere.", todo)
    if 400 <= told.status < 500 and told.code:
        says = f"Daraja refused the request: {told.says or told.code}."
        return Refusal(told.code, says, _BUG_TODO)
    return None  # 5xx, HTML, empty IDs: it may have been carried out
