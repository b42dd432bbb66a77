"""The pretend SMS gateway as another process sees it."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from hotspot_lite.town.sms import PretendSmsGateway

TO = "254712345678"


@pytest.fixture
def gateway() -> Iterator[PretendSmsGateway]:
    with PretendSmsGateway(now=lambda: 1000.0) as made:
        yield made


def call(url: str, body: object = None) -> Any:
    sent = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, sent), timeout=5) as answer:
        return json.loads(answer.read())


def textsms(gateway: PretendSmsGateway, **other: str) -> Any:
    asked = {"apikey": gateway.api_key, "partnerID": "1", "message": "hi"}
    asked |= {"shortcode": "WIFI", "mobile": TO, **other}
    return call(f"{gateway.base_url}/api/services/sendsms/", asked)["responses"][0]


def test_a_message_is_taken_with_the_misspelt_key(gateway: PretendSmsGateway) -> None:
    told = textsms(gateway)
    assert told["respose-code"] == 200
    assert told["mobile"] == int(TO)
    (taken,) = gateway.messages
    assert (taken.at, taken.to, taken.text) == (1000.0, TO, "hi")
    assert taken.id == str(told["messageid"])


def test_every_message_has_its_own_id(gateway: PretendSmsGateway) -> None:
    assert textsms(gateway)["messageid"] != textsms(gateway)["messageid"]


@pytest.mark.parametrize(
    ("other", "code"), [({"apikey": "x"}, 1006), ({"mobile": "07"}, 1003)]
)
def test_what_is_wrong_is_refused(
    gateway: PretendSmsGateway, other: dict[str, str], code: int
) -> None:
    assert textsms(gateway, **other)["respose-code"] == code
    assert gateway.messages == []


def test_another_process_reads_the_messages(gateway: PretendSmsGateway) -> None:
    textsms(gateway)
    (told,) = call(f"{gateway.base_url}/__ctl/messages")
    assert (told["to"], told["text"]) == (TO, "hi")


def test_another_process_sets_a_fault(gateway: PretendSmsGateway) -> None:
    call(f"{gateway.base_url}/__ctl", {"fault": "no-credit", "slow_seconds": 0})
    assert textsms(gateway)["respose-code"] == 1004


@pytest.mark.parametrize("told", [{"fault": "x"}, {"slow_seconds": "y"}, {"z": 1}])
def test_a_switch_that_does_not_exist_is_refused(
    gateway: PretendSmsGateway, told: dict[str, object]
) -> None:
    with pytest.raises(urllib.error.HTTPError):
        call(f"{gateway.base_url}/__ctl", told)


def test_a_port_can_be_asked_for_again_after_stop() -> None:
    first = PretendSmsGateway().start()
    first.stop()
    with PretendSmsGateway(port=first.address[1]) as again:
        assert again.address == first.address
