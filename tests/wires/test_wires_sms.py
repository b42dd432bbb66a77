"""The SMS wire: each provider's own words, and no message sent twice."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

import pytest

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.town.sms import PretendSmsGateway
from hotspot_lite.town.stand import Ask, Reply, Stand, as_html, as_json
from hotspot_lite.wires.http import Caller
from hotspot_lite.wires.sms import PROVIDERS, Sent, SmsAccount, parts, plain, send

TO = "254712345678"
KEY = "pretend-sms-key"
TEXT = 'Code: A&B "x" = 7?'
PATIENT = Caller(connect_seconds=5, read_seconds=10, deadline_seconds=10)
FAMILY = ("textsms", "advanta", "celcom", "sunface")
REAL = (*FAMILY, "africastalking")


@pytest.fixture
def gateway() -> Iterator[PretendSmsGateway]:
    with PretendSmsGateway(api_key=KEY) as made:
        yield made


def account(provider: str, gateway: PretendSmsGateway, **other: str) -> SmsAccount:
    fields: dict[str, Any] = {"url": gateway.base_url, "api_key": KEY, "sender": "WIFI"}
    fields |= {"username": "shop", "partner_id": "12"}
    return SmsAccount(provider, **{**fields, **other})


@contextmanager
def stub(answer: Callable[[Ask], Reply]) -> Iterator[str]:
    stand = Stand(answer)
    stand.start()
    try:
        yield stand.base_url
    finally:
        stand.stop()


def sent_to(reply: Reply, provider: str = "textsms", **more: Any) -> Sent:
    with stub(lambda ask: reply) as url:
        return send(SmsAccount(provider, url, KEY, **more), TO, "hi", caller=PATIENT)


@pytest.mark.parametrize("provider", REAL)
def test_a_message_arrives_as_it_was_written(
    provider: str, gateway: PretendSmsGateway
) -> None:
    sent = send(account(provider, gateway), TO, TEXT, caller=PATIENT)
    assert sent.message_id and not sent.uncertain
    (taken,) = gateway.messages
    assert (taken.to, taken.text, taken.sender) == (TO, TEXT, "WIFI")
    assert taken.id in sent.message_id


@pytest.mark.parametrize("provider", REAL)
def test_an_answer_that_never_comes_is_uncertain_and_not_sent_again(
    provider: str, gateway: PretendSmsGateway
) -> None:
    gateway.fault = "lost"
    assert send(account(provider, gateway), TO, TEXT, caller=PATIENT).uncertain
    assert len(gateway.messages) == 1


@pytest.mark.parametrize("provider", REAL)
def test_a_gateway_that_is_down_is_tried_again(
    provider: str, gateway: PretendSmsGateway
) -> None:
    gateway.fault = "down"
    with pytest.raises(TryAgain):
        send(account(provider, gateway), TO, TEXT, caller=PATIENT)
    assert gateway.messages == []


@pytest.mark.parametrize("provider", REAL)
@pytest.mark.parametrize(
    ("fault", "words"), [("bad-key", "sms.api_key"), ("no-credit", "credit")]
)
def test_what_waiting_does_not_mend_is_given_up_with_advice(
    provider: str, fault: str, words: str, gateway: PretendSmsGateway
) -> None:
    gateway.fault = fault
    with pytest.raises(GiveUp) as raised:
        send(account(provider, gateway), TO, TEXT, caller=PATIENT)
    assert words in raised.value.todo
    assert KEY not in str(raised.value)


@pytest.mark.parametrize("provider", FAMILY)
def test_a_bad_number_is_given_up(provider: str, gateway: PretendSmsGateway) -> None:
    with pytest.raises(GiveUp) as raised:
        send(account(provider, gateway), "123", TEXT, caller=PATIENT)
    assert "number" in raised.value.todo


def test_a_gateway_out_of_reach_is_tried_again() -> None:
    with pytest.raises(TryAgain):
        send(SmsAccount("textsms", "http://127.0.0.1:1", KEY), TO, TEXT)


def test_the_key_never_travels_in_the_address() -> None:
    asked: list[Ask] = []

    def answer(ask: Ask) -> Reply:
        asked.append(ask)
        return as_json({"responses": [{"response-code": 200, "messageid": 5}]})

    with stub(answer) as url:
        sent = send(SmsAccount("textsms", url, KEY), TO, TEXT, caller=PATIENT)
    assert sent.message_id == "5"  # and the mended spelling is read, too
    assert asked[0].query == {}


@pytest.mark.parametrize(
    "reply",
    [
        as_html("Bad Gateway", 502),
        as_json({"responses": []}),
        as_json([]),
        Reply(200, b""),
        Reply(200, b'{"responses": [{'),
    ],
)
def test_an_answer_without_meaning_is_uncertain(reply: Reply) -> None:
    assert sent_to(reply).uncertain
    assert sent_to(reply, "africastalking").uncertain


def test_a_wait_that_the_provider_names_is_passed_on() -> None:
    with pytest.raises(TryAgain) as raised:
        sent_to(Reply(429, headers={"Retry-After": "9"}))
    assert raised.value.after_seconds == 9


@pytest.mark.parametrize("code", ["4090", "1005", "9999"])
def test_a_code_that_may_pass_is_tried_again(code: str) -> None:
    with pytest.raises(TryAgain):
        sent_to(as_json({"responses": [{"respose-code": code}]}))


def test_africastalkings_own_trouble_is_tried_again() -> None:
    told = {"SMSMessageData": {"Recipients": [{"statusCode": 501, "status": "x"}]}}
    with pytest.raises(TryAgain):
        sent_to(as_json(told, 201), "africastalking")


@pytest.mark.parametrize("provider", ["textsms", "advanta", "sunface"])
def test_an_address_that_is_missing_is_named(provider: str) -> None:
    with pytest.raises(GiveUp, match=r"sms\.url"):
        send(SmsAccount(provider), TO, TEXT)


def test_a_provider_nobody_knows_is_answered_with_the_list() -> None:
    with pytest.raises(GiveUp) as raised:
        send(SmsAccount("pigeon"), TO, TEXT)
    assert all(name in raised.value.todo for name in PROVIDERS)


def test_the_log_provider_shows_neither_number_nor_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    send(SmsAccount("log"), TO, "voucher 123-456")
    assert "15 characters" in caplog.text
    assert TO not in caplog.text and "123-456" not in caplog.text


def test_an_account_does_not_show_its_key() -> None:
    shown = repr(SmsAccount("http", api_key=KEY, body=KEY, headers=(("X", KEY),)))
    assert KEY not in shown


# -- any other provider, by template ------------------------------------------------


def templated(reply: Reply, text: str = TEXT, **more: Any) -> tuple[Sent, Ask]:
    asked: list[Ask] = []

    def answer(ask: Ask) -> Reply:
        asked.append(ask)
        return reply

    with stub(answer) as base:
        url = base + more.pop("path", "/send")
        made = SmsAccount("http", url, KEY, sender="WIFI", **more)
        return send(made, TO, text, our_id="m1", caller=PATIENT), asked[0]


def test_a_json_template_is_filled_and_escaped() -> None:
    body = '{"to": ["{to}"], "msg": "{text}", "ref": "{id}", "n": 1}'
    _, asked = templated(as_json({}), body=body)
    assert asked.json() == {"to": [TO], "msg": TEXT, "ref": "m1", "n": 1}
    assert asked.headers["content-type"] == "application/json"


def test_a_form_template_is_filled_and_escaped() -> None:
    body = "to={to}&msg={text}&from={from}&blank="
    _, asked = templated(as_json({}), body=body, body_kind="form")
    found = parse_qs(asked.body.decode(), keep_blank_values=True)
    assert found == {"to": [TO], "msg": [TEXT], "from": ["WIFI"], "blank": [""]}


def test_a_query_template_is_filled_and_escaped() -> None:
    more = {"body": "action=send-sms&sms={text}", "body_kind": "query"}
    _, asked = templated(as_json({}), method="GET", path="/api?v=1", **more)
    assert asked.query == {"v": "1", "action": "send-sms", "sms": TEXT}
    assert asked.body == b""


def test_an_address_template_is_filled_and_escaped() -> None:
    _, asked = templated(as_json({}), "a/b?c", path="/to/{to}/{text}")
    assert asked.path == f"/to/{TO}/a%2Fb%3Fc"


def test_a_header_template_may_hold_the_key() -> None:
    _, asked = templated(as_json({}), headers=(("Authorization", "Bearer {key}"),))
    assert asked.headers["authorization"] == f"Bearer {KEY}"


def test_a_message_cannot_ask_for_the_key() -> None:
    _, asked = templated(as_json({}), "{key} {to}", body='{"msg": "{text}"}')
    assert asked.json() == {"msg": "{key} {to}"}


def test_a_line_break_in_a_header_is_given_up() -> None:
    with pytest.raises(GiveUp):
        templated(as_json({}), "a\r\nX: y", headers=(("X-Text", "{text}"),))


def test_success_is_what_the_owner_said_it_is() -> None:
    told = as_json({"result": [{"ok": True, "id": 77}]})
    more = {"ok_path": "result.0.ok", "ok_value": "true", "id_path": "result.0.id"}
    sent, _ = templated(told, **more)
    assert sent == Sent("77")
    with pytest.raises(GiveUp):
        templated(as_json({"result": [{"ok": False}]}), **more)
    with pytest.raises(GiveUp):
        templated(as_json({}), **more)


def test_a_status_outside_the_range_is_no_success() -> None:
    with pytest.raises(GiveUp):
        templated(Reply(403))
    with pytest.raises(GiveUp):
        templated(as_json({}), ok_status=(201, 201), method="POST", body="{")


def test_a_template_that_is_not_json_is_given_up() -> None:
    with pytest.raises(GiveUp, match="template"):
        templated(as_json({}), body="{to}")


# -- how long a message is ----------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count", "alphabet"),
    [
        ("", 1, "GSM-7"),
        ("a" * 160, 1, "GSM-7"),
        ("a" * 161, 2, "GSM-7"),
        ("a" * 306, 2, "GSM-7"),
        ("a" * 307, 3, "GSM-7"),
        ("€" * 80, 1, "GSM-7"),
        ("€" * 81, 2, "GSM-7"),
        ("a" * 152 + "€" + "a" * 152, 3, "GSM-7"),
        ("ü" * 160, 1, "GSM-7"),
        ("ж" * 70, 1, "UCS-2"),
        ("ж" * 71, 2, "UCS-2"),
        ("😀" * 35, 1, "UCS-2"),
        ("😀" * 36, 2, "UCS-2"),
        ("a" * 159 + "’", 3, "UCS-2"),
    ],
)
def test_a_message_is_counted_as_it_is_billed(
    text: str, count: int, alphabet: str
) -> None:
    assert parts(text) == (count, alphabet)


def test_typographic_signs_are_made_plain() -> None:
    text = "“It’s\u00a0on” – 5×1…\u200b"
    assert plain(text) == '"It\'s on" - 5x1...'
    assert parts(plain(text))[1] == "GSM-7"


def test_what_carries_meaning_is_left_alone() -> None:
    assert plain("ж 😀 é\n") == "ж 😀 é\n"
