"""A box with a day's trade, a backup in its middle, and what is true at its end."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from test_payments import KEY, NOW, Pushed

from hotspot_lite import store
from hotspot_lite.store import backup
from hotspot_lite.trade.goods import catalogue, discounts
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.messaging import optout
from hotspot_lite.trade.models import CustomerNote, Payment, Plan, Voucher
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers, staff
from hotspot_lite.trade.reckoning import money_audit
from hotspot_lite.trade.reckoning.money_audit import Asked, Found
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import agent_sales, agents, cash, refunds

ZONE = "Africa/Nairobi"
LATER = NOW + 7200
Rows = dict[tuple[Any, ...], dict[str, Any]]
keys_of: dict[str, list[str]] = {}  # of every table that was looked at


def pays(plan: Plan, n: int, at: int) -> Payment:
    """Somebody buys by M-Pesa and gets the time."""
    wish = payments.Ask(
        plan, f"2547000{n:05}", f"02:00:00:00:{n // 100:02}:{n % 100:02}"
    )
    payment = payments.ask(wish, KEY, at)
    pushed = payments.may_push(payment.id, at)
    assert pushed is not None
    payments.pushed(pushed, Pushed(checkout_request_id=f"ws_CO_{n}"), at)
    with store.atomic():
        found = Payment.get_by_id(payment.id)
        payments.mark_paid(found, "callback", None, f"SAF{n:07}", at + 12)
    subscriptions.fulfil(payment.id, at + 12)
    return store.get(Payment, payment.id)


def morning() -> None:
    """What the backup holds."""
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    staff.add("jane", "a long password", "cashier", NOW)
    staff.add("amina", "a long password", "agent", NOW)
    agents.set_terms("amina", 1000, 100_000, "olive", NOW)
    for n in range(1, 31):
        pays(plan, n, NOW + n)
    batch = vouchers.make(plan, 30, "jane", NOW)
    for n, code in enumerate(vouchers.codes(batch)[:10]):
        vouchers.redeem(code, f"02:00:00:00:01:{n:02}", "", NOW + 60)
    cash.open_shift("jane", 1000, NOW)
    audit(NOW + 100)


def afternoon(days: int = 1) -> None:
    """What happens after it, `days` times as much."""
    plan, at = Plan.get(), NOW + 3600
    for n in range(100, 100 + 30 * days):
        pays(plan, n, at + n)
    unused = [one.code for one in Voucher.select().where(Voucher.redeemed_at.is_null())]
    batch = vouchers.make(plan, 20 * days, "jane", at)
    for n, code in enumerate(unused[:10] + vouchers.codes(batch)[:10]):
        vouchers.redeem(code, f"02:00:00:00:02:{n:02}", "", at + 60)
    cash.close_shift(_shift(), 1000, "", "jane", at)
    shift = cash.open_shift("jane", 500, at)
    for n in range(5):
        cash.sell_vouchers(shift, plan, 2, at + n)
        agent_sales.sell("amina", agent_sales.Order(plan, f"form {n}"), at + n)
    first = Payment.get(Payment.phone == "254700000100")
    refunds.by_hand(refunds.Wish("jane", "he was not served", first), at + 600)
    cut = discounts.add(discounts.Wanted("EASY", percent=50), "olive", at)
    discounts.stop(cut, "olive", at + 5)
    optout.opt_out("254700000101", "link", at)
    customer = customers.with_phone("254700000102")
    CustomerNote.create(customer=customer, at=at, who="jane", text="He is deaf.")
    staff.set_locked("amina", True, "olive", at)
    staff.set_password("jane", "a longer password", at, "olive")
    audit(at + 700)
    events.announce("test", {"title": "The last thing"}, at + 800)


def _shift() -> Any:
    found = cash.shift_of("jane")
    assert found is not None
    return found


def audit(now: int = LATER) -> Found:
    return money_audit.run(Asked("cli"), now, ZONE)


@dataclass
class Day:
    """The box's folder at the end of the day, whole; `truth` is what it held.

    `before` is what the backup in its middle holds.
    """

    folder: Path
    backup: Path
    before: dict[str, Rows]
    truth: dict[str, Rows]

    def copied_to(self, folder: Path) -> Path:
        shutil.copytree(self.folder, folder)
        return folder


def whole_day(data_dir: Path, elsewhere: Path) -> Day:
    """Live it in `data_dir`, whose box is open; keep what a power cut would leave.

    The -wal in `elsewhere` holds the end of the day.
    """
    morning()
    made = backup.make(data_dir, data_dir / "backups", NOW + 1800)
    afternoon()
    shutil.copytree(data_dir, elsewhere)
    store.close()
    copy = elsewhere / "hotspot.db"
    look = elsewhere.with_name("look.db")
    for tail in ("", "-wal"):
        with suppress(FileNotFoundError):
            shutil.copyfile(f"{copy}{tail}", f"{look}{tail}")
    made_at = elsewhere / "backups" / made.path.name
    with backup.unpacked(made_at, elsewhere.parent) as folder:
        before = held(folder / "hotspot.db")
    return Day(elsewhere, made_at, before, held(look))


def held(file: Path) -> dict[str, Rows]:
    """Every row of every table, as far as plain SQLite reads the file."""
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table'"
        ).fetchall()
        return {name: _rows(connection, name) for (name,) in names}


def _rows(connection: sqlite3.Connection, table: str) -> Rows:
    columns = connection.execute(f"PRAGMA table_info({table})").fetchall()
    keys = [row["name"] for row in sorted(columns, key=lambda c: c["pk"]) if row["pk"]]
    keys_of[table] = keys
    rows = connection.execute(f"SELECT * FROM {table}").fetchall()
    return {tuple(row[k] for k in keys): dict(row) for row in rows}


def still_readable(file: Path, truth: dict[str, Rows]) -> dict[str, Rows]:
    """Of the rows that were true, those that plain SQLite still reads, one by one."""
    found: dict[str, Rows] = {}
    with closing(sqlite3.connect(file)) as connection:
        connection.row_factory = sqlite3.Row
        for table, rows in truth.items():
            found[table] = {}
            for key, row in rows.items():
                if key and _read(connection, table, row, key) == row:
                    found[table][key] = row
    return found


def _read(
    connection: sqlite3.Connection, table: str, row: dict[str, Any], key: Any
) -> dict[str, Any] | None:
    where = " AND ".join(f"{name} = ?" for name in keys_of[table])
    try:
        one = connection.execute(f"SELECT * FROM {table} WHERE {where}", key).fetchone()
    except (sqlite3.Error, UnicodeDecodeError):
        return None
    return dict(one) if one else None
