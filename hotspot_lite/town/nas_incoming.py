"""The router's ear for RADIUS orders (RFC 5176): Disconnect, and changes of terms.

A session is found as RouterOS was seen to find it: by name and address, or by its id.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable

from pyrad import packet

from hotspot_lite.town.hotspot import Device, Hotspot
from hotspot_lite.town.nas import Nas
from hotspot_lite.town.sessions import Session
from hotspot_lite.town.terms import change_terms

ACKS = {
    packet.DisconnectRequest: packet.DisconnectACK,
    packet.CoARequest: packet.CoAACK,
}
NAKS = {
    packet.DisconnectRequest: packet.DisconnectNAK,
    packet.CoARequest: packet.CoANAK,
}


class Incoming:
    """Listens on a UDP port of its own choice; silent while `may_listen` says no."""

    def __init__(
        self, hotspot: Hotspot, nas: Nas, may_listen: Callable[[], bool]
    ) -> None:
        self._hotspot = hotspot
        self._nas = nas
        self._may_listen = may_listen
        self._answered: tuple[bytes, bytes] = (b"", b"")
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self.port = 0

    def start(self) -> None:
        """Begin to listen."""
        self._sock.bind(("127.0.0.1", 0))
        self.port = int(self._sock.getsockname()[1])
        self._thread.start()

    def stop(self) -> None:
        """Stop listening: an empty datagram to itself ends the thread."""
        self._sock.sendto(b"", ("127.0.0.1", self.port))
        self._thread.join(5)
        self._sock.close()

    def _serve(self) -> None:
        while True:
            raw, sender = self._sock.recvfrom(4096)
            if not raw:
                return
            reply = self._reply(raw) if self._may_listen() else b""
            if reply:
                self._sock.sendto(reply, sender)

    def _reply(self, raw: bytes) -> bytes:
        """The answer to a datagram; empty for what isn't a signed order."""
        if raw == self._answered[0]:
            # Sent again, because our answer was lost: it isn't obeyed twice.
            return self._answered[1]
        order = self._verified(raw)
        if order is None:
            return b""
        reply = order.CreateReply()
        reply.code = ACKS[order.code] if self._obey(order) else NAKS[order.code]
        if reply.code in NAKS.values():
            reply["Error-Cause"] = "Session-Context-Not-Found"
        self._answered = (raw, bytes(reply.ReplyPacket()))
        return self._answered[1]

    def _verified(self, raw: bytes) -> packet.CoAPacket | None:
        secret = self._nas.secret
        if secret is None:
            return None
        try:
            order = packet.CoAPacket(
                packet=raw, dict=self._nas.dictionary, secret=secret
            )
        except packet.PacketError:
            return None
        return order if _is_signed(order) else None

    def _obey(self, order: packet.CoAPacket) -> bool:
        found = [pair for pair in self._hotspot.sessions() if _is_meant(order, *pair)]
        for device, session in found:
            if order.code == packet.DisconnectRequest:
                self._hotspot.log_out(device, "Admin-Reset")
            else:
                # Session-Timeout counts from the session's beginning here; how a
                # real router counts it isn't established.
                change_terms(session.terms, order)
        return bool(found)


def _is_signed(order: packet.CoAPacket) -> bool:
    if order.code not in ACKS or not order.VerifyCoARequest():
        return False
    return not order.message_authenticator or order.verify_message_authenticator()


def _is_meant(order: packet.CoAPacket, device: Device, session: Session) -> bool:
    """A name alone means nobody, as seen on real routers."""
    if "User-Name" in order and order["User-Name"][0] != session.user:
        return False
    if "Framed-IP-Address" in order:
        return bool(order["Framed-IP-Address"][0] == device.ip)
    return session.caller.session_id in order.get("Acct-Session-Id", ())
