"""The page that waits with the customer: how one purchase stands, by its reference."""

from __future__ import annotations

from dataclasses import replace

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.takings import hearsay
from hotspot_lite.web import pages, visitor, waiting
from hotspot_lite.web.rails import Rails, offered
from hotspot_lite.web.sheet import Sheet
from hotspot_lite.web.visitor import Visitor


class Purchase(Sheet):
    """The pages of a purchase that was begun; its words are in `waiting`."""

    def __init__(self, box: Box, rails: Rails) -> None:
        super().__init__(box)
        self.rails = offered(rails)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/wait/<ref>.json", "GET", self.wait_json)
        app.route("/wait/<ref>", "GET", self.wait)

    def wait(self, ref: str) -> HTTPResponse:
        """GET /wait/<ref>: how a purchase stands, looking again by itself."""
        stand, who = self._stand(ref)
        t = self.words(who)
        goes_on = stand.step == "page" and pages.query("go") == "1"
        return pages.portal_page(
            "wait",
            t,
            refresh=f"0;url={stand.page_url}" if goes_on else stand.refresh_seconds,
            way=self._way(stand.provider),
            login_origin=who.login_origin,
            stand=stand,
            state=self.state(who),
            who=who,
            price=self.price(stand.price_cents),
            connect=waiting.connect_form(stand, who),
            **self.frame(who, f"/wait/{ref}"),
        )

    def wait_json(self, ref: str) -> HTTPResponse:
        """GET /wait/<ref>.json: the same for a machine."""
        stand, who = self._stand(ref)
        return pages.json_page(stand.as_dict(self.words(who)))

    def _stand(self, ref: str) -> tuple[waiting.Stand, Visitor]:
        """How the purchase `ref` stands, and for which device. HTTPError 404."""
        now, zone = self.now(), self.zone()
        lang = pages.query("lang")
        payment = payments.by_ref(ref)
        if payment is not None:
            who = Visitor(payment.mac, payment.ip, payment.login_url, lang)
            who = visitor.clean(who, self.router_host)
            if hearsay.may_ask_soon(payment, now):
                hearsay.call_for_query(payment)
            asked = self.asking()
            return waiting.of_payment(payment, now, zone), replace(
                who, lang=asked.lang or who.lang
            )
        subscription = waiting.by_voucher_ref(ref, self.box.key)
        if subscription is None:
            raise HTTPError(404)
        who = self.asking()
        return waiting.of_voucher(subscription, now, zone), who

    def _way(self, name: str) -> str:
        """A way to pay, by its name for people."""
        labels = {rail.name: rail.label for rail in self.rails}
        return labels.get(name, name)
