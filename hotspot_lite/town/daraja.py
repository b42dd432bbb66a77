"""A pretend Daraja: the M-Pesa side of the town, with real sockets and real spite.

Speaks OAuth, STK push and query, money by hand, status, reversal and balance; moves
the money of pretend phones, posts what came of it, and keeps a journal of all of it.
Steered by attributes or over /__ctl.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Self

from hotspot_lite.town.daraja_book import Book, Taken
from hotspot_lite.town.daraja_c2b import ByHand
from hotspot_lite.town.daraja_control import Control, no_such_page
from hotspot_lite.town.daraja_faults import (
    REFUSING_FAULTS,
    accepted,
    query_answer,
    refusal,
)
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
from hotspot_lite.town.daraja_ground import Ground
from hotspot_lite.town.daraja_later import Later
from hotspot_lite.town.daraja_mix import habit
from hotspot_lite.town.daraja_orders import Orders
from hotspot_lite.town.daraja_phones import TEXTS, Office, Phones, Prompt
from hotspot_lite.town.daraja_prompts import Prompts
from hotspot_lite.town.daraja_pull import Pull
from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json

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
        self.token_refusals = 0  # so many calls more are told of a bad token
        self.push_fault = ""
        self.query_fault = ""
        self.order_fault = ""  # of every other call
        self.query_shape = "text"
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
        self.book, office, self._later = Book(), Office(self._dice), Later(scale)
        self.prompts = Prompts(
            self.phones, office, self.book, self._later, now, self._callback_went
        )
        ground = Ground(
            self.shop,
            self.book,
            self.phones,
            office,
            self._later,
            now,
            self._went,
            allow_http_loopback,
        )
        self.orders, self.by_hand = Orders(ground), ByHand(ground)
        self.pull = Pull(self.shop, self.book)
        self.profile = "calm"
        self._control = Control(self)
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

    @property
    def profile(self) -> str:
        """How people who turn up from now on behave: a name of daraja_mix.PROFILES."""
        return self._profile

    @profile.setter
    def profile(self, name: str) -> None:
        self._profile = name
        self.phones.habit = habit(name, self._dice)

    def start(self) -> Self:
        """Begin to answer."""
        self._stand.start()
        return self

    def stop(self) -> None:
        """Stop answering; prompts still open are forgotten."""
        self._later.stop()
        self._stand.stop()

    # -- asking it ------------------------------------------------------------------

    def money_taken(self) -> list[Taken]:
        """Every payment that really left a phone, in order."""
        return list(self.book.taken)

    def told(self) -> list[dict[str, Any]]:
        """The callbacks that were answered 200: what the box can't deny knowing."""
        return [note for note in self.seen("callback") if note["status"] == 200]

    def seen(self, what: str) -> list[dict[str, Any]]:
        """The journal's entries of one kind, as "push", "callback" or "result"."""
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

    def statement(self) -> str:
        """The CSV that the organisation portal would export now."""
        return self.book.statement(self.shop.till or self.shop.shortcode)

    def expire_tokens(self) -> None:
        """Every token given so far is bad from now on."""
        with self._lock:
            self._tokens.clear()

    # -- the endpoints --------------------------------------------------------------

    def _answer(self, ask: Ask) -> Reply:
        if ask.path.startswith("/__ctl"):
            return self._control.answer(ask)
        what, page = self._page(ask)
        reply = page(ask)
        told = "nothing" if reply.drop else reply.body.decode(errors="replace")
        self._note(what, asked=ask.json(), status=reply.status, told=told)
        time.sleep(self.answer_after_seconds * self._scale)
        return reply

    def _page(self, ask: Ask) -> tuple[str, Callable[[Ask], Reply]]:
        if (ask.method, ask.path) == ("GET", "/oauth/v1/generate"):
            return "oauth", self._oauth
        pages: dict[str, tuple[str, Callable[[Ask], Reply]]] = {
            "/mpesa/stkpush/v1/processrequest": ("push", self._push),
            "/mpesa/stkpushquery/v1/query": ("query", self._query),
        }
        for path, (what, page) in self._gated_pages().items():
            pages[path] = what, self._behind_token(page)
        known = pages.get(ask.path) if ask.method == "POST" else None
        return known or ("unknown", no_such_page)

    def _gated_pages(self) -> dict[str, tuple[str, Callable[[Ask], Reply]]]:
        take, by_hand, pull = self.orders.take, self.by_hand, self.pull
        return {
            "/mpesa/transactionstatus/v1/query": ("status", partial(take, "status")),
            "/mpesa/reversal/v1/request": ("reversal", partial(take, "reversal")),
            "/mpesa/accountbalance/v1/query": ("balance", partial(take, "balance")),
            "/mpesa/c2b/v1/registerurl": ("register", by_hand.register),
            "/mpesa/c2b/v2/registerurl": ("register", by_hand.register),
            "/mpesa/c2b/v1/simulate": ("simulate", by_hand.simulate),
            "/mpesa/c2b/v2/simulate": ("simulate", by_hand.simulate),
            "/pulltransactions/v1/register": ("pull-register", pull.register),
            "/pulltransactions/v1/query": ("pull", pull.query),
        }

    def _behind_token(self, page: Callable[[Ask], Reply]) -> Callable[[Ask], Reply]:
        def answer(ask: Ask) -> Reply:
            if self.order_fault in REFUSING_FAULTS:
                return refusal(self.order_fault, self.retry_after)
            return self._check_token(ask) or page(ask)

        return answer

    def _note(self, what: str, **more: Any) -> None:
        self.journal.append({"at": self._now(), "what": what, **more})

    def _callback_went(self, url: str, body: dict[str, Any], status: int) -> None:
        self._went("callback", url, body, status)

    def _went(self, what: str, url: str, body: dict[str, Any], status: int) -> None:
        self._note(what, url=url, asked=body, status=status)

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
        with self._lock:
            is_refused = self.token_refusals > 0
            self.token_refusals -= is_refused
        if self._tokens.get(token, 0) > time.monotonic() and not is_refused:
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
            return refusal(fault, self.retry_after)
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
        return accepted(prompt, fault, 1.0 * self._scale)

    def _query(self, ask: Ask) -> Reply:
        if self.query_fault in REFUSING_FAULTS:
            return refusal(self.query_fault, self.retry_after)
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
        return query_answer(prompt, code, text, self.query_shape)

    def _is_too_often(self) -> bool:
        with self._lock:
            spacing = QUERY_SPACING_SECONDS * self._scale
            is_over = time.monotonic() - self._queried_at < spacing
            if not is_over:
                self._queried_at = time.monotonic()
            return is_over
