"""M-Pesa's callbacks over real HTTP: what is kept, and what is answered."""

from __future__ import annotations

import errno
import json
import socket
import sqlite3
import threading
import time
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from house import Answer, Browser, Site, Start

from hotspot_lite import box as boxes
from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.store import file as store
from hotspot_lite.trade.models import Callback, Payment, Undecided
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.takings import hearsay, inbox
from hotspot_lite.wires.daraja_rail import MpesaRail

ACCEPTED = {"ResultCode": 0, "ResultDesc": "Accepted"}
RECEIPT = "NLJ7RT61SV"


def body(
    checkout: str = "ws_CO_1", code: object = 0, amount: object = 20, **more: Any
) -> dict[str, Any]:
    told = {
        "MerchantRequestID": "29115-34620561-1",
        "CheckoutRequestID": checkout,
        "ResultCode": code,
        "ResultDesc": "said",
    } | more
    if code == 0:
        told["CallbackMetadata"] = {
            "Item": [
                {"Name": "Amount", "Value": amount},
                {"Name": "MpesaReceiptNumber", "Value": RECEIPT},
                {"Name": "PhoneNumber", "Value": 254712345678},
            ]
        }
    return {"Body": {"stkCallback": told}}


def raw(**more: Any) -> bytes:
    return json.dumps(body(**more)).encode()


@pytest.fixture
def payment(site: Site) -> Payment:
    asked = site.ask(site.plan())
    Payment.update(state="sent", checkout_request_id="ws_CO_1").execute()
    return asked


def tell(site: Site, token: str, told: bytes, **headers: str) -> Answer:
    kind = {"Content_Type": "application/json"} | headers
    return site.browser().ask("POST", f"/cb/{token}", told, **kind)


def state() -> str:
    return str(Payment.get().state)


def fulfil_jobs() -> list[dict[str, Any]]:
    return [
        args for name, args in sight.waiting_jobs(rows_()) if name.endswith("fulfil")
    ]


def rows_() -> rows.Rows:
    from hotspot_lite import jobs

    return jobs.rows


def test_a_paid_callback_is_on_disk_with_its_job_before_it_is_answered(
    site: Site, payment: Payment
) -> None:
    answer = tell(site, site.token(payment), raw())
    assert (answer.status, answer.json()) == (200, ACCEPTED)
    kept = Callback.get()
    assert (bytes(kept.body), kept.verdict, kept.peer) == (raw(), "paid", "127.0.0.1")
    found = Payment.get()
    assert (found.state, found.receipt) == ("paid", RECEIPT)
    assert fulfil_jobs() == [{"payment_id": payment.id}]


def test_a_failure_is_kept_and_a_later_success_revives_it(
    site: Site, payment: Payment
) -> None:
    tell(site, site.token(payment), raw(code=1032))
    assert state() == "failed"
    tell(site, site.token(payment), raw())
    assert state() == "paid"
    tell(site, site.token(payment), raw(code=1032, ResultDesc="late"))
    assert state() == "paid"


