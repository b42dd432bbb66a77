"""C2B bodies as people and Safaricom make them, and registering our addresses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from test_wires_daraja import stub

from hotspot_lite.errors import BadInput, GiveUp
from hotspot_lite.town.stand import Ask, Reply, as_json
from hotspot_lite.wires import daraja_c2b
from hotspot_lite.wires.daraja_c2b import read_transfer

SAMPLE: dict[str, Any] = {  # facts/mpesa.md S36
    "TransactionType": "Pay Bill",
    "TransID": "RKL51ZDR4F",
    "TransTime": "20231121121325",
    "TransAmount": "5.00",
    "BusinessShortCode": "600966",
    "BillRefNumber": "Sample Transaction",
    "InvoiceNumber": "",
    "OrgAccountBalance": "25.00",
    "ThirdPartyTransID": "",
    "MSISDN": "2547*****126",
    "FirstName": "NICHOLAS",
    "MiddleName": "",
    "LastName": "",
}


def body(**more: object) -> bytes:
    return json.dumps(SAMPLE | more).encode()


def test_the_published_sample_is_read() -> None:
    told = read_transfer(body())
    assert (told.receipt, told.amount_cents, told.shortcode) == (
        "RKL51ZDR4F",
        500,
        "600966",
    )
    assert (told.account, told.payer) == ("Sample Transaction", "NICHOLAS")
    assert (told.phone, told.phone_hash, told.phone_hint) == ("", "", "2547*****126")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (254700000001, ("254700000001", "", "2547•••• 001")),
        ("254700000001", ("254700000001", "", "2547•••• 001")),
        ("2547 ***** 126", ("", "", "2547*****126")),
        ("AB" * 32, ("", "ab" * 32, "")),
        (None, ("", "", "")),
        ("nonsense", ("", "", "")),
    ],
)
def test_a_number_comes_whole_hashed_masked_or_not(
    given: object, expected: tuple[str, str, str]
) -> None:
    told = read_transfer(body(MSISDN=given))
    assert (told.phone, told.phone_hash, told.phone_hint) == expected


@pytest.mark.parametrize(
    "more",
    [
        {"TransID": ""},
        {"TransID": None},
        {"TransID": "<script>"},
        {"TransAmount": "0"},
        {"TransAmount": "-5"},
        {"TransAmount": "NaN"},
        {"TransAmount": "5.001"},
        {"TransAmount": None},
        {"TransAmount": True},
    ],
)
def test_what_is_no_payment_is_refused(more: dict[str, object]) -> None:
    with pytest.raises(BadInput):
        read_transfer(body(**more))


@given(st.binary(max_size=200))
def test_no_body_does_worse_than_being_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_transfer(raw)


def registered(reply: Reply) -> list[Ask]:
    seen: list[Ask] = []

    def answer(ask: Ask) -> Reply:
        seen.append(ask)
        return reply

    with stub(answer) as daraja:
        daraja_c2b.register(daraja, "600966", "https://x/confirm", "https://x/validate")
    return seen


def test_both_addresses_are_registered() -> None:
    told = {"OriginatorCoversationID": "1", "ResponseCode": "0"}
    (ask,) = registered(as_json(told))
    assert ask.path == daraja_c2b.REGISTER
    assert json.loads(ask.body) == {
        "ShortCode": "600966",
        "ResponseType": "Completed",
        "ConfirmationURL": "https://x/confirm",
        "ValidationURL": "https://x/validate",
    }


def test_a_second_registration_says_what_to_do() -> None:
    told = {"errorCode": "500.003.1001", "errorMessage": "URLs are already registered"}
    with pytest.raises(GiveUp, match="registered") as caught:
        registered(as_json(told, 500))
    assert "URL management" in caught.value.todo


def test_another_refusal_is_told_in_safaricoms_words() -> None:
    told = {"errorCode": "400.003.02", "errorMessage": "Kindly use your own ShortCode"}
    with pytest.raises(GiveUp, match="own ShortCode"):
        registered(as_json(told, 400))
