"""What the web pages see of the ways to pay: the wires are not known here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from hotspot_lite.trade.takings.hearsay import Heard


class WebRail(Protocol):
    """One way to pay, as `wires.rail.Rail` promises it."""

    @property
    def name(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def signed_callbacks(self) -> bool: ...

    def is_set_up(self) -> bool:
        """Whether it can be offered."""
        ...

    def hear(self, raw: bytes, headers: Mapping[str, str]) -> Heard | None:
        """What a callback says. Raises BadInput, of the field "signature" if forged."""
        ...


Rails = Mapping[str, WebRail]


def offered(rails: Rails) -> list[WebRail]:
    """The ways to pay that are set up, best first; the first of all if none is."""
    ready = [rail for rail in rails.values() if rail.is_set_up()]
    # Without a single one the pages still say what is on sale; asking then fails, and
    # says why to the owner.
    return ready or list(rails.values())[:1]
