"""A box to examine in this process, and findings by their codes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from hotspot_lite import doctor, jobs
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box
from hotspot_lite.doctor import case as cases
from hotspot_lite.doctor import ground, network
from hotspot_lite.jobs import lanes, notes
from hotspot_lite.wires.reach import Way


@dataclass
class Seen:
    """One run of the doctor."""

    code: int
    report: dict[str, Any]

    def of(self, code: str, about: str = "") -> dict[str, Any]:
        """The finding of that code; fails where there is none."""
        found = [
            one
            for one in self.report["findings"]
            if one["code"] == code and (not about or one["about"] == about)
        ]
        assert found, f"no {code} in {self.codes()}"
        return max(found, key=lambda one: one["level"] != "ok")

    def level(self, code: str) -> str:
        """The level of that finding; "" where there is none."""
        return str(self.of(code)["level"]) if code in self.codes() else ""

    def codes(self) -> list[str]:
        """The codes of all findings."""
        return [one["code"] for one in self.report["findings"]]

    def fixed(self, code: str) -> dict[str, Any]:
        """What --fix did about that finding."""
        return next(one for one in self.report["fixed"] if one["code"] == code)

    @property
    def text(self) -> str:
        """The page as a person reads it, all details shown."""
        return doctor.text(self.report, detailed=True)


Examine = Callable[..., Seen]


@pytest.fixture
def examine(
    box_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Examine:
    """Run the doctor in this process on the box of `box_environment`."""
    for name, value in box_environment.items():
        monkeypatch.setenv(name, value)
    # No port of this machine is the box's: nobody answers there.
    monkeypatch.setenv("HOTSPOT_WEB_PORT", "9")
    monkeypatch.setenv("HOTSPOT_LIVE_PORT", "9")
    monkeypatch.setattr(ground, "MOUNTS", mounts(tmp_path, "tmpfs"))
    # Nor is its hardware: a test puts there what is to be seen. Nothing outside is
    # asked for: names end at once.
    monkeypatch.setattr(cases, "ROOT", tmp_path / "root")
    monkeypatch.setattr(network.reach, "look", unasked)

    def run(**flags: bool) -> Seen:
        code, report = doctor.main(**flags)
        json.dumps(report)
        assert report["exit_code"] == code
        found = report["findings"]
        assert [one["says"] for one in found if one["code"] == "HL-DOC-01"] == []
        return Seen(code, report)

    return run


def unasked(url: str) -> Way:
    """No way to anybody, found at once."""
    return Way(str(urlsplit(url).hostname), "name", "no test asks for it")


def mounts(folder: Path, kind: str) -> Path:
    """A /proc/mounts in which `folder` is of that kind."""
    file = folder / "mounts"
    file.write_text(f"/dev/sda1 / ext4 rw 0 0\nnone {folder} {kind} rw 0 0\n")
    file.chmod(0o644)
    return file


@pytest.fixture
def worker(box: Box) -> Iterator[Bell]:
    """A consumer of all lanes that lives, as the queue sees it, in this process."""
    bell = Bell(jobs.rows.bells, "worker")
    notes.consumer_started(jobs.rows, bell.name, list(lanes.LANES), 1e9)
    yield bell
    bell.close()
