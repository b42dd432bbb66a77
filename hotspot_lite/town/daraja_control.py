"""The pretend Daraja as another process steers and watches it, over /__ctl."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from hotspot_lite.town.daraja_bodies import NUMBERS, SHAPES
from hotspot_lite.town.daraja_faults import PUSH_FAULTS, QUERY_SHAPES, REFUSING_FAULTS
from hotspot_lite.town.daraja_gate import error
from hotspot_lite.town.daraja_mix import PROFILES
from hotspot_lite.town.daraja_phones import Phones
from hotspot_lite.town.stand import Ask, Reply, as_json

if TYPE_CHECKING:
    from hotspot_lite.town.daraja import PretendDaraja

SWITCHES = (
    "oauth_down",
    "token_refusals",
    "push_fault",
    "query_fault",
    "order_fault",
    "query_pending",
    "query_shape",
    "query_early_seconds",
    "query_spike_arrest",
    "retry_after",
    "token_seconds",
    "expires_in_is_text",
    "answer_after_seconds",
    "slack_seconds",
    "callback_tries",
    "profile",
)


PARTS = ("orders", "by_hand")
CHOICES = {
    "push_fault": ("", *PUSH_FAULTS),
    "query_fault": ("", *REFUSING_FAULTS),
    "order_fault": ("", *REFUSING_FAULTS),
    "query_shape": QUERY_SHAPES,
    "shape": SHAPES,
    "callback_number": NUMBERS,
    "profile": tuple(PROFILES),
}


class Control:
    """Answers /__ctl: GET shows, POST sets or acts."""

    def __init__(self, town: PretendDaraja) -> None:
        self._town = town

    def answer(self, ask: Ask) -> Reply:
        """One request below /__ctl."""
        if ask.method == "POST":
            return self._act(ask)
        town = self._town
        if ask.path == "/__ctl/statement.csv":
            return Reply(200, town.statement().encode(), "text/csv")
        views: dict[str, Callable[[], Any]] = {
            "/__ctl": self._state,
            "/__ctl/journal": lambda: list(town.journal),
            "/__ctl/money": lambda: [taken._asdict() for taken in town.money_taken()],
            "/__ctl/told": town.told,
        }
        view = views.get(ask.path)
        return as_json(view()) if view else no_such_page(ask)

    def _state(self) -> dict[str, Any]:
        town = self._town
        state: dict[str, Any] = {name: getattr(town, name) for name in SWITCHES}
        state["phones"] = {n: asdict(phone) for n, phone in list(town.phones.items())}
        return state | {part: _switches(getattr(town, part)) for part in PARTS}

    def _act(self, ask: Ask) -> Reply:
        town = self._town
        told = ask.json() if isinstance(ask.json(), dict) else {}
        acts: dict[str, Callable[[], Any]] = {
            "/__ctl": lambda: steer(town, told),
            "/__ctl/expire-tokens": town.expire_tokens,
            "/__ctl/enter-pin": lambda: town.enter_pin(str(told.get("phone"))),
            "/__ctl/tell-again": lambda: town.tell_again(str(told.get("checkout_id"))),
            "/__ctl/pay-by-hand": lambda: _pay(town, told),
            "/__ctl/confirm": lambda: town.by_hand.confirm(str(told.get("receipt"))),
            "/__ctl/forget-addresses": town.by_hand.forget,
            "/__ctl/hold": town.prompts.hold,
            "/__ctl/release": town.prompts.release,
        }
        act = acts.get(ask.path)
        if act is None:
            return no_such_page(ask)
        try:
            return as_json({"done": act()})
        except ValueError as wrong:
            return as_json({"wrong": str(wrong)}, 400)


def no_such_page(ask: Ask) -> Reply:
    """What Daraja says of an address that isn't one of its own."""
    return error("404.001.01", "Resource not found", 404)


def _pay(town: PretendDaraja, told: dict[str, Any]) -> str:
    shillings = told.get("shillings")
    if type(shillings) is not int or shillings < 1:
        raise ValueError("shillings is not a whole number")
    return town.by_hand.pay(
        str(told.get("phone")), shillings, str(told.get("account", ""))
    )


def steer(town: PretendDaraja, told: dict[str, Any]) -> None:
    """Set switches of `town`; of phones by number; of "orders" and "by_hand".

    Raises ValueError, in words, at the first name or value that doesn't exist.
    """
    for name, value in told.items():
        if name == "phones":
            _steer_phones(town.phones, value)
        elif name in PARTS:
            _steer_part(getattr(town, name), value)
        elif name in SWITCHES:
            _set(town, name, value)
        else:
            raise ValueError(f"there is no switch {name}")


def _steer_phones(phones: Phones, told: object) -> None:
    for number, wishes in told.items() if isinstance(told, dict) else ():
        for name, value in wishes.items() if isinstance(wishes, dict) else ():
            _set(phones[number], name, value)


def _switches(part: object) -> dict[str, Any]:
    return {name: at for name, at in vars(part).items() if not name.startswith("_")}


def _steer_part(part: object, told: object) -> None:
    for name, value in told.items() if isinstance(told, dict) else ():
        if name not in _switches(part):
            raise ValueError(f"there is no {name}")
        _set(part, name, value)


def _set(thing: object, name: str, value: Any) -> None:
    if name not in vars(thing) and name not in SWITCHES:
        raise ValueError(f"there is no {name}")
    old = getattr(thing, name)
    is_number = isinstance(old, float) and type(value) is int
    # None stands for "any JSON value": the wrong amounts of callbacks.
    if name != "callback_amount" and type(value) is not type(old) and not is_number:
        raise ValueError(f"{name} is not a {type(old).__name__}")
    if name in CHOICES and value not in CHOICES[name]:
        raise ValueError(f"{name} is none of {', '.join(CHOICES[name])}")
    setattr(thing, name, float(value) if is_number else value)
