"""Packets as no router should send them: both servers, over raw sockets."""

from __future__ import annotations

import hmac
import os
import socket
import struct
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from hashlib import md5
from typing import Any

import pytest

SECRET = b"a-secret-of-32-characters-length"
MAC = b"BC:24:11:EB:56:4D"
ACCEPT, REJECT, ACCOUNTED = 2, 3, 5
PASS = b"pass".ljust(16, b"\0")
PATIENCE_SECONDS = 2.5
Make = Callable[[bytes], bytes]


def avp(kind: int, value: bytes) -> bytes:
    return bytes([kind, len(value) + 2]) + value


def packet(code: int, body: bytes, ident: int = 7, length: int | None = None) -> bytes:
    size = 20 + len(body) if length is None else length
    return struct.pack("!BBH16s", code, ident, size, bytes(range(16))) + body


def hidden(password: bytes) -> bytes:
    """A User-Password of one block or less, however long: RFC 2865 section 5.2."""
    key = md5(SECRET + bytes(range(16))).digest()
    return bytes(a ^ b for a, b in zip(password, key, strict=False))


def login(
    name: bytes, more: bytes = b"", password: bytes = b"pass".ljust(16, b"\0")
) -> bytes:
    return packet(1, avp(1, name) + avp(31, MAC) + avp(2, hidden(password)) + more)


def signed(raw: bytes) -> bytes:
    body = raw + avp(80, bytes(16))
    sized = body[:2] + struct.pack("!H", len(body)) + body[4:]
    return sized[:-16] + hmac.digest(SECRET, sized, "md5")


def accounting(body: bytes) -> bytes:
    raw = struct.pack("!BBH16s", 4, 9, 20 + len(body), bytes(16)) + body
    return raw[:4] + md5(raw + SECRET).digest() + raw[20:]


def vendor(inner: bytes) -> bytes:
    return avp(26, struct.pack("!I", 14988) + inner)


START = avp(40, struct.pack("!I", 1)) + avp(44, b"8000") + avp(1, b"ann")
DROPPED = None
# What is sent, to which port, and the code that is due; None: silence.
PACKETS: dict[str, tuple[str, Make, int | None]] = {
    "as it should be": ("auth", login, ACCEPT),
    "signed": ("auth", lambda n: signed(login(n)), ACCEPT),
    "padded behind its length": ("auth", lambda n: login(n) + b"\0" * 9, ACCEPT),
    "padded to 4096": ("auth", lambda n: login(n).ljust(4096, b"\0"), ACCEPT),
    "a name twice": ("auth", lambda n: login(n, avp(1, b"nobody")), ACCEPT),
    "an unknown attribute": ("auth", lambda n: login(n, avp(250, b"x" * 200)), ACCEPT),
    "an unknown vendor": (
        "auth", lambda n: login(n, avp(26, b"\0\0\xff\xff" + avp(1, b"x"))), ACCEPT),
    # Unsigned, newer ones drop it: CVE-2024-3596.
    "a Proxy-State": ("auth", lambda n: signed(login(n, avp(33, b"hop"))), ACCEPT),
    "50 attributes": ("auth", lambda n: login(n, avp(18, b"x" * 60) * 50), ACCEPT),
    "200 attributes": ("auth", lambda n: login(n, avp(18, b"x") * 200), DROPPED),
    "length says less": ("auth", lambda n: short(login(n), 19), DROPPED),
    "length says more": ("auth", lambda n: short(login(n), 4000), DROPPED),
    "length cuts an attribute": ("auth", lambda n: short(login(n), 50), DROPPED),
    "length 0 within": ("auth", lambda n: login(n, b"\x12\x00"), DROPPED),
    "length 1 within": ("auth", lambda n: login(n, b"\x12\x01x"), DROPPED),
    "one byte too many": ("auth", lambda n: login(n, b"\x12"), DROPPED),
    "beyond the end": ("auth", lambda n: login(n, b"\x12\xffx"), DROPPED),
    "a wrong signature": (
        "auth", lambda n: signed(login(n))[:-1] + b"\0", DROPPED),
    "a signature of another length": (
        "auth", lambda n: login(n, avp(80, b"short")), DROPPED),
    "no name": ("auth", lambda n: packet(1, avp(2, hidden(b"pass"))), REJECT),
    "an empty name": ("auth", lambda n: login(b""), REJECT),
    "no password": ("auth", lambda n: packet(1, avp(1, n)), REJECT),
    "a password of no block": (
        "auth", lambda n: login(n, password=b"wrong"), REJECT),
    "CHAP of one byte": (
        "auth", lambda n: packet(1, avp(1, n) + avp(3, b"x")), REJECT),
    "an accounting packet at the door of logins": (
        "auth", lambda n: accounting(START), DROPPED),
    "a login at the door of accounting": ("acct", login, DROPPED),
    "an answer": ("auth", lambda n: packet(2, b""), DROPPED),
    "a Disconnect-Request": ("auth", lambda n: packet(40, avp(1, n)), DROPPED),
    "random bytes": ("auth", lambda n: b"\x01" + os.urandom(300), DROPPED),
    "a start": ("acct", lambda n: accounting(START), ACCOUNTED),
    "a start with a large body": (
        "acct", lambda n: accounting(START + avp(18, b"x" * 250) * 15), ACCOUNTED),
    "a start of another secret": (
        "acct", lambda n: accounting(START)[:-1] + b"b", DROPPED),
    "an end with no session": ("acct", lambda n: accounting(START[:6]), ACCOUNTED),
}  # fmt: skip


def short(raw: bytes, length: int) -> bytes:
    return raw[:2] + struct.pack("!H", length) + raw[4:]


def send(server: Any, door: str, raw: bytes) -> bytes | None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_SECONDS)
        sock.sendto(raw, ("127.0.0.1", server.box.settings[f"radius.{door}_port"]))
        try:
            return sock.recv(4096)
        except TimeoutError:
            return None


@pytest.fixture(scope="module")
def replies(radius: Any) -> dict[str, bytes | None]:
    """All of them sent at once, each from a socket of its own."""
    ident, name = radius.box.customer()
    radius.box.sell(ident)
    raws = [(door, make(name.encode())) for door, make, _ in PACKETS.values()]
    with ThreadPoolExecutor(len(raws)) as pool:
        found = list(pool.map(lambda one: send(radius, *one), raws))
    return dict(zip(PACKETS, found, strict=True))


@pytest.mark.parametrize("what", PACKETS)
def test_each_packet_gets_what_is_due(
    replies: dict[str, bytes | None], what: str
) -> None:
    reply, due = replies[what], PACKETS[what][2]
    assert (reply[0] if reply else None) == due


def test_after_them_all_it_answers_as_before(radius: Any, replies: Any) -> None:
    assert radius.process.poll() is None
    assert radius.status().kind == "accept"


def test_a_proxy_state_comes_back_as_it_went(replies: dict[str, bytes]) -> None:
    assert avp(33, b"hop") in replies["a Proxy-State"]


def test_a_flood_of_copies_of_one_packet_is_one_try(radius: Any) -> None:
    (radius.box.spool / "auth.tsv").unlink(missing_ok=True)
    raw = login(b"copied")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE_SECONDS)
        to = ("127.0.0.1", radius.box.settings["radius.auth_port"])
        for _ in range(50):
            sock.sendto(raw, to)
        first = sock.recv(4096)
        assert first[0] == REJECT
    assert len(radius.wait_for_lines("auth.tsv", 1)) == 1
