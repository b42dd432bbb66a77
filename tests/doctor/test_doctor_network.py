"""Doctor: the way out to Daraja, and the way in to our callback address."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from bench_machine import Machine
from patient import Examine

from hotspot_lite import box as boxes
from hotspot_lite import settings
from hotspot_lite.box import Box
from hotspot_lite.doctor import network
from hotspot_lite.wires import reach
from hotspot_lite.wires.reach import Way

MPESA = {
    "HOTSPOT_MPESA_CONSUMER_KEY": "a-consumer-key",
    "HOTSPOT_MPESA_CONSUMER_SECRET": "a-consumer-secret",
    "HOTSPOT_MPESA_PASSKEY": "a-passkey",
    "HOTSPOT_MPESA_SHORTCODE": "174379",
}
CALLBACK = "HOTSPOT_MPESA_CALLBACK_URL"
OURS, PUBLIC = "https://wifi.example.com", ("93.184.215.14",)
DAY = 86400
LOOK = reach.look  # before a test puts another in its place


@pytest.fixture
def pi(box: Box, tmp_path: Path) -> Machine:
    """The machine that the doctor of `examine` looks at."""
    return Machine(tmp_path / "root")


@pytest.fixture
def sells(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """M-Pesa is set up."""
    for name, value in MPESA.items():
        monkeypatch.setenv(name, value)


def leads(monkeypatch: pytest.MonkeyPatch, **way: Any) -> None:
    """Let each way outside end so."""
    found: dict[str, Any] = {"host": "there.example", "addresses": PUBLIC} | way
    monkeypatch.setattr(network.reach, "look", lambda url: Way(**found))


# -- the way out -------------------------------------------------------------------


def test_a_default_route_is_named_with_its_gateway(
    pi: Machine, examine: Examine
) -> None:
    found = examine().of("HL-NET-01")
    assert found["level"] == "ok"
    assert found["says"] == "the way out is 192.168.88.1 by eth0, link up"


def test_a_gateway_that_was_not_heard_is_a_note(pi: Machine, examine: Examine) -> None:
    pi.put("proc/net/arp", "IP address HW type Flags HW address Mask Device")
    assert "wasn't heard" in examine().of("HL-NET-01")["says"]


def test_no_default_route_is_broken_where_m_pesa_is_used(
    pi: Machine, examine: Examine, sells: None
) -> None:
    pi.put("proc/net/route", "Iface Destination Gateway Flags RefCnt Use Metric Mask")
    assert examine().level("HL-NET-01") == "broken"


def test_nobody_outside_is_asked_for_where_nothing_is_set_up(
    pi: Machine, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(network.reach, "look", asked.append)
    codes = examine().codes()
    assert asked == []
    assert [code for code in codes if code.startswith("HL-NET")] == ["HL-NET-01"]


@pytest.mark.parametrize(
    ("way", "code", "level", "says"),
    [
        ({"stopped_at": "name", "why": "lost"}, "HL-NET-02", "broken", "isn't found"),
        ({}, "HL-NET-02", "ok", "there.example is 93.184.215.14"),
        (
            {"stopped_at": "connection", "why": "refused"},
            *("HL-NET-03", "broken", "can't be reached: refused"),
        ),
        (
            {"stopped_at": "certificate", "why": "self-signed certificate"},
            *("HL-NET-03", "broken", "is refused: self-signed certificate"),
        ),
        ({"seconds": 3.0}, "HL-NET-03", "warning", "3000 ms: slow"),
        ({"seconds": 0.2}, "HL-NET-03", "ok", "reached in 200 ms"),
    ],
)
def test_the_way_to_daraja_is_told_by_the_step_it_ends_at(
    pi: Machine,
    examine: Examine,
    sells: None,
    monkeypatch: pytest.MonkeyPatch,
    way: dict[str, Any],
    code: str,
    level: str,
    says: str,
) -> None:
    leads(monkeypatch, **way)
    found = examine().of(code)
    assert found["level"] == level
    assert says in found["says"]


def test_name_servers_that_were_asked_are_named(
    pi: Machine, examine: Examine, sells: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    leads(monkeypatch, stopped_at="name", addresses=())
    assert "asked: 192.168.88.1." in examine().of("HL-NET-02")["remedy"]


# -- the way in --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("way", "level", "says"),
    [
        ({"stopped_at": "name"}, "broken", "isn't found"),
        ({"addresses": ("192.168.88.2",)}, "warning", "no public address"),
        ({"stopped_at": "connection"}, "note", "can't be reached from here"),
        ({"stopped_at": "certificate", "why": "old"}, "broken", "is refused: old"),
    ],
)
def test_the_callback_address_is_judged_by_how_far_it_leads(
    box: Box,
    examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
    way: dict[str, Any],
    level: str,
    says: str,
) -> None:
    monkeypatch.setenv(CALLBACK, OURS)
    leads(monkeypatch, **way)
    found = examine().of("HL-NET-04")
    assert found["level"] == level
    assert says in found["says"]


def test_without_any_names_the_callback_address_is_not_blamed(
    pi: Machine, examine: Examine, sells: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CALLBACK, OURS)
    leads(monkeypatch, stopped_at="name", addresses=())
    assert examine().level("HL-NET-04") == "note"


def test_a_certificate_that_soon_ends_is_told(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CALLBACK, "https://127.0.0.1:9")
    leads(monkeypatch, addresses=("127.0.0.1",), ends_at=int(time.time()) + 5 * DAY)
    assert examine().level("HL-NET-05") == "warning"
    leads(monkeypatch, addresses=("127.0.0.1",), ends_at=int(time.time()) + 60 * DAY)
    assert examine().level("HL-NET-05") == ""


@contextmanager
def served(answer: Callable[[str], tuple[int, str]]) -> Iterator[str]:
    """A web server whose answers to paths are those; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, says = answer(self.path)
            self.send_response(status)
            self.send_header("Content-Length", str(len(says)))
            self.end_headers()
            self.wfile.write(says.encode())

        def log_message(self, *words: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "is_ours", "level", "says"),
    [
        (200, True, "ok", "leads to this box"),
        (200, False, "warning", "not by this box"),
        (404, False, "warning", "(404), but not by this box"),
        (403, False, "note", "not in (403)"),
    ],
)
def test_a_call_of_ourselves_proves_that_the_address_leads_here(
    box: Box,
    box_environment: dict[str, str],
    examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    is_ours: bool,
    level: str,
    says: str,
) -> None:
    key = boxes.key(settings.load(environ=box_environment))

    def answer(path: str) -> tuple[int, str]:
        right = boxes.echo(key, path.rpartition("/")[2])
        return status, right if is_ours else right[::-1]

    monkeypatch.setattr(network.reach, "look", LOOK)
    with served(answer) as url:
        monkeypatch.setenv(CALLBACK, url)
        found = examine().of("HL-NET-04")
    assert found["level"] == level
    assert says in found["says"]


def test_that_no_callback_has_come_yet_is_a_note(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(CALLBACK, OURS)
    assert examine().level("HL-NET-06") == "note"
