"""The Daraja wire against the pretend one, and against every sample we have."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest

from hotspot_lite.errors import BadInput
from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json
from hotspot_lite.wires.daraja import (
    CODES,
    ENGLISH,
    Daraja,
    DarajaAccount,
    PushAnswer,
    QueryAnswer,
    check_callback_url,
    plain_words,
    read_callback,
)
from hotspot_lite.wires.http import Caller, NotSent

NOW = 1_774_612_800  # 2026-03-27 15:00:00 in Nairobi
PHONE = "254700000001"
CALLBACK = "https://box.example.co.ke/cb/00ff"
QUICK = Caller(connect_seconds=2, read_seconds=2, deadline_seconds=3)


@pytest.fixture
def town() -> Iterator[PretendDaraja]:
    """A Daraja whose clock stands at NOW and whose minute lasts 0.6 s."""
    with PretendDaraja(scale=0.01, now=lambda: float(NOW)) as made:
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
    return Daraja(DarajaAccount(**{**account, **other}), QUICK)


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
        yield Daraja(DarajaAccount(stand.base_url, "k", "s", "p", "174379"), QUICK)
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


def test_darajas_own_clock_is_kept(town: PretendDaraja) -> None:
    daraja = wire(town)
    assert daraja.last_date is None
    push(daraja)
    assert daraja.last_date == NOW


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
    town: PretendDaraja,
) -> None:
    daraja = wire(town)
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


UNKNOWN_BODIES = [
    as_json([]),
    as_json("ok"),
    as_json({}),
    as_json({"ResponseCode": "0"}),
    as_json({"ResponseCode": "0", "CheckoutRequestID": "x" * 65}),
    as_json({"errorCode": "500.001.1001", "errorMessage": "Something new"}, 500),
    as_json({"errorCode": "500.003.1001", "errorMessage": "Internal"}, 500),
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
    daraja = Daraja(DarajaAccount(stand.base_url, "k", "s", "p", "174379"), QUICK)
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
def test_a_prompt_that_is_open_is_pending(town: PretendDaraja, pending: str) -> None:
    town.query_pending = pending
    town.phones[PHONE].enter_pin_after_seconds = 50
    daraja = wire(town)
    checkout_id = push(daraja).checkout_request_id or ""
    assert daraja.query(checkout_id, NOW).kind == "pending"


def test_the_disputed_zero_is_passed_on_for_the_caller_to_judge(
    town: PretendDaraja,
) -> None:
    town.query_pending = "0"
    town.phones[PHONE].answer = "cancel"
    daraja = wire(town)
    checkout_id = push(daraja).checkout_request_id or ""
    assert daraja.query(checkout_id, NOW).kind == "paid"
    town.enter_pin(PHONE)
    assert daraja.query(checkout_id, NOW).result_code == "1032"


def test_asking_too_often_is_pending_with_a_wait(town: PretendDaraja) -> None:
    town.query_spike_arrest = True
    daraja = wire(town)
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


# -- callbacks ----------------------------------------------------------------------


def callback(code: object = 0, items: object = None, **more: object) -> dict[str, Any]:
    told: dict[str, Any] = {
        "MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": "ws_CO_191220191020363925",
        "ResultCode": code,
        "ResultDesc": "words",
        **more,
    }
    if items is not None:
        told["CallbackMetadata"] = {"Item": items}
    return {"Body": {"stkCallback": told}}


def item(name: str, *value: object) -> dict[str, object]:
    return {"Name": name, **({"Value": value[0]} if value else {})}


def paid(amount: object, receipt: str, date: object, *more: Any) -> list[Any]:
    rest = [item("TransactionDate", date), item("PhoneNumber", 254700000001)]
    return [item("Amount", amount), item("MpesaReceiptNumber", receipt), *more, *rest]


def raw(body: object) -> bytes:
    return json.dumps(body).encode()


# The published samples: id, body, code, cents, receipt.
SAMPLES: list[tuple[str, dict[str, Any], str, int | None, str | None]] = [
    (
        "S01",
        callback(0, paid(1.0, "NCB9FJNAIT", 20190311122121, item("Balance"))),
        "0",
        100,
        "NCB9FJNAIT",
    ),
    (
        "S02",
        callback(2001, ResultDesc="[MpesaCB - ]The initiator information is invalid."),
        "2001",
        None,
        None,
    ),
    (
        "S03",
        callback(1032, ResultDesc="[STK_CB - ]Request cancelled by user"),
        "1032",
        None,
        None,
    ),
    ("S05", callback(0, paid(1, "MAO0DO9BYO", 20180124144754)), "0", 100, "MAO0DO9BYO"),
    (
        "S07",
        callback(0, paid(1.0, "NLJ7RT61SV", 20191219102115)),
        "0",
        100,
        "NLJ7RT61SV",
    ),
    ("S08", callback(1032, ResultDesc="Request cancelled by user"), "1032", None, None),
    ("S09", callback(1019, ResultDesc="Transaction has expired"), "1019", None, None),
    ("S20", callback(1037, ResultDesc="DS timeout user cannot be"), "1037", None, None),
    ("S21", callback(1, ResultDesc="The balance is insufficient"), "1", None, None),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=[sample[0] for sample in SAMPLES])
def test_a_published_callback_is_read(
    sample: tuple[str, dict[str, Any], str, int | None, str | None],
) -> None:
    _, body, code, cents, receipt = sample
    told = read_callback(raw(body))
    assert told.ok is (code == "0")
    assert (told.result_code, told.amount_cents, told.receipt) == (code, cents, receipt)
    assert told.checkout_request_id == "ws_CO_191220191020363925"
    assert not told.amount_unreadable


@pytest.mark.parametrize(
    ("code", "read"),
    [(0, "0"), ("0", "0"), (0.0, "0"), (1032, "1032"), ("SFC_IC0003", "SFC_IC0003")],
)
def test_a_result_code_of_any_type_is_text(code: object, read: str) -> None:
    assert read_callback(raw(callback(code))).result_code == read


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        (1, 100),
        (1.0, 100),
        ("1", 100),
        ("1.00", 100),
        (" 20 ", 2000),
        (10.5, 1050),
        (0, 0),
        (1e9, 100_000_000_000),
        ("10.004", None),
        (10.004, None),
        ("10.0000000000000000000000000000000001", None),
        (-1, None),
        ("-1", None),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("1,000", None),
        ("١", None),
        ("1e999999", None),
        ("1e-9999", None),
        ("", None),
        (None, None),
        (True, None),
        ([1], None),
        ({"Amount": 1}, None),
    ],
)
def test_an_amount_is_read_exactly_or_flagged(
    amount: object, cents: int | None
) -> None:
    told = read_callback(raw(callback(0, [item("Amount", amount)])))
    assert told.ok
    assert told.amount_cents == cents
    assert told.amount_unreadable is (cents is None)


def test_a_huge_exponent_in_the_json_itself_is_no_amount() -> None:
    text = raw(callback(0, [item("Amount", 7)])).replace(b"7}", b"1e99999999}")
    assert read_callback(text).amount_unreadable


def test_the_raw_text_of_an_odd_amount_is_kept_for_the_owner() -> None:
    told = read_callback(raw(callback(0, [item("Amount", "10.004")])))
    assert told.amount_text == "10.004"


@pytest.mark.parametrize("items", [None, [], {}, "x", [None], [1], [{"Value": 1}]])
def test_a_success_without_metadata_is_still_a_success(items: object) -> None:
    told = read_callback(raw(callback(0, items)))
    assert told.ok
    assert (told.amount_cents, told.receipt, told.phone_given) == (None, None, None)
    assert not told.amount_unreadable


def test_items_are_found_by_name_in_any_order() -> None:
    told = read_callback(
        raw(callback(0, paid(5, "RKL51ZDR4F", "2026-04-26 12:30:00")[::-1]))
    )
    assert (told.amount_cents, told.receipt) == (500, "RKL51ZDR4F")
    assert told.paid_at_text == "2026-04-26 12:30:00"


@pytest.mark.parametrize(
    ("value", "read"),
    [
        (254700000001, "254700000001"),
        ("2547***430", "2547***430"),
        ("a" * 64, "a" * 64),
        ("", None),
        (None, None),
    ],
)
def test_a_phone_is_kept_as_it_came(value: object, read: str | None) -> None:
    told = read_callback(raw(callback(0, [item("PhoneNumber", value)])))
    assert told.phone_given == read


def test_two_different_amounts_are_no_amount() -> None:
    told = read_callback(raw(callback(0, [item("Amount", 1), item("Amount", 500)])))
    assert told.amount_unreadable and told.amount_cents is None


def test_an_empty_receipt_is_none() -> None:
    told = read_callback(raw(callback(0, [item("MpesaReceiptNumber", " ")])))
    assert told.receipt is None


def test_text_that_would_break_a_database_or_a_log_is_cleaned() -> None:
    text = raw(callback(1)).replace(b"words", b"a\\ud800b\\u0000c\\nd" + b"e" * 500)
    told = read_callback(text)
    assert told.result_text.startswith("a?b c d")
    assert len(told.result_text) == 200
    told.result_text.encode()


NESTED = b'{"Body": ' + b'{"a":' * 8 + b"1" + b"}" * 8 + b"}"
BAD_CALLBACKS = {
    "empty": b"",
    "not UTF-8": b'{"Body": "\xff"}',
    "UTF-16": json.dumps(callback()).encode("utf-16"),
    "not JSON": b"Body=1",
    "cut short": raw(callback())[:-3],
    "two values": raw(callback()) * 2,
    "a list": b"[]",
    "a string": b'"x"',
    "null": b"null",
    "NaN": raw(callback(0, [item("Amount", float("nan"))])),
    "Infinity": raw(callback(0, [item("Amount", float("-inf"))])),
    "repeated key": b'{"Body": {}, ' + raw(callback())[1:],
    "repeated code": raw(callback()).replace(
        b'"ResultCode": 0', b'"ResultCode": 1, "ResultCode": 0'
    ),
    "too deep": NESTED,
    "far too deep": b"[" * 30_000,
    "too large": raw(callback(0, ResultDesc="x" * 33_000)),
    "a number without end": raw(callback(0)).replace(b": 0", b": 1" + b"0" * 9000),
    "no Body": b"{}",
    "Body is a list": b'{"Body": []}',
    "no stkCallback": b'{"Body": {}}',
    "no code": b'{"Body": {"stkCallback": {"CheckoutRequestID": "a"}}}',
    "null code": raw(callback(None)),
    "code is true": raw(callback(True)),
    "code is a fraction": raw(callback(0.5)),
    "code is empty": raw(callback(" ")),
    "code is a list": raw(callback([0])),
    "no id": raw(callback(CheckoutRequestID=None)),
    "empty id": raw(callback(CheckoutRequestID="  ")),
    "id is a number": raw(callback(CheckoutRequestID=7)),
    "id too long": raw(callback(CheckoutRequestID="x" * 65)),
}


@pytest.mark.parametrize("body", BAD_CALLBACKS.values(), ids=BAD_CALLBACKS)
def test_what_no_honest_sender_sends_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_callback(body)


def test_every_code_has_plain_words() -> None:
    assert {key for key, _ in CODES.values()} <= set(ENGLISH)
    assert {hint for _, hint in CODES.values()} <= {"no", "now", "wait", "operator"}
    assert "cancelled" in plain_words("1032")
    assert plain_words("no such code") == ENGLISH["unknown"]


# -- the callback address -----------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "https://box.example.co.ke/cb/00ff",
        "https://box.example.co.ke:8443/cb/00ff",
        "https://41.90.1.2/cb/00ff",
    ],
)
def test_a_public_https_address_is_taken(url: str) -> None:
    check_callback_url(url, allow_http_loopback=False)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "box.example.co.ke/cb",
        "http://box.example.co.ke/cb",
        "https:///cb",
        "https://box/cb",
        "https://localhost/cb",
        "https://box.local/cb",
        "https://127.0.0.1/cb",
        "https://192.168.88.1/cb",
        "https://[::1]/cb",
        "https://box.example.co.ke:port/cb",
        "https://box.example.co.ke/c b",
        "https://box.example.co.ke/mpesa",
        "https://box.example.co.ke/M-PESA/1",
        "https://safaricom.example.co.ke/cb",
        "https://box.example.co.ke/a.exe",
        "https://box.example.co.ke/cb/1?Query=1",
        "https://box.example.co.ke/mysql",
        "https://box.example.co.ke/cmd",
        "http://127.0.0.1:8000/cb",
    ],
)
def test_an_address_that_daraja_would_refuse_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refused:
        check_callback_url(url, allow_http_loopback=False)
    assert refused.value.field == "callback_url"


def test_a_loopback_address_is_taken_only_where_it_is_allowed() -> None:
    check_callback_url("http://127.0.0.1:8000/cb/00ff", allow_http_loopback=True)
    check_callback_url("http://localhost:8000/cb/00ff", allow_http_loopback=True)
    for url in ("http://192.168.1.1/cb", "http://box.example.co.ke/cb"):
        with pytest.raises(BadInput):
            check_callback_url(url, allow_http_loopback=True)


def test_the_stamp_of_this_file_is_what_it_says() -> None:
    assert datetime.fromisoformat("2026-03-27T15:00:00+03:00").timestamp() == NOW
