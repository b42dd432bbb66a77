"""What a page asked for: the router looked at, fitted or tested, the box examined."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from typing import Any

from hotspot_lite import onboarding
from hotspot_lite.errors import HotspotError
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.outside import addresses
from hotspot_lite.trade.house import errands
from hotspot_lite.wires.routeros import Router

# An export of a full router takes its time, and so does its return after a change; the
# lane's patience is two minutes.
PATIENT_SECONDS, RETURN_SECONDS = 15.0, 40.0
EXAMINE_SECONDS = 60


def _failed(error: str, errand_id: int) -> None:
    errands.end(errand_id, {"says": error, "todo": ""}, False, here.now())


# Once: what was half done at the router is looked at by a person, or by the next plan.
@huey.job("router-checks", durable=True, tries=1, failed=_failed)
def run_router_errand(errand_id: int) -> None:
    """Plan, fit or test the router for somebody who waits at a page."""
    errand = errands.begin(errand_id)
    if errand is None:
        return
    doing = {
        errands.PLAN: _plan,
        errands.APPLY: _apply,
        errands.APPLY_SECRET: lambda: _apply(rewrites_secret=True),
        errands.TEST: _test,
    }[errand.kind]
    try:
        told, is_done = doing(), True
    except HotspotError as exc:
        told, is_done = {"says": exc.says, "todo": exc.todo}, False
    errands.end(errand_id, told, is_done, here.now())


def _plan() -> dict[str, Any]:
    from hotspot_lite.fitting.look import look  # when a router is set up, then never

    reading = here.clock()
    with Router(_address()) as router:
        seen = look(router, reading.at if reading.believed else None)
    return onboarding.make(addresses.site(here.settings), seen).as_dict()


def _apply(rewrites_secret: bool = False) -> dict[str, Any]:
    from hotspot_lite.fitting.apply import Fitting  # as above

    site = replace(addresses.site(here.settings), rewrites_secret=rewrites_secret)
    fitting = Fitting(
        site,
        here.settings.data_dir / "router",
        addresses.signs_in(here.settings),
        return_seconds=RETURN_SECONDS,
    )
    with Router(_address()) as router:
        return fitting.apply(router, here.now()).as_dict()


def _test() -> dict[str, Any]:
    from hotspot_lite.journey import proving  # as above

    return {"steps": [one.as_dict() for one in proving.prove_safely(here.box)]}


def _address() -> Any:
    address = addresses.router_address(here.settings)
    return replace(address, deadline_seconds=PATIENT_SECONDS)


@huey.job("default", tries=1, failed=_failed)
def examine(errand_id: int) -> None:
    """Examine the box as `hotspot-lite doctor` does, by asking it.

    In a process of its own: it reads a hundred modules that a worker has no use for.
    """
    if errands.begin(errand_id) is None:
        return
    command = [sys.executable, "-m", "hotspot_lite", "doctor", "--json"]
    try:
        done = subprocess.run(  # noqa: S603
            command, capture_output=True, timeout=EXAMINE_SECONDS, check=False
        )
        told, is_done = json.loads(done.stdout), True
    except (OSError, subprocess.TimeoutExpired, ValueError) as exc:
        says = f"The examination did not end well: {type(exc).__name__}."
        told, is_done = {"says": says, "todo": "Run: hotspot-lite doctor"}, False
    errands.end(errand_id, told, is_done, here.now())
