"""The pretend Daraja's back office: taken now, answered later, as M-Pesa words it."""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from test_town_daraja import PHONE, call, post

from hotspot_lite.town import daraja_safe
from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.stand import Ask, Reply, Stand, as_json

STATUS = "/mpesa/transactionstatus/v1/query"
REVERSAL = "/mpesa/reversal/v1/request"
BALANCE = "/mpesa/accountbalance/v1/query"


class Listener:
    """Takes results at /result and orders that timed out at /timeout."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.stand = Stand(self.answer)

    def answer(self, ask: Ask) -> Reply:
        self.got.append((ask.path, ask.json()))
        return as_json({"ResultCode": 0, "ResultDesc": "Accepted"})

    def wait(self, many: int = 1) -> list[tuple[str, Any]]:
        until(lambda: len(self.got) >= many)
        return self.got

    def result(self) -> dict[str, Any]:
        path, body = self.wait()[0]
        assert path == "/result"
        return dict(body["Result"])


def until(holds: Callable[[], bool]) -> None:
    limit = time.monotonic() + 5
    while not holds():
        assert time.monotonic() < limit
        time.sleep(0.01)


@pytest.fixture
def listener() -> Iterator[Listener]:
    made = Listener()
    made.stand.start()
    yield made
    made.stand.stop()


def sealed(password: str) -> str:
    """What a shop sends: PKCS#1 v1.5 with the key of the town's certificate."""
    pad = bytes(
        secrets.choice(range(1, 256)) for _ in range(253 - len(password.encode()))
    )
    block = b"\0\2" + pad + b"\0" + password.encode()
    number = pow(int.from_bytes(block), 65537, daraja_safe._MODULUS)
    return base64.b64encode(number.to_bytes(256)).decode()


def order(town: PretendDaraja, to: Listener, command: str, **more: Any) -> dict:
    return {
        "Initiator": town.shop.initiator,
        "SecurityCredential": sealed(town.shop.initiator_password),
        "CommandID": command,
        "ResultURL": f"{to.stand.base_url}/result",
        "QueueTimeOutURL": f"{to.stand.base_url}/timeout",
        "Remarks": "HL17",
        "Occasion": "",
        **more,
    }


def status_of(town: PretendDaraja, to: Listener, **more: Any) -> dict[str, Any]:
    party = {"PartyA": town.shop.shortcode, "IdentifierType": "4"}
    return order(town, to, "TransactionStatusQuery", **(party | more))


def back(town: PretendDaraja, to: Listener, receipt: str, **more: Any) -> dict:
    told = {
        "TransactionID": receipt,
        "Amount": "20",
        "ReceiverParty": town.shop.shortcode,
        "RecieverIdentifierType": "11",
    }
    return order(town, to, "TransactionReversal", **(told | more))


def values(result: dict[str, Any]) -> dict[str, Any]:
    pairs = result["ResultParameters"]["ResultParameter"]
    return {pair["Key"]: pair.get("Value") for pair in pairs}


def test_the_certificate_is_of_the_key_that_reads_credentials() -> None:
    assert daraja_safe.unseal(sealed("pässword")) == "pässword"
    assert daraja_safe.unseal("AAAA") is None
    assert daraja_safe.unseal("not base64") is None
    raw = base64.b64decode("".join(daraja_safe.CERTIFICATE.splitlines()[1:-1]))
    assert daraja_safe._MODULUS.to_bytes(256) in raw


def test_an_order_is_taken_at_once_and_its_result_comes_later(
    town: PretendDaraja, listener: Listener
) -> None:
    receipt = town.by_hand.pay(PHONE, 20, "wifi")
    code, taken = post(town, STATUS, status_of(town, listener, TransactionID=receipt))
    assert (code, taken["ResponseCode"]) == (200, "0")
    result = listener.result()
    assert result["ConversationID"] == taken["ConversationID"]
    assert result["ResultCode"] == 0
    told = values(result)
    assert (told["TransactionStatus"], told["Amount"]) == ("Completed", "20.00")
    assert (told["ReceiptNo"], told["DebitPartyCharges"]) == (receipt, None)
    keys = [p["Key"] for p in result["ResultParameters"]["ResultParameter"]]
    assert keys.count("DebitPartyName") == 2  # as published, and not valid as a map


def test_an_unknown_receipt_does_not_exist(
    town: PretendDaraja, listener: Listener
) -> None:
    post(town, STATUS, status_of(town, listener, TransactionID="UKQ0000000"))
    result = listener.result()
    assert result["ResultCode"] == 2033
    assert "ResultParameters" not in result


