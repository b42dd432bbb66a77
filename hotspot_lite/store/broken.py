"""Reading what is left of a broken database: row by row, round the damage.

Only a copy is opened, so what was moved aside stays as the power cut left it, with its
-wal. Where the first page is lost, `page_one` makes another. What SQLite still gives
may be rubbish: a row counts only if each value has its column's type and no text holds
what a zeroed sector leaves.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotspot_lite.store import backup, page_one

Row = dict[str, Any]
AT_ONCE = 500
# Where a table's end can't be read, so many numbers behind the last known are tried: a
# row a second for an hour.
BEHIND_THE_END = 3600
TYPES: dict[str, tuple[type, ...]] = {
    "INTEGER": (int,),
    "TEXT": (str,),
    "BLOB": (bytes,),
    "REAL": (float, int),
}


@dataclass(frozen=True)
class Column:
    """One column, as SQLite tells it: its place in the primary key is from 1 on."""

    name: str
    type: str
    is_needed: bool
    in_key: int


@dataclass
class Broken:
    """A database of which parts can't be read; `unread` counts rows by their table."""

    connection: sqlite3.Connection
    has_wal: bool
    unread: Counter[str] = field(default_factory=Counter)

    def columns(self, table: str) -> list[str]:
        """The names of a table's columns here; none where it isn't known."""
        with suppress(sqlite3.Error):
            return [one.name for one in columns_of(self.connection, table)]
        return []

    def rows(
        self,
        table: str,
        columns: Sequence[Column],
        known: Sequence[Any],
        after: int = 0,
    ) -> Iterator[list[Row]]:
        """All that can be read, some hundred at a time, the newest numbers first.

        `columns` are the table's as they should be. `known` helps over the damage: the
        highest number of a table of numbers, else keys that may be there, in order. Of
        a table of numbers only those behind `after` are read.
        """
        here = set(self.columns(table))
        if not here:
            self.unread[table] += 1
            return
        key = [one.name for one in sorted(columns, key=_place) if one.in_key]
        is_numbered = len(key) == 1 and _type_of(columns, key[0]) == "INTEGER"
        ours = [one.name for one in columns if one.name in here]
        if is_numbered:
            walk = self._by_number(table, key[0], known[-1] if known else 0, after)
        else:
            walk = self._by_key(table, key, known)
        for some in walk:
            sound = [row for row in some if _is_sound(row, columns)]
            self.unread[table] += len(some) - len(sound)
            if sound:
                yield [{name: row[name] for name in ours} for row in sound]

    def _by_number(
        self, table: str, key: str, last_known: int, after: int
    ) -> Iterator[list[Row]]:
        first, last = self._ends(table, key, last_known)
        first = max(first, after + 1)
        select = f"SELECT * FROM {table} WHERE {key}"  # noqa: S608
        lost, newest = [], 0
        for high in range(last, first - 1, -AT_ONCE):
            low = max(first, high - AT_ONCE + 1)
            query = f"{select} BETWEEN ? AND ? ORDER BY {key} DESC"
            found = self._fetch(query, (low, high))
            if found is None:
                found = []
                for number in range(high, low - 1, -1):
                    one = self._fetch(f"{select} = ?", (number,))
                    if one is None:
                        lost.append(number)
                    found += one or []
            newest = max(newest, *(row[key] for row in found), 0)
            yield found
        # Behind the last that was read there may have been none: counted as one.
        behind = any(number > max(newest, last_known) for number in lost)
        self.unread[table] += sum(last_known < n < newest for n in lost) + behind

    def _ends(self, table: str, key: str, known: int) -> tuple[int, int]:
        ends = []
        for which, guess in (("min", 1), ("max", known + BEHIND_THE_END)):
            found = self._fetch(f"SELECT {which}({key}) AS n FROM {table}", ())  # noqa: S608
            ends.append(guess if found is None else found[0]["n"] or 0)
        return max(1, ends[0]), ends[1]

    def _by_key(
        self, table: str, key: list[str], known: Sequence[Any]
    ) -> Iterator[list[Row]]:
        """From the front, behind each damage from the next known key on; then back."""
        names, marks = ", ".join(key), ", ".join("?" * len(key))
        select = f"SELECT * FROM {table}"  # noqa: S608
        seen: set[tuple[Any, ...]] = set()
        found, is_whole = self._until_damage(f"{select} ORDER BY {names}", ())
        yield _new(found, key, seen)
        if is_whole:
            return
        self.unread[table] += 1
        backwards = ", ".join(f"{name} DESC" for name in key)
        found, _ = self._until_damage(f"{select} ORDER BY {backwards}", ())
        yield _new(found, key, seen)
        behind = f"{select} WHERE ({names}) >= ({marks}) ORDER BY {names}"
        reached = max(seen, default=())
        for probe in known:
            if probe not in seen and (not reached or probe < reached):
                found, _ = self._until_damage(behind, probe)
                yield _new(found, key, seen)

    def _until_damage(
        self, query: str, values: Sequence[Any]
    ) -> tuple[list[Row], bool]:
        found: list[Row] = []
        try:
            with closing(self.connection.execute(query, values)) as cursor:
                for row in cursor:
                    found.append(dict(row))
        except sqlite3.Error:
            return found, False
        return found, True

    def _fetch(self, query: str, values: Sequence[Any]) -> list[Row] | None:
        """The rows, or None where they can't be read."""
        try:
            return [dict(row) for row in self.connection.execute(query, values)]
        except sqlite3.Error:
            return None


