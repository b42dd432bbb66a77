"""A street of people who buy while the power comes and goes, and what they were told.

What somebody was told is acknowledged: from then on the box may not forget it.
"""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass

from hotspot_lite.stage import Stage
from hotspot_lite.town.visitor import Visitor

PAUSE_SECONDS = TRY_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Acknowledged:
    """What the box has said, by what it may be found in the ledger."""

    ordered: frozenset[str]  # phones whose owner saw the waiting page
    online: frozenset[str]  # phones that the router lets through
    told: frozenset[str]  # checkout ids of callbacks that were answered 200
    paid: frozenset[
        tuple[str, str]
    ]  # of these, with our reference, those that say paid

    @property
    def many(self) -> int:
        """How many things that is."""
        return sum(map(len, (self.ordered, self.online, self.told)))


class Street:
    """People come one after another, a few at once, while it is `open`."""

    def __init__(self, stage: Stage, plan: str, at_once: int) -> None:
        self._stage, self._plan = stage, plan
        self.open, self._is_over = threading.Event(), threading.Event()
        self._lock = threading.Lock()
        self._ordered: set[str] = set()
        self._online: set[str] = set()
        self._phones: dict[str, str] = {}  # by the device
        self._threads = [
            threading.Thread(target=self._come, daemon=True) for _ in range(at_once)
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Nobody comes any more."""
        self._is_over.set()
        self.open.set()
        for thread in self._threads:
            thread.join(30)

    def acknowledged(self) -> Acknowledged:
        """All that anybody was told until now."""
        daraja = self._stage.town.daraja
        bodies = [json.loads(json.dumps(note["asked"])) for note in daraja.told()]
        calls = [body["Body"]["stkCallback"] for body in bodies]
        paid = [call["CheckoutRequestID"] for call in calls if not call["ResultCode"]]
        prompts = [daraja.prompts.find(checkout_id) for checkout_id in paid]
        devices = [row["mac-address"] for row in self._stage.town.router.active()]
        with self._lock:
            self._online.update(self._phones[mac] for mac in devices)
            return Acknowledged(
                frozenset(self._ordered),
                frozenset(self._online),
                frozenset(call["CheckoutRequestID"] for call in calls),
                frozenset((p.checkout_id, p.reference) for p in prompts if p),
            )

    def _come(self) -> None:
        while self.open.wait() and not self._is_over.is_set():
            with self._lock:
                somebody = self._stage.town.visitor()
                self._phones[somebody.mac] = somebody.phone
            if self._order(somebody):
                time.sleep(PAUSE_SECONDS)

    def _order(self, somebody: Visitor) -> bool:
        """Buy, and try again while the box is away; whether it said that it has it."""
        while self.open.wait() and not self._is_over.is_set():
            try:
                page = somebody.buy(somebody.browse(), self._plan)
            except (OSError, LookupError):  # just then away, or half a page
                time.sleep(TRY_AGAIN_SECONDS)
                continue
            if "/wait/" in page.url and page.status == 200:
                with self._lock:
                    self._ordered.add(somebody.phone)
                return True
            if page.status < 500:
                return False  # told to wait: the order before is in the ledger
        return False
