"""Time that is left follows its owner to the device in the hand, once."""

from __future__ import annotations

import pytest

from hotspot_lite import jobs
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import returning
from hotspot_lite.trade.models import (
    Customer,
    Device,
    Message,
    Move,
    PhoneCode,
    Session,
    Subscription,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions

NOW = 1_800_000_000
KEY = b"k" * 32
PHONE = "254700000001"
OLD, NEW = "02:00:00:00:00:01", "02:00:00:00:00:02"


@pytest.fixture
def customer(box: Box) -> Customer:
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    payment = payments.ask(payments.Ask(plan, PHONE, OLD, "10.5.50.9"), KEY, NOW)
    payments.mark_paid(payment, "callback", None, "UKM1", NOW)
    subscriptions.fulfil(payment.id, NOW)
    Subscription.update(access="admitted").execute()
    return Customer.get()


def online(customer: Customer, mac: str, now: int = NOW) -> None:
    Session.create(
        uniq=mac,
        subscription=Subscription.get(),
        username=customer.username,
        mac=mac,
        ip="10.5.50.9",
        nas="",
        acct_session_id="1",
        started_at=now,
        seen_at=now,
    )


def jobs_of(name: str) -> list[dict[str, object]]:
    return [args for job, args in sight.waiting_jobs(jobs.rows) if job == name]


def devices() -> set[str]:
    return {device.mac for device in Device.select()}


def code_sent() -> str:
    return str(Message.select().where(Message.kind == "code").get().text[:6])


def test_the_new_device_takes_the_place_of_the_old_one_which_is_put_out(
    customer: Customer,
) -> None:
    online(customer, OLD)
    assert returning.settle(customer.id, NEW, "10.5.50.10", "link", NOW + 60) == 1
    assert devices() == {NEW}
    found = Subscription.get()
    assert (found.mac, found.access) == (NEW, "waiting")
    assert jobs_of("provisioning.admit") != []  # of the sale
    assert jobs_of("hotspot-sessions.displace") == [
        {"customer_id": customer.id, "mac": OLD}
    ]
    assert Session.get().ended_at == NOW + 60
    assert Subscription.select().count() == 1


def test_settling_twice_is_settling_once(customer: Customer) -> None:
    for _ in range(2):
        returning.settle(customer.id, NEW, "10.5.50.10", "link", NOW)
    assert Move.select().count() == 1
    assert devices() == {NEW}


def test_a_package_for_two_devices_keeps_the_one_that_is_online(
    customer: Customer,
) -> None:
    Subscription.update(devices=2).execute()
    customers.remember_device("02:00:00:00:00:03", "10.5.50.11", customer, NOW + 5)
    online(customer, OLD)
    returning.settle(customer.id, NEW, "10.5.50.10", "link", NOW + 60)
    assert devices() == {OLD, NEW}


def test_time_that_is_passed_around_stops_moving_for_the_day(
    customer: Customer,
) -> None:
    for number in range(returning.MOVES_PER_DAY):
        mac = f"02:00:00:00:01:{number:02X}"
        returning.settle(customer.id, mac, "10.5.50.10", "link", NOW)
    with pytest.raises(BadInput, match="many devices today"):
        returning.begin(customer, "10.5.50.10", "link", NOW + 60)


def test_a_known_device_that_is_online_needs_no_welcome(customer: Customer) -> None:
    online(customer, OLD)
    assert not returning.welcome(customer, OLD, "10.5.50.9", NOW + 5)
    assert jobs_of("provisioning.welcome") == []


def test_without_time_nobody_is_welcome(customer: Customer) -> None:
    late = NOW + 3601
    assert not returning.welcome(customer, OLD, "10.5.50.9", late)
    with pytest.raises(BadInput, match="no time left"):
        returning.begin(customer, "10.5.50.9", "link", late)
    assert returning.settle(customer.id, NEW, "10.5.50.9", "link", late) == 0
    assert devices() == {OLD}


def test_a_link_is_one_customer_s_and_can_t_be_made_up(customer: Customer) -> None:
    link = returning.token(customer, KEY)
    assert returning.by_token(link, KEY) == customer
    for wrong in (link[:-1] + "x", f"9{link}", "", "-", "é-é", "1-" + "0" * 32):
        assert returning.by_token(wrong, KEY) is None
    assert returning.by_token(link, b"another box") is None


def test_a_code_from_the_phone_proves_whose_it_is_once(customer: Customer) -> None:
    assert returning.send_code(PHONE, KEY, NOW)
    code = code_sent()
    assert code not in PhoneCode.get().code_hash
    assert returning.by_code(PHONE, code, KEY, NOW + 60) == customer
    with pytest.raises(BadInput, match="not right"):
        returning.by_code(PHONE, code, KEY, NOW + 61)


def test_the_code_is_sent_in_the_customer_s_language(customer: Customer) -> None:
    customers.speaks(customer, "sw")
    returning.send_code(customer.phone, KEY, NOW)
    text = Message.select().order_by(Message.id.desc()).get().text
    assert "ni nambari yako ya WiFi" in text and text[:6].isdigit()


def test_a_code_can_t_be_guessed_nor_used_late(customer: Customer) -> None:
    returning.send_code(PHONE, KEY, NOW)
    code = code_sent()
    with pytest.raises(BadInput):
        returning.by_code(PHONE, code, KEY, NOW + returning.CODE_SECONDS + 1)
    for _ in range(returning.CODE_TRIES):
        with pytest.raises(BadInput):
            returning.by_code(PHONE, "no", KEY, NOW + 1)
    with pytest.raises(BadInput):
        returning.by_code(PHONE, code, KEY, NOW + 1)


def test_codes_go_to_phones_with_time_left_and_not_too_often(
    customer: Customer,
) -> None:
    assert not returning.send_code("254700000009", KEY, NOW)
    assert not returning.send_code(PHONE, KEY, NOW + 3601)
    sent = [returning.send_code(PHONE, KEY, NOW + n) for n in range(5)]
    assert sum(sent) == returning.CODES_PER_HOUR
    assert Message.select().where(Message.kind == "code").count() == 3


def test_a_displaced_device_that_came_back_is_left_alone(customer: Customer) -> None:
    assert returning.names_of_displaced(customer.id, OLD) == set()
    returning.settle(customer.id, NEW, "10.5.50.10", "link", NOW)
    assert returning.names_of_displaced(customer.id, OLD) == {customer.username, OLD}
