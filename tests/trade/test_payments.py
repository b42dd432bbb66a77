"""Money: asked once, paid is final, failed never is, and doubt goes to a person."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Callback, Payment, Plan, Subscription
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import hearsay

NOW = 1_800_000_000
KEY = b"k" * 32
PHONE = "254700000001"
MAC = "02:00:00:00:00:01"


@dataclass
class Heard:
    """What a callback says."""

    ok: bool = True
    result_code: str = "0"
    result_text: str = ""
    checkout_request_id: str = "ws_CO_1"
    amount_cents: int | None = 2000
    amount_text: str = "20.0"
    receipt: str | None = "UKM1"


@dataclass
class Pushed:
    """What became of a push."""

    kind: str = "accepted"
    merchant_request_id: str | None = "m-1"
    checkout_request_id: str | None = "ws_CO_1"
    code: str = "0"
    says: str = ""
    redirect_url: str = ""
    receipt: str | None = None


CANCELLED = Heard(False, "1032", "Request cancelled by user", amount_cents=None)


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


@pytest.fixture
def asked(plan: Plan) -> Payment:
    return payments.ask(payments.Ask(plan, PHONE, MAC, "10.5.50.9"), KEY, NOW)


@pytest.fixture
def sent(asked: Payment) -> Payment:
    pushed = payments.may_push(asked.id, NOW)
    assert pushed is not None
    payments.pushed(pushed, Pushed(), NOW)
    return again(asked)


def again(payment: Payment) -> Payment:
    return Payment.get_by_id(payment.id)


def hear(payment: Payment, heard: Heard | None, raw: bytes = b"{}") -> str:
    return hearsay.hear(payment, raw, heard, "127.0.0.1", NOW + 12)


def waiting(name: str) -> int:
    return sum(job == name for job, _ in sight.waiting_jobs(jobs.rows))


def test_asking_writes_the_row_and_the_job_before_anything_leaves(
    asked: Payment,
) -> None:
    assert asked.state == "asked"
    assert sight.waiting_jobs(jobs.rows) == [
        ("payments.push", {"payment_id": asked.id})
    ]


def test_asking_twice_is_one_payment_and_one_prompt(plan: Plan, asked: Payment) -> None:
    wish = payments.Ask(plan, PHONE, MAC, "10.5.50.9")
    assert payments.ask(wish, KEY, NOW + 30).id == asked.id
    assert waiting("payments.push") == 1


def test_a_second_prompt_on_a_phone_waits_for_the_first(
    plan: Plan, sent: Payment
) -> None:
    other = payments.Ask(plan, PHONE, "02:00:00:00:00:02")
    with pytest.raises(BadInput, match="prompt is open"):
        payments.ask(other, KEY, NOW + 30)
    assert payments.ask(other, KEY, NOW + 80).id != sent.id


def test_what_is_not_sent_yet_will_ring_so_nothing_is_sent_beside_it(
    plan: Plan, asked: Payment
) -> None:
    again_pressed = payments.Ask(plan, PHONE, MAC, "10.5.50.9")
    assert payments.ask(again_pressed, KEY, NOW + 700).id == asked.id
    other = payments.Ask(plan, PHONE, "02:00:00:00:00:02")
    with pytest.raises(BadInput, match="prompt is open"):
        payments.ask(other, KEY, NOW + 700)
    assert payments.ask(other, KEY, NOW + 4000).id != asked.id


def test_the_same_amount_from_the_same_phone_waits_two_minutes(
    plan: Plan, sent: Payment
) -> None:
    hear(sent, Heard())
    wish = payments.Ask(plan, PHONE, MAC)
    with pytest.raises(BadInput, match="2 minutes"):
        payments.ask(wish, KEY, NOW + 100)
    assert payments.ask(wish, KEY, NOW + 140).id != sent.id


def test_a_prompt_is_sent_once_even_if_its_worker_dies_in_the_middle(
    asked: Payment,
) -> None:
    assert payments.may_push(asked.id, NOW) is not None
    assert payments.may_push(asked.id, NOW) is None
    assert again(asked).state == "uncertain"


def test_what_surely_was_not_sent_may_be_sent(asked: Payment) -> None:
    payments.may_push(asked.id, NOW)
    payments.not_pushed(asked.id)
    assert payments.may_push(asked.id, NOW) is not None


def test_a_refused_push_fails_in_plain_sight(asked: Payment) -> None:
    payments.may_push(asked.id, NOW)
    payments.pushed(asked, Pushed("refused", None, None, "500.003.02", "Busy."), NOW)
    assert (again(asked).state, again(asked).result_text) == ("failed", "Busy.")
    assert [event["type"] for event in events.newer(0)] == ["payment_failed"]


def test_empty_ids_are_kept_as_none(asked: Payment) -> None:
    payments.may_push(asked.id, NOW)
    payments.pushed(asked, Pushed("uncertain", "", ""), NOW)
    assert again(asked).checkout_request_id is None


def test_a_paid_callback_commits_body_payment_and_job_together(
    sent: Payment,
) -> None:
    assert hear(sent, Heard(), b"the raw body") == "paid"
    assert again(sent).state == "paid"
    assert again(sent).receipt == "UKM1"
    assert bytes(Callback.get().body) == b"the raw body"
    assert waiting("payments.fulfil") == 1


def test_the_same_callback_again_changes_nothing(sent: Payment) -> None:
    hear(sent, Heard())
    assert hear(sent, Heard()) == "duplicate"
    assert hear(sent, Heard(), b"{ }") == "already"
    assert waiting("payments.fulfil") == 1


def test_a_callback_before_the_synchronous_answer_is_taken(asked: Payment) -> None:
    payments.may_push(asked.id, NOW)
    assert hear(asked, Heard()) == "paid"
    payments.pushed(asked, Pushed(), NOW)
    assert again(asked).state == "paid"
    assert again(asked).checkout_request_id == "ws_CO_1"


def test_a_payment_whose_answer_was_lost_adopts_the_id_of_its_callback(
    asked: Payment,
) -> None:
    payments.may_push(asked.id, NOW)
    payments.pushed(asked, Pushed("uncertain", None, None), NOW)
    assert hear(asked, Heard(checkout_request_id="ws_CO_9")) == "paid"
    assert again(asked).checkout_request_id == "ws_CO_9"


def test_a_later_success_revives_a_failed_payment(sent: Payment) -> None:
    assert hear(sent, CANCELLED) == "failed"
    assert hear(sent, Heard(), b"later") == "paid"
    assert again(sent).state == "paid"


def test_a_later_failure_never_takes_back_what_is_paid(sent: Payment) -> None:
    hear(sent, Heard())
    assert hear(sent, CANCELLED, b"late 1032") == "contradicted"
    assert again(sent).state == "paid"
    assert [row.kind for row in undecided.waiting()] == ["contradicted"]


@pytest.mark.parametrize(
    ("heard", "verdict"),
    [
        (Heard(amount_cents=1900, amount_text="19"), "wrong-amount"),
        (Heard(amount_cents=None, amount_text="NaN"), "wrong-amount"),
        (Heard(checkout_request_id="ws_CO_2"), "orphan-callback"),
        (None, "unreadable"),
    ],
)
def test_what_does_not_agree_gives_nothing_and_is_left_to_a_person(
    sent: Payment, heard: Heard | None, verdict: str
) -> None:
    assert hear(sent, heard) == verdict
    assert again(sent).state == "sent"
    assert waiting("payments.fulfil") == 0
    assert [row.kind for row in undecided.waiting()] == [verdict]
    assert Callback.get().verdict == verdict


def test_a_success_without_an_amount_is_left_to_a_query(sent: Payment) -> None:
    bare = Heard(amount_cents=None, amount_text="", receipt=None)
    assert hear(sent, bare) == "no-amount"
    assert again(sent).state == "sent"
    assert hearsay.answered_query(sent, "paid", "0", "", NOW + 90) == "paid"


def test_one_receipt_pays_for_one_thing(plan: Plan, sent: Payment) -> None:
    hear(sent, Heard())
    other = payments.ask(payments.Ask(plan, "254700000002"), KEY, NOW)
    payments.may_push(other.id, NOW)
    assert hear(other, Heard(checkout_request_id="ws_CO_2")) == "receipt-twice"
    assert again(other).state == "uncertain"
    assert [row.kind for row in undecided.waiting()] == ["receipt-twice"]


def test_an_unknown_token_finds_nothing_and_the_right_one_its_payment(
    asked: Payment,
) -> None:
    token = payments.callback_token(KEY, asked.ref)
    found = payments.by_token(token)
    assert found is not None and found.id == asked.id
    assert payments.by_token(token[:-1] + "0" * (token[-1] != "0") + "1") is None
    kept = store.database.execute_sql("SELECT * FROM payment").fetchone()
    assert token not in map(str, kept)


def test_a_query_before_90_seconds_never_settles_on_paid(sent: Payment) -> None:
    assert hearsay.answered_query(sent, "paid", "0", "", NOW + 89) == "pending"
    assert hearsay.answered_query(sent, "paid", "0", "", NOW + 90) == "paid"
    assert again(sent).settled_by == "query"
    assert again(sent).receipt is None


def test_a_prompt_that_left_late_is_as_old_as_it_is_on_the_phone(
    plan: Plan, asked: Payment
) -> None:
    left_at = NOW + 700  # the worker was dead
    pushed = payments.may_push(asked.id, left_at)
    assert pushed is not None
    payments.pushed(pushed, Pushed(), left_at)
    late = again(asked)
    assert hearsay.to_query(left_at + 24) == []
    assert hearsay.to_query(left_at + 25) != []
    assert not hearsay.may_ask_soon(late, left_at + 24)
    # M-Pesa says "paid" of a prompt whose PIN is awaited: nobody has paid.
    assert hearsay.answered_query(late, "paid", "0", "", left_at + 89) == "pending"
    other = payments.Ask(plan, PHONE, "02:00:00:00:00:02")
    with pytest.raises(BadInput, match="prompt is open"):
        payments.ask(other, KEY, left_at + 74)
    assert hearsay.answered_query(late, "paid", "0", "", left_at + 90) == "paid"


def test_the_late_callback_adds_the_receipt_to_what_a_query_settled(
    sent: Payment,
) -> None:
    hearsay.answered_query(sent, "paid", "0", "", NOW + 90)
    assert hear(sent, Heard()) == "already"
    assert again(sent).receipt == "UKM1"


def test_a_query_never_downgrades_what_is_paid(sent: Payment) -> None:
    hear(sent, Heard())
    assert hearsay.answered_query(sent, "failed", "1032", "", NOW + 90) == "already"
    assert again(sent).state == "paid"


def test_queries_begin_at_25_seconds_and_keep_their_distance(sent: Payment) -> None:
    assert hearsay.to_query(NOW + 24) == []
    assert [p.id for p in hearsay.to_query(NOW + 25)] == [sent.id]
    hearsay.answered_query(sent, "pending", "", "", NOW + 25)
    assert hearsay.to_query(NOW + 44) == []
    assert hearsay.to_query(NOW + 46) != []
    assert hearsay.to_query(NOW + 25 * 3600) == []


def test_a_paid_payment_without_time_is_seen(sent: Payment) -> None:
    hear(sent, Heard())
    assert [p.id for p in payments.paid_without_time()] == [sent.id]
    subscriptions.fulfil(sent.id, NOW)
    assert payments.paid_without_time() == []


def test_our_own_failure_never_marks_the_money_failed(sent: Payment) -> None:
    hear(sent, Heard())
    payments.unfulfilled(again(sent), "Database is on fire", NOW)
    assert again(sent).state == "paid"
    assert [row.kind for row in undecided.waiting()] == ["paid-without-time"]
    assert events.newer(0)[-1]["error"] == "Database is on fire"


def test_fulfilling_is_done_once_however_often_it_runs(sent: Payment) -> None:
    hear(sent, Heard())
    first = subscriptions.fulfil(sent.id, NOW + 13)
    assert first is not None
    assert subscriptions.fulfil(sent.id, NOW + 14) is None
    assert Subscription.select().count() == 1
    assert first.expires_at == NOW + 13 + 3600


def test_an_unpaid_payment_gives_no_time(sent: Payment) -> None:
    assert subscriptions.fulfil(sent.id, NOW) is None
    hear(sent, CANCELLED)
    assert subscriptions.fulfil(sent.id, NOW) is None
    assert Subscription.select().count() == 0


def test_changing_the_package_after_the_sale_changes_no_sale(
    plan: Plan, sent: Payment
) -> None:
    Plan.update(duration_seconds=60, price_cents=1).execute()
    hear(sent, Heard())
    time = subscriptions.fulfil(sent.id, NOW)
    assert time is not None and time.duration_seconds == 3600


def test_the_event_tells_what_the_owners_documents_say_but_no_password(
    sent: Payment,
) -> None:
    hear(sent, Heard())
    time = subscriptions.fulfil(sent.id, NOW)
    assert time is not None
    (event,) = events.newer(0)
    assert event["type"] == "payment_processed"
    assert event["payment"] == {
        "id": sent.id,
        "amount": 20.0,
        "phone_number": "+254700000001",
        "transaction_id": "UKM1",
        "package": "1 Hour",
    }
    assert event["user"]["is_new"] is True
    assert event["user"]["username"] == "hs_700000001"
    assert event["subscription"]["end_time"] == "2027-01-15T09:00:00Z"
    assert event["timestamp"] == "2027-01-15T08:00:00Z"
    assert event["seq"] == 1
    assert time.customer.secret not in str(event)
