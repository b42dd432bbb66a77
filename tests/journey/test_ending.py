"""Time ends at the router too: expiry, kicks, reboots, sessions that nobody closed."""

from __future__ import annotations

import pytest
from road import Shifted, again, waiting

from hotspot_lite import jobs, journey, store
from hotspot_lite.box import Box
from hotspot_lite.errors import TryAgain
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import returning, vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Device, Session, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import order, pausing, subscriptions


@pytest.fixture
def online(sold: Subscription, town: Town) -> Subscription:
    journey.admit(subscription_id=sold.id)
    assert town.router.nas.settle(5)
    journey.drain()
    jobs.rows.main.execute_sql("DELETE FROM job")
    return Subscription.get_by_id(sold.id)


def take_back(subscription: Subscription) -> None:
    """Time that ends before the router was told it would."""
    Subscription.update(ended_at=journey.here.now()).where(
        Subscription.id == subscription.id
    ).execute()


def heard(town: Town) -> list[str]:
    return [what for _, what in town.router.journal if what.startswith("logout")]


def test_time_taken_back_is_cut_off_by_radius_with_its_accounting(
    online: Subscription, town: Town
) -> None:
    take_back(online)
    journey.expire()
    assert town.router.active() == []
    assert heard(town)[-1].endswith("Admin-Reset")
    assert town.router.nas.settle(5)
    journey.drain()
    assert Session.get().ended_at is not None


def test_a_router_deaf_to_radius_is_told_by_its_api(
    online: Subscription, town: Town
) -> None:
    town.router.tables["/radius/incoming"].rows[0]["accept"] = "false"
    take_back(online)
    journey.expire()
    assert town.router.active() == []


def test_who_has_time_is_left_alone(online: Subscription, town: Town) -> None:
    journey.expire()
    journey.close_stale()
    assert len(town.router.active()) == 1
    assert waiting() == []


def test_the_router_is_asked_only_when_something_ended(
    online: Subscription, town: Town
) -> None:
    journey.expire()
    before = len(town.router.journal)
    for _ in range(5):
        journey.expire()
    assert len(town.router.journal) == before
    take_back(online)
    journey.expire()
    asked = len(town.router.journal)
    journey.expire()
    assert len(town.router.journal) == asked > before


def test_what_ends_while_the_router_is_away_is_cut_off_when_it_is_back(
    online: Subscription, town: Town
) -> None:
    town.router.refuse()
    take_back(online)
    journey.expire()
    assert len(town.router.active()) == 1
    town.router.heal()
    journey.expire()
    assert town.router.active() == []


def test_who_bought_more_comes_in_again_on_the_new_terms(
    online: Subscription, town: Town, clock: Shifted
) -> None:
    now = journey.here.now()
    plan = catalogue.add("Fast", "50", "1d", now, rate="9M/9M")
    wish = subscriptions.Wish(
        online.customer, catalogue.terms_of(plan), online.mac, online.ip
    )
    more = subscriptions.give(wish, now)
    jobs.rows.main.execute_sql("DELETE FROM job")
    clock.shift = 2
    town.router.tick(town.router.now() + 2)
    take_back(online)
    Subscription.update(starts_at=now, expires_at=now + 86_400).where(
        Subscription.id == more.id
    ).execute()
    clock.shift = 4
    town.router.tick(town.router.now() + 2)
    journey.expire()
    assert town.router.active() == []
    assert waiting() == ["provisioning.admit"]
    journey.admit(subscription_id=more.id)
    clock.shift = 6
    town.router.tick(town.router.now() + 2)
    journey.here.cut_off_until = 0
    journey.expire()  # and the new session is not taken for the old one
    assert len(town.router.active()) == 1
    device = town.router.device(more.mac)
    assert device.session is not None
    assert device.session.terms.rate_limit == "9M/9M"


def test_local_users_that_are_not_ours_are_never_put_out(
    online: Subscription, town: Town
) -> None:
    town.router.tables["/ip/hotspot/user"].append(name="boss", password="x")
    device = town.router.join("02:AA:00:00:00:01", "127.5.60.1")
    device.log_in("boss", "x")
    take_back(online)
    journey.expire()
    assert [row["user"] for row in town.router.active()] == ["boss"]


def test_an_unbelieved_clock_cuts_off_nobody(
    online: Subscription, town: Town, clock: Shifted
) -> None:
    take_back(online)
    clock.trusted = False
    clock.floor = journey.here.now() + 1_000_000
    journey.expire()
    assert len(town.router.active()) == 1


def test_a_kick_puts_the_device_out_and_says_who_did(
    online: Subscription, town: Town
) -> None:
    journey.kick(mac=online.mac, who="mary")
    assert town.router.active() == []
    assert "mary" in events.newer(0)[-1]["says"]
    journey.kick(mac=online.mac, who="mary")
    assert "gone already" in events.newer(0)[-1]["says"]


