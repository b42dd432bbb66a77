"""The disk of the power cut tests: flushed is kept, and what is not may be lost."""

from __future__ import annotations

import random
import socket
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import lossy_disk as nbd
from lossy_disk import Line, LossyDisk

SIZE, PAGE = 1 << 20, 4096
NEW, OLD = b"n" * PAGE, bytes(PAGE)


class Guest:
    """The other end of the line, as the protocol has it."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line
        assert self._take(18)[:16] == b"NBDMAGICIHAVEOPT"
        line.sendall(struct.pack(">I", 3))
        line.sendall(struct.pack(">QIIIH", nbd.OPTION_MAGIC, nbd.GO, 6, 0, 0))
        self.size, _ = struct.unpack(">QH", self._take(20 + 12)[22:])
        self._take(20)

    def write(self, page: int, data: bytes, flags: int = 0) -> None:
        """Write one page and wait until it is answered."""
        self._ask(nbd.WRITE, page * PAGE, PAGE, data, flags)

    def read(self, page: int) -> bytes:
        """Read one page."""
        self._ask(nbd.READ, page * PAGE, PAGE)
        return self._take(PAGE)

    def flush(self) -> None:
        """Wait until all of it is on the disk."""
        self._ask(nbd.FLUSH, 0, 0)

    def _ask(
        self, kind: int, offset: int, length: int, data: bytes = b"", flags: int = 0
    ) -> None:
        head = (nbd.REQUEST_MAGIC, flags, kind, 7, offset, length)
        self._line.sendall(struct.pack(">IHHQQI", *head) + data)
        assert self._take(16) == struct.pack(">IIQ", nbd.REPLY_MAGIC, 0, 7)

    def _take(self, count: int) -> bytes:
        return self._line.recv(count, socket.MSG_WAITALL)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    made = tmp_path / "disk.img"
    made.write_bytes(bytes(SIZE))
    return made


@contextmanager
def until_the_cut(image: Path, seed: int = 1) -> Iterator[Guest]:
    """A guest at the disk; the power is cut at the end."""
    disk = LossyDisk(image, random.Random(seed))
    ours, theirs = socket.socketpair()
    server = threading.Thread(target=Line(theirs, disk, 0.0).serve, daemon=True)
    server.start()
    yield Guest(ours)
    ours.close()
    server.join(10)
    theirs.close()
    disk.lose()


def page(image: Path, number: int) -> bytes:
    return image.read_bytes()[number * PAGE : (number + 1) * PAGE]


def test_flushed_data_is_kept_and_other_data_may_be_lost(image: Path) -> None:
    flushed, left = set(), set()
    for seed in range(40):
        image.write_bytes(bytes(SIZE))
        with until_the_cut(image, seed) as guest:
            assert guest.size == SIZE
            guest.write(1, NEW)
            guest.flush()
            guest.write(2, NEW)
            assert (guest.read(1), guest.read(2), guest.read(3)) == (NEW, NEW, OLD)
        flushed.add(page(image, 1))
        left.add(page(image, 2))
    assert flushed == {NEW}
    assert {OLD, NEW} < left, "some are lost, some are kept, and some are torn"
    torn = left - {OLD, NEW}
    for one in torn:
        sectors = {one[at : at + nbd.SECTOR] for at in range(0, PAGE, nbd.SECTOR)}
        assert sectors == {bytes(nbd.SECTOR), b"n" * nbd.SECTOR}


def test_before_a_flush_nothing_is_on_the_disk(image: Path) -> None:
    with until_the_cut(image) as guest:
        guest.write(1, NEW)
        assert page(image, 1) == OLD
        guest.flush()
        assert page(image, 1) == NEW


def test_a_write_through_is_kept_alone(image: Path) -> None:
    with until_the_cut(image) as guest:
        guest.write(1, NEW)
        guest.write(2, b"o" * PAGE)
        guest.write(2, NEW, flags=nbd.FUA)
        assert (page(image, 1), page(image, 2)) == (OLD, NEW)
    assert page(image, 2) == NEW


def test_later_writes_may_outlive_earlier_ones(image: Path) -> None:
    seen = set()
    for seed in range(40):
        image.write_bytes(bytes(SIZE))
        with until_the_cut(image, seed) as guest:
            guest.write(1, NEW)
            guest.write(2, NEW)
        seen.add((page(image, 1) == NEW, page(image, 2) == NEW))
    assert seen == {(False, False), (False, True), (True, False), (True, True)}
