"""store.create and store.get do what peewee's own do."""

from __future__ import annotations

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.models import Customer, Event, Payment, Plan, Subscription

pytestmark = pytest.mark.usefixtures("box")


def test_what_is_created_is_what_peewee_reads(box: Box) -> None:
    plan = store.create(
        Plan, name="x", price_cents=1, duration_seconds=60, rate="1M/1M", made_at=1
    )
    kept = Plan.get_by_id(plan.id)
    for name in Plan._meta.fields:  # type: ignore[attr-defined]
        assert getattr(kept, name) == getattr(plan, name)
    assert plan.on_sale is True and plan.devices == 1  # the model's defaults


def test_a_row_may_point_to_another_by_itself_or_by_its_id() -> None:
    customer = store.create(Customer, username="a", secret="b", made_at=1)
    values = {
        "plan_name": "x",
        "price_cents": 1,
        "duration_seconds": 60,
        "rate": "1M/1M",
        "devices": 1,
        "made_at": 1,
    }
    by_row = store.create(Subscription, customer=customer, **values)
    by_id = store.create(Subscription, customer=customer.id, **values)
    for made in (by_row, by_id):
        assert store.get(Subscription, made.id).customer.username == "a"


def test_a_table_whose_key_has_another_name(box: Box) -> None:
    event = store.create(Event, at=1, channel="x", type="y", body="{}")
    assert Event.get().seq == event.seq == 1


def test_a_row_is_found_by_one_of_its_columns() -> None:
    made = store.create(Customer, phone="2547", username="a", secret="b", made_at=1)
    found = store.find(Customer, phone="2547")
    assert found is not None and found.id == made.id
    assert store.find(Customer, phone="2548") is None
    with pytest.raises(AssertionError):
        store.find(Customer, **{"1=1 --": 1})


def test_a_row_that_is_not_there_is_the_models_own_error() -> None:
    with pytest.raises(Payment.DoesNotExist):
        store.get(Payment, 99)
