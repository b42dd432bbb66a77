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
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotspot_lite.store import backup, page_one
from hotspot_lite.store.damage import DAMAGE

Row = dict[str, Any]
Values = tuple[Any, ...]
AT_ONCE = 500
# Where a table's end can't be read, so many numbers behind the last known are tried: a
# row a second for an hour.
BEHIND_THE_END = 3600
LEAST_ROW_BYTES = 8
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
    size_bytes: int
    unread: Counter[str] = field(default_factory=Counter)

    def shared(self, table: str, columns: Sequence[Column]) -> list[str]:
        """Those of `columns` that the table has here too; none where it isn't known."""
        here: set[str] = set()
        with suppress(*DAMAGE):
            here = {one.name for one in columns_of(self.connection, table)}
        return [one.name for one in columns if one.name in here]

    def rows(
        self,
        table: str,
        columns: Sequence[Column],
        known: Callable[[], Sequence[Any]],
        after: int = 0,
    ) -> Iterator[list[Values]]:
        """All that can be read, some hundred at a time, the newest numbers first.

        `columns` are the table's as they should be; a row's values are those of
        `shared`. `known` helps over the damage: the highest number of a table of
        numbers, else the keys that may be there, in order. Of a table of numbers only
        those behind `after` are read. What a row holds may be rubbish: see `as_row`.
        """
        names = self.shared(table, columns)
        if not names:
            self.unread[table] += 1
            return
        key = [one.name for one in sorted(columns, key=_place) if one.in_key]
        walk = _Walk(self, table, names, key)
        if len(key) == 1 and _type_of(columns, key[0]) == "INTEGER":
            yield from walk.by_number(max(known(), default=0), after)
        else:
            yield from walk.by_key(known)

    def as_row(
        self, table: str, columns: Sequence[Column], names: list[str], values: Values
    ) -> Row | None:
        """A row by its columns' names; None, and counted, where it is rubbish."""
        row = dict(zip(names, values, strict=True))
        if all(_fits(row[one.name], one) for one in columns if one.name in row):
            return row
        self.unread[table] += 1
        return None


class _Walk:
    """Goes through one table, round the damage."""

    def __init__(
        self, broken: Broken, table: str, names: list[str], key: list[str]
    ) -> None:
        self._broken, self._table, self._key = broken, table, key
        self._places = [names.index(name) for name in key]
        self._select = f"SELECT {', '.join(names)} FROM {table}"  # noqa: S608
        self._names, self._marks = ", ".join(key), ", ".join("?" * len(key))
        # Of this table alone, since SQLite 3.33.
        self._is_sound = self._fetch(f"PRAGMA quick_check({table})", ()) == [("ok",)]

    def by_number(self, last_known: int, after: int) -> Iterator[list[Values]]:
        (key,), (place,) = self._key, self._places
        lost, newest = [], 0
        between = f"{self._select} WHERE {key} BETWEEN ? AND ? ORDER BY {key} DESC"
        for high in range(self._last(last_known), after, -AT_ONCE):
            low = max(after + 1, high - AT_ONCE + 1)
            found = self._fetch(between, (low, high)) or []
            # A damaged page can end a search early, and nothing says so.
            there = set() if self._is_sound else {row[place] for row in found}
            for number in () if self._is_sound else range(high, low - 1, -1):
                if number not in there:
                    one = self._fetch(f"{self._select} WHERE {key} = ?", (number,))
                    if one is None:
                        lost.append(number)
                    found += one or []
            newest = max(newest, *(row[place] for row in found), 0)
            yield found
        # Behind the last that was read there may have been none: counted as one.
        behind = any(number > max(newest, last_known) for number in lost)
        here = sum(last_known < number < newest for number in lost)
        self._broken.unread[self._table] += here + behind

    def _last(self, known: int) -> int:
        """How far to look: what a damaged page says of it may be too low or absurd."""
        query = f"SELECT max({self._key[0]}) FROM {self._table}"  # noqa: S608
        found = self._fetch(query, ()) or [(0,)]
        most = known + self._broken.size_bytes // LEAST_ROW_BYTES
        return max(min(found[0][0] or 0, most), known + BEHIND_THE_END)

    def by_key(self, known: Callable[[], Sequence[Any]]) -> Iterator[list[Values]]:
        """From the front to the damage, from the back to it, and from what is known."""
        if self._is_sound:
            yield from self._until_damage(())
            return
        self._broken.unread[self._table] += 1
        seen: set[Values] = set()
        for way in ("ASC", "DESC"):
            for some in self._until_damage((), way):
                yield self._unseen(some, seen)
        exactly = f"{self._select} WHERE ({self._names}) = ({self._marks})"
        for probe in known():
            if probe in seen:
                continue
            yield self._unseen(self._fetch(exactly, probe) or [], seen)
            for some in self._until_damage(probe):
                fresh = self._unseen(some, seen)
                yield fresh
                if len(fresh) < len(some):
                    break

    def _unseen(self, some: list[Values], seen: set[Values]) -> list[Values]:
        fresh = [row for row in some if self._key_of(row) not in seen]
        seen.update(map(self._key_of, fresh))
        return fresh

    def _key_of(self, row: Values) -> Values:
        return tuple(row[place] for place in self._places)

    def _until_damage(self, behind: Values, way: str = "ASC") -> Iterator[list[Values]]:
        """Rows behind a key, in the one or the other order. Never empty lists."""
        some, reached = list[Values](), behind
        try:
            with closing(self._behind(behind, way)) as cursor:
                for row in cursor:
                    if not self._has_key(row):
                        continue
                    some.append(row)
                    reached = self._key_of(row)
                    if len(some) == AT_ONCE:
                        yield some
                        some = []
        except DAMAGE:
            # Python reads one row ahead: the last before the damage was not given.
            with suppress(*DAMAGE), closing(self._behind(reached, way, 1)) as cursor:
                some += filter(self._has_key, cursor)
        if some:
            yield some

    def _behind(self, key: Values, way: str, most: int = -1) -> sqlite3.Cursor:
        sign = ">" if way == "ASC" else "<"
        where = f"WHERE ({self._names}) {sign} ({self._marks})" if key else ""
        order = ", ".join(f"{name} {way}" for name in self._key)
        query = f"{self._select} {where} ORDER BY {order} LIMIT {most}"
        return self._broken.connection.execute(query, key)

    def _has_key(self, row: Values) -> bool:
        """Whether the key is one: each of ours that is no number is text."""
        is_key = all(isinstance(one, str) for one in self._key_of(row))
        self._broken.unread[self._table] += not is_key
        return is_key

    def _fetch(self, query: str, values: Sequence[Any]) -> list[Values] | None:
        """The rows, or None where they can't be read."""
        try:
            return self._broken.connection.execute(query, values).fetchall()
        except DAMAGE:
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
    return (
        None if connection is None else Broken(connection, has_wal, file.stat().st_size)
    )


def _connected(copy: Path) -> sqlite3.Connection | None:
    connection = sqlite3.connect(copy)
    try:
        # A list of tables with holes is used as far as it goes.
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("PRAGMA cell_size_check = 1")
        if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return connection
    except DAMAGE:
        pass
    connection.close()
    return None


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
