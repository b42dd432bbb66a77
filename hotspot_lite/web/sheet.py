"""What every page of the portal is made with: who asks, their language, the frame.

A room of the portal is a class over `Sheet`, as one of the admin is over `Desk`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from bottle import request

from hotspot_lite.box import Box
from hotspot_lite.settings import Settings
from hotspot_lite.trade.house import look
from hotspot_lite.web import pages, visitor
from hotspot_lite.web.language import Words, languages, price_text, words
from hotspot_lite.web.visitor import Visitor


class Sheet:
    """Pages of one box for whoever has joined the WiFi."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.router_host = login_host(box.settings)

    def price(self, cents: int) -> str:
        """An amount in the box's currency."""
        return price_text(cents, str(self.box.settings["box.currency"]))

    def frame(self, who: Visitor, path: str) -> dict[str, Any]:
        """What the frame of every page needs: the name, and the other languages."""
        found = look.now_so()
        others = [code for code in languages() if code != self.lang(who)]
        return {
            "box_name": self.box.settings["box.name"],
            "others": [
                (code, words(code)("page.language"), self.link(path, who, code))
                for code in others
            ],
            "color": found.color,
            "logo": look.mark_of(found),
            "help_text": found.help,
            "help_phone": found.phone,
            "home_link": self.link("/", who, who.lang),
            "status_link": self.link("/status", who, who.lang),
        }

    def link(self, path: str, who: Visitor, lang: str) -> str:
        """An address of ours for the same visitor, in the language `lang`."""
        return f"{path}?{self.as_query(replace(who, lang=lang))}"

    def as_query(self, who: Visitor) -> str:
        """The visitor as a piece of an address."""
        return f"state={self.state(who)}"

    def with_lang(self, path: str, who: Visitor) -> str:
        """`path` in the language that the visitor chose, if one was."""
        return f"{path}?lang={who.lang}" if who.lang else path

    def asking(self) -> Visitor:
        """The visitor of a GET: by its state, else by what the router told."""
        if not pages.query("state"):
            told = {name: pages.query(name) for name in request.query}
            return visitor.of_query(told, self.router_host)
        return self.read(pages.query("state"))[0]

    def posting(self) -> tuple[Visitor, bool]:
        """The visitor of a form, and whether it is a fresh one of ours."""
        who, is_fresh = self.read(pages.form("state", 2000))
        return who, is_fresh and pages.is_own_origin()

    def read(self, state: str) -> tuple[Visitor, bool]:
        """The visitor in a form's state, and whether it is ours and fresh."""
        peer = pages.client_address()
        return visitor.read(state, self.box.key, peer, self.now(), self.router_host)

    def state(self, who: Visitor) -> str:
        """The hidden field that a form remembers its visitor by."""
        return visitor.sign(who, self.box.key, pages.client_address(), self.now())

    def lang(self, who: Visitor) -> str:
        """The visitor's language, or the box's."""
        return who.lang or str(self.box.settings["box.language"])

    def words(self, who: Visitor) -> Words:
        """The portal's words in the visitor's language."""
        return words(self.lang(who))

    def zone(self) -> str:
        """The place's time zone."""
        return str(self.box.settings["box.timezone"])

    def now(self) -> int:
        """The time, in seconds since 1970."""
        return self.box.clock.now().at


def login_host(settings: Settings) -> str:
    """Where the hotspot's own login page is, by name or address."""
    return str(settings["router.login_host"] or settings["router.host"])
