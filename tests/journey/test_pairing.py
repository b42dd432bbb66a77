"""A TV has no browser: its customer names it, the router finds it, it is let in."""

from __future__ import annotations

import pytest
from road import waiting

from hotspot_lite import jobs, journey
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput, GiveUp
from hotspot_lite.jobs import sight
from hotspot_lite.town.visitor import Visitor
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import pairing, vouchers
from hotspot_lite.trade.models import Customer, Device, Pairing, Subscription


def buy(visitor: Visitor, devices: int = 2) -> Customer:
    now = journey.here.now()
    plan = catalogue.add(
        f"For {devices} {visitor.mac}", "50", "1d", now, devices=devices
    )
    (code,) = vouchers.codes(vouchers.make(plan, 1, "cli", now))
    time = vouchers.redeem(code, visitor.mac, visitor.ip, now)
    journey.admit(subscription_id=time.id)
    journey.drain()
    found: Customer = time.customer
    return found


@pytest.fixture
def phone(town: Town, box: Box) -> Visitor:
    return town.visitor()


@pytest.fixture
def tv(town: Town, box: Box) -> Visitor:
    return town.visitor()


def end_of(device: Visitor) -> str:
    return device.mac[-8:].lower()


def ask(customer: Customer, text: str) -> str:
    """The state of a wish once its job has run."""
    wish = pairing.ask(customer, text, journey.here.now())
    journey.pair(pairing_id=wish.id)
    return Pairing.get_by_id(wish.id).state


def online(town: Town) -> set[str]:
    return {row["mac-address"] for row in town.router.active()}


def test_a_tv_is_online_beside_the_phone(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    customer = buy(phone)
    assert ask(customer, end_of(tv)) == "done"
    assert online(town) == {phone.mac, tv.mac}
    assert tv.is_on_the_internet()
    assert [device.mac for device in pairing.of(customer)] == [tv.mac]


def test_a_tv_that_was_off_is_let_in_again_by_itself(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    ask(buy(phone), tv.mac)
    town.router.device(tv.mac).log_out()
    assert town.router.nas.settle(5)
    journey.drain()
    assert online(town) == {phone.mac}
    journey.let_in_bare()
    assert online(town) == {phone.mac, tv.mac}


def test_a_tv_whose_customer_has_no_time_is_not_let_in(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    ask(buy(phone), tv.mac)
    Subscription.update(ended_at=journey.here.now()).execute()
    journey.expire()
    assert online(town) == set()
    journey.let_in_bare()
    assert online(town) == set()


def test_a_tv_that_is_removed_is_out_and_stays_out(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    customer = buy(phone)
    ask(customer, tv.mac)
    pairing.forget(customer, tv.mac, journey.here.now())
    for name, args in sight.waiting_jobs(jobs.rows):
        if name == "hotspot-sessions.displace":
            journey.displace(**args)
    assert online(town) == {phone.mac}
    journey.let_in_bare()
    assert online(town) == {phone.mac}
    assert pairing.of(customer) == []


def test_a_device_that_is_not_there_is_said_to_be_missing(phone: Visitor) -> None:
    assert ask(buy(phone), "DE:AD:00") == "none"


def test_an_end_that_several_devices_share_finds_none_of_them(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    customer = buy(phone)
    wish = pairing.ask(customer, "AB:CD:EF", journey.here.now())
    seen = {f"02:00:0{n}:AB:CD:EF": f"10.5.50.{n}" for n in (1, 2)}
    assert pairing.settle(wish.id, seen, journey.here.now()) is None
    assert Pairing.get().state == "many"
    assert not Device.select().where(Device.bare).exists()


def test_a_device_with_time_of_its_own_is_not_taken(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    theirs = buy(tv)
    assert ask(buy(phone), tv.mac) == "taken"
    assert Device.get(Device.mac == tv.mac).customer == theirs


def test_one_device_too_many_is_refused_and_told(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    customer = buy(phone)
    ask(customer, tv.mac)
    assert town.router.nas.settle(5)
    journey.drain()
    third = town.visitor()
    wish = pairing.ask(customer, third.mac, journey.here.now())
    with pytest.raises(GiveUp, match="Device limit"):
        journey.pair(pairing_id=wish.id)
    pairing.fail(wish.id)
    assert pairing.newest(customer, journey.here.now()).state == "failed"
    assert online(town) == {phone.mac, tv.mac}


@pytest.mark.parametrize("text", ["", "12345", "GG:56:4D", "1234567890ABC", "tv"])
def test_what_can_be_no_mac_is_refused(phone: Visitor, text: str) -> None:
    customer = buy(phone)
    with pytest.raises(BadInput, match="not the end of a MAC"):
        pairing.ask(customer, text, journey.here.now())
    assert "provisioning.pair" not in waiting()


def test_time_for_one_device_is_not_shared(phone: Visitor) -> None:
    with pytest.raises(BadInput, match="for one device"):
        pairing.ask(buy(phone, devices=1), "AB:CD:EF", journey.here.now())


def test_nobody_tries_all_devices_of_the_street(phone: Visitor) -> None:
    customer = buy(phone)
    for number in range(pairing.PER_HOUR):
        pairing.ask(customer, f"AB:CD:0{number}", journey.here.now())
    with pytest.raises(BadInput, match="tried many devices"):
        pairing.ask(customer, "AB:CD:99", journey.here.now())


def test_staff_move_the_time_to_another_phone(
    town: Town, phone: Visitor, tv: Visitor
) -> None:
    customer = buy(phone, devices=1)
    wish = pairing.move(customer, end_of(tv), "jane", journey.here.now())
    journey.pair(pairing_id=wish.id)
    for name, args in sight.waiting_jobs(jobs.rows):
        if name == "hotspot-sessions.displace":
            journey.displace(**args)
    journey.admit(subscription_id=Subscription.get().id)
    assert online(town) == {tv.mac}
    assert [device.mac for device in Device.select()] == [tv.mac]
    assert pairing.of(customer) == []
