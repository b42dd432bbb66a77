"""What a sick router does to its answers: nothing, a drip, a cut in the middle."""

from __future__ import annotations

import socket
import struct
import threading
from typing import Literal

Fault = Literal["", "hang", "drip", "reset"]


class Faults:
    """Sends for the router's API, as badly as a test has asked for."""

    def __init__(self) -> None:
        self.kind: Fault = ""
        self.drip_seconds = 0.2
        self._over = threading.Event()

    def stop(self) -> None:
        """End any drip that is under way."""
        self._over.set()

    def send(self, sock: socket.socket, raw: bytes) -> None:
        """Send an answer, or what the fault leaves of it. Raises OSError."""
        if self.kind == "hang":
            return
        if self.kind == "drip":
            self._drip(sock, raw)
        elif self.kind == "reset":
            sock.sendall(raw[: len(raw) // 2])
            reset(sock)
            raise ConnectionResetError("as the test asked")
        else:
            sock.sendall(raw)

    def _drip(self, sock: socket.socket, raw: bytes) -> None:
        for place in range(len(raw)):
            sock.sendall(raw[place : place + 1])
            if self._over.wait(self.drip_seconds):
                raise ConnectionResetError("the router stops")


def reset(sock: socket.socket) -> None:
    """Close a connection with RST instead of FIN."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()
