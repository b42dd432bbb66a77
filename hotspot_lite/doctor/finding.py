"""What a check saw, what it means for customers or money, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from hotspot_lite.clock import length_text
from hotspot_lite.settings import BY_NAME, Settings
from hotspot_lite.trade.people.phones import mask

LEVELS = ("ok", "note", "warning", "broken")
# Longer lines of an error say nothing more to a person.
MOST_CHARS = 300
_PHONE = re.compile(r"(?<![0-9A-Za-z])\+?(254[17][0-9]{8}|0[17][0-9]{8})(?![0-9])")
_CALLBACK = re.compile(r"/cb/(?:[a-z0-9]{1,5}/)?[0-9a-fA-F]{8,}")
# A shorter one may be a word of our own; leaving that out would tell it.
SHORTEST_SECRET = 8


@dataclass(frozen=True)
class Finding:
    """One line of the report. `about` tells two of one code apart: a lane, a process.

    `mend`, where there is one, does what is safe and answers what it did.
    """

    code: str
    level: str
    says: str
    impact: str = ""
    remedy: str = ""
    about: str = ""
    details: tuple[str, ...] = ()
    section: str = ""
    mend: Callable[[], str] | None = field(default=None, repr=False, compare=False)

    def as_json(self, clean: Callable[[str], str]) -> dict[str, Any]:
        """All of it as data, with nothing secret in it."""
        return {
            "code": self.code,
            "section": self.section,
            "level": self.level,
            "about": self.about,
            "says": clean(self.says),
            "impact": clean(self.impact),
            "remedy": clean(self.remedy),
            "details": [clean(line) for line in self.details],
            "fixable": self.mend is not None,
        }


def ok(code: str, says: str, about: str = "", details: Iterable[str] = ()) -> Finding:
    """All is well here."""
    return Finding(code, "ok", says, about=about, details=tuple(details))


def note(code: str, says: str, impact: str = "", remedy: str = "") -> Finding:
    """Worth knowing; nothing has to be done."""
    return Finding(code, "note", says, impact, remedy)


def worst(levels: Iterable[str]) -> str:
    """The gravest of some levels; "ok" if there is none."""
    return max(levels, key=LEVELS.index, default="ok")


def cleaner(found: Settings | None) -> Callable[[str], str]:
    """What takes secrets, callback tokens and whole phone numbers out of a text."""
    values = [] if found is None else [_secret(found, name) for name in BY_NAME]
    secrets = sorted((v for v in values if len(v) >= SHORTEST_SECRET), key=len)

    def clean(text: str) -> str:
        for secret in reversed(secrets):
            text = text.replace(secret, "(secret)")
        return _PHONE.sub(_masked, _CALLBACK.sub("/cb/(secret)", text))

    return clean


def _secret(found: Settings, name: str) -> str:
    return str(found[name]) if BY_NAME[name].secret else ""


def _masked(found: re.Match[str]) -> str:
    digits = found[1]
    return mask(digits if digits.startswith("254") else f"254{digits[1:]}")


# -- words ---------------------------------------------------------------------------


def span(seconds: float) -> str:
    """A length of time, never less than none: two clocks may differ a little."""
    return length_text(max(seconds, 0.0))


def size(octets: float) -> str:
    """A size as people say it: 512 B, 40 KiB, 1.2 MiB."""
    for unit in ("B", "KiB", "MiB"):
        if octets < 1024:
            return f"{octets:.0f} {unit}" if unit != "MiB" else f"{octets:.1f} MiB"
        octets /= 1024
    return f"{octets:.1f} GiB"


def many(count: int, one: str, more: str = "") -> str:
    """A count with its word: 1 job, 2 jobs."""
    return f"{count} {one if count == 1 else more or one + 's'}"


def one_line(text: str) -> str:
    """The first line of a text, not too long."""
    first = text.strip().partition("\n")[0]
    return first if len(first) <= MOST_CHARS else first[: MOST_CHARS - 1] + "…"
