"""The RADIUS wire against a real server of ours and a router made of one socket."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from pyrad import packet
from pyrad.dictionary import Dictionary

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.radius.responder import Responder, Terms, listening
from hotspot_lite.settings import load
from hotspot_lite.store import migrations
from hotspot_lite.wires import radius

SECRET = "a-secret-of-32-characters-length"
SESSION = radius.Online("hs_712345678", "10.5.50.7", "80100014")


@contextmanager
def answering(reply: Callable[[bytes, Any], bytes | None]) -> Iterator[int]:
    """A UDP socket that answers by `reply`; its port."""
    sock = listening("127.0.0.1", 0)
    sock.setblocking(True)

    def run() -> None:
        while True:
            raw, peer = sock.recvfrom(4096)
            if not raw:
                return
            if answer := reply(raw, peer):
                sock.sendto(answer, peer)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield sock.getsockname()[1]
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
            stop.sendto(b"", sock.getsockname())
        thread.join()
        sock.close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[radius.Address]:
    """Our responder with one customer, ann, who has an hour."""
    migrations.migrate(tmp_path / "hotspot.db")
    _sell(tmp_path / "hotspot.db")
    from hotspot_lite.radius.config import clients

    known = tuple(clients(load({"HOTSPOT_CONFIG": str(tmp_path / "none")})))
    responder = Responder(
        tmp_path / "hotspot.db", tmp_path, Terms(SECRET.encode(), known)
    )
    with answering(responder.answer) as port:
        yield _address(auth_port=port)


def _sell(database: Path) -> None:
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(database)) as db, db:
        db.execute(
            "INSERT INTO customer (id, username, secret, made_at)"
            " VALUES (1, 'ann', 'pass', 1)"
        )
        db.execute(
            "INSERT INTO subscription (customer_id, plan_name, price_cents,"
            " duration_seconds, data_used_bytes, rate, devices, mac, ip, access,"
            " access_says, made_at)"
            " VALUES (1, 'p', 1, 3600, 0, '2M/4M', 1, '', '', 'none', '', 1)"
        )


def _address(**more: Any) -> radius.Address:
    given: dict[str, Any] = {"timeout_seconds": 0.5, "tries": 1} | more
    return radius.Address("127.0.0.1", SECRET, **given)


@contextmanager
def router(code: int | None, cause: str | int = "") -> Iterator[list[Any]]:
    """A router that answers Disconnect-Requests with `code`; what it was asked."""
    asked: list[Any] = []
    words = Dictionary(str(radius.DICTIONARY))

    def reply(raw: bytes, _peer: Any) -> bytes | None:
        request = packet.CoAPacket(packet=raw, secret=SECRET.encode(), dict=words)
        assert request.VerifyCoARequest()
        asked.append(request)
        if code is None:
            return None
        answer = request.CreateReply()
        answer.code = code
        if cause:
            answer["Error-Cause"] = cause
        return bytes(answer.ReplyPacket())

    with answering(reply) as port:
        asked.append(_address(coa_port=port))
        yield asked


@pytest.mark.parametrize("chap", [False, True])
def test_a_login_that_is_right_says_what_it_gives(
    server: radius.Address, chap: bool
) -> None:
    answer = radius.test_login(server, "ann", "pass", mac="A", chap=chap)
    assert answer == radius.Answer("accept", "", 3600, "2M/4M", signed=True)


@pytest.mark.parametrize("chap", [False, True])
def test_a_login_that_is_wrong_says_why(server: radius.Address, chap: bool) -> None:
    answer = radius.test_login(server, "ann", "wrong", chap=chap)
    assert (answer.kind, answer.message) == ("reject", "Wrong code or password")


def test_a_server_with_another_secret_is_silent(server: radius.Address) -> None:
    other = radius.Address(
        "127.0.0.1", "other-secret", server.auth_port, timeout_seconds=0.3, tries=1
    )
    assert radius.test_login(other, "ann", "pass").kind == "silent"
    assert not radius.status(other)


def test_status_tells_whether_somebody_is_there(server: radius.Address) -> None:
    assert radius.status(server)
    with answering(lambda raw, peer: None) as port:
        assert not radius.status(_address(auth_port=port))


def test_a_disconnect_names_the_session_as_routeros_wants_it() -> None:
    with router(packet.DisconnectACK) as asked:
        assert radius.disconnect(asked[0], SESSION) is True
    request = asked[1]
    assert request.code == packet.DisconnectRequest
    assert request["User-Name"] == ["hs_712345678"]
    assert request["Framed-IP-Address"] == ["10.5.50.7"]
    assert request["Acct-Session-Id"] == ["80100014"]


@pytest.mark.parametrize("cause", ["Session-Context-Not-Found", 503])
def test_a_session_that_is_gone_is_no_failure(cause: str | int) -> None:
    with router(packet.DisconnectNAK, cause) as asked:
        assert radius.disconnect(asked[0], SESSION) is False


@pytest.mark.parametrize("cause", ["Unsupported-Service", ""])
def test_a_router_that_refuses_is_not_asked_again(cause: str) -> None:
    with (
        router(packet.DisconnectNAK, cause) as asked,
        pytest.raises(GiveUp, match=cause or "no cause"),
    ):
        radius.disconnect(asked[0], SESSION)


def test_a_router_that_says_nothing_is_asked_again_later() -> None:
    with router(None) as asked, pytest.raises(TryAgain, match="doesn't answer"):
        radius.disconnect(asked[0], SESSION)


def test_an_address_that_leads_nowhere_is_tried_again_later() -> None:
    nowhere = radius.Address("no.such.host.invalid", SECRET, tries=1)
    with pytest.raises(TryAgain, match=r"no\.such\.host"):
        radius.status(nowhere)


def test_the_secret_is_in_no_text_of_ours() -> None:
    assert SECRET not in repr(_address())
