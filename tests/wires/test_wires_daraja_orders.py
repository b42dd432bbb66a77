"""Reversal and status on the wire: what leaves, what each answer means, results."""

from __future__ import annotations

import json

import pytest
from test_wires_daraja import pushed, stub, town, wire

from hotspot_lite.errors import BadInput
from hotspot_lite.town import daraja_safe
from hotspot_lite.town.daraja import PretendDaraja
from hotspot_lite.town.stand import Ask, Reply, as_html, as_json
from hotspot_lite.wires import daraja_orders
from hotspot_lite.wires.daraja_orders import Initiator, Ordered, read_result

__all__ = ["pushed", "town"]
WHO = Initiator(
    "api", "c2VhbGVk", "174379", "http://127.0.0.1:9/cb/r/00", "http://127.0.0.1:9/late"
)
# Published samples, with one name changed: a key twice, values missing, references
# that are an object, numbers that are text (facts/mpesa.md 1.9).
STATUS = {
    "Result": {
        "ConversationID": "AG_20180223_0000493344ae97d86f75",
        "OriginatorConversationID": "3213-416199-2",
        "ReferenceData": {"ReferenceItem": {"Key": "Occasion"}},
        "ResultCode": 0,
        "ResultDesc": "The service request is processed successfully.",
        "ResultParameters": {
            "ResultParameter": [
                {"Key": "DebitPartyName", "Value": "600310 - Shop"},
                {"Key": "DebitPartyName", "Value": "254700000001 - John Doe"},
                {"Key": "DebitPartyCharges"},
                {"Key": "TransactionStatus", "Value": "Completed"},
                {"Key": "FinalisedTime", "Value": "20180223054112"},
                {"Key": "Amount", "Value": "300"},
                {"Key": "ReceiptNo", "Value": "MBN31H462N"},
            ]
        },
        "ResultType": 0,
        "TransactionID": "MBN0000000",
    }
}


def ordered(reply: Reply) -> Ordered:
    with stub(lambda ask: reply) as daraja:
        return daraja_orders.reverse(daraja, WHO, "UKR7ABCD12", 2000, "HL1")


def read(**told: object) -> daraja_orders.OrderResult:
    return read_result(json.dumps({"Result": {"ResultCode": 0} | told}).encode())


def test_a_reversal_has_daraja_s_own_names_and_spellings() -> None:
    seen: list[Ask] = []

    def take(ask: Ask) -> Reply:
        seen.append(ask)
        return as_json({"ResponseCode": "0", "OriginatorConversationID": "AG_1"})

    with stub(take) as daraja:
        told = daraja_orders.reverse(daraja, WHO, "UKR7ABCD12", 2000, "HL1")
        daraja_orders.ask_status(daraja, WHO, "UKR7ABCD12", "HL2")
    assert (told.kind, told.conversation) == ("accepted", "AG_1")
    reversal, status = (ask.json() for ask in seen)
    assert reversal["Amount"] == 20
    assert reversal["RecieverIdentifierType"] == "11"
    assert reversal["CommandID"] == "TransactionReversal"
    assert status["IdentifierType"] == "4"
    assert "OriginatorConversationID" not in status


def test_the_town_takes_what_we_send(town: PretendDaraja) -> None:
    receipt = town.by_hand.pay("254700000001", 20, "wifi")
    sealed = daraja_safe.seal(town.shop.initiator_password)
    who = Initiator(
        town.shop.initiator,
        sealed,
        town.shop.shortcode,
        WHO.result_url,
        WHO.timeout_url,
    )
    assert daraja_orders.ask_status(wire(town), who, receipt, "HL1").kind == "accepted"
    told = daraja_orders.reverse(wire(town), who, receipt, 2000, "HL2")
    assert told.kind == "accepted"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (as_html("Bad Gateway", 502), "uncertain"),
        (as_json({"ResponseCode": "0", "OriginatorConversationID": ""}), "uncertain"),
        (as_json({}), "uncertain"),
        (Reply(drop=True), "uncertain"),
        (as_json({"errorCode": "500.001.1001", "errorMessage": "?"}, 500), "uncertain"),
        (as_json({"errorCode": "400.002.02", "errorMessage": "Bad"}, 400), "refused"),
        (as_json({"ResponseCode": "1", "ResponseDescription": "No."}), "refused"),
        (as_json({"errorCode": "500.003.02", "errorMessage": "busy"}, 500), "refused"),
    ],
)
def test_only_what_surely_was_not_taken_is_refused(reply: Reply, kind: str) -> None:
    assert ordered(reply).kind == kind


def test_a_published_result_is_read() -> None:
    told = read_result(json.dumps(STATUS).encode())
    assert (told.ok, told.amount_cents) == (True, 30_000)
    assert told.values["DebitPartyName"] == ("600310 - Shop", "254700000001 - John Doe")
    assert (told.value("DebitPartyCharges"), told.value("Nothing")) == ("", "")
    assert told.finalised_at == 1_519_353_672


@pytest.mark.parametrize("code", [2001, "2001", "R000002", "SFC_IC0003"])
def test_codes_are_text_whatever_they_come_as(code: object) -> None:
    told = read(ResultCode=code, ResultDesc="No.")
    assert (told.code, told.ok) == (str(code), False)
    assert told.says


@pytest.mark.parametrize(
    "parameters",
    [None, [], "", {"ResultParameter": None}, {"ResultParameter": {"Key": "A"}}],
)
def test_parameters_of_any_shape_are_no_fault(parameters: object) -> None:
    told = read(ResultParameters=parameters)
    assert told.ok and told.value("A") == "" and told.finalised_at is None


@pytest.mark.parametrize(
    "raw", [b"", b"[]", b"{}", b'{"Result": []}', b'{"Result": {}}', b"\xff", b"1"]
)
def test_what_is_no_result_is_refused(raw: bytes) -> None:
    with pytest.raises(BadInput):
        read_result(raw)


def test_nothing_secret_is_in_what_is_printed() -> None:
    assert "c2VhbGVk" not in repr(WHO) and "/cb/r/" not in repr(WHO)