def test_a_kick_waits_for_a_router_that_is_away(
    online: Subscription, town: Town
) -> None:
    town.router.refuse()
    with pytest.raises(TryAgain):
        journey.kick(mac=online.mac, who="mary")


def test_after_a_reboot_of_the_router_who_paid_is_online_again_without_a_click(
    online: Subscription, town: Town, clock: Shifted
) -> None:
    town.router.nas.stop()  # its Accounting-On is lost
    town.router.reboot()
    town.router.tables["/radius"].rows[0]["disabled"] = "true"
    clock.shift = 60
    town.router.tick(town.router.now() + 50)
    journey.close_stale()
    assert Session.get().cause == "NAS-Reboot"
    assert Subscription.get_by_id(online.id).access == "waiting"
    town.router.tables["/radius"].rows[0]["disabled"] = "false"
    town.router.join(online.mac, online.ip)
    journey.catch_up()
    assert waiting() == ["provisioning.admit"]
    journey.admit(subscription_id=online.id)
    assert len(town.router.active()) == 1


def test_a_session_whose_stop_was_lost_is_closed_and_keeps_what_it_used(
    online: Subscription, town: Town, clock: Shifted
) -> None:
    device = town.router.device(online.mac)
    device.use(1_000, 2_000)
    town.router.tables["/radius"].rows[0]["disabled"] = "true"
    device.log_out()
    clock.shift = 60
    town.router.tick(town.router.now() + 60)
    journey.close_stale()
    found = Session.get()
    assert (found.cause, found.ended_at is not None) == ("Lost-Service", True)
    assert Subscription.get_by_id(online.id).access == "admitted"  # by its own hand


def test_a_session_that_is_heard_of_again_is_open_again(
    online: Subscription, town: Town, clock: Shifted
) -> None:
    Session.update(ended_at=Session.seen_at - 5, cause="Lost-Service").execute()
    town.router.tick(town.router.now() + 301)
    assert town.router.nas.settle(5)
    clock.shift = 302
    journey.drain()
    assert Session.get().ended_at is None


def test_a_payment_is_never_touched_by_an_ending(
    online: Subscription, town: Town
) -> None:
    take_back(online)
    journey.expire()
    assert again(online.payment).state == "paid"
    assert payments.terms(online.payment).duration_seconds == 3600


def test_data_shared_by_two_devices_is_over_by_their_sum(box: Box, town: Town) -> None:
    now = journey.here.now()
    plan = catalogue.add("Two", "50", "1d", now, data="10M", devices=2)
    (code,) = vouchers.codes(vouchers.make(plan, 1, "cli", now))
    first, second = town.visitor(), town.visitor()
    time = vouchers.redeem(code, first.mac, first.ip, now)
    for visitor in (first, second):
        device = town.router.device(visitor.mac)
        device.log_in(time.customer.username, time.customer.secret)
        device.use(0, 4 * 1024**2)
    assert town.router.nas.settle(5)
    journey.drain()
    journey.expire()
    assert len(town.router.active()) == 2
    assert town.router.device(second.mac).use(0, 3 * 1024**2)  # 11 MB, 7 on this one
    journey.expire()
    assert town.router.active() == []
    assert Subscription.get().ended_at is not None
    assert town.router.nas.settle(5)
    journey.drain()
    assert Subscription.get().data_used_bytes == 11 * 1024**2


def test_paused_time_is_off_at_once_and_on_again_with_as_much_left(
    online: Subscription, town: Town
) -> None:
    Subscription.update(pauses_left=1).execute()
    pausing.pause(online, journey.here.now())
    journey.expire()
    assert town.router.active() == []
    left = pausing.seconds_left(Subscription.get())
    customer, now = online.customer, journey.here.now()
    returning.begin(customer, online.ip, "pause", now, online.mac)
    journey.welcome(customer_id=customer.id, mac=online.mac, ip=online.ip, how="pause")
    journey.admit(subscription_id=online.id)
    (active,) = town.router.active()
    assert active["mac-address"] == online.mac
    assert subscriptions.seconds_left(Subscription.get(), now) == left


def test_other_time_goes_first_and_the_device_is_in_on_its_terms(
    online: Subscription, town: Town
) -> None:
    now = journey.here.now()
    fast = catalogue.add("Fast", "50", "2h", now, rate="20M/20M")
    wish = subscriptions.Wish(
        online.customer, catalogue.terms_of(fast), online.mac, online.ip
    )
    with store.atomic():
        later = subscriptions.give(wish, now)
    order.put_first(Device.get(), later.id, now)
    journey.turn(customer_id=online.customer.id)
    assert town.router.active() == []
    journey.admit(subscription_id=later.id)
    (active,) = town.router.active()
    assert active["mac-address"] == online.mac
    assert active["session-time-left"].startswith("1h59m")
    journey.expire()
    assert len(town.router.active()) == 1
