"""What is said when a page fails, or there is none: the place's look, and its phone."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPError, HTTPResponse, request, response
from peewee import PeeweeException

from hotspot_lite.store import room
from hotspot_lite.trade.house import look
from hotspot_lite.trade.models import Look
from hotspot_lite.web import pages
from hotspot_lite.web.admin.login import STALE
from hotspot_lite.web.language import Words, words
from hotspot_lite.web.portal.sheet import Sheet
from hotspot_lite.web.portal.visitor import Visitor

MACHINES = ("/cb/", "/api/", "/healthz", "/metrics")


class Mishaps(Sheet):
    """A sentence for whatever goes wrong; a captive probe goes to the portal."""

    def add_to(self, app: Bottle) -> None:
        """Answer every error of `app`."""
        app.default_error_handler = self.answer

    def answer(self, error: HTTPError) -> str:
        """The page, or for machines the line, of an error."""
        is_unknown = error.status_code == 404 and request.method in ("GET", "HEAD")
        if is_unknown and not request.path.startswith(pages.OWN):
            url = str(self.box.settings["web.public_url"])
            return _apply(pages.go_to(f"{url}/", 302))
        return _apply(self._page(_status(error), error.body == STALE))

    def _page(self, status: int, is_stale: bool = False) -> HTTPResponse:
        if request.path.startswith("/api/v1/"):
            told = {"says": _says(words("en"), status), "todo": "", "field": ""}
            return pages.json_page({"error": told}, status)
        if request.path.startswith(MACHINES):
            return pages.text_page(_says(words("en"), status) + "\n", status)
        who = self._who()
        t = self.words(who)
        says = t("error.stale") if is_stale else _says(t, status)
        return pages.portal_page("error", t, status, says=says, **self._frame(who))

    def _who(self) -> Visitor:
        # The form itself may be what is wrong, and then nothing of it is read.
        if request.method in ("GET", "HEAD"):
            return self.asking()
        return Visitor()

    def _frame(self, who: Visitor) -> dict[str, Any]:
        """The frame; with our own look where the owner's can't be read just now."""
        is_staff = request.path.startswith("/admin")
        try:
            found = Look() if is_staff else look.now_so()
        except PeeweeException:
            found = Look()
        return {
            "box_name": self.box.settings["box.name"],
            "others": [],
            "color": found.color,
            "logo": look.mark_of(found),
            "help_text": found.help,
            "help_phone": found.phone,
            "back_link": "/admin/" if is_staff else self.link("/", who, who.lang),
        }


def _status(error: HTTPError) -> int:
    """Its own; 507 where it is the disk that took nothing."""
    exc = error.exception
    is_disk = error.status_code == 500 and exc is not None and room.refuses_all(exc)
    return 507 if is_disk else int(error.status_code)


def _says(t: Words, status: int) -> str:
    key = f"error.e{status}"
    return t(key if t.has(key) else "error.e400")


def _apply(page: HTTPResponse) -> str:
    # Bottle's error handlers answer text and change the response in place.
    page.apply(response)
    return str(page.body)
