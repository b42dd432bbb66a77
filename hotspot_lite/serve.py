"""Runs the box's processes: one of them for systemd, or all under supervisord.

There is one way to run each, so what a laptop shows is what the box does.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from hotspot_lite import renewal, watchdog
from hotspot_lite import settings as settings_module
from hotspot_lite.box import Box, open_box
from hotspot_lite.errors import HotspotError
from hotspot_lite.settings import Settings
from hotspot_lite.trade.keeping import backups, recovery
from hotspot_lite.trade.keeping.recovery import Recovery

ROLES = ("web", "worker", "live", "radius")
# The command that the design, the units and docs/inside.md name.
CONSUMER = (
    "huey_consumer",
    "hotspot_lite.journey.huey",
    *("-k", "thread", "-w", "18", "-g", "TERM", "-t", "30"),
)
# Longer than the consumer's own 30 s of finishing what runs.
STOP_SECONDS = 40


def run(role: str) -> None:
    """Run one process in the foreground until it is told to stop."""
    if role != "radius":  # Debian's runs as a user who may not restore anything
        check_database()
    {"web": _web, "worker": _worker, "live": _live, "radius": _radius}[role]()


def open_as(role: str) -> Box:
    """Open the box as one of its processes, which says by what settings it runs."""
    opened = open_box()
    renewal.begin(opened.settings, opened.key, role)
    return opened


def check_database() -> Recovery | None:
    """Once after each start of the machine: whole, or restored. Raises HotspotError."""

    found = settings_module.load()
    done = recovery.at_boot(found.data_dir, found.run_dir, backups.places_of(found))
    if done:
        print(done.says, file=sys.stderr, flush=True)
    return done


def _web() -> None:
    from hotspot_lite.rails import make_rails
    from hotspot_lite.web import serving
    from hotspot_lite.wires.http import Caller

    box = open_as("web")
    serving.run(box, make_rails(box.settings, Caller()))


def _worker() -> None:
    # Huey imports gevent where it finds it: 5 MiB that thread workers don't need.
    sys.modules["gevent"] = None  # type: ignore[assignment]
    from huey.bin.huey_consumer import consumer_main

    watchdog.feed(jobs_run)
    sys.argv = list(CONSUMER)
    consumer_main()


def jobs_run() -> bool:
    """Whether this process takes jobs: not each periodic one of it is late.

    A single lane that hangs is mended by the queue itself; a paused one is not late.
    """
    from hotspot_lite import jobs
    from hotspot_lite.jobs import sight

    if not any(one.pid == os.getpid() for one in sight.consumers(jobs.rows)):
        return False
    late = [one.is_late for one in sight.timetable(jobs.rows)]
    return not late or not all(late)


def _live() -> None:
    from hotspot_lite import live

    live.run(open_as("live"))


# glibc gives threads heaps of their own, and each keeps what it once held: 5 MiB of a
# worker that is at rest. Also in the units.
MEMORY = {"MALLOC_ARENA_MAX": "2"}
# Each login compiles a statement. Without these glibc gives its memory back each time
# and fetches it again: 108 page faults a login, with them 3. Also in the unit.
FREERADIUS_MEMORY = {
    "MALLOC_TRIM_THRESHOLD_": "1048576",
    "MALLOC_TOP_PAD_": "262144",
}


def _radius() -> None:
    found = open_as("radius").settings
    if found["radius.server"] == "embedded":
        from hotspot_lite.radius import responder

        responder.main(found)
        return
    folder = raddb(found)
    os.umask(0o007)  # its spool is ours too, by the group
    told = ["freeradius", "-f", "-d", str(folder)]
    os.execve(freeradius(), told, os.environ | FREERADIUS_MEMORY)  # noqa: S606


def raddb(found: Settings) -> Path:
    """Write FreeRADIUS's configuration and return its folder."""
    from hotspot_lite.radius import config

    folder = found.data_dir / "raddb"
    config.write(folder, found)
    return folder


def freeradius() -> str:
    """Where Debian's FreeRADIUS is. Raises HotspotError where it isn't."""
    found = shutil.which("freeradius", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if found is None:
        raise HotspotError(
            "FreeRADIUS is not installed.",
            "Run: apt-get install freeradius, or set radius.server to embedded.",
        )
    return found


def run_all() -> None:
    """Start and watch all processes with supervisord, until told to stop."""
    check_database()
    # It says what is wrong now, once, rather than four times a second.
    found = open_box().settings
    file = found.run_dir / "supervisord.conf"
    file.write_text(supervisor_config(found), encoding="utf-8")
    file.chmod(0o600)
    python = sys.executable
    command = [python, "-m", "supervisor.supervisord", "-n", "-c", str(file)]
    os.execv(python, command)  # noqa: S606


def roles(found: Settings) -> list[str]:
    """The processes that these settings call for."""
    return [role for role in ROLES if role != "radius" or found["radius.secret"]]


def supervisor_config(found: Settings) -> str:
    """supervisord.conf: every process, restarted when it ends, logging to stdout."""
    run_dir = found.run_dir
    head = f"""[supervisord]
nodaemon=true
logfile=/dev/null
logfile_maxbytes=0
loglevel=warn
pidfile={_escaped(run_dir / "supervisord.pid")}
[unix_http_server]
file={_escaped(run_dir / "supervisor.sock")}
chmod=0700
[supervisorctl]
serverurl=unix://{_escaped(run_dir / "supervisor.sock")}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface
"""
    return head + "".join(_program(role) for role in roles(found))


def _program(role: str) -> str:
    environment = ",".join(f'{name}="{value}"' for name, value in MEMORY.items())
    return f"""[program:{role}]
command={_escaped(sys.executable)} -m hotspot_lite serve {role}
environment={environment}
autorestart=true
startsecs=1
startretries=1000000
stopsignal=TERM
stopwaitsecs={STOP_SECONDS}
stdout_logfile=/dev/fd/1
stdout_logfile_maxbytes=0
redirect_stderr=true
"""


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")
