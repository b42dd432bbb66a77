"""The clock, and the outside things: do they answer, and in time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from hotspot_lite import rails, samples
from hotspot_lite.clock import SYNCHRONISED, as_text
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, note, ok, one_line, span
from hotspot_lite.errors import HotspotError
from hotspot_lite.outside import addresses
from hotspot_lite.wires.daraja import Daraja
from hotspot_lite.wires.routeros import Router

RTC = Path("/dev/rtc0")
# What each leaves in /run while it runs.
KEEPERS = {
    "systemd-timesyncd": "run/systemd/timesync",
    "chrony": "run/chrony",
    "ntpsec": "run/ntpd.pid",
    "openntpd": "run/openntpd.sock",
}
# Samples come every few seconds; older than this the page shows them as old.
# Unwatched, the router is read once a minute.
STALE_SECONDS = 150
SLOW_SECONDS = 2.0


def clock(case: Case) -> Iterator[Finding]:
    """What time the box believes, and why."""
    reading = case.clock.now()
    behind = reading.at - int(time.time())
    if reading.believed:
        yield ok("HL-CLK-01", f"{as_text(reading.at)} is believed: {_reason(case)}")
    elif behind > 0:
        yield Finding(
            "HL-CLK-01",
            "warning",
            f"The clock is {span(behind)} behind the newest sale.",
            "Not believed: the box sells and admits, but ends and clears nothing.",
            "Connect the box to the internet, or set the time: sudo date -s …"
            " If the machine is right: hotspot-lite clock accept",
        )
    else:
        yield Finding(
            "HL-CLK-01",
            "warning",
            f"{as_text(reading.at)} is not believed: neither synchronised nor agreed"
            " to by router or M-Pesa.",
            "The box sells and admits, but ends no session and clears nothing.",
            "See: timedatectl; a VM whose host keeps the time: box.clock = trusted",
        )
    if case.detailed and not RTC.exists():
        yield note("HL-CLK-02", "No clock chip: the time is lost at each power cut.")


def _reason(case: Case) -> str:
    if case.settings["box.clock"] == "trusted":
        return "box.clock is trusted"
    return "synchronised" if SYNCHRONISED.exists() else "router or M-Pesa agreed"


def keeper(case: Case) -> Iterator[Finding]:
    """Which service sets the clock, where nobody else does."""
    if case.settings["box.clock"] == "trusted":
        return
    for name, trace in KEEPERS.items():
        if (case.root / trace).exists():
            yield ok("HL-CLK-03", f"{name} sets the clock")
            return
    yield Finding(
        "HL-CLK-03",
        "warning",
        "No service sets the clock.",
        "It drifts, and is lost at each power cut where there is no clock chip.",
        "Run: sudo apt install systemd-timesyncd; sudo timedatectl set-ntp true",
    )


def router(case: Case) -> Iterator[Finding]:
    """Whether the router answers its API."""
    if not case.settings["router.host"]:
        return
    where = f"{case.settings['router.host']}:{case.settings['router.port']}"
    began = time.monotonic()
    try:
        with Router(addresses.router_address(case.settings)) as line:
            load = line.resource()
    except HotspotError as exc:
        yield Finding(
            "HL-RTR-01",
            "broken",
            f"The router at {where} doesn't serve us: {one_line(exc.says)}",
            "Who pays isn't put online by itself; RADIUS logins go on.",
            exc.todo or "Run: hotspot-lite router test",
        )
        return
    took = time.monotonic() - began
    says = f"router {load.board_name} {load.version}, load {load.cpu_load_percent} %"
    if took > SLOW_SECONDS:
        impact = "Putting customers online takes that much longer."
        yield Finding(
            "HL-RTR-03",
            "warning",
            f"{says}, but it took {took:.1f} s to answer.",
            impact,
            "Look at the router's CPU and at the cable or radio link to it.",
        )
    else:
        yield ok("HL-RTR-01", f"{says}, answers in {took * 1000:.0f} ms")


def freshness(case: Case) -> Iterator[Finding]:
    """Whether the router's numbers are fresh."""
    if not case.settings["router.host"]:
        return
    sample = samples.newest(case.settings.run_dir, "router")
    if sample is None:
        return
    age = case.clock.at() - int(sample.get("at", 0))
    if age > max(STALE_SECONDS, 5 * case.settings["router.sample_seconds"]):
        yield Finding(
            "HL-RTR-02",
            "warning",
            f"The router's numbers on the admin page are {span(age)} old.",
            "The owner looks at the past.",
            "See above whether the router answers and router-data is served.",
        )


def daraja(case: Case) -> Iterator[Finding]:
    """Whether Daraja takes our key (--detailed): asks for a token, shows none."""
    s = case.settings
    has_key = s["mpesa.consumer_key"] and s["mpesa.consumer_secret"]
    if not case.detailed or not has_key:
        return
    began = time.monotonic()
    try:
        Daraja(rails.daraja_account(s)).check_keys()
    except HotspotError as exc:
        says, todo = f"M-Pesa gives us no token: {one_line(exc.says)}", exc.todo
        impact = "No payment can be asked for."
        yield Finding("HL-MPE-01", "broken", says, impact, todo)
    else:
        took = (time.monotonic() - began) * 1000
        yield ok("HL-MPE-01", f"M-Pesa gives us a token, in {took:.0f} ms")
