"""The pretend Daraja: as strict as the real one, and as unreliable as it is told."""

from __future__ import annotations

import base64
import json
import random
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.client import HTTPException
from typing import Any

import pytest

from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.daraja_gate import Shop
from hotspot_lite.town.daraja_phones import Office, Phone, Phones
from hotspot_lite.town.stand import Ask, Reply, Stand, as_json

PHONE = "254712345678"
NOW = datetime(2026, 3, 27, 12, tzinfo=UTC).timestamp()


class Box:
    """Takes callbacks as the real box would, and keeps their bodies."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.status = 200
        self.stand = Stand(self.answer)

    def answer(self, ask: Ask) -> Reply:
        self.got.append(ask.json()["Body"]["stkCallback"])
        return as_json({"ResultCode": 0, "ResultDesc": "Accepted"}, self.status)

    @property
    def url(self) -> str:
        return f"{self.stand.base_url}/cb/00ff"


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()
    made.stand.start()
    yield made
    made.stand.stop()


@pytest.fixture
def slow_town() -> Iterator[PretendDaraja]:
    """For tests in which something must not happen yet: its minute lasts 6 s."""
    with PretendDaraja(scale=0.1, now=lambda: NOW) as made:
        made.query_early_seconds = 0.0
        made.phones[PHONE].enter_pin_after_seconds = 59
        yield made


def call(
    url: str, body: object = None, headers: dict[str, str] | None = None
) -> tuple[int, Any]:
    sent = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, sent, headers or {})
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            status, text = answer.status, answer.read()
    except urllib.error.HTTPError as error:
        with error:
            status, text = error.code, error.read()
    return status, json.loads(text) if text[:1] in (b"{", b"[") else text


def token(town: PretendDaraja, secret: str = "pretend-secret") -> str:
    pair = base64.b64encode(f"{town.shop.consumer_key}:{secret}".encode()).decode()
    url = f"{town.base_url}/oauth/v1/generate?grant_type=client_credentials"
    return str(call(url, None, {"Authorization": f"Basic {pair}"})[1]["access_token"])


def post(town: PretendDaraja, path: str, body: object, key: str = "") -> Any:
    headers = {"Authorization": f"Bearer {key or token(town)}"}
    headers["Content-Type"] = "application/json"
    return call(town.base_url + path, body, headers)


def signed(town: PretendDaraja, stamp: str = "20260327150000") -> dict[str, Any]:
    shop = town.shop
    password = f"{shop.shortcode}{shop.passkey}{stamp}".encode()
    return {
        "BusinessShortCode": shop.shortcode,
        "Password": base64.b64encode(password).decode(),
        "Timestamp": stamp,
    }


def wishes(town: PretendDaraja, url: str, **other: Any) -> dict[str, Any]:
    return {
        **signed(town),
        "TransactionType": "CustomerPayBillOnline",
        "Amount": 20,
        "PartyA": PHONE,
        "PartyB": town.shop.shortcode,
        "PhoneNumber": PHONE,
        "CallBackURL": url,
        "AccountReference": "HL17",
        "TransactionDesc": "WiFi",
        **other,
    }


def push(town: PretendDaraja, box: Box, **other: Any) -> tuple[int, Any]:
    body = wishes(town, box.url, **other)
    status, told = post(town, "/mpesa/stkpush/v1/processrequest", body)
    return status, told


def query(town: PretendDaraja, checkout_id: str) -> tuple[int, Any]:
    body = {**signed(town), "CheckoutRequestID": checkout_id}
    status, told = post(town, "/mpesa/stkpushquery/v1/query", body)
    return status, told


def until(is_so: Callable[[], object]) -> None:
    ends = time.monotonic() + 5
    while not is_so():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.01)


def ended(town: PretendDaraja, box: Box, **other: Any) -> dict[str, Any]:
    """Push, and wait for the callback."""
    push(town, box, **other)
    until(lambda: box.got)
    return box.got[0]


def named(told: dict[str, Any]) -> dict[str, Any]:
    items = told["CallbackMetadata"]["Item"]
    return {item["Name"]: item.get("Value") for item in items}


# -- the way of a shilling ----------------------------------------------------------


def test_a_payment_takes_the_money_and_tells_the_box(
    town: PretendDaraja, box: Box
) -> None:
    status, told = push(town, box)
    assert (status, told["ResponseCode"]) == (200, "0")
    until(lambda: box.got)
    assert box.got[0]["ResultCode"] == 0
    assert box.got[0]["CheckoutRequestID"] == told["CheckoutRequestID"]
    (taken,) = town.money_taken()
    assert (taken.phone, taken.amount_cents, taken.reference) == (PHONE, 2000, "HL17")
    assert taken.receipt == named(box.got[0])["MpesaReceiptNumber"]
    assert town.phones[PHONE].balance_cents == 998_000
    until(town.told)


def test_both_shapes_of_production_are_spoken(town: PretendDaraja, box: Box) -> None:
    first = named(ended(town, box))
    assert (first["Amount"], type(first["Amount"])) == (20.0, float)
    assert first["Balance"] == 0.0
    town.phones[PHONE].shape = "B"
    box.got.clear()
    second = named(ended(town, box, Amount=50))
    assert (second["Amount"], type(second["Amount"])) == (50, int)
    assert second["Balance"] is None


@pytest.mark.parametrize(
    ("does", "code"),
    [
        ("cancel", 1032),
        ("wrong-pin", 2001),
        ("no-answer", 1037),
        ("insufficient", 1),
        ("8006", 8006),
        ("SFC_IC0003", "SFC_IC0003"),
    ],
)
def test_a_prompt_can_end_badly_and_costs_nothing(
    town: PretendDaraja, box: Box, does: str, code: object
) -> None:
    town.phones[PHONE].answer = does
    told = ended(town, box)
    assert told["ResultCode"] == code
    assert "CallbackMetadata" not in told
    assert town.money_taken() == []


def test_an_empty_purse_cannot_pay(town: PretendDaraja, box: Box) -> None:
    town.phones[PHONE].balance_cents = 1999
    assert ended(town, box)["ResultCode"] == 1


def test_a_pin_that_comes_too_late_is_no_answer(town: PretendDaraja, box: Box) -> None:
    town.phones[PHONE].enter_pin_after_seconds = 61
    assert ended(town, box)["ResultCode"] == 1037


def test_the_same_amount_again_within_two_minutes_is_rule_17(
    slow_town: PretendDaraja, box: Box
) -> None:
    slow_town.phones[PHONE].enter_pin_after_seconds = 0
    assert ended(slow_town, box)["ResultCode"] == 0
    box.got.clear()
    assert ended(slow_town, box)["ResultCode"] == 17
    box.got.clear()
    slow_town.prompts.same_again_seconds = 0
    assert ended(slow_town, box)["ResultCode"] == 0


def test_one_phone_has_one_prompt(slow_town: PretendDaraja, box: Box) -> None:
    push(slow_town, box)
    status, told = push(slow_town, box, Amount=50)
    assert (status, told["errorCode"]) == (500, "500.001.1001")
    assert "Unable to lock subscriber" in told["errorMessage"]


def test_a_pin_can_be_entered_by_the_test(slow_town: PretendDaraja, box: Box) -> None:
    assert not slow_town.enter_pin(PHONE)
    push(slow_town, box)
    assert slow_town.enter_pin(PHONE)
    assert len(slow_town.money_taken()) == 1


def test_a_prompt_that_ends_twice_takes_the_money_once(
    slow_town: PretendDaraja, box: Box
) -> None:
    push(slow_town, box)
    prompt = slow_town.prompts.on(PHONE)
    assert prompt
    slow_town.prompts.end(prompt)
    slow_town.prompts.end(prompt)
    assert len(slow_town.money_taken()) == 1


def test_money_and_payments_agree_under_load(
    slow_town: PretendDaraja, box: Box
) -> None:
    key = token(slow_town)
    numbers = [f"2547000000{n:02d}" for n in range(20)]
    for number in numbers:
        slow_town.phones[number].enter_pin_after_seconds = 5

    def buy(number: str) -> None:
        body = wishes(slow_town, box.url, PartyA=number, PhoneNumber=number)
        for _ in range(2):
            post(slow_town, "/mpesa/stkpush/v1/processrequest", body, key)

    threads = [threading.Thread(target=buy, args=(number,)) for number in numbers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    until(lambda: len(slow_town.told()) >= 20)
    taken = slow_town.money_taken()
    assert sorted(one.phone for one in taken) == numbers
    assert len({one.receipt for one in taken}) == 20
    assert len({one.checkout_id for one in taken}) == 20
    lost = sum(1_000_000 - slow_town.phones[number].balance_cents for number in numbers)
    assert lost == sum(one.amount_cents for one in taken)


# -- what goes wrong with callbacks -------------------------------------------------


def test_a_lost_callback_leaves_the_truth_to_the_query(
    town: PretendDaraja, box: Box
) -> None:
    town.phones[PHONE].callback_lost = True
    checkout_id = push(town, box)[1]["CheckoutRequestID"]
    until(town.money_taken)
    assert query(town, checkout_id)[1]["ResultCode"] == "0"
    time.sleep(0.05)
    assert box.got == []


def test_a_late_callback_comes_late(town: PretendDaraja, box: Box) -> None:
    town.phones[PHONE].callback_late_seconds = 300
    push(town, box)
    until(town.money_taken)
    assert box.got == []
    until(lambda: box.got)


def test_duplicates_come_together_and_again_later(
    town: PretendDaraja, box: Box
) -> None:
    town.phones[PHONE].callback_copies = 3
    checkout_id = ended(town, box)["CheckoutRequestID"]
    until(lambda: len(box.got) == 3)
    town.phones[PHONE].callback_copies = 1
    assert town.tell_again(checkout_id)
    assert len({json.dumps(told) for told in box.got}) == 1
    assert len(box.got) == 4


@pytest.mark.parametrize("amount", [1, -5, 0, "10.004", 1e9])
def test_a_wrong_amount_is_told_but_the_right_one_taken(
    town: PretendDaraja, box: Box, amount: object
) -> None:
    town.phones[PHONE].callback_amount = amount
    assert named(ended(town, box))["Amount"] == amount
    assert town.money_taken()[0].amount_cents == 2000


def test_a_callback_can_come_before_the_answer(town: PretendDaraja, box: Box) -> None:
    town.phones[PHONE].callback_before_answer = True
    told = push(town, box)[1]
    assert box.got[0]["CheckoutRequestID"] == told["CheckoutRequestID"]


def test_a_callback_that_is_not_taken_is_not_told(
    town: PretendDaraja, box: Box
) -> None:
    box.status = 500
    ended(town, box)
    until(lambda: town.seen("callback"))
    assert town.told() == []


def test_a_callback_is_repeated_where_the_town_is_set_so(
    town: PretendDaraja, box: Box
) -> None:
    box.status, town.callback_tries = 500, 3
    ended(town, box)
    until(lambda: len(box.got) == 3)


def test_a_box_that_is_away_is_in_the_journal(town: PretendDaraja, box: Box) -> None:
    push(town, box, CallBackURL="http://127.0.0.1:1/cb")
    until(lambda: town.seen("callback"))
    assert town.seen("callback")[0]["status"] == 0


# -- what goes wrong with pushes ----------------------------------------------------


@pytest.mark.parametrize(
    "fault", ["empty-ids", "html-200", "html-503-accepted", "drip"]
)
def test_an_answer_can_hide_that_the_phone_rang(
    town: PretendDaraja, box: Box, fault: str
) -> None:
    town.phones[PHONE].push_fault = fault
    push(town, box)
    until(town.money_taken)
    until(lambda: box.got)


def test_an_answer_can_be_lost_after_the_phone_rang(
    town: PretendDaraja, box: Box
) -> None:
    town.push_fault = "response-lost"
    with pytest.raises((OSError, HTTPException)):
        push(town, box)
    until(lambda: box.got)
    assert len(town.money_taken()) == 1


@pytest.mark.parametrize(
    ("fault", "status"),
    [("html-503", 503), ("html-403", 403), ("429", 429), ("busy", 500)],
)
def test_a_push_can_be_refused_before_the_phone_rings(
    town: PretendDaraja, box: Box, fault: str, status: int
) -> None:
    town.push_fault = fault
    assert push(town, box)[0] == status
    assert town.prompts.on(PHONE) is None


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"Amount": 0}, "Invalid Amount"),
        ({"Amount": 1.5}, "Invalid Amount"),
        ({"Amount": 250_001}, "Invalid Amount"),
        ({"PhoneNumber": "0712345678"}, "Invalid PhoneNumber"),
        ({"PartyA": "+254712345678"}, "Invalid PartyA"),
        ({"CallBackURL": "http://box.example.co.ke/cb"}, "Invalid CallBackURL"),
        ({"CallBackURL": "https://box.example.co.ke/mpesa"}, "Invalid CallBackURL"),
        ({"AccountReference": "A" * 13}, "Invalid AccountReference"),
        ({"TransactionDesc": "A" * 14}, "Invalid TransactionDesc"),
        ({"TransactionDesc": ""}, "Invalid TransactionDesc"),
        ({"TransactionType": "Pay"}, "Invalid TransactionType"),
        ({"Timestamp": "2026-03-27"}, "Invalid Timestamp"),
        ({"Timestamp": "19700101030000"}, "Invalid Timestamp"),
        ({"Password": "x"}, "Wrong credentials"),
        ({"BusinessShortCode": "600000"}, "Merchant does not exist"),
        ({"BusinessShortCode": ""}, "Invalid BusinessShortCode"),
    ],
)
def test_a_wrong_field_is_refused_in_darajas_words(
    town: PretendDaraja, box: Box, other: dict[str, Any], words: str
) -> None:
    status, told = push(town, box, **other)
    assert status >= 400
    assert words in told["errorMessage"]
    assert town.prompts.on(PHONE) is None


def test_form_data_gets_the_puzzling_answer(town: PretendDaraja) -> None:
    headers = {"Authorization": f"Bearer {token(town)}"}
    url = town.base_url + "/mpesa/stkpush/v1/processrequest"
    assert call(url, {}, headers)[1]["errorMessage"].endswith("BusinessShortCode")


def test_till_and_paybill_mixed_up_are_found_out_late(box: Box) -> None:
    with PretendDaraja(scale=0.005, shop=Shop(till="555"), now=lambda: NOW) as town:
        assert ended(town, box, PartyB="555")["ResultCode"] == "SFC_IC0003"
        box.got.clear()
        right = {"TransactionType": "CustomerBuyGoodsOnline", "PartyB": "555"}
        assert ended(town, box, **right)["ResultCode"] == 0


# -- tokens and queries -------------------------------------------------------------


def test_several_tokens_are_good_at_once_until_they_are_not(
    town: PretendDaraja,
) -> None:
    keys = [token(town), token(town)]
    path = "/mpesa/stkpushquery/v1/query"
    body = {**signed(town), "CheckoutRequestID": "x"}
    assert [post(town, path, body, key)[0] for key in keys] == [400, 400]
    town.expire_tokens()
    status, told = post(town, path, body, keys[0])
    assert (status, told["errorCode"]) == (404, "404.001.03")


def test_a_token_dies_of_age(town: PretendDaraja) -> None:
    town.token_seconds = 0
    assert query(town, "x")[0] == 404


def test_bad_keys_get_an_empty_400(town: PretendDaraja) -> None:
    url = f"{town.base_url}/oauth/v1/generate?grant_type=client_credentials"
    assert call(url, None, {"Authorization": "Basic eDp5"}) == (400, b"")


def test_an_open_prompt_is_being_processed(slow_town: PretendDaraja, box: Box) -> None:
    checkout_id = push(slow_town, box)[1]["CheckoutRequestID"]
    status, told = query(slow_town, checkout_id)
    assert (status, told["errorMessage"]) == (500, "The transaction is being processed")
    slow_town.query_pending = "4999"
    assert query(slow_town, checkout_id)[1]["ResultCode"] == "4999"
    slow_town.query_early_seconds = 30.0
    assert query(slow_town, checkout_id)[0] == 400


def test_a_query_can_lie_about_a_payment(town: PretendDaraja, box: Box) -> None:
    town.phones[PHONE].query_answer = "1032"
    checkout_id = ended(town, box)["CheckoutRequestID"]
    assert query(town, checkout_id)[1]["ResultCode"] == "1032"


def test_asking_more_than_once_in_twelve_seconds_is_too_often(
    slow_town: PretendDaraja,
) -> None:
    slow_town.query_spike_arrest = True
    key, body = token(slow_town), {**signed(slow_town), "CheckoutRequestID": "x"}
    path = "/mpesa/stkpushquery/v1/query"
    assert post(slow_town, path, body, key)[0] == 400
    status, told = post(slow_town, path, body, key)
    assert status == 429
    assert "policies.ratelimit.SpikeArrestViolation" in json.dumps(told)
    time.sleep(12 * 0.1)
    assert post(slow_town, path, body, key)[0] == 400


# -- papers -------------------------------------------------------------------------


def test_papers_look_like_mpesas_own(town: PretendDaraja, box: Box) -> None:
    told = ended(town, box)
    assert re.fullmatch(r"ws_CO_\d{17}712345678", told["CheckoutRequestID"])
    assert told["CheckoutRequestID"].startswith("ws_CO_27032026150000")
    assert re.fullmatch(r"(\w{4}-){3}\w{19}", told["MerchantRequestID"])
    assert re.fullmatch(r"UCR[A-Z0-9]{7}", named(told)["MpesaReceiptNumber"])


@pytest.mark.parametrize(
    ("day", "begins"),
    [("2019-03-11", "NCB"), ("2026-03-27", "UCR"), ("2018-01-24", "MAO")],
)
def test_a_receipt_begins_with_its_date(day: str, begins: str) -> None:
    moment = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(hours=9)
    assert Office(random.Random(1)).receipt(moment.timestamp()).startswith(begins)


def test_two_prompts_in_one_millisecond_have_two_ids() -> None:
    office = Office(random.Random(1))
    assert len({office.checkout_id(PHONE, NOW) for _ in range(50)}) == 50


def test_every_phone_exists_when_it_is_looked_at() -> None:
    phones = Phones()
    assert phones[PHONE] == Phone(PHONE)
    assert phones.get("254700000000") is None


# -- steering from another process --------------------------------------------------


def test_another_process_steers_and_reads_it_all(
    slow_town: PretendDaraja, box: Box
) -> None:
    ctl = f"{slow_town.base_url}/__ctl"
    told = {"phones": {PHONE: {"answer": "pay", "enter_pin_after_seconds": 59}}}
    assert call(ctl, told)[0] == 200
    checkout_id = push(slow_town, box)[1]["CheckoutRequestID"]
    assert call(f"{ctl}/enter-pin", {"phone": PHONE})[1] == {"done": True}
    until(lambda: box.got)
    assert call(f"{ctl}/money")[1][0]["checkout_id"] == checkout_id
    until(slow_town.told)
    assert call(f"{ctl}/told")[1][0]["status"] == 200
    assert call(f"{ctl}/tell-again", {"checkout_id": checkout_id})[1]["done"] is True
    kinds = [note["what"] for note in call(f"{ctl}/journal")[1]]
    assert kinds == ["oauth", "push", "callback", "callback"]
    state = call(ctl)[1]
    assert state["phones"][PHONE]["balance_cents"] == 998_000
    assert call(ctl, {"oauth_down": True, "callback_tries": 2})[0] == 200
    assert slow_town.oauth_down and slow_town.callback_tries == 2


@pytest.mark.parametrize(
    "told",
    [
        {"no_such": 1},
        {"_tokens": {}},
        {"oauth_down": "yes"},
        {"phones": {PHONE: {"answers": "pay"}}},
        {"phones": {PHONE: {"balance_cents": "many"}}},
    ],
)
def test_a_switch_that_does_not_exist_is_refused_in_words(
    town: PretendDaraja, told: dict[str, Any]
) -> None:
    status, answer = call(f"{town.base_url}/__ctl", told)
    assert status == 400
    assert answer["wrong"]


def test_stopping_forgets_what_was_still_to_happen(box: Box) -> None:
    with PretendDaraja(scale=0.005, now=lambda: NOW) as town:
        push(town, box)
    time.sleep(0.1)
    assert box.got == []
    assert town.money_taken() == []
