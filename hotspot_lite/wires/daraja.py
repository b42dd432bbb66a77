"""Safaricom's Daraja: ask a phone for money, and ask what became of it.

Knows tokens, signatures and what each refusal means. Holds no table and decides
nothing about a payment: it only says what Daraja said.
"""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Literal

from hotspot_lite.errors import BadInput, GiveUp, TryAgain
from hotspot_lite.wires.daraja_answers import (
    BAD_KEYS_TODO,
    Refusal,
    Told,
    is_bad_token,
    known_cause,
    refusal,
)
from hotspot_lite.wires.daraja_callback import (
    CODES,
    ENGLISH,
    StkCallback,
    check_callback_url,
    plain_words,
    read_callback,
)
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.http_answer import Answer, NotSent, OutcomeUnknown

__all__ = [
    "CODES",
    "ENGLISH",
    "Daraja",
    "DarajaAccount",
    "PushAnswer",
    "QueryAnswer",
    "StkCallback",
    "check_callback_url",
    "plain_words",
    "read_callback",
]

# Kenya keeps one offset all year; the box's own zone may be anything.
EAT = timezone(timedelta(hours=3))
REFRESH_EARLY_SECONDS = 60
MOST_CENTS = 250_000 * 100
# A closed list: whatever else a query says, the payment may still come.
FINAL_CODES = frozenset({"1", "1001", "1019", "1025", "1032", "1037", "2001", "9999"})


@dataclass(frozen=True)
class DarajaAccount:
    """Whose money it is. `till` is set for Buy Goods and empty for PayBill.

    With Buy Goods `shortcode` is the store (head office) number that owns the
    passkey, and the money goes to `till`.
    """

    base_url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)
    passkey: str = field(repr=False)
    shortcode: str
    till: str = ""


@dataclass(frozen=True)
class PushAnswer:
    """What became of asking a phone for money.

    accepted: the phone is being asked. refused: it is not, `says` and `todo` tell
    why. uncertain: it may be; never ask again, wait for the callback or query.
    """

    kind: Literal["accepted", "refused", "uncertain"]
    merchant_request_id: str | None = None
    checkout_request_id: str | None = None
    code: str = ""
    says: str = ""
    todo: str = ""
    retry_after_seconds: float | None = None


@dataclass(frozen=True)
class QueryAnswer:
    """What Daraja says of an earlier push; `paid` before 90 s of age is not sure.

    `todo` is for the owner, where the question itself was refused.
    """

    kind: Literal["paid", "failed", "pending"]
    result_code: str = ""
    result_text: str = ""
    retry_after_seconds: float | None = None
    todo: str = ""


