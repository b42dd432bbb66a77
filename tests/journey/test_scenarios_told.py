"""What M-Pesa tells of a prompt, in every shape, order and hour (facts 7.4: 1-13).

The numbers in the names are the rows of that table.
"""

from __future__ import annotations

import pytest
from village import PRICE_CENTS, Village

from hotspot_lite.trade.models import Payment, Subscription

FAILURES = [
    "1",
    "2001",
    "1032",
    "1019",
    "1025",
    "9999",
    "26",
    "2",
    "3",
    "4",
    "8",
    "17",
    "2028",
    "8006",
]


def is_sold_once(village: Village, payment: Payment) -> bool:
    """Paid with its receipt, time given once, one prompt, no doubt."""
    payment = village.again(payment)
    (money,) = village.daraja.money_taken()
    assert (payment.state, payment.receipt) == ("paid", money.receipt)
    assert money.amount_cents == payment.amount_cents == PRICE_CENTS
    assert village.doubts() == []
    return village.has_time(payment) == 1 == len(village.daraja.seen("push"))


@pytest.mark.parametrize("shape", ["A", "B", "C"])
def test_1_2_3_a_success_in_any_shape_puts_the_customer_online(
    village: Village, shape: str
) -> None:
    customer = village.somebody(shape=shape)
    payment = village.sell(customer)
    assert is_sold_once(village, payment)
    assert customer.is_on_the_internet()


@pytest.mark.parametrize(
    "habit", [{"shape": "empty"}, {"shape": "bare"}, {"callback_amount": "null"}]
)
def test_4_a_success_that_tells_nothing_is_asked_about_before_it_counts(
    village: Village, habit: dict[str, str]
) -> None:
    payment = village.sell(village.somebody(**habit))
    assert (payment.state, village.has_time(payment)) == ("sent", 0)
    village.pass_time(95)
    assert (village.again(payment).state, village.has_time(payment)) == ("paid", 1)


@pytest.mark.parametrize("how", ["text", "masked", "hashed", "missing"])
def test_5_the_payer_s_number_decides_nothing(village: Village, how: str) -> None:
    assert is_sold_once(village, village.sell(village.somebody(callback_number=how)))


@pytest.mark.parametrize("code", FAILURES)
def test_6_a_failure_is_told_in_words_and_the_next_try_works(
    village: Village, code: str
) -> None:
    customer = village.somebody(answer=code)
    payment = village.sell(customer)
    assert (payment.state, payment.result_code) == ("failed", code)
    assert village.has_time(payment) == 0
    page = customer.get(village.page.url).html
    assert "Traceback" not in page and "role=" in page
    village.phone_of(customer).answer = "pay"
    village.clock.shift += 130  # whoever is refused by rule 17 has to wait
    village.buy(customer)
    village.hear(customer)
    assert Subscription.select().count() == 1


@pytest.mark.parametrize(("code", "after"), [("1037", 3.0), ("1037", 59), ("1036", 5)])
def test_7_a_phone_that_cannot_be_reached_costs_nothing(
    village: Village, code: str, after: float
) -> None:
    customer = village.somebody(answer=code, enter_pin_after_seconds=after)
    payment = village.sell(customer)
    assert (payment.state, village.has_time(payment)) == ("failed", 0)
    assert village.daraja.money_taken() == []


@pytest.mark.parametrize("code", ["0", "1032", "SFC_IC0003"])
def test_8_codes_may_be_texts(village: Village, code: str) -> None:
    payment = village.sell(village.somebody(answer=code, callback_code_is_text=True))
    assert payment.result_code == code
    assert payment.state == ("paid" if code == "0" else "failed")


def test_9_a_callback_may_come_before_the_answer_to_the_push(
    village: Village,
) -> None:
    village.daraja.answer_after_seconds = 30.0  # 0.3 s
    customer = village.somebody(callback_before_answer=True)
    payment = village.buy(customer)
    village.work()
    assert is_sold_once(village, payment)


@pytest.mark.parametrize("late", [180, 2400, 26 * 3600])
def test_11_a_late_callback_counts_however_late(village: Village, late: int) -> None:
    customer = village.somebody(callback_lost=True)
    village.daraja.query_fault = "429"  # nor does asking help
    payment = village.buy(customer)
    village.answer(customer)
    village.pass_time(late)
    assert village.again(payment).state != "paid"
    (money,) = village.daraja.money_taken()
    village.daraja.tell_again(money.checkout_id)
    village.work()
    assert is_sold_once(village, payment)


def test_12_copies_of_a_callback_count_once_together_and_a_day_later(
    village: Village,
) -> None:
    customer = village.somebody(callback_copies=4)
    payment = village.buy(customer)
    village.hear(customer, callbacks=4)
    assert is_sold_once(village, payment)
    village.pass_time(86_400)
    village.daraja.tell_again(payment.checkout_request_id or "")
    village.work()
    assert village.has_time(payment) == 1


def test_13_a_failure_is_revived_by_a_success(village: Village) -> None:
    customer = village.somebody(callback_first="1037")
    payment = village.buy(customer)
    village.hear(customer, callbacks=2)
    assert is_sold_once(village, payment)


def test_13_a_success_is_never_undone_by_a_failure(village: Village) -> None:
    customer = village.somebody(callback_last="1032")
    payment = village.buy(customer)
    village.hear(customer, callbacks=2)
    paid = village.again(payment)
    assert (paid.state, village.has_time(payment)) == ("paid", 1)
    assert village.doubts() == ["contradicted"]  # a person may look; nobody loses time
