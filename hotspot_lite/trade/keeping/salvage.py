"""Rows of the replaced database are laid over the restored one, table by table.

Never backwards: where a -wal was lost, the file is older than the backup in places. A
row that doesn't fit (its parent is gone, its code is another's) is refused and counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.store import broken
from hotspot_lite.store.broken import Broken, Column, Row, Values
from hotspot_lite.store.damage import DAMAGE
from hotspot_lite.trade.keeping.salvage_rules import DECISIONS, LATER, LEFT, Decision

# A time before 2015 or ten years ahead is rubbish that looks like a number.
EARLIEST, AHEAD_SECONDS = 1_420_000_000, 10 * 365 * 86_400
# What a table's rows need before they are laid over; None refuses the row.
Mend = Callable[[Row], Row | None]
# Orphans, whose own children are orphans then, and so on.
MOST_GENERATIONS = 5
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

    def seen(self, table: str, key: Values) -> None:
        """The file tells of this row."""
        if table == "voucher":
            self.vouchers.add(key[0])


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
        # A key to a row that comes later (LATER) is looked at when all is done.
        _run("PRAGMA defer_foreign_keys = ON")
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
        self._drop_orphans()
        return self.laid

    def _drop_orphans(self) -> None:
        """One row that leads nowhere would keep all from being committed."""
        for _ in range(MOST_GENERATIONS):
            found = _run("PRAGMA foreign_key_check").fetchall()
            for table, parent, place in {(row[0], row[2], row[3]) for row in found}:
                self._drop(table, parent, place)
            if not found:
                return

    def _drop(self, table: str, parent: str, place: int) -> None:
        # By the key itself: a table without rowids has no other number for a row.
        keys = _run(f"PRAGMA foreign_key_list({table})").fetchall()
        name = next(row[3] for row in keys if row[0] == place)
        gone = _run(
            f"DELETE FROM {table} WHERE {name} NOT IN"  # noqa: S608
            f" (SELECT {_key_to(parent)} FROM {parent})"
        )
        self.laid.refused[table] += int(gone.rowcount)

    def lay_table(self, table: str) -> None:
        """Lay one table over."""
        one = _Table(table, self.old)
        after = one.known()[-1] if DECISIONS[table].is_record else 0
        again: list[Row] = []
        for some in self.old.rows(table, one.columns, one.known, after):
            again += self._lay_rows(one, some)
        # What stood in the way may have changed by now: a till that was still open.
        for row in again:
            mine = one.mine([tuple(row.values())]).get(one.key_of(row))
            if not self._lay_row(one, row, mine):
                self.laid.refused[table] += 1

    def _lay_rows(self, one: _Table, some: Sequence[Values]) -> list[Row]:
        """Lay rows of one table over; those that may fit when tried again."""
        again, mine = [], one.mine(some)
        for values in some:
            key = one.key_in(values)
            here = mine.get(key)
            if here == values:  # by far the most
                self.laid.seen(one.name, key)
                continue
            row = one.as_row(values)
            if row is None:
                continue
            self.laid.seen(one.name, key)
            if not self._lay_row(one, row, here):
                again.append(row)
        return again

    def _lay_row(self, one: _Table, row: Row, values: Values | None) -> bool:
        """False where it may fit when it is tried again; `values` are those here."""
        mine = None if values is None else dict(zip(row, values, strict=True))
        mend = self.mends.get(one.name)
        wanted = mend(row) if mend else row
        # Without its key SQLite would give it a number, perhaps another row's.
        if wanted is None or None in one.key_of(wanted) or not self._is_likely(wanted):
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
                theirs = self.old.connection.execute(query).fetchone()[0]
            except DAMAGE:
                continue
            if theirs and theirs > 0:  # or it is a damage that says so: none is empty
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

    def __init__(self, name: str, old: Broken) -> None:
        self.name, self._old = name, old
        connection = store.database.connection()
        self.columns: list[Column] = broken.columns_of(connection, name)
        self.names = old.shared(name, self.columns)
        key = sorted((c for c in self.columns if c.in_key), key=lambda c: c.in_key)
        self.key = [one.name for one in key]
        self._places = [self.names.index(n) for n in self.key if n in self.names]
        self.may_be_null = {c.name for c in self.columns if not c.is_needed}
        rows = _run(f"PRAGMA foreign_key_list({name})").fetchall()
        # Its place 3 is the column here, 2 the parent.
        self.parents = {row[3]: row[2] for row in rows if (name, row[3]) not in LATER}

    def key_of(self, row: Row) -> Values:
        return tuple(row[name] for name in self.key)

    def key_in(self, values: Values) -> Values:
        return tuple(values[place] for place in self._places)

    def as_row(self, values: Values) -> Row | None:
        return self._old.as_row(self.name, self.columns, self.names, values)

    def known(self) -> list[Any]:
        names = ", ".join(self.key)
        if len(self.key) == 1 and self._is_number(self.key[0]):
            newest = _run(f"SELECT max({names}) FROM {self.name}").fetchone()[0]  # noqa: S608
            return [newest or 0]
        found = _run(f"SELECT {names} FROM {self.name} ORDER BY {names}")  # noqa: S608
        return [tuple(row) for row in found.fetchall()]

    def mine(self, some: Sequence[Values]) -> dict[Values, Values]:
        """What is here between the first and the last of their keys."""
        if not some:
            return {}
        keys = [self.key_in(values) for values in some]
        names, marks = ", ".join(self.key), ", ".join("?" * len(self.key))
        found = _run(
            f"SELECT {', '.join(self.names)} FROM {self.name}"  # noqa: S608
            f" WHERE ({names}) >= ({marks}) AND ({names}) <= ({marks})",
            (*min(keys), *max(keys)),
        )
        return {self.key_in(values): values for values in found.fetchall()}

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


def _key_to(parent: str) -> str:
    return {"session": "uniq", "agent": "staff_id"}.get(parent, "id")


def _exists(parent: str, value: Any) -> bool:
    sql = f"SELECT 1 FROM {parent} WHERE {_key_to(parent)} = ?"  # noqa: S608
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
    one = _Table(table, old)
    for some in old.rows(table, one.columns, one.known, after):
        yield from filter(None, map(one.as_row, some))


def newest(table: str) -> int:
    """The highest number of a table here."""
    return int(_run(f"SELECT max(rowid) FROM {table}").fetchone()[0] or 0)  # noqa: S608
