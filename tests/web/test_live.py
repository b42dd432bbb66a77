"""The live feed: the real process, and a websocket client written from RFC 6455."""

from __future__ import annotations

import base64
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from house import Browser, Site, Start, environment, wait_until

from hotspot_lite import jobs, live
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Login
from hotspot_lite.trade.money import payments

TEXT, CLOSE, PING, PONG = 1, 8, 9, 10


class Refused(Exception):
    """The upgrade was answered otherwise; the status is the argument."""


class Socket:
    """One websocket connection."""

    def __init__(
        self, url: str, cookie: str = "", origin: str = "", path: str = ""
    ) -> None:
        parts = urlsplit(url)
        host = f"{parts.hostname}:{parts.port}"
        self.link = socket.create_connection(
            (parts.hostname or "", parts.port or 0), 10
        )
        head = [
            f"GET {path or '/live?since=0'} HTTP/1.1",
            f"Host: {host}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            "Sec-WebSocket-Version: 13",
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        ]
        if origin != "none":
            head.append(f"Origin: {origin or 'http://' + host}")
        if cookie:
            head.append(f"Cookie: hl_session={cookie}")
        self.link.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        self.file = self.link.makefile("rb")
        status = self.file.readline().split()[1].decode()
        while self.file.readline() not in (b"\r\n", b""):
            pass
        if status != "101":
            self.link.close()
            raise Refused(status)

    def send(
        self, opcode: int, payload: bytes = b"", length: int | None = None
    ) -> None:
        mask = os.urandom(4)
        size = len(payload) if length is None else length
        head = bytes([0x80 | opcode])
        head += (
            bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
        )
        masked = bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
        self.link.sendall(head + mask + masked)

    def frame(self) -> tuple[int, bytes]:
        head = self.file.read(2)
        if len(head) < 2:
            return CLOSE, b""
        size = head[1] & 0x7F
        if size == 126:
            size = int.from_bytes(self.file.read(2), "big")
        elif size == 127:
            size = int.from_bytes(self.file.read(8), "big")
        return head[0] & 0x0F, self.file.read(size)

    def message(self, seconds: float = 10) -> dict[str, Any] | None:
        """The next message; None where the connection was closed."""
        self.link.settimeout(seconds)
        while True:
            opcode, payload = self.frame()
            if opcode == TEXT:
                found: dict[str, Any] = json.loads(payload)
                return found
            if opcode == CLOSE:
                return None

    def until(self, type_: str, seconds: float = 10) -> dict[str, Any]:
        """The next message of that type."""
        while (found := self.message(seconds)) is not None:
            if found["type"] == type_:
                return found
        raise AssertionError(f"closed before {type_}")

    def close(self) -> None:
        self.file.close()
        self.link.close()


@dataclass
class Live:
    """The process that runs."""

    url: str
    process: subprocess.Popen[str]
    site: Site
    cookie: str

    def open(self, since: int = 0) -> Socket:
        return Socket(self.url, self.cookie, path=f"/live?since={since}")


