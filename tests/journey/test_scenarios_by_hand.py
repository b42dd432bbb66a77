"""Paid by hand, asked about, given back; broken lines; many; malice (7.4: 21-26)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
from test_scenarios_doubt import body, own_path
from test_scenarios_told import is_sold_once
from village import Village

from hotspot_lite import journey
from hotspot_lite.stage import until
from hotspot_lite.trade.models import (
    InquiryBody,
    Payment,
    Subscription,
    Transfer,
    TransferBody,
    Undecided,
)
from hotspot_lite.trade.takings import claims, refunds
from hotspot_lite.wires.daraja import Daraja, DarajaAccount


@pytest.fixture
def paybill(village: Village) -> Village:
    """The owner has registered the box's addresses, by the command."""
    subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "mpesa", "register"],
        env=village.environment,
        check=True,
        capture_output=True,
    )
    assert village.daraja.by_hand.urls["ConfirmationURL"]
    return village


def pay(village: Village, phone: str, shillings: int, account: str) -> str:
    """Pay by hand, and let the box hear of it and work."""
    before = TransferBody.select().count()
    receipt = village.daraja.by_hand.pay(phone, shillings, account)
    assert until(lambda: TransferBody.select().count() > before, 5)
    village.work()
    return receipt


@pytest.mark.parametrize("typed", ["0{}", "254{}", " +254 {} ", "0{} wifi"])
def test_21_money_by_hand_with_the_phone_as_account_becomes_time(
    paybill: Village, typed: str
) -> None:
    customer = paybill.somebody()
    receipt = pay(paybill, customer.phone, 20, typed.format(customer.phone[3:]))
    payment = Payment.get(Payment.receipt == receipt)
    assert (payment.state, paybill.has_time(payment)) == ("paid", 1)
    assert Subscription.get().customer.phone == customer.phone


def test_21_a_confirmation_that_comes_three_times_counts_once(
    paybill: Village,
) -> None:
    paybill.daraja.by_hand.copies = 3
    customer = paybill.somebody()
    receipt = pay(paybill, customer.phone, 20, "0" + customer.phone[3:])
    paybill.daraja.by_hand.confirm(receipt)
    paybill.work()
    assert Transfer.select().count() == Subscription.select().count() == 1


@pytest.mark.parametrize("msisdn", ["masked", "hashed"])
def test_21_an_account_that_says_nothing_waits_for_whoever_has_the_receipt(
    paybill: Village, msisdn: str
) -> None:
    paybill.daraja.by_hand.msisdn = msisdn
    customer = paybill.somebody()
    receipt = pay(paybill, customer.phone, 20, "mama mboga")
    paybill.clock.shift += 300
    paybill.work()
    assert paybill.doubts() == ["unmatched-transfer"]
    asker = claims.Asker(customer.mac, customer.ip)
    claims.by_receipt(receipt, asker, journey.here.now())
    paybill.work()
    assert Subscription.get().mac == customer.mac
    assert paybill.doubts() == []


@pytest.mark.parametrize(
    ("shillings", "doubt", "times"),
    [(5, "underpaid-transfer", 0), (35, "overpaid", 1)],
)
def test_21_too_little_buys_nothing_and_too_much_is_told(
    paybill: Village, shillings: int, doubt: str, times: int
) -> None:
    customer = paybill.somebody()
    pay(paybill, customer.phone, shillings, "0" + customer.phone[3:])
    assert paybill.doubts() == [doubt]
    assert Subscription.select().count() == times


def test_22_a_receipt_that_m_pesa_never_told_is_asked_about(
    paybill: Village,
) -> None:
    paybill.daraja.by_hand.lost = True
    customer = paybill.somebody()
    receipt = paybill.daraja.by_hand.pay(customer.phone, 20, "soap")
    asker = claims.Asker(customer.mac, customer.ip)
    for code in (receipt, "UKZ9ZZZZ99"):
        claims.by_receipt(code, asker, journey.here.now())
    for many in (1, 2):
        paybill.clock.shift += 40
        journey.seek()
        paybill.work()
        until(lambda many=many: InquiryBody.select().count() >= many, 2)
        paybill.work()
    assert Payment.get().receipt == receipt
    assert Subscription.get().mac == customer.mac


