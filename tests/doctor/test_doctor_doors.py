"""Doctor: doors behind which nobody, or nothing sensible, answers."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from patient import Examine

from hotspot_lite import serve
from hotspot_lite.box import Box
from hotspot_lite.doctor import processes, supervision


@pytest.fixture
def door(examine: Examine, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """A port that is open, and that the box takes for its portal's."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setenv("HOTSPOT_WEB_PORT", str(listening.getsockname()[1]))
        yield listening


def test_a_portal_that_takes_the_call_and_says_nothing_is_down(
    box: Box,
    door: socket.socket,
    examine: Examine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(processes, "ANSWER_SECONDS", 0.2)
    began = time.monotonic()
    assert examine().level("HL-PRC-03") == "broken"
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (b"HTTP/1.0 500 No\r\n\r\n", "broken"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "broken"),
        (b"HTTP/1.0 404 No\r\n\r\n", "ok"),
        (b"HTTP/1.0 200 OK\r\n\r\n", "ok"),
    ],
)
def test_a_portal_is_judged_by_its_answer(
    box: Box, door: socket.socket, examine: Examine, answer: bytes, level: str
) -> None:
    def once() -> None:
        caller, _ = door.accept()
        with caller:
            caller.recv(4096)
            caller.sendall(answer)

    threading.Thread(target=once, daemon=True).start()
    assert examine().level("HL-PRC-03") == level


def test_the_socket_of_a_dead_supervisord_watches_nothing(
    box: Box, examine: Examine
) -> None:
    run_dir = box.settings.run_dir
    conf = serve.supervisor_config(box.settings)
    (run_dir / "supervisord.conf").write_text(conf)
    with socket.socket(socket.AF_UNIX) as left_over:
        left_over.bind(str(run_dir / "supervisor.sock"))
    seen = examine()
    assert seen.level("HL-PRC-06") == "warning"
    assert "Neither systemd nor supervisord" in seen.of("HL-PRC-06")["says"]


def test_a_supervisord_that_never_answers_does_not_hold_the_doctor(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervision, "ASK_SECONDS", 0.5)
    run_dir = box.settings.run_dir
    conf = serve.supervisor_config(box.settings)
    (run_dir / "supervisord.conf").write_text(conf)
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(run_dir / "supervisor.sock"))
        mute.listen()
        found = examine().of("HL-PRC-06")
    assert "didn't answer within" in found["says"]
