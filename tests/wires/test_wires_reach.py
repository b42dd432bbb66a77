"""How far a way leads: name, connection, certificate, each with a deadline."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from hotspot_lite.wires import reach


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of somebody who takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"127.0.0.1:{server.getsockname()[1]}"


def test_a_plain_address_is_reached(silent: str) -> None:
    way = reach.look(f"http://{silent}")
    assert (way.stopped_at, way.addresses) == ("", ("127.0.0.1",))
    assert not way.is_public


def test_nobody_there_ends_at_the_connection() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        way = reach.look(f"http://127.0.0.1:{unused.getsockname()[1]}")
    assert (way.stopped_at, way.why) == ("connection", "connection refused")


def test_a_name_that_nobody_has_ends_at_the_name() -> None:
    assert reach.look("http://nobody.invalid", 2).stopped_at == "name"


def test_a_handshake_nobody_answers_is_given_up(silent: str) -> None:
    began = time.monotonic()
    way = reach.look(f"https://{silent}", step_seconds=0.2)
    assert (way.stopped_at, way.why) == ("certificate", "no answer in time")
    assert time.monotonic() - began < 4


def test_a_resolver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()
    monkeypatch.setattr(
        reach.socket, "getaddrinfo", lambda *_, **__: never.wait(5) and []
    )
    began = time.monotonic()
    way = reach.look("https://there.example", step_seconds=0.1)
    never.set()
    assert (way.stopped_at, way.why) == ("name", "no name server answers")
    assert time.monotonic() - began < 4
