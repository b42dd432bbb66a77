"""A database's first page made anew, so that SQLite opens what lies behind it.

It holds the file's header and the root of the list of tables (sqlite.org/fileformat2).
It is written oftenest and so torn soonest, and without it no row can be reached though
nearly all are there. Our list of tables is long: its rows lie on leaves of their own,
which are found by what stands on them, and a new root leads to those. For reading a
copy only: nothing here may ever be written to.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

MAGIC = b"SQLite format 3\0"
HEADER_BYTES, LENGTH_AT = 100, 28
LEAF, INTERIOR = 0x0D, 0x05
# The record of a row of the list begins with its kind, as a text.
KINDS = (b"table", b"index", b"view", b"trigger")
SIZES = (2048, 4096, 1024, 8192)
LIKELY_LEAVES = 3


def forget_length(path: Path) -> None:
    """Let the file's own length count: a file that was cut short opens then too."""
    with path.open("r+b") as file:
        if file.read(len(MAGIC)) == MAGIC:
            file.seek(LENGTH_AT)
            file.write(bytes(4))


def make_anew(path: Path) -> bool:
    """Give the file another first page; False where no list of tables is found."""
    raw = path.read_bytes()
    for size in SIZES:
        leaves = sorted(_leaves(raw, size))
        if len(leaves) >= LIKELY_LEAVES:
            with path.open("r+b") as file:
                file.write(_page(leaves, size))
            return True
    return False


def _leaves(raw: bytes, size: int) -> Iterator[tuple[int, int]]:
    """The highest row and the number of each leaf of the list of tables."""
    for at in range(size, len(raw) - size + 1, size):
        if raw[at] == LEAF and (last := _last_row(raw[at : at + size])):
            yield last, at // size + 1


def _last_row(page: bytes) -> int:
    """The number of the last row of a leaf of the list; 0 where it is none."""
    (count,) = struct.unpack_from(">H", page, 3)
    if not count or 8 + 2 * count > len(page):
        return 0
    last = 0
    for cell in struct.unpack_from(f">{count}H", page, 8):
        _, at = _varint(page, cell)
        number, at = _varint(page, at)
        head, _ = _varint(page, at)
        if not page[at + head :].startswith(KINDS) or number <= last:
            return 0
        last = number
    return last


def _varint(page: bytes, at: int) -> tuple[int, int]:
    """A number of one to nine bytes at `at`, and where it ends."""
    value = 0
    for length, byte in enumerate(page[at : at + 9], 1):
        if length == 9:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + length
    return 0, at


def _page(leaves: list[tuple[int, int]], size: int) -> bytes:
    head = bytearray(HEADER_BYTES)
    # Format 2 is WAL, 64 32 32 are fixed; 4 and 1: today's schema, UTF-8.
    head[:24] = MAGIC + struct.pack(">HBBBBBB", size, 2, 2, 0, 64, 32, 32)
    head[44:48], head[56:60] = struct.pack(">I", 4), struct.pack(">I", 1)
    cells, place, body = [], size, bytearray(size)
    for last, number in leaves[:-1]:
        cell = struct.pack(">I", number) + _as_varint(last)
        place -= len(cell)
        body[place : place + len(cell)] = cell
        cells.append(place)
    root = struct.pack(">BHHHBI", INTERIOR, 0, len(cells), place, 0, leaves[-1][1])
    body[HEADER_BYTES : HEADER_BYTES + len(root)] = root
    at = HEADER_BYTES + len(root)
    body[at : at + 2 * len(cells)] = struct.pack(f">{len(cells)}H", *cells)
    body[:HEADER_BYTES] = head
    return bytes(body)


def _as_varint(value: int) -> bytes:
    found = [value & 0x7F]
    while value := value >> 7:
        found.append(value & 0x7F | 0x80)
    return bytes(reversed(found))
