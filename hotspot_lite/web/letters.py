"""Messages that are written by themselves: which, when, and in which words."""

from __future__ import annotations

from typing import Any

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.sms_text import parts
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.messaging.letters import (
    KINDS,
    LANGUAGES,
    MOST_LETTERS,
    Standing,
)
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk, number
from hotspot_lite.web.login import admits

HERE = "/admin/messages/automatic"


class Letters(Desk):
    """The manager's page of all kinds; each is a form."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        app.route(HERE, "GET", self.door.guarded(self.shown))
        app.route(HERE, "POST", self.door.guarded(self.change))

    @admits("manager")
    def shown(self, person: Person) -> HTTPResponse:
        """GET /admin/messages/automatic: every kind, with its words."""
        return self._page(person)

    @admits("manager")
    def change(self, person: Person) -> HTTPResponse:
        """POST /admin/messages/automatic {kind, on, amount, en, sw}."""
        kind = pages.form("kind", 20)
        is_on, amount = pages.form("on", 1) == "1", number("amount", -1)
        texts = {lang: pages.form(lang, 2000) for lang in LANGUAGES}
        try:
            wanted = letters.Wanted(is_on, amount, texts)
            letters.change(kind, wanted, self._has_url(), person.name, self.now())
        except BadInput as exc:
            return self._page(person, 422, exc, kind)
        return pages.go_to(f"{HERE}?done={kind}#{kind}")

    def _page(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        wrong: str = "",
    ) -> HTTPResponse:
        done = KINDS.get(pages.query("done"))
        return self.page(
            "letters",
            person,
            status,
            problem,
            kinds=[
                self._kind(one, is_typed=one.kind.name == wrong)
                for one in letters.standings(*KINDS.values())
            ],
            wrong=wrong,
            done=done.title if done else "",
            languages=LANGUAGES,
            most=MOST_LETTERS,
            words=letters.WORDS,
            has_sms=self.box.settings["sms.provider"] != "log",
            has_url=self._has_url(),
        )

    def _has_url(self) -> bool:
        return bool(self.box.settings["web.public_url"])

    def _kind(self, one: Standing, is_typed: bool) -> dict[str, Any]:
        texts = {lang: one.text(lang) for lang in LANGUAGES}
        is_on, amount = one.is_on, str(one.amount)
        if is_typed:
            texts = {lang: pages.form(lang, 2000) for lang in LANGUAGES}
            is_on, amount = pages.form("on", 1) == "1", pages.form("amount", 12)
        return {
            "name": one.kind.name,
            "title": one.kind.title,
            "says": one.kind.says,
            "unit": one.kind.unit,
            "limits": one.kind.limits,
            "words": one.kind.words,
            "is_on": is_on,
            "amount": amount,
            "texts": texts,
            "parts": max(parts(text)[0] for text in texts.values()),
            "is_changed": bool(one.texts),
        }
