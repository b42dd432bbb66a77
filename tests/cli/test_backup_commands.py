"""hotspot-lite backup, as somebody types it whose card has died."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.store import restoring
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Plan

NOW = 1_800_000_000


@pytest.fixture
def home(box: Box) -> Path:
    catalogue.add("1 Hour", "20", "1h", NOW)
    return box.settings.data_dir


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "hotspot_lite", *words],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def made_by(environment: dict[str, str]) -> Path:
    done = run(environment, "backup", "make", "--json")
    assert done.returncode == 0, done.stderr
    return Path(json.loads(done.stdout)["file"])


class TestBackup:
    def test_made_listed_and_checked(
        self, home: Path, box_environment: dict[str, str]
    ) -> None:
        file = made_by(box_environment)
        assert str(file) in run(box_environment, "backup", "list").stdout
        checked = run(box_environment, "backup", "check", str(file))
        assert "can be restored" in checked.stdout

    def test_restored_with_what_was_there_kept_aside(
        self, home: Path, box_environment: dict[str, str]
    ) -> None:
        file = made_by(box_environment)
        Plan.update(name="Changed since").execute()
        store.close()
        done = run(box_environment, "backup", "restore", str(file))
        assert done.returncode == 0, done.stderr
        store.open_file(home / "hotspot.db")
        assert Plan.get().name == "1 Hour"
        assert restoring.set_aside(home)

    def test_not_while_the_box_runs(
        self, home: Path, box_environment: dict[str, str]
    ) -> None:
        file = made_by(box_environment)
        Plan.select().count()  # opens it in this process
        done = run(box_environment, "backup", "restore", str(file))
        assert done.returncode == 1
        assert str(os.getpid()) in done.stderr
        assert "Stop it first" in done.stderr

    def test_a_bad_file_is_refused_in_a_sentence(
        self, home: Path, box_environment: dict[str, str], tmp_path: Path
    ) -> None:
        store.close()
        (tmp_path / "bad.zip").write_text("hello")
        for words in (
            ("check", str(tmp_path / "bad.zip")),
            ("restore", "/nowhere.zip"),
        ):
            done = run(box_environment, "backup", *words)
            assert done.returncode == 1
            assert "Traceback" not in done.stderr

    def test_the_processes_of_a_box_with_a_dead_card_start_on_the_backup(
        self, home: Path, box_environment: dict[str, str]
    ) -> None:
        made_by(box_environment)
        store.close()
        for tail in ("-wal", "-shm"):
            Path(f"{home}/hotspot.db{tail}").unlink(missing_ok=True)
        (home / "hotspot.db").write_bytes(os.urandom(50_000))
        first = run(box_environment, "db", "check")
        assert first.returncode == 0, first.stderr
        assert "was restored" in first.stdout
        assert "whole" in run(box_environment, "db", "check").stdout
        store.open_file(home / "hotspot.db")
        assert Plan.get().name == "1 Hour"
