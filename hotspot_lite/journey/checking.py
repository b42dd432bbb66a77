"""Is the router well, and RADIUS? Told when that changes, not each time."""

from __future__ import annotations

from hotspot_lite import samples
from hotspot_lite.errors import HotspotError
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.outside.addresses import radius_address
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.service import overstay, router_checks
from hotspot_lite.trade.service.router_checks import Router, Verdict
from hotspot_lite.wires import radius

# One lost answer is no news; the second, half a minute later, is.
MISSES = 2


@huey.job("router-checks", every_seconds=lambda: 30.0, durable=False)
def check_router() -> None:
    """Look whether RADIUS and the router answer, what is wrong, and hold clocks."""
    check_radius()
    if not here.has_router():
        return
    try:
        found = _look()
    except HotspotError as exc:
        here.router_misses += 1
        if here.router_misses >= MISSES:
            tell(router_checks.away(exc.says))
        return
    here.router_misses = 0
    tell(router_checks.away(""))
    here.box.clock.agree(found.clock_at)
    reading = here.clock()
    for verdict in router_checks.judge(found, reading.at, reading.believed):
        tell(verdict)


def _look() -> Router:
    router = here.router()
    online = router.active()
    return Router(
        router.resource().version_numbers,
        router.clock().at,
        online,
        overstay.owners(online).keys(),
        router.bindings(),
        here.settings["router.known"].split(),
    )


def tell(verdict: Verdict) -> None:
    """Note how something stands; an event only if that is a change."""
    conditions.observe(verdict.name, verdict.is_wrong, verdict.says, here.now())


def check_radius() -> None:
    """Ask RADIUS whether it lives; the router's script hears of it by /router/alive."""
    if not here.settings["radius.secret"] or here.settings["access.planes"] == "router":
        return
    answers = _radius_answers()
    told = {"at": here.now(), "answers": answers}
    samples.put(here.settings.run_dir, "radius", told)
    tell(router_checks.silent(not answers))


def _radius_answers() -> bool:
    try:
        return radius.status(radius_address(here.settings))
    except HotspotError:
        return False
