"""One request on its way, by urllib3: its connections, and what its failures mean.

Apart from http.py, and loaded at the first call: most processes make none.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from hotspot_lite.wires.http_answer import Answer, NotSent, OutcomeUnknown, unusable

MAX_BODY_BYTES = 256 * 1024
CHUNK_BYTES = 16 * 1024


@dataclass
class _Trip:
    """How far one request got: no exception of urllib3's says so."""

    began: bool = False
    sock: socket.socket | None = None

    def cut(self) -> None:
        """End the conversation, from another thread.

        A server that sends a header byte a second satisfies every read timeout.
        """
        if self.sock is not None:
            # The TLS class's own shutdown() would change state under the reader.
            with contextlib.suppress(OSError):
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _Here(threading.local):
    trip = _Trip()


_here = _Here()


def _note(connection: Any) -> None:
    if connection.sock is None:
        connection.connect()  # fails here: still nothing sent
    _here.trip.began = True
    _here.trip.sock = connection.sock


class _Connection(HTTPConnection):
    def send(self, data: Any) -> None:
        _note(self)
        super().send(data)


class _TlsConnection(HTTPSConnection):
    def send(self, data: Any) -> None:
        _note(self)
        super().send(data)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class Traveller:
    """Makes the requests of one caller; see Caller for what it is told."""

    def __init__(
        self, connect_seconds: float, read_seconds: float, ca_file: str | None
    ) -> None:
        # At DEBUG urllib3 logs whole URLs, and some SMS vendors put keys there.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        context = ssl.create_default_context(cafile=ca_file)
        self._pools = urllib3.PoolManager(
            num_pools=8,
            ssl_context=context,
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
        )
        self._pools.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def ask(
        self,
        method: str,
        url: str,
        host: str,
        headers: dict[str, str],
        body: bytes | None,
        deadline_seconds: float,
    ) -> Answer:
        """See Caller.call."""
        trip = _here.trip = _Trip()
        asked = (method, url, headers, body, deadline_seconds)
        return _judged(trip, host, lambda: self._ask(*asked))

    def _ask(
        self,
        method: str,
        url: str,
        headers: dict[str, str],
        body: bytes | None,
        deadline_seconds: float,
    ) -> Answer:
        ends = time.monotonic() + deadline_seconds
        watch = threading.Timer(deadline_seconds, _here.trip.cut)
        watch.daemon = True
        watch.start()
        try:
            response = self._pools.request(
                method,
                url,
                headers=headers,
                body=body,
                retries=False,
                redirect=False,
                preload_content=False,
            )
            return _answer(response, _read(response, ends))
        finally:
            watch.cancel()


def _judged(trip: _Trip, host: str, ask: Callable[[], Answer]) -> Answer:
    """Turn every failure into NotSent, OutcomeUnknown or GiveUp.

    `from None`, because the library's texts hold URLs and header values.
    """
    try:
        return ask()
    except (urllib3.exceptions.HTTPError, HTTPException, OSError, ValueError) as error:
        if trip.began:
            raise _unknown(host) from None
        if isinstance(error, ValueError):
            raise unusable(host) from None
        raise _not_sent(host, error) from None


def _not_sent(host: str, error: Exception) -> NotSent:
    reason = _REASONS.get(type(error).__name__, "the connection broke")
    todo = "Check the internet connection of the box."
    if isinstance(error, urllib3.exceptions.SSLError):
        todo = "Check the clock of the box: a wrong one spoils every certificate."
    return NotSent(f"{host} could not be reached ({reason}).", todo)


def _unknown(host: str) -> OutcomeUnknown:
    return OutcomeUnknown(f"{host} took the request but gave no whole answer.")


_REASONS = {
    "NameResolutionError": "its name is not known",
    "ConnectTimeoutError": "no connection in time",
    "ReadTimeoutError": "no secure connection in time",
    "SSLError": "its certificate is not trusted",
    "NewConnectionError": "connection refused",
}


def _read(response: urllib3.BaseHTTPResponse, ends: float) -> bytes:
    """The body, at most MAX_BODY_BYTES, before `ends` on the monotonic clock."""
    body = bytearray()
    try:
        while chunk := response.read1(CHUNK_BYTES):
            body += chunk
            if len(body) > MAX_BODY_BYTES or time.monotonic() >= ends:
                break
    finally:
        response.close()
    # A cut connection without a length looks like a whole, shorter answer.
    if len(body) > MAX_BODY_BYTES or time.monotonic() >= ends:
        raise urllib3.exceptions.HTTPError("too long or too late")
    return bytes(body)


def _answer(response: urllib3.BaseHTTPResponse, body: bytes) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status, body, headers, headers.get("date"))
