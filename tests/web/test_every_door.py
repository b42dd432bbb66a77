"""Every form and every call that changes something: who may, and who is sent away.

The tables below are written by hand. A new route is in one of them, or the first test
fails; each is then tried without a session, with every role, and without its mark.
"""

from __future__ import annotations

import io
import json
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from house import IP, MAC, environment

from hotspot_lite import jobs, store
from hotspot_lite.box import Box, make, open_box
from hotspot_lite.rails import make_rails
from hotspot_lite.settings import load
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Login, Staff
from hotspot_lite.trade.people import staff, tokens
from hotspot_lite.web import make_app
from hotspot_lite.web.board import COOKIE
from hotspot_lite.web.portal import visitor
from hotspot_lite.web.portal.visitor import Visitor
from hotspot_lite.web.v1.serve import BASE
from hotspot_lite.wires.http import Caller

OWNER = ("owner",)
MANAGER = ("owner", "manager")
CASHIER = ("owner", "manager", "cashier")
EVERYBODY = ("owner", "manager", "cashier", "viewer", "agent")
AGENT = ("agent",)

ADMIN: dict[str, tuple[str, ...]] = {
    "agent/back/1": AGENT,
    "agent/sell": AGENT,
    "agents/1": MANAGER,
    "agents/1/back/1": MANAGER,
    "backups": OWNER,
    "backups/seen": OWNER,
    "books/all": MANAGER,
    "books/resume": MANAGER,
    "books/retry": MANAGER,
    "cash/close/1": CASHIER,
    "cash/open": CASHIER,
    "cash/sell": CASHIER,
    "cash/void/1": CASHIER,
    "credit": MANAGER,
    "credit/1/forgive": MANAGER,
    "customers/1": CASHIER,
    "discounts": MANAGER,
    "discounts/1/stop": MANAGER,
    "exceptions/1": CASHIER,
    "exports": MANAGER,
    "exports/again": MANAGER,
    "exports/cancel": MANAGER,
    "health": MANAGER,
    "imports": MANAGER,
    "imports/1/accept": MANAGER,
    "imports/1/cancel": MANAGER,
    "imports/piece": MANAGER,
    "logout": EVERYBODY,
    "look": MANAGER,
    "look/logo": MANAGER,
    "me/factor": EVERYBODY,
    "me/password": EVERYBODY,
    "me/sessions": EVERYBODY,
    "messages": MANAGER,
    "messages/1/again": MANAGER,
    "messages/1/cancel": MANAGER,
    "messages/automatic": MANAGER,
    "money-audit": MANAGER,
    "money-audit/statement": MANAGER,
    "outages": MANAGER,
    "payments/1/ask": CASHIER,
    "payments/1/refund": OWNER,
    "plans": MANAGER,
    "plans/1": MANAGER,
    "plans/1/sale": MANAGER,
    "programs": OWNER,
    "queue/cancel": OWNER,
    "queue/flush": OWNER,
    "queue/forget": OWNER,
    "queue/lane": OWNER,
    "queue/pause": OWNER,
    "queue/prune": OWNER,
    "queue/resume": OWNER,
    "queue/retry": OWNER,
    "queue/return": OWNER,
    "router": MANAGER,
    "sessions/kick": CASHIER,
    "settings": OWNER,
    "staff": OWNER,
    "start": OWNER,
    "vouchers": CASHIER,
    "vouchers/1": MANAGER,
}
# Before there is a session: only the origin vouches for these.
DOORS = ("/admin/login", "/admin/setup")
PORTAL = (
    "/back",
    "/back/1",
    "/back/code",
    "/buy",
    "/claim",
    "/claim/phone",
    "/credit",
    "/free",
    "/status/device",
    "/status/device/remove",
    "/status/first",
    "/status/go-on",
    "/status/pause",
    "/stop/1",
    "/voucher",
)
# The secret in the address is the right to it.
CALLBACKS = (
    "/cb/1",
    "/cb/c2b/1/confirm",
    "/cb/c2b/1/validate",
    "/cb/r/1",
    "/cb/r/1/late",
    "/cb/sms/1",
)
SELL, MANAGE = ("sell", "manage"), ("manage",)
API: dict[tuple[str, str], tuple[str, ...]] = {
    ("DELETE", "/webhooks/1"): MANAGE,
    ("PATCH", "/plans/1"): MANAGE,
    ("POST", "/customers/1/lengthen"): SELL,
    ("POST", "/customers/1/resend"): SELL,
    ("POST", "/debts/1/forgive"): MANAGE,
    ("POST", "/devices/block"): SELL,
    ("POST", "/discounts"): MANAGE,
    ("POST", "/discounts/1/stop"): MANAGE,
    ("POST", "/payments"): SELL,
    ("POST", "/plans"): MANAGE,
    ("POST", "/plans/1/sale"): MANAGE,
    ("POST", "/sessions/kick"): SELL,
    ("POST", "/vouchers/batches"): SELL,
    ("POST", "/vouchers/batches/1/take-back"): MANAGE,
    ("POST", "/webhooks"): MANAGE,
}


