"""Agents: what is agreed, the account, and that every book says the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from peewee import DatabaseError, fn
from test_payments import NOW

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import (
    AgentEntry,
    AgentSale,
    Plan,
)
from hotspot_lite.trade.office import reports
from hotspot_lite.trade.office.reports import Span, commission, money
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.reckoning import money_audit
from hotspot_lite.trade.reckoning.money_audit import Asked
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.trade.takings.agent_sales import Order
from hotspot_lite.trade.takings.agents import Note

LATER = NOW + 600
ZONE = "Africa/Nairobi"
DAYS = Span(date(2020, 1, 1), date(2029, 12, 31), ZONE)


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


@pytest.fixture
def amina(plan: Plan) -> str:
    staff.add("amina", "a long password", "agent", NOW)
    agents.set_terms("amina", 1000, 100_00, "olive", NOW)
    return "amina"


def sell(name: str, plan: Plan, once: str, phone: str = "", at: int = NOW) -> AgentSale:
    return agent_sales.sell(name, Order(plan, once, phone), at)


def balance() -> int:
    return agents.named("amina").balance_cents


def kinds() -> list[tuple[str, int]]:
    return [(one.kind, one.amount_cents) for one in AgentEntry.select()]


def wrong() -> list[str]:
    found = money_audit.look(Asked("olive"), LATER, ZONE)
    return [one.kind for one in found.alarms]


# --- what is agreed


@given(price=st.integers(0, 10**9), share=st.integers(0, 10_000))
def test_a_commission_is_rounded_down_to_a_whole_cent(price: int, share: int) -> None:
    kept = agents.commission_of(price, share)
    assert kept * 10_000 <= price * share < (kept + 1) * 10_000
    assert 0 <= kept <= price


def test_seven_and_a_half_per_cent_of_19_99_is_1_49() -> None:
    assert agents.commission_of(1999, 750) == 149  # 149.925


@pytest.mark.parametrize(
    ("text", "share"), [("10", 1000), ("7.5", 750), (" 0.05 % ", 5), ("100", 10_000)]
)
def test_a_share_is_read_as_people_write_it(text: str, share: int) -> None:
    assert agents.read_percent(text) == share
    assert agents.read_percent(agents.percent_text(share)) == share


@pytest.mark.parametrize("text", ["", "-1", "101", "1.234", "ten", "１０"])
def test_a_share_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(BadInput, match="not a commission"):
        agents.read_percent(text)


def test_only_who_is_an_agent_has_an_account_and_sells(plan: Plan) -> None:
    staff.add("carl", "a long password", "cashier", NOW)
    staff.add("new", "a long password", "agent", NOW)
    for name in ("carl", "nobody"):
        with pytest.raises(BadInput, match="no agent"):
            agents.set_terms(name, 1000, 1, "olive", NOW)
        with pytest.raises(BadInput, match="Only an agent"):
            sell(name, plan, "a")
    with pytest.raises(BadInput, match="past your limit"):
        sell("new", plan, "a")  # nobody has set a limit yet
    assert [one.name for one in agents.everybody()] == ["new"]


# --- the account


def test_an_account_is_only_added_to(amina: str, plan: Plan) -> None:
    sell(amina, plan, "a")
    for change in (AgentEntry.update(amount_cents=0), AgentEntry.delete()):
        with pytest.raises(DatabaseError, match="only added to"):
            change.execute()
    assert balance() == -1800


def test_a_correction_says_why_and_each_line_says_the_balance(
    amina: str, plan: Plan
) -> None:
    sell(amina, plan, "a")
    with pytest.raises(BadInput, match="Say why"):
        agents.correct(amina, 500, Note("olive", once="x"), NOW)
    agents.correct(amina, -500, Note("olive", "lost float", "x"), NOW)
    told = [
        (e.kind, left) for e, left in agents.entries(agents.named(amina).agent_id, 9)
    ]
    assert told == [("correction", -2300), ("commission", -1800), ("sale", -2000)]
    newest = AgentEntry.select(fn.MAX(AgentEntry.id)).scalar()
    older = agents.entries(agents.named(amina).agent_id, 1, newest)
    assert [(e.kind, left) for e, left in older] == [("commission", -1800)]


@pytest.mark.parametrize("cents", [0, -1, 10**12])
def test_no_money_is_not_taken_in(amina: str, cents: int) -> None:
    with pytest.raises(BadInput, match="not an amount"):
        agents.take_in(amina, cents, Note("olive"), NOW)


def test_the_audit_sees_a_sale_that_is_not_on_the_account(
    amina: str, plan: Plan
) -> None:
    sell(amina, plan, "a")
    assert wrong() == []
    store.database.execute_sql("DROP TRIGGER agent_entry_is_kept")
    AgentEntry.delete().where(AgentEntry.kind == "sale").execute()
    assert wrong() == ["agent"]


# --- reports


def test_reports_agree_with_the_ledger_to_the_cent(amina: str, plan: Plan) -> None:
    odd = catalogue.add("Odd", "19.99", "1h", NOW)
    agents.set_terms(amina, 750, 100_00, "olive", NOW)
    for once, goods in (("a", plan), ("b", odd), ("c", odd)):
        sale = sell(amina, goods, once)
    agent_sales.take_back(sale.payment.id, "not wanted", "olive", True, NOW)
    agents.take_in(amina, 10_00, Note("olive"), NOW)
    (row,) = commission.by_agent(DAYS).rows
    assert row[:7] == ("amina", 3, 2000 + 2 * 1999, 1999, 150 + 149, 1000, 0)
    assert row[7] == -balance() == 3999 - 299 - 1000
    by = {one[0]: one[1:] for one in money.by_provider(DAYS).rows}
    assert by["agent"] == (3, row[2], row[3], row[2] - row[3])
    assert list(money.by_cashier(DAYS).rows) == []
    sold = {one[3]: one[5] for one in reports.named("vouchers").make(DAYS).rows}
    assert sold == {"1 Hour": 1, "Odd": 1}
    assert wrong() == []


def test_what_is_owed_is_told_as_of_the_end_of_the_days(amina: str, plan: Plan) -> None:
    sell(amina, plan, "a")
    long_ago = Span(date(2020, 1, 1), date(2020, 1, 2), ZONE)
    assert list(commission.by_agent(long_ago).rows) == []
    after = Span(date(2028, 1, 1), date(2028, 1, 2), ZONE)
    (row,) = commission.by_agent(after).rows
    assert row == ("amina", 0, 0, 0, 0, 0, 0, 1800)
