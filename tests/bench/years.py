"""Makes the database of a box that has sold for so long, in seconds, by plain SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from hotspot_lite.trade.goods.catalogue import Terms
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


def fill(file: Path, sales: int, now: int) -> None:
    """Write so many sales into a new database, the last of them just now.

    Statistics are made as the box's own hourly `PRAGMA optimize` would.
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
        connection.execute("PRAGMA analysis_limit = 1000")
        connection.execute("ANALYZE")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


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
