"""Safaricom and a router in memory: what they know outlives every death of the box."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hotspot_lite.errors import TryAgain
from hotspot_lite.wires.http_answer import Answer, NotSent, OutcomeUnknown
from hotspot_lite.wires.routeros import Active

PROMPT_SECONDS = 60


@dataclass
class Prompt:
    """What a phone was asked, and how that ended: "" (open), "paid", or a code."""

    id: str
    phone: str
    amount: int
    url: str
    reference: str
    asked_at: int
    ended: str = ""
    receipt: str = ""

    def callback(self, amount: object = None) -> bytes:
        """What Safaricom tells of its end."""
        told: dict[str, Any] = {
            "MerchantRequestID": "1-2-3",
            "CheckoutRequestID": self.id,
            "ResultCode": 0 if self.ended == "paid" else int(self.ended),
            "ResultDesc": "told",
        }
        if self.ended == "paid":
            items = {
                "Amount": self.amount if amount is None else amount,
                "MpesaReceiptNumber": self.receipt,
                "PhoneNumber": int(self.phone),
            }
            rows = [{"Name": name, "Value": value} for name, value in items.items()]
            told["CallbackMetadata"] = {"Item": rows}
        return json.dumps({"Body": {"stkCallback": told}}).encode()


@dataclass
class Safaricom:
    """Stands for the box's `Caller`. `push_as` and `query_as` say how it answers."""

    now: Callable[[], int]
    step: Callable[[], None]
    prompts: list[Prompt] = field(default_factory=list)
    queried_at: list[int] = field(default_factory=list)
    push_as: str = "accepted"
    query_as: str = "truth"

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        self.step()
        answer = self._answer(url, json.loads(body or b"{}"))
        self.step()
        return answer

    def _answer(self, url: str, asked: dict[str, Any]) -> Answer:
        if "/oauth/" in url:
            return _told({"access_token": "a-token-of-daraja", "expires_in": "3599"})
        if url.endswith("processrequest"):
            return self._push(asked)
        assert url.endswith("/stkpushquery/v1/query"), url
        return self._query(asked["CheckoutRequestID"])

    def _push(self, asked: dict[str, Any]) -> Answer:
        if self.push_as == "unreachable":
            raise NotSent("Not reached.")
        if self.push_as == "refused":
            why = {"errorCode": "500.003.02", "errorMessage": "System is busy."}
            return _told({"requestId": "1", **why}, 500)
        prompt = Prompt(
            f"ws_CO_{len(self.prompts):06}",
            asked["PhoneNumber"],
            asked["Amount"],
            asked["CallBackURL"],
            asked["AccountReference"],
            self.now(),
        )
        self.prompts.append(prompt)
        if self.push_as == "unheard":
            raise OutcomeUnknown("No answer.")
        known = "" if self.push_as == "nameless" else prompt.id
        ids = {"MerchantRequestID": "1-2-3", "CheckoutRequestID": known}
        return _told({**ids, "ResponseCode": "0", "ResponseDescription": "Accepted"})

    def _query(self, known_as: str) -> Answer:
        self.queried_at.append(self.now())
        prompt = next(one for one in self.prompts if one.id == known_as)
        self.end_old()
        if self.query_as == "busy":
            return _told({"fault": {"faultstring": "Spike arrest violation"}}, 429)
        code = {"paid": "0", "": "4999"}.get(prompt.ended, prompt.ended)
        if self.query_as == "rash" and not prompt.ended:
            code = "0"  # said while the customer still looks at the prompt
        return _told({"ResponseCode": "0", "ResultCode": code, "ResultDesc": "told"})

    def end_old(self) -> None:
        """A prompt that nobody answers goes away by itself."""
        for one in self.prompts:
            if not one.ended and self.now() - one.asked_at >= PROMPT_SECONDS:
                one.ended = "1037"


def _told(body: dict[str, Any], status: int = 200) -> Answer:
    return Answer(status, json.dumps(body).encode())


@dataclass
class Door:
    """The router: who is online. `may_enter` is asked of each device let in."""

    now: Callable[[], int]
    step: Callable[[], None]
    may_enter: Callable[[str], bool]
    online: dict[str, tuple[str, int]] = field(default_factory=dict)
    is_up: bool = True

    def log_in(self, user: str, password: str, mac: str, ip: str) -> None:
        self._reach()
        assert self.may_enter(mac), f"{mac} is let in and nobody paid for it"
        self.online[mac] = (user, self.now())
        self.step()

    def active(self, mac: str | None = None, user: str | None = None) -> list[Active]:
        self._reach()
        return [
            Active(at, who, "", at, self.now() - since, None, 0, 0, True)
            for at, (who, since) in self.online.items()
            if mac in (None, at) and user in (None, who)
        ]

    def hosts(self, mac: str = "") -> list[str]:
        self._reach()
        return [mac]

    def remove_active(self, ids: list[str]) -> None:
        self._reach()
        for one in ids:
            self.online.pop(one, None)
        self.step()

    def _reach(self) -> None:
        self.step()
        if not self.is_up:
            raise TryAgain("The router is away.")
