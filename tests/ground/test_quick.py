"""store.create, store.get and the like do what peewee's own do."""

from __future__ import annotations

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.models import (
    Agent,
    Customer,
    Device,
    Event,
    Payment,
    Plan,
    Session,
    Staff,
    Subscription,
    ToldPaid,
    UsageDay,
)

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


def test_a_key_that_is_another_row_is_kept_as_it_is(box: Box) -> None:
    for ref in ("a", "b"):
        about = {"terms": "{}", "amount_cents": 1, "phone": "", "asked_at": 1}
        payment = store.create(Payment, ref=ref, token_hash=ref, state="paid", **about)
    told = store.create(ToldPaid, payment=payment, checkout_request_id="x", told_at=1)
    assert told.payment == ToldPaid.get().payment == payment


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


def test_whether_a_row_is_there_is_told_by_one_of_its_columns() -> None:
    assert not store.has(Customer, phone="2547")
    store.create(Customer, phone="2547", username="a", secret="b", made_at=1)
    assert store.has(Customer, phone="2547") and not store.has(Customer, phone="2548")
    with pytest.raises(AssertionError):
        store.has(Customer, **{"1=1 --": 1})


def test_all_of_a_small_table_are_read_as_peewee_reads_them() -> None:
    assert store.everything(Plan) == []
    words = {"price_cents": 1, "duration_seconds": 60, "rate": "1M/1M", "made_at": 1}
    for name in "xy":
        store.create(Plan, name=name, on_sale=name == "x", **words)
    assert [(p.name, p.on_sale) for p in store.everything(Plan)] == [
        ("x", True),
        ("y", False),
    ]


def test_a_change_is_of_one_row_and_names_its_columns() -> None:
    rows = [
        store.create(Customer, username=name, secret="b", made_at=1) for name in "ac"
    ]
    store.change(Customer, rows[0].id, secret="new", phone="2547")
    kept = [Customer.get_by_id(row.id) for row in rows]
    assert [(one.secret, one.phone) for one in kept] == [("new", "2547"), ("b", None)]
    with pytest.raises(KeyError):
        store.change(Customer, rows[0].id, **{"secret = '' --": "x"})


def test_a_key_to_a_row_is_a_row_none_or_the_models_own_error() -> None:
    owner = store.create(Customer, username="a", secret="b", made_at=1)
    device = Device.create(mac="02", customer=owner, seen_at=1)
    assert Device.get_by_id(device.mac).customer == owner
    session = Session.create(
        uniq="s", username="a", mac="", ip="", nas="", acct_session_id="",
        started_at=1, seen_at=1,
    )  # fmt: skip
    assert Session.get_by_id("s").subscription is None
    day = UsageDay.create(
        day="d", session=session, octets_in=1, octets_out=1, seconds=1
    )
    assert UsageDay.get(UsageDay.day == day.day).session.username == "a"
    with pytest.raises(Customer.DoesNotExist):
        _ = Device(mac="03", customer=99, seen_at=1).customer
    with pytest.raises(Customer.DoesNotExist):
        _ = Device(mac="03", seen_at=1).customer


def test_a_row_whose_key_is_another_row_keeps_that_key() -> None:
    for name in ("a", "b"):
        member = store.create(Staff, name=name, password="", role="agent", made_at=1)
    made = store.create(Agent, staff=member, commission_bp=0, limit_cents=0)
    assert made.staff.name == Agent.get().staff.name == "b"
