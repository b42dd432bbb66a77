"""Tables in a dump of MySQL or MariaDB, as mysqldump and phpMyAdmin write it.

Nothing of it is run: the names in CREATE TABLE and the values in INSERT are read, of
the tables that are asked for. A statement at a time is in memory.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite.errors import BadInput

# mysqldump writes a statement of 1 to 16 MB; ours must stay in memory for a moment.
MOST_STATEMENT = 32 * 1024 * 1024
BEGINS = (b"--", b"/*")
_TABLE = re.compile(r"CREATE TABLE (?:IF NOT EXISTS )?`?(\w+)`?", re.IGNORECASE)
_COLUMN = re.compile(r"\s+`(\w+)`\s")
_INSERT = re.compile(
    r"(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+`?(\w+)`?\s*(?:\(([^)]*)\)\s*)?VALUES\s*",
    re.IGNORECASE,
)
_VALUE = re.compile(
    r"\s*(?:_\w+\s*)?(?:'((?:[^'\\]|\\.|'')*)'|([^\s,()']+))\s*([,)])", re.DOTALL
)
_BETWEEN = re.compile(r"\s*([,;]?)\s*\(?")
_HEAD, _END = re.compile(r"-- (MySQL|MariaDB) dump"), "-- Dump completed"
_ESCAPED = re.compile(r"\\(.)|''", re.DOTALL)
_SIGNS = {"n": "\n", "r": "\r", "t": "\t", "0": "\0", "Z": "\x1a"}


@dataclass(frozen=True)
class Record:
    """One row of a table: the line its statement begins at, its cells by column."""

    table: str
    line: int
    cells: dict[str, str]  # NULL is ""


def is_dump(begin: bytes) -> bool:
    """Whether a file that begins so may be one."""
    return begin.startswith(BEGINS)


def records(path: Path, tables: Collection[str]) -> Iterator[Record]:
    """The rows of these tables in the file's order. Raises BadInput for a cut dump."""
    columns: dict[str, list[str]] = {}
    for line, statement in _statements(path):
        if found := _INSERT.match(statement):
            if found[1] in tables:
                yield from _rows(found, statement, line, columns.get(found[1], []))
        elif (made := _TABLE.match(statement)) and made[1] in tables:
            names = (_COLUMN.match(text) for text in statement.splitlines()[1:])
            columns[made[1]] = [name[1] for name in names if name]


def _statements(path: Path) -> Iterator[tuple[int, str]]:
    """Each INSERT and CREATE TABLE with its line.

    Line breaks in texts are written as signs, so one that ends in ; ends a statement.
    """
    held: list[str] = []
    begun = size = 0
    is_whole = True  # until a head says that an end is to come
    with path.open(encoding="utf-8-sig", errors="replace", newline="\n") as file:
        for number, text in enumerate(file, 1):
            if not held and text.startswith("--"):
                is_whole = is_whole and not _HEAD.match(text) or _END in text
            if not held and not text.startswith(("INSERT", "REPLACE", "CREATE TABLE")):
                continue
            begun = begun if held else number
            held.append(text)
            size += len(text)
            if size > MOST_STATEMENT:
                raise BadInput(
                    f"The statement at line {begun} is too long.",
                    "Dump with --net-buffer-length=1M.",
                    "file",
                )
            if text.rstrip().endswith(";"):
                yield begun, "".join(held)
                held, size = [], 0
    if held or not is_whole:
        raise BadInput(
            f"The dump is cut off: its end is missing after line {begun}.",
            "Make it again, or copy it again.",
            "file",
        )


def _rows(
    found: re.Match[str], statement: str, line: int, known: list[str]
) -> Iterator[Record]:
    names = re.findall(r"\w+", found[2]) if found[2] else known
    at, end = found.end(), len(statement.rstrip())
    while at < end:
        between = _BETWEEN.match(statement, at)
        assert between is not None  # it matches nothing, too
        if between[1] == ";":
            return
        at, cells = between.end(), []
        while value := _VALUE.match(statement, at):
            at = value.end()
            cells.append(_text(value))
            if value[3] == ")":
                break
        else:
            raise BadInput(
                f"The statement at line {line} can't be read.", "Dump it anew.", "file"
            )
        if len(cells) != len(names):
            raise BadInput(
                f"The table {found[1]} at line {line} has {len(cells)} columns,"
                f" and {len(names)} names are known.",
                "Dump with the tables' definitions (without --no-create-info).",
                "file",
            )
        yield Record(found[1], line, dict(zip(names, cells, strict=True)))


def _text(value: re.Match[str]) -> str:
    if value[1] is None:
        return "" if value[2].upper() == "NULL" else value[2]
    return _ESCAPED.sub(
        lambda sign: _SIGNS.get(sign[1], sign[1]) if sign[1] else "'", value[1]
    )
