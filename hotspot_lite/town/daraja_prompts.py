"""What happens between the push and the callback: phones ring, money moves.

Knows the rules that bind one phone to one prompt and one payment to two minutes.
Doesn't know tokens, fields or how it was asked.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from hotspot_lite.town.daraja_bodies import callback_body
from hotspot_lite.town.daraja_book import Book, Taken
from hotspot_lite.town.daraja_later import Later
from hotspot_lite.town.daraja_phones import (
    ANSWERS,
    Office,
    Phone,
    Phones,
    Prompt,
)

PROMPT_SECONDS = 60.0
SAME_AGAIN_SECONDS = 120.0
DAILY_LIMIT_CENTS = 500_000 * 100
DAY, EAT_SECONDS = 86_400, 3 * 3600
CALLBACK_AFTER_SECONDS = 1.0
POST_TIMEOUT_SECONDS = 5.0  # of the wall: the box is not scaled


class Prompts:
    """All prompts of one run. Seconds are the real world's, shortened by `later`."""

    def __init__(
        self,
        phones: Phones,
        office: Office,
        book: Book,
        later: Later,
        now: Callable[[], float],
        posted: Callable[[str, dict[str, Any], int], None],
    ) -> None:
        self.callback_tries = 1
        self._held: list[Prompt] | None = None
        self.same_again_seconds = SAME_AGAIN_SECONDS
        self._phones, self._office, self._book = phones, office, book
        self._later, self._now, self._posted = later, now, posted
        self._lock = threading.RLock()
        self._prompts: dict[str, Prompt] = {}
        self._open: dict[str, Prompt] = {}
        self._paid: dict[tuple[str, int], int] = {}
        self._paid_at: dict[tuple[str, int], float] = {}

    def open(self, fields: Mapping[str, Any], late_code: str) -> Prompt | None:
        """Put a prompt on a phone; None where one is open on it already."""
        number = str(fields["PhoneNumber"])
        with self._lock:
            if self.on(number) is not None:
                return None
            prompt = Prompt(
                checkout_id=self._office.checkout_id(number, self._now()),
                merchant_id=self._office.merchant_id(),
                phone=number,
                amount_cents=int(fields["Amount"]) * 100,
                reference=str(fields["AccountReference"]),
                callback_url=str(fields["CallBackURL"]),
                began_at=time.monotonic(),
                late_code=late_code,
            )
            self._prompts[prompt.checkout_id] = prompt
            self._open[number] = prompt
            return prompt

    def on(self, number: str) -> Prompt | None:
        """The prompt that is open on a phone, or None."""
        with self._lock:
            return self._open.get(number)

    def find(self, checkout_id: str) -> Prompt | None:
        """The prompt with this CheckoutRequestID, or None."""
        return self._prompts.get(checkout_id)

    def open_now(self) -> int:
        """How many phones are being asked."""
        with self._lock:
            return len(self._open)

    def references(self) -> list[str]:
        """The account of every prompt that ever rang, once for each time."""
        with self._lock:
            return [prompt.reference for prompt in self._prompts.values()]

    def is_early(self, prompt: Prompt, seconds: float) -> bool:
        """Less than `seconds` have passed since the prompt was put."""
        return time.monotonic() - prompt.began_at < seconds * self._later.scale

    def ring(self, prompt: Prompt) -> None:
        """Let the phone's owner find the prompt, and answer it in their time."""
        phone = self._phones[prompt.phone]
        never = phone.answer == "no-answer"
        wait = PROMPT_SECONDS if never else phone.enter_pin_after_seconds
        self._later.do(min(wait, PROMPT_SECONDS), lambda: self.end(prompt))

    def end(self, prompt: Prompt, told_after: float = CALLBACK_AFTER_SECONDS) -> None:
        """The owner has answered: settle it, then tell the shop."""
        with self._lock:
            if not prompt.is_open:
                return
            self._settle(prompt, self._phones[prompt.phone])
            del self._open[prompt.phone]
        phone = self._phones[prompt.phone]
        if phone.callback_lost:
            return
        wait = told_after + phone.callback_late_seconds
        if wait > 0:
            self._later.do(wait, lambda: self.tell(prompt))
        else:
            self.tell(prompt)

    def hold(self) -> None:
        """The line to the shop is cut: callbacks wait until release()."""
        with self._lock:
            self._held = self._held if self._held is not None else []

    def release(self) -> int:
        """Send what has waited, all at once; how many prompts that were."""
        with self._lock:
            held, self._held = self._held or [], None
        for prompt in held:
            self._later.do(0, partial(self.tell, prompt))
        return len(held)

    def held(self) -> int:
        """How many callbacks wait."""
        with self._lock:
            return len(self._held or [])

    def tell(self, prompt: Prompt) -> None:
        """Send the callback, as many copies at once as the phone is set to."""
        with self._lock:
            if self._held is not None:
                self._held.append(prompt)
                return
        phone = self._phones[prompt.phone]
        if phone.callback_first:
            self._tell_wrongly(prompt, phone, phone.callback_first)
        self._tell_truly(prompt, phone)
        if phone.callback_last:
            self._tell_wrongly(prompt, phone, phone.callback_last)

    def _tell_wrongly(self, prompt: Prompt, phone: Phone, code: str) -> None:
        self._post(prompt.callback_url, callback_body(prompt, phone, code))

    def _tell_truly(self, prompt: Prompt, phone: Phone) -> None:
        body = callback_body(prompt, phone)
        copies = [
            threading.Thread(target=self._post, args=(prompt.callback_url, body))
            for _ in range(phone.callback_copies)
        ]
        for copy in copies:
            copy.start()
        for copy in copies:
            copy.join()
        again = phone.callback_again_after_seconds
        if again:
            self._later.do(again, lambda: self._post(prompt.callback_url, body))

    def _settle(self, prompt: Prompt, phone: Phone) -> None:
        code = self._outcome(prompt, phone)
        prompt.paid_at = self._now()
        if code == "0":
            phone.balance_cents -= prompt.amount_cents
            prompt.receipt = self._office.receipt(prompt.paid_at)
            self._paid_at[prompt.phone, prompt.amount_cents] = time.monotonic()
            day = (prompt.phone, int(prompt.paid_at + EAT_SECONDS) // DAY)
            self._paid[day] = self._paid.get(day, 0) + prompt.amount_cents
            self._book.take(
                Taken(
                    prompt.checkout_id,
                    prompt.phone,
                    prompt.amount_cents,
                    prompt.receipt,
                    prompt.reference,
                    prompt.callback_url,
                    prompt.paid_at,
                )
            )
        prompt.code = code  # last: a query must not see "paid" before the money

    def _outcome(self, prompt: Prompt, phone: Phone) -> str:
        wanted = prompt.late_code or ANSWERS.get(phone.answer, phone.answer)
        if wanted != "0":
            return wanted
        if phone.enter_pin_after_seconds >= PROMPT_SECONDS:
            return "1037"
        before = self._paid_at.get((prompt.phone, prompt.amount_cents))
        limit = self.same_again_seconds * self._later.scale
        if before is not None and time.monotonic() - before < limit:
            return "17"
        if self._paid_today(prompt) + prompt.amount_cents > DAILY_LIMIT_CENTS:
            return "4"
        return "0" if phone.balance_cents >= prompt.amount_cents else "1"

    def _paid_today(self, prompt: Prompt) -> int:
        return self._paid.get((prompt.phone, int(self._now() + EAT_SECONDS) // DAY), 0)

    def _post(self, url: str, body: dict[str, Any], tried: int = 1) -> None:
        status = post_json(url, body)
        self._posted(url, body, status)
        if status != 200 and tried < self.callback_tries:
            self._later.do(30.0, lambda: self._post(url, body, tried + 1))


def post_json(url: str, body: object) -> int:
    """POST `body` and return the status, or 0 where nobody answered in 5 s."""
    return ask_json(url, body, POST_TIMEOUT_SECONDS)[0]


def ask_json(url: str, body: object, seconds: float) -> tuple[int, bytes]:
    """POST `body`: the status and the answer, or 0 where none came in `seconds`."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    line = kind(parts.hostname or "", parts.port, timeout=seconds)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        headers = {"Content-Type": "application/json", "Connection": "close"}
        line.request("POST", path or "/", json.dumps(body), headers)
        answer = line.getresponse()
        return answer.status, answer.read(4096)
    except (OSError, http.client.HTTPException, ValueError):
        return 0, b""
    finally:
        line.close()
