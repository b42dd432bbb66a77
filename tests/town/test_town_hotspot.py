"""The hotspot as a phone meets it: redirects, the login page, limits."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from radius_responder import Responder

from hotspot_lite.town.hotspot import Refused
from hotspot_lite.town.routeros import PretendRouter

MAC = "02:00:00:00:00:0A"
IP = "127.5.50.10"
PORTAL = "http://10.5.50.2/"


@pytest.fixture
def router() -> Iterator[PretendRouter]:
    with PretendRouter(portal_url=PORTAL, identity="cafe") as router:
        router.tables["/ip/hotspot/user"].add({"name": "v1", "password": "pw"})
        yield router


def ask(
    router: PretendRouter,
    path: str,
    source: str = IP,
    host: str | None = None,
    body: str | None = None,
) -> HTTPResponse:
    """One request from a device's address; the body is read already."""
    connection = HTTPConnection(
        "127.0.0.1", router.http_port, timeout=5, source_address=(source, 0)
    )
    headers = {"Host": host or f"127.0.0.1:{router.http_port}"}
    method = "GET" if body is None else "POST"
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.text = response.read().decode()  # type: ignore[attr-defined]
    connection.close()
    return response


def sent_to(response: HTTPResponse) -> dict[str, str]:
    """The query of the portal's address that a response sends to."""
    assert response.status == 302
    location = response.headers["Location"]
    assert location.startswith(PORTAL + "?")
    query = parse_qs(urlsplit(location).query, keep_blank_values=True)
    return {name: values[0] for name, values in query.items()}


def test_any_page_sends_a_stranger_to_the_portal(router):
    router.join(MAC, IP)
    query = sent_to(ask(router, "/generate_204?x=1&y=2", host="example.com"))
    assert query == {
        "mac": MAC,
        "ip": IP,
        "link-login-only": f"{router.http_url}/login",
        "link-orig": "http://example.com/generate_204?x=1&y=2",
        "error": "",
        "server-name": "hsl",
        "identity": "cafe",
    }


def test_a_proxy_style_request_is_caught_too(router):
    router.join(MAC, IP)
    response = ask(router, "http://example.com/login", host="example.com")
    assert sent_to(response)["link-orig"] == "http://example.com/login"


def test_an_address_where_nobody_joined_is_told_so(router):
    assert ask(router, "/", source="127.5.50.99").status == 404


def test_a_browser_on_the_same_machine_may_play_a_device(router):
    router.default_device = router.join(MAC, "10.5.50.20")
    query = sent_to(ask(router, "/", source="127.0.0.1", host="example.com"))
    assert query["ip"] == "10.5.50.20"


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_right_login_sends_on_to_where_the_device_wanted(router, method):
    device = router.join(MAC, IP)
    form = urlencode({"username": "v1", "password": "pw", "dst": "http://a.example/"})
    if method == "GET":
        response = ask(router, f"/login?{form}")
    else:
        response = ask(router, "/login", body=form)
    assert response.headers["Location"] == "http://a.example/"
    assert device.is_online


def test_a_login_without_dst_ends_at_the_status_page(router):
    router.join(MAC, IP)
    response = ask(router, "/login?username=v1&password=pw")
    assert response.headers["Location"] == f"{router.http_url}/status"
    assert "Welcome v1!" in ask(router, "/status").text


def test_a_wrong_login_goes_back_to_the_portal_with_the_error(router):
    device = router.join(MAC, IP)
    query = sent_to(ask(router, "/login?username=v1&password=no&dst=http://a/"))
    assert query["error"] == "invalid username or password"
    assert query["link-orig"] == "http://a/"
    assert not device.is_online


def test_without_http_pap_a_clear_password_is_refused(router):
    profile = router.tables["/ip/hotspot/profile"]
    profile.set({"numbers": "hsl-prof", "login-by": "cookie,http-chap"})
    router.join(MAC, IP)
    query = sent_to(ask(router, "/login?username=v1&password=pw"))
    assert "did not send challenge response" in query["error"]


def test_a_device_that_is_in_reaches_the_internet_until_it_logs_out(router):
    device = router.join(MAC, IP)
    device.log_in("v1", "pw")
    assert ask(router, "/x", host="example.com").status == 200
    assert "logged out" in ask(router, "/logout").text
    assert ask(router, "/x", host="example.com").status == 302


def test_the_captive_portal_api_says_whether_the_device_is_held(router):
    device = router.join(MAC, IP)
    assert json.loads(ask(router, "/api").text)["captive"] is True
    device.log_in("v1", "pw")
    assert json.loads(ask(router, "/api").text)["captive"] is False


