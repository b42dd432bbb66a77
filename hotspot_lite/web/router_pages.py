"""The hotspot's own pages, for the router to fetch: they lead to the portal."""

from __future__ import annotations

import base64

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite import samples
from hotspot_lite.box import Box
from hotspot_lite.onboarding import login_pages
from hotspot_lite.web import pages

# RADIUS is asked every thirty seconds.
ALIVE_SECONDS = 75
DOT = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
KINDS = {"html": "text/html; charset=utf-8", "json": "application/json"}


class RouterPages:
    """What a router copies into its folder; nothing secret is in them."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def add_to(self, app: Bottle) -> None:
        """Put them on `app`."""
        app.route("/router/alive", "GET", self.alive)
        app.route("/router/here.gif", "GET", self.here)
        app.route("/router/<name>", "GET", self.file)

    def alive(self) -> HTTPResponse:
        """GET /router/alive: 200 while this box admits people.

        The router's script asks; anything else, or nothing, has it wake its own users.
        """
        told = samples.newest(self.box.settings.run_dir, "radius")
        now = self.box.clock.at()
        fresh = told is not None and abs(now - told["at"]) <= ALIVE_SECONDS
        is_alive = told is not None and fresh and bool(told["answers"])
        headers = pages.ALWAYS | {"Content-Type": "text/plain; charset=utf-8"}
        headers["Cache-Control"] = "no-store"
        said, status = ("alive\n", 200) if is_alive else ("RADIUS is silent\n", 503)
        return HTTPResponse(said, status, headers)

    def here(self) -> HTTPResponse:
        """GET /router/here.gif: the smallest image, by which a page sees we're here."""
        headers = pages.ALWAYS | {"Content-Type": "image/gif"}
        return HTTPResponse(DOT, 200, headers | {"Cache-Control": "no-store"})

    def file(self, name: str) -> HTTPResponse:
        """GET /router/login.html and its sisters."""
        found = login_pages.files(pages.own_url(self.box.settings))
        if name not in found:
            raise HTTPError(404)
        kind = KINDS.get(name.rpartition(".")[2], "text/plain; charset=utf-8")
        headers = pages.ALWAYS | {"Content-Type": kind, "Cache-Control": "no-store"}
        return HTTPResponse(found[name], 200, headers)
