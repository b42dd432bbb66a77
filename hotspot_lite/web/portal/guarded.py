"""Pages of the portal on which something could be guessed: tries are counted."""

from __future__ import annotations

from bottle import HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.web import pages
from hotspot_lite.web.portal.sheet import Sheet
from hotspot_lite.web.portal.visitor import Visitor
from hotspot_lite.web.tries import Tries


class Guarded(Sheet):
    """A room of the portal that refuses a device, and an address, after `most` wrong
    tries within `seconds`."""

    def __init__(self, box: Box, most: int, seconds: int) -> None:
        super().__init__(box)
        self._tries = Tries(most, seconds)

    def wrong(self, who: Visitor) -> None:
        """Count a wrong try, or one that costs us."""
        self._tries.wrong(*_keys(who))

    def refused(self, who: Visitor, is_fresh: bool) -> HTTPResponse | None:
        """The page that refuses a form: too old, or one try too many; else None."""
        if not is_fresh:
            return self._page(who, 422, notice="home.stale")
        if self._tries.must_wait(*_keys(who)):
            return self._page(who, 429, notice="claim.wait")
        return None

    def _page(
        self,
        who: Visitor,
        status: int = 200,
        problem: BadInput | None = None,
        notice: str = "",
    ) -> HTTPResponse:
        raise NotImplementedError


def _keys(who: Visitor) -> tuple[str, str]:
    return (f"mac {who.mac}" if who.mac else "", pages.client_address())
