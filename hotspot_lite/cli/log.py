"""What the box's processes say: the one command for it, wherever their log lies."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from hotspot_lite import settings
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, Misused, add_verb
from hotspot_lite.doctor import log_sources, supervision
from hotspot_lite.errors import HotspotError
from hotspot_lite.serve import ROLES

MOST_BYTES = 4 * 1024 * 1024
LENGTHS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


def log(args: Args) -> Answer:
    """Show what the box's processes have said lately, or say from now on."""
    if args.follow and args.json:
        raise Misused("-f has no end, and so no JSON.", "Leave one of them out.")
    if args.lines < 1:
        raise Misused(f"{args.lines} lines can't be shown.", "Write -n 50.")
    since = None if args.since is None else read_since(args.since, time.time())
    role = args.role or ""
    files = _files(role)
    if not files and log_sources.has_journal():
        found = _of_the_journal(role, args.lines, since, args.follow)
    elif files:
        found = _of_files(files, args.lines, since, args.follow)
    else:
        raise HotspotError(
            "No log of the box was found.",
            "Without systemd, keep it: hotspot-lite serve >>serve.log 2>&1",
        )
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
    verb.add_argument("role", nargs="?", choices=ROLES)
    verb.add_argument("-f", dest="follow", action="store_true", help="and go on")
    verb.add_argument(
        "-n", dest="lines", type=int, default=100, help="how many lines (100)"
    )
    verb.add_argument("--since", metavar="WHEN", help="1h, 2d or '2026-11-29 14:00'")


# -- Where there is no systemd -------------------------------------------------


def _files(role: str) -> list[Path]:
    """The log files of this very box; none where the journal has its log."""
    try:
        found = settings.load()
    except HotspotError:
        return []  # a box that doesn't start has a log all the more
    if log_sources.printed(found.run_dir) is None and log_sources.has_journal():
        return []
    radius = found.run_dir / "freeradius.log"
    there = [file for file in log_sources.files(found) if file.name != radius.name]
    if role == "radius" and radius.is_file():
        return [radius]
    # The other processes write to one file; a line doesn't say whose it is.
    return there if role or not radius.is_file() else [*there, radius]


def _of_files(
    files: list[Path], lines: int, since: float | None, follows: bool
) -> list[str]:
    if follows and since is None:
        _become(["tail", "--quiet", f"--lines={lines}", "-F", *map(str, files)])
    found: list[str] = []
    for file in files:
        try:
            said = log_sources.tail(file, MOST_BYTES)
        except OSError as exc:
            raise HotspotError(f"{file}: {exc.strerror}.", "Run it with sudo.") from exc
        found += said if since is None else log_sources.newer_than(since, said)
    found = found[-lines:]
    if follows:
        print("\n".join(found), flush=True)
        _become(["tail", "--quiet", "--lines=0", "-F", *map(str, files)])
    return found


# -- Where there is ------------------------------------------------------------


def _of_the_journal(
    role: str, lines: int, since: float | None, follows: bool
) -> list[str]:
    if follows and since is not None:
        _become(log_sources.journal(role, f"--since=@{since:.0f}", "--follow"))
    command = log_sources.journal(role, f"--lines={lines}")
    if follows:
        _become([*command, "--follow"])
    code, said = supervision.asked(command)
    if code:
        todo = "Run it with sudo: sudo hotspot-lite log"
        raise HotspotError(said or "The journal can't be read.", todo)
    found = said.splitlines()
    return found if since is None else list(log_sources.newer_than(since, found))


def _become(command: list[str]) -> NoReturn:
    # Ctrl-C is then its own to answer, and no process of ours waits beside it.
    program = shutil.which(command[0])
    if program is None:
        raise HotspotError(f"{command[0]} is not on this machine.", "Leave -f out.")
    os.execv(program, command)  # noqa: S606
