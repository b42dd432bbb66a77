"""My time: what this device has left, pausing it, sharing it with a TV."""

from __future__ import annotations

from collections.abc import Callable

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import friends, pairing, returning
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.models import Customer, Device, Subscription
from hotspot_lite.trade.service import order, pausing
from hotspot_lite.web import pages, waiting
from hotspot_lite.web.own import live_of, own_device, paused_of
from hotspot_lite.web.sheet import Sheet
from hotspot_lite.web.visitor import Visitor

# While a device is looked for. Otherwise the page stays: who is read to loses the line.
SOON_SECONDS = 3


class MyTime(Sheet):
    """The page of who has time."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/status", "GET", self.status)
        app.route("/status/pause", "POST", self.pause)
        app.route("/status/go-on", "POST", self.go_on)
        app.route("/status/first", "POST", self.put_first)
        app.route("/status/device", "GET", self.device_form)
        app.route("/status/device", "POST", self.add_device)
        app.route("/status/device/remove", "POST", self.remove_device)

    def status(self) -> HTTPResponse:
        """GET /status: the time and data this device has left."""
        return self._page(self.asking())

    def pause(self) -> HTTPResponse:
        """POST /status/pause {state}: stop the running time of this very device."""
        return self._do(self._pause)

    def go_on(self) -> HTTPResponse:
        """POST /status/go-on {state}: on to the page that connects this device."""
        return self._do(self._go_on)

    def put_first(self) -> HTTPResponse:
        """POST /status/first {time, state}: begin time that waits, now."""
        return self._do(self._put_first)

    def device_form(self) -> HTTPResponse:
        """GET /status/device: asks for the device; it stays while one types."""
        return self._device_page(self.asking())

    def add_device(self) -> HTTPResponse:
        """POST /status/device {device, state}: let a TV or console in as well."""
        return self._do(self._add_device, self._device_page)

    def remove_device(self) -> HTTPResponse:
        """POST /status/device/remove {mac, state}: that device is out."""
        return self._do(self._remove_device)

    # -- what they do: each gives the page that follows, or raises BadInput ---------

    def _pause(self, who: Visitor) -> str:
        self._customer(who)
        live = live_of(who, self.now())
        if not live:
            raise BadInput("There is no time left.", "Choose a package.")
        pausing.pause(live[0], self.now())
        return "/status"

    def _go_on(self, who: Visitor) -> str:
        customer, peer = self._customer(who), pages.client_address()
        return self._wait_for(
            returning.begin(customer, peer, "pause", self.now(), who.mac)
        )

    def _put_first(self, who: Visitor) -> str:
        text = pages.form("time", 12)
        number = int(text) if text.isascii() and text.isdigit() else 0
        return self._wait_for(order.put_first(self._device(who), number, self.now()))

    def _add_device(self, who: Visitor) -> str:
        pairing.ask(self._customer(who), pages.form("device", 40), self.now())
        return "/status"

    def _remove_device(self, who: Visitor) -> str:
        pairing.forget(self._customer(who), pages.form("mac", 20), self.now())
        return "/status"

    def _wait_for(self, time: Subscription) -> str:
        return f"/wait/{waiting.voucher_ref(time, self.box.key)}"

    def _device(self, who: Visitor) -> Device:
        """The device that asks. Raises BadInput where that is not proved."""
        device = own_device(who)
        if device is None:
            raise BadInput(self.words(who)("pause.not_own"))
        return device

    def _customer(self, who: Visitor) -> Customer:
        owner: Customer = self._device(who).customer
        return owner

    # -- how they are made -----------------------------------------------------------

    def _do(
        self,
        do: Callable[[Visitor], str],
        otherwise: Callable[..., HTTPResponse] | None = None,
    ) -> HTTPResponse:
        """On to what `do` gives; or back to the page, saying why not."""
        page = otherwise or self._page
        who, is_fresh = self.posting()
        if not is_fresh:
            return page(who, 422, notice="home.stale")
        try:
            path = do(who)
        except BadInput as exc:
            return page(who, 422, exc)
        return pages.go_to(f"{path}?{self.as_query(who)}")

    def _page(
        self,
        who: Visitor,
        status: int = 200,
        problem: BadInput | None = None,
        notice: str = "",
    ) -> HTTPResponse:
        t, now, zone = self.words(who), self.now(), self.zone()
        live, paused, device = live_of(who, now), paused_of(who, now), own_device(who)
        wish = pairing.newest(device.customer, now) if device else None
        looks = bool(wish and wish.state == "waiting")
        may_pause = bool(device and live and pausing.may_pause(live[0], now))
        return pages.portal_page(
            "status",
            t,
            status,
            left=[waiting.left_of(time, now, zone) for time in live],
            paused=pausing.seconds_left(paused) if paused else 0,
            pauses_left=live[0].pauses_left if may_pause else 0,
            firsts={s.id for s in order.that_wait(live, now)} if device else set(),
            may_go_on=bool(device and paused and not live),
            who=who,
            state=self.state(who),
            own_link=self._own_link(device),
            friend_code=self._friend_code(device),
            friend_percent=letters.standing(letters.BROUGHT).amount,
            problem=t.said(problem) if problem else "",
            notice=t(notice) if notice else "",
            may_add=bool(device and live and live[0].devices > 1),
            bare=[one.mac for one in pairing.of(device.customer)] if device else [],
            wish=wish.state if wish else "",
            device_link=self.link("/status/device", who, who.lang),
            refresh=SOON_SECONDS if looks and status == 200 else 0,
            **self.frame(who, "/status"),
        )

    def _device_page(
        self,
        who: Visitor,
        status: int = 200,
        problem: BadInput | None = None,
        notice: str = "",
    ) -> HTTPResponse:
        t = self.words(who)
        return pages.portal_page(
            "device",
            t,
            status,
            state=self.state(who),
            typed=pages.form("device", 40),
            problem=t.said(problem) if problem else "",
            notice=t(notice) if notice else "",
            **self.frame(who, "/status/device"),
        )

    def _friend_code(self, device: Device | None) -> str:
        """The code by which this customer brings friends; "" where there is none."""
        if device is None or not device.customer.phone or not friends.is_on():
            return ""
        return friends.code_of(device.customer, self.box.key)

    def _own_link(self, device: Device | None) -> str:
        """The customer's link, for the device itself only; else ""."""
        if device is None:
            return ""
        base = str(self.box.settings["web.public_url"])
        return f"{base}/back/{returning.token(device.customer, self.box.key)}"