def test_a_dst_can_not_smuggle_a_header(router):
    router.join(MAC, IP)
    response = ask(router, "/login?username=v1&password=pw&dst=http://a/%0d%0aX-Evil:1")
    assert "X-Evil" not in response.headers


def test_time_runs_out_at_the_session_timeout():
    server = Responder(grant={"Session-Timeout": 3600})
    with PretendRouter(radius=server.address()) as router:
        device = router.join(MAC, IP)
        began_at = device.log_in("0712", "right").began_at
        router.tick(began_at + 3599)
        assert device.is_online
        router.tick(began_at + 3700)
        assert not device.is_online
        assert router.nas.settle()
        (stop,) = server.of("Stop")
        assert stop["Acct-Terminate-Cause"] == ["Session-Timeout"]
        assert stop["Acct-Session-Time"] == [3600]
    server.close()


def test_a_silent_device_is_put_out_by_the_idle_timeout():
    server = Responder(grant={"Idle-Timeout": 300})
    with PretendRouter(radius=server.address()) as router:
        device = router.join(MAC, IP)
        began_at = device.log_in("0712", "right").began_at
        router.tick(began_at + 200)
        device.use(1, 1)
        router.tick(began_at + 400)
        assert device.is_online
        router.tick(began_at + 501)
        assert not device.is_online
        assert router.nas.settle()
        assert server.of("Stop")[0]["Acct-Terminate-Cause"] == ["Idle-Timeout"]
    server.close()


def test_data_runs_out_at_the_total_limit():
    server = Responder(grant={"Mikrotik-Total-Limit": 1000})
    with PretendRouter(radius=server.address()) as router:
        device = router.join(MAC, IP)
        device.log_in("0712", "right")
        assert device.use(400, 599)
        assert not device.use(0, 1)
        assert not device.use(0, 1)
        assert router.nas.settle()
        assert server.of("Stop")[0]["Acct-Output-Octets"] == [600]
    server.close()


def test_a_local_users_time_is_counted_over_all_its_sessions(router):
    table = router.tables["/ip/hotspot/user"]
    table.set({"numbers": "v1", "limit-uptime": "1h"})
    device = router.join(MAC, IP)
    began_at = device.log_in("v1", "pw").began_at
    router.tick(began_at + 2400)
    device.log_out()
    assert table.find(name="v1")["uptime"] == "40m"
    assert 1195 <= device.log_in("v1", "pw").terms.seconds <= 1200
    router.tick(began_at + 3700)
    with pytest.raises(Refused, match="has reached uptime limit"):
        device.log_in("v1", "pw")


def test_one_user_may_not_be_on_two_devices(router):
    router.join(MAC, IP).log_in("v1", "pw")
    with pytest.raises(Refused, match="no more sessions are allowed for user v1"):
        router.join("02:00:00:00:00:0B", "127.5.50.11").log_in("v1", "pw")


def test_a_user_bound_to_a_mac_is_refused_elsewhere(router):
    table = router.tables["/ip/hotspot/user"]
    table.set({"numbers": "v1", "mac-address": "02:00:00:00:00:0b"})
    with pytest.raises(Refused, match="not allowed to log in from this MAC"):
        router.join(MAC, IP).log_in("v1", "pw")


def test_a_device_that_comes_back_is_let_in_by_its_cookie(router):
    device = router.join(MAC, IP)
    device.log_in("v1", "pw")
    device.leave()
    assert not device.is_online
    router.join(MAC, IP)
    assert router.active()[0]["login-by"] == "mac-cookie"


def test_logging_out_takes_the_cookie_away(router):
    device = router.join(MAC, IP)
    device.log_in("v1", "pw")
    device.log_out()
    device.leave()
    assert not router.join(MAC, IP).is_online


def test_the_journal_keeps_what_happened_without_passwords(router):
    device = router.join(MAC, IP)
    device.log_in("v1", "pw")
    told = [what for _, what in router.journal]
    assert told == [f"join {MAC} {IP}", f"login {MAC} v1"]


def test_a_background_clock_puts_devices_out_by_itself():
    with PretendRouter(tick_every_seconds=0.01) as router:
        router.tables["/ip/hotspot/user"].add({"name": "v1", "limit-uptime": "1s"})
        device = router.join(MAC, IP)
        device.log_in("v1", "")
        router._ahead_seconds = 5
        end = time.monotonic() + 5
        while device.is_online and time.monotonic() < end:
            router._ticking.join(0.01)
        assert not device.is_online
