"""The embedded RADIUS server, for demo and laptops where FreeRADIUS isn't installed.

One thread, two UDP sockets; the policy is `policy.py`'s, the spool is the one that
FreeRADIUS writes. It holds no truth: killed and started again, it goes on.
"""

from __future__ import annotations

import ipaddress
import logging
import os
import selectors
import signal
import socket
import sqlite3
import time
from collections import OrderedDict
from collections.abc import Container
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from pyrad import packet
from pyrad.dictionary import Dictionary

from hotspot_lite.errors import BadInput
from hotspot_lite.radius import config, packets, policy, spool
from hotspot_lite.settings import Settings, load

log = logging.getLogger(__name__)

DICTIONARY = Path(__file__).with_name("dictionary")
BUSY_SECONDS = 0.2
# A router sends again after 0.3 to 3 s; FreeRADIUS remembers as long.
REMEMBER_SECONDS = 5.0
REMEMBER_REPLIES = 2048
LARGEST_PACKET = 4096
LOGINS = (packet.AccessRequest, packet.StatusServer)
ACCOUNTS = (packet.AccountingRequest,)
CODES = (*LOGINS, *ACCOUNTS)
READABLE = "SELECT count(*) FROM (SELECT 1 FROM radius_access LIMIT 1)"

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Peer = tuple[Any, ...]


class Window:
    """A read-only view of hotspot.db, opened anew when the file was replaced."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._connection: sqlite3.Connection | None = None
        self._identity = (0, 0)

    def connection(self) -> sqlite3.Connection:
        """An open connection. Raises OSError or sqlite3.Error if there can't be one."""
        found = self.file.stat()
        identity = (found.st_dev, found.st_ino)
        if self._connection is None or identity != self._identity:
            self.close()
            # Not mode=ro: whoever comes first must create -shm (facts, section 6).
            self._connection = sqlite3.connect(
                f"{self.file.absolute().as_uri()}?mode=rw",
                uri=True,
                timeout=BUSY_SECONDS,
                isolation_level=None,
                check_same_thread=False,
            )
            self._connection.execute("PRAGMA query_only = 1")
            self._identity = identity
        return self._connection

    def close(self) -> None:
        """Forget the connection, if there is one."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass(frozen=True)
class Terms:
    """Whom to answer, and by which secret."""

    secret: bytes
    clients: tuple[Network, ...]
    signed_only: bool = False

    def knows(self, address: str) -> bool:
        """Whether a packet from `address` is to be looked at."""
        peer = ipaddress.ip_address(address.partition("%")[0])
        return any(peer in network for network in self.clients)


class Responder:
    """Answers packets; `spool_folder` gets acct.tsv and auth.tsv."""

    def __init__(self, database_file: Path, spool_folder: Path, terms: Terms) -> None:
        self.window = Window(database_file)
        self.acct_file = spool_folder / "acct.tsv"
        self.auth_file = spool_folder / "auth.tsv"
        self.terms = terms
        self.dictionary = Dictionary(str(DICTIONARY))
        self._sent: OrderedDict[tuple[Any, ...], tuple[float, bytes]] = OrderedDict()

    def answer(
        self,
        raw: bytes,
        peer: Peer,
        now: float | None = None,
        codes: Container[int] = CODES,
    ) -> bytes | None:
        """The reply to the packet `raw` of `peer`, or None: say nothing.

        `now` is in seconds since 1970, `codes` are the kinds of packets that this port
        takes. What is no valid packet of a known client is dropped; a packet sent
        again gets the reply it got.
        """
        now = time.time() if now is None else now
        if (
            not self.terms.knows(peer[0])
            or not packets.is_whole(raw)
            or raw[0] not in codes
        ):
            return None
        key = (peer, raw[:20])
        if key in self._sent and self._sent[key][0] > now - REMEMBER_SECONDS:
            return self._sent[key][1]
        try:
            reply = self._replied(raw, peer, int(now))
        except (packet.PacketError, ValueError, IndexError, KeyError) as exc:
            log.info("a packet that is not RADIUS was dropped: %s", type(exc).__name__)
            return None
        except (OSError, sqlite3.Error) as exc:
            log.warning("no answer to a packet: %s", exc)
            self.window.close()
            return None
        if reply is not None:
            self._remember(key, now, reply)
        return reply

    def _replied(self, raw: bytes, peer: Peer, now: int) -> bytes | None:
        kinds = {
            packet.AccessRequest: self._access,
            packet.AccountingRequest: self._accounting,
            packet.StatusServer: self._status,
        }
        return kinds[raw[0]](raw, peer, now)

    def _access(self, raw: bytes, peer: Peer, now: int) -> bytes | None:
        request = self._authentic(raw)
        if request is None:
            return None
        asked = packets.asked_of(request)
        decision = policy.decide(self.window.connection(), asked)
        if decision.kind == "silent":
            self.window.close()
            return None
        if decision.kind == "reject":
            fields = (
                asked.username,
                asked.mac,
                decision.reason,
                packets.nas_of(request, peer[0]),
            )
            self._note_reject([str(now), *map(packets.quoted, fields)])
        return packets.replied(request, decision)

    def _note_reject(self, fields: list[str]) -> None:
        try:
            spool.append(self.auth_file, fields)
        except OSError as exc:  # a full disk; whoever is refused is told all the same
            log.warning("a reject could not be noted: %s", exc)

    def _status(self, raw: bytes, peer: Peer, now: int) -> bytes | None:
        request = self._authentic(raw)
        # RFC 5997 section 3: a Status-Server without one is dropped.
        if request is None or not request.message_authenticator:
            return None
        self.window.connection().execute(READABLE).fetchone()
        return bytes(request.CreateReply().ReplyPacket())

    def _authentic(self, raw: bytes) -> packet.AuthPacket | None:
        """The packet, if its Message-Authenticator is right or not asked for."""
        request = packet.AuthPacket(
            packet=raw, secret=self.terms.secret, dict=self.dictionary
        )
        if request.message_authenticator:
            return request if request.verify_message_authenticator() else None
        return None if self.terms.signed_only else request

    def _accounting(self, raw: bytes, peer: Peer, now: int) -> bytes | None:
        request = packet.AcctPacket(
            packet=raw, secret=self.terms.secret, dict=self.dictionary
        )
        if not request.VerifyAcctRequest():
            return None
        spool.append(
            self.acct_file,
            packets.accounting_fields(request, packets.nas_of(request, peer[0]), now),
        )
        return bytes(request.CreateReply().ReplyPacket())

    def _remember(self, key: tuple[Any, ...], now: float, reply: bytes) -> None:
        self._sent[key] = (now, reply)
        self._sent.move_to_end(key)
        if len(self._sent) > REMEMBER_REPLIES:
            self._sent.popitem(last=False)


def listening(host: str, port: int) -> socket.socket:
    """A UDP socket on `host` and `port`; 0 lets the system choose one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def serve(responder: Responder, auth: socket.socket, acct: socket.socket) -> None:
    """Answer on both sockets until SystemExit or KeyboardInterrupt."""
    with selectors.DefaultSelector() as selector:
        selector.register(auth, selectors.EVENT_READ, LOGINS)
        selector.register(acct, selectors.EVENT_READ, ACCOUNTS)
        while True:
            for key, _ in selector.select():
                _serve_one(responder, key.fileobj, key.data)


