"""Packages change for whoever buys next, and go off sale without harm."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.goods.amounts import read_data, write_data
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import Audit, Plan
from hotspot_lite.trade.money import payments

NOW = 1_800_000_000


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW, data="500M", rate="2M/4M")


def fresh(plan: Plan) -> Plan:
    return Plan.get_by_id(plan.id)


def test_only_what_is_given_changes_and_the_log_says_from_what(plan: Plan) -> None:
    assert catalogue.change(plan, {"price": "25.50", "data": ""}, "jane", NOW)
    changed = fresh(plan)
    assert (changed.price_cents, changed.data_bytes) == (2550, None)
    assert (changed.duration_seconds, changed.rate) == (3600, "2M/4M")
    note = Audit.get(Audit.what == "plan change")
    assert note.who == "jane"
    assert "price_cents 2000 → 2550" in note.detail


def test_nothing_changed_is_nothing_noted(plan: Plan) -> None:
    assert not catalogue.change(plan, catalogue.written(plan), "jane", NOW)
    assert not Audit.select().where(Audit.what == "plan change").exists()


def test_what_was_sold_keeps_its_terms(plan: Plan, box: Box) -> None:
    wish = payments.Ask(plan, "254700000001", "02:00:00:00:00:01")
    payment = payments.ask(wish, box.key, NOW)
    batch = vouchers.make(plan, 1, "jane", NOW)
    catalogue.change(plan, {"name": "2 Hours", "duration": "2h"}, "jane", NOW)
    assert payments.terms(payment).duration_seconds == 3600
    assert catalogue.read_terms(batch.terms).name == "1 Hour"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"price": "ten"}, "price"),
        ({"duration": "1y"}, "duration"),
        ({"uptime": "2h"}, "uptime"),
        ({"devices": 0}, "devices"),
        ({"starts": "never"}, "starts"),
        ({"name": " "}, "name"),
        ({"name": "1 Day"}, "name"),
        ({"fair": "much"}, "fair"),
    ],
)
def test_one_wrong_field_leaves_the_package_as_it_was(
    plan: Plan, wrong: dict[str, Any], field: str
) -> None:
    catalogue.add("1 Day", "100", "1d", NOW)
    before = catalogue.written(plan)
    with pytest.raises(BadInput) as refused:
        catalogue.change(plan, {"rate": "9M/9M"} | wrong, "jane", NOW)
    assert refused.value.field == field
    assert catalogue.written(fresh(plan)) == before


def test_off_sale_is_seen_and_sold_no_longer_but_its_vouchers_are_good(
    plan: Plan,
) -> None:
    batch = vouchers.make(plan, 1, "jane", NOW)
    assert catalogue.put_on_sale(plan, False, "jane", NOW)
    assert not catalogue.put_on_sale(plan, False, "jane", NOW)
    assert catalogue.on_sale() == []
    assert catalogue.off_sale() == [plan]
    with pytest.raises(BadInput):
        catalogue.for_sale(plan.id)
    code = vouchers.codes(batch)[0]
    time = vouchers.redeem(code, "02:00:00:00:00:01", "10.5.50.7", NOW)
    assert time.duration_seconds == 3600
    assert catalogue.put_on_sale(plan, True, "jane", NOW)
    assert catalogue.for_sale(plan.id) == plan
    assert Audit.select().where(Audit.what == "plan off sale").count() == 1


@given(st.integers(1, 400 * 1440))
def test_a_duration_is_written_as_it_is_read(minutes: int) -> None:
    text = catalogue.write_duration(minutes * 60)
    assert catalogue.read_duration(text) == minutes * 60


@given(st.integers(1, 999_999), st.sampled_from("KMGT"))
def test_an_amount_of_data_is_written_as_it_is_read(number: int, unit: str) -> None:
    size = read_data(f"{number}{unit}")
    assert read_data(write_data(size)) == size
