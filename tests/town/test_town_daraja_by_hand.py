"""Money paid by hand in the pretend town, and the statement that shows all of it."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from test_town_daraja import PHONE, call, post
from test_town_daraja_orders import until

from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.stand import Ask, Reply, Stand, as_json

REGISTER, SIMULATE = "/mpesa/c2b/v2/registerurl", "/mpesa/c2b/v2/simulate"


class Shop:
    """Answers validations with `verdict` and keeps confirmations."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.got: list[dict[str, Any]] = []
        self.verdict: Reply = as_json({"ResultCode": "0", "ResultDesc": "Accepted"})
        self.stand = Stand(self.answer)

    def answer(self, ask: Ask) -> Reply:
        if ask.path == "/validate":
            self.asked.append(ask.json())
            return self.verdict
        self.got.append(ask.json())
        return as_json({"ResultCode": 0, "ResultDesc": "Success"})

    def addresses(self, kind: str = "Completed") -> dict[str, str]:
        base = self.stand.base_url
        return {
            "ShortCode": "174379",
            "ResponseType": kind,
            "ConfirmationURL": f"{base}/confirm",
            "ValidationURL": f"{base}/validate",
        }


@pytest.fixture
def shop() -> Iterator[Shop]:
    made = Shop()
    made.stand.start()
    yield made
    made.stand.stop()


def test_addresses_are_registered_once(town: PretendDaraja, shop: Shop) -> None:
    assert post(town, REGISTER, shop.addresses())[1]["ResponseCode"] == "0"
    code, told = post(town, REGISTER, shop.addresses())
    assert (code, told["errorCode"]) == (500, "500.003.1001")
    call(f"{town.base_url}/__ctl/forget-addresses", {})
    assert post(town, REGISTER, shop.addresses())[0] == 200


def test_a_payment_is_validated_then_confirmed(town: PretendDaraja, shop: Shop) -> None:
    post(town, REGISTER, shop.addresses())
    receipt = town.by_hand.pay(PHONE, 20, " Wi-Fi 7 ")
    until(lambda: len(shop.got) == 1)
    assert shop.asked[0]["TransID"] == shop.got[0]["TransID"] == receipt
    told = shop.got[0]
    assert (told["TransAmount"], told["BillRefNumber"]) == ("20.00", " Wi-Fi 7 ")
    assert (told["MSISDN"], told["OrgAccountBalance"]) == ("2547 ***** 678", "20.00")
    until(lambda: [note["status"] for note in town.seen("confirmation")] == [200])


def test_what_the_shop_refuses_does_not_leave_the_phone(
    town: PretendDaraja, shop: Shop
) -> None:
    before = town.phones[PHONE].balance_cents
    shop.verdict = as_json({"ResultCode": "C2B00012", "ResultDesc": "Rejected"})
    post(town, REGISTER, shop.addresses())
    assert town.by_hand.pay(PHONE, 20, "nobody") == ""
    assert (town.money_taken(), town.phones[PHONE].balance_cents) == ([], before)


@pytest.mark.parametrize(("kind", "is_taken"), [("Completed", 1), ("Cancelled", 0)])
def test_a_shop_that_says_nothing_gets_what_it_registered(
    town: PretendDaraja, shop: Shop, kind: str, is_taken: int
) -> None:
    shop.verdict = Reply(drop=True)
    post(town, REGISTER, shop.addresses(kind))
    town.by_hand.pay(PHONE, 20, "wifi")
    assert len(town.money_taken()) == is_taken


def test_the_payer_is_told_as_hash_or_whole(town: PretendDaraja, shop: Shop) -> None:
    post(town, REGISTER, shop.addresses())
    for many, kind in enumerate(("hashed", "whole"), start=1):
        town.by_hand.msisdn = kind
        town.by_hand.pay(PHONE, 20, "wifi")
        until(lambda many=many: len(shop.got) == many)
    told = [body["MSISDN"] for body in shop.got]
    assert told == [hashlib.sha256(PHONE.encode()).hexdigest(), PHONE]


def test_the_sandbox_pays_for_people(town: PretendDaraja, shop: Shop) -> None:
    post(town, REGISTER, shop.addresses())
    wish = {
        "ShortCode": "174379",
        "CommandID": "CustomerPayBillOnline",
        "Amount": "20",
        "Msisdn": PHONE,
        "BillRefNumber": "wifi",
    }
    assert post(town, SIMULATE, wish)[1]["ResponseCode"] == "0"
    until(lambda: len(shop.got) == 1)
    code, told = post(town, SIMULATE, wish | {"Amount": "0"})
    assert (code, told["errorMessage"]) == (400, "Bad Request - Invalid Amount")


def test_a_confirmation_that_was_lost_is_sent_when_told(
    town: PretendDaraja, shop: Shop
) -> None:
    post(town, REGISTER, shop.addresses())
    town.by_hand.lost = True
    url = f"{town.base_url}/__ctl"
    wish = {"phone": PHONE, "shillings": 20, "account": "wifi"}
    receipt = call(f"{url}/pay-by-hand", wish)[1]["done"]
    assert shop.got == []
    assert call(f"{url}/confirm", {"receipt": receipt})[1] == {"done": 200}
    assert [told["TransID"] for told in shop.got] == [receipt]


def test_the_statement_shows_what_came_and_what_went(town: PretendDaraja) -> None:
    receipt = town.by_hand.pay(PHONE, 1500, "wifi")
    text = call(f"{town.base_url}/__ctl/statement.csv")[1].decode()
    assert text.splitlines()[:2] == [
        "Organization Name:,PRETEND SHOP",
        "Short Code:,174379",
    ]
    (row,) = csv.DictReader(text.splitlines()[3:])
    assert (row["Receipt No."], row["Paid In"]) == (receipt, "1,500.00")
    assert (row["Completion Time"], row["A/C No."]) == ("27-03-2026 15:00:00", "wifi")
    assert PHONE not in text


def test_transactions_are_pulled_for_two_days_at_most(town: PretendDaraja) -> None:
    receipt = town.by_hand.pay(PHONE, 20, "wifi")

    def query(since: str, until: str) -> Any:
        wish = {"ShortCode": "174379", "StartDate": since, "EndDate": until}
        return post(town, "/pulltransactions/v1/query", wish | {"OffSetValue": "0"})

    assert query("2026-03-27 00:00:00", "2026-03-28 00:00:00")[0] == 500
    nominated = {"RequestType": "Pull", "NominatedNumber": PHONE}
    where = {"ShortCode": "174379", "CallBackURL": "https://a.example/cb"}
    post(town, "/pulltransactions/v1/register", nominated | where)
    told = query("2026-03-27 00:00:00", "2026-03-28 00:00:00")[1]
    assert told["Response"][0][0]["transactionId"] == receipt
    empty = query("2026-03-20 00:00:00", "2026-03-21 00:00:00")[1]
    assert (empty["ResponseCode"], empty["Response"]) == ("1001", [])
    assert query("2026-03-20 00:00:00", "2026-03-27 00:00:00")[0] == 400
