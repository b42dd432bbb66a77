"""The Daraja wire against the pretend one, and against every sample we have."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from hotspot_lite.errors import BadInput, GiveUp
from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json
from hotspot_lite.wires.daraja import (
    Daraja,
    DarajaAccount,
    PushAnswer,
    QueryAnswer,
)
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.http_answer import NotSent

NOW = 1_774_612_800  # 2026-03-27 15:00:00 in Nairobi
PHONE = "254700000001"
CALLBACK = "https://box.example.co.ke/cb/00ff"
PATIENT = Caller(connect_seconds=5, read_seconds=10, deadline_seconds=10)


@pytest.fixture
def town() -> Iterator[PretendDaraja]:
    """A Daraja whose clock stands at NOW and whose minute lasts 0.6 s."""
    with PretendDaraja(scale=0.01, now=lambda: float(NOW)) as made:
        made.query_early_seconds = 0.0
        made.phones[PHONE].callback_lost = True
        yield made


@pytest.fixture
def real_time() -> Iterator[PretendDaraja]:
    """A Daraja in which nothing happens by itself while a test runs."""
    with PretendDaraja(now=lambda: float(NOW)) as made:
        made.query_early_seconds = 0.0
        made.phones[PHONE].callback_lost = True
        yield made


def wire(town: PretendDaraja, **other: str) -> Daraja:
    shop = town.shop
    account = {
        "base_url": town.base_url,
        "consumer_key": shop.consumer_key,
        "consumer_secret": shop.consumer_secret,
        "passkey": shop.passkey,
        "shortcode": shop.shortcode,
        "till": shop.till,
    }
    return Daraja(DarajaAccount(**{**account, **other}), PATIENT)


def push(daraja: Daraja, phone: str = PHONE, amount_cents: int = 2000) -> PushAnswer:
    return daraja.push(phone, amount_cents, "HL17", "WiFi", CALLBACK, NOW)


@contextmanager
def stub(answer: Callable[[Ask], Reply]) -> Iterator[Daraja]:
    """A Daraja that gives tokens, and to everything else `answer`."""

    def serve(ask: Ask) -> Reply:
        if ask.path.startswith("/oauth"):
            return as_json({"access_token": "T1", "expires_in": "3599"})
        return answer(ask)

    stand = Stand(serve)
    stand.start()
    try:
        yield Daraja(DarajaAccount(stand.base_url, "k", "s", "p", "174379"), PATIENT)
    finally:
        stand.stop()


def pushed(reply: Reply) -> PushAnswer:
    with stub(lambda ask: reply) as daraja:
        return push(daraja)


def queried(reply: Reply) -> QueryAnswer:
    with stub(lambda ask: reply) as daraja:
        return daraja.query("ws_CO_1", NOW)


# -- push ---------------------------------------------------------------------------


def test_a_push_rings_the_phone_and_gives_both_ids(town: PretendDaraja) -> None:
    answer = push(wire(town))
    assert answer.kind == "accepted"
    assert answer.checkout_request_id and answer.merchant_request_id
    assert answer.checkout_request_id.endswith(PHONE[-9:])


def test_a_push_says_what_safaricom_wants_in_its_own_time(town: PretendDaraja) -> None:
    push(wire(town))
    asked = town.seen("push")[0]["asked"]
    assert asked["Timestamp"] == "20260327150000"  # EAT, whatever the box's zone
    assert asked["Amount"] == 20
    assert asked["PartyA"] == asked["PhoneNumber"] == PHONE
    assert asked["PartyB"] == asked["BusinessShortCode"] == "174379"
    assert asked["TransactionType"] == "CustomerPayBillOnline"


def test_a_till_turns_it_into_buy_goods(town: PretendDaraja) -> None:
    push(wire(town, till="555111"))
    asked = town.seen("push")[0]["asked"]
    assert asked["TransactionType"] == "CustomerBuyGoodsOnline"
    assert (asked["BusinessShortCode"], asked["PartyB"]) == ("174379", "555111")


def test_darajas_own_clock_is_kept_until_it_is_stale(town: PretendDaraja) -> None:
    daraja = wire(town)
    assert daraja.last_date is None
    push(daraja)
    assert daraja.last_date == NOW
    town.query_fault = "down"
    daraja.query("ws_CO_1", NOW)
    assert daraja.last_date is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"phone": "0712345678"}, "phone"),
        ({"phone": "254700000001\n"}, "phone"),
        ({"amount_cents": 2050}, "amount_cents"),
        ({"amount_cents": 0}, "amount_cents"),
        ({"amount_cents": -100}, "amount_cents"),
        ({"amount_cents": 25_000_100}, "amount_cents"),
        ({"reference": ""}, "reference"),
        ({"reference": "HL-17"}, "reference"),
        ({"reference": "A" * 13}, "reference"),
        ({"description": "fourteen chars"}, "description"),
        ({"description": ""}, "description"),
    ],
)
def test_what_daraja_would_refuse_is_refused_before_it_is_sent(
    change: dict[str, Any], field: str
) -> None:
    daraja = Daraja(DarajaAccount("http://127.0.0.1:1", "k", "s", "p", "174379"))
    asked: dict[str, Any] = {"phone": PHONE, "amount_cents": 2000, "reference": "HL17"}
    asked |= {"description": "WiFi", "callback_url": CALLBACK, "now": NOW}
    with pytest.raises(BadInput) as refused:
        daraja.push(**{**asked, **change})
    assert refused.value.field == field


@pytest.mark.parametrize(
    "fault",
    ["response-lost", "empty-ids", "html-200", "html-503-accepted", "drip"],
)
def test_a_push_that_may_have_rung_is_uncertain_and_is_sent_once(
    town: PretendDaraja, fault: str
) -> None:
    town.push_fault = fault
    # The drip is a byte each 1/100 s: its 300 bytes miss this deadline.
    daraja = Daraja(wire(town).account, Caller(deadline_seconds=0.5))
    assert push(daraja).kind == "uncertain"
    assert len(town.seen("push")) == 1
    assert town.prompts.on(PHONE) or town.money_taken()


@pytest.mark.parametrize("fault", ["html-503", "html-403", "down"])
def test_what_looks_the_same_from_here_is_uncertain_too(
    town: PretendDaraja, fault: str
) -> None:
    town.push_fault = fault
    assert push(wire(town)).kind == "uncertain"
    assert len(town.seen("push")) == 1


@pytest.mark.parametrize(
    ("fault", "code"),
    [("429", "policies.ratelimit.SpikeArrestViolation"), ("busy", "500.003.02")],
)
def test_a_busy_mpesa_is_a_refusal_that_waiting_mends(
    town: PretendDaraja, fault: str, code: str
) -> None:
    town.push_fault = fault
    answer = push(wire(town))
    assert (answer.kind, answer.code) == ("refused", code)
    assert answer.todo and (answer.retry_after_seconds or 0) >= 60


def test_a_wait_that_daraja_names_is_kept(town: PretendDaraja) -> None:
    town.push_fault, town.retry_after = "429", "17"
    assert push(wire(town)).retry_after_seconds == 17


def test_a_second_prompt_on_one_phone_is_told_in_plain_words(
    real_time: PretendDaraja,
) -> None:
    daraja = wire(real_time)
    push(daraja)
    answer = push(daraja, amount_cents=5000)
    assert answer.kind == "refused"
    assert "another M-Pesa request" in answer.says
    assert answer.retry_after_seconds == 60


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"consumer_secret": "wrong"}, "mpesa.consumer_key"),
        ({"shortcode": "600000"}, "mpesa.shortcode"),
        ({"shortcode": "x"}, "mpesa.shortcode"),
        ({"passkey": "wrong"}, "mpesa.passkey"),
        ({"base_url": "nonsense"}, "address"),
    ],
)
def test_a_wrong_setting_is_a_refusal_for_the_owner(
    town: PretendDaraja, other: dict[str, str], words: str
) -> None:
    answer = push(wire(town, **other))
    assert answer.kind == "refused"
    assert words in answer.todo
    assert answer.retry_after_seconds is None


def test_a_daraja_out_of_reach_may_be_asked_again() -> None:
    daraja = Daraja(DarajaAccount("http://127.0.0.1:1", "k", "s", "p", "174379"))
    with pytest.raises(NotSent):
        push(daraja)


def test_a_token_office_that_is_down_means_that_nothing_was_sent(
    town: PretendDaraja,
) -> None:
    town.oauth_down = True
    with pytest.raises(NotSent):
        push(wire(town))
    assert town.seen("push") == []


@pytest.mark.parametrize(
    "reply",
    [Reply(drop=True), Reply(200), as_json({"access_token": ""}), Reply(429)],
)
def test_a_token_that_never_came_means_that_nothing_was_sent(reply: Reply) -> None:
    stand = Stand(lambda ask: reply)
    stand.start()
    account = DarajaAccount(stand.base_url, "k", "s", "p", "174379")
    with pytest.raises(NotSent):
        push(Daraja(account, PATIENT))
    stand.stop()


UNKNOWN_BODIES = [
    as_json([]),
    as_json("ok"),
    as_json({}),
    as_json({"ResponseCode": "0"}),
    as_json({"ResponseCode": "0", "CheckoutRequestID": "x" * 65}),
    as_json({"errorCode": "500.001.1001", "errorMessage": "Something new"}, 500),
    as_json({"errorCode": "500.003.1001", "errorMessage": "Internal"}, 500),
    as_json({"errorMessage": "Internal"}, 400),
    Reply(200, b'{"CheckoutRequestID": "ws_CO_1'),
    Reply(400),
    Reply(502, b""),
    as_html("Welcome", 200),
]


@pytest.mark.parametrize("reply", UNKNOWN_BODIES)
def test_an_answer_that_says_nothing_clear_is_uncertain(reply: Reply) -> None:
    assert pushed(reply).kind == "uncertain"


def test_ids_that_came_with_an_unclear_answer_are_kept_for_the_query() -> None:
    answer = pushed(as_json({"CheckoutRequestID": "ws_CO_1"}))
    assert (answer.kind, answer.checkout_request_id) == ("uncertain", "ws_CO_1")


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (
            as_json(
                {
                    "requestId": "4788-81090592-4",
                    "errorCode": "400.002.02",
                    "errorMessage": "Bad Request - Invalid BusinessShortCode",
                },
                400,
            ),
            "mpesa.shortcode",
        ),
        (
            as_json(
                {
                    "RequestID": "1",
                    "ErrorCode": "400.002.02",
                    "ErrorMessage": "Bad Request - Invalid PhoneNumber",
                },
                400,
            ),
            "number",
        ),
        (
            as_json(
                {
                    "fault": {
                        "faultstring": "Invalid API call as no apiproduct match found",
                        "detail": {"errorcode": "keymanagement.service.InvalidAPICall"},
                    }
                },
                401,
            ),
            "product",
        ),
        (as_json({"ResponseCode": "1", "ResponseDescription": "No"}), "mpesa."),
        (Reply(302), "mpesa.base_url"),
        (as_json({"errorCode": "405.001", "errorMessage": "Method"}, 405), "hotspot"),
    ],
)
def test_a_clear_refusal_says_who_does_what(reply: Reply, words: str) -> None:
    answer = pushed(reply)
    assert answer.kind == "refused"
    assert words in answer.todo


# -- tokens -------------------------------------------------------------------------


def test_one_token_serves_many_pushes_and_threads(town: PretendDaraja) -> None:
    daraja = wire(town)
    numbers = [f"2547000001{n:02d}" for n in range(8)]
    threads = [threading.Thread(target=push, args=(daraja, n)) for n in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(town.seen("oauth")) == 1
    assert [note["status"] for note in town.seen("push")] == [200] * 8


def test_a_token_is_renewed_a_minute_before_its_end(town: PretendDaraja) -> None:
    daraja = wire(town)
    town.token_seconds = 60
    push(daraja)
    daraja.query("ws_CO_1", NOW)
    assert len(town.seen("oauth")) == 2


@pytest.mark.parametrize("life", ["3599", 3599, "soon", None, 36.5, -1])
def test_any_form_of_a_tokens_life_is_read(life: object) -> None:
    calls: list[str] = []

    def serve(ask: Ask) -> Reply:
        calls.append(ask.path)
        return as_json({"access_token": "T", "expires_in": life})

    stand = Stand(serve)
    stand.start()
    daraja = Daraja(DarajaAccount(stand.base_url, "k", "s", "p", "174379"), PATIENT)
    daraja.query("a", NOW)
    daraja.query("b", NOW)
    stand.stop()
    assert len([path for path in calls if "oauth" in path]) == 1


def test_a_token_gone_bad_is_fetched_anew_and_the_phone_rings_once(
    town: PretendDaraja,
) -> None:
    daraja = wire(town)
    push(daraja, "254700000002")
    town.expire_tokens()
    assert push(daraja).kind == "accepted"
    assert len(town.seen("oauth")) == 2
    assert [note["status"] for note in town.seen("push")] == [200, 404, 200]


BAD_TOKENS = [
    as_json({"errorCode": "404.001.03", "errorMessage": "Invalid Access Token"}, 404),
    as_json({"errorCode": "401.003.01", "errorMessage": "x"}, 401),
    as_json(
        {
            "errorCode": "401.002.01",
            "errorMessage": "Error Occurred - Invalid Access Token - abc",
        },
        400,
    ),
    as_json({"errorCode": "400.003.01", "errorMessage": "Invalid Access Token"}, 400),
]


@pytest.mark.parametrize("reply", BAD_TOKENS)
def test_a_token_that_stays_bad_is_tried_twice_and_no_more(reply: Reply) -> None:
    asked: list[Ask] = []

    def answer(ask: Ask) -> Reply:
        asked.append(ask)
        return reply

    with stub(answer) as daraja:
        assert push(daraja).kind == "refused"
    assert len(asked) == 2


def test_no_secret_is_in_what_the_account_shows() -> None:
    account = DarajaAccount("https://x", "key-1", "secret-1", "passkey-1", "174379")
    for secret in ("key-1", "secret-1", "passkey-1"):
        assert secret not in repr(account)


# -- query --------------------------------------------------------------------------


def query_until(daraja: Daraja, checkout_id: str) -> QueryAnswer:
    ends = time.monotonic() + 3
    while time.monotonic() < ends:
        answer = daraja.query(checkout_id, NOW)
        if answer.kind != "pending":
            return answer
        time.sleep(0.02)
    raise AssertionError("the prompt never ended")


@pytest.mark.parametrize(
    ("does", "kind", "code"),
    [
        ("pay", "paid", "0"),
        ("cancel", "failed", "1032"),
        ("wrong-pin", "failed", "2001"),
        ("insufficient", "failed", "1"),
        ("no-answer", "failed", "1037"),
        ("expired", "failed", "1019"),
    ],
)
def test_a_query_tells_how_a_prompt_ended(
    town: PretendDaraja, does: str, kind: str, code: str
) -> None:
    town.phones[PHONE].answer = does
    daraja = wire(town)
    checkout_id = push(daraja).checkout_request_id or ""
    answer = query_until(daraja, checkout_id)
    assert (answer.kind, answer.result_code) == (kind, code)
    assert bool(town.money_taken()) is (kind == "paid")


@pytest.mark.parametrize("pending", ["500", "4999"])
def test_a_prompt_that_is_open_is_pending(
    real_time: PretendDaraja, pending: str
) -> None:
    real_time.query_pending = pending
    daraja = wire(real_time)
    checkout_id = push(daraja).checkout_request_id or ""
    assert daraja.query(checkout_id, NOW).kind == "pending"


def test_the_disputed_zero_is_passed_on_for_the_caller_to_judge(
    real_time: PretendDaraja,
) -> None:
    real_time.query_pending = "0"
    real_time.phones[PHONE].answer = "cancel"
    daraja = wire(real_time)
    checkout_id = push(daraja).checkout_request_id or ""
    assert daraja.query(checkout_id, NOW).kind == "paid"
    real_time.enter_pin(PHONE)
    assert daraja.query(checkout_id, NOW).result_code == "1032"


def test_asking_too_often_is_pending_with_a_wait(real_time: PretendDaraja) -> None:
    real_time.query_spike_arrest = True
    daraja = wire(real_time)
    daraja.query("ws_CO_1", NOW)
    answer = daraja.query("ws_CO_1", NOW)
    assert (answer.kind, answer.retry_after_seconds) == ("pending", 60)


@pytest.mark.parametrize("fault", ["html-503", "html-403", "down", "busy"])
def test_a_query_in_bad_weather_is_pending_and_raises_nothing(
    town: PretendDaraja, fault: str
) -> None:
    town.query_fault = fault
    assert wire(town).query("ws_CO_1", NOW).kind == "pending"


def test_a_query_with_bad_keys_is_pending_and_tells_the_owner(
    town: PretendDaraja,
) -> None:
    answer = wire(town, consumer_secret="wrong").query("ws_CO_1", NOW)
    assert answer.kind == "pending"
    assert "mpesa.consumer_secret" in answer.todo


def test_a_setting_that_spoils_the_query_is_told_to_the_owner(
    town: PretendDaraja,
) -> None:
    answer = wire(town, passkey="wrong").query("ws_CO_1", NOW)
    assert answer.kind == "pending"
    assert "mpesa.passkey" in answer.todo


def test_a_token_that_daraja_repeats_is_not_passed_on() -> None:
    token = "Sb2aGxcdV9pWzcYlEOBqMtX1n5Rd"
    told = f"Error Occurred - Invalid Access Token - {token}"
    for words in (told, f"Something else about {token} of {PHONE}"):
        reply = as_json({"errorCode": "401.002.01", "errorMessage": words}, 400)
        for answer in (queried(reply), pushed(reply)):
            assert token not in repr(answer)
            assert PHONE not in repr(answer)


def test_a_query_to_nobody_is_pending() -> None:
    daraja = Daraja(DarajaAccount("http://127.0.0.1:1", "k", "s", "p", "174379"))
    assert daraja.query("ws_CO_1", NOW).kind == "pending"


S25 = {
    "ResponseCode": "0",
    "ResponseDescription": "The service request has been accepted successsfully",
    "MerchantRequestID": "22205-34066-1",
    "CheckoutRequestID": "ws_CO_13012021093521236557",
    "ResultCode": "0",
    "ResultDesc": "The service request is processed successfully.",
}
S27 = {
    "requestId": "ws_CO_20022018230142206",
    "errorCode": "500.001.1001",
    "errorMessage": "The transaction is being processed",
}


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (as_json(S25), "paid"),
        (as_json({**S25, "ResultCode": 0}), "paid"),
        (as_json({**S25, "ResultCode": "1032"}), "failed"),
        (as_json({**S25, "ResultCode": 1032}), "failed"),
        (as_json({"resultcode": "1037", "RESULTDESC": "x"}), "failed"),
        (as_json(S27, 500), "pending"),
        (as_json({**S25, "ResultCode": "4999"}), "pending"),
        (as_json({**S25, "ResultCode": "17"}), "pending"),
        (as_json({**S25, "ResultCode": "SFC_IC0003"}), "pending"),
        (as_json({**S25, "ResultCode": None}), "pending"),
        (as_json({**S25, "ResultCode": True}), "pending"),
        (as_json({**S25, "ResultCode": float("nan")}), "pending"),
        (as_json({**S25, "ResultCode": "0"}, 500), "pending"),
        (
            as_json({"errorCode": "01", "errorMessage": "No transaction found"}),
            "pending",
        ),
        (as_json([]), "pending"),
        (as_html("Down", 503), "pending"),
        (Reply(200, b"{"), "pending"),
    ],
)
def test_only_a_known_end_is_an_end(reply: Reply, kind: str) -> None:
    assert queried(reply).kind == kind


def test_the_stamp_of_this_file_is_what_it_says() -> None:
    assert datetime.fromisoformat("2026-03-27T15:00:00+03:00").timestamp() == NOW


def test_checking_the_keys_says_what_is_wrong_with_them() -> None:
    with PretendDaraja() as town:
        wire(town).check_keys()
        with pytest.raises(GiveUp, match="keys"):
            wire(town, consumer_secret="wrong").check_keys()
        town.oauth_down = True
        with pytest.raises(NotSent):
            wire(town).check_keys()
