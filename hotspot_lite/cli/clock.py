"""The time of the box: what it says, and setting right what was dated ahead."""

from __future__ import annotations

import time
from typing import Any

from hotspot_lite import store
from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import as_text, length_text
from hotspot_lite.errors import BadInput
from hotspot_lite.store import restoring

AGAIN = "Now start the box: sudo systemctl start hotspot-lite.target"


def clock_show(args: Args) -> dict[str, Any]:
    """Say the machine's time, whether it is believed, and how far facts are ahead."""
    from hotspot_lite.trade.service import redating

    reading, wall = open_box().clock.now(), int(time.time())
    return {
        "machine": as_text(wall),
        "box": as_text(reading.at),
        "believed": "yes" if reading.believed else "no",
        "ahead_seconds": redating.ahead_seconds(wall),
    }


def clock_accept(args: Args) -> Answer:
    """Take the machine's clock for right: what is dated later is moved back.

    Raises BadInput where nothing is dated later, and without --yes.
    """
    from hotspot_lite.trade.house import audit
    from hotspot_lite.trade.service import redating

    opened, wall = open_box(), int(time.time())
    ahead = redating.ahead_seconds(wall)
    if not ahead:
        raise BadInput("Nothing is dated later than the machine's clock.")
    if not args.yes:
        raise BadInput(
            f"The machine says {as_text(wall)}; what was sold last is"
            f" {length_text(ahead)} later.",
            "See that the machine is right (timedatectl, or your phone). Then:"
            " hotspot-lite clock accept --yes",
        )
    # A running process would go on dating what it writes by the wrong time.
    restoring.must_be_stopped(opened.settings.database_file)
    with store.atomic():
        audit.note("cli", "clock accept", f"{ahead} s back", wall)
        moved = redating.take_back(wall)
    says = f"Moved back by {length_text(ahead)}: sales {moved}. {AGAIN}"
    return Answer({"moved": moved, "seconds": -ahead, "todo": AGAIN}, says)


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    clock = add_noun(nouns, "clock", "the time of the box")
    add_verb(clock, "show", clock_show)
    accept = add_verb(clock, "accept", clock_accept)
    accept.add_argument("--yes", action="store_true", help="the machine is right")
