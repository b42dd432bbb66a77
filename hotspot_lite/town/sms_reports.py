"""The delivery reports of the pretend SMS gateway: in time, twice, early, or failed.

Knows the two shapes in which providers post them; what was sent is known in `sms`.
"""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from urllib.parse import urlencode

from hotspot_lite.town.daraja_later import Later

DELAY_SECONDS = 8.0
POST_TIMEOUT_SECONDS = 5.0
# failed: not delivered. twice: said again, the second time as failed. early: before
# the gateway's own answer. lost: never. mixed: by the message's number.
FAULTS = ("", "failed", "twice", "early", "lost", "mixed")
_MIXED = {3: "failed", 5: "twice", 7: "early"}  # the last digit of the number


class Reports:
    """Tells `url` (typed into the gateway's page; "" tells nothing) what arrived.

    `fault` is one of FAULTS; `told` holds each report's id, its words and the HTTP
    status that came, 0 for none.
    """

    def __init__(self, scale: float = 1.0) -> None:
        self.url = ""
        self.fault = "mixed"
        self.told: list[tuple[str, str, int]] = []
        self._later = Later(scale)

    def stop(self) -> None:
        """Tell nothing more."""
        self._later.stop()

    def of(self, number: str, to: str, is_form: bool) -> None:
        """A message was taken: have told what becomes of it.

        `number` ends its id. Returns when an early one was told.
        """
        fault = self.fault
        if fault == "mixed":
            fault = _MIXED.get(int(number[-1]), "")
        if not self.url or fault == "lost":
            return
        say = self._form if is_form else self._json
        under_way, well, badly = say(number, to)
        if fault == "early":
            well()
            return
        self._later.do(DELAY_SECONDS / 4, under_way)
        self._later.do(DELAY_SECONDS, badly if fault == "failed" else well)
        if fault == "twice":
            self._later.do(DELAY_SECONDS * 1.5, well)
            self._later.do(DELAY_SECONDS * 2, badly)

    def _form(self, number: str, to: str) -> tuple[Callable[[], None], ...]:
        told = {
            "id": f"ATPid_{number}",
            "phoneNumber": f"+{to}",
            "networkCode": "63902",
        }
        bad = {"status": "Failed", "failureReason": "UserInBlackList"}
        each = ({"status": "Sent"}, {"status": "Success"}, bad)
        return tuple(self._post(told | {"retryCount": "0"} | one, True) for one in each)

    def _json(self, number: str, to: str) -> tuple[Callable[[], None], ...]:
        at = time.strftime("%Y-%m-%d %H:%M:%S")
        told = {"messageid": number, "timeTaken": "22s", "timestamp": at}
        words = ("DeliveredToNetwork", "DeliveredToTerminal", "DeliveryImpossible")
        return tuple(self._post({"description": one} | told, False) for one in words)

    def _post(self, told: dict[str, str], is_form: bool) -> Callable[[], None]:
        body = urlencode(told) if is_form else json.dumps(told)
        kind = "x-www-form-urlencoded" if is_form else "json"

        def post() -> None:
            headers = {"Content-Type": f"application/{kind}"}
            asked = urllib.request.Request(self.url, body.encode(), headers)
            word = told.get("status") or told["description"]
            self.told.append((told.get("id") or told["messageid"], word, _ask(asked)))

        return post


def _ask(asked: urllib.request.Request) -> int:
    try:
        with urllib.request.urlopen(asked, timeout=POST_TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code
    except (OSError, ValueError):
        return 0
