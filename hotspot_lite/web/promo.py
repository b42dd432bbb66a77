"""The field for a code that makes a package cheaper: the owner's, or a friend's."""

from __future__ import annotations

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import discounts
from hotspot_lite.trade.goods.discounts import NO_CUT, Cut
from hotspot_lite.trade.grants import friends
from hotspot_lite.trade.models import Payment, Plan

MOST_LETTERS = 40


def is_asked_for(now: int) -> bool:
    """Whether there is any code that somebody could have."""
    return discounts.any_holds(now) or friends.is_on()


def cut(text: str, key: bytes, plan: Plan, phone: str, mac: str, now: int) -> Cut:
    """What the code typed takes off `plan` for a phone and a device; nothing for "".

    `key` is the box's. Raises BadInput, field "promo".
    """
    if not text.strip():
        return NO_CUT
    friend = friends.by_code(text, key)
    if friend is not None:
        return friends.cut_by(friend, phone, mac, now)
    return discounts.cut_by(discounts.by_code(text), plan, now)


def again(earlier: Payment, plan: Plan, mac: str, now: int) -> Cut:
    """What was taken off a purchase that is tried again; nothing where it is over."""
    try:
        if earlier.discount is not None:
            return discounts.cut_by(earlier.discount, plan, now)
        if earlier.brought_by is not None:
            return friends.cut_by(earlier.brought_by, earlier.phone, mac, now)
    except BadInput:
        return NO_CUT
    return NO_CUT