BAD = {
    "not json": (b"hello", "unreadable"),
    "empty": (b"", "unreadable"),
    "not utf-8": (b'{"Body": "\xff"}', "unreadable"),
    "a list": (b"[]", "unreadable"),
    "a number": (b"1e999", "unreadable"),
    "nan": (raw(amount=float("nan")), "unreadable"),
    "deep": (b"[" * 10_000 + b"]" * 10_000, "unreadable"),
    "deep object": (b'{"Body":' * 20 + b"1" + b"}" * 20, "unreadable"),
    "same key twice": (b'{"Body": {}, ' + raw()[1:], "unreadable"),
    "no code": (b'{"Body": {"stkCallback": {"CheckoutRequestID": "x"}}}', "unreadable"),
    "a form": (b"ResultCode=0", "unreadable"),
    "too little": (raw(amount=10), "wrong-amount"),
    "as text": (raw(amount="twenty"), "wrong-amount"),
    "nobody's": (raw(checkout="ws_CO_2"), "orphan-callback"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_can_not_be_believed_is_kept_for_a_person(
    site: Site, payment: Payment, name: str
) -> None:
    told, verdict = BAD[name]
    answer = tell(site, site.token(payment), told)
    assert (answer.status, answer.json()) == (200, ACCEPTED)
    assert Callback.get().verdict == verdict
    assert bytes(Callback.get().body) == told
    assert Undecided.get().kind == verdict
    assert state() == "sent"
    assert fulfil_jobs() == []


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", ""]
)
def test_the_content_type_does_not_matter(
    site: Site, payment: Payment, kind: str
) -> None:
    answer = tell(site, site.token(payment), raw(), Content_Type=kind)
    assert answer.status == 200
    assert state() == "paid"


@pytest.mark.parametrize("token", ["x", "0" * 40, "%2e%2e", "a" * 4000, "%ff"])
def test_a_stranger_s_token_stores_nothing(
    site: Site, payment: Payment, token: str
) -> None:
    answer = tell(site, token, raw())
    assert answer.status == 404
    assert "no such page" in answer.text.lower()
    assert not Callback.select().exists()
    assert state() == "sent"


def test_the_same_answer_for_every_stranger(site: Site, payment: Payment) -> None:
    answers = {tell(site, token, raw()).body for token in ("x", "0" * 40, "payment")}
    assert len(answers) == 1


@pytest.mark.parametrize("size", [32 * 1024 + 1, 60_000])
def test_a_huge_body_is_refused(site: Site, payment: Payment, size: int) -> None:
    assert tell(site, site.token(payment), b" " * size).status == 413
    assert not Callback.select().exists()


def test_a_body_beyond_the_server_s_own_limit_is_not_read(
    site: Site, payment: Payment
) -> None:
    parts = urlsplit(site.url)
    with socket.create_connection((parts.hostname or "", parts.port or 0), 10) as link:
        head = f"POST /cb/{site.token(payment)} HTTP/1.1\r\nHost: x\r\n"
        link.sendall(f"{head}Content-Length: 99999999\r\n\r\n".encode())
        assert b" 413 " in link.recv(200)


def test_a_body_of_exactly_the_limit_is_heard(site: Site, payment: Payment) -> None:
    told = raw() + b" " * (32 * 1024 - len(raw()))
    assert tell(site, site.token(payment), told).status == 200
    assert state() == "paid"


def test_a_chunked_body_is_heard(site: Site, payment: Payment) -> None:
    def pieces() -> Any:
        yield raw()[:50]
        yield raw()[50:]

    answer = site.browser().ask("POST", f"/cb/{site.token(payment)}", pieces())  # type: ignore[arg-type]
    assert answer.status == 200
    assert state() == "paid"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "HEAD"])
def test_only_post_is_heard(site: Site, payment: Payment, method: str) -> None:
    answer = site.browser().ask(method, f"/cb/{site.token(payment)}")
    assert answer.status == 405


def test_a_call_of_ourselves_is_answered_as_only_this_box_can(site: Site) -> None:
    nonce = "0123456789abcdef" * 2
    answer = site.browser().get(f"/cb/echo/{nonce}")
    assert answer.status == 200
    assert answer.text == boxes.echo(site.box.key, nonce)
    assert site.browser().get("/cb/echo").text == "This is hotspot-lite."
    assert site.browser().get("/cb/echo/what-else").status in (404, 405)


def test_a_replay_changes_nothing(site: Site, payment: Payment) -> None:
    answers = [tell(site, site.token(payment), raw()).json() for _ in range(3)]
    assert answers == [ACCEPTED] * 3
    assert Callback.select().count() == 1
    assert len(fulfil_jobs()) == 1


