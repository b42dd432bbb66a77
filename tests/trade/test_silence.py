"""Silence is an alarm where there is usually something to hear, and only there."""

from __future__ import annotations

import pytest

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.models import Callback, Payment, Plan
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.reckoning import silence

NOW = 1_800_000_000
HOUR, WEEK = 3600, 7 * 86_400


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW - 10 * WEEK)


def pay(plan: Plan, at: int, count: int = 1) -> None:
    made = (
        payments.ask(payments.Ask(plan, "254700000001", ""), b"k" * 32, at)
        if not Payment.select().exists()
        else Payment.get()
    )
    row = {
        name: getattr(made, name)
        for name in ("provider", "kind", "plan", "terms", "amount_cents", "phone")
    }
    for number in range(count):
        Payment.create(
            **row,
            ref=f"{at}-{number}",
            token_hash=f"{at}-{number}",
            checkout_request_id=f"ws-{at}-{number}",
            state="paid",
            asked_at=at - 30,
            paid_at=at,
        )


def usual_weeks(plan: Plan, weeks: int = 4, an_hour: int = 10) -> None:
    for week in range(1, weeks + 1):
        for hour in range(12):
            pay(plan, NOW - week * WEEK - hour * HOUR - 600, an_hour)


def test_no_payment_where_ten_an_hour_are_usual_is_wrong(plan: Plan) -> None:
    usual_weeks(plan)
    heard = silence.payments(NOW)
    assert heard.is_wrong
    assert heard.says == "No payment for 1 h; 10 are usual at this time of week."


def test_one_payment_ends_it(plan: Plan) -> None:
    usual_weeks(plan)
    pay(plan, NOW - 60)
    assert not silence.payments(NOW).is_wrong


def test_where_few_are_usual_it_takes_longer(plan: Plan) -> None:
    usual_weeks(plan, an_hour=1)
    pay(plan, NOW - 7 * HOUR)
    assert silence.payments(NOW).says.startswith("No payment for 6 h")
    pay(plan, NOW - 5 * HOUR)
    assert not silence.payments(NOW).is_wrong


def test_a_new_box_a_quiet_one_and_a_quiet_hour_raise_no_alarm(plan: Plan) -> None:
    assert not silence.payments(NOW).is_wrong
    usual_weeks(plan, weeks=2)
    assert not silence.payments(NOW).is_wrong
    usual_weeks(plan, an_hour=0)
    assert not silence.payments(NOW + 86_400).is_wrong


def test_a_week_in_which_the_box_was_off_is_not_held_against_the_others(
    plan: Plan,
) -> None:
    usual_weeks(plan, weeks=4)
    gone = Payment.paid_at.between(NOW - WEEK - 86_400, NOW - WEEK)
    Payment.delete().where(gone).execute()
    assert silence.payments(NOW).is_wrong


def test_prompts_without_callbacks_are_wrong_and_a_few_are_not(plan: Plan) -> None:
    pay(plan, NOW - HOUR, 9)
    assert not silence.callbacks(NOW).is_wrong
    pay(plan, NOW - 2 * HOUR, 9)
    heard = silence.callbacks(NOW)
    assert heard.is_wrong
    assert heard.says == "0 callbacks for 18 prompts in the last 6 h."
    for payment in Payment.select().where(Payment.state == "paid"):
        tell(payment)
    assert not silence.callbacks(NOW).is_wrong
    for again in range(4):
        for payment in Payment.select().where(Payment.state == "paid"):
            tell(payment, again)
    assert silence.callbacks(NOW).is_wrong  # somebody repeats them


def tell(payment: Payment, number: int = -1) -> None:
    Callback.create(
        payment=payment, digest=f"{number}", body=b"", peer="", received_at=NOW
    )


def test_the_owner_is_told_when_it_begins_and_when_it_ends(
    box: Box, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.here.use(box)
    now = box.clock.now().at
    for week in (1, 2, 3, 4):
        pay(plan, now - week * WEEK - 600, 10)
    for _ in range(2):
        journey.listen()
    assert [one.name for one in conditions.wrong()] == ["no-payments"]
    pay(plan, now)
    journey.listen()
    told = [e["type"] for e in events.last(9) if e["type"].startswith("condition")]
    assert sorted(told) == ["condition_began", "condition_ended"]
