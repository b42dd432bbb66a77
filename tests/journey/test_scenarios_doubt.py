"""What M-Pesa leaves in doubt: nothing told, wrongly told, answers lost.

Rows 10 and 14-20 of facts 7.4.

In doubt nobody gets time for nothing, nobody is asked twice, nothing is forgotten.
"""

from __future__ import annotations

from typing import Any

import pytest
from test_scenarios_told import is_sold_once
from village import Village

from hotspot_lite.town.daraja_faults import ACCEPTING_FAULTS, REFUSING_FAULTS
from hotspot_lite.trade.models import Payment

DAY = 86_400


def body(checkout_id: str, receipt: str, amount: Any = 20) -> dict[str, Any]:
    items = {"Amount": amount, "MpesaReceiptNumber": receipt}
    told = [{"Name": name, "Value": value} for name, value in items.items()]
    return {
        "Body": {
            "stkCallback": {
                "MerchantRequestID": "29115-34620561-1",
                "CheckoutRequestID": checkout_id,
                "ResultCode": 0,
                "ResultDesc": "The service request is processed successfully.",
                "CallbackMetadata": {"Item": told},
            }
        }
    }


def own_path(village: Village, payment: Payment) -> str:
    """Where Safaricom was told to tell of this payment."""
    for note in village.daraja.seen("push"):
        if note["asked"]["AccountReference"] == f"HL{payment.id}":
            url: str = note["asked"]["CallBackURL"]
            return url.removeprefix(village.town.portal_url)
    raise AssertionError("never pushed")


def test_10_a_lost_callback_of_a_payment_is_made_good_by_asking(
    village: Village,
) -> None:
    customer = village.somebody(callback_lost=True)
    payment = village.buy(customer)
    village.answer(customer)
    village.pass_time(30)
    assert village.has_time(payment) == 0  # "0" may still mean: waiting for the PIN
    village.pass_time(65)
    paid = village.again(payment)
    assert (paid.state, paid.settled_by, village.has_time(payment)) == (
        "paid",
        "query",
        1,
    )
    village.pass_time(DAY + 60)
    assert village.doubts() == ["receipt-missing"]
    village.daraja.tell_again(paid.checkout_request_id or "")
    village.work()
    assert is_sold_once(village, payment)


def test_10_a_lost_callback_of_a_failure_is_made_good_by_asking(
    village: Village,
) -> None:
    customer = village.somebody(callback_lost=True, answer="cancel")
    payment = village.buy(customer)
    village.answer(customer)
    village.pass_time(95)
    failed = village.again(payment)
    assert (failed.state, failed.result_code) == ("failed", "1032")
    assert village.has_time(payment) == 0


@pytest.mark.parametrize("amount", [1, 19, 0, -20, "10.004", float("nan")])
def test_14_a_wrong_amount_gives_no_time_and_is_shown_to_a_person(
    village: Village, amount: Any
) -> None:
    payment = village.sell(village.somebody(callback_amount=amount))
    assert (payment.state, village.has_time(payment)) == ("sent", 0)
    assert len(village.doubts()) == 1


@pytest.mark.parametrize("amount", [21, 1e9])
def test_14_whoever_pays_too_much_gets_the_time_and_a_person_the_rest(
    village: Village, amount: Any
) -> None:
    payment = village.sell(village.somebody(callback_amount=amount))
    assert (payment.state, village.has_time(payment)) == ("paid", 1)
    assert village.doubts() == ["overpaid"]


def test_15_a_callback_for_nobody_gives_nobody_anything(village: Village) -> None:
    customer = village.somebody(callback_lost=True)
    payment = village.buy(customer)
    status, _ = village.post("/cb/" + "0" * 40, body("ws_CO_1", "UKQ1111111"))
    village.work()
    assert status in (200, 404)
    assert (village.again(payment).state, village.has_time(payment)) == ("sent", 0)


def test_15_the_id_of_another_payment_is_not_believed(village: Village) -> None:
    first = village.sell(village.somebody())
    customer = village.somebody(callback_id=first.checkout_request_id or "")
    second = village.sell(customer)
    assert (second.state, village.has_time(second)) == ("sent", 0)
    assert village.doubts() == ["wrong-id"]
    assert village.has_time(first) == 1


def test_15_one_receipt_buys_once(village: Village) -> None:
    first = village.sell(village.somebody())
    second = village.sell(village.somebody(callback_receipt=first.receipt or ""))
    assert (second.state, village.has_time(second)) == ("sent", 0)
    assert village.doubts() == ["receipt-twice"]


