"""The portal while the back office works: an import, an export, messages to many.

python tests/bench/bulk.py [PEOPLE]

The first page is asked for twenty times a second: with nothing else going on, then
while each of them runs. What counts is how much slower the slowest hundredth gets.
"""

from __future__ import annotations

import http.client
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from common import NO_LIMIT, running_box

from hotspot_lite import box as boxes
from hotspot_lite import store
from hotspot_lite.stage import Stage
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.office import exports, imports, reports, uploads

ZONE = "Africa/Nairobi"
EVERY_SECONDS = 0.05
REST_SECONDS = 20
PAYMENTS = 50_000
SETTINGS = {
    "HOTSPOT_SMS_PER_MINUTE": str(NO_LIMIT),
    "HOTSPOT_MESSAGE_QUIET_FROM": "0",
    "HOTSPOT_MESSAGE_QUIET_UNTIL": "0",
}


def ask(stage: Stage, sql: str) -> str:
    """One value of the box's database."""
    file = stage.folder / "data" / "hotspot.db"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        (value,) = connection.execute(sql).fetchone() or ("",)
    return str(value)


def portal(stage: Stage, goes_on: Callable[[], bool]) -> list[float]:
    """How long the first page took, each time, as long as something goes on.

    A visitor comes when it is its time, whether or not the one before has its page:
    what it waited for that counts.
    """
    visitor = stage.town.visitor()
    words = {"mac": visitor.mac, "ip": visitor.ip}
    parts = urlsplit(stage.town.portal_url)
    took: list[float] = []
    due = time.perf_counter()
    while goes_on():
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        connection.request("GET", f"/?{urlencode(words)}")
        connection.getresponse().read()
        connection.close()
        took.append(time.perf_counter() - due)
        due += EVERY_SECONDS
        time.sleep(max(0.0, due - time.perf_counter()))
    return took


def p99(took: list[float]) -> float:
    """The slowest hundredth, in milliseconds."""
    return sorted(took)[int(len(took) * 0.99)] * 1000


def until_state(stage: Stage, table: str, *states: str) -> Callable[[], bool]:
    """Whether the newest row of a table is in none of these states."""
    sql = f"SELECT state FROM {table} ORDER BY id DESC LIMIT 1"
    last = [0.0]

    def goes_on() -> bool:
        if time.monotonic() - last[0] < 0.5:  # looking costs too
            return True
        last[0] = time.monotonic()
        return ask(stage, sql) not in states

    return goes_on


def people(count: int) -> bytes:
    """A file of customers."""
    rows = "".join(f"0712{n:06},p{n}@example.com\n" for n in range(count))
    return f"phone,email\n{rows}".encode()


def put_payments(count: int) -> None:
    """As many failed payments, for the list that is exported."""
    now, kept = int(time.time()), catalogue.terms_of(catalogue.on_sale()[0]).as_json()
    one = {
        "state": "failed",
        "terms": kept,
        "amount_cents": 2000,
        "phone": "254700000001",
        "asked_at": now,
    }
    with store.atomic():
        for start in range(0, count, 50):
            numbers = range(start, start + 50)
            rows = [one | {"ref": f"r{n}", "token_hash": f"t{n}"} for n in numbers]
            Payment.insert_many(rows).execute()


def main(count: int = 5000) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    found: dict[str, str] = {}
    with running_box(more=SETTINGS) as stage:
        opened = boxes.open_box(stage.environment)
        folder, now = opened.settings.data_dir, int(time.time())
        until = time.monotonic() + REST_SECONDS
        rest = portal(stage, lambda: time.monotonic() < until)
        found["portal's first page at rest, p99 ms"] = f"{p99(rest):.1f}"

        def measure(what: str, goes_on: Callable[[], bool]) -> None:
            began = time.monotonic()
            took = portal(stage, goes_on)
            seconds = time.monotonic() - began
            ratio = p99(took) / p99(rest)
            found[f"while {what}"] = (
                f"{p99(took):.1f} ({ratio:.1f} times), {seconds:.0f} s"
            )

        kept = uploads.put(folder, people(count))
        run = imports.begin("customers", kept, "people.csv", "bench", now)
        measure(
            f"{count} rows are checked",
            until_state(stage, "import_run", "checked", "failed"),
        )
        imports.accept(run.id, "bench", now)
        measure(
            f"{count} rows are read in",
            until_state(stage, "import_run", "done", "failed"),
        )
        put_payments(PAYMENTS)
        today = datetime.fromtimestamp(now, ZoneInfo(ZONE)).date()
        span = reports.Span(today, today, ZONE)
        exports.ask(exports.Order("payment-list", span, "xlsx"), "bench", now)
        measure(
            f"{PAYMENTS} rows go to Excel",
            until_state(stage, "export", "done", "failed"),
        )
        stage.command("message", "send", "Hi {login}", "--to", "everybody")
        measure(
            f"{count} messages leave",
            until_state(stage, "campaign", "done", "failed"),
        )
        store.close()
    return found


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