@pytest.fixture
def feed(start_site: Start, tmp_path: Path) -> Iterator[Live]:
    site = start_site()
    owner = site.staff("jane", "owner")
    process = subprocess.Popen(
        [sys.executable, "-m", "hotspot_lite.live"],
        env={**os.environ, **environment(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("live listening on http://"), line
    yield Live(line.split()[-1], process, site, owner.cookies["hl_session"])
    process.terminate()
    try:
        assert process.wait(5) == 0
    finally:
        process.kill()


def fail_one(site: Site, error: str = "no") -> None:
    plan = site.plan(f"Plan {time.monotonic_ns()}")
    payment = payments.Payment.get_or_none() or site.ask(plan)
    told = {"payment": payments.for_event(payment), "error": error}
    events.announce("payment_failed", told, site.now())


def test_an_event_comes_at_once_with_its_number(feed: Live) -> None:
    page = feed.open()
    page.until("numbers")
    began = time.monotonic()
    fail_one(feed.site)
    told = page.until("payment_failed")
    assert time.monotonic() - began < 1
    assert told["seq"] == 1
    assert told["error"] == "no"


def test_numbers_come_with_the_lanes_and_again_after_a_change(feed: Live) -> None:
    page = feed.open()
    told = page.until("numbers")
    assert told["numbers"]["takings_today_cents"] == 0
    assert told["lanes"]["payments"] == {
        "waiting": 0,
        "delayed": 0,
        "running": 0,
        "failed": 0,
    }
    payment = feed.site.ask(feed.site.plan())
    payments.mark_paid(payment, "callback", "c", "R", feed.site.now())
    fail_one(feed.site)
    again = page.until("numbers", 4)
    assert again["numbers"]["takings_today_cents"] == 2000


def test_a_burst_is_told_in_full_and_counted_at_most_once_a_second(feed: Live) -> None:
    page = feed.open()
    page.until("numbers")
    for number in range(300):
        fail_one(feed.site, str(number)) if number < 1 else events.announce(
            "payment_failed", {"payment": {}, "error": str(number)}, feed.site.now()
        )
    seen, counted, began = [], 0, time.monotonic()
    while len(seen) < 300:
        told = page.message()
        assert told is not None
        if told["type"] == "payment_failed":
            seen.append(told["seq"])
        counted += told["type"] == "numbers"
    assert seen == list(range(1, 301))
    assert counted <= time.monotonic() - began + 2


def test_a_page_that_was_away_misses_nothing_and_hears_nothing_twice(
    feed: Live,
) -> None:
    for number in range(5):
        fail_one(feed.site, str(number))
    page = feed.open(since=2)
    seqs = [page.until("payment_failed")["seq"] for _ in range(3)]
    assert seqs == [3, 4, 5]
    page.link.settimeout(1)
    with pytest.raises(TimeoutError):
        page.until("payment_failed", 1)


def test_without_a_ring_the_poll_finds_it(
    feed: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = feed.open()
    page.until("numbers")
    monkeypatch.setattr(jobs, "ring", lambda kind: None)
    fail_one(feed.site)
    assert page.until("payment_failed", live.POLL_SECONDS + 2)["seq"] == 1


def test_samples_are_passed_on(feed: Live) -> None:
    file = feed.site.box.settings.run_dir / "samples.json"
    file.write_text(json.dumps({"at": "x", "router": {"name": "hap"}, "lanes": {}}))
    page = feed.open()
    assert page.until("samples")["router"] == {"name": "hap"}
    file.write_text("{half")
    fail_one(feed.site)
    assert page.until("payment_failed")


@pytest.mark.parametrize(
    ("origin", "cookie", "path", "status"),
    [
        ("", "none", "", "401"),
        ("", "made up", "", "401"),
        ("", "é", "", "401"),
        ("http://evil.example", "", "", "403"),
        ("none", "", "", "403"),
        ("http://127.0.0.1.evil.example", "", "", "403"),
        ("null", "", "", "403"),
        ("", "", "/", "404"),
        ("", "", "/live/../admin", "404"),
    ],
)
def test_strangers_are_refused(
    feed: Live, origin: str, cookie: str, path: str, status: str
) -> None:
    with pytest.raises(Refused, match=status):
        Socket(feed.url, cookie or feed.cookie, origin, path)


def test_an_agent_hears_nothing_of_the_house(feed: Live) -> None:
    amina = feed.site.staff("amina", "agent")
    with pytest.raises(Refused, match="401"):
        Socket(feed.url, amina.cookies["hl_session"])


def test_another_port_of_the_same_host_is_our_page(feed: Live) -> None:
    page = Socket(feed.url, feed.cookie, feed.site.url)
    assert page.until("numbers")


def test_a_plain_request_is_told_to_upgrade(feed: Live) -> None:
    assert Browser(feed.url).get("/live").status == 426
    assert Browser(feed.url).get("/").status == 404


def test_pings_are_answered(feed: Live) -> None:
    page = feed.open()
    page.send(PING, b"hello")
    page.link.settimeout(5)
    while (frame := page.frame())[0] == TEXT:
        pass
    assert frame == (PONG, b"hello")


@pytest.mark.parametrize("size", [2000, 60_000])
def test_a_page_that_says_too_much_is_closed(feed: Live, size: int) -> None:
    page = feed.open()
    page.send(TEXT, b"x" * 100, size)
    while page.message(5) is not None:
        pass
    assert feed.open().until("numbers")


def test_a_page_that_leaves_is_forgotten(feed: Live) -> None:
    """More come and go than may listen at once."""
    for _ in range(live.MOST_CLIENTS + 5):
        page = feed.open()
        page.close()
    fail_one(feed.site)

    def is_let_in() -> bool:
        try:
            return bool(feed.open().until("payment_failed"))
        except Refused:
            return False

    wait_until(is_let_in)


def test_no_more_than_fifty_listen(feed: Live) -> None:
    pages = [feed.open() for _ in range(live.MOST_CLIENTS)]
    for page in pages:
        page.until("numbers")
    with pytest.raises(Refused, match="503"):
        feed.open()
    pages.pop().close()

    def is_let_in() -> bool:
        try:
            feed.open()
        except Refused:
            return False
        return True

    wait_until(is_let_in)


def test_a_page_that_never_reads_holds_up_nobody(feed: Live) -> None:
    lazy = feed.open()
    lazy.link.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
    eager = feed.open()
    eager.until("numbers")
    fail_one(feed.site, "x" * 5_000)
    for number in range(400):
        told = {"payment": {}, "error": str(number) + "x" * 20_000}
        events.announce("payment_failed", told, feed.site.now())
    for _ in range(401):
        eager.until("payment_failed")


def test_silent_strangers_do_not_keep_the_owner_out(feed: Live) -> None:
    parts = urlsplit(feed.url)
    where = (parts.hostname or "", parts.port or 0)
    idle = [socket.create_connection(where) for _ in range(live.MOST_CONNECTIONS)]
    assert feed.open().until("numbers", live.REQUEST_SECONDS + 5)
    for link in idle:
        link.close()


def test_term_ends_it_cleanly_with_pages_open(feed: Live) -> None:
    page = feed.open()
    page.until("numbers")
    run_dir = feed.site.box.settings.run_dir
    assert (run_dir / "live.port").exists()
    feed.process.send_signal(signal.SIGTERM)
    assert feed.process.wait(5) == 0
    assert not (run_dir / "live.port").exists()
    assert not list((run_dir / "bells").glob("live-*"))


def test_an_ended_session_is_told_and_closed() -> None:
    """Each page is asked for again every minute; here the minute is over."""

    class Told:
        def __init__(self) -> None:
            self.said: list[str] = []
            self.stream = type("S", (), {"read": None, "write": None})()
            self.raw_read = None

        def send(self, text: str) -> None:
            self.said.append(json.loads(text)["type"])

    told = Told()
    client = live.Client(told, "token", 0)
    client.checked_at -= live.RECHECK_SECONDS
    feed = live.Feed.__new__(live.Feed)
    feed._may_stay = lambda client: False  # type: ignore[method-assign]
    feed._tell(client)
    assert told.said == ["signed_out"]
    assert client.is_gone


def test_a_session_is_asked_for_again_after_a_minute(site: Site) -> None:
    cookie = site.staff("jane", "owner").cookies["hl_session"]
    feed = live.Feed(site.box)
    client = live.Client.__new__(live.Client)
    client.token, client.checked_at = cookie, time.monotonic()
    Login.delete().execute()
    assert feed._may_stay(client)
    client.checked_at -= live.RECHECK_SECONDS + 1
    assert not feed._may_stay(client)
