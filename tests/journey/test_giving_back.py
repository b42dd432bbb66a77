"""Reversal and status through the town, our web and the worker's jobs."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from road import Shifted, again, wait_for, with_settings

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.jobs import taking
from hotspot_lite.town.visitor import Visitor
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.models import (
    Inquiry,
    InquiryBody,
    MoneyFact,
    Payment,
    Refund,
    Subscription,
)
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.reckoning import overdue
from hotspot_lite.trade.takings import claims, inquiries, refunds
from hotspot_lite.trade.takings.claims import Asker
from hotspot_lite.web import serving
from hotspot_lite.wires.http import Caller

SHILLINGS = 20


@pytest.fixture
def web(box: Box) -> Iterator[None]:
    server: Any = serving.make_server(journey.here.box, journey.here.rails, {})
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    yield
    server.trigger.pull_trigger(server._map.clear)
    thread.join(5)
    server.task_dispatcher.shutdown()
    server.close()


@pytest.fixture
def bought(web: None, asked: Payment, town: Town) -> Payment:
    """Paid on the phone, told to our web, and its time given."""
    work()
    assert wait_for(lambda: town.daraja.told())
    work()
    assert again(asked).state == "paid"
    return again(asked)


def work() -> None:
    """Run every job that is due, one after the other, as a worker would."""
    huey = journey.huey
    huey.bell = None
    while taken := taking.take(huey.rows, "test", huey.served, time.time()):
        task = huey.kinds[taken.name]((), taken.args, id=str(taken.token))
        task.taken = taken
        huey.execute(task)


def give_back(payment: Payment) -> Refund:
    wish = refunds.Wish("jane", "Paid twice.", payment)
    refund = refunds.by_mpesa(wish, journey.here.box.key, journey.here.now())
    work()
    return refund


def comes(count: int = 1) -> None:
    """Wait until so many results are on our disk, then do the work."""
    assert wait_for(lambda: InquiryBody.select().count() >= count)
    work()


def state(refund: Refund) -> str:
    return str(Refund.get_by_id(refund.id).state)


def doubts() -> list[str]:
    return [row.kind for row in undecided.waiting()]


def went_back(town: Town) -> int:
    return len(town.daraja.book.returned)


def facts() -> list[str]:
    return [row.kind for row in MoneyFact.select().order_by(MoneyFact.id)]


def test_money_goes_back_once_and_its_time_ends(bought: Payment, town: Town) -> None:
    refund = give_back(bought)
    assert state(refund) == "sent"
    comes()
    assert state(refund) == "done"
    assert Refund.get().receipt == town.daraja.book.returned[0].receipt
    assert Subscription.get().ended_at is not None
    assert facts() == ["taken", "given", "refunded"]
    assert wait_for(lambda: not journey.here.router().active(mac=bought.mac))


def test_an_owner_may_let_the_time_run_on(
    bought: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, money__after_refund="keep")
    give_back(bought)
    comes()
    assert (Refund.get().state, Subscription.get().ended_at) == ("done", None)


def test_a_lost_answer_is_never_sent_again(bought: Payment, town: Town) -> None:
    town.daraja.orders.response_lost = True
    town.daraja.orders.lost = True
    refund = give_back(bought)
    assert state(refund) == "uncertain"
    assert wait_for(lambda: went_back(town))
    for _ in range(3):
        journey.inquire(inquiry_id=Inquiry.get().id)
    assert len(town.daraja.seen("reversal")) == 1
    overdue.look(journey.here.now() + 700)
    assert "uncertain-refund" in doubts()


def test_a_lost_answer_s_result_settles_it(bought: Payment, town: Town) -> None:
    town.daraja.orders.response_lost = True
    refund = give_back(bought)
    comes()
    assert (state(refund), doubts()) == ("done", [])


def test_results_that_come_twice_count_once(bought: Payment, town: Town) -> None:
    town.daraja.orders.copies = 3
    give_back(bought)
    assert wait_for(lambda: len(town.daraja.seen("result")) == 3)
    comes()
    assert facts().count("refunded") == 1


def test_a_timeout_is_uncertain_and_its_body_is_not_kept(
    bought: Payment, town: Town
) -> None:
    town.daraja.orders.timed_out = True
    refund = give_back(bought)
    comes()
    assert (state(refund), doubts()) == ("uncertain", ["uncertain-refund"])
    assert bytes(InquiryBody.get().body) == b""


def test_a_wrong_credential_is_said_and_nothing_went_back(
    bought: Payment, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, mpesa__security_credential="bm90IHNlYWxlZA==")
    refund = give_back(bought)
    comes()
    assert (state(refund), doubts()) == ("failed", ["refund-failed"])
    assert "mpesa.security_credential" in undecided.waiting()[0].says
    assert (went_back(town), Subscription.get().ended_at) == (0, None)


def test_a_refusal_at_the_gate_is_no_order(bought: Payment, town: Town) -> None:
    town.daraja.order_fault = "busy"
    refund = give_back(bought)
    assert state(refund) == "failed"
    assert went_back(town) == 0


def test_a_token_that_can_not_be_had_is_fetched_again(
    bought: Payment, town: Town
) -> None:
    town.daraja.oauth_down = True
    town.daraja.expire_tokens()
    journey.here.daraja._token = ""
    refund = give_back(bought)
    assert state(refund) == "asked"
    town.daraja.oauth_down = False
    journey.inquire(inquiry_id=Inquiry.get().id)
    comes()
    assert (state(refund), went_back(town)) == ("done", 1)


def test_a_stranger_at_the_address_of_results_finds_nothing(
    web: None, town: Town
) -> None:
    for path in ("/cb/r/" + "0" * 40, "/cb/r/" + "0" * 40 + "/late"):
        url = town.portal_url + path
        assert Caller().call("POST", url, {}, b"{}").status == 404
    assert InquiryBody.select().count() == 0


# --- claimed receipts


def test_a_claimed_receipt_is_asked_about_and_brings_its_time(
    web: None, box: Box, town: Town, visitor: Visitor, asked: Payment
) -> None:
    receipt = town.daraja.by_hand.pay("254700999999", SHILLINGS, "soap")
    asker = Asker(visitor.mac, visitor.ip)
    assert claims.by_receipt(receipt, asker, journey.here.now()) is None
    # The prompt of the same amount is over: it is not its money.
    payments.mark_failed(asked, "1032", "", journey.here.now())
    journey.seek()
    work()
    comes()
    payment = Payment.get(Payment.receipt == receipt)
    time_given = Subscription.get(Subscription.payment == payment)
    assert (time_given.mac, payment.settled_by) == (visitor.mac, "c2b")
    journey.seek()
    assert Inquiry.select().count() == 1


def test_a_receipt_that_nobody_knows_brings_nothing(
    web: None, box: Box, visitor: Visitor
) -> None:
    asker = Asker(visitor.mac, visitor.ip)
    claims.by_receipt("UKZ9ZZZZ99", asker, journey.here.now())
    journey.seek()
    work()
    comes()
    assert Inquiry.get().code == "2033"
    assert (Subscription.select().count(), doubts()) == (0, [])


def test_a_reversal_in_the_portal_is_seen_when_asked(
    bought: Payment, town: Town
) -> None:
    town.daraja.orders.status = "Reversed"
    inquiries.ask_status(
        str(bought.receipt), journey.here.box.key, journey.here.now(), bought
    )
    work()
    comes()
    assert (facts()[-1], doubts()) == ("reversed", ["reversed"])
    assert Subscription.get().ended_at is not None


def test_time_that_moves_to_another_device_leaves_the_old_one(
    bought: Payment, town: Town
) -> None:
    router = journey.here.router()
    assert wait_for(lambda: router.active(mac=bought.mac))
    other = town.visitor()
    claims.by_receipt(
        str(bought.receipt), Asker(other.mac, other.ip), journey.here.now()
    )
    work()
    assert wait_for(lambda: router.active(mac=other.mac))
    assert not router.active(mac=bought.mac)


def test_a_claimed_receipt_of_a_prompt_that_was_settled_by_asking_gives_nothing_twice(
    web: None, paid: Payment, town: Town
) -> None:
    """Its callback never came, its time is given; now somebody enters its receipt."""
    payments.mark_paid(paid, "query", None, None, journey.here.now())
    work()
    receipt = town.daraja.money_taken()[0].receipt
    claims.by_receipt(receipt, Asker(paid.mac, paid.ip), journey.here.now())
    journey.seek()
    work()
    comes()
    assert (again(paid).receipt, Subscription.select().count()) == (receipt, 1)
    assert facts() == ["taken", "given"]


def test_a_claimed_receipt_of_a_prompt_that_nobody_told_of_makes_it_paid(
    web: None, paid: Payment, town: Town
) -> None:
    receipt = town.daraja.money_taken()[0].receipt
    claims.by_receipt(receipt, Asker(paid.mac, paid.ip), journey.here.now())
    journey.seek()
    work()
    comes()
    paid = again(paid)
    assert (paid.state, paid.settled_by, paid.receipt) == ("paid", "status", receipt)
    assert Subscription.select().count() == 1


def test_of_a_reversal_that_nothing_was_heard_of_m_pesa_is_asked(
    bought: Payment, town: Town, clock: Shifted
) -> None:
    town.daraja.orders.lost = True
    refund = give_back(bought)
    assert wait_for(lambda: went_back(town))
    town.daraja.orders.lost = False
    journey.seek()
    assert len(town.daraja.seen("status")) == 0
    clock.shift = 400
    for _ in range(2):
        journey.seek()
        work()
    comes()
    assert (state(refund), len(town.daraja.seen("status"))) == ("done", 1)
    assert len(town.daraja.seen("reversal")) == 1


def test_where_m_pesa_knows_nothing_of_it_a_person_looks(
    bought: Payment, town: Town, clock: Shifted
) -> None:
    town.daraja.orders.lost = True
    refund = give_back(bought)
    assert wait_for(lambda: went_back(town))
    town.daraja.orders.lost, town.daraja.orders.code = False, "2033"
    clock.shift = 400
    journey.seek()
    work()
    comes()
    assert (state(refund), doubts()) == ("uncertain", ["uncertain-refund"])
    assert "knows no such transaction" in undecided.waiting()[0].says
