"""What comes of asking a web service: an answer, or how much it may have seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from hotspot_lite.errors import GiveUp, TryAgain


class NotSent(TryAgain):
    """Not one byte of the request left the box: asking again can't double it."""


class OutcomeUnknown(TryAgain):
    """The request left and no whole answer came: it may have been carried out."""


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    body: bytes = field(default=b"", repr=False)  # may hold a token
    headers: Mapping[str, str] = field(default_factory=dict)
    date_header: str | None = None

    def json(self) -> object | None:
        """The body as JSON, or None where it is anything else. Never raises."""
        try:
            parsed: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return parsed

    def date(self) -> int | None:
        """The other side's clock, in epoch seconds, or None."""
        try:
            return int(parsedate_to_datetime(self.date_header or "").timestamp())
        except (ValueError, TypeError, OverflowError):
            return None

    def retry_after(self) -> float | None:
        """The wait asked for in seconds, 0 to one day; None where none was named.

        Only the seconds form counts: the date form would need a clock we believe.
        """
        text = self.headers.get("retry-after", "").strip()
        if not (text.isascii() and text.isdigit()):
            return None
        return float(min(int(text[:9]), 86_400))


def unusable(host: str) -> GiveUp:
    """What to raise for an address or header that is none."""
    return GiveUp(
        f"The request to {host} can't be put on the wire.",
        "Check the address and the keys for stray characters.",
    )
