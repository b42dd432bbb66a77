"""Coming back: the router says which device it is, and the old one goes."""

from __future__ import annotations

import pytest
from road import waiting

from hotspot_lite import jobs, journey
from hotspot_lite.errors import TryAgain
from hotspot_lite.jobs import sight
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.grants import returning
from hotspot_lite.trade.models import Device, Event, Subscription


@pytest.fixture
def online(sold: Subscription) -> Subscription:
    journey.admit(subscription_id=sold.id)
    return Subscription.get()


def come_back(subscription: Subscription, ip: str, how: str, mac: str = "") -> None:
    customer = subscription.customer.id
    journey.welcome(customer_id=customer, mac=mac, ip=ip, how=how)
    waiting = sight.waiting_jobs(jobs.rows)
    for args in [a for name, a in waiting if name == "hotspot-sessions.displace"]:
        journey.displace(**args)
    for found in Subscription.select():
        journey.admit(subscription_id=found.id)


def test_a_new_device_is_online_and_the_old_one_is_not(
    online: Subscription, town: Town
) -> None:
    other = town.visitor()
    come_back(online, other.ip, "link")
    assert [row["mac-address"] for row in town.router.active()] == [other.mac]
    assert other.is_on_the_internet()
    assert [device.mac for device in Device.select()] == [other.mac]


def test_a_device_that_was_logged_out_is_online_again_without_a_click(
    online: Subscription, town: Town
) -> None:
    journey.here.router().log_out(online.mac)
    assert town.router.active() == []
    come_back(online, online.ip, "mac", online.mac)
    assert [row["mac-address"] for row in town.router.active()] == [online.mac]
    assert "hotspot-sessions.displace" not in waiting()


def test_a_device_that_was_let_in_since_it_asked_is_not_let_in_again(
    sold: Subscription, town: Town
) -> None:
    """A sign-in sheet is opened again in the second in which the money comes."""
    journey.admit(subscription_id=sold.id)
    come_back(sold, sold.ip, "mac", sold.mac)
    online = [e for e in Event.select() if e.type == "user_provisioned"]
    assert len(online) == 1
    assert Subscription.get().access == "admitted"


def test_a_device_that_only_says_it_is_another_gets_nothing(
    online: Subscription, town: Town
) -> None:
    thief = town.visitor()
    come_back(online, thief.ip, "mac", online.mac)
    assert [row["mac-address"] for row in town.router.active()] == [online.mac]
    assert Device.get().mac == online.mac


def test_an_address_where_nobody_is_is_asked_about_again(
    online: Subscription,
) -> None:
    with pytest.raises(TryAgain, match="doesn't see a device"):
        come_back(online, "10.5.50.250", "link")


def test_the_old_device_that_came_back_meanwhile_stays(
    online: Subscription, town: Town
) -> None:
    other = town.visitor()
    come_back(online, other.ip, "link")
    come_back(online, online.ip, "link")
    journey.displace(customer_id=online.customer.id, mac=online.mac)
    active = {row["mac-address"] for row in town.router.active()}
    assert online.mac in active
    assert returning.names_of_displaced(online.customer.id, other.mac)
