"""Who watches over the box's processes here, systemd or supervisord, and what it says.

Both are asked by their own commands, with a deadline; nothing of theirs is imported.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from hotspot_lite import serve
from hotspot_lite.clock import boot_seconds
from hotspot_lite.doctor.files import is_there
from hotspot_lite.settings import Settings

# It is there only where systemd has started the machine (sd_booted(3)).
SYSTEMD = Path("/run/systemd/system")
ASK_SECONDS = 10
# Longer than a worker is given to finish what runs.
RESTART_SECONDS = serve.STOP_SECONDS + 30
SHOWN = "LoadState,ActiveState,SubState,NRestarts,ActiveEnterTimestampMonotonic,Result"


@dataclass(frozen=True)
class Watched:
    """One process as its supervisor sees it."""

    state: str
    is_up: bool
    up_seconds: float | None = None
    restarts: int | None = None


@dataclass(frozen=True)
class Supervision:
    """`kind` is systemd, supervisord or "" where nobody watches."""

    kind: str = ""
    watched: Mapping[str, Watched] = field(default_factory=dict)
    trouble: str = ""
    conf: str = ""

    def command(self, role: str) -> list[str]:
        """What restarts a process of the box; [] where nobody can."""
        if self.kind == "systemd":
            return ["systemctl", "restart", unit(role)]
        if self.kind == "supervisord" and role in self.watched:
            return [*_supervisorctl(self.conf), "restart", role]
        return []

    def hint(self, role: str) -> str:
        """What a person types to start that process again."""
        if self.kind == "systemd":
            return f"Run: sudo systemctl restart {unit(role)}"
        if self.command(role):
            return "Run: hotspot-lite doctor --fix"
        return "Start the box: hotspot-lite serve"

    def restart(self, role: str) -> str:
        """Restart a process; what was done, or why it couldn't be."""
        code, said = asked(self.command(role), RESTART_SECONDS)
        return f"restarted {role}" if code == 0 else f"could not restart {role}: {said}"


def unit(role: str) -> str:
    """The name of a process's unit."""
    return f"hotspot-lite-{role}.service"


def look(found: Settings) -> Supervision:
    """Who watches this box, and how its processes are."""
    # The socket is this very box's; systemd may run another one beside it.
    if is_there(found.run_dir / "supervisor.sock"):
        by = _by_supervisord(str(found.run_dir / "supervisord.conf"))
        if by.kind or by.trouble:
            return by
    if SYSTEMD.exists() and shutil.which("systemctl") and _is_its_box(found):
        watched = {role: _by_systemd(role) for role in serve.roles(found)}
        return Supervision("systemd", {r: seen for r, seen in watched.items() if seen})
    return Supervision()


def _is_its_box(found: Settings) -> bool:
    # Its units may write to the folders of the box that it runs.
    _, said = asked(["systemctl", "show", unit("worker"), "--property=ReadWritePaths"])
    return str(found.data_dir) in said.partition("=")[2].split()


def _by_systemd(role: str) -> Watched | None:
    code, said = asked(["systemctl", "show", unit(role), f"--property={SHOWN}"])
    told = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    if code or told.get("LoadState") != "loaded":
        return None
    is_up = told.get("ActiveState") == "active"
    since = int(told.get("ActiveEnterTimestampMonotonic") or 0) / 1e6
    state = f"{told.get('ActiveState')} ({told.get('SubState')})"
    if told.get("Result") not in ("success", None):
        state += f", last result {told['Result']}"
    up = time.clock_gettime(time.CLOCK_MONOTONIC) - since if is_up and since else None
    return Watched(state, is_up, up, int(told.get("NRestarts") or 0))


def _supervisorctl(conf: str) -> list[str]:
    return [sys.executable, "-m", "supervisor.supervisorctl", "-c", conf]


def _by_supervisord(conf: str) -> Supervision:
    # Its exit code only says whether all run; 4: it doesn't answer.
    code, said = asked([*_supervisorctl(conf), "status"])
    watched = dict(
        _read_status(line) for line in said.splitlines() if _LINE.match(line)
    )
    if not watched:
        dead = "no such file" in said or "refused" in said
        return Supervision() if dead else Supervision("", {}, said or f"exit {code}")
    return Supervision("supervisord", watched, "", conf)


_LINE = re.compile(r"(?P<role>[a-z]+)\s+(?P<state>[A-Z]+)\s*(?P<rest>.*)")
_UPTIME = re.compile(r"uptime (?:(\d+) days?, )?(\d+):(\d+):(\d+)")


def _read_status(line: str) -> tuple[str, Watched]:
    found = _LINE.match(line)
    assert found is not None
    state, rest = found["state"], found["rest"]
    up = _UPTIME.search(rest)
    seconds = None
    if up:
        days, hours, minutes, rest_seconds = (int(part or 0) for part in up.groups())
        seconds = float(((days * 24 + hours) * 60 + minutes) * 60 + rest_seconds)
    is_up = state == "RUNNING"
    says = state.lower() if is_up else f"{state.lower()} {rest}".strip()
    return found["role"], Watched(says, is_up, seconds)


def asked(command: Sequence[str], most_seconds: float | None = None) -> tuple[int, str]:
    """Run a command to its end or the deadline: its exit code and all it printed."""
    most = most_seconds or ASK_SECONDS
    try:
        done = subprocess.run(  # noqa: S603
            command,
            capture_output=True,
            text=True,
            errors="replace",
            stdin=subprocess.DEVNULL,
            timeout=most,
        )
    except subprocess.TimeoutExpired:
        return 1, f"{command[0]} didn't answer within {most:.0f} s"
    except (OSError, IndexError) as exc:
        return 1, str(exc)
    return done.returncode, (done.stdout + done.stderr).strip()


def machine_seconds() -> float:
    """How long the machine has run."""
    return boot_seconds()
