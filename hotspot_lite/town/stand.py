"""A place in the pretend town that answers HTTP, as badly as it is told to.

Knows requests, answers and the ways a server can fail. Knows no protocol above.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

MOST_BYTES = 1024 * 1024


@dataclass(frozen=True)
class Ask:
    """One request as it came. Header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON, or None."""
        try:
            return json.loads(self.body)
        except ValueError:
            return None


@dataclass(frozen=True)
class Reply:
    """One answer. `drop` closes without a word; `drip_seconds` waits at each byte."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    drop: bool = False
    drip_seconds: float = 0


def as_json(told: object, status: int = 200, **headers: str) -> Reply:
    """A JSON answer; `headers` with _ for -."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Reply(status, json.dumps(told).encode(), headers=named)


def as_html(title: str, status: int) -> Reply:
    """An error page, as gateways in front of an API send them."""
    page = f"<html><head><title>{title}</title></head><body>{title}</body></html>"
    return Reply(status, page.encode(), kind="text/html")


class Stand:
    """Serves `answer` on 127.0.0.1; port 0 takes a free one."""

    def __init__(
        self,
        answer: Callable[[Ask], Reply],
        port: int = 0,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._server = _Server(("127.0.0.1", port), _Handler)
        self._server.answer = answer
        self._server.now = now
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""
        return "127.0.0.1", int(self._server.server_address[1])

    @property
    def base_url(self) -> str:
        """The address as a URL without a slash at its end."""
        return f"http://127.0.0.1:{self.address[1]}"

    def start(self) -> None:
        """Begin to answer, in threads of this process."""
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop answering and give the port back."""
        if self._thread is not None:
            # Wakes the accepting thread, which would else sleep half a second.
            with contextlib.suppress(OSError):
                self._server.socket.shutdown(socket.SHUT_RDWR)
            self._server.shutdown()
            self._thread.join(5)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128
    answer: Callable[[Ask], Reply]
    now: Callable[[], float]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that hung up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:
        """The journals of the town say it better."""

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        parts = urlsplit(self.path)
        ask = Ask(
            self.command,
            parts.path,
            dict(parse_qsl(parts.query)),
            {name.lower(): text for name, text in self.headers.items()},
            self.rfile.read(min(length, MOST_BYTES)),
        )
        self._send(self.server.answer(ask))

    def _send(self, reply: Reply) -> None:
        self.close_connection = True
        if reply.drop:
            return
        self.send_response_only(reply.status)
        self.send_header("Date", formatdate(self.server.now(), usegmt=True))
        self.send_header("Content-Type", reply.kind)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        for name, text in reply.headers.items():
            self.send_header(name, text)
        self.end_headers()
        self._send_body(reply)

    def _send_body(self, reply: Reply) -> None:
        if not reply.drip_seconds:
            self.wfile.write(reply.body)
            return
        for at in range(len(reply.body)):
            self.wfile.write(reply.body[at : at + 1])
            self.wfile.flush()
            time.sleep(reply.drip_seconds)
