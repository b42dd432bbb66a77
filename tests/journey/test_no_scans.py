"""What a box does all day reads no table from end to end that grows with the years."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite import journey, store
from hotspot_lite.radius import policy
from hotspot_lite.trade.keeping.lasting import FOR_EVER, LASTS

sys.path.insert(0, str(Path(__file__).parent.parent / "bench"))
from frequent import PAGES, pages_of, things
from old_box import OldBox

# A month: on fewer rows SQLite rightly scans, and a look back by days would not differ
# from one at everything. It is planned for without statistics, as before the first
# `PRAGMA optimize`, with true ones, and with those of three years: each has its ways.
SALES, AS_IF_TIMES = 10_000, (0, 1, 33)
GROWING = {name for name, (how_long, _) in LASTS.items() if how_long == FOR_EVER}
GROWING |= {"session", "usage_day", "message", "event"}
# An index of so few of a table's rows may be read from end to end: what is open.
FEW = 0.05
# To look at a row takes SQLite's machine four steps at least; the same for the few
# things that look back eight days (overdue) is less than this.
MOST_STEPS = 3 * SALES
TICK = 100
LOOKS_BACK = {"admin: reports": "a month, or as far as the staff wants"}
# Words of a statement, and why it may.
EXCUSED: dict[str, str] = {
    'FROM "event" AS "t1" WHERE ("t1"."channel" = ?) ORDER BY "t1"."seq" DESC LIMIT': (
        "all events are of the one channel: it ends after the first few"
    ),
    'FROM "undecided" AS "t1" WHERE ("t1"."payment_id" = ?)': (
        "on the page of one payment; of a thousand sales a few are ever in doubt"
    ),
}


@dataclass
class Statement:
    """A statement as it was run first: by what, with which values, how it went."""

    thing: str
    sql: str
    values: Any
    steps: int = 0
    plan: Sequence[str] = ()

    def __str__(self) -> str:
        lines = (f"{self.thing}: {self.sql}", f"with {self.values}", *self.plan)
        return "\n  ".join((*lines, f"{self.steps} steps"))


@dataclass
class Ear:
    """Hears every statement of this thread's connection, and how far each has to go."""

    heard: dict[tuple[str, str], Statement] = field(default_factory=dict)
    thing: str = ""
    newest: Statement | None = None

    def run(self, sql: str, values: Any = None, *rest: Any) -> Any:
        new = Statement(self.thing, sql, values)
        self.newest = self.heard.setdefault((self.thing, sql), new)
        return self.execute(sql, values, *rest)

    def tick(self) -> None:
        if self.newest is not None:
            self.newest.steps += TICK

    def __enter__(self) -> Ear:
        self.execute = store.database.execute_sql
        store.database.execute_sql = self.run
        store.database.connection().set_progress_handler(self.tick, TICK)
        return self

    def __exit__(self, *_: object) -> None:
        store.database.execute_sql = self.execute
        store.database.connection().set_progress_handler(None, 0)

    def look_at_plans(self) -> None:
        """While the tables still are as the newest thing left them."""
        for one in self.heard.values():
            if not one.plan and not one.sql.startswith("PRAGMA"):
                one.plan = plan_of(one.sql, one.values, self.execute)


def plan_of(sql: str, values: Any, execute: Any) -> list[str]:
    explained = execute(f"EXPLAIN QUERY PLAN {sql}", values).fetchall()
    return [line for *_, line in explained]


@pytest.fixture(scope="module", params=AS_IF_TIMES)
def heard(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[Statement]]:
    """All that a day asks of the database."""
    with OldBox(tmp_path_factory.mktemp("box"), SALES, request.param) as box:
        found = things(box) | pages_of(box, PAGES)
        journey.reconcile()  # its first look, and one an hour, is at all of years
        with Ear() as ear:
            for name, thing in found.items():
                ear.thing = name
                thing()
                ear.look_at_plans()
        yield list(ear.heard.values())


def small_indexes() -> set[str]:
    """Partial indexes that hold few of their table's rows."""
    rows = store.database.execute_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master"
        " WHERE type = 'index' AND sql LIKE '% WHERE %'"
    ).fetchall()
    found = set()
    for name, table, sql in rows:
        words = re.split(r"\bWHERE\b", sql, maxsplit=1)[1]
        sums = f"SELECT count(*), coalesce(sum({words}), 0) FROM {table}"
        count, held = store.database.execute_sql(sums).fetchone()
        if held <= count * FEW:
            found.add(name)
    return found


def scanned(one: Statement, small: set[str]) -> list[str]:
    """The lines of its plan that read a growing table from end to end."""
    tables = {alias: name for name, alias in re.findall(r'"(\w+)" AS "(\w+)"', one.sql)}
    is_sorted = any("TEMP B-TREE" in line for line in one.plan)
    is_short = "LIMIT" in one.sql and "WHERE" not in one.sql and not is_sorted
    found = []
    for line in one.plan:
        scan = re.match(r"SCAN (\w+)(?: USING (?:COVERING )?INDEX (\w+))?", line)
        if scan is None or scan[2] in small or is_short:
            continue
        if tables.get(scan[1], scan[1]) in GROWING:
            found.append(line)
    return found


def is_excused(one: Statement) -> bool:
    return any(words in one.sql for words in EXCUSED)


def test_nothing_frequent_scans_a_table_that_grows(heard: list[Statement]) -> None:
    small = small_indexes()
    wrong = [one for one in heard if scanned(one, small) and not is_excused(one)]
    assert not wrong, "\n".join(map(str, wrong))


def test_nothing_frequent_looks_at_as_many_rows_as_there_are_sales(
    heard: list[Statement],
) -> None:
    some = [one for one in heard if one.thing not in LOOKS_BACK]
    wrong = [one for one in some if one.steps > MOST_STEPS]
    assert not wrong, "\n".join(map(str, wrong))


def test_a_login_is_found_by_indexes(heard: list[Statement]) -> None:
    # Its plan is full of scans: of a view of one row, and of the newest event.
    values = {"username": "c0000001", "name_mac": "", "mac": "0A:00:00:00:00:01"}
    with Ear() as ear:
        assert ear.run(policy.LOGIN_SQL, values).fetchone()
    (login,) = ear.heard.values()
    assert 0 < login.steps < SALES / 10


def test_what_is_excused_is_still_asked(heard: list[Statement]) -> None:
    for words in EXCUSED:
        assert [one for one in heard if words in one.sql], words


def test_a_scan_is_seen(heard: list[Statement]) -> None:
    sql = 'SELECT "t1"."id" FROM "payment" AS "t1" WHERE "t1"."result_text" = ?'
    bad = Statement("a test", sql, ("x",))
    bad.plan = plan_of(sql, ("x",), store.database.execute_sql)
    assert scanned(bad, small_indexes()) == ["SCAN t1"]
