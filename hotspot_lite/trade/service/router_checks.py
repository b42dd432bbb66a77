"""What is wrong with the router, judged from what it shows: pure, one rule a matter.

Each is a lasting condition (see `conditions`): told when it begins and when it ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from hotspot_lite.trade.service.mirror import MARK
from hotspot_lite.trade.service.overstay import Seen

# Accounting and certificates bear some minutes; a log of them all the same.
SKEW_SECONDS = 120
ADVISED_6, ADVISED_7 = (6, 49), (7, 15)
MOST_NAMED = 5


class Binding(Protocol):
    """A device that the hotspot treats by its address: /ip/hotspot/ip-binding."""

    @property
    def mac_address(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def comment(self) -> str: ...
    @property
    def is_disabled(self) -> bool: ...


@dataclass(frozen=True)
class Router:
    """The router at one moment. `known` are names, MACs and addresses that the owner
    lets online without paying; `ours` the names of customers among `online`."""

    version: tuple[int, ...]
    clock_at: int
    online: Sequence[Seen]
    ours: Collection[str]
    bindings: Sequence[Binding]
    known: Collection[str]


@dataclass(frozen=True)
class Verdict:
    """Whether something is wrong, in a sentence for the owner."""

    name: str
    is_wrong: bool
    says: str


def judge(router: Router, now: int, believes_clock: bool) -> Iterator[Verdict]:
    """Every matter, right or wrong; the clock only if ours is to be believed."""
    if believes_clock:
        yield _clock(router, now)
    yield _firmware(router)
    yield _free_riders(router)
    yield _bypasses(router)


def away(error: str) -> Verdict:
    """The router does not answer the box; "" where it does."""
    says = f"The router does not answer: {error} Who is online stays so; nobody new is"
    return Verdict("router-away", bool(error), f"{says} put online by the box.")


def silent(is_silent: bool) -> Verdict:
    """RADIUS does not answer."""
    says = "RADIUS does not answer, or can't read its database: new logins fail."
    return Verdict("radius-silent", is_silent, says)


def drift(repaired: int) -> Verdict:
    """The router's users were not as the box left them."""
    says = f"{repaired} users at the router were not as the box wrote them; put right."
    return Verdict("router-drift", repaired > 0, says)


def clashes(names: Sequence[str]) -> Verdict:
    """Somebody's own user has a customer's name."""
    says = f"Users at the router have a customer's name, not ours: {_some(names)}."
    return Verdict("mirror-clash", bool(names), says)


def _clock(router: Router, now: int) -> Verdict:
    skew = router.clock_at - now
    which = "ahead" if skew > 0 else "behind"
    # The number would change with each look.
    size = "minutes" if abs(skew) < 7200 else "hours" if abs(skew) < 172_800 else "days"
    says = f"The router's clock is {size} {which}. Switch on its NTP client."
    return Verdict("router-clock", abs(skew) > SKEW_SECONDS, says)


def _firmware(router: Router) -> Verdict:
    advised = ADVISED_6 if router.version < (7,) else ADVISED_7
    is_old = bool(router.version) and router.version < advised
    says = f"RouterOS {_dotted(router.version)} is old; {_dotted(advised)} or newer is"
    return Verdict("router-firmware", is_old, f"{says} advised.")


def _free_riders(router: Router) -> Verdict:
    riders = sorted(
        f"{one.user} ({one.mac_address})"
        for one in router.online
        if one.user not in router.ours
        and not {one.user, one.mac_address} & set(router.known)
    )
    says = (
        f"Online without having paid: {_some(riders)}. If that is meant, put the name"
    )
    return Verdict("free-riders", bool(riders), f"{says} into router.known.")


def _bypasses(router: Router) -> Verdict:
    rogue = sorted(
        one.mac_address or one.address
        for one in router.bindings
        if one.type == "bypassed"
        and not one.is_disabled
        and one.comment.partition(":")[0] != MARK
        and not {one.mac_address, one.address} & set(router.known)
    )
    says = f"Devices bypass the hotspot: {_some(rogue)}. If that is meant, put the"
    return Verdict("bypass-bindings", bool(rogue), f"{says} address into router.known.")


def _some(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} and {more} more" if more > 0 else shown


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)
