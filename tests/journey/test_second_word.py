"""A callback says paid, and the owner wants M-Pesa's second word (mpesa.confirm)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from road import Shifted, again, wait_for, with_settings
from test_giving_back import comes, doubts, work
from test_giving_back import web as serve

from hotspot_lite import journey
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.models import Callback, Inquiry, Payment, Subscription, ToldPaid
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.reckoning import overdue, resolving
from hotspot_lite.trade.reckoning.resolving import Decision

Told = Callable[[str], Payment]
web_of_the_box = serve


@pytest.fixture
def told(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    town: Town,
    asked: Payment,
) -> Iterator[Told]:
    """Pay on the phone under a policy; the callback is on our disk, unjudged."""

    def pay(policy: str) -> Payment:
        with_settings(monkeypatch, mpesa__confirm=policy)
        request.getfixturevalue("web_of_the_box")
        journey.push(payment_id=asked.id)
        assert wait_for(lambda: Callback.select().count())
        return again(asked)

    yield pay


def test_by_default_the_callback_is_enough(told: Told) -> None:
    assert told("trust_token").state == "paid"


def test_a_query_that_agrees_makes_it_paid_at_once(told: Told) -> None:
    payment = told("verify_query")
    assert (payment.state, ToldPaid.get().came_to) == ("sent", "")
    work()
    payment = again(payment)
    assert (payment.state, payment.settled_by) == ("paid", "callback")
    assert payment.receipt and Subscription.get().payment.id == payment.id
    assert ToldPaid.get().came_to == "agreed"


def test_a_query_that_disagrees_gives_nothing_and_is_told(
    told: Told, town: Town
) -> None:
    payment = told("verify_query")
    town.daraja.prompts.find(str(payment.checkout_request_id)).code = "1032"
    work()
    assert (again(payment).state, doubts()) == ("sent", ["contradicted"])
    assert Subscription.select().count() == 0


def test_a_query_that_says_nothing_is_asked_again_and_told_in_time(
    told: Told, town: Town, clock: Shifted
) -> None:
    payment = told("verify_query")
    town.daraja.query_shape = "no-code"
    work()
    assert again(payment).state == "sent"
    overdue.look(journey.here.now() + 700)
    assert doubts() == ["unconfirmed"]
    town.daraja.query_shape = "text"
    clock.shift += 700
    journey.reconcile()
    work()
    assert (again(payment).state, doubts()) == ("paid", [])


def test_a_status_that_agrees_makes_it_paid(told: Told, town: Town) -> None:
    payment = told("require_status")
    work()
    assert again(payment).state == "sent"
    comes()
    assert again(payment).state == "paid"
    assert town.daraja.seen("query") == []


def test_a_status_of_another_amount_gives_nothing(told: Told, town: Town) -> None:
    payment = told("require_status")
    Payment.update(amount_cents=5000).where(Payment.id == payment.id).execute()
    work()
    comes()
    assert (again(payment).state, doubts()) == ("sent", ["contradicted"])
    assert Subscription.select().count() == 0


@pytest.mark.parametrize("says", ["Failed", "Reversed", "Pending"])
def test_a_status_that_is_not_completed_gives_nothing(
    told: Told, town: Town, says: str
) -> None:
    payment = told("require_status")
    town.daraja.orders.status = says
    work()
    comes()
    assert (again(payment).state, doubts()) == ("sent", ["contradicted"])


def test_a_refused_question_says_nothing_of_the_money(told: Told, town: Town) -> None:
    payment = told("require_status")
    town.daraja.orders.code = "2001"
    work()
    comes()
    assert (again(payment).state, doubts()) == ("sent", ["unconfirmed"])


def test_where_nobody_may_ask_for_a_status_a_query_has_to_do(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, mpesa__security_credential="")
    payment = told("require_status")
    work()
    assert (again(payment).state, Inquiry.select().count()) == ("paid", 0)


def test_a_busy_m_pesa_is_asked_again(told: Told, town: Town) -> None:
    payment = told("require_status")
    town.daraja.order_fault = "busy"
    work()
    assert (again(payment).state, doubts()) == ("sent", [])
    town.daraja.order_fault = ""
    journey.inquire(inquiry_id=Inquiry.get().id)
    comes()
    assert again(payment).state == "paid"


def test_a_result_that_was_lost_is_asked_for_again(
    told: Told, town: Town, clock: Shifted
) -> None:
    payment = told("require_status")
    town.daraja.orders.lost = True
    work()
    assert wait_for(lambda: town.daraja.seen("status"))
    town.daraja.orders.lost = False
    journey.seek()
    assert Inquiry.select().count() == 1
    clock.shift = 400
    journey.seek()
    work()
    comes()
    assert again(payment).state == "paid"


def test_a_person_who_gives_the_time_keeps_the_receipt_that_was_told(
    told: Told, town: Town
) -> None:
    payment = told("require_status")
    town.daraja.orders.code = "2001"
    work()
    comes()
    (row,) = undecided.waiting()
    decision = Decision("grant", "jane", "It is in the statement.")
    resolving.resolve(row.id, decision, journey.here.now())
    payment = again(payment)
    assert (payment.state, payment.settled_by) == ("paid", "person")
    assert payment.receipt == town.daraja.money_taken()[0].receipt


def test_a_query_that_says_no_decides_nothing_where_the_status_does(
    told: Told, town: Town, clock: Shifted
) -> None:
    payment = told("require_status")
    town.daraja.orders.lost = True
    town.daraja.prompts.find(str(payment.checkout_request_id)).code = "1032"
    work()
    journey.reconcile()
    assert town.daraja.seen("query")
    assert (again(payment).state, doubts()) == ("sent", [])


def test_what_only_a_query_says_is_paid_waits_for_a_person(
    asked: Payment, town: Town, monkeypatch: pytest.MonkeyPatch, clock: Shifted
) -> None:
    with_settings(monkeypatch, mpesa__confirm="require_status")
    town.daraja.phones[asked.phone].callback_lost = True
    journey.push(payment_id=asked.id)
    assert wait_for(lambda: town.daraja.money_taken())
    clock.shift = 120
    journey.reconcile()
    assert (again(asked).state, doubts()) == ("sent", ["unconfirmed"])
