"""Nobody's phone is made to ring by strangers, and who pays may go on buying."""

from __future__ import annotations

import pytest

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Plan
from hotspot_lite.trade.money import asking, payments

NOW = 1_800_000_000
KEY = b"k" * 32
MAC = "02:00:00:00:00:01"


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


def ask(
    plan: Plan, phone: int, mac: str = MAC, ip: str = "", now: int = NOW
) -> Payment:
    wish = payments.Ask(plan, f"25470000{phone:04}", mac, ip)
    made = payments.ask(wish, KEY, now)
    payments.may_push(made.id, now)
    return made


def test_a_device_can_t_send_prompts_to_all_the_town(plan: Plan) -> None:
    for number in range(asking.PER_DEVICE):
        ask(plan, number)
    with pytest.raises(BadInput, match="Wait 10 minutes"):
        ask(plan, 9_999)


def test_an_address_with_ever_new_devices_is_stopped_too(plan: Plan) -> None:
    for number in range(asking.PER_ADDRESS):
        ask(plan, number, f"02:00:00:00:01:{number:02x}", "10.5.50.9")
    with pytest.raises(BadInput, match="Wait 10 minutes"):
        ask(plan, 9_999, "02:00:00:00:02:00", "10.5.50.9")


def test_a_phone_that_doesn_t_pay_is_left_alone_for_a_while(plan: Plan) -> None:
    for number in range(asking.PER_PHONE):
        ask(plan, 1, f"02:00:00:00:01:{number:02x}", now=NOW + 100 * number)
    with pytest.raises(BadInput, match="asked several times"):
        ask(plan, 1, "02:00:00:00:02:00", now=NOW + 400)
    assert ask(plan, 1, "02:00:00:00:02:00", now=NOW + 900).state == "asked"


def test_a_phone_is_asked_ten_times_a_day_at_most(plan: Plan) -> None:
    for number in range(asking.PER_PHONE_A_DAY):
        ask(plan, 1, f"02:00:00:00:01:{number:02x}", now=NOW + 700 * number)
    with pytest.raises(BadInput, match="many times today"):
        ask(plan, 1, "02:00:00:00:02:00", now=NOW + 8_000)


def test_who_paid_is_not_counted(plan: Plan) -> None:
    for number in range(asking.PER_PHONE + 2):
        payment = ask(plan, 1, now=NOW + 100 * number)
        Payment.update(state="paid", paid_at=NOW - 500).where(
            Payment.id == payment.id
        ).execute()
    assert ask(plan, 1, now=NOW + 600).state == "asked"


def test_the_whole_place_sends_only_so_many_prompts(plan: Plan) -> None:
    for number in range(asking.OF_ALL):
        ask(plan, number, f"02:00:00:00:{number:02x}:01")
    with pytest.raises(BadInput, match="Very many people"):
        ask(plan, 9_999, "02:00:00:00:ff:02")