class Daraja:
    """One account at Daraja; may be shared by the threads of a process."""

    def __init__(self, account: DarajaAccount, caller: Caller | None = None) -> None:
        self.account = account
        self.last_date: int | None = None
        """Daraja's clock in epoch seconds, or None if it did not answer last time."""
        self._caller = caller or Caller()
        self._lock = threading.Lock()
        self._token = ""
        self._token_ends = 0.0

    def push(
        self,
        phone: str,
        amount_cents: int,
        reference: str,
        description: str,
        callback_url: str,
        now: int,
    ) -> PushAnswer:
        """Ask `phone` (2547…) for whole shillings; `now` in epoch seconds.

        `reference` is 1-12 letters and digits, `description` 1-13 characters.
        Sends at most one prompt. Raises BadInput for what can't be asked, and
        TryAgain (NotSent) only where running it again is safe.
        Source: facts/mpesa.md 1.2 and 1.3.
        """
        _check_push(phone, amount_cents, reference, description)
        asked = {
            **self._signature(now),
            "TransactionType": (
                "CustomerBuyGoodsOnline"
                if self.account.till
                else "CustomerPayBillOnline"
            ),
            "Amount": amount_cents // 100,
            "PartyA": phone,
            "PartyB": self.account.till or self.account.shortcode,
            "PhoneNumber": phone,
            "CallBackURL": callback_url,
            "AccountReference": reference,
            "TransactionDesc": description,
        }
        try:
            return _read_push(self._post("/mpesa/stkpush/v1/processrequest", asked))
        except _Refused as refused:
            return _refused(refused.refusal)
        except OutcomeUnknown as unknown:
            return PushAnswer("uncertain", says=unknown.says)
        except GiveUp as error:  # our address or keys can't even be put on the wire
            return PushAnswer("refused", says=error.says, todo=error.todo)

    def query(self, checkout_request_id: str, now: int) -> QueryAnswer:
        """Ask what became of a push; `now` in epoch seconds. Raises nothing.

        Everything that is not a known end is pending: bad weather, bad keys and
        codes never seen among them. Source: facts/mpesa.md 1.5.
        """
        asked = {**self._signature(now), "CheckoutRequestID": checkout_request_id}
        try:
            return _read_query(self._post("/mpesa/stkpushquery/v1/query", asked))
        except _Refused as refused:
            why = refused.refusal
            return QueryAnswer("pending", why.code, why.says, todo=why.todo)
        except (TryAgain, GiveUp) as error:
            return QueryAnswer("pending", result_text=error.says, todo=error.todo)

    def check_keys(self) -> None:
        """Fetch a token, to see that Daraja is there and takes our keys.

        Raises TryAgain where it isn't there, GiveUp where it refuses them.
        """
        try:
            self._fresh_token()
        except _Refused as refused:
            raise GiveUp(refused.refusal.says, refused.refusal.todo) from None

    def post(self, path: str, asked: Mapping[str, str | int]) -> Answer:
        """Put any other question, with a token; the answer as it came.

        Raises TryAgain where it did not come, GiveUp where the keys are refused.
        """
        try:
            return self._post(path, asked)
        except _Refused as refused:
            raise GiveUp(refused.refusal.says, refused.refusal.todo) from None

    def _signature(self, now: int) -> dict[str, str]:
        stamp = (
            datetime.fromtimestamp(now, UTC).astimezone(EAT).strftime("%Y%m%d%H%M%S")
        )
        signed = f"{self.account.shortcode}{self.account.passkey}{stamp}".encode()
        return {
            "BusinessShortCode": self.account.shortcode,
            "Password": base64.b64encode(signed).decode(),
            "Timestamp": stamp,
        }

    def _post(self, path: str, asked: Mapping[str, str | int]) -> Answer:
        """Post with a token; once more with a fresh one where Daraja calls it bad.

        That second time is no second prompt: a bad token is refused at the gate.
        """
        token = self._fresh_token()
        answer = self._post_with(token, path, asked)
        if is_bad_token(Told.of(answer)):
            self._drop(token)
            answer = self._post_with(self._fresh_token(), path, asked)
        return answer

    def _post_with(
        self, token: str, path: str, asked: Mapping[str, str | int]
    ) -> Answer:
        headers = {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
        }
        return self._call("POST", path, headers, json.dumps(asked).encode())

    def _call(
        self, method: str, path: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        url = self.account.base_url.rstrip("/") + path
        # A Date from an hour ago, held against our clock now, would discredit it.
        self.last_date = None
        answer = self._caller.call(method, url, headers, body)
        self.last_date = answer.date()
        return answer

    def _fresh_token(self) -> str:
        # Steady time: a clock step must neither stretch a token nor drop it.
        with self._lock:
            if not self._token or time.monotonic() >= self._token_ends:
                began = time.monotonic()
                self._token, seconds = self._fetch_token()
                self._token_ends = began + seconds - REFRESH_EARLY_SECONDS
            return self._token

    def _drop(self, token: str) -> None:
        with self._lock:
            if self._token == token:  # another thread may have a newer one already
                self._token = ""

    def _fetch_token(self) -> tuple[str, float]:
        path = "/oauth/v1/generate?grant_type=client_credentials"
        try:
            answer = self._call("GET", path, {"Authorization": self._basic()}, None)
        except OutcomeUnknown as unknown:
            # Of the push itself nothing was sent.
            raise NotSent(unknown.says, unknown.todo) from None
        return _read_token(answer)

    def _basic(self) -> str:
        pair = f"{self.account.consumer_key}:{self.account.consumer_secret}"
        return "Basic " + base64.b64encode(pair.encode()).decode()


class _Refused(Exception):
    """The token was refused, so the question was never put."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(why.code)
        self.refusal = why


def _check_push(phone: str, amount_cents: int, reference: str, text: str) -> None:
    if not re.fullmatch(r"254[17][0-9]{8}", phone):
        raise BadInput("The number is not 2547… or 2541….", field="phone")
    if amount_cents % 100 or not 100 <= amount_cents <= MOST_CENTS:
        raise BadInput(
            "M-Pesa takes whole shillings, from 1 to 250,000.", field="amount_cents"
        )
    if not re.fullmatch(r"[A-Za-z0-9]{1,12}", reference):
        raise BadInput(
            "The reference is not 1 to 12 letters and digits.", field="reference"
        )
    if not 1 <= len(text) <= 13:
        raise BadInput(
            "The description is not 1 to 13 characters.", field="description"
        )


def _read_token(answer: Answer) -> tuple[str, float]:
    """The token and its seconds to live. Raises NotSent, or _Refused for bad keys."""
    told = Told.of(answer)
    token = told.text("access_token")
    if answer.status == 200 and token.isascii() and token.isprintable() and token:
        return token, _seconds(told.text("expires_in"))
    wait = answer.retry_after()
    if answer.status == 429 or answer.status >= 500 or answer.status == 200:
        raise NotSent(
            f"Daraja gave no token (HTTP {answer.status}).",
            "Nothing to do: it is asked again.",
            after_seconds=wait,
        )
    why = refusal(told)
    if why is None or not why.todo:
        why = Refusal(told.code, "Daraja refused the keys of the shop.", BAD_KEYS_TODO)
    raise _Refused(why)


def _seconds(text: str) -> float:
    """The life of a token; it comes as a number, as text, or not at all."""
    return float(text) if re.fullmatch(r"[0-9]{1,6}", text) else 3600.0


def _read_push(answer: Answer) -> PushAnswer:
    told = Told.of(answer)
    merchant, checkout = (
        told.identifier("merchantrequestid"),
        told.identifier("checkoutrequestid"),
    )
    code = told.text("responsecode")
    if answer.status == 200 and code == "0" and checkout:
        says = told.text("responsedescription")
        return PushAnswer("accepted", merchant, checkout, code, says)
    why = refusal(told)
    if why is not None:
        return _refused(why, answer.retry_after())
    says = f"Daraja's answer (HTTP {answer.status}) doesn't say what it did."
    return PushAnswer("uncertain", merchant, checkout, told.code or code, says)


def _refused(why: Refusal, wait: float | None = None) -> PushAnswer:
    seconds = why.wait_seconds if wait is None else wait
    return PushAnswer(
        "refused",
        code=why.code,
        says=why.says,
        todo=why.todo,
        retry_after_seconds=seconds,
    )


def _read_query(answer: Answer) -> QueryAnswer:
    # The body before the status: "being processed" comes as HTTP 500.
    told = Told.of(answer)
    code, text = told.text("resultcode"), told.text("resultdesc")[:200]
    if answer.status == 200 and code == "0":
        return QueryAnswer("paid", code, text)
    if answer.status == 200 and code in FINAL_CODES:
        return QueryAnswer("failed", code, text)
    return _pending(answer, told)


def _pending(answer: Answer, told: Told) -> QueryAnswer:
    code, text = told.text("resultcode")[:64], told.text("resultdesc")[:200]
    why = known_cause(told)
    wait = answer.retry_after()
    if wait is None:
        wait = why.wait_seconds if why else 60.0 if answer.status == 429 else None
    is_for_owner = why is not None and why.wait_seconds is None
    return QueryAnswer(
        "pending",
        code or told.code,
        text or (why.says if why else told.says),
        wait,
        why.todo if why and is_for_owner else "",
    )
