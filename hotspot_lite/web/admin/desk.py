"""What every page of the admin is made with: frame, prices, times, whole numbers."""

from __future__ import annotations

from typing import Any

from bottle import HTTPResponse

from hotspot_lite import samples
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import Settings
from hotspot_lite.trade.house import conditions, room
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import board, pages
from hotspot_lite.web.admin.login import Door, live_port
from hotspot_lite.web.language import Words, price_text, words

READ_ONLY = (
    "The box's disk is read-only: nothing can be sold or written down. If it is the"
    " card, it is dying: copy the data folder off it now, then change it."
)


class Desk:
    """Pages of one box behind its door; a room of the admin is a class over it."""

    def __init__(self, box: Box, door: Door) -> None:
        self.box = box
        self.door = door

    def page(
        self,
        name: str,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        **values: Any,
    ) -> HTTPResponse:
        """The page of template `name`; `problem` is told beside its field."""
        return pages.admin_page(
            name,
            live_port(self.box),
            status,
            person=person,
            box_name=self.box.settings["box.name"],
            currency=self.box.settings["box.currency"],
            zone=self.zone(),
            price=self.price,
            at=self.at,
            tell=self.tell,
            to_decide=undecided.count(),
            scarce=self.scarce(),
            is_believed=self.box.clock.now().believed,
            problem=str(problem) if problem else "",
            field=problem.field if problem else "",
            **values,
        )

    def scarce(self) -> str:
        """What is to be said of the disk on every page; "" for nothing."""
        # By /run, for the worker can write nothing else down then.
        seen = samples.newest(self.box.settings.run_dir, "machine") or {}
        if seen.get("read_only"):
            return READ_ONLY
        names = (room.LOW, room.FULL)
        return next((one.says for one in conditions.wrong() if one.name in names), "")

    def price(self, cents: int) -> str:
        """An amount in the box's currency."""
        return price_text(cents, str(self.box.settings["box.currency"]))

    def at(self, iso: str) -> str:
        """The HH:MM:SS at the place of a time in our JSON."""
        return board.clock_of(iso, self.zone())

    def tell(self, event: dict[str, Any]) -> board.Told:
        """An event in words."""
        return board.tell(event, str(self.box.settings["box.currency"]))

    def words(self) -> Words:
        """The admin's words: English."""
        return words("en")

    def zone(self) -> str:
        """The place's time zone."""
        return str(self.box.settings["box.timezone"])

    def fresh(self) -> Settings:
        """The settings as a process that starts now would have them.

        Where config.toml can't be read any more, those that this one began with.
        """
        try:
            return self.box.fresh()
        except BadInput:
            return self.box.settings

    def now(self) -> int:
        """The time, in seconds since 1970."""
        return self.box.clock.now().at


def number(field: str, otherwise: int) -> int:
    """A field of the form as a whole number; `otherwise` where it is none."""
    text = pages.form(field, 12).strip()
    return int(text) if text.isascii() and text.isdigit() else otherwise
