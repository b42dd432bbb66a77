"""Doctor: the version that runs, and Debian's own updates."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from bench_machine import Machine
from patient import Examine

from hotspot_lite.box import Box
from hotspot_lite.doctor import updates
from hotspot_lite.machine import packages

DAY = 86400
SWITCH = "etc/apt/apt.conf.d/20auto-upgrades"
STAMP = "var/lib/apt/periodic/update-success-stamp"
ON = 'APT::Periodic::Unattended-Upgrade "1";'


@pytest.fixture
def debian(box: Box, tmp_path: Path) -> Machine:
    """A Debian that updates itself, and was asked just now."""
    machine = Machine(tmp_path / "root")
    machine.put("usr/bin/unattended-upgrade", "")
    machine.put(SWITCH, ON)
    machine.put(STAMP, "")
    return machine


def test_a_debian_that_updates_itself_is_well(
    debian: Machine, examine: Examine
) -> None:
    assert examine().level("HL-UPD-02") == "ok"


def test_a_machine_that_is_no_debian_is_not_judged(box: Box, examine: Examine) -> None:
    codes = examine().codes()
    assert [code for code in codes if code.startswith("HL-UPD")] == ["HL-UPD-01"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        (SWITCH, 'APT::Periodic::Unattended-Upgrade "0";'),
        ("etc/apt/apt.conf.d/99off", 'APT::Periodic::Enable "0";'),
    ],
)
def test_updates_that_are_switched_off_are_told(
    debian: Machine, examine: Examine, file: str, text: str
) -> None:
    debian.put(file, text)
    found = examine().of("HL-UPD-02")
    assert found["level"] == "warning"
    assert "don't install themselves" in found["says"]


def test_lists_that_nobody_fetched_for_weeks_are_told(
    debian: Machine, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = int(time.time()) - 30 * DAY
    monkeypatch.setattr(updates.packages, "lists_at", lambda root: long_ago)
    found = examine().of("HL-UPD-02")
    assert found["level"] == "warning"
    assert "last asked" in found["says"]


def test_waiting_security_updates_are_counted_when_asked(
    debian: Machine, examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    says = "Inst openssl [3.0.11-1] (3.0.14-1 Debian-Security:12/stable-security [x])"
    other = "Inst nano [7.2-1] (7.2-2 Debian:12.5/stable [x])"
    pretend(tmp_path, monkeypatch, f'echo "{says}"; echo "{other}"')
    debian.put("var/lib/apt/lists/deb_Release", "")
    assert "HL-UPD-03" not in examine().codes()
    found = examine(detailed=True).of("HL-UPD-03")
    assert found["says"] == "1 security update of Debian wait."
    assert found["details"] == ["openssl"]


def test_an_apt_that_hangs_is_left_alone(
    debian: Machine, examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pretend(tmp_path, monkeypatch, "exec sleep 20")
    monkeypatch.setattr(packages, "SIMULATE_SECONDS", 0.2)
    debian.put("var/lib/apt/lists/deb_Release", "")
    assert examine(detailed=True).level("HL-UPD-03") == "note"


def pretend(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> None:
    """An apt-get that does so."""
    command = folder / "commands" / "apt-get"
    command.parent.mkdir()
    command.write_text(f"#!/bin/sh\n{does}\n")
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{command.parent}:{os.environ['PATH']}")


def test_a_restart_that_an_update_waits_for_is_told(
    debian: Machine, examine: Examine
) -> None:
    debian.put("run/reboot-required", "*** System restart required ***")
    debian.put("run/reboot-required.pkgs", "linux-image-6.1.0-21-arm64")
    assert "(linux-image-6.1.0-21-arm64)" in examine().of("HL-UPD-04")["says"]


def test_a_newer_version_beside_the_one_that_runs_is_told(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = time.time()
    for name, age in (("old", 2 * DAY), ("new", DAY)):
        done = tmp_path / "releases" / name / "complete"
        done.parent.mkdir(parents=True)
        done.touch()
        os.utime(done, (now - age, now - age))
    monkeypatch.setattr(updates, "PROGRAM", tmp_path / "releases" / "old")
    assert examine().level("HL-UPD-01") == "note"
    monkeypatch.setattr(updates, "PROGRAM", tmp_path / "releases" / "new")
    found = examine().of("HL-UPD-01")
    assert (found["level"], "set up 1 d ago" in found["says"]) == ("ok", True)
