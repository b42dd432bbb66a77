"""Faults of the pretend Daraja: each can be asked for, and is what it says."""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from test_town_daraja import PHONE, Box, call, post, signed, wishes
from test_town_daraja_orders import until

from hotspot_lite.errors import BadInput
from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.daraja_mix import MISHAPS, PEOPLE, habit
from hotspot_lite.town.daraja_phones import Phone
from hotspot_lite.wires.daraja_callback import StkCallback, read_callback

PUSH = "/mpesa/stkpush/v1/processrequest"
QUERY = "/mpesa/stkpushquery/v1/query"


@pytest.fixture
def box() -> Iterator[Box]:
    made = Box()
    made.stand.start()
    yield made
    made.stand.stop()


def buy(town: PretendDaraja, box: Box, many: int = 1, **more: Any) -> list[Any]:
    """Push with this phone, and wait for so many callbacks."""
    town.phones[PHONE].enter_pin_after_seconds = 1
    call(f"{town.base_url}/__ctl", {"phones": {PHONE: more}})
    status, told = post(town, PUSH, wishes(town, box.url))
    until(lambda: len(box.got) >= many)
    return [status, told]


def read(town: PretendDaraja) -> StkCallback:
    import json

    # The box has it a moment before the town's journal does.
    until(lambda: bool(town.seen("callback")))
    (note,) = town.seen("callback")
    return read_callback(json.dumps(note["asked"]).encode())


def test_shape_c_is_out_of_order_in_texts_and_read_the_same(
    town: PretendDaraja, box: Box
) -> None:
    buy(town, box, shape="C", callback_number="masked", callback_code_is_text=True)
    names = [item["Name"] for item in box.got[0]["CallbackMetadata"]["Item"]]
    assert names[0] == "PhoneNumber"
    assert "Balance" not in names
    assert box.got[0]["ResultCode"] == "0"
    told = read(town)
    assert (told.result_code, told.amount_cents) == ("0", 2000)
    assert told.receipt == town.money_taken()[0].receipt


@pytest.mark.parametrize("shape", ["empty", "bare"])
def test_a_success_may_carry_nothing(town: PretendDaraja, box: Box, shape: str) -> None:
    buy(town, box, shape=shape)
    assert read(town).receipt is None


@pytest.mark.parametrize("amount", ["null", float("nan"), -20, "10.004", 1e9])
def test_wrong_amounts_are_sent_as_told(
    town: PretendDaraja, box: Box, amount: Any
) -> None:
    town.phones[PHONE].callback_amount = amount
    buy(town, box)
    try:
        assert read(town).amount_cents != 2000
    except BadInput:
        assert amount != amount or amount in ("null", "10.004", -20)


def test_callbacks_come_in_the_wrong_order(town: PretendDaraja, box: Box) -> None:
    buy(town, box, 3, callback_first="1037", callback_last="1032")
    assert [told["ResultCode"] for told in box.got] == [1037, 0, 1032]


def test_a_callback_comes_again_much_later(town: PretendDaraja, box: Box) -> None:
    buy(town, box, 2, callback_again_after_seconds=60.0)
    assert box.got[0] == box.got[1]


def test_a_callback_may_bear_the_name_of_another(town: PretendDaraja, box: Box) -> None:
    buy(town, box, callback_id="ws_CO_1", callback_receipt="UCRAAAAAAA")
    assert box.got[0]["CheckoutRequestID"] == "ws_CO_1"
    assert read(town).receipt == "UCRAAAAAAA"


@pytest.mark.parametrize(
    ("fault", "status"), [("internal-accepted", 500), ("cut", 200), ("gzip", 200)]
)
def test_a_yes_that_cannot_be_read_still_takes_the_money(
    town: PretendDaraja, box: Box, fault: str, status: int
) -> None:
    town.push_fault = fault
    try:
        assert buy(town, box)[0] == status
    except ValueError:
        assert fault == "cut"
        until(lambda: len(box.got) == 1)
    assert len(town.money_taken()) == 1


@pytest.mark.parametrize("fault", ["html-502", "quota", "internal"])
def test_a_refusal_rings_no_phone(town: PretendDaraja, box: Box, fault: str) -> None:
    town.push_fault = fault
    assert post(town, PUSH, wishes(town, box.url))[0] in (500, 502)
    assert town.prompts.on(PHONE) is None


def test_a_good_token_is_refused_as_often_as_told(
    town: PretendDaraja, box: Box
) -> None:
    town.token_refusals = 1
    assert post(town, PUSH, wishes(town, box.url))[1]["errorCode"] == "404.001.03"
    assert post(town, PUSH, wishes(town, box.url))[0] == 200


def test_a_query_speaks_in_shapes(town: PretendDaraja, box: Box) -> None:
    known = buy(town, box)[1]["CheckoutRequestID"]

    def ask(shape: str) -> Any:
        town.query_shape = shape
        wish = {**signed(town), "CheckoutRequestID": known}
        return post(town, QUERY, wish)[1]

    assert ask("text")["ResultCode"] == "0"
    assert ask("number")["ResultCode"] == 0
    assert "ResultCode" not in ask("no-code")
    assert ask("small")["resultCode"] == "0"


def test_nobody_pays_more_in_a_day_than_m_pesa_lets_them(
    town: PretendDaraja, box: Box
) -> None:
    town.phones[PHONE].balance_cents = 10**9
    town.phones[PHONE].enter_pin_after_seconds = 1
    town.prompts.same_again_seconds = 0
    for many in (1, 2, 3):
        post(town, PUSH, wishes(town, box.url, Amount=200_000))
        until(lambda many=many: len(box.got) == many)
    assert [told["ResultCode"] for told in box.got] == [0, 0, 4]


def test_switches_take_only_what_exists(town: PretendDaraja) -> None:
    url = f"{town.base_url}/__ctl"
    assert call(url, {"push_fault": "sneeze"})[0] == 400
    assert call(url, {"phones": {PHONE: {"shape": "Z"}}})[0] == 400
    assert call(url, {"profile": "payday"})[0] == 200


def test_the_realistic_mix_is_as_it_was_seen() -> None:
    give = habit("realistic", random.Random(7))
    assert give is not None
    phones = [Phone(f"2547{n:08d}") for n in range(4000)]
    for phone in phones:
        give(phone)
    seen = Counter(phone.answer for phone in phones)
    for share, answer, *_ in PEOPLE:
        assert abs(seen[answer] / 40 - share) < 3
    assert not any(phone.callback_lost or phone.push_fault for phone in phones)


def test_payday_has_every_mishap() -> None:
    give = habit("payday", random.Random(7))
    assert give is not None
    phones = [Phone(f"2547{n:08d}") for n in range(4000)]
    for phone in phones:
        give(phone)
    for _, mishap in MISHAPS:
        assert any(
            all(getattr(p, name) == value for name, value in mishap.items())
            for p in phones
        ), mishap


def test_what_is_to_happen_is_forgotten_when_the_town_stops(box: Box) -> None:
    with PretendDaraja(scale=0.005) as town:
        town.phones[PHONE].enter_pin_after_seconds = 30
        post(town, PUSH, wishes(town, box.url))
    time.sleep(0.3)
    assert box.got == []
