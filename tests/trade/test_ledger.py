"""Money facts: added, chained, and never changed without a trace."""

from __future__ import annotations

import pytest
from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade import ledger
from hotspot_lite.trade.models import MoneyFact

NOW = 1_800_000_000


@pytest.fixture
def three(box: Box) -> list[MoneyFact]:
    return [ledger.write("taken", 2000 + n, NOW + n, detail=f"R{n}") for n in range(3)]


def test_each_fact_holds_the_hash_of_the_one_before(three: list[MoneyFact]) -> None:
    assert [row.previous for row in three] == ["", three[0].hash, three[1].hash]
    assert ledger.head() == three[2].hash
    assert ledger.first_break() is None


def test_a_fact_can_be_neither_changed_nor_removed(three: list[MoneyFact]) -> None:
    with pytest.raises(IntegrityError, match="never changed"):
        MoneyFact.update(amount_cents=1).where(MoneyFact.id == three[1].id).execute()
    with pytest.raises(IntegrityError, match="never removed"):
        MoneyFact.delete().where(MoneyFact.id == three[1].id).execute()


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE money_fact SET amount_cents = 1 WHERE id = 2",
        "UPDATE money_fact SET who = 'somebody' WHERE id = 2",
        "DELETE FROM money_fact WHERE id = 1",
    ],
)
def test_who_takes_the_locks_away_still_breaks_the_chain(
    three: list[MoneyFact], harm: str
) -> None:
    for lock in ("money_fact_stays", "money_fact_is_kept"):
        store.database.execute_sql(f"DROP TRIGGER {lock}")
    store.database.execute_sql(harm)
    assert ledger.first_break() == 2
