"""Routers for the comparison: logins in a closed loop, accounting at a pace, each sent
again up to two times as a router does; and a writer of the database."""

from __future__ import annotations

import os
import random
import selectors
import socket
import sqlite3
import struct
import sys
import time
from collections import Counter
from contextlib import closing
from dataclasses import dataclass, field
from hashlib import md5

SECRET = b"a-secret-of-32-characters-length"
ACCEPT = 2
RESEND_SECONDS = 1.1
TRIES = 3
MIKROTIK = struct.pack("!I", 14988)


def avp(kind: int, value: bytes) -> bytes:
    return bytes([kind, len(value) + 2]) + value


@dataclass
class Told:
    """What came back: milliseconds of each answer, and how many of which kind."""

    milliseconds: list[float] = field(default_factory=list)
    kinds: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0


class Line:
    """One socket with one packet on its way."""

    def __init__(self, port: int) -> None:
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.connect(("127.0.0.1", port))
        self.sock.setblocking(False)
        self.ident, self.raw, self.began, self.sent, self.tries = 0, b"", 0.0, 0.0, 0

    def ask(self, raw: bytes) -> None:
        self.raw, self.began, self.tries = raw, time.perf_counter(), 0
        self.again()

    def again(self) -> None:
        self.sent, self.tries = time.perf_counter(), self.tries + 1
        self.sock.send(self.raw)


def login(line: Line, name: str, mac: str) -> bytes:
    line.ident = (line.ident + 1) % 256
    mark = os.urandom(16)
    key = md5(SECRET + mark).digest()
    hidden = bytes(a ^ b for a, b in zip(b"pass".ljust(16, b"\0"), key, strict=True))
    body = avp(1, name.encode()) + avp(2, hidden) + avp(31, mac.encode())
    return struct.pack("!BBH16s", 1, line.ident, 20 + len(body), mark) + body


def accounting(number: int, name: str, mac: str) -> bytes:
    body = avp(40, struct.pack("!I", 3)) + avp(44, f"s{number % 2000}".encode())
    body += avp(1, name.encode()) + avp(31, mac.encode())
    body += avp(46, struct.pack("!I", number)) + avp(42, struct.pack("!I", number * 9))
    body += avp(43, struct.pack("!I", number * 99)) + avp(8, bytes([10, 5, 50, 7]))
    raw = struct.pack("!BBH16s", 4, number % 256, 20 + len(body), bytes(16)) + body
    return raw[:4] + md5(raw + SECRET).digest() + body


def mac_of(number: int) -> str:
    """The one device of a customer: a second one would be over the limit."""
    return f"BC:24:11:00:{number >> 8:02X}:{number & 255:02X}"


def is_limited(reply: bytes) -> bool:
    """Whether it has a Session-Timeout and MikroTik's rate."""
    kinds, at = set(), 20
    while at < len(reply):
        kinds.add(reply[at])
        at += reply[at + 1]
    return {26, 27} <= kinds


def log_in(port: int, names: list[str], seconds: float, window: int = 16) -> Told:
    """Logins of random customers, `window` at once, for so long."""
    told, chance = Told(), random.Random(1)
    began = time.perf_counter()
    with selectors.DefaultSelector() as selector:
        lines = [Line(port) for _ in range(window)]
        for line in lines:
            selector.register(line.sock, selectors.EVENT_READ, line)
            _next(line, names, chance)
        while (now := time.perf_counter()) < began + seconds:
            for key, _ in selector.select(0.05):
                _heard(key.data, told)
                _next(key.data, names, chance)
            for line in lines:
                if line.sent < now - RESEND_SECONDS:
                    _late(line, told, names, chance)
        for line in lines:
            line.sock.close()
    told.seconds = time.perf_counter() - began
    return told


def _next(line: Line, names: list[str], chance: random.Random) -> None:
    number = chance.randrange(len(names))
    line.ask(
        login(line, names[number], f"BC:24:11:00:{number >> 8:02X}:{number & 255:02X}")
    )


def _heard(line: Line, told: Told) -> None:
    reply = line.sock.recv(4096)
    told.milliseconds.append((time.perf_counter() - line.began) * 1000)
    if reply[0] != ACCEPT:
        told.kinds["refused"] += 1
    else:
        told.kinds["accepted" if is_limited(reply) else "unlimited"] += 1


def _late(line: Line, told: Told, names: list[str], chance: random.Random) -> None:
    if line.tries < TRIES:
        line.again()
        return
    told.kinds["unanswered"] += 1
    _next(line, names, chance)


def account(port: int, names: list[str], rate: float) -> None:
    """Interim updates at `rate` a second until killed; what is acked is printed."""
    line, number, began = Line(port), 0, time.perf_counter()
    line.sock.setblocking(True)
    line.sock.settimeout(RESEND_SECONDS)
    while True:
        number += 1
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        who = number % len(names)
        line.sock.send(accounting(number, names[who], mac_of(who)))
        try:
            line.sock.recv(4096)
        except TimeoutError:
            print("lost", flush=True)


def write(database: str, table: str, rate: float) -> None:
    """Transactions of three statements at `rate` a second until killed."""
    column = "secret" if table == "customer" else "value"
    sql = f"UPDATE {table} SET {column} = {column} WHERE id = ?"
    with closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as db:
        began, number = time.perf_counter(), 0
        while True:
            number += 1
            time.sleep(max(0.0, began + number / rate - time.perf_counter()))
            db.execute("BEGIN IMMEDIATE")
            for _ in range(3):
                db.execute(sql, (random.randrange(1, 2000),))
            db.execute("COMMIT")


def main(argv: list[str]) -> None:
    """As a child of its own: account PORT RATE, or write DATABASE TABLE RATE."""
    if argv[0] == "account":
        account(int(argv[1]), [f"u{n}" for n in range(2000)], float(argv[2]))
    else:
        write(argv[1], argv[2], float(argv[3]))


if __name__ == "__main__":
    main(sys.argv[1:])