@dataclass
class Person:
    """Somebody with a session."""

    cookie: str
    csrf: str


class House:
    """The box's WSGI application, called without a socket."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.app = make_app(box, make_rails(box.settings, Caller()))
        self.people = {role: self._person(role) for role in staff.ROLES}

    def _person(self, role: str) -> Person:
        now = self.box.clock.now().at
        # A hash that no password has: what is asked of it here is not the door's lock.
        person = Staff.create(name=role, password="none", role=role, made_at=now)
        token = f"session-of-{role}"
        Login.create(
            token_hash=staff._digest(token),
            staff=person,
            csrf=f"mark of {role}",
            made_at=now,
            expires_at=now + 3600,
        )
        return Person(token, f"mark of {role}")

    def ask(
        self, method: str, path: str, body: bytes = b"", **more: str
    ) -> tuple[int, dict[str, str]]:
        told: list[Any] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "REMOTE_ADDR": IP,
            "HTTP_HOST": "box",
            "SERVER_NAME": "box",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        } | more
        list(self.app(environ, lambda *answer: told.extend(answer)))
        return int(told[0][:3]), {name.lower(): text for name, text in told[1]}

    def post(
        self, path: str, who: str = "", mark: str = "", **more: str
    ) -> tuple[int, dict[str, str]]:
        """A form, by somebody of that role or nobody, with a session's mark."""
        if who:
            more["HTTP_COOKIE"] = f"{COOKIE}={self.people[who].cookie}"
        body = urlencode({"csrf": mark, "do": "x", "way": "match"}).encode()
        return self.ask("POST", path, body, **more)

    def held(self) -> str:
        """All that the database holds; but not when a token was used last."""
        file = self.box.settings.database_file
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as found:
            lines = [one for one in found.iterdump() if '"api_token"' not in one]
        return "\n".join(lines)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    environ = environment(Path(tmp_path_factory.mktemp("house")))
    environ["HOTSPOT_CONFIG"] = "/nonexistent/config.toml"
    make(load(environ))
    box = open_box(environ)
    catalogue.add("1 Hour", "20", "1h", box.clock.now().at)
    yield House(box)
    store.close()
    if not jobs.rows.run.is_closed():
        jobs.rows.run.close()


def is_like(rule: str, path: str) -> bool:
    pattern = re.sub(r"<\w+:int>", "[0-9]+", rule)
    return re.fullmatch(re.sub(r"<\w+>", "[^/]+", pattern), path) is not None


def test_every_route_that_changes_something_is_in_a_table(house: House) -> None:
    known = [("POST", f"/admin/{path}") for path in ADMIN]
    known += [("POST", path) for path in (*DOORS, *PORTAL, *CALLBACKS)]
    known += [(method, BASE + path) for method, path in API]
    changing = [
        (route.method, route.rule)
        for route in house.app.routes
        if route.method not in ("GET", "HEAD", "OPTIONS")
    ]
    missing = [
        (method, rule)
        for method, rule in changing
        if not any(m == method and is_like(rule, path) for m, path in known)
    ]
    assert missing == []
    assert len(known) == len(changing) == len(set(changing))


def test_who_is_not_signed_in_is_sent_to_the_door(house: House) -> None:
    before = house.held()
    for path in ADMIN:
        status, headers = house.post(f"/admin/{path}", mark="mark of owner")
        assert (status, headers.get("location")) == (303, "/admin/login"), path
    assert house.held() == before


