"""The exceptions list: doubt is told once, decided once, and closes when it is gone."""

from __future__ import annotations

import pytest
from test_payments import KEY, MAC, NOW, PHONE, Heard, Pushed

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import (
    Audit,
    MoneyFact,
    Payment,
    Plan,
    Subscription,
    Undecided,
)
from hotspot_lite.trade.money import ledger, payments, undecided
from hotspot_lite.trade.reckoning import overdue, resolving
from hotspot_lite.trade.reckoning.resolving import Decision
from hotspot_lite.trade.service import access, subscriptions
from hotspot_lite.trade.takings import hearsay

DAY = 86_400


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


@pytest.fixture
def payment(plan: Plan) -> Payment:
    wish = payments.Ask(plan, PHONE, MAC, "10.5.50.9")
    asked = payments.ask(wish, KEY, NOW)
    found = payments.may_push(asked.id, NOW)
    assert found is not None
    payments.pushed(found, Pushed(), NOW)
    return Payment.get_by_id(asked.id)


def paid(payment: Payment, receipt: str | None = "UKM1", at: int = NOW) -> Payment:
    payments.mark_paid(payment, "callback", None, receipt, at)
    return Payment.get_by_id(payment.id)


def underpaid(payment: Payment) -> Undecided:
    heard = Heard(amount_cents=1500, amount_text="15.0")
    hearsay.hear(payment, b"{}", heard, "127.0.0.1", NOW)
    (row,) = undecided.waiting()
    return row


def decide(row: Undecided, way: str, **more: object) -> Undecided:
    told = {"who": "jane", "reason": "He showed me the SMS."} | more
    decision = Decision(way, **told)  # type: ignore[arg-type]
    return resolving.resolve(row.id, decision, NOW + 60)


def facts() -> list[tuple[str, int]]:
    rows = MoneyFact.select().order_by(MoneyFact.id)
    return [(row.kind, row.amount_cents) for row in rows]


def kinds() -> list[str]:
    return [row.kind for row in undecided.waiting()]


# --- opening and closing


def test_the_same_doubt_is_told_once_while_it_is_open(payment: Payment) -> None:
    assert undecided.leave("unreadable", "No.", NOW, payment)
    assert not undecided.leave("unreadable", "No.", NOW + 5, payment)
    told = [e["type"] for e in events.newer(0) if e["type"] == "exception_opened"]
    assert told == ["exception_opened"]


def test_a_matter_of_no_payment_is_one_by_its_subject(box: Box) -> None:
    for at in (NOW, NOW + 1):
        undecided.leave("orphan-callback", "Somebody.", at, subject="strangers")
    assert undecided.count() == 1


def test_doubt_closes_by_itself_when_its_reason_has_gone(payment: Payment) -> None:
    overdue.look(NOW + 4000)
    assert kinds() == ["uncertain-push"]
    paid(payment)
    assert kinds() == []
    row = Undecided.get()
    assert (row.resolution, row.resolved_by) == ("by itself", "")


def test_every_way_that_a_kind_names_can_be_done() -> None:
    named = {way for kind in undecided.KINDS.values() for way in kind.ways}
    assert named <= set(resolving.WAYS)


# --- what is overdue


def test_a_push_that_nothing_can_be_asked_about_is_told_after_10_minutes(
    plan: Plan,
) -> None:
    asked = payments.ask(payments.Ask(plan, PHONE, MAC), KEY, NOW)
    payments.may_push(asked.id, NOW)
    assert overdue.look(NOW + 599) == 0
    assert overdue.look(NOW + 601) == 1
    assert overdue.look(NOW + 700) == 0


def test_a_receipt_that_is_missing_for_a_day_is_told_and_entered(
    payment: Payment,
) -> None:
    paid(payment, receipt=None)
    assert overdue.look(NOW + DAY - 1) == 0
    assert overdue.look(NOW + DAY + 1) == 1
    (row,) = undecided.waiting()
    decide(row, "receipt", receipt="sjk3 abcd12")
    assert Payment.get_by_id(payment.id).receipt == "SJK3ABCD12"
    assert overdue.look(NOW + DAY + 9) == 0


def test_a_late_receipt_closes_the_row(payment: Payment) -> None:
    paid(payment, receipt=None)
    overdue.look(NOW + DAY + 1)
    paid(Payment.get_by_id(payment.id), "UKM1", NOW + DAY + 2)
    assert kinds() == []


