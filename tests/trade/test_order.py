"""Time that waits may go first: nothing is lost of either."""

from __future__ import annotations

from time import time as clock_time

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Customer, Device, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import access, order, subscriptions

NOW = 1_800_000_000
HOUR, DAY = 3600, 86_400
MAC, IP = "02:00:00:00:00:01", "10.5.50.7"


@pytest.fixture
def customer(box: Box) -> Customer:
    return customers.of_phone("254700000001", NOW)[0]


def give(
    customer: Customer, duration: str, mac: str = MAC, **more: str
) -> Subscription:
    name = f"{duration} {Subscription.select().count()}"
    plan = catalogue.add(name, "20", duration, NOW, **more)
    wish = subscriptions.Wish(
        customer, catalogue.terms_of(plan), mac, IP if mac else ""
    )
    with store.atomic():
        return subscriptions.give(wish, NOW)


def put_first(customer: Customer, time_id: int, now: int) -> Subscription:
    device = Device.get_or_none(Device.customer == customer)
    return order.put_first(device, time_id, now)


def spans(customer: Customer, now: int) -> list[tuple[str, int, int]]:
    """What runs when, in seconds from then."""
    live = subscriptions.live(customer, now)
    return [
        (s.plan_name.split()[0], s.starts_at - now, s.expires_at - now) for s in live
    ]


def test_a_day_goes_before_the_rest_of_an_hour(customer: Customer) -> None:
    give(customer, "1h")
    day = give(customer, "1d")
    now = NOW + 1200
    found = put_first(customer, day.id, now)
    assert found.id == day.id
    assert spans(customer, now) == [("1d", 0, DAY), ("1h", DAY, DAY + 2400)]
    assert "hotspot-sessions.turn" in [n for n, _ in sight.waiting_jobs(jobs.rows)]


def test_the_last_of_three_goes_first_and_the_others_keep_their_order(
    customer: Customer,
) -> None:
    give(customer, "1h")
    give(customer, "2h")
    day = give(customer, "1d")
    put_first(customer, day.id, NOW + 600)
    assert spans(customer, NOW + 600) == [
        ("1d", 0, DAY),
        ("1h", DAY, DAY + 3000),
        ("2h", DAY + 3000, DAY + 3000 + 2 * HOUR),
    ]


def test_it_may_be_turned_back(customer: Customer) -> None:
    hour = give(customer, "1h")
    day = give(customer, "1d")
    put_first(customer, day.id, NOW + 600)
    put_first(customer, hour.id, NOW + 700)
    assert spans(customer, NOW + 700) == [
        ("1h", 0, 3000),
        ("1d", 3000, 3000 + DAY - 100),
    ]


def test_what_runs_or_is_over_does_not_go_first(customer: Customer) -> None:
    hour = give(customer, "1h")
    day = give(customer, "1d")
    for wrong in (hour.id, 99):
        with pytest.raises(BadInput):
            put_first(customer, wrong, NOW + 10)
    with pytest.raises(BadInput):
        put_first(customer, day.id, NOW + HOUR + 5)


def test_nobody_turns_anothers_time(customer: Customer) -> None:
    give(customer, "1h")
    day = give(customer, "1d")
    other, _ = customers.of_phone("254700000002", NOW)
    give(other, "1h", mac="02:00:00:00:00:02")
    with pytest.raises(BadInput):
        put_first(other, day.id, NOW + 10)


def test_time_bought_at_the_counter_begins_on_the_device_that_asks(
    customer: Customer,
) -> None:
    give(customer, "1h")
    day = give(customer, "1d", mac="")
    found = put_first(customer, day.id, NOW + 600)
    assert (found.mac, found.ip) == (MAC, IP)
    order.turned(customer.id, NOW + 601)
    waiting = sight.waiting_jobs(jobs.rows)
    assert ("provisioning.admit", {"subscription_id": day.id}) in waiting


def due_in(time: Subscription) -> float:
    """In how many seconds its device is logged in; by this machine's clock."""
    ((at,),) = store.database.execute_sql(
        "SELECT due_at FROM job WHERE name = 'provisioning.admit' AND once = ?",
        (str(time.id),),
    ).fetchall()
    return float(at) - clock_time()


def test_what_goes_first_is_logged_in_now_and_not_when_it_was_planned(
    customer: Customer,
) -> None:
    give(customer, "1h")
    day = give(customer, "1d")
    assert due_in(day) > 3500
    put_first(customer, day.id, NOW + 600)
    order.turned(customer.id, NOW + 601)
    assert due_in(day) < 5


def test_what_follows_time_that_is_used_up_is_logged_in_at_once(
    customer: Customer,
) -> None:
    hour, day = give(customer, "1h"), give(customer, "1d")
    with store.atomic():
        subscriptions.end_early(hour, NOW + 600)
    assert due_in(day) < 10


def test_a_login_that_comes_before_its_time_waits_for_it(customer: Customer) -> None:
    give(customer, "1h")
    day = give(customer, "1d")
    store.database.execute_sql("DELETE FROM job")
    assert access.to_admit(day.id, NOW + 600) is None
    assert 2900 < due_in(day) < 3100
