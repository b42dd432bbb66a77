"""kill -9 of the worker in a message to many or an export: nothing twice, all there."""

from __future__ import annotations

import csv
import os
import random
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar
from zoneinfo import ZoneInfo

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.stage import Stage, until
from hotspot_lite.town.moysklad import PretendMoySklad

SETTINGS = {
    "HOTSPOT_SMS_PER_MINUTE": "6000",
    "HOTSPOT_MESSAGE_QUIET_FROM": "0",
    "HOTSPOT_MESSAGE_QUIET_UNTIL": "0",
}
PEOPLE, KILLS = 400, 4
ZONE = "Africa/Nairobi"


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, scale=0.01, more=SETTINGS) as made:
        made.town.sms.slow_seconds = 0.005
        made.prepare()
        yield made


def database(stage: Stage) -> Path:
    return stage.folder / "data" / "hotspot.db"


def ask(stage: Stage, sql: str) -> list[tuple[str, ...]]:
    with sqlite3.connect(f"file:{database(stage)}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def kill_now_and_then(stage: Stage, dice: random.Random, times: int) -> None:
    for _ in range(times):
        time.sleep(dice.uniform(0.3, 0.9))
        stage.kill("worker")
        stage.start("worker")


def kill_in_the_middle(stage: Stage, done: Callable[[], int], whole: int) -> None:
    """Kill the worker KILLS times, each time just after it got further."""
    hits = 0
    for _ in range(KILLS):
        before = done()
        until(lambda n=before: done() > n or done() == whole, 30)
        stage.kill("worker")
        hits += 0 < done() < whole
        stage.start("worker")
    assert hits, "no kill came in the middle"


def test_a_message_to_many_survives_kills_and_nobody_gets_it_twice(
    stage: Stage,
) -> None:
    with sqlite3.connect(database(stage)) as connection:
        connection.executemany(
            "INSERT INTO customer (phone, username, secret, made_at)"
            " VALUES (?, ?, 's', 1)",
            [(f"254700000{n:03}", f"user{n}") for n in range(PEOPLE)],
        )
    connection.close()
    stage.start("worker")
    made = stage.command("message", "send", "Hi {login}", "--to", "everybody")
    kill_now_and_then(stage, random.Random(3), KILLS)
    sql = "SELECT state FROM campaign"
    assert until(lambda: ask(stage, sql) == [("done",)], 120), ask(stage, sql)
    arrived = Counter(one.to for one in stage.town.sms.messages)
    assert set(arrived.values()) == {1}
    states = Counter(row[0] for row in ask(stage, "SELECT state FROM message"))
    assert made["count"] == PEOPLE == states["sent"] + states["uncertain"]
    # Each kill leaves at most the one message in doubt that was just leaving.
    assert states["uncertain"] <= KILLS
    assert PEOPLE - KILLS <= len(arrived) <= PEOPLE


def test_an_export_survives_kills_and_has_every_row_once(stage: Stage) -> None:
    terms = ask(stage, "SELECT 1")  # the database answers
    assert terms == [(1,)]
    store.open_file(database(stage))
    jobs.open(stage.folder / "run")
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.models import Export, Payment
    from hotspot_lite.trade.office import exports, reports

    now = int(time.time())
    kept = catalogue.terms_of(catalogue.on_sale()[0]).as_json()
    with store.atomic():
        for start in range(0, 20_000, 50):
            rows = [
                {
                    "ref": f"r{n}",
                    "token_hash": f"t{n}",
                    "state": "failed",
                    "terms": kept,
                    "amount_cents": 2000,
                    "phone": "254700000001",
                    "asked_at": now,
                }
                for n in range(start, start + 50)
            ]
            Payment.insert_many(rows).execute()
    today = datetime.fromtimestamp(now, ZoneInfo(ZONE)).date()
    span = reports.Span(today, today, ZONE)
    exports.ask(exports.Order("payment-list", span, "csv"), "jane", now)
    store.close()
    stage.start("worker")
    kill_now_and_then(stage, random.Random(4), 2)
    sql = "SELECT state FROM export"
    assert until(lambda: ask(stage, sql) == [("done",)], 120), ask(stage, sql)
    store.open_file(database(stage))
    made = Export.get()
    file = stage.folder / "data" / exports.FOLDER / exports.file_name(made)
    with file.open(encoding="utf-8-sig", newline="") as lines:
        numbers = [row["Number"] for row in csv.DictReader(lines)]
    store.close()
    assert len(numbers) == len(set(numbers)) == 20_000


def test_two_thousand_things_reach_the_books_once_through_kills(
    stage: Stage,
) -> None:
    sales = int(os.environ.get("TEST_SYNC", "150"))
    with PretendMoySklad() as books:
        books.slow_seconds = 0.002
        stage.environment |= {
            "HOTSPOT_MOYSKLAD_BASE_URL": books.base_url,
            "HOTSPOT_MOYSKLAD_TOKEN": books.token,
            "HOTSPOT_MOYSKLAD_WEIGHT": "1",
        }
        # What is allowed is not what is tested here.
        books.weight = 0
        paid_payments(stage, sales)
        stage.start("worker")
        stage.command("sync", "run")
        dice = random.Random(5)
        kills = 0
        while (left := open_items(stage)) and kills < 200:
            stage.command("sync", "run")
            if kills < KILLS:
                time.sleep(dice.uniform(0.5, 1.5))
                stage.kill("worker")
                stage.start("worker")
                kills += 1
            else:
                until(lambda before=left: open_items(stage) < before, 20)
        assert ask(stage, "SELECT DISTINCT state FROM sync_item") == [("completed",)]
        assert len(books.of("demand")) == len(books.of("paymentin")) == sales
        assert books.takings_cents() == sales * 2000


def test_ten_thousand_rows_are_read_in_once_through_kills(stage: Stage) -> None:
    count = int(os.environ.get("TEST_IMPORT", "4000"))
    text = "phone\n" + "".join(f"07000{n:05}\n" for n in range(count))
    store.open_file(database(stage))
    jobs.open(stage.folder / "run")
    from hotspot_lite.trade.office import imports, uploads

    now = int(time.time())
    upload = uploads.put(stage.folder / "data", text.encode())
    run = imports.begin("customers", upload, "rows.csv", "olive", now)
    store.close()
    stage.start("worker")
    dice = random.Random(6)
    kill_now_and_then(stage, dice, 2)
    sql = "SELECT state FROM import_run"
    assert until(lambda: ask(stage, sql) == [("checked",)], 120), ask(stage, sql)
    assert ask(stage, "SELECT count(*) FROM customer") == [(0,)]
    store.open_file(database(stage))
    imports.accept(run.id, "olive", now)
    store.close()
    kill_now_and_then(stage, dice, 2)
    assert until(lambda: ask(stage, sql) == [("done",)], 120), ask(stage, sql)
    assert ask(stage, "SELECT good, refused FROM import_run") == [(count, 0)]
    assert ask(stage, "SELECT count(*) FROM customer") == [(count,)]


def open_items(stage: Stage) -> int:
    sql = "SELECT count(*) FROM sync_item WHERE state <> 'completed'"
    return int(ask(stage, sql)[0][0])


def paid_payments(stage: Stage, count: int) -> None:
    store.open_file(database(stage))
    from hotspot_lite.trade.goods import catalogue
    from hotspot_lite.trade.models import Customer, Payment, Subscription

    plan, now = catalogue.on_sale()[0], int(time.time())
    rows = [
        {
            "ref": f"r{n}",
            "token_hash": f"t{n}",
            "state": "paid",
            "plan": plan.id,
            "terms": catalogue.terms_of(plan).as_json(),
            "amount_cents": 2000,
            "phone": "254700000001",
            "receipt": f"SGR{n}",
            "asked_at": now,
            "paid_at": now,
        }
        for n in range(count)
    ]
    owner = Customer.create(username="ann", secret="s", made_at=now)
    with store.atomic():
        for start in range(0, count, 50):
            Payment.insert_many(rows[start : start + 50]).execute()
        for payment in Payment.select(Payment.id):  # each has its time already
            Subscription.insert(
                customer=owner.id,
                payment=payment.id,
                plan_name=plan.name,
                price_cents=2000,
                duration_seconds=3600,
                rate="2M/4M",
                devices=1,
                starts_at=now - 7200,
                expires_at=now - 3600,
                ended_at=now - 3600,
                access="admitted",
                made_at=now,
            ).execute()
    store.close()


class Taker(BaseHTTPRequestHandler):
    """Somebody's program: notes the number of each event."""

    heard: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.heard.append(int(self.headers["X-Hotspot-Delivery"]))
        time.sleep(0.02)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def test_a_webhook_hears_every_event_in_order_through_kills(stage: Stage) -> None:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Taker.heard.clear()
    store.open_file(database(stage))
    jobs.open(stage.folder / "run")
    from hotspot_lite.trade.house import events
    from hotspot_lite.trade.office import hooks

    now = int(time.time())
    where = f"http://127.0.0.1:{server.server_address[1]}/in"
    hooks.add(where, ["payment_processed"], "jane", now)
    with store.atomic():
        for number in range(120):
            events.announce("payment_processed", {"says": str(number)}, now)
    store.close()
    sql = "SELECT seq FROM event WHERE type = 'payment_processed' ORDER BY seq"
    wanted = [row[0] for row in ask(stage, sql)]
    stage.start("worker")
    kill_in_the_middle(stage, lambda: len(set(Taker.heard)), len(wanted))
    assert until(lambda: wanted[-1] in Taker.heard, 90), Taker.heard[-3:]
    server.shutdown()
    server.server_close()
    assert sorted(set(Taker.heard)) == wanted
    # Twice only what had just been taken, under the same number, before later ones.
    assert Taker.heard == sorted(Taker.heard)
    assert len(Taker.heard) - len(wanted) <= KILLS


def test_lost_time_is_given_back_once_to_each_through_kills(stage: Stage) -> None:
    people, now = 3000, int(time.time())
    with sqlite3.connect(database(stage)) as connection:
        connection.executemany(
            "INSERT INTO customer (phone, username, secret, made_at)"
            " VALUES (?, ?, 's', 1)",
            [(f"25470000{n:04}", f"user{n}") for n in range(people)],
        )
        connection.execute(
            "INSERT INTO subscription (customer_id, plan_name, price_cents,"
            " duration_seconds, data_used_bytes, rate, devices, starts_at, expires_at,"
            " mac, ip, access, access_says, made_at, used_seconds)"
            " SELECT id, 'Day', 5000, 86400, 0, '2M/4M', 1, ?, ?, '', '', 'none', '',"
            " ?, 0 FROM customer WHERE username LIKE 'user%'",
            (now - 7200, now + 79_200, now - 7200),
        )
    connection.close()
    store.open_file(database(stage))
    jobs.open(stage.folder / "run")
    from hotspot_lite.trade.grants import making_good

    outage = making_good.Outage(now - 3600, now - 1800)
    stage.start("worker")
    making_good.start(outage, "power cut", "jane", now)
    store.close()
    sql = "SELECT people, seconds, done_at IS NOT NULL FROM made_good"
    kill_in_the_middle(stage, lambda: int(ask(stage, sql)[0][0]), people)
    done = [(people, people * 1800, 1)]
    assert until(lambda: ask(stage, sql) == done, 90), ask(stage, sql)
    ends = ask(stage, "SELECT DISTINCT expires_at FROM subscription")
    assert ends == [(now + 79_200 + 1800,)]
