"""A process says by which settings it runs, and is started anew when they change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite import renewal, settings
from hotspot_lite.settings import Settings

KEY = b"the box's key"
CHILD = """
import sys, time
from hotspot_lite import renewal, settings
renewal.begin(settings.load(), b"the box's key", sys.argv[1])
print("here", flush=True)
time.sleep(60)
"""


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "HOTSPOT_CONFIG": str(tmp_path / "none.toml"),
        "HOTSPOT_BOX_RUN_DIR": str(tmp_path),
        "HOTSPOT_MPESA_PASSKEY": "a secret passkey",
    }


@pytest.fixture
def child(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """A web process of a box that supervisord watches."""
    yield from begun(environ | {"SUPERVISOR_ENABLED": "1"})


def begun(environ: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, "web"],
        env={**os.environ, **environ},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def fresh(environ: dict[str, str], **stored: str) -> Settings:
    return settings.load(environ, {k.replace("__", "."): v for k, v in stored.items()})


def test_a_process_has_what_it_began_with(
    environ: dict[str, str], child: subprocess.Popen[str]
) -> None:
    (found,) = renewal.running(fresh(environ), KEY)
    assert (found.role, found.pid, found.waits_for) == ("web", child.pid, ())
    changed = renewal.running(fresh(environ, box__name="Mama", mail__host="m"), KEY)
    assert renewal.waits(changed) == {"box.name": ["web"], "mail.host": ["web"]}


def test_freeradius_is_not_ended_for_what_it_does_not_read(
    environ: dict[str, str],
) -> None:
    settings.load(environ).run_dir.mkdir(exist_ok=True)
    fileno = renewal.begin(fresh(environ), KEY, "radius", environ)
    (found,) = renewal.running(fresh(environ, mail__host="m"), KEY)
    assert found.waits_for == ()
    (found,) = renewal.running(fresh(environ, radius__coa_port="3800"), KEY)
    assert found.waits_for == ("radius.coa_port",)
    os.close(fileno)


def test_no_value_of_a_setting_is_written_down(
    environ: dict[str, str], child: subprocess.Popen[str], tmp_path: Path
) -> None:
    (file,) = (tmp_path / "running").iterdir()
    assert "mpesa.passkey" in file.read_text()
    assert "a secret passkey" not in file.read_text()


def test_a_process_that_is_watched_is_ended_and_is_gone(
    environ: dict[str, str], child: subprocess.Popen[str], tmp_path: Path
) -> None:
    asked = renewal.end(renewal.running(fresh(environ), KEY))
    assert [one.pid for one in asked] == [child.pid]
    assert child.wait(10) == -signal.SIGTERM
    assert renewal.running(fresh(environ), KEY) == []
    assert list((tmp_path / "running").iterdir()) == []


def test_a_process_that_nobody_starts_again_is_left_alone(
    environ: dict[str, str],
) -> None:
    for child in begun(environ):
        found = renewal.running(fresh(environ), KEY)
        assert renewal.end(found) == []
        assert child.poll() is None
