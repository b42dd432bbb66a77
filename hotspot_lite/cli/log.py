"""What the box's processes say: the one command for it, wherever their log lies."""

from __future__ import annotations

import contextlib
import re
import time
from datetime import datetime
from typing import Any

from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, Misused, add_verb

ROLES = ("web", "worker", "live", "radius")
LENGTHS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def log(args: Args) -> Answer:
    """Show what the box's processes have said lately, or say from now on."""
    # With the doctor's modules, which no other verb waits for.
    from hotspot_lite.doctor import log_shown

    if args.follow and args.json:
        raise Misused("-f has no end, and so no JSON.", "Leave one of them out.")
    if args.lines < 1:
        raise Misused(f"{args.lines} lines can't be shown.", "Write -n 50.")
    since = None if args.since is None else read_since(args.since, time.time())
    found = log_shown.show(args.role or "", args.lines, since, args.follow)
    return Answer({"lines": found}, "\n".join(found) or "Nothing was said.")


def read_since(text: str, now: float) -> float:
    """A length before `now` (30m, 1h, 2d) or a local time, as seconds since 1970."""
    length = re.fullmatch(r"([0-9]{1,6})([smhdw])", text.strip())
    if length:
        return now - int(length[1]) * LENGTHS[length[2]]
    with contextlib.suppress(ValueError, OverflowError, OSError):
        return datetime.fromisoformat(text.strip()).timestamp()
    raise Misused(
        f"{text!r} is no time to begin at.", "Write 30m, 1h, 2d or '2026-11-29 14:00'."
    )


def add_to(nouns: Any) -> None:
    """Put this verb on the command line."""
    verb = add_verb(nouns, "log", log)
    verb.add_argument("role", nargs="?", choices=ROLES, help="without: all")
    verb.add_argument("-f", dest="follow", action="store_true", help="and go on")
    verb.add_argument(
        "-n", dest="lines", type=int, default=100, help="how many lines (100)"
    )
    verb.add_argument("--since", metavar="WHEN", help="1h, 2d or '2026-11-29 14:00'")
