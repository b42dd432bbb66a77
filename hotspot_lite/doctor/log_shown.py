"""The log of the box's processes for a person: the last of it, or as it comes."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import NoReturn

from hotspot_lite import settings
from hotspot_lite.doctor import log_sources, supervision
from hotspot_lite.errors import HotspotError

MOST_BYTES = 4 * 1024 * 1024


def show(role: str, lines: int, since: float | None, follows: bool) -> list[str]:
    """The newest `lines` of a role, "" for all, after `since` in seconds since 1970.

    With `follows` it doesn't return: this process becomes the program that goes on.
    Raises HotspotError where there is no log or it can't be read.
    """
    files = _files(role)
    if files:
        return _of_files(files, lines, since, follows)
    if log_sources.has_journal():
        return _of_the_journal(role, lines, since, follows)
    raise HotspotError(
        "No log of the box was found.",
        "Without systemd, keep it: hotspot-lite serve >>serve.log 2>&1",
    )


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
