"""systemd hears of a process only while it works; here we are systemd."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite import settings, watchdog
from hotspot_lite.box import make
from hotspot_lite.town.whole import free_port

HALF_SECOND = "500000"  # WATCHDOG_USEC
PATIENCE_SECONDS = 40


class Systemd:
    """The listening end of NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.sock.bind(str(path))

    def environ(self, usec: str = HALF_SECOND) -> dict[str, str]:
        return {"NOTIFY_SOCKET": str(self.path), "WATCHDOG_USEC": usec}

    def hears(self, seconds: float = PATIENCE_SECONDS) -> str:
        """The next word, or "" after so long."""
        self.sock.settimeout(seconds)
        try:
            return self.sock.recv(100).decode()
        except TimeoutError:
            return ""

    def forget(self) -> None:
        """Drop what was said until now."""
        self.sock.setblocking(False)
        try:
            while self.sock.recv(100):
                pass
        except BlockingIOError:
            pass


class Process:
    """What a watchdog asks about, and whose end silences the watchdog."""

    def __init__(self) -> None:
        self.works = self.fails = self.is_over = False

    def is_alive(self) -> bool:
        if self.is_over:
            threading.Event().wait()  # for ever: the thread that asks is a daemon
        return self.works if not self.fails else bool(1 // 0)


@pytest.fixture
def process() -> Iterator[Process]:
    made = Process()
    yield made
    made.is_over = True


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[Systemd]:
    made = Systemd(tmp_path / "notify")
    yield made
    made.sock.close()


def test_nobody_who_did_not_ask_is_told() -> None:
    assert watchdog.feed(lambda: True, {}) is None


def test_ready_comes_first_and_only_once_it_works(
    systemd: Systemd, process: Process
) -> None:
    watchdog.feed(process.is_alive, systemd.environ())
    assert systemd.hears(1.0) == ""
    process.works = True
    assert systemd.hears() == "READY=1"
    assert systemd.hears() == systemd.hears() == "WATCHDOG=1"


def test_who_no_longer_works_is_silent_until_it_works_again(
    systemd: Systemd, process: Process
) -> None:
    process.works = True
    watchdog.feed(process.is_alive, systemd.environ())
    assert [systemd.hears(), systemd.hears()] == ["READY=1", "WATCHDOG=1"]
    process.works = False
    systemd.hears(0.5)
    assert systemd.hears(1.5) == ""
    process.works = True
    assert systemd.hears() == "WATCHDOG=1"


def test_a_question_that_fails_is_no_life(systemd: Systemd, process: Process) -> None:
    process.fails = True
    watchdog.feed(process.is_alive, systemd.environ())
    assert systemd.hears(1.5) == ""


def test_anothers_watchdog_is_not_fed(systemd: Systemd, process: Process) -> None:
    process.works = True
    environ = systemd.environ() | {"WATCHDOG_PID": "1"}
    watchdog.feed(process.is_alive, environ)
    assert systemd.hears() == "READY=1"
    assert systemd.hears(1.5) == ""


def test_a_name_without_a_file_is_heard_too(process: Process) -> None:
    process.works = True
    name = f"hotspot-lite-test-{os.getpid()}-{time.monotonic_ns()}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.bind(f"\0{name}")
        sock.settimeout(PATIENCE_SECONDS)
        watchdog.feed(process.is_alive, {"NOTIFY_SOCKET": f"@{name}"})
        assert sock.recv(100) == b"READY=1"


@pytest.mark.parametrize("role", ["web", "live", "worker"])
def test_each_process_says_that_it_is_ready_and_falls_silent_when_it_hangs(
    systemd: Systemd, box_environment: dict[str, str], role: str
) -> None:
    ports = {
        "HOTSPOT_WEB_HOST": "127.0.0.1",
        "HOTSPOT_WEB_PORT": str(free_port()),
        "HOTSPOT_LIVE_HOST": "127.0.0.1",
        "HOTSPOT_LIVE_PORT": str(free_port()),
    }
    given = box_environment | ports
    make(settings.load(given))
    command = [sys.executable, "-m", "hotspot_lite", "serve", role]
    environ = os.environ | given | systemd.environ()
    with subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL) as child:
        try:
            assert systemd.hears() == "READY=1"
            assert systemd.hears() == "WATCHDOG=1"
            child.send_signal(signal.SIGSTOP)
            time.sleep(0.1)
            systemd.forget()
            assert systemd.hears(1.5) == ""
            child.send_signal(signal.SIGCONT)
            assert systemd.hears() == "WATCHDOG=1"
        finally:
            child.send_signal(signal.SIGCONT)
            child.kill()
