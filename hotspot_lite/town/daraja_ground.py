"""What all counters of the pretend Daraja stand on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hotspot_lite.town.daraja_book import Book
from hotspot_lite.town.daraja_gate import Shop
from hotspot_lite.town.daraja_later import Later
from hotspot_lite.town.daraja_phones import Office, Phones


@dataclass(frozen=True)
class Ground:
    """One shop, its book, everybody's phones, the clock and the journal.

    `posted` is told what was posted where, and the status that came back.
    """

    shop: Shop
    book: Book
    phones: Phones
    office: Office
    later: Later
    now: Callable[[], float]
    posted: Callable[[str, str, dict[str, Any], int], None]
    allow_http_loopback: bool
