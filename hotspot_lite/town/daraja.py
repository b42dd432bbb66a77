"""A pretend Daraja: the M-Pesa side of the town, with real sockets and real spite.

Speaks OAuth, STK push and STK query, moves the money of pretend phones, posts
callbacks, and keeps a journal of all of it. Steered by attributes or over /__ctl.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, Self

from hotspot_lite.town.daraja_control import SWITCHES, steer
from hotspot_lite.town.daraja_gate import (
    Shop,
    basic_is_right,
    check_push,
    check_signed,
    error,
    invalid,
    late_code,
    spike_arrest,
)
from hotspot_lite.town.daraja_phones import TEXTS, Office, Phones, Prompt, Taken
from hotspot_lite.town.daraja_prompts import Prompts
from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json

# Faults before anything is done, and faults after the phone has rung.
REFUSING_FAULTS = ("html-503", "html-403", "429", "busy", "down")
ACCEPTING_FAULTS = (
    "response-lost",
    "empty-ids",
    "html-200",
    "html-503-accepted",
    "drip",
)
PUSH_FAULTS = REFUSING_FAULTS + ACCEPTING_FAULTS
QUERY_SPACING_SECONDS = 12.0  # 5 in 60 s with a burst of 1


class PretendDaraja(Inhabitant):
    """Daraja on 127.0.0.1; use as a context manager, or start() and stop().

    `scale` shortens the world's seconds (0.01 makes a minute 0.6 s), tokens aside.
    `now` is its clock: give a fixed one to tests that push with a fixed time.
    """

    def __init__(
        self,
        port: int = 0,
        scale: float = 1.0,
        shop: Shop | None = None,
        seed: int = 1,
        now: Callable[[], float] = time.time,
        allow_http_loopback: bool = True,
    ) -> None:
        self.shop = shop or Shop()
        self.phones = Phones()
        self.journal: list[dict[str, Any]] = []
        self.oauth_down = False
        self.push_fault = ""
        self.query_fault = ""
        self.query_pending = "500"  # or "4999", or "0": the disputed one
        self.query_early_seconds = 1.0
        self.query_spike_arrest = False
        self.retry_after = ""
        self.token_seconds = 3599
        self.expires_in_is_text = True
        self.answer_after_seconds = 0.0
        self.slack_seconds = 86_400.0
        self._scale, self._now = scale, now
        self._allow_http_loopback = allow_http_loopback
        self._dice = random.Random(seed)
        self._lock = threading.Lock()
        self._tokens: dict[str, float] = {}
        self._queried_at = float("-inf")
        office = Office(self._dice)
        self.prompts = Prompts(self.phones, office, scale, now, self._callback_went)
        self._stand = Stand(self._answer, port, now)

    # -- running it -----------------------------------------------------------------

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self._stand.address

    @property
    def base_url(self) -> str:
        """What mpesa.base_url is to be."""
        return self._stand.base_url

    @property
    def callback_tries(self) -> int:
        """How often a callback is posted until it gets a 200 (sources disagree)."""
        return self.prompts.callback_tries

    @callback_tries.setter
    def callback_tries(self, tries: int) -> None:
        self.prompts.callback_tries = tries

    def start(self) -> Self:
        """Begin to answer."""
        self._stand.start()
        return self

    def stop(self) -> None:
        """Stop answering; prompts still open are forgotten."""
        self.prompts.stop()
        self._stand.stop()

    # -- asking it ------------------------------------------------------------------

    def money_taken(self) -> list[Taken]:
        """Every payment that really left a phone, in order."""
        return list(self.prompts.taken)

    def told(self) -> list[dict[str, Any]]:
        """The callbacks that were answered 200: what the box can't deny knowing."""
        return [note for note in self.seen("callback") if note["status"] == 200]

    def seen(self, what: str) -> list[dict[str, Any]]:
        """The journal's entries of one kind: oauth, push, query or callback."""
        return [note for note in list(self.journal) if note["what"] == what]

    def enter_pin(self, number: str) -> bool:
        """The phone's owner answers now; False where nothing is asked of them."""
        prompt = self.prompts.on(number)
        if prompt is not None:
            self.prompts.end(prompt)
        return prompt is not None

    def tell_again(self, checkout_id: str) -> bool:
        """Post the callback of a prompt that has ended once more."""
        prompt = self.prompts.find(checkout_id)
        if prompt is None or prompt.is_open:
            return False
        self.prompts.tell(prompt)
        return True

    def expire_tokens(self) -> None:
        """Every token given so far is bad from now on."""
        with self._lock:
            self._tokens.clear()

    # -- the endpoints --------------------------------------------------------------

    def _answer(self, ask: Ask) -> Reply:
        if ask.path.startswith("/__ctl"):
            return self._control(ask)
        pages = {
            ("GET", "/oauth/v1/generate"): ("oauth", self._oauth),
            ("POST", "/mpesa/stkpush/v1/processrequest"): ("push", self._push),
            ("POST", "/mpesa/stkpushquery/v1/query"): ("query", self._query),
        }
        what, page = pages.get((ask.method, ask.path), ("unknown", _no_such_page))
        reply = page(ask)
        told = "nothing" if reply.drop else reply.body.decode()
        self._note(what, asked=ask.json(), status=reply.status, told=told)
        time.sleep(self.answer_after_seconds * self._scale)
        return reply

    def _note(self, what: str, **more: Any) -> None:
        self.journal.append({"at": self._now(), "what": what, **more})

    def _callback_went(self, url: str, body: dict[str, Any], status: int) -> None:
        self._note("callback", url=url, asked=body, status=status)

    def _oauth(self, ask: Ask) -> Reply:
        if self.oauth_down:
            return as_html("Service Unavailable", 503)
        if ask.query.get("grant_type") != "client_credentials":
            return error("400.008.02", "Invalid grant type passed", 400)
        if not basic_is_right(ask, self.shop):
            return Reply(400)  # with an empty body, as seen
        with self._lock:
            token = "".join(
                self._dice.choices("abcdefghijkmnpqrstuvwxyz23456789", k=28)
            )
            self._tokens[token] = time.monotonic() + self.token_seconds
        seconds: Any = self.token_seconds
        life = str(seconds) if self.expires_in_is_text else seconds
        return as_json({"access_token": token, "expires_in": life})

    def _check_token(self, ask: Ask) -> Reply | None:
        token = ask.headers.get("authorization", "").removeprefix("Bearer ")
        if self._tokens.get(token, 0) > time.monotonic():
            return None
        return error("404.001.03", "Invalid Access Token", 404)

    def _checked(self, ask: Ask) -> Reply | None:
        bad = self._check_token(ask)
        return bad or check_signed(ask, self.shop, self._now(), self.slack_seconds)

    def _push(self, ask: Ask) -> Reply:
        fields = ask.json() if isinstance(ask.json(), dict) else {}
        number = str(fields.get("PhoneNumber"))
        known = self.phones.get(number)
        fault = (known.push_fault if known else "") or self.push_fault
        if fault in REFUSING_FAULTS:
            return self._refusal(fault)
        bad = self._checked(ask) or check_push(fields, self._allow_http_loopback)
        if bad is not None:
            return bad
        prompt = self.prompts.open(fields, late_code(fields, self.shop))
        if prompt is None:
            return error("500.001.1001", TEXTS["1001"], 500)
        if self.phones[number].callback_before_answer:
            self.prompts.end(prompt, told_after=0)
        else:
            self.prompts.ring(prompt)
        return self._accepted(prompt, fault)

    def _accepted(self, prompt: Prompt, fault: str) -> Reply:
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
        faulty = {
            "response-lost": Reply(drop=True),
            "html-200": as_html("Request accepted", 200),
            "html-503-accepted": as_html("Service Unavailable", 503),
            "drip": Reply(200, reply.body, drip_seconds=1.0 * self._scale),
        }
        return faulty.get(fault, reply)

    def _refusal(self, fault: str) -> Reply:
        busy = "System is busy. Please try again in few minutes."
        return {
            "html-503": as_html("Service Unavailable", 503),
            "html-403": as_html("Request unsuccessful. Incapsula incident", 403),
            "429": spike_arrest(self.retry_after),
            "busy": error("500.003.02", busy, 500),
            "down": Reply(drop=True),
        }[fault]

    def _query(self, ask: Ask) -> Reply:
        if self.query_fault in REFUSING_FAULTS:
            return self._refusal(self.query_fault)
        if self.query_spike_arrest and self._is_too_often():
            return spike_arrest(self.retry_after)
        bad = self._checked(ask)
        if bad is not None:
            return bad
        prompt = self.prompts.find(str(ask.json().get("CheckoutRequestID")))
        early = self.query_early_seconds
        if prompt is None or (prompt.is_open and self.prompts.is_early(prompt, early)):
            return invalid("CheckoutRequestID")
        return self._state(prompt)

    def _state(self, prompt: Prompt) -> Reply:
        code, text = prompt.code, prompt.text
        if prompt.is_open:
            if self.query_pending == "500":
                return error("500.001.1001", "The transaction is being processed", 500)
            code = self.query_pending
            text = TEXTS.get(code, "The transaction is still under processing")
        elif self.phones[prompt.phone].query_answer:
            code = self.phones[prompt.phone].query_answer
            text = TEXTS.get(code, text)
        words = "The service request has been accepted successsfully"
        return as_json(
            {
                "ResponseCode": "0",
                "ResponseDescription": words,
                "MerchantRequestID": prompt.merchant_id,
                "CheckoutRequestID": prompt.checkout_id,
                "ResultCode": code,
                "ResultDesc": text,
            }
        )

    def _is_too_often(self) -> bool:
        with self._lock:
            spacing = QUERY_SPACING_SECONDS * self._scale
            is_over = time.monotonic() - self._queried_at < spacing
            if not is_over:
                self._queried_at = time.monotonic()
            return is_over

    # -- being steered from another process -----------------------------------------

    def _control(self, ask: Ask) -> Reply:
        if ask.method == "POST":
            return self._steer(ask)
        views: dict[str, Callable[[], Any]] = {
            "/__ctl": self._state_of_town,
            "/__ctl/journal": lambda: list(self.journal),
            "/__ctl/money": lambda: [taken._asdict() for taken in self.money_taken()],
            "/__ctl/told": self.told,
        }
        view = views.get(ask.path)
        return as_json(view()) if view else _no_such_page(ask)

    def _state_of_town(self) -> dict[str, Any]:
        state: dict[str, Any] = {name: getattr(self, name) for name in SWITCHES}
        state["phones"] = {n: asdict(phone) for n, phone in list(self.phones.items())}
        return state

    def _steer(self, ask: Ask) -> Reply:
        told = ask.json() if isinstance(ask.json(), dict) else {}
        acts: dict[str, Callable[[], Any]] = {
            "/__ctl": lambda: steer(self, self.phones, told),
            "/__ctl/expire-tokens": self.expire_tokens,
            "/__ctl/enter-pin": lambda: self.enter_pin(str(told.get("phone"))),
            "/__ctl/tell-again": lambda: self.tell_again(str(told.get("checkout_id"))),
        }
        act = acts.get(ask.path)
        if act is None:
            return _no_such_page(ask)
        try:
            return as_json({"done": act()})
        except ValueError as wrong:
            return as_json({"wrong": str(wrong)}, 400)


def _no_such_page(ask: Ask) -> Reply:
    return error("404.001.01", "Resource not found", 404)
