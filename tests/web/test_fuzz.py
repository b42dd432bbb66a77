"""Whatever is posted, whatever is asked: never a 500, never a traceback."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from house import IP, MAC, environment
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotspot_lite import jobs, store
from hotspot_lite.box import Box, make, open_box
from hotspot_lite.rails import make_rails
from hotspot_lite.settings import load
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.takings import paybill
from hotspot_lite.web import make_app
from hotspot_lite.wires.http import Caller

FEW = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FORMS = (
    "/buy",
    "/voucher",
    "/claim",
    "/claim/phone",
    "/back",
    "/back/code",
    "/admin/login",
    "/admin/logout",
)
FIELDS = ("plan", "phone", "code", "state", "receipt", "again", "rail", "name")
PAGES = (
    "/",
    "/status",
    "/claim",
    "/back",
    "/wait/x",
    "/captive-portal/api",
    "/healthz",
)
WORDS = st.text(max_size=40) | st.sampled_from(
    ["", "0712345678", "1", "-1", "9" * 30, "\0", "é" * 20, "1e9", "' OR 1=1 --"]
)


class App:
    """The box's WSGI application, called without a socket."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.app = make_app(box, make_rails(box.settings, Caller()))

    def ask(self, method: str, path: str, body: bytes = b"", **more: str) -> int:
        path, _, query = path.partition("?")
        told: list[str] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path.encode("utf-8", "surrogatepass").decode("latin-1"),
            "QUERY_STRING": query,
            "REMOTE_ADDR": IP,
            "SERVER_NAME": "box",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        } | more
        page = b"".join(self.app(environ, lambda status, *_: told.append(status)))
        assert b"Traceback" not in page
        return int(told[0][:3])


@pytest.fixture
def app(tmp_path: Any) -> Iterator[App]:
    environ = environment(tmp_path, PAYSTACK_SECRET_KEY="sk_test_pretend0key")
    make(load(environ))
    box = open_box(environ)
    now = box.clock.now().at
    plan = catalogue.add("1 Hour", "20", "1h", now)
    payment = payments.ask(payments.Ask(plan, "254712345678", MAC, IP), box.key, now)
    Payment.update(state="sent", checkout_request_id="ws_CO_1").execute()
    assert payment
    yield App(box)
    store.close()
    if not jobs.rows.run.is_closed():
        jobs.rows.run.close()


@pytest.fixture(autouse=True)
def no_fault_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A fault of ours that was caught and answered politely is a fault all the same."""
    yield
    faults = [r for r in caplog.get_records("call") if r.levelno >= logging.ERROR]
    assert [r.getMessage() for r in faults] == []


LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["20", "20.0", "NLJ7RT61SV", "ws_CO_1", "0", "1E+999999", "\ud800"]
    )
)
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                [
                    "Body",
                    "stkCallback",
                    "Result",
                    "ResultCode",
                    "ResultDesc",
                    "CallbackMetadata",
                    "CheckoutRequestID",
                    "Item",
                    "Name",
                    "Value",
                    "TransID",
                    "TransAmount",
                    "BillRefNumber",
                    "event",
                    "data",
                ]
            )
            | st.text(max_size=8),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
BODIES = st.binary(max_size=300) | TREES.map(
    lambda tree: json.dumps(tree).encode("utf-8", "surrogatepass")
)


def addresses(box: Box) -> list[str]:
    token = payments.callback_token(box.key, Payment.get().ref)
    turn = paybill.turn()
    return [
        f"/cb/{token}",
        "/cb/paystack",
        "/cb/nobody",
        paybill.path(box.key, turn, "confirm"),
        paybill.path(box.key, turn, "validate"),
        f"/cb/r/{'0' * 40}",
    ]


@FEW
@given(body=BODIES, which=st.integers(0, 5), signature=st.text(max_size=20))
def test_callbacks_take_any_body(
    app: App, body: bytes, which: int, signature: str
) -> None:
    path = addresses(app.box)[which]
    status = app.ask("POST", path, body, HTTP_X_PAYSTACK_SIGNATURE=signature)
    assert status in (200, 400, 401, 404)


@FEW
@given(
    path=st.sampled_from(FORMS),
    fields=st.dictionaries(st.sampled_from(FIELDS) | WORDS, WORDS, max_size=6),
    raw=st.none() | st.binary(max_size=200),
    is_ours=st.booleans(),
)
def test_forms_take_any_field(
    app: App, path: str, fields: dict[str, str], raw: bytes | None, is_ours: bool
) -> None:
    if is_ours:
        fields = fields | {"state": state_of(app)}
    body = urlencode(fields, errors="surrogatepass").encode() if raw is None else raw
    assert app.ask("POST", path, body) in (200, 303, 400, 401, 403, 404, 422, 429)


def state_of(app: App) -> str:
    from hotspot_lite.web import visitor

    who = visitor.Visitor(MAC, IP, "http://127.0.0.1:8099/login", "")
    return visitor.sign(who, app.box.key, IP, app.box.clock.now().at)


@FEW
@given(
    page=st.sampled_from(PAGES) | WORDS.map(lambda text: "/" + text),
    query=st.dictionaries(
        st.sampled_from(["mac", "ip", "link-login-only", "lang", "state", "error"]),
        WORDS,
        max_size=4,
    ),
    bare=st.text(max_size=30),
)
def test_pages_take_any_address(
    app: App, page: str, query: dict[str, str], bare: str
) -> None:
    told = urlencode(query, errors="surrogatepass") or quote(bare, safe="=&%+")
    assert app.ask("GET", f"{page.replace('?', '')}?{told}") < 500


HEADERS = ("X_FORWARDED_FOR", "HOST", "ORIGIN", "COOKIE", "SEC_FETCH_SITE", "RANGE")


@FEW
@given(
    page=st.sampled_from((*PAGES, "/admin/", "/static/app.css", "/metrics")),
    headers=st.dictionaries(
        st.sampled_from(HEADERS),
        st.binary(max_size=30).map(lambda raw: raw.decode("latin-1")) | WORDS,
        max_size=4,
    ),
)
def test_pages_take_any_header(app: App, page: str, headers: dict[str, str]) -> None:
    told = {
        f"HTTP_{name}": text.encode("latin-1", "replace").decode("latin-1")
        for name, text in headers.items()
    }
    for method in ("GET", "HEAD", "POST"):
        assert app.ask(method, page, **told) < 500


@pytest.mark.parametrize("path", FORMS)
def test_a_body_too_large_is_not_read(app: App, path: str) -> None:
    assert app.ask("POST", path, b"a" * 17_000) == 413


def test_a_callback_too_large_is_not_read(app: App) -> None:
    for path in addresses(app.box):
        assert app.ask("POST", path, b"a" * 33_000) in (404, 413)
