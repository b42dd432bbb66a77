"""Which switches of the pretend Daraja another process may set, and how."""

from __future__ import annotations

from typing import Any

from hotspot_lite.town.daraja_phones import Phones

SWITCHES = (
    "oauth_down",
    "push_fault",
    "query_fault",
    "query_pending",
    "query_early_seconds",
    "query_spike_arrest",
    "retry_after",
    "token_seconds",
    "expires_in_is_text",
    "answer_after_seconds",
    "slack_seconds",
    "callback_tries",
)


def steer(town: object, phones: Phones, told: dict[str, Any]) -> None:
    """Set switches of `town`, and under "phones" fields of phones by number.

    Raises ValueError, in words, at the first name or value that doesn't exist.
    """
    for name, value in told.items():
        if name == "phones":
            _steer_phones(phones, value)
        elif name in SWITCHES:
            _set(town, name, value)
        else:
            raise ValueError(f"there is no switch {name}")


def _steer_phones(phones: Phones, told: object) -> None:
    for number, wishes in told.items() if isinstance(told, dict) else ():
        for name, value in wishes.items() if isinstance(wishes, dict) else ():
            _set(phones[number], name, value)


def _set(thing: object, name: str, value: Any) -> None:
    if name not in vars(thing) and name not in SWITCHES:
        raise ValueError(f"there is no {name}")
    old = getattr(thing, name)
    is_number = isinstance(old, float) and type(value) is int
    # None stands for "any JSON value": the wrong amounts of callbacks.
    if name != "callback_amount" and type(value) is not type(old) and not is_number:
        raise ValueError(f"{name} is not a {type(old).__name__}")
    setattr(thing, name, float(value) if is_number else value)
