"""Paystack's wire against the pretend Paystack: begun, heard, asked, and lied to."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from hotspot_lite.errors import BadInput, GiveUp
from hotspot_lite.town.paystack import PretendPaystack, data_of
from hotspot_lite.town.paystack_webhooks import signature
from hotspot_lite.wires.paystack import OPEN_PAGE_SECONDS, Paystack, PaystackAccount
from hotspot_lite.wires.rail import Wanted

WANTED = Wanted(
    7, "a1b2c3d4e5f6a1b2c3d4", 2000, "254712345678", "", "http://10.5.50.2/"
)


@pytest.fixture
def town() -> Iterator[PretendPaystack]:
    made = PretendPaystack(scale=0.01)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def rail(town: PretendPaystack) -> Paystack:
    return Paystack(
        PaystackAccount(town.secret_key, "owner@kona.example", "KES", town.base_url)
    )


def webhook(town: PretendPaystack, **changed: object) -> bytes:
    data = data_of(town.transactions[WANTED.token]) | changed
    return json.dumps({"event": "charge.success", "data": data}).encode()


def heard(rail: Paystack, town: PretendPaystack, raw: bytes) -> object:
    return rail.hear(raw, {"x-paystack-signature": signature(town.secret_key, raw)})


def test_a_payment_begins_with_a_page_and_names_no_customer(
    rail: Paystack, town: PretendPaystack
) -> None:
    begun = rail.begin(WANTED, 0)
    assert (begun.kind, begun.checkout_request_id) == ("accepted", WANTED.token)
    assert begun.redirect_url.startswith(f"{town.base_url}/checkout/")
    (note,) = town.seen("initialize")
    assert note["asked"]["amount"] == 2000
    assert "712345678" not in json.dumps(note)


@pytest.mark.parametrize("fault", ["response-lost", "html-200", "html-502"])
def test_an_answer_that_is_lost_is_uncertain_and_asking_again_is_harmless(
    rail: Paystack, town: PretendPaystack, fault: str
) -> None:
    town.initialize_fault = fault
    assert rail.begin(WANTED, 0).kind == "uncertain"
    town.initialize_fault = ""
    rail.begin(WANTED, 0)
    assert len(town.transactions) == 1


def test_a_webhook_counts_only_with_paystack_s_signature(
    rail: Paystack, town: PretendPaystack
) -> None:
    rail.begin(WANTED, 0)
    town.pay(WANTED.token)
    raw = webhook(town)
    told = rail.hear(raw, {"x-paystack-signature": signature(town.secret_key, raw)})
    assert told is not None and told.ok
    assert (told.checkout_request_id, told.amount_cents) == (WANTED.token, 2000)
    for wrong in ("", "0" * 128, signature("sk_other", raw), "é"):
        with pytest.raises(BadInput) as refused:
            rail.hear(raw, {"x-paystack-signature": wrong})
        assert refused.value.field == "signature"
    with pytest.raises(BadInput):
        rail.hear(raw + b" ", {"x-paystack-signature": signature("x", raw)})


def test_another_currency_is_no_amount_of_ours(
    rail: Paystack, town: PretendPaystack
) -> None:
    rail.begin(WANTED, 0)
    town.pay(WANTED.token)
    told = heard(rail, town, webhook(town, currency="NGN"))
    assert (told.amount_cents, told.amount_text) == (None, "NGN 20.00")  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{",
        b'{"event": "charge.success"}',
        b'{"event": "charge.success", "data": []}',
        b'{"event": "charge.success", "data": {"amount": 1e999}}',
        b"[" * 5000,
        b"\xff",
    ],
)
def test_a_signed_body_that_makes_no_sense_is_refused_in_words(
    rail: Paystack, town: PretendPaystack, raw: bytes
) -> None:
    with pytest.raises(BadInput) as refused:
        heard(rail, town, raw)
    assert refused.value.field != "signature"


def test_other_events_are_not_ours(rail: Paystack, town: PretendPaystack) -> None:
    assert heard(rail, town, b'{"event": "transfer.success"}') is None


def test_asking_tells_what_a_webhook_would_and_an_open_page_is_pending(
    rail: Paystack, town: PretendPaystack
) -> None:
    rail.begin(WANTED, 0)
    assert rail.poll(WANTED.token, 0, 60).kind == "pending"
    town.decline(WANTED.token)
    assert rail.poll(WANTED.token, 0, 60).kind == "pending"  # another card may follow
    assert rail.poll(WANTED.token, 0, OPEN_PAGE_SECONDS).kind == "failed"
    town.pay(WANTED.token)
    told = rail.poll(WANTED.token, 0, 90)
    assert told.kind == "paid" and told.heard and told.heard.amount_cents == 2000


@pytest.mark.parametrize("fault", ["down", "html-502", "429"])
def test_a_question_that_fails_says_nothing_about_the_money(
    rail: Paystack, town: PretendPaystack, fault: str
) -> None:
    rail.begin(WANTED, 0)
    town.verify_fault = fault
    told = rail.poll(WANTED.token, 0, OPEN_PAGE_SECONDS)
    assert told.kind == "pending"
    assert told.retry_after_seconds or fault != "429"


def test_a_wrong_key_is_told_to_the_owner(town: PretendPaystack) -> None:
    account = PaystackAccount("sk_wrong", "o@kona.example", "KES", town.base_url)
    begun = Paystack(account).begin(WANTED, 0)
    assert begun.kind == "refused" and "paystack.secret_key" in begun.todo


def test_without_an_address_or_in_another_currency_nothing_leaves(
    rail: Paystack, town: PretendPaystack
) -> None:
    for change, says in (({"email": ""}, "e-mail"), ({"currency": "EUR"}, "EUR")):
        account = replace(rail.account, **change)  # type: ignore[arg-type]
        with pytest.raises(GiveUp, match=says):
            Paystack(account).begin(WANTED, int(time.time()))
    assert town.journal == []
