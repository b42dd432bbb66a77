"""The router's RADIUS side: asks and accounts exactly as a MikroTik hotspot does.

Packet layouts are a real router's (captured in a FreeRADIUS debug log); what a
session is and when it ends is known in `hotspot`.
"""

from __future__ import annotations

import queue
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyrad import packet
from pyrad.dictionary import Dictionary

from hotspot_lite.town.terms import Terms, terms_of

DICTIONARY = Path(__file__).parents[1] / "radius" / "dictionary"
TRIES = 3
ACCOUNTING_WAIT_SECONDS = 1.0

Words = Mapping[Any, Any]


@dataclass(frozen=True)
class RadiusAddress:
    """Where the RADIUS server is and how long the router waits for it.

    `require_message_auth` None means as the version does by default: from 7.15 on
    a reply to an Access-Request must carry a Message-Authenticator.
    """

    host: str = "127.0.0.1"
    auth_port: int = 1812
    acct_port: int = 1813
    secret: str = "testing123"
    timeout_seconds: float = 1.0
    require_message_auth: bool | None = None


@dataclass(frozen=True)
class Caller:
    """What a router tells about a device: the same in every packet of its session."""

    mac: str
    ip: str
    user: str
    nas_port: int
    server: str
    interface: str

    @property
    def session_id(self) -> str:
        """Acct-Session-Id is NAS-Port in hexadecimal, as captured."""
        return f"{self.nas_port:08x}"


class Rejected(Exception):
    """The server said no; the text is its Reply-Message, or empty."""


class NoAnswer(Exception):
    """No valid reply after every try, or nobody to ask."""


