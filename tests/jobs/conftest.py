"""A consumer of app.py in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from reading import Start

from hotspot_lite import jobs
from hotspot_lite.box import Box
from hotspot_lite.serve import CONSUMER
from hotspot_lite.stage import until


@pytest.fixture
def done(tmp_path: Path) -> Path:
    file = tmp_path / "done"
    file.touch()
    return file


@pytest.fixture
def start(
    box: Box, box_environment: dict[str, str], done: Path, tmp_path: Path
) -> Iterator[Start]:
    """Start a consumer of tests/jobs/app.py; all are ended afterwards."""
    running: list[subprocess.Popen[bytes]] = []

    def begin(**environment: str) -> subprocess.Popen[bytes]:
        before = set((jobs.rows.bells).glob("*"))
        script = Path(sys.executable).with_name(CONSUMER[0])
        process = subprocess.Popen(
            [script, "app.huey", *CONSUMER[2:]],
            cwd=Path(__file__).parent,
            env=os.environ | box_environment | {"TEST_DONE": str(done)} | environment,
            stderr=(tmp_path / "log").open("ab"),
        )
        running.append(process)
        assert until(lambda: set(jobs.rows.bells.glob("worker-*")) - before, 15)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
