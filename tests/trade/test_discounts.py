"""Codes that make a package cheaper: what is left to pay, for whom, and how often."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from test_letters import HOUSE, told, turn_on

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue, discounts
from hotspot_lite.trade.goods.discounts import Cut, Wanted
from hotspot_lite.trade.grants import friends, owed, vouchers
from hotspot_lite.trade.models import (
    Audit,
    Customer,
    Discount,
    Payment,
    Plan,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.reckoning import money_audit
from hotspot_lite.trade.reckoning.money_audit import Asked
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import refunds
from hotspot_lite.web.portal import promo

NOW, DAY = 1_800_000_000, 86_400
PHONE, FRIEND = "254700000001", "254700000002"
MAC, FRIEND_MAC = "02:00:00:00:00:01", "02:00:00:00:00:02"


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Day", "85", "1d", NOW)


def code(percent: int = 20, **more: Any) -> Discount:
    return discounts.add(Wanted("KARIBU", percent, **more), "jane", NOW)


def buy(
    box: Box, plan: Plan, typed: str, phone: str = PHONE, mac: str = MAC, now: int = NOW
) -> Payment:
    """Asked for and paid, and time given."""
    cut = promo.cut(typed, box.key, plan, phone, mac, now)
    payment = payments.ask(payments.Ask(plan, phone, mac, cut=cut), box.key, now)
    payments.mark_paid(payment, "callback", None, f"SGR{payment.id}ABCDEF", now)
    subscriptions.fulfil(payment.id, now)
    return store.get(Payment, payment.id)


# -- The owner's codes ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("price", "percent", "off_cents", "left_cents"),
    [
        ("85", 20, 0, 6800),
        ("85", 50, 0, 4300),  # M-Pesa moves no 42.50
        ("20", 99, 0, 100),
        ("0.50", 50, 0, 50),  # never dearer than without
        ("20.50", 10, 0, 1845),
        ("85", 0, 1000, 7500),
        ("20", 0, 5000, 100),
    ],
)
def test_what_is_left_is_whole_and_never_nothing(
    box: Box, price: str, percent: int, off_cents: int, left_cents: int
) -> None:
    terms = catalogue.terms_of(catalogue.add("Any", price, "1h", NOW))
    assert Cut(percent, off_cents).of(terms).price_cents == left_cents


def test_the_price_that_is_left_is_asked_taken_and_agreed_on(
    box: Box, plan: Plan
) -> None:
    code()
    payment = buy(box, plan, " kari-bu ")
    assert payment.amount_cents == 6800
    assert payments.terms(payment).price_cents == 6800
    found = money_audit.look(Asked("jane"), NOW + DAY, "Africa/Nairobi")
    assert not found.wrongs
    assert sum(day.taken for day in found.days) == 6800
    (used,) = discounts.listed()
    assert (used.discount.code, used.count, used.paid_cents) == ("KARIBU", 1, 6800)


def test_a_phone_uses_a_code_as_often_as_it_may(box: Box, plan: Plan) -> None:
    code(per_phone=2)
    buy(box, plan, "KARIBU")
    buy(box, plan, "KARIBU", now=NOW + DAY)
    with pytest.raises(BadInput, match="This phone has used"):
        buy(box, plan, "KARIBU", now=NOW + 2 * DAY)
    assert buy(box, plan, "KARIBU", FRIEND, FRIEND_MAC).amount_cents == 6800


def test_a_purchase_that_failed_uses_no_code_up(box: Box, plan: Plan) -> None:
    code(most=1)
    cut = promo.cut("KARIBU", box.key, plan, PHONE, MAC, NOW)
    asked = payments.ask(payments.Ask(plan, PHONE, MAC, cut=cut), box.key, NOW)
    Payment.update(state="failed").where(Payment.id == asked.id).execute()
    assert buy(box, plan, "KARIBU", FRIEND, FRIEND_MAC).amount_cents == 6800


def test_of_two_at_once_one_is_the_last_buyer(box: Box, plan: Plan) -> None:
    code(most=1)
    said: list[str] = []

    def come(number: int) -> None:
        phone, mac = f"25470000010{number}", f"02:00:00:00:01:0{number}"
        try:
            cut = promo.cut("KARIBU", box.key, plan, phone, mac, NOW)
            payments.ask(payments.Ask(plan, phone, mac, cut=cut), box.key, NOW)
            said.append("asked")
        except BadInput as exc:
            said.append(exc.says)
        finally:
            store.database.close()

    crowd = [threading.Thread(target=come, args=(number,)) for number in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(said) == ["That code is used up."] * 5 + ["asked"]


def test_the_same_phone_with_another_code_waits_for_its_open_prompt(
    box: Box, plan: Plan
) -> None:
    code()
    plain = payments.ask(payments.Ask(plan, PHONE, MAC), box.key, NOW)
    assert plain.amount_cents == 8500
    payments.may_push(plain.id, NOW)
    cut = promo.cut("KARIBU", box.key, plan, PHONE, MAC, NOW)
    cheaper = payments.Ask(plan, PHONE, MAC, cut=cut)
    with pytest.raises(BadInput, match="prompt is open"):
        payments.ask(cheaper, box.key, NOW + 5)
    assert payments.ask(cheaper, box.key, NOW + 80).amount_cents == 6800


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("KARIBU2", "We do not know"),
        ("a", "not a discount code"),
        ("<script>alert(1)</script>", "not a discount code"),
        ("KARIBU'; DROP TABLE payment", "not a discount code"),
    ],
)
def test_a_code_that_is_none_is_refused(
    box: Box, plan: Plan, typed: str, says: str
) -> None:
    code()
    with pytest.raises(BadInput, match=says) as refused:
        promo.cut(typed, box.key, plan, PHONE, MAC, NOW)
    assert refused.value.field == "promo"


def test_a_code_holds_for_its_package_until_its_end_and_until_it_is_stopped(
    box: Box, plan: Plan
) -> None:
    other = catalogue.add("1 Hour", "20", "1h", NOW)
    made = code(plan=plan, ends_at=NOW + DAY)
    with pytest.raises(BadInput, match="another package"):
        promo.cut("KARIBU", box.key, other, PHONE, MAC, NOW)
    with pytest.raises(BadInput, match="is over"):
        promo.cut("KARIBU", box.key, plan, PHONE, MAC, NOW + DAY)
    assert discounts.any_holds(NOW)
    discounts.stop(made, "jane", NOW)
    discounts.stop(made, "jane", NOW)
    with pytest.raises(BadInput, match="is over"):
        promo.cut("KARIBU", box.key, plan, PHONE, MAC, NOW)
    assert not discounts.any_holds(NOW)
    assert [row.detail for row in Audit.select()][-2:] == [
        "KARIBU, 20 % off 1 Day",
        "KARIBU stopped",
    ]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        (Wanted("KA", 20), "promo"),
        (Wanted("KARIBU"), "percent"),
        (Wanted("KARIBU", 20, 100), "percent"),
        (Wanted("KARIBU", 100), "percent"),
        (Wanted("KARIBU", -5), "percent"),
        (Wanted("KARIBU", 20, most=0), "most"),
        (Wanted("KARIBU", 20, per_phone=0), "per_phone"),
        (Wanted("KARIBU", 20, ends_at=NOW), "until"),
    ],
)
def test_a_code_that_can_not_be_meant_is_refused(
    box: Box, wanted: Wanted, field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        discounts.add(wanted, "jane", NOW)
    assert refused.value.field == field
    assert not Discount.select().exists()


def test_a_code_that_takes_nothing_off_is_not_used_up(box: Box, plan: Plan) -> None:
    code(5)
    cheap = catalogue.add("10 Minutes", "10", "10m", NOW)
    with pytest.raises(BadInput, match="no cheaper"):
        buy(box, cheap, "KARIBU")
    assert buy(box, plan, "KARIBU").amount_cents == 8100


def test_the_last_day_of_the_calendar_is_refused_in_words(box: Box) -> None:
    typed = dict.fromkeys(discounts.FIELDS, "") | {"promo": "KARIBU", "percent": "20"}
    with pytest.raises(BadInput, match="no day"):
        discounts.read(typed | {"until": "9999-12-31"}, "Africa/Nairobi")


def test_a_code_is_not_made_twice(box: Box) -> None:
    code()
    with pytest.raises(BadInput, match="already"):
        discounts.add(Wanted("karibu", 50), "jane", NOW)


# -- Friends -------------------------------------------------------------------------


@pytest.fixture
def customer(box: Box, plan: Plan) -> Customer:
    turn_on("brought", 20)
    buy(box, plan, "")
    return Customer.get()


def test_a_friend_pays_less_and_who_brought_it_gets_one_voucher(
    box: Box, plan: Plan, customer: Customer
) -> None:
    typed = friends.code_of(customer, box.key).lower()
    payment = buy(box, plan, typed, FRIEND, FRIEND_MAC)
    assert payment.amount_cents == 6800
    sale = Subscription.get(Subscription.payment == payment)
    assert owed.write_of_sale(sale.id, "KES", HOUSE, NOW) == 1
    assert owed.write_of_sale(sale.id, "KES", HOUSE, NOW) == 0
    (text,) = told("brought")
    given = vouchers.redeem(text.rpartition(" ")[2], MAC, "", NOW + 9)
    assert given.plan_name == "1 Day"


def test_a_friend_who_buys_again_at_once_is_thanked_for_all_the_same(
    box: Box, plan: Plan, customer: Customer
) -> None:
    typed = friends.code_of(customer, box.key)
    first = buy(box, plan, typed, FRIEND, FRIEND_MAC)
    # The worker was away meanwhile: what it writes of the first sale, it writes now.
    buy(box, plan, "", FRIEND, FRIEND_MAC, NOW + 300)
    sale = Subscription.get(Subscription.payment == first)
    assert owed.write_of_sale(sale.id, "KES", HOUSE, NOW + 600) == 1


def test_nobody_is_thanked_for_money_that_went_back(
    box: Box, plan: Plan, customer: Customer
) -> None:
    turn_on("thanks", 2)
    typed = friends.code_of(customer, box.key)
    first = buy(box, plan, typed, FRIEND, FRIEND_MAC)
    second = buy(box, plan, "", FRIEND, FRIEND_MAC, NOW + 300)
    for payment in (first, second):
        refunds.by_hand(refunds.Wish("jane", "went home", payment), NOW + 400)
        sale = Subscription.get(Subscription.payment == payment)
        assert owed.write_of_sale(sale.id, "KES", HOUSE, NOW + 600) == 0
    assert not Voucher.select().exists()


def test_who_bought_before_is_no_friend_by_phone_nor_by_device(
    box: Box, plan: Plan, customer: Customer
) -> None:
    typed = friends.code_of(customer, box.key)
    for phone, mac in ((PHONE, FRIEND_MAC), (FRIEND, MAC)):
        with pytest.raises(BadInput, match="for the first time"):
            promo.cut(typed, box.key, plan, phone, mac, NOW)
    buy(box, plan, "", FRIEND, FRIEND_MAC)
    with pytest.raises(BadInput, match="for the first time"):
        promo.cut(typed, box.key, plan, FRIEND, "02:00:00:00:00:03", NOW)


def test_nobody_brings_more_than_ten_in_thirty_days(
    box: Box, plan: Plan, customer: Customer
) -> None:
    typed = friends.code_of(customer, box.key)
    for number in range(10):
        buy(box, plan, typed, f"2547000002{number:02}", f"02:00:00:00:02:0{number}")
    new = ("254700000300", "02:00:00:00:03:00")
    with pytest.raises(BadInput, match="used up"):
        promo.cut(typed, box.key, plan, *new, NOW)
    assert promo.cut(typed, box.key, plan, *new, NOW + 31 * DAY).percent == 20


def test_a_friend_s_code_is_nobody_else_s_and_can_not_be_made_up(
    box: Box, plan: Plan, customer: Customer
) -> None:
    typed = friends.code_of(customer, box.key)
    assert friends.by_code(typed, box.key) == customer
    assert friends.by_code(typed, b"x" * 32) is None
    wrong = typed[:-1] + ("A" if typed[-1] != "A" else "B")
    assert friends.by_code(wrong, box.key) is None
    for odd in ("", "F", "F-", "F3", "FÄ-AAAA", "F" + "9" * 40):
        assert friends.by_code(odd, box.key) is None


def test_where_the_owner_thanks_nobody_the_code_is_over(
    box: Box, plan: Plan, customer: Customer
) -> None:
    typed = friends.code_of(customer, box.key)
    turn_off = owed.letters.Wanted(False, 20, {})
    owed.letters.change("brought", turn_off, True, "jane", NOW)
    with pytest.raises(BadInput, match="is over"):
        promo.cut(typed, box.key, plan, FRIEND, FRIEND_MAC, NOW)
