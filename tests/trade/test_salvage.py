"""A broken database is replaced by a backup, and what it still tells is not lost.

The files are really damaged: pages and sectors overwritten where the dice fall, the
header gone, the end cut off, the -wal lost.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from busy_day import (
    LATER,
    NOW,
    Day,
    Rows,
    audit,
    held,
    morning,
    still_readable,
    whole_day,
)

from hotspot_lite import box as boxes
from hotspot_lite import jobs, settings, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.store import backup, restoring
from hotspot_lite.store.backup import Backup
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.keeping import recovery, salvage, salvage_rules
from hotspot_lite.trade.keeping.recovery import Recovery
from hotspot_lite.trade.keeping.salvage import Layer
from hotspot_lite.trade.keeping.salvage_rules import DECISIONS, LEFT
from hotspot_lite.trade.models import TABLES, Login, Payment, Plan, Voucher
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.service import subscriptions

PAGE, SECTOR = 2048, 512
MAC = "02:00:00:00:09:09"
Got = dict[str, Rows]
Harm = Callable[[Path, random.Random], None]


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Day]:
    folder = tmp_path_factory.mktemp("day")
    found = settings.load(
        {
            "HOTSPOT_CONFIG": "/nonexistent/config.toml",
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
            "HOTSPOT_BOX_CLOCK": "trusted",
        }
    )
    boxes.make(found)
    store.open_file(found.database_file)
    jobs.open(found.run_dir)
    yield whole_day(folder / "data", folder / "kept")
    store.close()


@pytest.fixture
def home(day: Day, tmp_path: Path) -> Iterator[Path]:
    """The folder of the box whose power was cut at the end of that day."""
    yield day.copied_to(tmp_path / "home")
    store.close()


def recovers(day: Day, home: Path, wrong: str = "it is damaged") -> Recovery:
    """The restored database is open afterwards."""
    one = Backup(day.backup, NOW + 1800)
    done = recovery.restore(one, home, wrong, LATER)
    store.open_file(home / "hotspot.db")
    return done


def as_one_file(home: Path) -> None:
    """All of the -wal is in the file itself."""
    with closing(sqlite3.connect(home / "hotspot.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


# -- The ways in which a card dies -----------------------------------------------------


def overwritten(path: Path, at: int, raw: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(raw)


def pages(path: Path, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 2, 4, 12, 40))):
        at = dice.randrange(1, path.stat().st_size // PAGE) * PAGE
        overwritten(path, at, dice.randbytes(PAGE))


def sectors(path: Path, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 4, 16, 50))):
        at = dice.randrange(path.stat().st_size // SECTOR) * SECTOR
        filler = dice.choice((bytes(SECTOR), b"\xff" * SECTOR, dice.randbytes(SECTOR)))
        overwritten(path, at, filler)


def cut_short(path: Path, dice: random.Random) -> None:
    with path.open("r+b") as file:
        file.truncate(int(path.stat().st_size * dice.uniform(0.3, 0.99)))


def wal_lost(path: Path, dice: random.Random) -> None:
    Path(f"{path}-wal").unlink()


def wal_torn(path: Path, dice: random.Random) -> None:
    wal = Path(f"{path}-wal")
    overwritten(wal, dice.randrange(wal.stat().st_size // 2, wal.stat().st_size), b"?")


def wal_lost_and_pages(path: Path, dice: random.Random) -> None:
    wal_lost(path, dice)
    pages(path, dice)


QUICK = {pages: 50, sectors: 50, cut_short: 20, wal_lost: 1, wal_torn: 20}
QUICK |= {wal_lost_and_pages: 20}
DAMAGES = [
    pytest.param(
        harm,
        seed,
        id=f"{harm.__name__}-{seed}",
        marks=[] if seed < many else pytest.mark.slow,
    )
    for harm, many in QUICK.items()
    for seed in range(many * 4)
]


# -- What must be true afterwards ------------------------------------------------------


def lost(day: Day, readable: Got, got: Got) -> Iterator[str]:
    """Rows that could be read and are not there as they were."""
    truth, time = day.truth, readable["subscription"]
    for table, rows in readable.items():
        decision = DECISIONS[table]
        if decision.what == LEFT or table.startswith("money_"):
            continue
        for key, row in rows.items():
            mine = got[table].get(key)
            if mine is None and not _lost_its_parent(table, row, truth, got):
                yield f"{table} {key} is gone"
            elif (
                mine is not None
                and table == "device"
                and _lost_its_parent(table, row, truth, got)
            ):
                continue  # it stays with whom the backup knew
            elif mine is not None and not _fitted(table, row, day, readable):
                continue  # whom it belongs to was made anew later, from the payment
            elif mine is not None:
                if table == "message" and (row["subscription_id"],) not in time:
                    mine["subscription_id"] = row["subscription_id"]  # made anew
                wrong = list(_differs(table, row, mine, truth, got))
                yield from (f"{table} {key}: {one}" for one in wrong)


KEYS = {
    ("subscription", "customer_id"): "customer",
    ("subscription", "payment_id"): "payment",
    ("subscription", "voucher_id"): "voucher",
    ("voucher", "batch_id"): "voucher_batch",
    ("voucher_batch", "plan_id"): "plan",
    ("payment", "plan_id"): "plan",
    ("cash_sale", "payment_id"): "payment",
    ("cash_sale", "shift_id"): "shift",
    ("cash_sale", "voucher_id"): "voucher",
    ("agent_sale", "payment_id"): "payment",
    ("agent_sale", "voucher_id"): "voucher",
    ("agent_entry", "payment_id"): "payment",
    ("device", "customer_id"): "customer",
    ("customer_note", "customer_id"): "customer",
    ("message", "subscription_id"): "subscription",
    ("refund", "payment_id"): "payment",
}


def _fitted(table: str, row: dict[str, Any], day: Day, readable: Got) -> bool:
    """Whether all that a row belongs to could be read too, or was in the backup."""
    for (child, name), parent in KEYS.items():
        key = (row.get(name),)
        if child != table or key == (None,) or key in day.before[parent]:
            continue
        above = readable[parent].get(key)
        if above is None or not _fitted(parent, above, day, readable):
            return False
    return True


def _lost_its_parent(table: str, row: dict[str, Any], truth: Got, got: Got) -> bool:
    return any(
        _is_gone(parent, row[name], truth, got)
        for (child, name), parent in KEYS.items()
        if child == table and row[name] is not None
    )


def _is_gone(parent: str, number: int, truth: Got, got: Got) -> bool:
    """Also where another row has got its number since."""
    mine, was = got[parent].get((number,)), truth[parent][number,]
    return mine is None or any(mine[n] != was[n] for n in DECISIONS[parent].same)


def _differs(
    table: str, row: dict[str, Any], mine: dict[str, Any], truth: Got, got: Got
) -> Iterator[str]:
    if table == "payment" and row["state"] == "paid" and mine["state"] != "paid":
        assert mine["state"] == ("sent" if row["checkout_request_id"] else "uncertain")
        return  # it is asked about again
    for name, value in row.items():
        parent = KEYS.get((table, name))
        if mine[name] == value:
            continue
        if parent and value and _is_gone(parent, value, truth, got):
            continue
        if table == "message" and name in ("state", "says"):
            continue  # not sent again
        if name == "doubted_at":
            continue
        yield f"{name} was {value!r}, is {mine[name]!r}"


def doubled(truth: Got, got: Got) -> Iterator[str]:
    for kind in ("taken", "given", "refunded"):
        before, after = _facts(truth, kind), _facts(got, kind)
        if more := after - before:
            yield f"{kind} more than once: {more}"
        if sum(after.values()) > sum(before.values()):
            yield f"more {kind} than there was"
    if len(got["payment"]) > len(truth["payment"]):
        yield "payments that nobody made"
    balance = sum(r["amount_cents"] for r in got["agent_entry"].values())
    if balance < sum(r["amount_cents"] for r in truth["agent_entry"].values()):
        yield "an agent owes more"


def _facts(got: Got, kind: str) -> Counter[Any]:
    rows = [r for r in got["money_fact"].values() if r["kind"] == kind]
    return Counter(r["payment_id"] for r in rows if r["payment_id"] is not None)


def reusable(truth: Got, got: Got) -> Iterator[str]:
    """Vouchers that were used, and can be used again without a mark."""
    for key, voucher in truth["voucher"].items():
        mine = got["voucher"].get(key)
        if mine and voucher["redeemed_at"] and not mine["redeemed_at"]:
            yield from () if mine["doubted_at"] else (f"voucher {key}",)


def what_is_wrong(day: Day, readable: Got, home: Path, done: Recovery) -> list[str]:
    store.close()
    wrongs = list(lost(day, readable, held(home / "hotspot.db")))
    store.open_file(home / "hotspot.db")
    for payment in payments.paid_without_time():  # as the worker does
        subscriptions.fulfil(payment.id, LATER)
    found = audit()
    store.close()
    got = held(home / "hotspot.db")
    wrongs += doubled(day.truth, got)
    wrongs += reusable(day.truth, got)
    kinds = {one.kind for one in found.alarms}
    if "chain" in kinds:
        wrongs.append("the chain is broken")
    is_whole = "Not readable" not in done.says and "-wal is missing" not in done.says
    if is_whole and kinds:
        wrongs.append(f"nothing is said to be missing, and {found.says}")
    taken = sum(_facts(got, "taken").values())
    if is_whole and taken < sum(_facts(day.truth, "taken").values()):
        wrongs.append("money is missing, and nobody says so")
    with closing(sqlite3.connect(home / "hotspot.db")) as connection:
        wrongs += [str(r) for r in connection.execute("PRAGMA foreign_key_check")]
    if says := backup.check_ledger(home / "hotspot.db"):
        wrongs.append(says)
    return wrongs


@pytest.mark.parametrize(("harm", "seed"), DAMAGES)
def test_whatever_is_damaged_nothing_readable_is_lost_and_nothing_doubled(
    day: Day, home: Path, tmp_path: Path, harm: Harm, seed: int
) -> None:
    if "wal" not in harm.__name__:
        as_one_file(home)
    harm(home / "hotspot.db", random.Random(seed))
    look = day.copied_to(tmp_path / "look")
    for file in home.glob("hotspot.db*"):
        (look / file.name).write_bytes(file.read_bytes())
    if not (home / "hotspot.db-wal").exists():
        (look / "hotspot.db-wal").unlink(missing_ok=True)
    readable = still_readable(look / "hotspot.db", day.truth)
    done = recovers(day, home)
    wrong = what_is_wrong(day, readable, home, done)
    assert wrong == [], "\n".join(wrong)


def test_a_bug_in_our_reading_of_it_keeps_no_box_from_starting(
    day: Day, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a bug")

    as_one_file(home)
    pages(home / "hotspot.db", random.Random(1))
    monkeypatch.setattr(Layer, "lay", breaks)
    done = recovers(day, home)
    assert "Nothing of the old file could be taken over (ZeroDivisionError" in done.says
    assert {row.id for row in Payment.select()} == {k for (k,) in day.before["payment"]}
    assert done.aside is not None and (done.aside / "hotspot.db").exists()


def test_a_row_that_leads_nowhere_costs_itself_and_no_other(
    day: Day, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_one_file(home)
    with closing(sqlite3.connect(home / "hotspot.db")) as old, old:
        old.execute("INSERT INTO usage_day VALUES ('2027-01-15', 'nobody', 1, 1, 1)")
        old.execute("INSERT INTO customer_note VALUES (99, 4711, 1, 'jane', 'lost')")
    monkeypatch.setattr(salvage._Table, "find_parents", lambda *_: True)
    done = recovers(day, home)
    assert store.database.execute_sql("PRAGMA foreign_key_check").fetchall() == []
    assert "Nothing of the old file" not in done.says
    assert Payment.select().count() == len(day.truth["payment"])


def test_a_row_without_its_key_is_refused_and_none_leads_nowhere(
    day: Day, home: Path
) -> None:
    as_one_file(home)
    sectors(home / "hotspot.db", random.Random(7))  # a sale whose payment is unknown
    recovers(day, home)
    assert store.database.execute_sql("PRAGMA foreign_key_check").fetchall() == []


# -- Where nearly all or nothing is left -----------------------------------------------


@pytest.mark.parametrize("gone_bytes", [100, SECTOR, PAGE])
def test_without_its_header_the_file_still_tells_all(
    day: Day, home: Path, gone_bytes: int
) -> None:
    as_one_file(home)
    overwritten(home / "hotspot.db", 0, random.Random(1).randbytes(gone_bytes))
    assert backup.check_ledger(home / "hotspot.db")
    done = recovers(day, home)
    assert "Not readable" not in done.says
    assert what_is_wrong(day, day.truth, home, done) == []


def test_what_is_moved_aside_stays_as_the_power_cut_left_it(
    day: Day, home: Path
) -> None:
    before = {one.name: one.read_bytes() for one in home.glob("hotspot.db*")}
    done = recovers(day, home)
    assert done.aside is not None
    after = {one.name: one.read_bytes() for one in done.aside.glob("hotspot.db*")}
    assert after == before
    assert not list(home.glob(".making-*"))


def test_of_a_file_that_tells_nothing_the_vouchers_are_in_doubt(
    day: Day, home: Path
) -> None:
    for file in home.glob("hotspot.db*"):
        file.write_bytes(random.Random(1).randbytes(file.stat().st_size))
    done = recovers(day, home)
    assert "Not readable, at least: 1 of the whole file" in done.says
    assert "20 vouchers may have been used already" in done.says
    (row,) = undecided.waiting()
    assert (row.kind, row.amount_cents) == ("doubted-vouchers", 20 * 2000)
    assert audit().alarms == []


def test_on_a_new_card_they_are_too(day: Day, home: Path) -> None:
    for file in home.glob("hotspot.db*"):
        file.unlink()
    done = recovers(day, home, "")
    assert done.aside is None
    assert "20 vouchers may have been used already" in done.says


def test_one_device_gets_two_doubted_vouchers_a_day_and_honest_people_theirs(
    day: Day, home: Path
) -> None:
    for file in home.glob("hotspot.db*"):
        file.unlink()
    recovers(day, home)
    first, second, third, *_ = [
        one.code for one in Voucher.select().where(Voucher.doubted_at.is_null(False))
    ]
    for code in (first, second):
        vouchers.redeem(code, MAC, "", LATER)
    with pytest.raises(BadInput, match="enough old vouchers today"):
        vouchers.redeem(third, MAC, "", LATER + 60)
    assert vouchers.redeem(first, MAC, "", LATER + 60)  # the same one is no new one
    fresh = vouchers.codes(vouchers.make(Plan.get(), 3, "jane", LATER))
    for code in fresh:
        vouchers.redeem(code, MAC, "", LATER + 60)
    vouchers.redeem(third, "02:00:00:00:09:10", "", LATER + 60)
    fourth, *_ = [
        one.code
        for one in Voucher.select().where(
            Voucher.doubted_at.is_null(False) & Voucher.redeemed_at.is_null()
        )
    ]
    assert vouchers.redeem(fourth, MAC, "", LATER + 86_400)


# -- By hand ------------------------------------------------------------------------


def test_put_back_by_hand_sold_vouchers_are_known_and_used_ones_stay_used(
    day: Day, home: Path
) -> None:
    done = recovers(day, home, wrong="")
    assert "may have been used" not in done.says
    assert what_is_wrong(day, day.truth, home, done) == []
    store.open_file(home / "hotspot.db")
    assert not Voucher.select().where(Voucher.doubted_at.is_null(False)).exists()


def test_put_back_by_hand_packages_are_as_the_backup_has_them(
    day: Day, home: Path
) -> None:
    with closing(sqlite3.connect(home / "hotspot.db")) as connection, connection:
        connection.execute("UPDATE plan SET price_cents = 1")
        connection.execute("INSERT INTO stored VALUES ('place.name', 'Spoilt')")
    done = recovers(day, home, wrong="")
    assert Plan.get().price_cents == 2000
    assert staff.is_own_password("jane", "a longer password")
    assert done.aside is not None


def test_a_broken_box_keeps_the_packages_of_its_last_minute(
    day: Day, home: Path
) -> None:
    with closing(sqlite3.connect(home / "hotspot.db")) as connection, connection:
        connection.execute("UPDATE plan SET price_cents = 1")
    recovers(day, home)
    assert Plan.get().price_cents == 1


def test_as_it_was_forgets_what_came_after(day: Day, home: Path) -> None:
    one = Backup(day.backup, NOW + 1800)
    recovery.restore(one, home, "", LATER, as_it_was=True)
    store.open_file(home / "hotspot.db")
    assert Payment.select().count() == 30
    assert not Voucher.select().where(Voucher.doubted_at.is_null(False)).exists()


def test_the_rows_of_another_box_are_not_mixed_in(
    day: Day, home: Path, box: Box
) -> None:
    morning()
    store.close()
    for file in home.glob("hotspot.db*"):
        file.unlink()
    (home / "hotspot.db").write_bytes(box.settings.database_file.read_bytes())
    (home / "box.key").write_bytes(box.key)
    done = recovers(day, home, "")
    assert "0 payments were taken over" in done.says
    assert audit().alarms == []


def test_a_file_that_is_older_than_the_backup_takes_nothing_back(
    day: Day, home: Path, tmp_path: Path
) -> None:
    recovers(day, home)
    store.close()
    newer = backup.make(home, tmp_path, LATER)
    with closing(sqlite3.connect(home / "hotspot.db")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (home / "hotspot.db").write_bytes((day.folder / "hotspot.db").read_bytes())
    before = {one.id: one.redeemed_at for one in _vouchers(newer, tmp_path)}
    recovery.restore(newer, home, "it is damaged", LATER)
    store.open_file(home / "hotspot.db")
    assert {one.id: one.redeemed_at for one in Voucher.select()} == before
    assert audit().alarms == []
    assert Voucher.select().where(Voucher.doubted_at.is_null(False)).exists()


def _vouchers(made: Backup, folder: Path) -> list[Voucher]:
    restoring.restore(made.path, folder)
    store.open_file(folder / "hotspot.db")
    found = list(Voucher.select())
    store.close()
    return found


def test_everybody_signs_in_anew(day: Day, home: Path) -> None:
    recovers(day, home)
    assert not Login.select().exists()


# -- The decisions ------------------------------------------------------------------


def test_each_table_of_the_schema_has_its_decision(box: Box) -> None:
    rows = store.database.execute_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table'"
    ).fetchall()
    assert {name for (name,) in rows} - {"sqlite_stat1"} == set(DECISIONS)
    assert {one._meta.table_name for one in TABLES} <= set(DECISIONS)  # type: ignore[attr-defined]
    assert all(one.because for one in DECISIONS.values())


def test_each_column_that_a_decision_names_is_there(box: Box) -> None:
    for table, decision in DECISIONS.items():
        rows = store.database.execute_sql(f"PRAGMA table_info({table})").fetchall()
        there = {row[1] for row in rows}
        named = {*decision.same, *decision.grows, *decision.order}
        assert named <= there, table


def test_parents_come_before_their_children(box: Box) -> None:
    order = list(DECISIONS)
    for table in order:
        keys = store.database.execute_sql(f"PRAGMA foreign_key_list({table})")
        for row in keys.fetchall():
            if (table, row[3]) not in salvage_rules.LATER:
                assert order.index(row[2]) <= order.index(table), (table, row[3])
