"""Callbacks: every published one is read, and nothing that only looks like one."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hotspot_lite.errors import BadInput
from hotspot_lite.wires.daraja import (
    CODES,
    ENGLISH,
    check_callback_url,
    plain_words,
    read_callback,
)


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
        ("1e13", None),
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


def test_eight_levels_are_not_too_deep() -> None:
    assert read_callback(raw(callback(ResultDesc=[[[[[1]]]]]))).ok


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


NESTED = raw(callback(ResultDesc=[[[[[[1]]]]]]))  # nine deep, all told
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
