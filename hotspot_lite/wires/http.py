"""One careful way to call somebody else's web service.

Knows connections, deadlines and how much of a request may have been seen by the
other side. Knows nothing of what is asked.
"""

from __future__ import annotations

import contextlib
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http.client import HTTPException
from typing import Any
from urllib.parse import urlsplit

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from hotspot_lite.errors import GiveUp, TryAgain

MAX_BODY_BYTES = 256 * 1024
CHUNK_BYTES = 16 * 1024


class NotSent(TryAgain):
    """Not one byte of the request left the box: asking again can't double it."""


class OutcomeUnknown(TryAgain):
    """The request left and no whole answer came: it may have been carried out."""


@dataclass(frozen=True)
class Answer:
    """What came back. Header names are lower case."""

    status: int
    body: bytes = field(default=b"", repr=False)  # may hold a token
    headers: Mapping[str, str] = field(default_factory=dict)
    date_header: str | None = None

    def json(self) -> object | None:
        """The body as JSON, or None where it is anything else. Never raises."""
        try:
            parsed: object = json.loads(self.body)
        except (ValueError, RecursionError):
            return None
        return parsed

    def date(self) -> int | None:
        """The other side's clock, in epoch seconds, or None."""
        try:
            return int(parsedate_to_datetime(self.date_header or "").timestamp())
        except (ValueError, TypeError, OverflowError):
            return None

    def retry_after(self) -> float | None:
        """The wait asked for in seconds, 0 to one day; None where none was named.

        Only the seconds form counts: the date form would need a clock we believe.
        """
        text = self.headers.get("retry-after", "").strip()
        if not (text.isascii() and text.isdigit()):
            return None
        return float(min(int(text[:9]), 86_400))


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


class _Traveller(threading.local):
    trip = _Trip()


_here = _Traveller()


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


class Caller:
    """Calls web services; one may be shared by many threads.

    `ca_file` is a bundle to trust instead of the system's (tests, private CAs).
    Certificates are always checked: there is no switch.
    """

    def __init__(
        self,
        connect_seconds: float = 5,
        read_seconds: float = 20,
        deadline_seconds: float = 30,
        ca_file: str | None = None,
    ) -> None:
        self.deadline_seconds = deadline_seconds
        # At DEBUG urllib3 logs whole URLs, and some SMS vendors put keys there.
        logging.getLogger("urllib3").setLevel(logging.INFO)
        context = ssl.create_default_context(cafile=ca_file)
        self._pools = urllib3.PoolManager(
            num_pools=8,
            ssl_context=context,
            timeout=urllib3.Timeout(connect=connect_seconds, read=read_seconds),
        )
        self._pools.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def call(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Ask once and return the answer, whatever its status.

        Redirects are returned, not followed. Raises NotSent, OutcomeUnknown, or
        GiveUp for an address or header that can't be put on the wire.
        """
        # A fresh connection each time: a kept one that a NAT has forgotten turns
        # a payment prompt into "outcome unknown", for one handshake saved.
        sent = {**(headers or {}), "Connection": "close"}
        trip = _here.trip = _Trip()
        return _judged(trip, _host(url), lambda: self._ask(method, url, sent, body))

    def _ask(
        self, method: str, url: str, headers: dict[str, str], body: bytes | None
    ) -> Answer:
        ends = time.monotonic() + self.deadline_seconds
        watch = threading.Timer(self.deadline_seconds, _here.trip.cut)
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
            raise _unusable(host) from None
        raise _not_sent(host, error) from None


def _unusable(host: str) -> GiveUp:
    return GiveUp(
        f"The request to {host} can't be put on the wire.",
        "Check the address and the keys for stray characters.",
    )


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


def _host(url: str) -> str:
    """The host to name in messages. Raises GiveUp for what is no web address."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise _unusable("the address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _unusable("the address")
    return parts.hostname


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
