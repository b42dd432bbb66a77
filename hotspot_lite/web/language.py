"""The portal's words: one file for each language, and quantities said in words.

A language is added by adding its file to `words/`; a test holds their keys together.
"""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

from hotspot_lite.errors import HotspotError
from hotspot_lite.trade.goods import fair, happy, rates

FOLDER = Path(__file__).parent / "words"
STEPS = (("days", 86400), ("hours", 3600), ("minutes", 60))
BYTE_STEPS = (("GB", 1024**3), ("MB", 1024**2), ("KB", 1024))


class Words:
    """The words of one language, `code` being its tag as HTML wants it."""

    def __init__(self, code: str, tables: dict[str, dict[str, str]]) -> None:
        self.code = code
        self.keys = {f"{t}.{k}": v for t, row in tables.items() for k, v in row.items()}

    def __call__(self, key: str, **values: object) -> str:
        """The text `section.name` with `values` put in; KeyError if there is none."""
        return self.keys[key].format(**values)

    def has(self, key: str) -> bool:
        """Whether there is such a text."""
        return key in self.keys

    def said(self, error: HotspotError) -> str:
        """An error of the trade in this language, or as it came."""
        parts = (error.says, error.todo)
        return " ".join(self.keys.get(f"says.{p}", p) for p in parts if p)

    def count(self, unit: str, number: int) -> str:
        """ "1 hour", "3 hours"."""
        form = "one" if number == 1 else "many"
        return self(f"{unit}.{form}", n=number)

    def time(self, seconds: int) -> str:
        """A length of time in its two largest units, rounded up to minutes."""
        left, parts = max(1, -(-seconds // 60)) * 60, []
        for unit, size in STEPS:
            number, left = divmod(left, size)
            if number:
                parts.append(self.count(unit, number))
        return " ".join(parts[:2])

    def speed(self, rate: str) -> str:
        """The download speed of a RouterOS rate, upload/download, in Mbps."""
        mbps = rates.download_bits(rate) / 1_000_000
        return self("plan.speed", mbps=f"{mbps:g}")

    def fair(self, text: str) -> str:
        """A rule of fair use, "2G day 512k/1M"; "" for none."""
        rule = fair.of(text)
        if rule is None:
            return ""
        mbps = rates.download_bits(rule.rate) / 1_000_000
        key = f"fair.{rule.period}"
        return self(key, data=data_text(rule.data_bytes), mbps=f"{mbps:g}")

    def happy(self, text: str) -> str:
        """Happy hours, "22:00-06:00 10M/20M"; "" for none."""
        if happy.of(text) is None:
            return ""
        hours, _, rate = text.partition(" ")
        mbps = rates.download_bits(rate) / 1_000_000
        return self("plan.happy", hours=hours.replace("-", "–"), mbps=f"{mbps:g}")

    def span(self, seconds: int, uptime_seconds: int | None) -> str:
        """How long a package lasts, and how much of that may be spent online."""
        within = self.time(seconds)
        if uptime_seconds is None:
            return within
        return self("plan.uptime", online=self.time(uptime_seconds), within=within)

    def data(self, size_bytes: int | None) -> str:
        """An amount of data, or that there is no limit."""
        return self("plan.no_limit") if size_bytes is None else data_text(size_bytes)


def data_text(size_bytes: int) -> str:
    """Bytes in the largest unit that keeps the number at 1 or above."""
    for unit, size in BYTE_STEPS:
        number = size_bytes / size
        if number >= 1:
            # Three digits would make 1,010 MB of it "1.01e+03".
            return f"{number:.0f} {unit}" if number >= 1000 else f"{number:.3g} {unit}"
    return f"{size_bytes} B"


def price_text(cents: int, currency: str) -> str:
    """Money with its currency: "KES 1,000", with cents only where there are any."""
    whole, rest = divmod(cents, 100)
    return f"{currency} {whole:,}" + (f".{rest:02}" if rest else "")


@functools.cache
def languages() -> tuple[str, ...]:
    """The tags of all languages there are, English first."""
    found = sorted(path.stem for path in FOLDER.glob("*.toml"))
    return tuple(sorted(found, key=lambda code: code != "en"))


@functools.cache
def words(code: str) -> Words:
    """The words of a language; English where we don't speak it."""
    known = code if code in languages() else "en"
    text = (FOLDER / f"{known}.toml").read_text(encoding="utf-8")
    tables: dict[str, Any] = tomllib.loads(text)
    return Words(known, tables)
