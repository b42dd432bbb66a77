"""MoySklad (JSON API 1.2): packages as services, sales as demands with their payments.

Facts: dev.moysklad.ru/doc/api/remap/1.2. Knows its shapes, its limits and what its
refusals mean; doesn't know what is to be written or when.
"""

from __future__ import annotations

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from hotspot_lite.errors import TryAgain
from hotspot_lite.wires.bookkeeper import (
    Call,
    Money,
    Note,
    Package,
    Refused,
    Sale,
    ShutOut,
    TooMany,
)
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.http_answer import Answer, NotSent, OutcomeUnknown

# 45 units in 3 s for a user; a call costs `weight` of them (news of 2026-02-16).
UNITS, WINDOW_SECONDS = 45, 3.0
# Half of it is left for the owner's own browser and other programs.
HEADROOM = 0.5
# Its clock, also where ours says otherwise.
MOSCOW = timedelta(hours=3)
AGENT = "Hotspot customers"
MOST_LOGGED = 2000
# What its errors of these numbers mean is our business, not the thing's.
SHUT_CODES = frozenset((1056, 1061))
TODO = "Check moysklad.token; then: hotspot-lite sync resume"


@dataclass(frozen=True)
class MoySkladAccount:
    """An account. `weight`: units that a call costs, by the kind of its token."""

    base_url: str
    token: str = field(repr=False)
    weight: int = 4


