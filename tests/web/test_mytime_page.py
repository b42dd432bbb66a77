"""My time in the portal: paused and gone on with, by the very device only."""

from __future__ import annotations

import pytest
from house import IP, JOINED, MAC, Answer, Browser, Site

from hotspot_lite import store
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import pairing
from hotspot_lite.trade.models import Customer, Device, Pairing, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import pausing, subscriptions

OTHER = "mac=02%3A00%3A00%3A00%3A00%3A99&ip=127.0.0.1"


@pytest.fixture
def time(site: Site) -> Subscription:
    owner, _ = customers.of_phone("254712345678", site.now())
    terms = catalogue.terms_of(site.plan(pauses=2))
    with store.atomic():
        return subscriptions.give(
            subscriptions.Wish(owner, terms, MAC, IP), site.now() - 600
        )


def press(customer: Browser, what: str, joined: str = JOINED, **more: str) -> Answer:
    state = customer.get(f"/?{joined}").field("state") if not more else ""
    return customer.post(f"/status/{what}", {"state": state} | more)


def test_time_is_paused_and_the_pages_say_so(
    customer: Browser, time: Subscription
) -> None:
    assert "can be paused" in customer.get(f"/?{JOINED}").text
    assert "Pause my time" in customer.get(f"/status?{JOINED}").text
    assert press(customer, "pause").status == 303
    page = customer.get(f"/status?{JOINED}").text
    assert "Your time is paused: 50 minutes left" in page
    assert "Go on with my time" in page and "Pause my time" not in page
    assert "Your time is paused" in customer.get(f"/?{JOINED}").text
    assert "Muda wako umesimamishwa" in customer.get(f"/?{JOINED}&lang=sw").text


def test_going_on_leads_to_the_page_that_connects(
    site: Site, customer: Browser, time: Subscription
) -> None:
    press(customer, "pause")
    where = press(customer, "go-on").where
    assert "/wait/v-" in where
    assert "Connecting your device" in customer.get(where).text
    owner = Customer.get()
    assert pausing.of(owner, site.now()) is None
    assert len(subscriptions.live(owner, site.now())) == 1
    assert "You can pause once" in customer.get(f"/status?{JOINED}").text


def test_a_package_without_pauses_offers_none(
    customer: Browser, time: Subscription
) -> None:
    Subscription.update(pauses_left=0).execute()
    assert "Pause my time" not in customer.get(f"/status?{JOINED}").text
    answer = press(customer, "pause")
    assert answer.status == 422 and "can not be paused" in answer.text


def test_who_only_says_to_be_that_device_pauses_nothing(
    customer: Browser, time: Subscription
) -> None:
    elsewhere = JOINED.replace("127.0.0.1", "10.5.50.9", 1)
    assert elsewhere != JOINED
    for joined in (elsewhere, OTHER):
        assert "Pause my time" not in customer.get(f"/status?{joined}").text
        answer = press(customer, "pause", joined)
        assert answer.status == 422 and "not the device" in answer.text
    assert Subscription.get().paused_at is None


@pytest.mark.parametrize("what", ["pause", "go-on"])
def test_a_form_that_is_not_ours_changes_nothing(
    customer: Browser, time: Subscription, what: str
) -> None:
    assert press(customer, what, state="x.y").status == 422
    assert Subscription.get().paused_at is None


def test_staff_see_that_it_is_paused(
    site: Site, customer: Browser, time: Subscription
) -> None:
    press(customer, "pause")
    page = site.staff("mary", "cashier").get(f"/admin/customers/{Customer.get().id}")
    assert "paused" in page.text


# -- a device without a browser ----------------------------------------------------


def test_a_tv_is_asked_for_looked_for_and_removed(
    site: Site, customer: Browser, time: Subscription
) -> None:
    Subscription.update(devices=2).execute()
    assert "Add a TV or console" in customer.get(f"/status?{JOINED}").text
    form = customer.get(f"/status/device?{JOINED}").text
    assert 'name="device"' in form and "refresh" not in form
    assert press_device(customer, "eb:56:4e").status == 303
    page = customer.get(f"/status?{JOINED}").text
    assert "Looking for the device" in page and 'content="3"' in page
    tv = "02:00:00:EB:56:4E"
    pairing.settle(Pairing.get().id, {tv: "10.5.50.9"}, site.now())
    page = customer.get(f"/status?{JOINED}").text
    assert "The device is online." in page and tv in page
    state = customer.get(f"/?{JOINED}").field("state")
    customer.post("/status/device/remove", {"state": state, "mac": tv})
    assert tv not in customer.get(f"/status?{JOINED}").text


def press_device(customer: Browser, text: str, joined: str = JOINED) -> Answer:
    state = customer.get(f"/?{joined}").field("state")
    return customer.post("/status/device", {"state": state, "device": text})


@pytest.mark.parametrize("text", ["", "<b>", "12:34"])
def test_no_mac_is_said_beside_the_field_with_what_was_typed(
    customer: Browser, time: Subscription, text: str
) -> None:
    Subscription.update(devices=2).execute()
    answer = press_device(customer, text)
    assert answer.status == 422 and "not the end of a MAC" in answer.text
    assert "<b>" not in answer.text.partition("<main>")[2]


def test_only_the_device_itself_brings_another(
    customer: Browser, time: Subscription
) -> None:
    Subscription.update(devices=2).execute()
    assert press_device(customer, "eb:56:4e", OTHER).status == 422
    assert not Pairing.select().exists()


def test_another_customers_device_is_not_removed(
    site: Site, customer: Browser, time: Subscription
) -> None:
    theirs, _ = customers.of_phone("254711111111", site.now())
    customers.remember_device("02:00:00:00:00:55", "10.5.50.5", theirs, site.now())
    Device.update(bare=True).where(Device.customer == theirs).execute()
    state = customer.get(f"/?{JOINED}").field("state")
    fields = {"state": state, "mac": "02:00:00:00:00:55"}
    assert customer.post("/status/device/remove", fields).status == 422
    assert Device.select().where(Device.customer == theirs).exists()


# -- what goes first ---------------------------------------------------------------


def test_time_that_waits_begins_by_one_tap(
    site: Site, customer: Browser, time: Subscription
) -> None:
    terms = catalogue.terms_of(site.plan("Day", duration="1d"))
    with store.atomic():
        wish = subscriptions.Wish(time.customer, terms, MAC, IP)
        day = subscriptions.give(wish, site.now())
    page = customer.get(f"/status?{JOINED}").text
    assert page.count("Begin this now") == 1
    state = customer.get(f"/?{JOINED}").field("state")
    fields = {"state": state, "time": str(day.id)}
    where = customer.post("/status/first", fields).where
    assert "Connecting your device" in customer.get(where).text
    live = subscriptions.live(time.customer, site.now())
    assert [one.id for one in live] == [day.id, time.id]


@pytest.mark.parametrize("number", ["", "99", "x", "9" * 12])
def test_time_that_there_is_not_does_not_begin(
    customer: Browser, time: Subscription, number: str
) -> None:
    state = customer.get(f"/?{JOINED}").field("state")
    answer = customer.post("/status/first", {"state": state, "time": number})
    assert answer.status == 422 and 'role="alert"' in answer.text
