"""A disk that forgets in a power cut what it was not told to flush.

An NBD server (its protocol is NetworkBlockDevice/nbd, doc/proto.md) for one guest. It
keeps writes in memory until a FLUSH, or a write with FUA, and is itself the power: when
the line to the guest breaks, each write since then is kept, lost or torn by the dice.

    python lossy_disk.py SOCKET IMAGE SEED FLUSH_SECONDS

At its end it prints one line of JSON: what was lost.
"""

from __future__ import annotations

import json
import os
import random
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

SECTOR = 512
OPTION_MAGIC, OPTION_REPLY_MAGIC = 0x49484156454F5054, 0x3E889045565A9
REQUEST_MAGIC, REPLY_MAGIC = 0x25609513, 0x67446698
EXPORT_NAME, ABORT, INFO, GO = 1, 2, 6, 7
ACK, TOLD, UNSUPPORTED = 1, 3, 0x80000001
READ, WRITE, HANG_UP, FLUSH = 0, 1, 2, 3
INVALID = 22
HAS_FLAGS_FLUSH_FUA = 1 | 4 | 8
FIXED_NEWSTYLE, NO_ZEROES = 1, 2
FUA = 1


class LossyDisk:
    """An image, and the sectors that were written since the last flush.

    For each of these it keeps every version, as a real cache may have put any of them
    on the platter.
    """

    def __init__(self, image: Path, dice: random.Random) -> None:
        self._file = os.open(image, os.O_RDWR)
        self.size = os.fstat(self._file).st_size
        self._dice = dice
        self._pending: dict[int, list[tuple[int, bytes]]] = {}
        self._writes = self.flushes = 0

    def read(self, offset: int, length: int) -> bytes:
        """What the guest sees: its own newest writes, flushed or not."""
        data = bytearray(os.pread(self._file, length, offset))
        if self._pending:
            first = offset // SECTOR
            for place in range(0, length, SECTOR):
                versions = self._pending.get(first + place // SECTOR)
                if versions:
                    data[place : place + SECTOR] = versions[-1][1]
        return bytes(data)

    def write(self, offset: int, data: bytes) -> None:
        """Take a write into memory."""
        self._writes += 1
        for sector, part in _sectors(offset, data):
            self._pending.setdefault(sector, []).append((self._writes, part))

    def write_through(self, offset: int, data: bytes) -> None:
        """Put this write on the disk, and only this one."""
        for sector, _ in _sectors(offset, data):
            self._pending.pop(sector, None)
        os.pwrite(self._file, data, offset)

    def flush(self) -> None:
        """Put all that was written so far on the disk."""
        self.flushes += 1
        for sector, versions in self._pending.items():
            os.pwrite(self._file, versions[-1][1], sector * SECTOR)
        self._pending.clear()

    def lose(self) -> dict[str, int]:
        """The power is cut: let the dice say what of the pending writes is left."""
        mood = self._dice.choice(("all lost", "some lost", "torn"))
        odds = {"all lost": (0, 1, 0), "some lost": (1, 1, 0), "torn": (1, 1, 2)}[mood]
        numbers = sorted({n for parts in self._pending.values() for n, _ in parts})
        fates = self._dice.choices(("kept", "lost", "torn"), odds, k=len(numbers))
        fate = dict(zip(numbers, fates, strict=True))
        stale = 0
        for sector, versions in sorted(self._pending.items()):
            left = [data for number, data in versions if self._is_kept(fate[number])]
            if left:
                os.pwrite(self._file, left[-1], sector * SECTOR)
            stale += not left or left[-1] != versions[-1][1]
        self._pending.clear()
        os.close(self._file)
        counts = {name: fates.count(name) for name in ("kept", "lost", "torn")}
        return counts | {"sectors_lost": stale, "flushes": self.flushes}

    def _is_kept(self, fate: str) -> bool:
        return fate == "kept" or (fate == "torn" and self._dice.random() < 0.5)


def _sectors(offset: int, data: bytes) -> list[tuple[int, bytes]]:
    if offset % SECTOR or len(data) % SECTOR:
        raise ValueError(f"{len(data)} bytes at {offset} are no whole sectors")
    first = offset // SECTOR
    starts = range(0, len(data), SECTOR)
    return [(first + at // SECTOR, data[at : at + SECTOR]) for at in starts]


class Line:
    """The line to one guest, served until it breaks."""

    def __init__(self, peer: socket.socket, disk: LossyDisk, flush: float) -> None:
        self._peer, self._disk, self._flush_seconds = peer, disk, flush
        self._reader = peer.makefile("rb")

    def serve(self) -> None:
        """Greet, then answer requests until the guest hangs up or is gone."""
        with suppress(EOFError, ConnectionError):
            if self._greet():
                while self._answer_one():
                    pass

    def _take(self, count: int) -> bytes:
        data = self._reader.read(count)
        if len(data) < count:
            raise EOFError
        return data

    def _greet(self) -> bool:
        flags = FIXED_NEWSTYLE | NO_ZEROES
        self._peer.sendall(b"NBDMAGIC" + struct.pack(">QH", OPTION_MAGIC, flags))
        (theirs,) = struct.unpack(">I", self._take(4))
        export = struct.pack(">QH", self._disk.size, HAS_FLAGS_FLUSH_FUA)
        while True:
            _, option, length = struct.unpack(">QII", self._take(16))
            self._take(length)
            if option == EXPORT_NAME:
                self._peer.sendall(export + bytes(0 if theirs & NO_ZEROES else 124))
                return True
            if option in (INFO, GO):
                self._reply(option, TOLD, struct.pack(">H", 0) + export)
            known = option in (ABORT, INFO, GO)
            self._reply(option, ACK if known else UNSUPPORTED)
            if option in (ABORT, GO):
                return bool(option == GO)

    def _reply(self, option: int, kind: int, data: bytes = b"") -> None:
        head = struct.pack(">QIII", OPTION_REPLY_MAGIC, option, kind, len(data))
        self._peer.sendall(head + data)

    def _answer_one(self) -> bool:
        head = self._take(28)
        _, flags, kind, cookie, offset, length = struct.unpack(">IHHQQI", head)
        if kind == HANG_UP:
            return False
        error, told = 0, b""
        if kind == READ:
            told = self._disk.read(offset, length)
        elif kind == WRITE:
            data = self._take(length)
            put = self._disk.write_through if flags & FUA else self._disk.write
            put(offset, data)
        elif kind == FLUSH:
            time.sleep(self._flush_seconds)  # as a card does: cuts fall into it
            self._disk.flush()
        else:
            error = INVALID
        self._peer.sendall(struct.pack(">IIQ", REPLY_MAGIC, error, cookie) + told)
        return True


def main(path: str, image: str, seed: str, flush_seconds: str) -> None:
    """Serve one guest, from its call until the power is cut."""
    disk = LossyDisk(Path(image), random.Random(seed))
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(path)
        door.listen(1)
        peer, _ = door.accept()
    with peer:
        Line(peer, disk, float(flush_seconds)).serve()
    print(json.dumps(disk.lose()), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
