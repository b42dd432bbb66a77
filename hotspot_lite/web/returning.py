"""The portal's pages for who has time left and isn't online: link, phone, welcome."""

from __future__ import annotations

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import returning
from hotspot_lite.trade.models import Customer
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.phones import normalise_phone
from hotspot_lite.web import pages, waiting
from hotspot_lite.web.guarded import Guarded
from hotspot_lite.web.tries import Tries
from hotspot_lite.web.visitor import Visitor

TRIES, TRIES_SECONDS = 8, 600
# A page that connects by itself looks again this often, and gives up after so many.
WELCOME_SECONDS, WELCOMES, WELCOMES_SECONDS = 3, 4, 60


class Welcome:
    """A known device opens the portal, so the router doesn't let it through: its time
    is called for without a click. Bounded: a page that looks again must not do so for
    ever."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self._tries = Tries(WELCOMES, WELCOMES_SECONDS)

    def refresh_seconds(self, who: Visitor, now: int) -> int:
        """When the page is to look again; 0 where nothing was called for.

        The device's word for its MAC is held against the router's by the job.
        """
        found = self.box.settings
        if not found["access.welcome"] or not found["router.host"]:
            return 0
        if not who.mac or who.ip != pages.client_address():
            return 0
        customer = customers.by_device(who.mac)
        if customer is None or self._tries.must_wait(who.mac):
            return 0
        if not returning.welcome(customer, who.mac, who.ip, now):
            return 0
        self._tries.wrong(who.mac)
        return WELCOME_SECONDS


class Returning(Guarded):
    """ "I have time left"."""

    def __init__(self, box: Box) -> None:
        super().__init__(box, TRIES, TRIES_SECONDS)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/back", "GET", self.form)
        app.route("/back", "POST", self.send_code)
        app.route("/back/code", "POST", self.by_code)
        app.route("/back/<token>", "GET", self.link_page)
        app.route("/back/<token>", "POST", self.by_link)

    def form(self) -> HTTPResponse:
        """GET /back: asks for the phone number."""
        return self._page(self.asking())

    def send_code(self) -> HTTPResponse:
        """POST /back {phone, state}: the code's page, whoever's number it is."""
        who, is_fresh = self.posting()
        if (refused := self.refused(who, is_fresh)) is not None:
            return refused
        # Each counts: it costs the shop an SMS.
        self.wrong(who)
        try:
            phone = normalise_phone(pages.form("phone", 64))
        except BadInput as exc:
            return self._page(who, 422, exc)
        returning.send_code(phone, self.box.key, self.now())
        return self._page(who, phone=phone)

    def by_code(self) -> HTTPResponse:
        """POST /back/code {phone, code, state}: on to the page that connects."""
        who, is_fresh = self.posting()
        phone = pages.form("phone", 20)
        if (refused := self.refused(who, is_fresh)) is not None:
            return refused
        code, now = pages.form("code", 20), self.now()
        try:
            customer = returning.by_code(phone, code, self.box.key, now)
            return self._connect(who, customer, "phone")
        except BadInput as exc:
            self.wrong(who)
            return self._page(who, 422, exc, phone=phone)

    def link_page(self, token: str) -> HTTPResponse:
        """GET /back/<token>: a button; opening a link alone moves nothing."""
        self._whose(token)
        return self._page(self.asking(), token=token)

    def by_link(self, token: str) -> HTTPResponse:
        """POST /back/<token> {state}: on to the page that connects."""
        customer = self._whose(token)
        who, is_fresh = self.posting()
        if (refused := self.refused(who, is_fresh)) is not None:
            return refused
        try:
            return self._connect(who, customer, "link")
        except BadInput as exc:
            return self._page(who, 422, exc, token=token)

    def _whose(self, token: str) -> Customer:
        customer = returning.by_token(token, self.box.key)
        if customer is None:
            raise HTTPError(404)
        return customer

    def _connect(self, who: Visitor, customer: Customer, how: str) -> HTTPResponse:
        peer, now = pages.client_address(), self.now()
        found = returning.begin(customer, peer, how, now, who.mac)
        ref = waiting.voucher_ref(found, self.box.key)
        return pages.go_to(f"/wait/{ref}?{self.as_query(who)}")

    def _page(
        self,
        who: Visitor,
        status: int = 200,
        problem: BadInput | None = None,
        notice: str = "",
        phone: str = "",
        token: str = "",
    ) -> HTTPResponse:
        t = self.words(who)
        return pages.portal_page(
            "back",
            t,
            status,
            state=self.state(who),
            phone=phone,
            typed=pages.form("phone", 64),
            token=token,
            problem_field=problem.field if problem else "",
            problem=t.said(problem) if problem else "",
            notice=t(notice) if notice else "",
            back_link=self.link("/back", who, who.lang),
            **self.frame(who, f"/back/{token}" if token else "/back"),
        )
