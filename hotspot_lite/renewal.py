"""Which settings each running process began with, and starting it anew with the new.

A process reads its settings once. So each leaves a file in the run folder that says by
what it runs: marks, not values, as the folder is no place for secrets. It keeps the
file locked as long as it lives (flock(2); the kernel lets go of it, however it ends).
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.settings import Settings

FOLDER = "running"
MARK_LETTERS = 16
# FreeRADIUS reads these alone; the others may need any.
READS = {"radius": ("radius.", "box.data_dir")}


@dataclass(frozen=True)
class Running:
    """A process of the box that lives, and the settings that it does not have yet.

    `is_watched`: whether somebody starts it again when it ends.
    """

    role: str
    pid: int
    is_watched: bool
    waits_for: tuple[str, ...]


def begin(
    found: Settings, key: bytes, role: str, environ: Mapping[str, str] = os.environ
) -> int:
    """Say by what this process runs from now on; the descriptor that holds the lock.

    The lock outlives exec(2), as FreeRADIUS begins by one.
    """
    folder = found.run_dir / FOLDER
    folder.mkdir(mode=0o770, exist_ok=True)
    fileno = os.open(
        folder / f"{role}-{os.getpid()}", os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o660
    )
    fcntl.flock(fileno, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.set_inheritable(fileno, True)
    reads = READS.get(role, ("",))
    marks = {n: m for n, m in _marks(found, key).items() if n.startswith(reads)}
    told = {"is_watched": _is_watched(environ), "marks": marks}
    os.write(fileno, json.dumps(told).encode())
    return fileno


def running(fresh: Settings, key: bytes) -> list[Running]:
    """Each process that lives, held against what it would begin with now."""
    marks = _marks(fresh, key)
    return sorted(_running(fresh.run_dir, marks), key=lambda one: (one.role, one.pid))


def waits(processes: list[Running]) -> dict[str, list[str]]:
    """Each changed setting that some process has not taken up, and which those are."""
    found: dict[str, list[str]] = {}
    for one in processes:
        for name in one.waits_for:
            found.setdefault(name, []).append(one.role)
    return found


def end(processes: list[Running]) -> list[Running]:
    """Have these finish what they do and end, this very process last; who was asked.

    Who watches over them starts them anew. Those that nobody watches are left alone:
    they would stay away.
    """
    asked = [one for one in processes if one.is_watched]
    for one in sorted(asked, key=lambda one: one.pid == os.getpid()):
        os.kill(one.pid, signal.SIGTERM)
    return asked


def _running(run_dir: Path, marks: Mapping[str, str]) -> Iterator[Running]:
    for path in (run_dir / FOLDER).glob("*"):
        role, _, pid = path.name.rpartition("-")
        if not _is_locked(path):
            path.unlink(missing_ok=True)  # of one that ended
            continue
        try:
            told = json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            continue  # just being written
        differ = (n for n, mark in marks.items() if told["marks"].get(n, mark) != mark)
        yield Running(role, int(pid), told["is_watched"], tuple(differ))


def _is_locked(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _is_watched(environ: Mapping[str, str]) -> bool:
    """systemd's units of ours are Type=notify; supervisord says so in words."""
    return bool(environ.get("NOTIFY_SOCKET") or environ.get("SUPERVISOR_ENABLED"))


def _marks(found: Settings, key: bytes) -> dict[str, str]:
    return {name: _mark(key, name, value) for name, value in found.values.items()}


def _mark(key: bytes, name: str, value: object) -> str:
    said = f"setting {name} {value!r}".encode()
    return hmac.new(key, said, hashlib.sha256).hexdigest()[:MARK_LETTERS]
