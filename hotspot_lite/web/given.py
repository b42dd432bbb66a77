"""What the portal gives without money now: the free package, and one on credit."""

from __future__ import annotations

from collections.abc import Callable

from bottle import Bottle, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import credit, free
from hotspot_lite.trade.models import Device, Plan, Subscription
from hotspot_lite.web import pages, waiting
from hotspot_lite.web.language import Words
from hotspot_lite.web.own import own_device
from hotspot_lite.web.sheet import Sheet
from hotspot_lite.web.tries import Tries
from hotspot_lite.web.visitor import Visitor

ASKS, ASKS_SECONDS = 5, 600


class Given(Sheet):
    """The forms of what is given; `home` is the page to go back to, saying why not."""

    def __init__(self, box: Box, home: Callable[..., HTTPResponse]) -> None:
        super().__init__(box)
        self.home = home
        self.asks = Tries(ASKS, ASKS_SECONDS)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/free", "POST", self.take_free)
        app.route("/credit", "POST", self.take_credit)

    def take_free(self) -> HTTPResponse:
        """POST /free {plan, state}: to the page that waits for the router."""
        return self._take(self._free)

    def take_credit(self) -> HTTPResponse:
        """POST /credit {state}: the same; the next purchase pays it."""
        return self._take(self._credit)

    def _take(self, give: Callable[[Visitor, str], Subscription]) -> HTTPResponse:
        who, is_fresh = self.posting()
        peer = pages.client_address()
        if not is_fresh:
            return self.home(who, 422, notice="home.stale")
        if self.asks.must_wait(peer):
            return self.home(who, 429, notice="claim.wait")
        # Each counts: with a MAC made up, it would cost us rows.
        self.asks.wrong(peer)
        try:
            found = give(who, peer)
        except BadInput as exc:
            return self.home(who, 422, problem=exc)
        ref = waiting.voucher_ref(found, self.box.key)
        return pages.go_to(f"/wait/{ref}?{self.as_query(who)}")

    def _free(self, who: Visitor, peer: str) -> Subscription:
        plan = chosen_plan(pages.form("plan", 12), self.words(who))
        return free.take(plan, who.mac, peer, self.now(), self.zone())

    def _credit(self, who: Visitor, peer: str) -> Subscription:
        device = own_device(who)
        if device is None:
            raise BadInput(self.words(who)("pause.not_own"))
        return credit.take(device.customer, who.mac, peer, self.now())

    # -- what the home page shows --------------------------------------------------

    def may_have_free(self, who: Visitor) -> bool:
        """Only the router can tell that a device is what it says it is."""
        if not who.mac or not self.box.settings["router.host"]:
            return False
        return not free.had_today(who.mac, self.now(), self.zone())

    def on_credit(self, device: Device | None) -> Plan | None:
        """The package that the customer of this very device may have and pay later."""
        if device is None or not self.box.settings["router.host"]:
            return None
        return credit.for_(device.customer, self.now())


def chosen_plan(text: str, t: Words) -> Plan:
    """The package on sale that a form chose. Raises BadInput."""
    if not text.isascii() or not text.isdigit():
        raise BadInput(t("home.choose"), field="plan")
    return catalogue.for_sale(int(text))