def test_paid_and_not_online_for_a_minute_is_told_until_the_device_is(
    payment: Payment,
) -> None:
    paid(payment)
    time = subscriptions.fulfil(payment.id, NOW)
    assert time is not None
    assert overdue.look(NOW + 60) == 0
    assert overdue.look(NOW + 62) == 1
    (row,) = undecided.waiting()
    decide(row, "retry", reason="")
    assert kinds() == ["no-access"]
    access.admitted(time, {}, NOW + 70)
    assert kinds() == []


def test_two_prompts_of_one_wish_both_paid_are_told(payment: Payment) -> None:
    wish = payments.Ask(Plan.get(), PHONE, MAC)
    again = payments.ask(wish, KEY, NOW + 80)
    assert again.id != payment.id
    paid(payment, "UKM1", NOW + 90)
    paid(again, "UKM2", NOW + 95)
    overdue.look(NOW + 100)
    (row,) = undecided.waiting("double-success")
    assert row.payment == again
    decide(row, "seen", reason="")
    overdue.look(NOW + 120)
    assert "double-success" not in kinds()


def test_a_second_package_bought_after_the_first_is_no_doubt(payment: Payment) -> None:
    paid(payment, "UKM1", NOW + 10)
    again = payments.ask(payments.Ask(Plan.get(), PHONE, MAC), KEY, NOW + 200)
    paid(again, "UKM2", NOW + 220)
    overdue.look(NOW + 230)
    assert kinds() == []


# --- deciding


def test_granting_takes_what_came_and_gives_the_time_once(payment: Payment) -> None:
    row = underpaid(payment)
    decide(row, "grant", receipt="UKM1234567")
    assert Subscription.select().count() == 1
    assert facts() == [("taken", 1500), ("given", 1500), ("decided", 1500)]
    assert Payment.get_by_id(payment.id).receipt == "UKM1234567"
    with pytest.raises(BadInput, match="settled already"):
        decide(row, "grant")
    assert Subscription.select().count() == 1


def test_another_package_may_be_granted_for_what_came(payment: Payment) -> None:
    row = underpaid(payment)
    half = catalogue.add("30 Minutes", "15", "30m", NOW)
    decide(row, "grant", plan=half)
    assert Subscription.get().plan_name == "30 Minutes"
    assert Subscription.get().duration_seconds == 1800


def test_who_has_the_time_is_not_given_it_again(payment: Payment) -> None:
    paid(payment)
    subscriptions.fulfil(payment.id, NOW)
    undecided.leave("wrong-id", "Another's.", NOW, payment)
    (row,) = undecided.waiting()
    with pytest.raises(BadInput, match="its time already"):
        decide(row, "grant")
    assert undecided.count() == 1


@pytest.mark.parametrize(
    ("way", "kind"), [("refund", "refunded"), ("write-off", "written-off")]
)
def test_money_given_up_was_taken_first(payment: Payment, way: str, kind: str) -> None:
    decide(underpaid(payment), way)
    assert facts()[:2] == [("taken", 1500), (kind, 1500)]
    assert Subscription.select().count() == 0
    assert ledger.first_break() is None


def test_a_decision_needs_a_reason_and_says_who(payment: Payment) -> None:
    row = underpaid(payment)
    with pytest.raises(BadInput, match="Say why"):
        decide(row, "write-off", reason=" ")
    decide(row, "write-off", reason="Call 0712 345 678 back")
    kept = Undecided.get()
    assert (kept.resolution, kept.resolved_by) == ("write-off", "jane")
    noted = Audit.select().where(Audit.what == "exception write-off").get()
    assert (noted.who, "Call … back" in noted.detail) == ("jane", True)
    assert all("345" not in fact.detail for fact in MoneyFact.select())


def test_what_its_kind_does_not_allow_is_refused(payment: Payment) -> None:
    undecided.leave("unreadable", "No.", NOW, payment)
    (row,) = undecided.waiting()
    with pytest.raises(BadInput, match="can't be done"):
        decide(row, "write-off")


def test_a_receipt_that_is_used_can_not_be_entered_again(payment: Payment) -> None:
    other = payments.ask(payments.Ask(Plan.get(), "254700000002"), KEY, NOW)
    paid(other, "UKM1234567")
    row = underpaid(payment)
    with pytest.raises(BadInput, match="another payment"):
        decide(row, "grant", receipt="UKM1234567")
    assert Payment.get_by_id(payment.id).state == "sent"
