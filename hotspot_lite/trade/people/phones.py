"""Kenyan mobile numbers as people type them, and how we show them afterwards."""

from __future__ import annotations

import re
import unicodedata

from hotspot_lite.errors import BadInput

# M-Pesa pays from 07… and 01… numbers; "(0)" is written after +254 by habit.
_NUMBER = re.compile(r"(?:\+2540?|002540?|2540?|0)?([17][0-9]{8})")
_SEPARATORS = frozenset("-.()/\t\r\n")


def normalise_phone(text: str) -> str:
    """Return `text` as '2547XXXXXXXX' or '2541XXXXXXXX'.

    In: 07…, 01…, 7…, 1…, 254…, +254… or 00254…, with spaces, dashes, dots or
    brackets. Raises BadInput(field="phone") for anything else, digits of other
    scripts among them: two spellings of one number must not be two customers.
    """
    bare = "".join(letter for letter in text[:64] if not _is_separator(letter))
    found = _NUMBER.fullmatch(bare)
    if found is None or len(text) > 64:
        raise BadInput(
            "This is not a Safaricom number that we can charge.",
            "Type it like 0712 345 678.",
            field="phone",
        )
    return "254" + found[1]


def local(phone: str) -> str:
    """A normalised number as people here write it: '0712 345 678'."""
    bare = "0" + phone.removeprefix("254")
    return f"{bare[:4]} {bare[4:7]} {bare[7:]}"


def mask(phone: str) -> str:
    """Return `phone` with its middle hidden, like '2547•••• 126', for pages and logs.

    In: a normalised number; anything shorter than 10 characters is hidden whole.
    """
    if len(phone) < 10:
        return "••••"
    return f"{phone[:4]}•••• {phone[-3:]}"


def _is_separator(letter: str) -> bool:
    # Contacts paste no-break spaces, typographic dashes and direction marks.
    return letter in _SEPARATORS or unicodedata.category(letter) in ("Zs", "Pd", "Cf")
