"""Who is online, and putting a device out."""

from __future__ import annotations

import time
from typing import Any

from hotspot_lite.box import open_box
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput

# Unwatched, the router is asked once a minute: a worker that lives asks it sooner now.
FRESH_SECONDS = 8.0


def session_list(args: Args) -> list[dict[str, Any]]:
    """List who is online, as the router last told, else as accounting did."""
    from hotspot_lite import samples
    from hotspot_lite.trade.service import online

    box = open_box()
    asked_at = box.clock.now().at
    until = time.monotonic() + (FRESH_SECONDS if box.settings["router.host"] else 0)
    while True:
        box.mark_watched()  # the worker sees it, and asks the router
        sample, now = samples.newest(box.settings.run_dir, "online"), box.clock.now().at
        shown = online.newest(sample, now)
        if time.monotonic() > until or (shown.at or 0) >= asked_at:
            break
        time.sleep(0.2)
    return [_row(row) for row in online.listed(shown.rows, now)]


def _row(row: Any) -> dict[str, Any]:
    return {
        "who": row.at.user,
        "mac": row.at.mac_address,
        "ip": row.at.ip,
        "package": row.subscription.plan_name if row.subscription else "-",
        "since": as_text(row.began_at),
        "used_bytes": row.used_bytes,
        "seconds_left": "-" if row.seconds_left is None else row.seconds_left,
        "down_bits": "-" if row.at.down_bits is None else row.at.down_bits,
        "up_bits": "-" if row.at.up_bits is None else row.at.up_bits,
        "by": "RADIUS" if row.at.is_radius else "the router",
    }


def session_kick(args: Args) -> dict[str, str]:
    """Put a device out at the router; its time goes on, it may log in again."""
    from hotspot_lite.trade.people import customers
    from hotspot_lite.trade.service import online

    box = open_box()
    try:
        mac = customers.normal_mac(args.mac)
    except BadInput:
        mac = ""
    if not mac:
        todo = "It is like BC:24:11:EB:56:4D. See: session list"
        raise BadInput(f"{args.mac} is not a MAC address.", todo, field="mac")
    online.call_out(mac, "cli", box.clock.now().at)
    return {"mac": mac, "done": "called for; the worker sees to it"}


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "session", "who is online")
    add_verb(noun, "list", session_list)
    add_verb(noun, "kick", session_kick).add_argument(
        "mac", help="the device, as `session list` shows it"
    )