class Nas:
    """Speaks RADIUS for one router. `settings` is asked before each exchange.

    `wall` gives the router's own idea of the time, right or wrong.
    """

    def __init__(
        self,
        settings: Callable[[], RadiusAddress | None],
        identity: Callable[[], str],
        wall: Callable[[], float],
        tell: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._identity = identity
        self._wall = wall
        self._tell = tell
        self.dictionary = Dictionary(str(DICTIONARY))
        self._lock = threading.Lock()
        self._identifier = 0
        self._boots = 1
        self._sessions = 0
        self._outbox: queue.Queue[Words | None] = queue.Queue()
        self._sender: threading.Thread | None = None
        self.lost: list[Words] = []

    @property
    def secret(self) -> bytes | None:
        """The secret shared with the server, or None without one."""
        server = self._settings()
        return None if server is None else server.secret.encode()

    def next_port(self) -> int:
        """NAS-Port of a new session: 80 (hotspot), a digit a boot, a count."""
        with self._lock:
            self._sessions += 1
            return 0x80000000 | (self._boots & 0xF) << 20 | self._sessions & 0xFFFFF

    def reboot(self) -> None:
        """Forget the count of sessions and tell the server that we're back."""
        with self._lock:
            self._boots += 1
            self._sessions = 0
        self._post({"Acct-Status-Type": "Accounting-On", **self._closing_words()})

    def ask(self, caller: Caller, password: str, logoff_url: str) -> Terms:
        """Ask whether a user may come in (PAP); raises Rejected or NoAnswer."""
        server = self._settings()
        if server is None:
            raise NoAnswer
        request = self._access_request(server, caller, password, logoff_url)
        must_sign = server.require_message_auth is not False
        reply = self._exchange(
            request, (server.host, server.auth_port), server.timeout_seconds, must_sign
        )
        if reply is None:
            self._tell("radius no answer to Access-Request")
            raise NoAnswer
        return self._judge(reply)

    def account(
        self, status: str, caller: Caller, counters: Words, cause: str = ""
    ) -> None:
        """Queue an accounting packet; it's sent in order, by one thread.

        `status` is Start, Interim-Update or Stop; `cause` is why a session stopped.
        """
        words: dict[Any, Any] = {"Acct-Status-Type": status}
        if cause:
            words["Acct-Terminate-Cause"] = cause
        words |= self._caller_words(caller)
        words["Event-Timestamp"] = int(self._wall())
        words.update(counters)
        self._post(words | self._closing_words())

    def settle(self, wait_seconds: float = 10.0) -> bool:
        """Wait until all accounting has been answered or given up."""
        end = time.monotonic() + wait_seconds
        with self._outbox.all_tasks_done:
            while self._outbox.unfinished_tasks:
                left = end - time.monotonic()
                if left <= 0:
                    return False
                self._outbox.all_tasks_done.wait(left)
        return True

    def stop(self) -> None:
        """Let the sending thread end after what it sends now."""
        if self._sender is not None:
            self._outbox.put(None)
            self._sender.join(TRIES * ACCOUNTING_WAIT_SECONDS + 1)
            self._sender = None

    def _post(self, words: Words) -> None:
        if self._settings() is None:
            return
        self._outbox.put(words)
        with self._lock:
            if self._sender is None:
                self._sender = threading.Thread(target=self._send_all, daemon=True)
                self._sender.start()

    def _send_all(self) -> None:
        while (words := self._outbox.get()) is not None:
            try:
                self._send(words)
            finally:
                self._outbox.task_done()
        self._outbox.task_done()

    def _send(self, words: Words) -> None:
        server = self._settings()
        if server is None:
            return
        request = packet.AcctPacket(**self._frame(server))
        for name, value in words.items():
            request[name] = value
        status = words["Acct-Status-Type"]
        wait_seconds = min(server.timeout_seconds, ACCOUNTING_WAIT_SECONDS)
        address = (server.host, server.acct_port)
        if self._exchange(request, address, wait_seconds, False) is None:
            self.lost.append(words)
            self._tell(f"radius {status} lost")
        else:
            self._tell(f"radius {status} acknowledged")

    def _frame(self, server: RadiusAddress) -> dict[str, Any]:
        with self._lock:
            self._identifier = (self._identifier + 1) % 256
            return {
                "id": self._identifier,
                "secret": server.secret.encode(),
                "dict": self.dictionary,
            }

    def _access_request(
        self, server: RadiusAddress, caller: Caller, password: str, logoff_url: str
    ) -> packet.AuthPacket:
        request = packet.AuthPacket(**self._frame(server))
        request.authenticator = request.CreateAuthenticator()
        for name, value in self._caller_words(caller).items():
            request.AddAttribute(name, value)
        request["User-Password"] = request.PwCrypt(password)
        request["Service-Type"] = "Login-User"
        request["WISPr-Logoff-URL"] = logoff_url
        request["NAS-Identifier"] = self._identity()
        request["NAS-IP-Address"] = "127.0.0.1"
        # Set by hand, because pyrad would put it first and a MikroTik puts it last.
        request["Message-Authenticator"] = bytes(16)
        request.message_authenticator = True
        return request

    def _caller_words(self, caller: Caller) -> dict[str, Any]:
        """The attributes that every packet of a session has, in captured order."""
        return {
            "NAS-Port-Type": "Wireless-802.11",
            "Calling-Station-Id": caller.mac,
            "Called-Station-Id": caller.server,
            "NAS-Port-Id": caller.interface,
            "User-Name": caller.user,
            "NAS-Port": caller.nas_port,
            "Acct-Session-Id": caller.session_id,
            "Framed-IP-Address": caller.ip,
            "Mikrotik-Host-IP": caller.ip,
        }

    def _closing_words(self) -> dict[str, Any]:
        return {
            "NAS-Identifier": self._identity(),
            # Stays 0 when a packet is sent again: so it was captured.
            "Acct-Delay-Time": 0,
            "NAS-IP-Address": "127.0.0.1",
        }

    def _exchange(
        self,
        request: packet.Packet,
        address: tuple[str, int],
        wait_seconds: float,
        must_sign: bool,
    ) -> packet.Packet | None:
        """Send the same bytes up to three times; the first valid reply or None."""
        raw = request.RequestPacket()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
            for _ in range(TRIES):
                sock.sendto(raw, address)
                reply = self._await_reply(sock, request, wait_seconds, must_sign)
                if reply is not None:
                    return reply
        return None

    def _await_reply(
        self,
        sock: socket.socket,
        request: packet.Packet,
        wait_seconds: float,
        must_sign: bool,
    ) -> packet.Packet | None:
        end = time.monotonic() + wait_seconds
        while (left := end - time.monotonic()) > 0:
            sock.settimeout(left)
            try:
                raw = sock.recv(4096)
            except OSError:
                return None
            reply = self._verified(request, raw, must_sign)
            # A packet without attributes is an empty mapping, so it's false.
            if reply is not None:
                return reply
        return None

    def _verified(
        self, request: packet.Packet, raw: bytes, must_sign: bool
    ) -> packet.Packet | None:
        """The reply, if it's signed as it must be; any other is as good as none."""
        try:
            reply = request.CreateReply(packet=raw)
            if request.VerifyReply(reply, raw, enforce_ma=must_sign):
                return reply
        except packet.PacketError:
            pass
        self._tell("radius bad reply ignored")
        return None

    def _judge(self, reply: packet.Packet) -> Terms:
        if reply.code == packet.AccessAccept:
            return terms_of(reply)
        message = reply.get(18, [b""])[0]
        raise Rejected(message.decode("utf-8", "replace"))