def test_15_a_receipt_that_comes_late_for_the_second_time_is_doubted(
    village: Village,
) -> None:
    first = village.sell(village.somebody())
    customer = village.somebody(callback_lost=True)
    second = village.buy(customer)
    village.answer(customer)
    village.pass_time(95)
    assert village.again(second).settled_by == "query"
    told = body(village.again(second).checkout_request_id or "", first.receipt or "")
    assert village.post(own_path(village, second), told)[0] == 200
    assert village.again(second).receipt is None
    assert village.doubts() == ["receipt-twice"]


@pytest.mark.parametrize("fault", ACCEPTING_FAULTS)
def test_16_17_a_lost_or_spoiled_yes_rings_once_and_the_callback_settles_it(
    village: Village, fault: str
) -> None:
    customer = village.somebody(push_fault=fault)
    payment = village.sell(customer)
    assert village.prompts(customer) == 1
    assert is_sold_once(village, payment)


@pytest.mark.parametrize("fault", REFUSING_FAULTS)
def test_17_20_a_refusal_is_never_repeated_behind_the_customer_s_back(
    village: Village, fault: str
) -> None:
    customer = village.somebody(push_fault=fault)
    payment = village.buy(customer)
    for _ in range(4):
        village.pass_time(600)
    assert village.prompts(customer) <= 1
    assert village.daraja.money_taken() == []
    is_told = village.again(payment).state == "failed"
    assert is_told or village.doubts() == ["uncertain-push"]


def test_18_a_token_that_ends_on_the_way_costs_no_sale(village: Village) -> None:
    assert village.sell(village.somebody()).state == "paid"
    village.daraja.expire_tokens()
    customer = village.somebody()
    payment = village.buy(customer)
    village.hear(customer)
    assert village.again(payment).state == "paid"
    assert len(village.daraja.seen("oauth")) == 2


def test_18_a_good_token_that_is_refused_once_costs_no_sale(
    village: Village,
) -> None:
    village.daraja.token_refusals = 1
    payment = village.sell(village.somebody())
    (money,) = village.daraja.money_taken()
    assert (payment.state, payment.receipt) == ("paid", money.receipt)


def test_18_no_token_for_ten_minutes_takes_nobody_s_money(village: Village) -> None:
    village.daraja.oauth_down = True
    customer = village.somebody()
    payment = village.buy(customer)
    for _ in range(10):
        village.pass_time(60)
    village.daraja.oauth_down = False
    village.pass_time(600)
    assert village.again(payment).state == "failed"
    assert village.prompts(customer) == 0
    payment = village.buy(customer)
    village.hear(customer)
    assert is_sold_once(village, payment)


@pytest.mark.parametrize("shape", ["text", "number", "small"])
@pytest.mark.parametrize("pending", ["500", "4999", "0"])
def test_19_a_query_while_the_phone_still_asks_settles_nothing(
    village: Village, pending: str, shape: str
) -> None:
    village.daraja.query_pending, village.daraja.query_shape = pending, shape
    customer = village.somebody(answer="cancel", callback_lost=True)
    village.phone_of(customer).enter_pin_after_seconds = 40.0
    payment = village.buy(customer)
    village.pass_time(30)
    assert village.daraja.seen("query")
    assert (village.again(payment).state, village.has_time(payment)) == ("sent", 0)
    village.answer(customer)
    village.pass_time(65)
    assert village.again(payment).result_code == "1032"


def test_19_a_query_that_calls_a_payment_failed_is_put_right_by_the_callback(
    village: Village,
) -> None:
    customer = village.somebody(query_answer="1032", callback_lost=True)
    payment = village.buy(customer)
    village.answer(customer)
    village.pass_time(95)
    assert village.again(payment).state == "failed"
    village.daraja.tell_again(village.again(payment).checkout_request_id or "")
    village.work()
    assert is_sold_once(village, payment)


def test_19_a_storm_of_429_is_waited_out(village: Village) -> None:
    village.daraja.query_fault, village.daraja.retry_after = "429", "60"
    customer = village.somebody(callback_lost=True)
    payment = village.buy(customer)
    village.answer(customer)
    for _ in range(24):
        village.pass_time(5)
    assert len(village.daraja.seen("query")) <= 3
    village.daraja.query_fault = ""
    for _ in range(10):
        village.pass_time(60)
    assert village.again(payment).state == "paid"


def test_20_two_hours_of_maintenance_at_night_are_told_and_then_over(
    village: Village,
) -> None:
    village.daraja.push_fault = village.daraja.query_fault = "html-503"
    customers = [village.somebody() for _ in range(3)]
    for customer in customers:
        village.buy(customer)
        assert customer.get(village.page.url).status == 200
    village.pass_time(7200)
    village.daraja.push_fault = village.daraja.query_fault = ""
    for customer in customers:
        payment = village.buy(customer)
        village.hear(customer)
        assert village.has_time(payment) == 1
