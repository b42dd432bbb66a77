"""A free package: once a day for a device, and only for the device that it is."""

from __future__ import annotations

import pytest
from road import waiting

from hotspot_lite import jobs, journey
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.town.visitor import Visitor
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import free
from hotspot_lite.trade.models import Device, FreeUse, Plan, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.reckoning import books
from hotspot_lite.trade.service import subscriptions

ZONE = "Africa/Nairobi"
DAY = 86_400


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("15 Minutes", "0", "15m", box.clock.at(), rate="512k/1M")


def take(plan: Plan, visitor: Visitor, days: int = 0, ip: str = "") -> Subscription:
    now = journey.here.now() + days * DAY
    return free.take(plan, visitor.mac, ip or visitor.ip, now, ZONE)


def run() -> None:
    """What is put for it runs: the proof, then the admission."""
    for name, do in (
        ("provisioning.welcome", journey.welcome),
        ("provisioning.admit", journey.admit),
    ):
        for found, args in sight.waiting_jobs(jobs.rows):
            if found == name:
                do(**args)


def test_a_device_is_online_for_nothing(plan: Plan, town: Town) -> None:
    visitor = town.visitor()
    time = take(plan, visitor)
    run()
    assert visitor.is_on_the_internet()
    (active,) = town.router.active()
    assert active["mac-address"] == visitor.mac
    assert 890 < subscriptions.seconds_left(time, journey.here.now()) <= 900


def test_a_device_has_it_once_a_day_and_the_next_day_again(
    plan: Plan, town: Town
) -> None:
    visitor = town.visitor()
    time = take(plan, visitor)
    run()
    Subscription.update(ended_at=journey.here.now()).execute()
    with pytest.raises(BadInput, match="had its free time today"):
        take(plan, visitor)
    assert Subscription.select().count() == 1
    later = take(plan, visitor, days=1)
    assert later.id != time.id and later.customer == time.customer


def test_another_free_package_is_not_a_second_one_of_the_day(
    plan: Plan, town: Town, box: Box
) -> None:
    visitor = town.visitor()
    other = catalogue.add("5 Minutes", "0", "5m", box.clock.at())
    take(plan, visitor)
    Subscription.update(ended_at=journey.here.now()).execute()
    with pytest.raises(BadInput):
        take(other, visitor)


def test_a_device_that_only_says_it_is_another_gets_nothing(
    plan: Plan, town: Town
) -> None:
    thief, made_up = town.visitor(), "02:AA:BB:CC:DD:EE"
    free.take(plan, made_up, thief.ip, journey.here.now(), ZONE)
    run()
    assert town.router.active() == []
    assert not Device.select().exists()


def test_who_has_time_left_keeps_the_free_time_for_later(
    plan: Plan, sold: Subscription
) -> None:
    with pytest.raises(BadInput, match="You have time left"):
        free.take(plan, sold.mac, sold.ip, journey.here.now(), ZONE)
    assert not FreeUse.select().exists()


def test_what_costs_something_is_not_free_and_what_is_free_costs_nothing(
    plan: Plan, town: Town, box: Box
) -> None:
    visitor = town.visitor()
    dear = catalogue.add("1 Hour", "20", "1h", box.clock.at())
    with pytest.raises(BadInput, match="not free"):
        take(dear, visitor)
    wish = payments.Ask(plan, visitor.phone, visitor.mac, visitor.ip)
    with pytest.raises(BadInput, match="is free"):
        payments.ask(wish, box.key, box.clock.at())
    assert waiting() == []


def test_the_money_audit_knows_that_it_cost_nothing(plan: Plan, town: Town) -> None:
    take(plan, town.visitor())
    found = books.all_rules(0, journey.here.now() + DAY, journey.here.now())
    assert list(found) == []
