"""The router's RADIUS side, against a server that keeps every packet."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from radius_responder import Responder

from hotspot_lite.town.hotspot import Refused
from hotspot_lite.town.routeros import PretendRouter

MAC = "BC:24:11:EB:56:4D"
GIB = 1 << 30


@pytest.fixture
def server() -> Iterator[Responder]:
    responder = Responder()
    yield responder
    responder.close()


@pytest.fixture
def router(server: Responder) -> Iterator[PretendRouter]:
    with PretendRouter(radius=server.address(), identity="cafe") as router:
        yield router


def test_an_access_request_is_laid_out_as_a_real_router_does(router, server):
    router.join(MAC, "127.5.50.10").log_in("0712", "right")
    asked = server.asked[0]
    names = [asked._DecodeKey(key) for key, _ in asked.items() if key != 80]
    assert names[:14] == [
        "NAS-Port-Type",
        "Calling-Station-Id",
        "Called-Station-Id",
        "NAS-Port-Id",
        "User-Name",
        "NAS-Port",
        "Acct-Session-Id",
        "Framed-IP-Address",
        "Mikrotik-Host-IP",
        "User-Password",
        "Service-Type",
        "WISPr-Logoff-URL",
        "NAS-Identifier",
        "NAS-IP-Address",
    ]
    assert server.raw[0][-18] == 80
    assert asked.verify_message_authenticator()


def test_an_access_request_tells_who_asks(router, server):
    router.join(MAC, "127.5.50.10").log_in("0712", "right")
    asked = server.asked[0]
    assert asked["Calling-Station-Id"] == [MAC]
    assert asked["Called-Station-Id"] == ["hsl"]
    assert asked["NAS-Identifier"] == ["cafe"]
    assert asked["Framed-IP-Address"] == ["127.5.50.10"]
    assert asked["NAS-Port-Type"] == ["Wireless-802.11"]


def test_the_session_id_is_the_port_in_hexadecimal(router, server):
    router.join(MAC, "127.5.50.10").log_in("0712", "right")
    asked = server.asked[0]
    assert asked["Acct-Session-Id"] == [f"{asked['NAS-Port'][0]:08x}"]
    assert asked["Acct-Session-Id"] == ["80100001"]


def test_a_start_follows_an_accept_with_the_same_ids(router, server):
    router.join(MAC, "127.5.50.10").log_in("0712", "right")
    assert router.nas.settle()
    (start,) = server.of("Start")
    assert start.VerifyAcctRequest()
    assert start.keys()[0] == "Acct-Status-Type"
    assert start["Acct-Session-Id"] == server.asked[0]["Acct-Session-Id"]
    assert "Service-Type" not in start
    assert 80 not in start


def test_what_was_granted_is_what_the_session_has(router, server):
    server.grant = {
        "Session-Timeout": 3600,
        "Idle-Timeout": 300,
        "Mikrotik-Rate-Limit": "2M/4M",
        "Mikrotik-Total-Limit": GIB,
        "Mikrotik-Total-Limit-Gigawords": 1,
    }
    terms = router.join(MAC, "127.5.50.10").log_in("0712", "right").terms
    assert terms.seconds == 3600
    assert terms.idle_seconds == 300
    assert terms.rate_limit == "2M/4M"
    assert terms.total_bytes == 5 * GIB


def test_a_class_comes_back_untouched(router, server):
    server.grant = {"Class": b"0xplan\x00\xff"}
    device = router.join(MAC, "127.5.50.10")
    device.log_in("0712", "right")
    device.log_out()
    assert router.nas.settle()
    assert server.of("Start")[0][25] == [b"0xplan\x00\xff"]
    assert server.of("Stop")[0][25] == [b"0xplan\x00\xff"]


def test_a_reject_refuses_with_the_servers_own_words(router, server):
    server.reply_message = "Your time is over"
    with pytest.raises(Refused, match="Your time is over"):
        router.join(MAC, "127.5.50.10").log_in("0712", "wrong")


def test_a_reject_without_words_reads_as_the_router_reads_it(router, server):
    with pytest.raises(Refused, match="invalid username or password"):
        router.join(MAC, "127.5.50.10").log_in("0712", "wrong")


def test_a_lost_request_is_sent_again_unchanged(server):
    server.drops = 2
    with PretendRouter(radius=server.address(timeout_seconds=0.1)) as router:
        assert router.join(MAC, "127.5.50.10").log_in("0712", "right")
    assert server.raw[0] == server.raw[1] == server.raw[2]


def test_after_three_tries_the_router_says_that_nobody_answers(server):
    server.drops = 3
    with PretendRouter(radius=server.address(timeout_seconds=0.05)) as router:
        device = router.join(MAC, "127.5.50.10")
        with pytest.raises(Refused, match="RADIUS server is not responding"):
            device.log_in("0712", "right")
        assert not device.is_online
    assert len(server.raw) == 3


def test_a_reply_with_a_wrong_authenticator_is_ignored(server):
    server.spoil = lambda raw: raw[:4] + bytes(16) + raw[20:]
    with PretendRouter(radius=server.address(timeout_seconds=0.05)) as router:
        with pytest.raises(Refused, match="not responding"):
            router.join(MAC, "127.5.50.10").log_in("0712", "right")
        assert any("bad reply" in what for _, what in router.journal)


@pytest.mark.parametrize(
    ("version", "is_let_in"), [("7.18.2", False), ("7.14.3", True)]
)
def test_from_7_15_on_a_reply_must_carry_a_message_authenticator(version, is_let_in):
    responder = _Unsigned()
    address = responder.address(timeout_seconds=0.1)
    with PretendRouter(version=version, radius=address) as router:
        device = router.join(MAC, "127.5.50.10")
        if is_let_in:
            device.log_in("0712", "right")
        else:
            with pytest.raises(Refused):
                device.log_in("0712", "right")
    responder.close()


class _Unsigned(Responder):
    def _judge(self, request, reply):
        super()._judge(request, reply)
        reply.message_authenticator = None


def test_unanswered_accounting_is_sent_again_as_it_was_and_then_lost(server):
    with PretendRouter(radius=server.address(timeout_seconds=0.1)) as router:
        device = router.join(MAC, "127.5.50.10")
        device.log_in("0712", "right")
        assert router.nas.settle()
        server.raw.clear()
        server.drops = 3
        device.log_out()
        assert router.nas.settle()
        assert len(server.raw) == 3
        assert len(set(server.raw)) == 1
        assert len(router.nas.lost) == 1


def test_a_stop_tells_what_was_used_in_octets_and_gigawords(router, server):
    device = router.join(MAC, "127.5.50.10")
    device.log_in("0712", "right")
    device.use(up_bytes=5 * GIB, down_bytes=7)
    router.tick(router.now() + 90)
    device.log_out()
    assert router.nas.settle()
    (stop,) = server.of("Stop")
    assert stop["Acct-Input-Octets"] == [GIB]
    assert stop["Acct-Input-Gigawords"] == [1]
    assert stop["Acct-Output-Octets"] == [7]
    assert 90 <= stop["Acct-Session-Time"][0] <= 95
    assert stop["Acct-Terminate-Cause"] == ["User-Request"]


def test_interim_updates_come_when_the_server_asked_for_them(router, server):
    server.grant = {"Acct-Interim-Interval": 60}
    router.join(MAC, "127.5.50.10").log_in("0712", "right")
    for seconds in (30, 61, 62, 122):
        router.tick(router._booted_at + seconds)
    assert router.nas.settle()
    assert len(server.of("Interim-Update")) == 2


def test_a_reboot_forgets_sessions_and_numbers_them_anew(router, server):
    device = router.join(MAC, "127.5.50.10")
    device.log_in("0712", "right")
    router.reboot()
    assert not device.is_online
    router.join(MAC, "127.5.50.10")
    assert router.nas.settle()
    assert server.of("Stop") == []
    assert len(server.of("Accounting-On")) == 1
    assert router.active()[0]["login-by"] == "mac-cookie"
    assert server.asked[-1]["Acct-Session-Id"] == ["80200001"]


def test_a_wrong_clock_goes_into_event_timestamps_only(router, server):
    router.set_wall(0.0)
    device = router.join(MAC, "127.5.50.10")
    device.log_in("0712", "right")
    assert router.nas.settle()
    assert server.of("Start")[0]["Event-Timestamp"][0] < 60
    assert router.active()[0]["uptime"] == "0s"


def test_local_users_make_no_accounting_unless_asked_for(router, server):
    router.tables["/ip/hotspot/user"].add({"name": "v1", "password": "pw"})
    device = router.join(MAC, "127.5.50.10")
    assert not device.log_in("v1", "pw").is_radius
    device.log_out()
    assert router.nas.settle()
    assert server.raw == []