def test_an_order_is_found_again_by_its_conversation(
    town: PretendDaraja, listener: Listener
) -> None:
    receipt = town.by_hand.pay(PHONE, 20, "wifi")
    _, taken = post(town, REVERSAL, back(town, listener, receipt))
    listener.wait()
    known_as = {"OriginalConversationID": taken["OriginatorConversationID"]}
    post(town, STATUS, status_of(town, listener, **known_as))
    told = values(listener.wait(2)[1][1]["Result"])
    assert told["ReasonType"] == "Pay Bill Reversal"


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"OriginatorConversationID": "1-2-3"}, "OriginatorConversationID"),
        ({}, "TransactionID"),
        ({"TransactionID": "X", "CommandID": "Status"}, "CommandID"),
        ({"TransactionID": "X", "Remarks": ""}, "Remarks"),
        ({"TransactionID": "X", "ResultURL": "http://a.example/"}, "ResultURL"),
        ({"TransactionID": "X", "IdentifierType": "9"}, "IdentifierType"),
    ],
)
def test_a_wrong_order_is_refused_by_its_field(
    town: PretendDaraja, listener: Listener, more: dict[str, Any], refused: str
) -> None:
    code, told = post(town, STATUS, status_of(town, listener, **more))
    assert (code, told["errorMessage"]) == (400, f"Bad Request - Invalid {refused}")


def test_an_empty_receipt_gets_an_empty_yes_and_no_result(
    town: PretendDaraja, listener: Listener
) -> None:
    code, told = post(town, STATUS, status_of(town, listener, TransactionID=""))
    assert (code, set(told.values())) == (200, {""})
    time.sleep(0.1)
    assert listener.got == []


def test_money_goes_back_once(town: PretendDaraja, listener: Listener) -> None:
    before = town.phones[PHONE].balance_cents
    receipt = town.by_hand.pay(PHONE, 20, "wifi")
    post(town, REVERSAL, back(town, listener, receipt))
    result = listener.result()
    assert (result["ResultCode"], result["TransactionID"] != receipt) == (0, True)
    assert values(result)["OriginalTransactionID"] == receipt
    post(town, REVERSAL, back(town, listener, receipt))
    assert listener.wait(2)[1][1]["Result"]["ResultCode"] == "R000001"
    assert town.phones[PHONE].balance_cents == before
    assert town.book.balance_cents() == 0


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"TransactionID": "UKQ0000000"}, "R000002"),
        ({"Amount": "19"}, "R000002"),
        ({"Initiator": "somebody"}, 2001),
        ({"SecurityCredential": "AAAA"}, 2001),
        ({"ReceiverParty": "600000"}, 21),
    ],
)
def test_a_reversal_that_cannot_be_says_why_later(
    town: PretendDaraja, listener: Listener, more: dict[str, Any], code: object
) -> None:
    receipt = town.by_hand.pay(PHONE, 20, "wifi")
    assert post(town, REVERSAL, back(town, listener, receipt, **more))[0] == 200
    assert listener.result()["ResultCode"] == code
    assert town.book.balance_cents() == 2000


def test_a_timed_out_order_comes_back_as_it_was_sent(
    town: PretendDaraja, listener: Listener
) -> None:
    town.orders.timed_out = True
    sent = back(town, listener, "UKQ0000000")
    post(town, REVERSAL, sent)
    assert listener.wait() == [("/timeout", sent)]


def test_results_come_twice_or_never_as_told(
    town: PretendDaraja, listener: Listener
) -> None:
    url = f"{town.base_url}/__ctl"
    assert call(url, {"orders": {"copies": 2, "reference_is_list": True}})[0] == 200
    post(town, STATUS, status_of(town, listener, TransactionID="X"))
    first, second = (body["Result"] for _, body in listener.wait(2))
    assert first == second
    assert isinstance(first["ReferenceData"]["ReferenceItem"], list)
    call(url, {"orders": {"lost": True}})
    post(town, STATUS, status_of(town, listener, TransactionID="X"))
    time.sleep(0.1)
    assert len(listener.got) == 2
    assert call(url, {"orders": {"_known": {}}})[1]["wrong"] == "there is no _known"


def test_the_balance_is_told_by_account(
    town: PretendDaraja, listener: Listener
) -> None:
    town.by_hand.pay(PHONE, 20, "wifi")
    party = {"PartyA": town.shop.shortcode, "IdentifierType": "4"}
    post(town, BALANCE, order(town, listener, "AccountBalance", **party))
    told = values(listener.result())["AccountBalance"]
    assert "Utility Account|KES|20.00|20.00|0.00|0.00" in told.split("&")


def test_no_order_without_a_token(town: PretendDaraja, listener: Listener) -> None:
    code, told = post(town, STATUS, status_of(town, listener), key="old")
    assert (code, told["errorCode"]) == (404, "404.001.03")
