"""The router's ear for Disconnect and CoA, told by pyrad's own client."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pyrad import packet
from pyrad.client import Client, Timeout
from pyrad.dictionary import Dictionary
from radius_responder import SECRET, Responder

from hotspot_lite.town.nas import DICTIONARY
from hotspot_lite.town.routeros import Device, PretendRouter

MAC, IP = "BC:24:11:EB:56:4D", "127.5.50.10"
WHO: dict[str, Any] = {"User_Name": "0712", "Framed_IP_Address": IP}
GONE = "Session-Context-Not-Found"


@pytest.fixture
def server() -> Iterator[Responder]:
    responder = Responder(grant={"Session-Timeout": 3600})
    yield responder
    responder.close()


@pytest.fixture
def router(server: Responder) -> Iterator[PretendRouter]:
    with PretendRouter(radius=server.address()) as router:
        yield router


@pytest.fixture
def device(router: PretendRouter) -> Device:
    device = router.join(MAC, IP)
    device.log_in("0712", "right")
    return device


def order(
    router: PretendRouter,
    code: int = packet.DisconnectRequest,
    secret: str = SECRET,
    wait_seconds: float = 2.0,
    **attributes: Any,
) -> Any:
    """Send one order; gives the reply, raises Timeout after a short silence."""
    client = Client(
        "127.0.0.1",
        coaport=router.coa_port,
        secret=secret.encode(),
        dict=Dictionary(str(DICTIONARY)),
        timeout=wait_seconds,
        retries=1,
    )
    return client.SendPacket(client.CreateCoAPacket(code=code, **attributes))


def test_a_name_and_an_address_end_a_session(router, server, device):
    reply = order(router, **WHO)
    assert reply.code == packet.DisconnectACK
    assert not device.is_online
    assert router.nas.settle()
    (stop,) = server.of("Stop")
    assert stop["Acct-Terminate-Cause"] == ["Admin-Reset"]


def test_a_disconnect_takes_the_cookie_too(router, device):
    order(router, **WHO)
    assert router.tables["/ip/hotspot/cookie"].rows == []


def test_a_session_is_found_by_its_id_as_well(router, device):
    session_id = device.session.caller.session_id
    reply = order(router, User_Name="0712", Acct_Session_Id=session_id)
    assert reply.code == packet.DisconnectACK


@pytest.mark.parametrize(
    "who",
    [
        {"User_Name": "0712"},
        {"User_Name": "0799", "Framed_IP_Address": IP},
        {"User_Name": "0712", "Framed_IP_Address": "127.5.50.99"},
        {"User_Name": "0712", "Acct_Session_Id": "80999999"},
    ],
)
def test_an_order_that_means_nobody_is_refused_with_the_reason(router, device, who):
    reply = order(router, **who)
    assert reply.code == packet.DisconnectNAK
    assert reply["Error-Cause"] == [GONE]
    assert device.is_online


def test_a_second_disconnect_finds_nobody(router, device):
    order(router, **WHO)
    reply = order(router, **WHO, Acct_Session_Id="x")
    assert reply.code == packet.DisconnectNAK


def test_a_change_gives_a_running_session_other_terms(router, device):
    reply = order(
        router,
        packet.CoARequest,
        User_Name="0712",
        Framed_IP_Address=IP,
        Mikrotik_Rate_Limit="1M/1M",
        Session_Timeout=7200,
    )
    assert reply.code == packet.CoAACK
    assert device.session.terms.rate_limit == "1M/1M"
    assert device.session.terms.seconds == 7200
    assert device.is_online


def test_an_order_with_a_wrong_secret_is_met_with_silence(router, device):
    with pytest.raises(Timeout):
        order(router, secret="wrong", wait_seconds=0.2, **WHO)
    assert device.is_online


def test_noise_is_met_with_silence_and_does_not_deafen_the_router(router, device):
    with pytest.raises(Timeout):
        order(router, code=packet.StatusServer, wait_seconds=0.2)
    assert order(router, **WHO).code == 41


def test_a_router_that_accepts_no_orders_is_silent(router, device):
    router.tables["/radius/incoming"].set({"accept": "no"})
    with pytest.raises(Timeout):
        order(router, wait_seconds=0.2, **WHO)
    assert device.is_online
