"""Proves the router's way to us and ours to it, with a customer to be thrown away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from hotspot_lite.box import Box
from hotspot_lite.errors import HotspotError
from hotspot_lite.fitting.prove import Proof, Trial, prove
from hotspot_lite.outside.addresses import coa_address, radius_address, router_address
from hotspot_lite.trade.service import access, trial
from hotspot_lite.wires.routeros import Router

# The router asks RADIUS three times, three seconds each, before it answers.
PATIENT_SECONDS = 15.0


def prove_router(box: Box, mac: str = "") -> Iterator[Proof]:
    """Try sign-in, RADIUS and disconnect, telling each as it is tried.

    `mac` names the device to lend, "" takes one that isn't logged in. The test's user
    is gone when this ends, however it ends. Raises GiveUp where no router is set.
    """
    found, now = box.settings, box.clock.at()
    spared = frozenset(one.mac for one in access.not_yet_admitted(now))
    address = replace(router_address(found), deadline_seconds=PATIENT_SECONDS)
    with trial.lent(now) as customer, Router(address) as router:
        yield from prove(
            router,
            Trial(
                customer.username,
                customer.secret,
                radius_address(found),
                coa_address(found),
                mac.upper(),
                spared,
            ),
        )


def prove_safely(box: Box) -> Iterator[Proof]:
    """The same for a page: what can't even begin is told as a proof that failed."""
    try:
        yield from prove_router(box)
    except HotspotError as exc:
        yield Proof("sign-in", False, exc.says, exc.todo)
