"""The admin's menu: what is where, and for whom. A new page adds its line here."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol


class Reader(Protocol):
    """Somebody of the staff."""

    @property
    def is_agent(self) -> bool:
        """Whether it is somebody who sells for a commission."""

    def may(self, *roles: str) -> bool:
        """Whether one of these roles, or the owner's, is theirs."""


@dataclass(frozen=True)
class Group:
    """Pages that belong together: address, name (the page's title too) and the roles
    that see it besides the owner; no role named: everybody but agents."""

    name: str
    pages: tuple[tuple[str, str, tuple[str, ...]], ...]

    def of(self, person: Reader) -> list[tuple[str, str]]:
        """Address and name of the pages that this person may see."""
        return [
            (path, name)
            for path, name, roles in self.pages
            if not roles or person.may(*roles)
        ]


# A group of one page is a link; others open.
MENU: tuple[Group, ...] = (
    Group("Live", (("/admin/", "Live", ()),)),
    Group(
        "People",
        (
            ("/admin/customers", "Customers", ("cashier",)),
            ("/admin/sessions", "Sessions", ()),
            ("/admin/usage", "Usage", ()),
            ("/admin/messages", "Messages", ("manager",)),
        ),
    ),
    Group(
        "Money",
        (
            ("/admin/payments", "Payments", ()),
            ("/admin/exceptions", "Exceptions", ()),
            ("/admin/cash", "Cash", ("cashier",)),
            ("/admin/agents", "Agents", ("manager",)),
            ("/admin/reports", "Reports", ("manager",)),
            ("/admin/books", "Books", ("manager",)),
            ("/admin/money-audit", "Money audit", ("manager",)),
        ),
    ),
    Group(
        "Goods",
        (
            ("/admin/plans", "Packages", ()),
            ("/admin/vouchers", "Vouchers", ("cashier",)),
            ("/admin/discounts", "Discounts", ("manager",)),
            ("/admin/credit", "Credit", ("manager",)),
            ("/admin/look", "Portal", ("manager",)),
            ("/admin/imports", "Imports", ("manager",)),
        ),
    ),
    Group(
        "Network",
        (
            ("/admin/figures", "Traffic", ()),
            ("/admin/router", "Router", ("manager",)),
            ("/admin/outages", "Outages", ("manager",)),
        ),
    ),
    Group(
        "Box",
        (
            ("/admin/start", "First steps", ("owner",)),
            ("/admin/queue", "Queue", ()),
            ("/admin/health", "Health", ("manager",)),
            ("/admin/settings", "Settings", ("owner",)),
            ("/admin/staff", "Staff", ("owner",)),
            ("/admin/programs", "Programs", ("owner",)),
            ("/admin/audit", "Audit log", ("owner",)),
            ("/admin/backups", "Backups", ("owner",)),
        ),
    ),
)


# After g, a page's letter. A page without one has none.
KEYS = {
    "/admin/": "d",
    "/admin/customers": "c",
    "/admin/sessions": "s",
    "/admin/messages": "m",
    "/admin/payments": "p",
    "/admin/exceptions": "x",
    "/admin/cash": "t",
    "/admin/reports": "r",
    "/admin/plans": "k",
    "/admin/vouchers": "v",
    "/admin/router": "n",
    "/admin/queue": "q",
    "/admin/health": "h",
    "/admin/settings": "e",
    "/admin/audit": "a",
    "/admin/backups": "b",
}


def groups_for(person: Reader) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Each group's name and pages for this person, empty ones left out."""
    if person.is_agent:
        yield ("Sell", [("/admin/agent", "Sell")])
        return
    for group in MENU:
        if pages := group.of(person):
            yield (group.name, pages)
