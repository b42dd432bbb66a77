"""Speeds as RouterOS writes them: Mikrotik-Rate-Limit, and a profile's rate-limit.

upload/download, then burst, its threshold and its seconds, then a priority of 1 to 8
and the least rates; the client's upload comes first (facts: rx is what the router
receives).
"""

from __future__ import annotations

import re

from hotspot_lite.errors import BadInput

PER_SECOND = {"": 1, "k": 1000, "M": 1_000_000}
_PAIR = r"[1-9][0-9]{0,8}[kM]?/[1-9][0-9]{0,8}[kM]?"
_SECONDS = r"[1-9][0-9]{0,2}/[1-9][0-9]{0,2}"
_RATE = re.compile(
    rf"({_PAIR})(?: ({_PAIR}) ({_PAIR}) {_SECONDS}(?: [1-8](?: ({_PAIR}))?)?)?"
)
_TODO = "Write upload/download, 2M/4M, or with burst: 2M/4M 4M/8M 1M/3M 10/10."


def read_rate(text: str) -> str:
    """A rate in RouterOS's words, blanks made one. Raises BadInput.

    A burst below the rate, a threshold above the burst, or a least rate above the rate
    is refused: RouterOS would take it and do something else than was meant.
    """
    rate = " ".join(text.split())
    match = _RATE.fullmatch(rate)
    if not match:
        raise BadInput(f"{text!r} is not a rate.", _TODO, field="rate")
    limit, burst, threshold, least = (_bits(pair) for pair in match.groups())
    if burst and not _at_most(limit, burst):
        raise BadInput("The burst must not be below the rate.", _TODO, field="rate")
    if threshold and not _at_most(threshold, burst):
        says = "The threshold of a burst must not be above it."
        raise BadInput(says, _TODO, field="rate")
    if least and not _at_most(least, limit):
        raise BadInput("The least rate is above the rate.", _TODO, field="rate")
    return rate


def download_bits(rate: str) -> int:
    """The client's download of a rate, without its burst, in bits per second."""
    return _number(rate.split()[0].rpartition("/")[2])


def _at_most(low: list[int], high: list[int]) -> bool:
    return all(small <= large for small, large in zip(low, high, strict=True))


def _bits(pair: str | None) -> list[int]:
    return [_number(part) for part in (pair or "").split("/") if part]


def _number(part: str) -> int:
    unit = part[-1] if part[-1] in PER_SECOND else ""
    return int(part.removesuffix(unit)) * PER_SECOND[unit]
