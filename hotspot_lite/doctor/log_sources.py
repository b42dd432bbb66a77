"""Where the box's processes write their log: the journal, or a file of supervisord's.

systemd keeps ours in memory, in a journal namespace of their own; what it says itself
of their units, and FreeRADIUS, are in the machine's journal. Both are read together.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from hotspot_lite.doctor import supervision
from hotspot_lite.settings import Settings

# As LogNamespace= in the units; "+" adds the machine's journal (journalctl(1)).
NAMESPACE = "hotspot-lite"
LOG_FOLDER = Path("/var/log/hotspot-lite")

_WHEN = re.compile(r"\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)")


def has_journal() -> bool:
    """Whether systemd has started this machine and its journal can be read."""
    return supervision.SYSTEMD.exists() and shutil.which("journalctl") is not None


def journal(role: str, *options: str) -> list[str]:
    """The command that prints what a role has said, "" for all of them.

    Not both --since and --lines: journalctl before 254 takes the oldest lines then.
    """
    unit = supervision.unit(role) if role else "hotspot-lite-*"
    command = ["journalctl", "--quiet", "--no-pager", "--output=short-iso"]
    return [*command, f"--namespace=+{NAMESPACE}", f"--unit={unit}", *options]


def printed(run_dir: Path) -> Path | None:
    """The file that supervisord's output goes to, if it runs and it is one."""
    try:
        pid = int((run_dir / "supervisord.pid").read_text(encoding="ascii"))
        target = Path(os.readlink(f"/proc/{pid}/fd/1"))  # noqa: PTH115
    except (OSError, ValueError):
        return None
    return target if target.is_file() else None


def files(found: Settings) -> list[Path]:
    """Every log file of the box that is there."""
    names = [*found.run_dir.glob("*.log"), *LOG_FOLDER.glob("*.log")]
    target = printed(found.run_dir)
    if target is not None:
        names.append(target)
    return sorted({file.resolve() for file in names if file.is_file()})


def tail(file: Path, most_bytes: int) -> list[str]:
    """The last lines of a file, the first maybe cut. Raises OSError."""
    with file.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - most_bytes))
        return log.read().decode(errors="replace").splitlines()


def newer_than(since: float, lines: Iterable[str]) -> Iterator[str]:
    """The lines of after `since`, in seconds since 1970, by their own local time.

    A line without a time (of a traceback) is as old as the one before it.
    """
    oldest = datetime.fromtimestamp(since).isoformat()
    is_recent = True
    for line in lines:
        when = _WHEN.match(line)
        if when is not None:
            is_recent = f"{when[1]}T{when[2]}" >= oldest
        if is_recent:
            yield line


def without_time(line: str) -> str:
    """A line without the time that it begins with."""
    return _WHEN.sub("", line, count=1).lstrip(",0123456789+ ")
