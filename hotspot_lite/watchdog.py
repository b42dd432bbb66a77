"""Tells systemd that a process is ready and alive: only while it really works.

sd_notify(3): datagrams to the socket in NOTIFY_SOCKET. systemd kills and restarts a
process whose WATCHDOG=1 stays away for WatchdogSec; so what is asked here must be what
the process is for, not merely that a thread runs.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Mapping

log = logging.getLogger(__name__)
# Between two looks until it is ready; afterwards half of what systemd allows.
STARTING_SECONDS = 0.5
ASK_SECONDS = 10.0

IsAlive = Callable[[], bool]


def feed(
    is_alive: IsAlive, environ: Mapping[str, str] = os.environ
) -> threading.Thread | None:
    """Keep systemd told in a thread of its own; None where nobody asked for it."""
    where = environ.get("NOTIFY_SOCKET", "")
    if not where:
        return None
    every = _half_seconds(environ)
    thread = threading.Thread(
        target=_tell_on, args=(where, every, is_alive), name="watchdog", daemon=True
    )
    thread.start()
    return thread


def _half_seconds(environ: Mapping[str, str]) -> float:
    """Half of WatchdogSec; 0 where there is none, or it is another process's."""
    told, pid = environ.get("WATCHDOG_USEC", "0"), environ.get("WATCHDOG_PID", "")
    if not told.isdigit() or pid not in ("", str(os.getpid())):
        return 0.0
    return int(told) / 2_000_000


def _tell_on(where: str, every_seconds: float, is_alive: IsAlive) -> None:
    while _wrong(is_alive):
        time.sleep(STARTING_SECONDS)
    _tell(where, b"READY=1")
    while every_seconds:
        wrong = _wrong(is_alive)
        if wrong:
            log.warning("systemd is not told that this lives: %s", wrong)
        else:
            _tell(where, b"WATCHDOG=1")
        time.sleep(every_seconds)


def _wrong(is_alive: IsAlive) -> str:
    """Why it is not alive; "" where it is."""
    try:
        return "" if is_alive() else "it does not work"
    except Exception as exc:  # whatever it is, it does not work
        return type(exc).__name__


def _tell(where: str, what: bytes) -> None:
    # "@" stands for the zero byte of an abstract name.
    address = f"\0{where[1:]}" if where.startswith("@") else where
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
            sock.sendto(what, address)
    except OSError as exc:
        log.warning("systemd does not hear: %s", exc.strerror)


def answers(url: str) -> bool:
    """Whether an address of this machine answers at all, straight and soon."""
    # The worker asks otherwise, and has no use for this: 2 MiB.
    import urllib.error
    import urllib.request

    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=ASK_SECONDS) as answer:
            return bool(answer.status < 500)
    except urllib.error.HTTPError as exc:
        return bool(exc.code < 500)
    except OSError:
        return False
