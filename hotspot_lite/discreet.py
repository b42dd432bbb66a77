"""The last guard before a log: no whole phone number, token or secret gets through.

Whoever writes a line shall mask what it names; this is for the line that forgot, and
for the text of errors that others raise.
"""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from hotspot_lite.settings import DECLARED, Settings

# A phone of Kenya as it is typed or kept; ids and times of day begin otherwise.
PHONE = re.compile(r"(?<!\w)(?<!\d\.)\+?(254|0)([17])\d{5}(\d{3})(?!\w|\.\d)")
# The end of a callback's address is its secret (web/inbound/callbacks.py).
TOKEN = re.compile(r"(/(?:cb(?:/c2b|/sms|/r)?|back)/)[A-Za-z0-9_-]{16,}")
HIDDEN = "••••"
# What is shorter would be found in ordinary words.
FEWEST_LETTERS = 6


def install(settings: Settings) -> None:
    """Have every line of this process's logs pass the guard. Harmless when repeated."""
    clean = cleaner(
        str(settings[setting.name]) for setting in DECLARED if setting.secret
    )
    make = logging.getLogRecordFactory()
    make = getattr(make, "behind_the_guard", make)
    logging.setLogRecordFactory(_guarded(make, clean))


def cleaner(secrets: Iterable[str]) -> Callable[[str], str]:
    """A function that takes phones, tokens and these secrets out of a text."""
    # The longest first: one may be a part of another.
    known = sorted({s for s in secrets if len(s) >= FEWEST_LETTERS}, key=len)[::-1]
    found = re.compile("|".join(map(re.escape, known)) or r"(?!)")

    def clean(text: str) -> str:
        text = found.sub(HIDDEN, text)
        text = TOKEN.sub(rf"\g<1>{HIDDEN}", text)
        return PHONE.sub(rf"\g<1>\g<2>{HIDDEN} \g<3>", text)

    return clean


def _guarded(
    make: Callable[..., logging.LogRecord], clean: Callable[[str], str]
) -> Callable[..., logging.LogRecord]:
    def guarded(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make(*args, **kwargs)
        try:
            record.msg, record.args = clean(record.getMessage()), ()
        except (TypeError, ValueError):
            return record  # logging itself says what is wrong with such a line
        if record.exc_info and record.exc_info[0] is not None:
            # Formatters take this text where there is one.
            told = traceback.format_exception(*record.exc_info)
            record.exc_text = clean("".join(told).rstrip("\n"))
        return record

    guarded.behind_the_guard = make  # type: ignore[attr-defined]
    return guarded
