"""A visitor meets a web server that dies in mid-answer, as people do at a power cut."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from hotspot_lite.town.visitor import Visitor

HALF = b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n<html>and then"


@pytest.fixture(params=[HALF, b"", b"no HTTP at all\r\n\r\n"])
def dying(request: pytest.FixtureRequest) -> Iterator[int]:
    """The port of a server that says that much to its only visitor."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _ = server.accept()
            with line:
                line.recv(4096)
                line.sendall(request.param)

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        thread.join()


def test_an_answer_that_broke_off_is_a_lost_connection(dying: int) -> None:
    somebody = Visitor("02:00:00:00:00:01", "127.0.0.1", "254700000001", dying)
    with pytest.raises(OSError):
        somebody.browse()
