"""The dead man's switch: the router takes our changes back if it loses us for good.

Before the first step a scheduler is put on the router that undoes all of them; after
the last one it is removed. It runs every minute from the router's own start and counts
its runs, so it needs no date (their form changed in 7.10) and no clock that is right.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotspot_lite.errors import GiveUp
from hotspot_lite.onboarding import Step
from hotspot_lite.onboarding.site import MARK
from hotspot_lite.wires.routeros import Router

NAME = f"{MARK}-undo"
MENU = "/system/scheduler"
MINUTES = 5
# The first minute may be a short one, and whether a run counts itself isn't known.
MOST_MINUTES = MINUTES + 2
# Known to be enough for such a script by librouteros's own (7.x); a narrower one is
# said to fail without a word.
POLICY = "ftp,reboot,read,write,policy,test"
HEAD = (
    f":local runs {MOST_MINUTES}\n"
    f":do {{ :set runs [/system scheduler get [find name={NAME}] run-count] }}"
    " on-error={}\n"
    f":if ($runs > {MINUTES}) do={{\n"
)


def script_of(steps: Sequence[Step]) -> str:
    """The script that undoes the steps, the last first, and then itself.

    Right whether a step was taken or not: a row that isn't there isn't removed.
    """
    lines = [line for step in reversed(steps) if (line := step.undo_line())]
    lines.append(f"/system scheduler remove [find name={NAME}]")
    body = "".join(f":do {{ {line} }} on-error={{}}\n" for line in lines)
    return f"{HEAD}{body}}}"


def arm(router: Router, steps: Sequence[Step]) -> bool:
    """Put the switch on the router; False where this user may not, or it is off."""
    disarm(router)
    words = {
        "name": NAME,
        "start-time": "startup",
        "interval": "1m",
        "on-event": script_of(steps),
        "policy": POLICY,
        "comment": MARK,
    }
    try:
        router.add_words(MENU, words)
    except GiveUp:
        return False
    return bool(router.rows(MENU, ".id", name=NAME))


def disarm(router: Router) -> bool:
    """Take the switch away; says whether it was still there."""
    rows = router.rows(MENU, ".id", name=NAME)
    router.remove(MENU, [row[".id"] for row in rows])
    return bool(rows)
