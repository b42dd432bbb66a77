"""The portal's page by which somebody wants no more messages to many."""

from __future__ import annotations

from bottle import Bottle, HTTPResponse

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.messaging import optout
from hotspot_lite.web import pages
from hotspot_lite.web.guarded import Guarded
from hotspot_lite.web.visitor import Visitor

TRIES, TRIES_SECONDS = 8, 600


class Stop(Guarded):
    """ "No more messages": the link in one is the right to it."""

    def __init__(self, box: Box) -> None:
        super().__init__(box, TRIES, TRIES_SECONDS)

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`."""
        app.route("/stop/<token>", "GET", self.form)
        app.route("/stop/<token>", "POST", self.stop)

    def form(self, token: str) -> HTTPResponse:
        """GET /stop/<token>: a button; links are opened by machines too."""
        return self._shown(self.asking(), token)

    def stop(self, token: str) -> HTTPResponse:
        """POST /stop/<token> {state}: the same answer whoever's token it is."""
        who, is_fresh = self.posting()
        if not is_fresh:
            return self._shown(who, token, 422, "home.stale")
        if (refused := self.refused(who, is_fresh)) is not None:
            return refused
        address = optout.address_of(token, self.box.key)
        if address is None:
            self.wrong(who)
        else:
            optout.opt_out(address, "link", self.now())
        return self._shown(who, token, done=True)

    def _page(
        self,
        who: Visitor,
        status: int = 200,
        problem: BadInput | None = None,
        notice: str = "",
    ) -> HTTPResponse:
        return self._shown(who, "", status, notice)

    def _shown(
        self,
        who: Visitor,
        token: str,
        status: int = 200,
        notice: str = "",
        done: bool = False,
    ) -> HTTPResponse:
        t = self.words(who)
        return pages.portal_page(
            "stop",
            t,
            status,
            state=self.state(who),
            token=token,
            notice=t(notice) if notice else "",
            done=done,
            **self.frame(who, f"/stop/{token}"),
        )