def _serve_one(responder: Responder, sock: Any, codes: Container[int]) -> None:
    # Another router's "port unreachable" comes back as an error of our socket.
    with suppress(BlockingIOError, ConnectionError):
        raw, peer = sock.recvfrom(LARGEST_PACKET)
        reply = responder.answer(raw, peer, codes=codes)
        if reply is not None:
            sock.sendto(reply, peer)


def from_settings(settings: Settings) -> Responder:
    """A responder as the settings say. Raises BadInput for the wrong ones."""
    terms = Terms(
        config.secret(settings).encode(),
        tuple(config.clients(settings)),
        bool(settings["radius.require_message_authenticator"]),
    )
    folder = settings.data_dir / "spool"
    folder.mkdir(mode=0o770, parents=True, exist_ok=True)
    return Responder(settings.database_file, folder, terms)


def main(settings: Settings | None = None) -> None:
    """Run until SIGTERM, from `settings` or those of environment and file."""
    settings = load() if settings is None else settings
    signal.signal(signal.SIGTERM, _end)
    os.umask(0o007)
    responder = from_settings(settings)
    with (
        closing(_bound(settings, "radius.auth_port")) as auth,
        closing(_bound(settings, "radius.acct_port")) as acct,
        suppress(KeyboardInterrupt),
    ):
        log.info("RADIUS on %s and %s", auth.getsockname(), acct.getsockname())
        serve(responder, auth, acct)


def _bound(settings: Settings, name: str) -> socket.socket:
    host, port = settings["radius.host"], settings[name]
    try:
        return listening(host, port)
    except OSError as exc:
        raise BadInput(
            f"RADIUS can't listen on {host} port {port}: {exc.strerror or exc}.",
            f"Set {name} to a free port, or stop what has it.",
            field=name,
        ) from None


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    main()
