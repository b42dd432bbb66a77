"""How long a page of a million payments takes: python tests/bench/lists.py [count]"""

from __future__ import annotations

import json
import random
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from hotspot_lite import store
from hotspot_lite.store import migrations
from hotspot_lite.trade.reckoning import payment_list
from hotspot_lite.trade.reckoning.payment_list import Wanted

BEGAN, APART_SECONDS = 1_700_000_000, 30
TERMS = {"plan_id": 1, "name": "1 Hour", "price_cents": 2000, "duration_seconds": 3600}
COLUMNS = (
    *("id", "ref", "token_hash", "state", "terms", "amount_cents", "phone", "mac"),
    *("ip", "login_url", "receipt", "result_code", "result_text", "settled_by"),
    *("asked_at", "paid_at", "queries", "clock_believed", "provider", "kind"),
    "redirect_url",
)


def rows(count: int) -> Iterator[tuple[Any, ...]]:
    """Payments of a year of a busy place; seven of ten are paid."""
    dice, terms = random.Random(1), json.dumps(TERMS)
    for number in range(1, count + 1):
        is_paid, at = dice.random() < 0.7, BEGAN + number * APART_SECONDS
        yield (
            *(number, f"ref{number}", f"hash{number}", "paid" if is_paid else "failed"),
            *(terms, dice.choice((1000, 2000, 5000, 20000))),
            *(f"2547{dice.randrange(10**8):08}", f"02:00:00:00:00:{number % 256:02X}"),
            *("", "", f"S{number:09X}" if is_paid else None, "0", "ok", "callback"),
            *(at, at if is_paid else None, 0, 1, "mpesa", "prompt", ""),
        )


def fill(path: Path, count: int) -> None:
    """A database with so many payments."""
    migrations.migrate(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        marks = ",".join("?" * len(COLUMNS))
        connection.executemany(
            f"INSERT INTO payment ({','.join(COLUMNS)}) VALUES ({marks})",  # noqa: S608
            rows(count),
        )


def asked(count: int) -> dict[str, tuple[Wanted, str]]:
    """What is looked for, and the mark from which on."""
    middle = BEGAN + count // 2 * APART_SECONDS
    return {
        "the newest page": (Wanted(), ""),
        "a page in the middle": (Wanted(), f"{middle}.{count // 2}"),
        "the largest": (Wanted(order="most"), ""),
        "the smallest, from the middle": (Wanted(order="least"), f"2000.{count // 2}"),
        "those that failed": (Wanted(state="failed"), ""),
        "those that wait (none)": (Wanted(state="waiting"), ""),
        "those in cash (none)": (Wanted(provider="cash"), ""),
        "a day, the largest first": (
            Wanted(since=middle, until=middle + 86_400, order="most"),
            "",
        ),
        "a whole number": (Wanted(search="0712345678"), ""),
        "a whole receipt": (Wanted(search=f"S{count // 2:09X}"), ""),
        "a part of a number (none)": (Wanted(search="99999999"), ""),
    }


def main(count: int = 1_000_000) -> dict[str, str]:
    """Milliseconds for a page of 100, the best and the worst of five."""
    told = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hotspot.db"
        fill(path, count)
        store.open_file(path)
        for name, (wanted, mark) in asked(count).items():
            times = []
            for _ in range(5):
                began = time.perf_counter()
                payment_list.page(wanted, mark, 100)
                times.append((time.perf_counter() - began) * 1000)
            told[name] = f"{min(times):.1f} – {max(times):.1f} ms"
        store.close()
    return told


if __name__ == "__main__":
    for line in main(*(int(word) for word in sys.argv[1:2])).items():
        print(*line, sep=": ")