def test_23_money_that_goes_back_ends_its_time_and_is_in_the_ledger(
    village: Village,
) -> None:
    payment = village.sell(village.somebody())
    wish = refunds.Wish("jane", "Paid twice.", payment)
    refunds.by_mpesa(wish, village.box.key, journey.here.now())
    village.work()
    assert until(lambda: InquiryBody.select().count(), 5)
    village.work()
    (back,) = village.daraja.book.returned
    assert back.original.receipt == payment.receipt
    assert Subscription.get().ended_at is not None
    assert village.daraja.book.balance_cents() == 0


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:9", "http://nobody.invalid", "tls"]
)
def test_24_a_line_that_is_not_safaricom_s_gets_no_order_and_no_secret(
    village: Village, address: str
) -> None:
    if address == "tls":  # the town speaks no TLS: a handshake that can't be
        address = village.daraja.base_url.replace("http:", "https:")
    account = village.box.settings
    journey.here.rails["mpesa"].daraja = Daraja(
        DarajaAccount(
            address,
            account["mpesa.consumer_key"],
            account["mpesa.consumer_secret"],
            account["mpesa.passkey"],
            account["mpesa.shortcode"],
        )
    )
    customer = village.somebody()
    payment = village.buy(customer)
    for _ in range(10):
        village.pass_time(60)
    assert village.again(payment).state == "failed"
    assert village.daraja.journal == []


def test_25_thirty_people_at_once_are_each_asked_and_sold_once(
    village: Village,
) -> None:
    people = [village.somebody(enter_pin_after_seconds=30.0) for _ in range(30)]
    pages = [person.browse() for person in people]
    at_once(
        [
            lambda c=c, p=p: c.buy(p, "1 Hour")
            for c, p in zip(people, pages, strict=True)
        ]
    )
    village.work()
    assert until(lambda: len(village.daraja.told()) == 30, 20)
    village.work()
    assert Payment.select().where(Payment.state == "paid").count() == 30
    assert Subscription.select().count() == len(village.daraja.money_taken()) == 30
    assert {village.prompts(person) for person in people} == {1}


def at_once(acts: list[Callable[[], object]]) -> None:
    threads = [threading.Thread(target=act) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_26_a_forged_success_for_a_guessed_id_is_worth_nothing(
    village: Village,
) -> None:
    customer = village.somebody(enter_pin_after_seconds=59.0)
    payment = village.buy(customer)
    known = village.again(payment).checkout_request_id or ""
    forged = body(known, "UKQ1111111")
    for path in ("/cb/" + "f" * 40, f"/cb/{known}", f"/cb/{payment.ref}", "/cb/"):
        village.post(path, forged)
    village.work()
    assert (village.again(payment).state, village.has_time(payment)) == ("sent", 0)


def test_26_an_old_genuine_body_pays_for_nothing_new(village: Village) -> None:
    village.sell(village.somebody())
    (note,) = village.daraja.seen("callback")
    customer = village.somebody(enter_pin_after_seconds=59.0)
    payment = village.buy(customer)
    assert village.post(own_path(village, payment), note["asked"])[0] == 200
    village.work()
    assert (village.again(payment).state, village.has_time(payment)) == ("sent", 0)
    assert village.doubts() == ["wrong-id"]


def nested(depth: int) -> bytes:
    return b'{"Body":' + b"[" * depth + b"]" * depth + b"}"


def twice(known: str) -> bytes:
    told = json.dumps(body(known, "UKQ1111111"))
    return told.replace('"ResultCode": 0', '"ResultCode": 1, "ResultCode": 0').encode()


@pytest.mark.parametrize(
    "raw",
    [b"", b"\xff\xfe", b"[]", b"NaN", nested(5000), b"x" * 10_000_000, "twice"],
    ids=["empty", "no text", "list", "nan", "deep", "10 MB", "key twice"],
)
def test_26_rubbish_at_the_right_address_is_borne_and_the_sale_goes_on(
    village: Village, raw: Any
) -> None:
    customer = village.somebody(enter_pin_after_seconds=40.0)
    payment = village.buy(customer)
    if raw == "twice":
        raw = twice(village.again(payment).checkout_request_id or "")
    try:
        status = village.post(own_path(village, payment), raw)[0]
    except OSError:
        status = 413  # hung up on before all of it was sent
    assert status in (200, 413)
    assert village.has_time(payment) == 0
    village.hear(customer)
    for row in Undecided.select():
        assert row.kind == "unreadable"
        row.delete_instance()
    assert is_sold_once(village, payment)
