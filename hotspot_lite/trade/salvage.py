"""Rows of the replaced database are laid over the restored one, table by table.

Never backwards: where a -wal was lost, the file is older than the backup in places. A
row that doesn't fit (its parent is gone, its code is another's) is refused and counted.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError, chunked

from hotspot_lite import store
from hotspot_lite.store import broken
from hotspot_lite.store.broken import Broken, Column, Row
from hotspot_lite.trade.salvage_rules import DECISIONS, LATER, LEFT, Decision

# A time before 2015 or ten years ahead is rubbish that looks like a number.
EARLIEST, AHEAD_SECONDS = 1_420_000_000, 10 * 365 * 86_400
# What a table's rows need before they are laid over; None refuses the row.
Mend = Callable[[Row], Row | None]
AMONG_THE_NEWEST = ("event", "audit", "payment", "money_fact", "voucher")


@dataclass
class Laid:
    """What came of it: rows by their table, and which vouchers were seen."""

    new: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    is_newer: bool = False
    # By their table: numbers of rows that came or changed.
    touched: dict[str, set[Any]] = field(default_factory=lambda: defaultdict(set))
    vouchers: set[int] = field(default_factory=set)  # read, used or not


@dataclass
class Layer:
    """One overlay: from where, how far back by hand, and what is mended first."""

    old: Broken
    now: int
    by_hand: bool
    mends: dict[str, Mend] = field(default_factory=dict)
    afterwards: dict[str, Callable[[], object]] = field(default_factory=dict)
    laid: Laid = field(default_factory=Laid)

    def lay(self, without: Iterable[str] = ()) -> Laid:
        """Lay every table over that has rows to take, in their order."""
        self.laid.is_newer = self._is_newer()
        for table, decision in DECISIONS.items():
            if decision.what != LEFT and table not in without:
                self.lay_table(table)
                self.afterwards.get(table, lambda: None)()
        for (table, column), parent in LATER.items():
            # Of the names above.
            _run(
                f"UPDATE {table} SET {column} = NULL WHERE {column} IS NOT NULL"  # noqa: S608
                f" AND {column} NOT IN (SELECT id FROM {parent})"
            )
        return self.laid

    def lay_table(self, table: str) -> None:
        """Lay one table over."""
        one = _Table(table)
        known = one.known()
        after = known[-1] if DECISIONS[table].is_record else 0
        again: list[Row] = []
        for rows in self.old.rows(table, one.columns, known, after):
            again += self._lay_rows(one, rows)
        # What stood in the way may have changed by now: a till that was still open.
        self.laid.refused[table] += len(self._lay_rows(one, again))

    def _lay_rows(self, one: _Table, rows: Sequence[Row]) -> list[Row]:
        """Lay rows of one table over; those that may fit when tried again."""
        again = []
        for some in chunked(rows, broken.AT_ONCE):
            mine = one.mine(some)
            again += [
                row
                for row in some
                if not self._lay_row(one, row, mine.get(one.key_of(row)))
            ]
        return again

    def _lay_row(self, one: _Table, row: Row, mine: Row | None) -> bool:
        """False where it may fit when it is tried again."""
        if one.name == "voucher":
            self.laid.vouchers.add(row["id"])
        if mine is not None and all(mine[name] == row[name] for name in row):
            return True
        mend = self.mends.get(one.name)
        wanted = mend(row) if mend else row
        if wanted is None or not self._is_likely(wanted):
            self.laid.refused[one.name] += 1
        elif mine is not None:
            return self._change(one, wanted, mine)
        elif not one.find_parents(wanted):
            self.laid.refused[one.name] += 1
        elif not one.insert(wanted):
            return False
        else:
            self.laid.new[one.name] += 1
            self._touch(one, wanted)
        return True

    def _change(self, one: _Table, row: Row, mine: Row) -> bool:
        decision = DECISIONS[one.name]
        if any(row[name] != mine[name] for name in decision.same if name in row):
            self.laid.refused[one.name] += 1
            return True
        step = compared(decision, mine, row)
        if step < 0 or (step == 0 and not self.laid.is_newer):
            return True
        if decision.is_choice and self.by_hand:
            return True
        if not one.find_parents(row):
            self.laid.refused[one.name] += 1
            return True
        change = {name: row[name] for name in row if row[name] != mine[name]}
        if change and not one.change(row, change):
            return False
        if change:
            self.laid.changed[one.name] += 1
            self._touch(one, row)
        return True

    def _touch(self, one: _Table, row: Row) -> None:
        self.laid.touched[one.name].add(one.key_of(row)[0])
        if one.name == "subscription" and row["payment_id"]:
            self.laid.touched["payment"].add(row["payment_id"])

    def _is_likely(self, row: Row) -> bool:
        latest = self.now + AHEAD_SECONDS
        times = (row[n] for n in row if n == "at" or n.endswith("_at"))
        return all(not at or EARLIEST <= at <= latest for at in times)

    def _is_newer(self) -> bool:
        """Whether anything there is behind the newest here, and nothing before it."""
        steps = []
        for table in AMONG_THE_NEWEST:
            key = "seq" if table == "event" else "id"
            query = f"SELECT max({key}) FROM {table}"  # noqa: S608
            try:
                theirs = self.old.connection.execute(query).fetchone()[0] or 0
            except sqlite3.Error:
                continue
            steps.append(theirs - (_run(query).fetchone()[0] or 0))
        return bool(steps) and min(steps) >= 0


def compared(decision: Decision, mine: Row, theirs: Row) -> int:
    """Above 0: theirs is certainly later; below 0: mine is; 0: nothing tells."""
    steps = [_less(mine[n], theirs[n]) for n in decision.grows if n in theirs]
    for name, states in decision.order.items():
        places = [_place(states, row[name]) for row in (mine, theirs)]
        steps.append(_less(*places))
    return min(steps) if min(steps, default=0) < 0 else max(steps, default=0)


def _less(mine: Any, theirs: Any) -> int:
    if mine == theirs:
        return 0
    if mine is None or theirs is None:
        return 1 if mine is None else -1
    return 1 if theirs > mine else -1


def _place(states: Sequence[str], state: str) -> int:
    return states.index(state) if state in states else 0


class _Table:
    """A table of the restored database, by names that our own steps gave."""

    def __init__(self, name: str) -> None:
        self.name = name
        connection = store.database.connection()
        self.columns: list[Column] = broken.columns_of(connection, name)
        key = sorted((c for c in self.columns if c.in_key), key=lambda c: c.in_key)
        self.key = [one.name for one in key]
        self.may_be_null = {c.name for c in self.columns if not c.is_needed}
        rows = _run(f"PRAGMA foreign_key_list({name})").fetchall()
        # Its place 4 is the parent's column; unnamed it is the parent's key.
        self.parents = {row[3]: row[2] for row in rows if (name, row[3]) not in LATER}

    def key_of(self, row: Row) -> tuple[Any, ...]:
        return tuple(row[name] for name in self.key)

    def known(self) -> list[Any]:
        names = ", ".join(self.key)
        if len(self.key) == 1 and self._is_number(self.key[0]):
            newest = _run(f"SELECT max({names}) FROM {self.name}").fetchone()[0]  # noqa: S608
            return [newest or 0]
        found = _run(f"SELECT {names} FROM {self.name} ORDER BY {names}")  # noqa: S608
        return [tuple(row) for row in found.fetchall()]

    def mine(self, rows: Sequence[Row]) -> dict[tuple[Any, ...], Row]:
        """Those of the same keys that are here."""
        where = " AND ".join(f"{name} = ?" for name in self.key)
        names = [one.name for one in self.columns]
        select = f"SELECT * FROM {self.name} WHERE "  # noqa: S608
        if len(self.key) == 1:
            marks = ", ".join("?" * len(rows))
            keys = [row[self.key[0]] for row in rows]
            found = _run(f"{select}{self.key[0]} IN ({marks})", keys).fetchall()
        else:
            found = [
                one
                for row in rows
                for one in _run(select + where, self.key_of(row)).fetchall()
            ]
        mine = (dict(zip(names, values, strict=True)) for values in found)
        return {self.key_of(row): row for row in mine}

    def find_parents(self, row: Row) -> bool:
        """Whether what it points to is here; a key that may be empty is emptied."""
        for name, parent in self.parents.items():
            value = row.get(name)
            if value is None or _exists(parent, value):
                continue
            if name not in self.may_be_null:
                return False
            row[name] = None
        return True

    def insert(self, row: Row) -> bool:
        names, marks = ", ".join(row), ", ".join("?" * len(row))
        sql = f"INSERT INTO {self.name} ({names}) VALUES ({marks})"  # noqa: S608
        return _tried(sql, list(row.values()))

    def change(self, row: Row, change: Row) -> bool:
        sets = ", ".join(f"{name} = ?" for name in change)
        where = " AND ".join(f"{name} = ?" for name in self.key)
        sql = f"UPDATE {self.name} SET {sets} WHERE {where}"  # noqa: S608
        return _tried(sql, [*change.values(), *self.key_of(row)])

    def _is_number(self, name: str) -> bool:
        return any(c.name == name and c.type == "INTEGER" for c in self.columns)


def _exists(parent: str, value: Any) -> bool:
    key = {"session": "uniq", "agent": "staff_id"}.get(parent, "id")
    sql = f"SELECT 1 FROM {parent} WHERE {key} = ?"  # noqa: S608
    return _run(sql, (value,)).fetchone() is not None


def _tried(sql: str, values: Sequence[Any]) -> bool:
    try:
        _run(sql, values)
    except IntegrityError:  # its code or receipt is another's, or no value may be so
        return False
    return True


def _run(sql: str, values: Sequence[Any] = ()) -> Any:
    return store.database.execute_sql(sql, values)


def each_row(old: Broken, table: str, after: int = 0) -> Iterator[Row]:
    """Every row that can be read behind the number `after`, the newest first."""
    one = _Table(table)
    for rows in old.rows(table, one.columns, one.known(), after):
        yield from rows
