"""A RADIUS server of a few lines for the town's tests: keeps what it's told."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

from pyrad import packet
from pyrad.dictionary import Dictionary

from hotspot_lite.town.nas import DICTIONARY, RadiusAddress

SECRET = "a shared secret"


class Responder:
    """Answers on one port, accounting too. `answer` may drop a request: None.

    `raw` keeps every datagram, `asked` every decoded request, in order.
    """

    def __init__(self, grant: dict[str, Any] | None = None) -> None:
        self.grant = grant or {}
        self.reply_message = ""
        self.drops = 0
        self.secret = SECRET.encode()
        self.spoil: Callable[[bytes], bytes] = bytes
        self.raw: list[bytes] = []
        self.asked: list[Any] = []
        self._dictionary = Dictionary(str(DICTIONARY))
        self._sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._sock.bind(("127.0.0.1", 0))
        self.port = self._sock.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def address(self, timeout_seconds: float = 2.0) -> RadiusAddress:
        return RadiusAddress("127.0.0.1", self.port, self.port, SECRET, timeout_seconds)

    def close(self) -> None:
        self._sock.sendto(b"", self._sock.getsockname())
        self._thread.join(5)
        self._sock.close()

    def of(self, status: str) -> list[Any]:
        """The accounting requests of one status."""
        return [
            asked
            for asked in self.asked
            if asked.get("Acct-Status-Type", [""])[0] == status
        ]

    def _serve(self) -> None:
        while True:
            raw, sender = self._sock.recvfrom(4096)
            if not raw:
                return
            self.raw.append(raw)
            if self.drops:
                self.drops -= 1
                continue
            self._sock.sendto(self.spoil(self._answer(raw)), sender)

    def _answer(self, raw: bytes) -> bytes:
        kind = packet.AuthPacket if raw[0] == 1 else packet.AcctPacket
        request = kind(packet=raw, dict=self._dictionary, secret=self.secret)
        self.asked.append(request)
        reply = request.CreateReply()
        if raw[0] == 1:
            self._judge(request, reply)
        return bytes(reply.ReplyPacket())

    def _judge(self, request: Any, reply: Any) -> None:
        password = request.PwDecrypt(request["User-Password"][0])
        if password != "right":
            reply.code = packet.AccessReject
            if self.reply_message:
                reply["Reply-Message"] = self.reply_message
            return
        for name, value in self.grant.items():
            reply.AddAttribute(name, value)
