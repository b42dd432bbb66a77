"""`hotspot-lite worker`: under a real supervisord, and under a systemctl of ours."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite.box import Box
from hotspot_lite.cli import worker
from hotspot_lite.errors import HotspotError
from hotspot_lite.town.whole import free_port


def command(environ: dict[str, str], *words: str) -> tuple[int, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "hotspot_lite", *words, "--json"],
        env={**os.environ, **environ},
        capture_output=True,
        text=True,
        timeout=90,
    )
    return done.returncode, json.loads(done.stdout)


@pytest.fixture
def served(box_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """A box under supervisord, as `hotspot-lite serve` runs it."""
    environ = box_environment | {
        "HOTSPOT_WEB_PORT": str(free_port()),
        "HOTSPOT_LIVE_PORT": str(free_port()),
        "HOTSPOT_WEB_HOST": "127.0.0.1",
        "HOTSPOT_LIVE_HOST": "127.0.0.1",
    }
    assert command(environ, "db", "migrate")[0] == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "hotspot_lite", "serve"],
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield environ
    process.terminate()
    process.wait(60)


def alive(environ: dict[str, str]) -> list[int]:
    _, found = command(environ, "worker", "status")
    return [one["pid"] for one in found if one["is_alive"]]


def test_restart_brings_a_new_worker_under_supervisord(served: dict[str, str]) -> None:
    ends = time.monotonic() + 30
    while not (before := alive(served)):
        assert time.monotonic() < ends, "the worker did not come up"
        time.sleep(0.2)
    code, told = command(served, "worker", "restart")
    assert (code, told["by"]) == (0, "supervisord")
    assert told["pids"] == alive(served)
    assert not set(told["pids"]) & set(before)


def test_a_changed_setting_is_taken_up_without_a_restart_by_hand(
    served: dict[str, str],
) -> None:
    ends = time.monotonic() + 30
    while len(found := processes(served)) < 3:
        assert time.monotonic() < ends, "the box did not come up"
        time.sleep(0.2)
    _, told = command(served, "setting", "set", "box.name", "Mama Njeri")
    assert told["not_in_use_by"] == ["live", "web", "worker"]
    code, told = command(served, "setting", "apply")
    assert (code, told["anew"]) == (0, ["live", "web", "worker"])
    assert not set(processes(served)) & set(found)
    assert command(served, "setting", "apply") == (0, {"anew": []})


def processes(environ: dict[str, str]) -> list[str]:
    """The files by which processes say that they run; those of the dead are away."""
    command(environ, "setting", "apply")
    return [
        path.name for path in Path(environ["HOTSPOT_BOX_RUN_DIR"]).glob("running/*")
    ]


def test_a_setting_of_the_environment_is_not_changed_without_effect(
    box_environment: dict[str, str],
) -> None:
    environ = box_environment | {"HOTSPOT_BOX_NAME": "Town"}
    assert command(environ, "db", "migrate")[0] == 0
    code, told = command(environ, "setting", "set", "box.name", "Mama Njeri")
    assert code == 1
    assert "environment" in told["error"]


def test_status_of_no_worker_is_3(box: Box, box_environment: dict[str, str]) -> None:
    assert command(box_environment, "worker", "status") == (3, [])


def test_restart_where_nobody_watches_says_what_to_do(
    box: Box, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(worker, "SYSTEMD", tmp_path / "none")
    socket_file = box.settings.run_dir / "supervisor.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(socket_file))
    with pytest.raises(HotspotError, match="hotspot-lite serve"):
        worker._restart_by(box.settings.run_dir)


def systemctl(folder: Path, monkeypatch: pytest.MonkeyPatch, answer: str) -> Path:
    """A systemctl that writes down what it was asked."""
    program, asked = folder / "systemctl", folder / "asked"
    program.write_text(f'#!/bin/sh\necho "$@" >> {asked}\n{answer}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    monkeypatch.setattr(worker, "SYSTEMD", folder)
    return asked


def test_root_asks_systemd(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = systemctl(tmp_path, monkeypatch, "")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert worker._restart_by(box.settings.run_dir) == "systemd"
    assert asked.read_text() == "restart hotspot-lite-worker\n"


def test_the_service_user_ends_its_own_worker_and_systemd_starts_another(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = subprocess.Popen(["sleep", "60"])
    systemctl(tmp_path, monkeypatch, f"echo {child.pid}")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert worker._restart_by(box.settings.run_dir) == "systemd"
    assert child.wait(5) == -signal.SIGTERM


def test_a_refusal_of_systemd_is_told(
    box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    systemctl(tmp_path, monkeypatch, "echo 'no such unit' >&2; exit 5")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    with pytest.raises(HotspotError, match="no such unit"):
        worker._restart_by(box.settings.run_dir)
