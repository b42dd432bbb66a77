"""What every page of the admin is made with: frame, prices, times, whole numbers."""

from __future__ import annotations

from typing import Any, TypeVar

from bottle import HTTPError, HTTPResponse
from peewee import Model

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import board, pages
from hotspot_lite.web.language import Words, price_text, words
from hotspot_lite.web.login import Door, live_port

Row = TypeVar("Row", bound=Model)


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
            is_believed=self.box.clock.now().believed,
            problem=str(problem) if problem else "",
            field=problem.field if problem else "",
            **values,
        )

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

    def now(self) -> int:
        """The time, in seconds since 1970."""
        return self.box.clock.now().at


def number(field: str, otherwise: int) -> int:
    """A field of the form as a whole number; `otherwise` where it is none."""
    text = pages.form(field, 12).strip()
    return int(text) if text.isascii() and text.isdigit() else otherwise


def one(table: type[Row], row_id: int) -> Row:
    """The row of that id. Raises HTTPError 404."""
    # More than an INTEGER holds is nobody's number.
    key: Any = table._meta.primary_key
    found = table.get_or_none(key == row_id) if row_id < 2**62 else None
    if found is None:
        raise HTTPError(404)
    return found
