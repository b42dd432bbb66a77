"""Runs the web pages: waitress on the box's port, or on the socket systemd hands us."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Mapping
from types import FrameType
from typing import Any

import waitress

from hotspot_lite import store, watchdog
from hotspot_lite.box import Box
from hotspot_lite.web import make_app
from hotspot_lite.web.rails import Rails

THREADS = 6
FIRST_FD = 3  # sd_listen_fds(3)
MOST_BODY_BYTES = 64 * 1024
MOST_CONNECTIONS = 200


def run(box: Box, rails: Rails) -> None:
    """Serve until TERM or INT; prints `web listening on http://…` when it listens."""
    server = make_server(box, rails)

    def stop(number: int, frame: FrameType | None) -> None:
        # waitress takes it as the end of its loop and lets running requests finish.
        raise SystemExit(0)

    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, stop)
    here = address_of(server)
    print(f"web listening on {here}", flush=True)
    watchdog.feed(lambda: watchdog.answers(f"{here}/healthz"))
    try:
        server.run()
    finally:
        server.close()
        store.close()


def make_server(
    box: Box,
    rails: Rails,
    environ: Mapping[str, str] = os.environ,
) -> Any:
    """A waitress server of the box that listens already; `run()` and `close()` it."""
    found = box.settings
    where: dict[str, Any] = {"listen": f"{found['web.host']}:{found['web.port']}"}
    handed = systemd_sockets(environ)
    if handed:
        where = {"sockets": handed}
    return waitress.create_server(
        make_app(box, rails),
        threads=THREADS,
        ident=None,
        max_request_body_size=MOST_BODY_BYTES,
        connection_limit=MOST_CONNECTIONS,
        channel_timeout=30,
        # `pages.client_address` decides whom to believe.
        clear_untrusted_proxy_headers=False,
        **where,
    )


def address_of(server: Any) -> str:
    """The address a server listens on, as a browser of this machine writes it."""
    listen = getattr(server, "effective_listen", None)
    host, port = listen[0] if listen else (server.effective_host, server.effective_port)
    named = "127.0.0.1" if host in ("0.0.0.0", "::", "") else host
    return f"http://{f'[{named}]' if ':' in named else named}:{port}"


def systemd_sockets(environ: Mapping[str, str]) -> list[socket.socket]:
    """The listening sockets that systemd hands over, if it does (socket activation)."""
    if environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(environ.get("LISTEN_FDS", "0"))
    return [socket.socket(fileno=FIRST_FD + i) for i in range(count)]
