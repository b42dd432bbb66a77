"""One admin page that listens: sends to it, and notices when it is gone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import gevent
from gevent.event import Event
from geventwebsocket import WebSocketError
from geventwebsocket.websocket import WebSocket

SEND_SECONDS = 10
PING_SECONDS, SILENT_SECONDS = 20, 60
# Pages have nothing to tell us but close, ping and pong.
MOST_FRAME_BYTES = 1024


class Ear:
    """A websocket's incoming side: bounded, and knows when it last heard anything."""

    def __init__(self, stream: Any) -> None:
        self._read = stream.read
        self.write = stream.write
        self.heard_at = time.monotonic()

    def read(self, size: int) -> bytes:
        """As a file's read. Raises WebSocketError for a frame that is too large."""
        if size > MOST_FRAME_BYTES:
            raise WebSocketError("too large a frame")
        data: bytes = self._read(size)
        if data:
            self.heard_at = time.monotonic()
        return data


class Client:
    """One admin page that listens."""

    def __init__(
        self, socket: WebSocket, token: str, since: int, sees_queue: bool = False
    ) -> None:
        self.socket = socket
        self.token = token
        self.since = since
        self.sees_queue = sees_queue
        self.woken = Event()
        self.is_gone = False
        self.told_numbers: dict[str, Any] | None = None
        self.told_samples: object = None
        self.told_queue: object = None
        self.ear = Ear(socket.stream)
        socket.stream = self.ear
        socket.raw_read = self.ear.read
        self.pinged_at = self.checked_at = time.monotonic()

    def listen(self) -> None:
        """Answer pings and notice the end. Runs beside the sending."""
        try:
            while not self.is_gone and self.socket.receive() is not None:
                pass
        except (WebSocketError, OSError, AttributeError):
            pass  # AttributeError: it was closed by the other greenlet meanwhile
        self.is_gone = True
        self.woken.set()

    def send(self, told: dict[str, Any]) -> None:
        """Send one message; a page that doesn't read is given up."""
        self._within_time(lambda: self.socket.send(json.dumps(told)))

    def ping(self) -> None:
        """Ask for a sign of life; without any for long, give up."""
        now = time.monotonic()
        if now - self.ear.heard_at > SILENT_SECONDS:
            self.is_gone = True
        elif now - self.pinged_at > PING_SECONDS:
            self.pinged_at = now
            self._within_time(lambda: self.socket.send_frame("", WebSocket.OPCODE_PING))

    def _within_time(self, work: Callable[[], None]) -> None:
        if self.is_gone:
            return
        try:
            with gevent.Timeout(SEND_SECONDS):
                work()
        except (gevent.Timeout, WebSocketError, OSError, AttributeError):
            self.is_gone = True
