"""Do the box's processes live and answer, and for how long; who serves which lane."""

from __future__ import annotations

import http.client
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import replace

from hotspot_lite import bell, jobs
from hotspot_lite.doctor import supervision
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, note, ok, span
from hotspot_lite.doctor.lanes import CRITICAL
from hotspot_lite.doctor.supervision import Supervision
from hotspot_lite.errors import HotspotError
from hotspot_lite.jobs import lanes, sight
from hotspot_lite.jobs.sight import ConsumerSeen
from hotspot_lite.outside import addresses
from hotspot_lite.settings import Settings
from hotspot_lite.wires import radius as wire

ANSWER_SECONDS = 3.0
# Restarted more often than this, a process doesn't come up, it is brought up.
MANY_RESTARTS = 5
COMES_UP_SECONDS = 20.0
# One lane may hang in what it calls; several at once hang in the process.
LANES_OF_A_FROZEN_ONE = 3
IMPACT = {
    "worker": "Nobody who pays gets time, nobody is put online, no SMS leaves.",
    "web": "Customers can't buy, and Safaricom's callbacks are not heard.",
    "live": "The admin page shows nothing live; sales go on.",
    "radius": "Nobody can log in, whether paid or not.",
}


def watch(case: Case) -> Iterator[Finding]:
    """Who watches over the processes, and what it says of each."""
    by = _watchers(case)
    up = span(supervision.machine_seconds())
    if not by.kind:
        yield Finding(
            "HL-PRC-06",
            "warning",
            by.trouble or "Neither systemd nor supervisord watches the box here.",
            "A process that dies stays dead.",
            "Start the box with: hotspot-lite serve (or install.sh for systemd)",
        )
        return
    yield ok("HL-PRC-06", f"{by.kind} watches; the machine has run {up}", "", _seen(by))
    for role, seen in by.watched.items():
        if (seen.restarts or 0) > MANY_RESTARTS:
            yield Finding(
                "HL-PRC-08",
                "warning",
                f"{role} was restarted {seen.restarts} times.",
                "Something ends it again and again; each time its work waits.",
                f"Run: sudo hotspot-lite log {role} -n 50",
                about=role,
            )


def _watchers(case: Case) -> Supervision:
    if case.watchers is None:
        case.watchers = supervision.look(case.settings)
    return case.watchers


def _seen(by: Supervision) -> Iterator[str]:
    for role, seen in by.watched.items():
        up = "" if seen.up_seconds is None else f", up {span(seen.up_seconds)}"
        yield f"{role}: {seen.state}{up}"


def down(case: Case, code: str, role: str, says: str) -> Finding:
    """A process that isn't there, and who can start it again."""
    by = _watchers(case)
    seen = by.watched.get(role)
    more = () if seen is None else (f"{by.kind} says: {seen.state}",)
    return Finding(
        code,
        "warning" if role == "live" else "broken",
        says,
        IMPACT[role],
        by.hint(role),
        about=role,
        details=more,
        mend=(lambda: revive(case, by, role)) if by.command(role) else None,
    )


def revive(case: Case, by: Supervision, role: str) -> str:
    """Restart a process, and wait until it answers."""
    did = by.restart(role)
    if did.startswith("restarted"):
        _until(lambda: answers(case.settings, role))
    return did


def answers(found: Settings, role: str) -> bool:
    """Whether a process of the box answers at its own door."""
    if role == "worker":
        bells = found.run_dir / "bells"
        return any(bell.is_heard(bells, p.name) for p in bells.glob("worker-*"))
    if role == "radius":
        return _radius(found)
    host, port = found[f"{role}.host"], found[f"{role}.port"]
    return bool(http_status(str(host), int(port)))


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + COMES_UP_SECONDS
    while not holds() and time.monotonic() < ends:
        time.sleep(0.1)


# -- the worker --------------------------------------------------------------------


def worker(case: Case) -> Iterator[Finding]:
    """Whether somebody takes jobs: by their bells, which die with their process."""
    seen = sight.consumers(jobs.rows)
    alive = [one for one in seen if one.is_alive]
    if not alive:
        yield down(case, "HL-PRC-01", "worker", "No worker runs.")
        return
    yield ok("HL-PRC-01", many(len(alive), "worker"), "", map(_worker_line, alive))
    for dead in seen:
        if not dead.is_alive:
            says = f"Worker {dead.pid} died; what it did is done again."
            yield note("HL-PRC-09", says)
    yield from _unserved(case, alive)
    yield from _frozen(case)
    for one in alive:
        if one.stuck_threads:
            yield _stuck(case, one)


