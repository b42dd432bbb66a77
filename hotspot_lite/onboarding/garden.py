"""What customers reach without having paid: the walled garden."""

from __future__ import annotations

from collections.abc import Iterator

from hotspot_lite.onboarding.seen import Seen
from hotspot_lite.onboarding.site import MARK, Site
from hotspot_lite.onboarding.steps import Step

HTTP_GARDEN = "/ip/hotspot/walled-garden"


def garden(site: Site, seen: Seen) -> Iterator[Step]:
    """The steps that open the portal, and the pages of what takes the money."""
    menu = "/ip/hotspot/walled-garden/ip"
    if not seen.has(menu):
        return
    why = "Customers reach the portal before they have paid."
    wanted = [("dst-address", site.box_address)]
    if site.portal_host:
        wanted.append(("dst-host", site.portal_host))
    for name, value in wanted:
        yield from _opened(seen, menu, (name, value), "accept", why)
    why = "Customers reach the payment page before they have paid."
    for host in site.garden:
        # By address where the name is whole: by name alone https doesn't pass surely.
        where, action = (HTTP_GARDEN, "allow") if "*" in host else (menu, "accept")
        yield from _opened(seen, where, ("dst-host", host), action, why)


def _opened(
    seen: Seen, menu: str, to: tuple[str, str], action: str, why: str
) -> Iterator[Step]:
    name, value = to
    is_open = any(
        row.get(name) == value
        and row.get("action") == action
        and row.get("disabled") != "true"
        for row in seen.of(menu)
    )
    if not is_open and seen.has(menu):
        words = {name: value, "action": action, "comment": MARK}
        yield Step(menu, "add", words, why, key=(name, "comment"))
