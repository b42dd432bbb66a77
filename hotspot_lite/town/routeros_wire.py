"""How the RouterOS API puts words on a wire: a length, then the word, then the next.

Knows bytes and sentences; what a sentence asks for is known elsewhere.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Iterable

MAX_WORD_BYTES = 16 << 20
"""Longer words than this are taken for noise: a real router has less memory."""

_FORMS = (
    (0x80, 0x00, 1),
    (0x4000, 0x8000, 2),
    (0x200000, 0xC00000, 3),
    (0x10000000, 0xE0000000, 4),
)


class Closed(Exception):
    """The other side has gone."""


class BadFraming(Exception):
    """The bytes can't be words: a reserved first byte, or an impossible length."""


def encode_length(length: int) -> bytes:
    """Write a word's length (bytes) in the shortest of the five forms."""
    for limit, prefix, size in _FORMS:
        if length < limit:
            return (length | prefix).to_bytes(size, "big")
    return b"\xf0" + length.to_bytes(4, "big")


def encode_sentence(words: Iterable[str]) -> bytes:
    """Join words to a sentence with its closing empty word."""
    encoded = bytearray()
    for word in words:
        # Bytes pass through a router unread, so what came in must go out.
        raw = word.encode("utf-8", "surrogateescape")
        encoded += encode_length(len(raw)) + raw
    return bytes(encoded) + b"\x00"


def more_length_bytes(first: int) -> int:
    """Say how many bytes of length follow the first one; raises BadFraming."""
    if first >= 0xF8:
        raise BadFraming(f"control byte {first:#x} is reserved")
    return sum(first >= edge for edge in (0x80, 0xC0, 0xE0, 0xF0))


def decode_length(raw: bytes) -> int:
    """Read a whole length, as more_length_bytes() said how long it is."""
    if len(raw) == 5:
        return int.from_bytes(raw[1:], "big")
    return int.from_bytes(raw, "big") ^ _FORMS[len(raw) - 1][1]


class SentenceReader:
    """Reads sentences from a socket, and can say whether one is on its way."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._buffer = bytearray()

    def is_due(self, wait_seconds: float | None) -> bool:
        """Wait until bytes are there; None waits for ever."""
        # TLS may hold bytes back that select doesn't know of.
        if self._buffer or getattr(self._sock, "pending", int)():
            return True
        if self._sock.fileno() < 0:
            raise Closed
        readable, _, _ = select.select([self._sock], [], [], wait_seconds)
        return bool(readable)

    def sentence(self) -> list[str]:
        """Read one sentence, empty ones too. Raises Closed, BadFraming, OSError."""
        words = []
        while word := self._word():
            words.append(word.decode("utf-8", "surrogateescape"))
        return words

    def _word(self) -> bytes:
        first = self._take(1)
        length = decode_length(first + self._take(more_length_bytes(first[0])))
        if length > MAX_WORD_BYTES:
            raise BadFraming(f"a word of {length} bytes")
        return self._take(length)

    def _take(self, count: int) -> bytes:
        while len(self._buffer) < count:
            got = self._sock.recv(65536)
            if not got:
                raise Closed
            self._buffer += got
        taken = bytes(self._buffer[:count])
        del self._buffer[:count]
        return taken