@contextmanager
def opened(file: Path, work: Path) -> Iterator[Broken | None]:
    """What is left of the database `file`; None where nothing can be read.

    Its copy lies in `work` meanwhile. Where there is no room for one, nothing is read.
    """
    with backup.scratch(work) as folder:
        found = _copied(file, folder / file.name)
        if found is None:
            yield None
            return
        with closing(found.connection):
            yield found


def columns_of(connection: Any, table: str) -> list[Column]:
    """The columns of a table of ours."""
    # Of names that our own steps gave.
    rows = connection.execute(f"PRAGMA table_info({table})").fetchall()
    return [Column(row[1], row[2], bool(row[3]), row[5]) for row in rows]


# -- How -----------------------------------------------------------------------


def _copied(file: Path, copy: Path) -> Broken | None:
    wal = Path(f"{file}-wal")
    has_wal = wal.exists() and wal.stat().st_size > 0
    try:
        shutil.copyfile(file, copy)
        if has_wal:
            shutil.copyfile(wal, f"{copy}-wal")
        page_one.forget_length(copy)
    except OSError:
        return None
    connection = _connected(copy)
    if connection is None and page_one.make_anew(copy):
        connection = _connected(copy)
    return None if connection is None else Broken(connection, has_wal)


def _connected(copy: Path) -> sqlite3.Connection | None:
    connection = sqlite3.connect(copy)
    connection.row_factory = sqlite3.Row
    try:
        # A list of tables with holes is used as far as it goes.
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA cell_size_check = 1")
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return connection
    except sqlite3.Error:
        pass
    connection.close()
    return None


def _new(found: list[Row], key: list[str], seen: set[tuple[Any, ...]]) -> list[Row]:
    rows = []
    for row in found:
        name = tuple(row[one] for one in key)
        if name not in seen:
            seen.add(name)
            rows.append(row)
    return rows


def _is_sound(row: Row, columns: Sequence[Column]) -> bool:
    return all(_fits(row[one.name], one) for one in columns if one.name in row)


def _fits(value: Any, column: Column) -> bool:
    if value is None:
        return not column.is_needed
    if not isinstance(value, TYPES.get(column.type, (object,))):
        return False
    return not (isinstance(value, str) and "\0" in value)


def _place(column: Column) -> int:
    return column.in_key


def _type_of(columns: Sequence[Column], name: str) -> str:
    return next(one.type for one in columns if one.name == name)