def test_ten_at_the_same_instant_are_one_payment(site: Site, payment: Payment) -> None:
    found: list[int] = []
    begin = threading.Barrier(10)

    def send() -> None:
        begin.wait()
        found.append(tell(site, site.token(payment), raw()).status)

    threads = [threading.Thread(target=send) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert found == [200] * 10
    assert Callback.select().count() == 1
    assert len(fulfil_jobs()) == 1


def test_while_the_database_is_busy_it_is_kept_as_a_file_and_read_afterwards(
    site: Site, payment: Payment
) -> None:
    data_dir = site.box.settings.data_dir
    file = site.box.settings.database_file
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        for _ in range(2):
            answer = tell(site, site.token(payment), raw())
            assert (answer.status, answer.json()) == (200, ACCEPTED)
        seconds = time.monotonic() - began
        other.execute("ROLLBACK")
    assert seconds < store.BUSY_SECONDS
    assert (state(), inbox.waiting(data_dir)) == ("sent", (1, 0))
    journey.here.use(site.box)
    journey.take_in()
    assert (state(), inbox.waiting(data_dir)) == ("paid", (0, 0))
    assert Callback.get().verdict == "paid"
    assert len(fulfil_jobs()) == 1


def test_a_failure_that_waited_does_not_undo_a_payment(
    site: Site, payment: Payment
) -> None:
    told = json.loads(raw(code=1032))["Body"]["stkCallback"]
    heard = hearsay.Kept(False, "1032", "said", "ws_CO_1", None, "", None)
    kept = hearsay.message(payment, json.dumps(told).encode(), heard, "", 1)
    inbox.keep(site.box.settings.data_dir / inbox.FOLDER, kept)
    tell(site, site.token(payment), raw())
    journey.here.use(site.box)
    journey.take_in()
    assert state() == "paid"


def test_where_the_disk_takes_nothing_it_is_not_accepted(
    site: Site, payment: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(inbox, "keep", full)
    file = site.box.settings.database_file
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert tell(site, site.token(payment), raw()).status == 503
        other.execute("ROLLBACK")
    assert tell(site, site.token(payment), raw()).status == 200


def test_a_file_that_can_t_be_read_is_put_aside_for_a_person(
    site: Site, payment: Payment
) -> None:
    folder = site.box.settings.data_dir / inbox.FOLDER
    folder.mkdir()
    (folder / "0.json").write_text('{"kind": "callback", "raw"')
    (folder / "1.json").write_text('{"kind": "letter", "raw": ""}')
    journey.here.use(site.box)
    journey.take_in()
    assert inbox.waiting(site.box.settings.data_dir) == (0, 2)


def test_an_address_that_is_not_safaricom_s_is_refused_where_the_owner_wants_it(
    start_site: Start,
) -> None:
    site = start_site(MPESA_CALLBACK_CHECK="enforce")
    payment = site.ask(site.plan())
    Payment.update(state="sent", checkout_request_id="ws_CO_1").execute()
    token = site.token(payment)
    assert tell(site, token, raw(), X_Forwarded_For="203.0.113.9").status == 404
    assert Callback.select().count() == 0
    assert tell(site, token, raw(), X_Forwarded_For="196.201.214.200").status == 200


def test_a_fault_of_the_reader_does_not_lose_the_body(
    start_site: Start,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def breaks(self: MpesaRail, raw: bytes, headers: object) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(MpesaRail, "hear", breaks)
    site = start_site()
    payment = site.ask(site.plan())
    assert tell(site, site.token(payment), raw()).status == 200
    assert Callback.get().verdict == "unreadable"


def test_a_proxy_on_this_machine_tells_for_whom_it_asks(
    site: Site, payment: Payment
) -> None:
    forged = "1.2.3.4, 196.201.214.200"
    tell(site, site.token(payment), raw(), X_Forwarded_For=forged)
    assert Callback.get().peer == "196.201.214.200"


def test_the_token_is_not_the_waiting_page_s_ref(
    site: Site, payment: Payment, customer: Browser
) -> None:
    assert tell(site, payment.ref, raw()).status == 404
    assert payments.by_token(payment.ref) is None
