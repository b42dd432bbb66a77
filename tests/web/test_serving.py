"""The web process itself: where it listens, what it takes over, how it ends."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from house import Browser, environment

from hotspot_lite import settings
from hotspot_lite.box import make

RUN = (
    "from hotspot_lite.box import open_box\n"
    "from hotspot_lite.web import serving\n"
    "serving.run(open_box(), {})\n"
)
Process = subprocess.Popen[str]


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    told = environment(tmp_path)
    make(settings.load(told))
    return {**os.environ, **told}


@pytest.fixture
def processes() -> Iterator[list[Process]]:
    started: list[Process] = []
    yield started
    for process in started:
        process.kill()
        process.wait(5)


def address(process: Process) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line.startswith("web listening on http://127.0.0.1:"), line
    return line.split()[-1]


@pytest.mark.parametrize("name", [signal.SIGTERM, signal.SIGINT])
def test_it_tells_its_address_and_ends_cleanly(
    environ: dict[str, str], processes: list[Process], name: signal.Signals
) -> None:
    told = [sys.executable, "-c", RUN]
    process = subprocess.Popen(told, env=environ, stdout=subprocess.PIPE, text=True)
    processes.append(process)
    answer = Browser(address(process)).get("/healthz")
    assert answer.status == 200
    assert "server" not in answer.headers
    process.send_signal(name)
    assert process.wait(8) == 0


def test_it_takes_the_socket_that_systemd_hands_over(
    environ: dict[str, str], processes: list[Process]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        fd = listening.fileno()
        # LISTEN_PID is the process that systemd starts; the socket is always fd 3.
        shell = f'exec 3<&{fd}; LISTEN_FDS=1 LISTEN_PID=$$ exec "$0" -c "$1"'
        process = subprocess.Popen(
            ["bash", "-c", shell, sys.executable, RUN],
            env=environ,
            pass_fds=[fd],
            stdout=subprocess.PIPE,
            text=True,
        )
    processes.append(process)
    assert address(process) == f"http://127.0.0.1:{port}"
    assert Browser(f"http://127.0.0.1:{port}").get("/").status == 200
    process.terminate()
    assert process.wait(8) == 0
