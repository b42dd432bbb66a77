"""What an accounting system can be asked; each is a module that does it its own way.

Everything that is created carries a uuid of ours: created twice it is one thing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain


@dataclass(frozen=True)
class Package:
    """Something that is sold. `known_as` is its id there, "" for a new one."""

    uuid: str
    local_id: int
    name: str
    price_cents: int
    known_as: str = ""


@dataclass(frozen=True)
class Sale:
    """One package sold, at a time in seconds since 1970."""

    uuid: str
    local_id: int
    package_id: str  # there
    amount_cents: int
    at: int


@dataclass(frozen=True)
class Money:
    """The money of a sale; `is_cash` where somebody counted it."""

    uuid: str
    local_id: int
    sale_id: str  # there
    amount_cents: int
    at: int
    receipt: str
    is_cash: bool


class Refused(GiveUp):
    """It does not take this thing; others may pass."""


class ShutOut(HotspotError):
    """It does not let us in: everything stops until somebody has looked."""


class TooMany(TryAgain):
    """We ask too often; `after_seconds` says how long to leave it alone."""


@dataclass(frozen=True)
class Call:
    """One request and its answer, for the log: cut short, no key in it."""

    method: str
    path: str
    status: int
    milliseconds: int
    sent: str
    got: str


Note = Callable[[Call], None]


class Bookkeeper(Protocol):
    """An accounting system. Each method returns the thing's id there.

    They raise TryAgain, TooMany, Refused or ShutOut.
    """

    def save_package(self, package: Package) -> str: ...
    def save_sale(self, sale: Sale) -> str: ...
    def save_money(self, money: Money) -> str: ...
