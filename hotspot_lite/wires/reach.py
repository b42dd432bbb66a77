"""How far the way to a web address goes: its name, the connection, its certificate.

Asks nothing there and sends no key. Each step has a deadline, also the resolver, which
has none of its own.
"""

from __future__ import annotations

import socket
import ssl
import time
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from hotspot_lite.patience import within

STEP_SECONDS = 4.0
MOST_TRIED = 2
# X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED (openssl-verification-options(1)).
BY_THE_CLOCK = (9, 10)


@dataclass(frozen=True)
class Way:
    """How far it went: `stopped_at` is name, connection, certificate or "" for all.

    `ends_at` is when the certificate ends, in seconds since 1970; None for plain HTTP.
    `is_by_clock`: the certificate is refused for its dates only.
    """

    host: str
    stopped_at: str = ""
    why: str = ""
    addresses: tuple[str, ...] = ()
    seconds: float = 0.0
    ends_at: int | None = None
    is_by_clock: bool = False

    @property
    def is_public(self) -> bool:
        """Whether any address of the name can be reached from the internet."""
        return any(
            ip_address(one.partition("%")[0]).is_global for one in self.addresses
        )


def look(url: str, step_seconds: float = STEP_SECONDS) -> Way:
    """Go the way to `url` as far as it leads; never raises for what is wrong there."""
    parts = urlsplit(url)
    host, is_tls = parts.hostname or "", parts.scheme == "https"
    port = parts.port or (443 if is_tls else 80)
    began = time.monotonic()
    addresses, why = _look_up(host, port, step_seconds)
    if not addresses:
        return Way(host, "name", why)
    line, why = _connected(addresses, port, step_seconds)
    if line is None:
        return Way(host, "connection", why, addresses)
    with line:
        if not is_tls:
            return Way(host, "", "", addresses, time.monotonic() - began)
        return _secured(line, host, addresses, began)


def _look_up(host: str, port: int, seconds: float) -> tuple[tuple[str, ...], str]:
    def ask() -> list[Any]:
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)

    try:
        rows = within(seconds, ask)
    except TimeoutError:
        return (), "no name server answers"
    except (OSError, UnicodeError) as exc:
        return (), _plain(exc)
    return tuple(dict.fromkeys(str(row[4][0]) for row in rows)), ""


def _connected(
    addresses: tuple[str, ...], port: int, seconds: float
) -> tuple[socket.socket | None, str]:
    why = ""
    for address in addresses[:MOST_TRIED]:
        try:
            return socket.create_connection((address, port), seconds), ""
        except OSError as exc:
            why = _plain(exc)
    return None, why


def _secured(
    line: socket.socket, host: str, addresses: tuple[str, ...], began: float
) -> Way:
    context = ssl.create_default_context()
    try:
        with context.wrap_socket(line, server_hostname=host) as safe:
            ends = str((safe.getpeercert() or {}).get("notAfter", ""))
    except ssl.SSLCertVerificationError as exc:
        by_clock = exc.verify_code in BY_THE_CLOCK
        says = exc.verify_message
        return Way(host, "certificate", says, addresses, is_by_clock=by_clock)
    except (OSError, ValueError) as exc:
        return Way(host, "certificate", _plain(exc), addresses)
    seconds = time.monotonic() - began
    ends_at = ssl.cert_time_to_seconds(ends) if ends else None
    return Way(host, "", "", addresses, seconds, ends_at)


def _plain(exc: Exception) -> str:
    if isinstance(exc, TimeoutError):
        return "no answer in time"
    if isinstance(exc, ConnectionRefusedError):
        return "connection refused"
    return str(getattr(exc, "strerror", "") or exc).lower()
