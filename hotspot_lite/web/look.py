"""The portal's look: the owner chooses it, and everybody gets the logo."""

from __future__ import annotations

import base64
import binascii

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import look
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits

PAGE = "/admin/look"
# Three bytes are four letters of base64.
MOST_LOGO_LETTERS = look.MOST_LOGO_BYTES * 4 // 3 + 1000


class LookPages(Desk):
    """Colour, logo, help."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`; all but the logo behind the door."""
        app.route(PAGE, "GET", self.door.guarded(self.show))
        app.route(PAGE, "POST", self.door.guarded(self.change))
        app.route(f"{PAGE}/logo", "POST", self.door.guarded(self.put_logo))
        app.route("/logo/<mark>", "GET", self.logo)

    @admits("manager")
    def show(self, person: Person) -> HTTPResponse:
        """GET /admin/look: what customers see, and forms to change it."""
        return self._page(person)

    @admits("manager")
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/look {color, ours, help, phone}; `ours` drops the colour."""
        color = "" if pages.form("ours", 1) else pages.form("color", 40)
        words, phone = pages.form("help", 1000), pages.form("phone", 60)
        try:
            look.change(color, words, phone, person.name, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc)
        return pages.go_to(PAGE)

    @admits("manager")
    def put_logo(self, person: Person) -> HTTPResponse:
        """POST /admin/look/logo {logo} in base64, or {drop}."""
        try:
            if pages.form("drop", 1):
                look.drop_logo(person.name, self.now())
            else:
                picture = _decoded(pages.form("logo", MOST_LOGO_LETTERS))
                look.put_logo(picture, person.name, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc)
        return pages.go_to(PAGE)

    def logo(self, mark: str) -> HTTPResponse:
        """GET /logo/<mark of its content>: kept by browsers for ever."""
        found = look.now_so()
        if not found.logo or mark != look.mark_of(found):
            raise HTTPError(404)
        headers = pages.ALWAYS | {
            "Content-Type": found.logo_kind,
            "Content-Security-Policy": "default-src 'none'",
            "Cache-Control": "public, max-age=31536000, immutable",
        }
        return HTTPResponse(bytes(found.logo), 200, headers)

    def _page(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        found = look.now_so()
        return self.page(
            "look",
            person,
            status,
            problem,
            color=found.color or pages.our_color(),
            is_ours=not found.color,
            help_text=pages.form("help", 1000) if problem else found.help,
            phone=pages.form("phone", 60) if problem else found.phone,
            logo=look.mark_of(found),
        )


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise BadInput(
            "The picture did not arrive whole.", "Choose it again.", field="logo"
        ) from None
