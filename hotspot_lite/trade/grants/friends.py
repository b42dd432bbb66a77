"""Who brings a friend: the friend pays less once, and who brought it has a voucher.

A customer's code is made from its number and the box's key, and kept nowhere. Only a
phone and a device that never paid here are a friend.
"""

from __future__ import annotations

import hashlib
import hmac

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.discounts import Cut
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.models import Customer, Payment
from hotspot_lite.trade.people import customers

ALPHABET = customers.ALPHABET.upper()
MARK = "F"
SEAL_LETTERS = 4
MONTH_SECONDS = 30 * 86_400
# Whoever brings more sells for a living: that is an agent.
MOST_A_MONTH = 10


def code_of(customer: Customer, key: bytes) -> str:
    """The code that a customer gives to friends, like F3-7KQX."""
    number = _digits(customer.id)
    return f"{MARK}{number}-{_seal(number, key)}"


def by_code(text: str, key: bytes) -> Customer | None:
    """Whose code that is, as somebody typed it; or None."""
    bare = "".join(text.split()).replace("-", "").upper()
    number, seal = bare[1:-SEAL_LETTERS], bare[-SEAL_LETTERS:]
    if bare[:1] != MARK or not number or len(number) > 8:
        return None
    if set(number) - set(ALPHABET):
        return None
    if not hmac.compare_digest(_seal(number, key).encode(), seal.encode()):
        return None
    found: Customer | None = store.find(Customer, id=_number(number))
    return found


def is_on() -> bool:
    """Whether the owner thanks those who bring friends."""
    return letters.standing(letters.BROUGHT).is_on


def cut_by(friend: Customer, phone: str, mac: str, now: int) -> Cut:
    """What the code of `friend` takes off. Raises BadInput (field "promo").

    For a `phone` and a device `mac` that never paid here.
    """
    said = letters.standing(letters.BROUGHT)
    if not said.is_on or not friend.phone:
        raise BadInput("That code is over.", "Buy without it.", field="promo")
    if friend.phone == phone or _has_paid(phone, mac):
        raise BadInput(
            "That code is for who buys here for the first time.",
            "Buy without it.",
            field="promo",
        )
    brought = (Payment.brought_by == friend) & (Payment.state == "paid")
    lately = brought & (Payment.paid_at > now - MONTH_SECONDS)
    if Payment.select().where(lately).count() >= MOST_A_MONTH:
        raise BadInput("That code is used up.", "Buy without it.", field="promo")
    return Cut(percent=said.amount, friend=friend)


def _has_paid(phone: str, mac: str) -> bool:
    who = Payment.phone == phone
    if mac:
        who |= Payment.mac == mac
    query = Payment.select().where(who & (Payment.state == "paid"))
    return bool(query.exists())


def is_first(payment: Payment) -> bool:
    """Whether nothing was paid by this phone before this payment."""
    theirs = (Payment.phone == payment.phone) & (Payment.state == "paid")
    before = Payment.paid_at < payment.paid_at
    at_once = (Payment.paid_at == payment.paid_at) & (Payment.id < payment.id)
    return not Payment.select().where(theirs & (before | at_once)).exists()


def _digits(number: int) -> str:
    letters_ = ""
    while number:
        number, digit = divmod(number, len(ALPHABET))
        letters_ = ALPHABET[digit] + letters_
    return letters_ or ALPHABET[0]


def _number(digits: str) -> int:
    number = 0
    for digit in digits:
        number = number * len(ALPHABET) + ALPHABET.index(digit)
    return number


def _seal(number: str, key: bytes) -> str:
    digest = hmac.new(key, f"friend {number}".encode(), hashlib.sha256).digest()
    return "".join(ALPHABET[byte % len(ALPHABET)] for byte in digest[:SEAL_LETTERS])
