"""A pause: time stops and goes on with as much left, as often as was bought."""

from __future__ import annotations

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import helping, making_good, owed, returning
from hotspot_lite.trade.models import Customer, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import pausing, subscriptions

NOW = 1_800_000_000
HOUR, DAY = 3600, 86_400
MAC, IP = "02:00:00:00:00:01", "10.5.50.7"


@pytest.fixture
def customer(box: Box) -> Customer:
    return customers.of_phone("254700000001", NOW)[0]


def give(
    customer: Customer, pauses: int = 2, duration: str = "1h", **more: str
) -> Subscription:
    name = f"{duration} {pauses} {Subscription.select().count()}"
    plan = catalogue.add(name, "20", duration, NOW, pauses=pauses, **more)
    wish = subscriptions.Wish(customer, catalogue.terms_of(plan), MAC, IP)
    with store.atomic():
        return subscriptions.give(wish, NOW)


def fresh(time: Subscription) -> Subscription:
    return Subscription.get_by_id(time.id)


def go_on(customer: Customer, now: int) -> Subscription | None:
    with store.atomic():
        return pausing.go_on(customer, now)


def test_an_hour_paused_after_twenty_minutes_has_forty_left_a_week_later(
    customer: Customer,
) -> None:
    time = give(customer)
    pausing.pause(time, NOW + 1200)
    assert subscriptions.live(customer, NOW + 1200) == []
    paused = pausing.of(customer, NOW + 7 * DAY)
    assert paused is not None and pausing.seconds_left(paused) == 2400
    again = go_on(customer, NOW + 7 * DAY)
    assert again is not None and again.id == time.id
    assert subscriptions.seconds_left(again, NOW + 7 * DAY) == 2400
    assert again.expires_at - again.starts_at == HOUR
    assert pausing.of(customer, NOW + 7 * DAY) is None


def test_a_package_has_as_many_pauses_as_were_bought(customer: Customer) -> None:
    time = give(customer, pauses=1)
    pausing.pause(time, NOW + 60)
    go_on(customer, NOW + 600)
    with pytest.raises(BadInput, match="can not be paused"):
        pausing.pause(time, NOW + 700)
    assert fresh(time).ended_at is None


def test_two_at_once_pause_once(customer: Customer) -> None:
    time = give(customer)
    pausing.pause(time, NOW + 60)
    with pytest.raises(BadInput):
        pausing.pause(time, NOW + 61)
    assert fresh(time).pauses_left == 1


@pytest.mark.parametrize("pauses", [0, 2])
def test_only_time_that_runs_alone_and_long_enough_is_paused(
    customer: Customer, pauses: int
) -> None:
    time = give(customer, pauses)
    assert pausing.may_pause(fresh(time), NOW + 10) is (pauses > 0)
    assert not pausing.may_pause(fresh(time), NOW + HOUR - 30)
    give(customer, pauses)
    assert not pausing.may_pause(fresh(time), NOW + 10)


def test_time_that_has_not_begun_is_not_paused(customer: Customer) -> None:
    assert not pausing.may_pause(give(customer, starts="first-use"), NOW)


def test_nobody_goes_on_after_thirty_days(customer: Customer) -> None:
    pausing.pause(give(customer), NOW + 60)
    assert pausing.of(customer, NOW + 60 + 30 * DAY) is None
    assert go_on(customer, NOW + 60 + 30 * DAY) is None


def test_time_that_was_taken_back_while_paused_does_not_go_on(
    customer: Customer,
) -> None:
    time = give(customer)
    pausing.pause(time, NOW + 60)
    with store.atomic():
        subscriptions.end_early(time, NOW + 120)
    assert go_on(customer, NOW + 180) is None


def test_time_online_that_counts_keeps_what_was_not_used(customer: Customer) -> None:
    time = give(customer, duration="1d", uptime="1h")
    Subscription.update(used_seconds=1000).execute()
    pausing.pause(time, NOW + 1500)
    assert pausing.seconds_left(fresh(time)) == 2600


def test_whoever_proves_the_login_elsewhere_goes_on_there(customer: Customer) -> None:
    pausing.pause(give(customer), NOW + 1200)
    found = returning.begin(customer, "10.5.50.99", "phone", NOW + DAY)
    assert subscriptions.seconds_left(found, NOW + DAY) == 2400


def test_a_known_device_that_opens_the_portal_does_not_end_its_pause(
    customer: Customer,
) -> None:
    pausing.pause(give(customer), NOW + 60)
    assert not returning.welcome(customer, MAC, IP, NOW + 600)
    assert pausing.of(customer, NOW + 600) is not None


def test_a_pause_is_not_told_as_the_end(customer: Customer) -> None:
    time = give(customer)
    assert [due.subscription.id for due in owed.expired(0, NOW + HOUR)] == []
    pausing.pause(time, NOW + 60)
    assert list(owed.expired(0, NOW + 65)) == []


def test_an_outage_meanwhile_gives_nothing_to_who_had_paused(
    customer: Customer,
) -> None:
    pausing.pause(give(customer), NOW + HOUR - 90)
    outage = making_good.Outage(NOW + 600, NOW + 1200)
    assert list(making_good._affected(outage, 0, NOW + 1300)) == []


def test_staff_do_not_lengthen_what_is_paused(customer: Customer) -> None:
    time = give(customer)
    pausing.pause(time, NOW + 60)
    with pytest.raises(BadInput):
        helping.lengthen(time, 30, "he asked", "jane", NOW + 90)
