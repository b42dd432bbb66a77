"""Money facts: added, chained, and never changed without a trace."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest
from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.store import migrations
from hotspot_lite.trade.models import MoneyFact
from hotspot_lite.trade.money import ledger
from hotspot_lite.trade.money.ledger import Anchor

NOW = 1_800_000_000


@pytest.fixture
def three(box: Box) -> list[MoneyFact]:
    return [ledger.write("taken", 2000 + n, NOW + n, detail=f"R{n}") for n in range(3)]


def test_each_fact_is_chained_to_the_one_before(three: list[MoneyFact]) -> None:
    assert len({row.hash for row in three}) == 3
    assert ledger.newest() == Anchor(three[2].id, three[2].hash)
    assert ledger.first_break() is None


def test_the_hash_can_be_made_again_by_anybody(three: list[MoneyFact]) -> None:
    told = (
        '{"amount_cents":2001,"at":1800000001,"detail":"R1","kind":"taken",'
        f'"payment_id":null,"previous":"{three[0].hash}","who":""}}'
    )
    assert three[1].hash == hashlib.sha256(told.encode()).hexdigest()


def test_a_fact_can_be_neither_changed_nor_removed(three: list[MoneyFact]) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        MoneyFact.update(amount_cents=1).where(MoneyFact.id == three[1].id).execute()
    with pytest.raises(IntegrityError, match="never removed"):
        MoneyFact.delete().where(MoneyFact.id == three[1].id).execute()


def unlock() -> None:
    for lock in ("money_fact_stays", "money_fact_is_kept"):
        store.database.execute_sql(f"DROP TRIGGER {lock}")


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE money_fact SET amount_cents = 1 WHERE id = 2",
        "UPDATE money_fact SET who = 'somebody' WHERE id = 2",
        "UPDATE money_fact SET hash = 'x' WHERE id = 2",
        "DELETE FROM money_fact WHERE id = 1",
    ],
)
def test_who_takes_the_locks_away_still_breaks_the_chain(
    three: list[MoneyFact], harm: str
) -> None:
    unlock()
    store.database.execute_sql(harm)
    broken = ledger.first_break()
    assert broken is not None and broken.fact_id == 2
    assert "does not follow the one before it" in broken.says


def test_a_fact_slipped_in_breaks_the_chain(three: list[MoneyFact]) -> None:
    forged = {
        "at": NOW,
        "kind": "refunded",
        "amount_cents": 2000,
        "detail": "",
        "who": "",
    }
    fits_the_first = ledger.hash_of(forged | {"payment_id": None}, three[0].hash)
    MoneyFact.create(**forged, hash=fits_the_first)
    broken = ledger.first_break()
    assert broken is not None and broken.fact_id == 4


def test_a_missing_row_is_named(three: list[MoneyFact]) -> None:
    unlock()
    store.database.execute_sql("DELETE FROM money_fact WHERE id = 2")
    broken = ledger.first_break()
    assert broken is not None and "Facts before it, from 2, are missing." in broken.says


def test_a_cut_off_end_is_noticed_by_who_saw_it(three: list[MoneyFact]) -> None:
    seen = ledger.newest()
    unlock()
    store.database.execute_sql("DELETE FROM money_fact WHERE id = 3")
    assert ledger.first_break() is None  # what is left is whole in itself
    broken = ledger.first_break([seen])
    assert broken is not None and "its end was cut off" in broken.says


def test_a_ledger_written_anew_is_noticed_by_a_short_anchor(
    three: list[MoneyFact],
) -> None:
    seen = Anchor(2, three[1].hash[:12])
    assert ledger.first_break([seen]) is None
    unlock()
    store.database.execute_sql("DELETE FROM money_fact")
    for n in range(5):
        ledger.write("taken", 100, NOW + n)
    assert ledger.first_break() is None
    broken = ledger.first_break([seen])
    assert broken is not None and "seen earlier" in broken.says


def test_facts_of_an_older_box_keep_their_chain(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    steps = [name for name in migrations.names() if name < "0025"]
    fact = {"at": NOW, "kind": "taken", "amount_cents": 5, "payment_id": None}
    fact |= {"detail": "", "who": ""}
    with sqlite3.connect(file) as old:
        for name in steps:
            old.executescript(migrations.script(name))
        first = ledger.hash_of(fact, "")
        for before, made in (("", first), (first, ledger.hash_of(fact, first))):
            values = (NOW, "taken", 5, None, "", "", before, made)
            old.execute(
                "INSERT INTO money_fact (at, kind, amount_cents, payment_id, detail,"
                " who, previous, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                values,
            )
        old.executescript(migrations.script("0025_money_audit"))
    store.open_file(file)
    try:
        assert ledger.first_break() is None
        assert ledger.newest().fact_id == 2
        with pytest.raises(IntegrityError, match="never changed"):
            MoneyFact.update(amount_cents=1).execute()
    finally:
        store.close()
