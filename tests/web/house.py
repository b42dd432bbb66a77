"""A fresh box with the real waitress in front of it, and people who use it."""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from hotspot_lite import jobs, settings, store
from hotspot_lite.box import Box, make, open_box
from hotspot_lite.rails import make_rails
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Plan
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import staff
from hotspot_lite.web import serving
from hotspot_lite.wires.http import Caller

MAC = "BC:24:11:EB:56:4D"
IP = "127.0.0.1"
PASSWORD = "a long password"
ROUTER = "http://127.0.0.1:8099/login"
JOINED = urlencode({"mac": MAC, "ip": IP, "link-login-only": ROUTER})


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def where(self) -> str:
        return self.headers.get("location", "")

    def json(self) -> Any:
        return json.loads(self.body)

    def field(self, name: str) -> str:
        """The value of the first hidden field `name`."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} in {self.text}"
        return unescape(found[1])


@dataclass
class Browser:
    """Keeps cookies, follows nothing, runs no script."""

    base: str
    cookies: dict[str, str] = field(default_factory=dict)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | str | None = None,
        **headers: str,
    ) -> Answer:
        parts = urlsplit(self.base)
        connection = http.client.HTTPConnection(parts.netloc, timeout=20)
        told = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.cookies:
            pairs = [f"{name}={value}" for name, value in self.cookies.items()]
            told["Cookie"] = "; ".join(pairs)
        try:
            connection.request(method, path, body, told)
            reply = connection.getresponse()
            answer = Answer(
                reply.status,
                {name.lower(): value for name, value in reply.getheaders()},
                reply.read(),
            )
        finally:
            connection.close()
        self._keep(answer.headers.get("set-cookie", ""))
        return answer

    def _keep(self, cookie: str) -> None:
        found = re.match(r'([^=]+)="?([^";]*)', cookie)
        if found and found[2] and "max-age=-1" not in cookie.lower():
            self.cookies[found[1]] = found[2]
        elif found:
            self.cookies.pop(found[1], None)

    def get(self, path: str, **headers: str) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        return self.ask("POST", path, urlencode(fields), **(kind | headers))


@dataclass
class Site:
    """A box that is served."""

    box: Box
    url: str

    def browser(self) -> Browser:
        return Browser(self.url)

    def now(self) -> int:
        return self.box.clock.now().at

    def plan(self, name: str = "Normal 1 Hour", **more: Any) -> Plan:
        told = {"price": "20", "duration": "1h", "rate": "2M/4M"} | more
        return catalogue.add(name, now=self.now(), **told)

    def ask(self, plan: Plan, phone: str = "254712345678", mac: str = MAC) -> Payment:
        wish = payments.Ask(plan, phone, mac, IP, ROUTER)
        return payments.ask(wish, self.box.key, self.now())

    def token(self, payment: Payment) -> str:
        return payments.callback_token(self.box.key, payment.ref)

    def staff(self, name: str, role: str) -> Browser:
        """A browser in which somebody of that role is signed in."""
        if not staff.Staff.get_or_none(staff.Staff.name == name):
            staff.add(name, PASSWORD, role, self.now())
        browser = self.browser()
        answer = browser.post("/admin/login", {"name": name, "password": PASSWORD})
        assert answer.status == 303, answer.text
        return browser


Start = Callable[..., Site]


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[Start]:
    """Serve a box of the test's own; keywords are settings (web_port=…)."""
    servers: list[tuple[Any, threading.Thread]] = []

    def start(rails: Any = None, **more: str) -> Site:
        environ = environment(tmp_path, **more)
        make(settings.load(environ))
        box = open_box(environ)
        found = rails or make_rails(box.settings, Caller())
        server = serving.make_server(box, found, {})
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        servers.append((server, thread))
        return Site(box, serving.address_of(server))

    yield start
    for server, thread in servers:
        stop(server, thread)
    store.close()
    if servers and not jobs.rows.run.is_closed():
        jobs.rows.run.close()


def stop(server: Any, thread: threading.Thread) -> None:
    # The loop ends when nothing is left to watch; closing it from here would race.
    server.trigger.pull_trigger(server._map.clear)
    thread.join(5)
    assert not thread.is_alive(), "the web server does not stop"
    server.task_dispatcher.shutdown()
    server.close()


def environment(folder: Path, **more: str) -> dict[str, str]:
    told = {
        "CONFIG": str(folder / "none.toml"),
        "BOX_DATA_DIR": str(folder / "data"),
        "BOX_RUN_DIR": str(folder / "run"),
        "BOX_NAME": "Kona WiFi",
        "BOX_CLOCK": "trusted",
        "WEB_HOST": "127.0.0.1",
        "WEB_PORT": "0",
        "LIVE_HOST": "127.0.0.1",
        "LIVE_PORT": "0",
        "ROUTER_HOST": "127.0.0.1",
    } | more
    return {f"HOTSPOT_{name}": value for name, value in told.items()}


@pytest.fixture
def site(start_site: Start) -> Site:
    return start_site()


@pytest.fixture
def customer(site: Site) -> Browser:
    return site.browser()


def wait_until(is_so: Callable[[], object], seconds: float = 10) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)
    return found
