"""How people behave, and what becomes of their callbacks: named mixes.

What people do is as seen in an hour of a live hotspot (facts 1.10: 64 % pay, 18 % of
phones can't be reached, 9 % cancel, 9 % mistype the PIN). What goes wrong on the way
is rarer in life; the payday mix has enough of it for a drill of minutes.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from hotspot_lite.town.daraja_phones import Phone

# Of a hundred people: (how many, what they do, when at the earliest and latest).
PEOPLE = (
    (64, "pay", 9.2, 20.0),
    (12, "1037", 5.0, 22.5),
    (6, "no-answer", 60.0, 60.0),
    (9, "cancel", 8.0, 45.0),
    (9, "wrong-pin", 8.6, 23.6),
)
# Of a hundred pushes: (how many, what goes wrong).
MISHAPS: tuple[tuple[int, dict[str, object]], ...] = (
    (5, {"callback_lost": True}),
    (4, {"callback_copies": 3}),
    (3, {"callback_copies": 2, "callback_again_after_seconds": 600.0}),
    (3, {"callback_late_seconds": 180.0}),
    (2, {"callback_late_seconds": 2400.0}),
    (2, {"callback_before_answer": True}),
    (2, {"push_fault": "response-lost"}),
    (2, {"push_fault": "empty-ids"}),
    (1, {"push_fault": "html-503-accepted"}),
    (2, {"push_fault": "busy"}),
    (2, {"callback_first": "1037"}),
    (2, {"callback_last": "1032"}),
    (1, {"callback_lost": True, "query_answer": "1032"}),
    (1, {"shape": "empty"}),
    (1, {"callback_amount": 1}),
    (8, {"shape": "B"}),
    (5, {"shape": "C", "callback_number": "masked"}),
)
PROFILES = ("calm", "realistic", "payday")


def habit(profile: str, dice: random.Random) -> Callable[[Phone], None] | None:
    """What makes a new phone behave as in a profile; None for the calm one."""
    if profile == "calm":
        return None

    def give(phone: Phone) -> None:
        _person(phone, dice)
        if profile == "payday":
            _mishap(phone, dice)

    return give


def _person(phone: Phone, dice: random.Random) -> None:
    ways = [way[1:] for way in PEOPLE]
    answer, soonest, latest = dice.choices(ways, [way[0] for way in PEOPLE])[0]
    phone.answer = answer
    phone.enter_pin_after_seconds = dice.uniform(soonest, latest)


def _mishap(phone: Phone, dice: random.Random) -> None:
    roll = dice.randrange(100)
    for share, wishes in MISHAPS:
        roll -= share
        if roll < 0:
            for name, value in wishes.items():
                setattr(phone, name, value)
            return
