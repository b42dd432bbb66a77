"""Cash: sold in a shift, money once, time once, and the till says what is missing."""

from __future__ import annotations

import pytest
from test_payments import MAC, NOW, PHONE

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import (
    CashSale,
    Message,
    MoneyFact,
    Payment,
    Plan,
    Shift,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.money import ledger, payments, undecided
from hotspot_lite.trade.office import numbers
from hotspot_lite.trade.reckoning import overdue
from hotspot_lite.trade.service import access, subscriptions
from hotspot_lite.trade.takings import cash


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


@pytest.fixture
def shift(plan: Plan) -> Shift:
    return cash.open_shift("carl", 500_00, NOW)


def facts() -> list[tuple[str, int, str]]:
    return [(f.kind, f.amount_cents, f.who) for f in MoneyFact.select()]


# --- selling


def test_a_voucher_sold_for_cash_is_money_once_and_time_once(
    shift: Shift, plan: Plan
) -> None:
    batch = cash.sell_vouchers(shift, plan, 2, NOW)
    sold = list(CashSale.select())
    assert [s.payment.amount_cents for s in sold] == [2000, 2000]
    assert {s.voucher.code for s in sold} == set(vouchers.codes(batch))
    assert facts() == [("taken", 2000, "carl")] * 2
    assert payments.paid_without_time() == []
    vouchers.redeem(vouchers.codes(batch)[0], MAC, "", NOW + 60)
    assert Subscription.select().count() == 1
    assert subscriptions.fulfil(sold[1].payment.id, NOW + 60) is None
    assert Payment.select().count() == 2


def test_a_package_sold_to_a_phone_is_there_at_once(shift: Shift, plan: Plan) -> None:
    payment = cash.sell_to_phone(shift, plan, PHONE, NOW)
    time = Subscription.get()
    assert (time.payment, time.customer.phone) == (payment, PHONE)
    assert Message.get().phone == PHONE
    assert facts() == [("taken", 2000, "carl"), ("given", 2000, "")]


def test_nothing_is_sold_outside_a_shift(shift: Shift, plan: Plan) -> None:
    cash.close_shift(shift, 500_00, "", "carl", NOW)
    with pytest.raises(BadInput, match="closed"):
        cash.sell_to_phone(shift, plan, PHONE, NOW)
    with pytest.raises(BadInput, match="closed"):
        cash.sell_vouchers(shift, plan, 1, NOW)
    with pytest.raises(BadInput, match="1 to 50"):
        cash.sell_vouchers(shift, plan, 51, NOW)
    assert Payment.select().count() == 0


def test_who_bought_at_the_counter_may_come_later(shift: Shift, plan: Plan) -> None:
    cash.sell_to_phone(shift, plan, PHONE, NOW)
    assert overdue.look(NOW + 600) == 0
    assert undecided.count() == 0


# --- the till


def test_the_till_says_what_is_missing(shift: Shift, plan: Plan) -> None:
    cash.sell_vouchers(shift, plan, 3, NOW)
    last = cash.sell_to_phone(shift, plan, PHONE, NOW)
    cash.void(last.id, "Changed his mind.", "carl", False, NOW + 60)
    found = cash.close_shift(shift, 540_00, "Rain.", "carl", NOW + 3600)
    assert (found.sold, found.sold_cents) == (4, 8000)
    assert (found.voided, found.voided_cents) == (1, 2000)
    assert found.expected_cents == 560_00
    assert found.difference_cents == -20_00
    assert found.by_package == {"1 Hour": (3, 6000)}
    told = events.last(1)[0]
    assert told["type"] == "shift_closed" and "20 missing" in told["says"]
    assert not told["is_good"]


def test_one_shift_for_each_at_a_time(shift: Shift) -> None:
    with pytest.raises(BadInput, match="open already"):
        cash.open_shift("carl", 0, NOW + 1)
    assert cash.open_shift("mary", 0, NOW + 1).id != shift.id
    cash.close_shift(shift, 0, "", "jane", NOW + 2)
    with pytest.raises(BadInput, match="closed already"):
        cash.close_shift(shift, 0, "", "carl", NOW + 3)
    assert cash.shift_of("carl") is None
    assert cash.open_shift("carl", 0, NOW + 4).id != shift.id


def test_takings_are_split_by_provider_less_what_was_given_back(
    shift: Shift, plan: Plan
) -> None:
    cash.sell_vouchers(shift, plan, 2, NOW)
    first = CashSale.select().first()
    asked = payments.ask(payments.Ask(plan, PHONE), b"k" * 32, NOW)
    payments.mark_paid(asked, "callback", None, "R1", NOW)
    cash.void(first.payment.id, "A mistake.", "carl", False, NOW + 60)
    found = numbers.now_at(NOW + 60, "UTC")
    assert found.takings_by_provider == {"cash": 2000, "mpesa": 2000}
    assert found.takings_today_cents == 4000


# --- taken back


def sold(shift: Shift, plan: Plan) -> tuple[Payment, str]:
    batch = cash.sell_vouchers(shift, plan, 1, NOW)
    return CashSale.get().payment, vouchers.codes(batch)[0]


def test_a_voucher_taken_back_buys_nothing(shift: Shift, plan: Plan) -> None:
    payment, code = sold(shift, plan)
    cash.void(payment.id, "Wrong package.", "carl", False, NOW + 60)
    with pytest.raises(BadInput, match="taken back"):
        vouchers.redeem(code, MAC, "", NOW + 90)
    assert facts()[-1] == ("refunded", 2000, "carl")
    assert ledger.first_break() is None
    with pytest.raises(BadInput, match="can't be taken back"):
        cash.void(payment.id, "Once more.", "carl", True, NOW + 90)


def test_what_is_used_is_not_taken_back(shift: Shift, plan: Plan) -> None:
    payment, code = sold(shift, plan)
    vouchers.redeem(code, MAC, "", NOW + 10)
    with pytest.raises(BadInput, match="can't be taken back"):
        cash.void(payment.id, "Too late.", "carl", True, NOW + 60)
    other = cash.sell_to_phone(shift, plan, PHONE, NOW)
    time = Subscription.get(Subscription.payment == other)
    access.admitted(time, {}, NOW + 20)
    with pytest.raises(BadInput, match="can't be taken back"):
        cash.void(other.id, "Too late.", "carl", True, NOW + 60)


def test_time_given_to_a_phone_ends_when_it_is_taken_back(
    shift: Shift, plan: Plan
) -> None:
    payment = cash.sell_to_phone(shift, plan, PHONE, NOW)
    cash.void(payment.id, "Wrong number.", "carl", False, NOW + 60)
    assert Subscription.get().ended_at == NOW + 60
    assert payments.paid_without_time() == []


def test_who_may_take_a_sale_back(shift: Shift, plan: Plan) -> None:
    payment, _ = sold(shift, plan)
    for who, is_owner, at in (("mary", False, 60), ("carl", False, 901)):
        with pytest.raises(BadInput, match="can't be taken back"):
            cash.void(payment.id, "I want to.", who, is_owner, NOW + at)
    with pytest.raises(BadInput, match="Say why"):
        cash.void(payment.id, "", "carl", False, NOW + 60)
    cash.void(payment.id, "The owner says so.", "jane", True, NOW + 9000)
    assert Voucher.get().voided_at == NOW + 9000


def test_a_closed_shift_stays_as_it_was_counted(shift: Shift, plan: Plan) -> None:
    payment, _ = sold(shift, plan)
    cash.close_shift(shift, 520_00, "", "carl", NOW + 60)
    with pytest.raises(BadInput, match="can't be taken back"):
        cash.void(payment.id, "Too late.", "jane", True, NOW + 90)
