"""Outages: those the box noticed, and giving people their lost time back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import making_good
from hotspot_lite.trade.grants.making_good import Outage
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.models import MadeGood
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits
from hotspot_lite.web.waiting import clock_text

HERE = "/admin/outages"
# As <input type=datetime-local> writes it.
FORM = "%Y-%m-%dT%H:%M"
FIELDS = ("since", "until", "why")


class Outages(Desk):
    """The manager's page of outages."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        app.route(HERE, "GET", self.door.guarded(self.shown))
        app.route(HERE, "POST", self.door.guarded(self.make_good))

    @admits("manager")
    def shown(self, person: Person) -> HTTPResponse:
        """GET /admin/outages?since=&until=: what was noticed, and a form."""
        return self._page(person, {name: pages.query(name)[:40] for name in FIELDS})

    @admits("manager")
    def make_good(self, person: Person) -> HTTPResponse:
        """POST /admin/outages {since, until, why, do}: `look` counts, `give` gives."""
        typed = {name: pages.form(name, 300) for name in FIELDS}
        try:
            outage = Outage(self._at(typed, "since"), self._at(typed, "until"))
            if pages.form("do", 8) == "give":
                making_good.start(outage, typed["why"], person.name, self.now())
                return pages.go_to(HERE)
            found = making_good.look(outage, self.now())
        except BadInput as exc:
            return self._page(person, typed, 422, exc)
        return self._page(person, typed, found=found)

    def _at(self, typed: dict[str, str], name: str) -> int:
        """A time at the place, in seconds since 1970. Raises BadInput."""
        try:
            local = datetime.strptime(typed[name][:16], FORM)
        except ValueError:
            says = "Write a day and a time, like 2026-11-28T14:30."
            raise BadInput(says, field=name) from None
        return int(local.replace(tzinfo=ZoneInfo(self.zone())).timestamp())

    def _page(
        self,
        person: Person,
        typed: dict[str, str],
        status: int = 200,
        problem: BadInput | None = None,
        found: making_good.Sum | None = None,
    ) -> HTTPResponse:
        made = making_good.newest()
        return self.page(
            "outages",
            person,
            status,
            problem,
            values=typed,
            found=found,
            noticed=[self._noticed(one) for one in making_good.noticed(self.now())],
            made=[self._made(one) for one in made],
            is_told=letters.standing(letters.MADE_GOOD).is_on,
            refresh=3 if any(one.done_at is None for one in made) else 0,
        )

    def _noticed(self, one: Outage) -> dict[str, Any]:
        return {
            "since": self._when(one.since),
            "until": self._when(one.until),
            "lasted": self.words().time(one.until - one.since),
            "fill": f"since={self._typed(one.since)}&until={self._typed(one.until)}",
        }

    def _made(self, one: MadeGood) -> dict[str, Any]:
        return {
            "since": self._when(one.since),
            "until": self._when(one.until),
            "why": one.why,
            "who": one.who,
            "people": one.people,
            "time": self.words().time(one.seconds) if one.seconds else "–",
            "is_done": one.done_at is not None,
        }

    def _typed(self, at: int) -> str:
        here = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone()))
        return here.strftime(FORM)

    def _when(self, at: int) -> str:
        return clock_text(at, self.zone(), self.now())
