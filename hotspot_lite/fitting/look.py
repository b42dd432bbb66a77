"""Reads all of a router that the rules of `onboarding` ask for; writes nothing."""

from __future__ import annotations

from hotspot_lite.errors import GiveUp
from hotspot_lite.onboarding import MENUS, Seen
from hotspot_lite.onboarding.seen import Row
from hotspot_lite.wires.routeros import Router


def look(router: Router, now: int | None) -> Seen:
    """The router as it is. `now` None: our own clock isn't believed, so no skew.

    A menu that this version hasn't, or that this user may not read, is left out.
    Raises TryAgain where the router is lost, GiveUp where it lets nobody in.
    """
    router.resource()  # whoever can't read this can read nothing: say why
    rows: dict[str, list[Row]] = {}
    for menu, properties in MENUS.items():
        try:
            rows[menu] = router.rows(menu, *properties)
        except GiveUp:
            continue
    skew = None if now is None else router.clock().at - now
    return Seen(rows, skew)
