"""Makes the database of a box that has sold for so long, in seconds, by plain SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hotspot_lite.trade.goods.catalogue import Terms
from hotspot_lite.trade.keeping import tidying
from hotspot_lite.trade.money import ledger

SALES_A_DAY = 300
APART_SECONDS = 86_400 // SALES_A_DAY
TERMS = Terms(1, "1 Hour", 2000, 3600, None, "2M/4M", 1, "sale")
SCRIPT = Path(__file__).with_suffix(".sql")
PLAN = (
    "INSERT INTO plan (id, name, price_cents, duration_seconds, rate, devices, starts,"
    " on_sale, made_at) VALUES (1, '1 Hour', 2000, 3600, '2M/4M', 1, 'sale', 1, 0)"
)
FACTS = (
    "INSERT INTO money_fact (at, kind, amount_cents, payment_id, detail, who, hash)"
    " VALUES (:at, :kind, :amount_cents, :payment_id, :detail, :who, :hash)"
)
PAID = "SELECT id, paid_at FROM payment WHERE paid_at IS NOT NULL ORDER BY paid_at"


def fill(file: Path, sales: int, now: int, as_if_times: int = 1) -> None:
    """Write so many sales into a new database, the last of them just now.

    Statistics are made as the box's own hourly `PRAGMA optimize` would; they may tell
    of so many times as many rows, by which SQLite then plans, or there are none (0).
    """
    told = {"now": now, "sales": sales, "apart": APART_SECONDS}
    with closing(sqlite3.connect(file)) as connection:
        with connection:
            connection.execute("CREATE TEMP TABLE given (terms TEXT)")
            connection.execute("INSERT INTO given VALUES (?)", (TERMS.as_json(),))
            connection.execute(PLAN)
            for statement in _statements():
                connection.execute(statement, told)
            paid = connection.execute(PAID).fetchall()
            connection.executemany(FACTS, _facts(paid))
        connection.execute(f"PRAGMA analysis_limit = {tidying.ANALYSED_ROWS}")
        if as_if_times:
            connection.execute("ANALYZE")
        if as_if_times > 1:
            _pretend(connection, as_if_times)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _pretend(connection: sqlite3.Connection, times: int) -> None:
    """Statistics of a table `times` as long: rows in all, and rows of one key."""
    with connection:
        found = connection.execute("SELECT rowid, stat FROM sqlite_stat1").fetchall()
        for row, stat in found:
            counts = [int(word) for word in stat.split() if word.isdigit()]
            told = [str(count * times if count > 1 else 1) for count in counts]
            change = "UPDATE sqlite_stat1 SET stat = ? WHERE rowid = ?"
            connection.execute(change, (" ".join(told), row))


def _statements() -> Iterator[str]:
    statement = ""
    for line in SCRIPT.read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _facts(paid: list[tuple[int, int]]) -> Iterator[dict[str, object]]:
    """Each payment's two facts, chained as the ledger chains them."""
    before = ""
    for payment_id, at in paid:
        for kind in ("taken", "given"):
            fact: dict[str, object] = {
                "at": at,
                "kind": kind,
                "amount_cents": 2000,
                "payment_id": payment_id,
                "detail": "callback",
                "who": "",
            }
            before = ledger.hash_of(fact, before)
            yield fact | {"hash": before}