def _worker_line(one: ConsumerSeen) -> str:
    which = "all lanes" if set(one.lanes) >= set(lanes.LANES) else ", ".join(one.lanes)
    return f"process {one.pid}, up {span(time.time() - one.since)}: {which}"


def _unserved(case: Case, alive: list[ConsumerSeen]) -> Iterator[Finding]:
    served = {name for one in alive for name in one.lanes}
    missing = [name for name in lanes.LANES if name not in served]
    if missing:
        yield Finding(
            "HL-PRC-02",
            "broken" if set(missing) & set(CRITICAL) else "warning",
            f"No worker serves {', '.join(missing)}.",
            "Their jobs wait until one does.",
            "Start a second worker with HOTSPOT_LANES naming them, or one without it.",
        )


def _frozen(case: Case) -> Iterator[Finding]:
    # It hears its bell as long as it lives, but a process may live and do nothing.
    known = sight.timetable(jobs.rows)
    late = [timed for timed in known if timed.is_late]
    if len({timed.lane for timed in late}) < LANES_OF_A_FROZEN_ONE:
        return
    by = _watchers(case)
    yield Finding(
        "HL-PRC-10",
        "broken",
        f"The worker lives but does nothing: {len(late)} of {len(known)} periodic"
        " jobs are late, in several lanes.",
        IMPACT["worker"],
        "Run: hotspot-lite worker restart",
        mend=(lambda: revive(case, by, "worker")) if by.command("worker") else None,
    )


def _stuck(case: Case, one: ConsumerSeen) -> Finding:
    by = _watchers(case)
    can = bool(by.command("worker"))
    return Finding(
        "HL-PRC-07",
        "warning",
        f"Worker {one.pid}: {many(one.stuck_threads, 'thread')} never came back.",
        "Their jobs went to others; the threads keep memory and sockets.",
        "Run: hotspot-lite worker restart",
        about=str(one.pid),
        mend=(lambda: revive(case, by, "worker")) if can else None,
    )


# -- the others --------------------------------------------------------------------


def web(case: Case) -> Iterator[Finding]:
    """Whether the portal answers, its database included."""
    yield from _door(case, "HL-PRC-03", "web")


def live(case: Case) -> Iterator[Finding]:
    """Whether the live page's process answers."""
    yield from _door(case, "HL-PRC-04", "live")


def _door(case: Case, code: str, role: str) -> Iterator[Finding]:
    host, port = str(case.settings[f"{role}.host"]), int(case.settings[f"{role}.port"])
    began = time.monotonic()
    status = http_status(host, port)
    took = (time.monotonic() - began) * 1000
    where = f"{_own(host)}:{port}"
    if not status:
        yield down(case, code, role, f"{role} doesn't answer at {where}.")
    elif status >= 500:
        yield down(case, code, role, f"{role} answers {status} at {where}.")
    else:
        yield ok(code, f"{role} answers at {where} in {took:.0f} ms")


def http_status(host: str, port: int) -> int:
    """The HTTP status of /healthz there; 0 where nobody answers in time."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{_own(host)}:{port}/healthz", timeout=ANSWER_SECONDS):
            return 200
    except urllib.error.HTTPError as exc:
        return exc.code
    except (OSError, ValueError, http.client.HTTPException):
        return 0


def _own(host: str) -> str:
    """The address at which this machine reaches what listens on `host`."""
    host = {"0.0.0.0": "127.0.0.1", "": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"[{host}]" if ":" in host else host


def radius(case: Case) -> Iterator[Finding]:
    """Whether RADIUS answers, and its database with it (Status-Server)."""
    if not case.settings["radius.secret"]:
        return
    port = case.settings["radius.auth_port"]
    if _radius(case.settings):
        yield ok("HL-PRC-05", f"RADIUS answers at port {port}, its database too")
        return
    says = f"RADIUS doesn't answer at port {port}, or can't read its database."
    yield down(case, "HL-PRC-05", "radius", says)


def _radius(found: Settings) -> bool:
    try:
        return wire.status(replace(addresses.radius_address(found), tries=1))
    except (HotspotError, OSError):
        return False
