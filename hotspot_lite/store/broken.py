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

Row = dict[str, Any]
Values = tuple[Any, ...]
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

    def shared(self, table: str, columns: Sequence[Column]) -> list[str]:
        """Those of `columns` that the table has here too; none where it isn't known."""
        here: set[str] = set()
        with suppress(sqlite3.Error):
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
        self._is_whole = True

    def by_number(self, last_known: int, after: int) -> Iterator[list[Values]]:
        (key,), (place,) = self._key, self._places
        first, last = self._ends(last_known)
        first = max(first, after + 1)
        lost, newest = [], 0
        between = f"{self._select} WHERE {key} BETWEEN ? AND ? ORDER BY {key} DESC"
        for high in range(last, first - 1, -AT_ONCE):
            low = max(first, high - AT_ONCE + 1)
            found = self._fetch(between, (low, high))
            if found is None:
                found = []
                for number in range(high, low - 1, -1):
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

    def _ends(self, known: int) -> tuple[int, int]:
        ends = []
        for which, guess in (("min", 1), ("max", known + BEHIND_THE_END)):
            query = f"SELECT {which}({self._key[0]}) FROM {self._table}"  # noqa: S608
            found = self._fetch(query, ())
            ends.append(guess if found is None else found[0][0] or 0)
        return max(1, ends[0]), ends[1]

    def by_key(self, known: Callable[[], Sequence[Any]]) -> Iterator[list[Values]]:
        """From the front to the damage, then from the back; between them by `known`."""
        names, marks = ", ".join(self._key), ", ".join("?" * len(self._key))
        backwards = ", ".join(f"{name} DESC" for name in self._key)
        low: Values | None = None
        for some in self._until_damage(f"{self._select} ORDER BY {names}"):
            low = self._key_of(some[-1])
            yield some
        if self._is_whole:
            return
        self._broken.unread[self._table] += 1
        above = f" WHERE ({names}) > ({marks})" if low else ""
        back = f"{self._select}{above} ORDER BY {backwards}"
        high: Values | None = None
        for some in self._until_damage(back, low or ()):
            high = self._key_of(some[-1])
            yield some
        for probe in known():
            if (low and probe <= low) or (high and probe >= high):
                continue
            below = f" AND ({names}) < ({marks})" if high else ""
            onwards = f"{self._select} WHERE ({names}) >= ({marks}){below}"
            query = f"{onwards} ORDER BY {names}"
            for some in self._until_damage(query, (*probe, *(high or ()))):
                low = self._key_of(some[-1])
                yield some

    def _key_of(self, row: Values) -> Values:
        return tuple(row[place] for place in self._places)

    def _until_damage(
        self, query: str, values: Sequence[Any] = ()
    ) -> Iterator[list[Values]]:
        """Never empty lists; `_is_whole` says whether it came to the end."""
        self._is_whole, some = True, list[Values]()
        try:
            with closing(self._broken.connection.execute(query, values)) as cursor:
                for row in cursor:
                    if not all(isinstance(one, str) for one in self._key_of(row)):
                        self._broken.unread[self._table] += 1
                        continue
                    some.append(row)
                    if len(some) == AT_ONCE:
                        yield some
                        some = []
        except sqlite3.Error:
            self._is_whole = False
        if some:
            yield some

    def _fetch(self, query: str, values: Sequence[Any]) -> list[Values] | None:
        """The rows, or None where they can't be read."""
        try:
            return self._broken.connection.execute(query, values).fetchall()
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
