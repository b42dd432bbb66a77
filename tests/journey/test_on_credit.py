"""A package on credit: for who bought before, once, paid with the next purchase."""

from __future__ import annotations

import threading

import pytest
from road import waiting

from hotspot_lite import jobs, journey, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import credit
from hotspot_lite.trade.models import (
    Audit,
    Customer,
    Debt,
    Device,
    Payment,
    Plan,
    Subscription,
)
from hotspot_lite.trade.money import debts, payments, undecided
from hotspot_lite.trade.reckoning import books
from hotspot_lite.trade.service import subscriptions

DAY = 86_400


@pytest.fixture
def plan(sold: Subscription) -> Plan:
    """Lent to who bought once; and the time that was bought is over."""
    found = Plan.get()
    credit.change(found, 1, "jane", journey.here.now())
    Subscription.update(ended_at=journey.here.now()).execute()
    return found


def borrow(customer: Customer | None = None) -> Subscription:
    device = Device.get()
    who = customer or device.customer
    return credit.take(who, device.mac, device.ip, journey.here.now())


def run() -> None:
    """What is put for it runs: the proof, then the admission."""
    for name, do in (
        ("provisioning.welcome", journey.welcome),
        ("provisioning.admit", journey.admit),
    ):
        for found, args in sight.waiting_jobs(jobs.rows):
            if found == name:
                do(**args)


def buy(plan: Plan, box: Box, days: int = 1, phone: str = "", mac: str = "") -> Payment:
    """Asked for, and not paid yet."""
    device = Device.get()
    wish = payments.Ask(plan, phone or device.customer.phone, mac or device.mac)
    return payments.ask(wish, box.key, journey.here.now() + days * DAY)


def pay(payment: Payment) -> None:
    now = journey.here.now()
    payments.mark_paid(payment, "callback", None, f"SGRAB{payment.id}CDEF", now)
    subscriptions.fulfil(payment.id, now)


def test_a_customer_is_online_now_and_pays_next_time(
    plan: Plan, town: Town, box: Box
) -> None:
    time = borrow()
    run()
    assert [row["user"] for row in town.router.active()] == [time.customer.username]
    assert debts.open_cents() == plan.price_cents
    Subscription.update(ended_at=journey.here.now()).execute()
    payment = buy(plan, box)
    assert payment.amount_cents == 2 * plan.price_cents
    pay(payment)
    assert debts.open_cents() == 0
    assert Debt.get().payment == payment
    assert list(books.all_rules(0, 2**62, journey.here.now() + DAY)) == []


def test_who_owes_gets_no_second_one_and_who_has_time_none(plan: Plan) -> None:
    borrow()
    with pytest.raises(BadInput, match="no credit for you"):
        borrow()
    Subscription.update(ended_at=journey.here.now()).execute()
    with pytest.raises(BadInput, match="no credit for you"):
        borrow()
    assert Debt.select().count() == 1


def test_of_six_taps_at_once_one_is_lent(plan: Plan) -> None:
    said: list[str] = []
    customer, now = Device.get().customer, journey.here.now()

    def tap() -> None:
        try:
            credit.take(customer, "02:00:00:00:00:01", "10.5.50.9", now)
            said.append("lent")
        except BadInput:
            said.append("refused")
        finally:
            store.database.close()

    taps = [threading.Thread(target=tap) for _ in range(6)]
    for one in taps:
        one.start()
    for one in taps:
        one.join()
    assert sorted(said) == ["lent"] + ["refused"] * 5
    assert Debt.select().count() == 1


def test_who_is_new_gets_none_nor_anybody_where_nothing_is_lent(
    plan: Plan, box: Box
) -> None:
    now = journey.here.now()
    customer = Device.get().customer
    credit.change(plan, 2, "jane", now)
    assert credit.for_(customer, now) is None
    credit.change(None, 1, "jane", now)
    assert credit.for_(customer, now) is None
    with pytest.raises(BadInput, match="no credit for you"):
        borrow()
    assert [row.detail for row in Audit.select()][-1] == "none"


def test_a_debt_follows_the_device_to_another_phone(plan: Plan, box: Box) -> None:
    borrow()
    other = buy(plan, box, phone="254700000099")
    assert other.amount_cents == 2 * plan.price_cents


def test_one_open_prompt_carries_the_debt_and_another_does_not(
    plan: Plan, box: Box
) -> None:
    borrow()
    first = buy(plan, box)
    second = buy(plan, box, phone="254700000099")
    assert (first.amount_cents, second.amount_cents) == (4000, 2000)
    Payment.update(state="failed").where(Payment.id == first.id).execute()
    third = buy(plan, box, days=2)
    assert third.amount_cents == 4000


def test_a_debt_paid_twice_is_for_a_person(plan: Plan, box: Box) -> None:
    borrow()
    failed = buy(plan, box)
    Payment.update(state="failed").where(Payment.id == failed.id).execute()
    pay(buy(plan, box, days=2))
    pay(failed)  # M-Pesa took it after all
    (doubt,) = undecided.waiting()
    assert (doubt.kind, doubt.amount_cents) == ("overpaid", plan.price_cents)


def test_what_is_forgiven_is_not_asked_for(plan: Plan, box: Box) -> None:
    borrow()
    debts.forgive(Debt.get(), "jane", journey.here.now())
    debts.forgive(Debt.get(), "jane", journey.here.now())
    assert buy(plan, box).amount_cents == plan.price_cents
    assert [row.what for row in Audit.select()].count("debt forgiven") == 1
    assert waiting().count("provisioning.welcome") == 1


def test_a_free_package_is_not_lent(plan: Plan, box: Box) -> None:
    free = catalogue.add("Free", "0", "15m", box.clock.at())
    for wanted, count in ((free, 1), (plan, 0), (plan, 1001)):
        with pytest.raises(BadInput):
            credit.change(wanted, count, "jane", box.clock.at())
