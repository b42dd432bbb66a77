"""A line to a RouterOS API that can't hang: librouteros with a deadline over it.

Knows sockets, TLS and login; what the commands mean is known in `routeros`.
"""

from __future__ import annotations

import hashlib
import socket
import ssl
import time
from dataclasses import dataclass, field

from librouteros.api import Api
from librouteros.connections import SocketTransport
from librouteros.exceptions import ConnectionClosed
from librouteros.protocol import ApiProtocol

PLAIN_PORT = 8728
TLS_PORT = 8729


@dataclass(frozen=True)
class RouterAddress:
    """Where a router's API is and who we are there.

    `deadline_seconds` bounds each call as a whole: connecting, logging in, waiting.
    `ca_file` names the certificate authority to believe; "" means the system's.
    """

    host: str
    port: int = PLAIN_PORT
    username: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False
    ca_file: str = ""
    deadline_seconds: float = 5.0


class Deadline:
    """The moment by which a call must be over, on the clock that doesn't step."""

    def __init__(self, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def seconds_left(self) -> float:
        """What is left, never 0: raises TimeoutError when nothing is."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline")
        return left


class Line(SocketTransport):
    """A socket whose every wait ends at the call's deadline.

    librouteros takes a timeout per recv, so a router that drips a byte a second
    would hold it for ever; and it reads byte by byte, which the buffer spares.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        super().__init__(sock)
        self.deadline = deadline
        self.patience_seconds: float | None = None
        self._buffer = bytearray()

    def write(self, data: bytes) -> None:
        self.sock.settimeout(self.deadline.seconds_left())
        self.sock.sendall(data)

    def read(self, length: int) -> bytes:
        while len(self._buffer) < length:
            self._fill()
        taken = bytes(self._buffer[:length])
        del self._buffer[:length]
        return taken

    def _fill(self) -> None:
        wait_seconds = self.deadline.seconds_left()
        if self.patience_seconds is not None:
            wait_seconds = min(wait_seconds, self.patience_seconds)
        self.sock.settimeout(wait_seconds)
        got = self.sock.recv(65536)
        if not got:
            raise ConnectionClosed("closed by the router")
        self._buffer += got


class PlainApi(Api):
    """librouteros's Api without its casts: a voucher "0123" and a user "true" stay so.

    A trap keeps the two attributes that TrapError takes; others would be a TypeError.
    """

    def readSentence(self) -> tuple[str, dict[str, str]]:  # noqa: N802
        reply, words = self.protocol.readSentence()
        values = dict(word[1:].partition("=")[::2] for word in words)
        if reply == "!trap":
            values = {"message": values.get("message", "no reason given")}
        return reply, values


def open_line(address: RouterAddress, deadline: Deadline) -> PlainApi:
    """Connect and log in. Raises OSError and librouteros's errors as they come."""
    sock = _connect(address, deadline)
    try:
        api = PlainApi(ApiProtocol(Line(sock, deadline), encoding="utf-8"))
        _log_in(api, address)
    except BaseException:
        sock.close()
        raise
    return api


def _connect(address: RouterAddress, deadline: Deadline) -> socket.socket:
    place = (address.host, address.port)
    sock = socket.create_connection(place, timeout=deadline.seconds_left())
    try:
        _keep_alive(sock, address.deadline_seconds)
        return _wrapped(sock, address, deadline) if address.tls else sock
    except BaseException:
        sock.close()
        raise


def _keep_alive(sock: socket.socket, seconds: float) -> None:
    """Let the kernel notice a router that lost power while the line was idle."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        milliseconds = int(seconds * 1000)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)


def _wrapped(
    sock: socket.socket, address: RouterAddress, deadline: Deadline
) -> socket.socket:
    context = ssl.create_default_context(cafile=address.ca_file or None)
    # The whole handshake counts against one timeout, so a drip can't stretch it.
    sock.settimeout(deadline.seconds_left())
    return context.wrap_socket(sock, server_hostname=address.host)


def _log_in(api: PlainApi, address: RouterAddress) -> None:
    """Log in as since 6.43; a router that answers with a challenge is older.

    An old router says !done to the new way without having let anybody in.
    """
    words = {"name": address.username, "password": address.password}
    for row in list(api("/login", **words)):
        if "ret" in row:
            response = answer_challenge(str(row["ret"]), address.password)
            list(api("/login", name=address.username, response=response))


def answer_challenge(challenge_hex: str, password: str) -> str:
    """What a router before 6.43 wants to hear. Raises ValueError for no challenge."""
    challenge = bytes.fromhex(challenge_hex)
    digest = hashlib.md5(b"\x00" + password.encode() + challenge, usedforsecurity=False)
    return "00" + digest.hexdigest()