class Throttle:
    """So many calls in any window: waits where one more would be too many."""

    def __init__(
        self,
        weight: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.calls = max(1, int(UNITS / max(1, weight) * HEADROOM))
        self._at: deque[float] = deque(maxlen=self.calls)
        self._clock, self._sleep = clock, sleep

    def wait(self) -> None:
        """Wait until one more call may be made, and count it."""
        if len(self._at) == self.calls:
            left = self._at[0] + WINDOW_SECONDS - self._clock()
            if left > 0:
                self._sleep(left)
        self._at.append(self._clock())


class MoySklad:
    """One account, spoken to at its pace. `note` hears of each call."""

    def __init__(
        self,
        account: MoySkladAccount,
        caller: Caller,
        note: Note = lambda _: None,
        throttle: Throttle | None = None,
    ) -> None:
        self.account, self._caller, self._note = account, caller, note
        self._throttle = throttle or Throttle(account.weight)
        self._known: dict[str, Any] = {}

    # -- what a Bookkeeper does ----------------------------------------------------

    def save_package(self, package: Package) -> str:
        """A service; changed where it is known already."""
        told = {
            "name": package.name,
            "code": f"pkg-{package.local_id}",
            "externalCode": f"hl-pkg-{package.local_id}",
            "salePrices": [
                {
                    "value": package.price_cents,
                    "currency": self._currency(),
                    "priceType": self._price_type(),
                }
            ],
        }
        if package.known_as:
            return self._id(
                self._ask("PUT", f"/entity/service/{package.known_as}", told)
            )
        return self._create("service", package.uuid, told)

    def save_sale(self, sale: Sale) -> str:
        """A demand of one position."""
        position = {
            "quantity": 1,
            "price": sale.amount_cents,
            "discount": 0,
            "vat": 0,
            "assortment": self._meta("service", sale.package_id),
        }
        told = {
            **self._whose(),
            "store": self._first("store"),
            "externalCode": f"hl-sale-{sale.local_id}",
            "moment": moment(sale.at),
            "positions": [position],
        }
        return self._create("demand", sale.uuid, told)

    def save_money(self, money: Money) -> str:
        """An incoming payment, or cash, for its demand."""
        operation = {
            **self._meta("demand", money.sale_id),
            "linkedSum": money.amount_cents,
        }
        told: dict[str, Any] = {
            **self._whose(),
            "sum": money.amount_cents,
            "moment": moment(money.at),
            "externalCode": f"hl-money-{money.local_id}",
            "operations": [operation],
        }
        if money.is_cash:
            return self._create("cashin", money.uuid, told)
        told |= {"incomingNumber": money.receipt, "incomingDate": moment(money.at)}
        return self._create("paymentin", money.uuid, told)

    # -- what everything needs -----------------------------------------------------

    def _whose(self) -> dict[str, Any]:
        return {"organization": self._first("organization"), "agent": self._agent()}

    def _agent(self) -> Any:
        # One for all: no customer's name or number leaves the box.
        if "agent" not in self._known:
            found = self._ask("GET", f"/entity/counterparty?filter=name={AGENT}", None)
            rows = found.get("rows") or []
            made = rows[0] if rows else self._ask(
                "POST", "/entity/counterparty", {"name": AGENT}
            )  # fmt: skip
            self._known["agent"] = self._meta("counterparty", self._id(made))
        return self._known["agent"]

    def _first(self, kind: str) -> Any:
        if kind not in self._known:
            rows = self._ask("GET", f"/entity/{kind}?limit=1", None).get("rows") or []
            if not rows:
                raise ShutOut(f"MoySklad has no {kind} yet.", f"Make one there. {TODO}")
            self._known[kind] = self._meta(kind, self._id(rows[0]))
        return self._known[kind]

    def _currency(self) -> Any:
        return self._first("currency")

    def _price_type(self) -> Any:
        if "pricetype" not in self._known:
            path = "/context/companysettings/pricetype"
            found = self._ask("GET", path, None)
            if not isinstance(found, list) or not found:
                raise ShutOut("MoySklad told no type of price.", TODO)
            href = f"{self.account.base_url}{path}/{self._id(found[0])}"
            self._known["pricetype"] = _meta_of(href, "pricetype")
        return self._known["pricetype"]

    def _meta(self, kind: str, its_id: str) -> dict[str, Any]:
        return _meta_of(f"{self.account.base_url}/entity/{kind}/{its_id}", kind)

    def _create(self, kind: str, uuid: str, told: dict[str, Any]) -> str:
        return self._id(self._ask("POST", f"/entity/{kind}", told | {"syncId": uuid}))

    def _id(self, found: Any) -> str:
        its_id = found.get("id") if isinstance(found, dict) else None
        if not isinstance(its_id, str) or not its_id:
            raise TryAgain("MoySklad's answer has no id in it.")
        return its_id

    # -- one call ------------------------------------------------------------------

    def _ask(self, method: str, path: str, told: dict[str, Any] | None) -> Any:
        body = None if told is None else json.dumps(told)
        headers = {
            "Authorization": f"Bearer {self.account.token}",
            "Accept-Encoding": "gzip",  # or it answers 415 with nothing
            "Accept": "application/json;charset=utf-8",
        }
        if body is not None:
            headers["Content-Type"] = "application/json"
        self._throttle.wait()
        began = time.monotonic()
        status, got = 0, ""
        try:
            answer = self._caller.call(
                method,
                self.account.base_url + path,
                headers,
                None if body is None else body.encode(),
            )
            status, got = answer.status, answer.body.decode("utf-8", "replace")
        except (NotSent, OutcomeUnknown) as exc:
            # Done or not, doing it again with the same syncId is the same thing.
            got = str(exc)
            raise TryAgain(exc.says, exc.todo) from exc
        finally:
            spent = int((time.monotonic() - began) * 1000)
            sent = (body or "")[:MOST_LOGGED]
            self._note(Call(method, path, status, spent, sent, got[:MOST_LOGGED]))
        return _judged(answer)


def moment(at: int) -> str:
    """A time as it writes them: Moscow's, to the second."""
    return (datetime.fromtimestamp(at, UTC) + MOSCOW).strftime("%Y-%m-%d %H:%M:%S")


def _meta_of(href: str, kind: str) -> dict[str, Any]:
    return {"meta": {"href": href, "type": kind, "mediaType": "application/json"}}


def _judged(answer: Answer) -> Any:
    found = _json(answer.body)
    if 200 <= answer.status < 300:
        if found is None:
            raise TryAgain("MoySklad's answer can't be read.")
        return found
    code, says = _error(found)
    if answer.status == 429:
        raise TooMany(
            "MoySklad is asked too often.",
            "It goes on by itself.",
            _milliseconds(answer.headers) / 1000,
        )
    if answer.status in (401, 403) or code in SHUT_CODES:
        raise ShutOut(f"MoySklad does not let us in ({answer.status}): {says}", TODO)
    if answer.status >= 500:
        raise TryAgain(f"MoySklad failed ({answer.status}).")
    raise Refused(f"MoySklad refused it ({answer.status}, {code}): {says}")


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _error(found: Any) -> tuple[int, str]:
    try:
        first = (found[0] if isinstance(found, list) else found)["errors"][0]
        return int(first.get("code", 0)), str(first["error"])[:200]
    except (KeyError, IndexError, TypeError, ValueError, AttributeError):
        return 0, "it does not say why"


def _milliseconds(headers: Mapping[str, str]) -> float:
    """X-Lognex-Retry-After: in milliseconds, unlike everybody else's."""
    text = headers.get("x-lognex-retry-after", "")
    return float(text) if text.isascii() and text.isdigit() else 0.0