@pytest.mark.parametrize("role", staff.ROLES)
def test_a_role_that_may_not_is_refused_though_its_form_is_right(
    house: House, role: str
) -> None:
    before = house.held()
    refused = [path for path, roles in ADMIN.items() if role not in roles]
    for path in refused:
        status, _ = house.post(f"/admin/{path}", role, house.people[role].csrf)
        assert status == 403, path
    assert house.held() == before
    assert refused


@pytest.mark.parametrize("role", staff.ROLES)
def test_without_the_mark_of_the_session_nothing_is_done(
    house: House, role: str
) -> None:
    before = house.held()
    other = "manager" if role == "owner" else "owner"
    for path, roles in ADMIN.items():
        if role not in roles:
            continue
        for mark in ("", house.people[other].csrf):
            assert house.post(f"/admin/{path}", role, mark)[0] == 403, path
        right = house.people[role].csrf
        foreign = {"HTTP_ORIGIN": "http://elsewhere"}
        assert house.post(f"/admin/{path}", role, right, **foreign)[0] == 403, path
    assert house.held() == before


def test_nobody_signs_in_from_a_page_elsewhere(house: House) -> None:
    before = house.held()
    for path in DOORS:
        foreign = {"HTTP_ORIGIN": "http://elsewhere"}
        # Who is set up already is not set up again, whatever page asks.
        assert house.post(path, **foreign)[0] in (403, 303), path
    assert house.post("/admin/login", HTTP_ORIGIN="http://elsewhere")[0] == 403
    assert house.held() == before


@pytest.mark.parametrize("path", PORTAL)
def test_a_form_of_the_portal_needs_its_seal(house: House, path: str) -> None:
    now = house.box.clock.now().at
    who = Visitor(MAC, IP, "", "")
    right = visitor.sign(who, house.box.key, IP, now)
    states = {
        "none": "",
        "made up": right[:-4] + "0000",
        "of another address": visitor.sign(who, house.box.key, "10.9.9.9", now),
        "of yesterday": visitor.sign(who, house.box.key, IP, now - 86_400 * 2),
    }
    # Nobody's own link is that: this is told before the form is looked at.
    refused = (404,) if path == "/back/1" else (422,)
    before = house.held()
    typed = {"plan": "1", "phone": "0712345678", "code": "abcde-23456", "mac": MAC}
    for name, state in states.items():
        body = urlencode(typed | {"state": state}).encode()
        assert house.ask("POST", path, body)[0] in refused, name
    body = urlencode(typed | {"state": right}).encode()
    assert house.ask("POST", path, body, HTTP_ORIGIN="http://elsewhere")[0] in refused
    assert house.held() == before


def test_a_callback_without_its_secret_keeps_nothing(house: House) -> None:
    before = house.held()
    for path in CALLBACKS:
        body = json.dumps({"id": "1", "status": "Success"}).encode()
        assert house.ask("POST", path, body)[0] == 404, path
    assert house.held() == before


def test_a_program_does_what_its_scope_says(house: House) -> None:
    now = house.box.clock.now().at
    made = {scope: tokens.make(scope, scope, 1, "jane", now) for scope in tokens.SCOPES}
    before = house.held()
    for (method, path), scopes in API.items():
        assert house.ask(method, BASE + path)[0] == 401, path
        for scope, token in made.items():
            key = {"HTTP_AUTHORIZATION": f"Bearer {token}"}
            # A body that says nothing: who may is told so, and nothing is done.
            status, _ = house.ask(method, BASE + path, b"{", **key)
            assert (status != 403) == (scope in scopes), (method, path, scope)
    # A person's session is no program's token.
    cookie = {"HTTP_COOKIE": f"{COOKIE}={house.people['owner'].cookie}"}
    assert house.ask("POST", f"{BASE}/plans", b"{}", **cookie)[0] == 401
    assert house.held() == before


@pytest.mark.parametrize("role", ["agent", "viewer", "cashier", "manager"])
def test_whom_the_table_admits_the_door_lets_in(house: House, role: str) -> None:
    for path, roles in ADMIN.items():
        if role in roles and path != "logout":
            status, _ = house.post(f"/admin/{path}", role, house.people[role].csrf)
            assert status != 403, path
            assert status < 500, path
