"""The portal's page for who has paid already: by receipt, or by phone number."""

from __future__ import annotations

from bottle import Bottle, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.takings import claims
from hotspot_lite.web import pages
from hotspot_lite.web.guarded import Guarded
from hotspot_lite.web.visitor import Visitor

# A receipt can't be guessed at this pace, and nobody can be flooded with SMS.
TRIES, TRIES_SECONDS = 5, 600


class Claims(Guarded):
    """ "I have paid already"."""

    def __init__(self, box: Box) -> None:
        super().__init__(box, TRIES, TRIES_SECONDS)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/claim", "GET", self.form)
        app.route("/claim", "POST", self.by_receipt)
        app.route("/claim/phone", "POST", self.by_phone)

    def form(self) -> HTTPResponse:
        """GET /claim: both ways to say it."""
        return self._page(self.asking())

    def by_receipt(self) -> HTTPResponse:
        """POST /claim {receipt, state}: to the page that says how it stands."""
        who, is_fresh = self.posting()
        if (refused := self.refused(who, is_fresh)) is not None:
            return refused
        asker = claims.Asker(who.mac, who.ip, who.login_url)
        try:
            payment = claims.by_receipt(pages.form("receipt", 64), asker, self.now())
        except BadInput as exc:
            self.wrong(who)
            return self._page(who, 422, exc)
        if payment is None:
            self.wrong(who)
            return self._page(who, 422, notice="claim.unknown")
        return pages.go_to(self.with_lang(f"/wait/{payment.ref}", who))

    def by_phone(self) -> HTTPResponse:
        """POST /claim/phone {phone, state}: the answer goes to that phone only."""
        who, is_fresh = self.posting()
        if (refused := self.refused(who, is_fresh)) is not None:
            return refused
        # Each try counts: even the right ones cost the shop an SMS.
        self.wrong(who)
        try:
            claims.by_phone(pages.form("phone", 64), self.now())
        except BadInput as exc:
            return self._page(who, 422, exc)
        return self._page(who, said="claim.sent")

    def _page(
        self,
        who: Visitor,
        status: int = 200,
        problem: BadInput | None = None,
        notice: str = "",
        said: str = "",
    ) -> HTTPResponse:
        t = self.words(who)
        return pages.portal_page(
            "claim",
            t,
            status,
            state=self.state(who),
            values={name: pages.form(name, 64) for name in ("receipt", "phone")},
            problem_field=problem.field if problem else "",
            problem=t.said(problem) if problem else "",
            notice=t(notice) if notice else "",
            said=t(said) if said else "",
            **self.frame(who, "/claim"),
        )
