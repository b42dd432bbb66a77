"""A pretend SMS gateway: the TextSMS family and Africa's Talking at one address.

Keeps every message it took, reports on it, and can be down, slow or unwilling.
"""

from __future__ import annotations

import itertools
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self
from urllib.parse import parse_qsl

from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.sms_reports import FAULTS as REPORT_FAULTS
from hotspot_lite.town.sms_reports import Reports
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json

# down: HTTP 503. lost: taken, but the answer never comes. no-credit, bad-key: refused.
FAULTS = ("", "down", "lost", "no-credit", "bad-key")


@dataclass(frozen=True)
class TakenSms:
    """One message that the gateway took; `at` in epoch seconds."""

    at: float
    to: str
    text: str
    id: str
    sender: str = ""


class PretendSmsGateway(Inhabitant):
    """An SMS provider on 127.0.0.1; a context manager, or start() and stop().

    `fault` is one of FAULTS; `slow_seconds` is waited before every answer.
    """

    def __init__(
        self,
        port: int = 0,
        api_key: str = "pretend-sms-key",
        now: Callable[[], float] = time.time,
        scale: float = 1.0,
    ) -> None:
        self.reports = Reports(scale)
        self.api_key = api_key
        self.fault = ""
        self.slow_seconds = 0.0
        self.messages: list[TakenSms] = []
        self._now = now
        self._numbers = itertools.count(8_290_842)
        self._lock = threading.Lock()
        self._stand = Stand(self._answer, port, now)

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return self._stand.address

    @property
    def base_url(self) -> str:
        """What sms.url is to be."""
        return self._stand.base_url

    def start(self) -> Self:
        """Begin to answer."""
        self._stand.start()
        return self

    def stop(self) -> None:
        """Stop answering."""
        self.reports.stop()
        self._stand.stop()

    def _answer(self, ask: Ask) -> Reply:
        pages = {
            ("POST", "/api/services/sendsms/"): self._textsms,
            ("POST", "/version1/messaging"): self._africastalking,
        }
        if ask.path.startswith("/__ctl"):
            return self._control(ask)
        page = pages.get((ask.method, ask.path))
        if page is None:
            return as_html("Not Found", 404)
        time.sleep(self.slow_seconds)
        if self.fault == "down":
            return as_html("Service Unavailable", 503)
        reply = page(ask)
        return Reply(drop=True) if self.fault == "lost" else reply

    def _textsms(self, ask: Ask) -> Reply:
        asked = ask.json() if isinstance(ask.json(), dict) else {}
        to = str(asked.get("mobile", ""))
        if self.fault == "bad-key" or asked.get("apikey") != self.api_key:
            return _textsms_answer(1006, "Invalid credentials", to)
        if self.fault == "no-credit":
            return _textsms_answer(1004, "Low bulk credits", to)
        if not re.fullmatch(r"254[17][0-9]{8}", to):
            return _textsms_answer(1003, "Invalid mobile number", to)
        sender = str(asked.get("shortcode", ""))
        taken = self._take(to, str(asked.get("message", "")), sender)
        self.reports.of(taken.id, to, is_form=False)
        return _textsms_answer(200, "Success", to, int(taken.id))

    def _africastalking(self, ask: Ask) -> Reply:
        asked = dict(parse_qsl(ask.body.decode("utf-8", "replace")))
        if self.fault == "bad-key" or ask.headers.get("apikey") != self.api_key:
            return Reply(401, b"The supplied authentication is invalid", "text/plain")
        to = asked.get("to", "")
        if self.fault == "no-credit":
            return _africastalking_answer(405, "InsufficientBalance", to)
        if not re.fullmatch(r"\+[0-9]{5,15}", to):
            return _africastalking_answer(403, "InvalidPhoneNumber", to)
        sender = asked.get("from", "")
        taken = self._take(to.removeprefix("+"), asked.get("message", ""), sender)
        self.reports.of(taken.id, taken.to, is_form=True)
        return _africastalking_answer(101, "Success", to, f"ATPid_{taken.id}")

    def _take(self, to: str, text: str, sender: str) -> TakenSms:
        with self._lock:
            number = str(next(self._numbers))
            taken = TakenSms(self._now(), to, text, number, sender)
            self.messages.append(taken)
            return taken

    def _control(self, ask: Ask) -> Reply:
        if ask.method == "GET" and ask.path == "/__ctl/messages":
            return as_json([asdict(taken) for taken in list(self.messages)])
        if ask.method == "POST" and ask.path == "/__ctl":
            told = ask.json()
            return self._steer(told if isinstance(told, dict) else {})
        return as_html("Not Found", 404)

    def _steer(self, told: Mapping[str, Any]) -> Reply:
        fault = told.get("fault", self.fault)
        slow = told.get("slow_seconds", self.slow_seconds)
        reports = told.get("reports", self.reports.fault)
        url = told.get("reports_to", self.reports.url)
        unknown = set(told) - {"fault", "slow_seconds", "reports", "reports_to"}
        is_known = fault in FAULTS and reports in REPORT_FAULTS and isinstance(url, str)
        if unknown or not is_known or not isinstance(slow, int | float):
            return as_json({"wrong": "fault, slow_seconds or reports"}, 400)
        self.fault, self.slow_seconds = fault, float(slow)
        self.reports.fault, self.reports.url = reports, url
        return as_json({"done": None})


def _textsms_answer(code: int, words: str, to: str, number: int = 0) -> Reply:
    told: dict[str, Any] = {
        "respose-code": code,  # their spelling
        "response-description": words,
        "mobile": int(to) if to.isdigit() else to,
    }
    if number:
        told |= {"messageid": number, "networkid": "1"}
    return as_json({"responses": [told]})


def _africastalking_answer(code: int, words: str, to: str, number: str = "") -> Reply:
    told = {
        "statusCode": code,
        "number": to,
        "status": words,
        "cost": "KES 0.8000" if number else "0",
        "messageId": number or "None",
    }
    summary = f"Sent to {1 if number else 0}/1 Total Cost: {told['cost']}"
    body = {"SMSMessageData": {"Message": summary, "Recipients": [told]}}
    return as_json(body, 201)
