"""The worker process: is it there, and start it anew, whoever watches over it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xmlrpc.client import Fault, ServerProxy

from hotspot_lite import jobs
from hotspot_lite.box import open_box
from hotspot_lite.cli.queue_look import as_json
from hotspot_lite.cli.text import Answer, table
from hotspot_lite.cli.verbs import Args, add_noun, add_verb
from hotspot_lite.clock import length_text
from hotspot_lite.errors import HotspotError
from hotspot_lite.jobs import sight
from hotspot_lite.jobs.lanes import LANES

UNIT = "hotspot-lite-worker"
SYSTEMD = Path("/run/systemd/system")
# The worker gives its jobs 30 s to end, and its supervisor a little more.
RESTART_SECONDS = 60.0
NOT_RUNNING = 3  # as systemctl and supervisorctl have it


def restart(args: Args) -> Answer:
    """Let running jobs finish and start the worker anew."""
    run_dir = open_box().settings.run_dir
    before = {one.pid for one in _alive()}
    by = _restart_by(run_dir)
    fresh = _until(lambda: [one for one in _alive() if one.pid not in before])
    if not fresh:
        raise HotspotError(
            f"{by} was asked to restart the worker, but no new one has come up.",
            "See its log: sudo hotspot-lite log worker",
        )
    pids = [one.pid for one in fresh]
    text = f"The worker runs anew, pid {', '.join(map(str, pids))}, by {by}."
    return Answer({"by": by, "pids": pids}, text)


def status(args: Args) -> Answer:
    """Show the worker processes; exit code 3 if none runs."""
    open_box()
    found = sight.consumers(jobs.rows)
    rows = [
        [
            *(one.name, one.pid, "runs" if one.is_alive else "is dead"),
            *(length_text(time.time() - one.since), one.stuck_threads),
            " ".join(one.lanes) if len(one.lanes) < len(LANES) else "all",
        ]
        for one in found
    ]
    heads = ("worker", "pid", "state", "for", "stuck", "lanes")
    is_there = any(one.is_alive for one in found)
    text = table(heads, rows) if rows else "No worker runs."
    data = [as_json(vars(one)) for one in found]
    return Answer(data, text, 0 if is_there else NOT_RUNNING)


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    worker = add_noun(nouns, "worker", "the process that runs the jobs")
    add_verb(worker, "restart", restart)
    add_verb(worker, "status", status)


def _alive() -> list[sight.ConsumerSeen]:
    return [one for one in sight.consumers(jobs.rows) if one.is_alive]


def _restart_by(run_dir: Path) -> str:
    """Ask whoever watches over this box's worker; who it was."""
    # The socket is this very box's; systemd may run beside a box in a checkout.
    socket = run_dir / "supervisor.sock"
    if socket.exists() and _by_supervisor(socket):
        return "supervisord"
    if SYSTEMD.is_dir() and shutil.which("systemctl"):
        _by_systemd()
        return "systemd"
    raise HotspotError(
        "Nobody watches over the worker here, so nobody can restart it.",
        "Start the box: hotspot-lite serve",
    )


def _by_supervisor(socket: Path) -> bool:
    """False where nobody listens any more: the socket is a dead one's."""
    from supervisor.xmlrpc import SupervisorTransport

    transport = SupervisorTransport(None, None, f"unix://{socket}")
    supervisor: Any = ServerProxy("http://127.0.0.1", transport=transport).supervisor
    try:
        # Of its states only these two can't be stopped.
        if supervisor.getProcessInfo("worker")["statename"] not in ("STOPPED", "FATAL"):
            supervisor.stopProcess("worker")
        supervisor.startProcess("worker", False)
    except Fault as exc:
        raise HotspotError(f"supervisord refuses: {exc.faultString}.") from None
    except OSError:
        return False
    return True


def _by_systemd() -> None:
    if os.geteuid() == 0:
        _systemctl("restart", UNIT)
        return
    # The command has become the box's user, who may not ask systemd; but it may end
    # its own process, and the unit says Restart=always.
    pid = int(_systemctl("show", "--property=MainPID", "--value", UNIT) or 0)
    if not pid:
        raise HotspotError(
            "systemd doesn't run the worker.", f"Run: sudo systemctl start {UNIT}"
        )
    os.kill(pid, signal.SIGTERM)


def _systemctl(*words: str) -> str:
    done = subprocess.run(  # noqa: S603
        ["systemctl", *words],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=RESTART_SECONDS,
    )
    if done.returncode:
        raise HotspotError(f"systemctl says: {done.stderr.strip()}")
    return done.stdout.strip()


def _until(holds: Callable[[], Any]) -> Any:
    ends = time.monotonic() + RESTART_SECONDS
    while not (found := holds()) and time.monotonic() < ends:
        time.sleep(0.1)
    return found
