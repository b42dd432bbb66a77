"""A restore drill under a passphrase, as its owner types it, from stick to new box."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.store import backup
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.keeping import backups
from hotspot_lite.trade.models import Plan

NOW = 1_800_000_000
WORDS = "five goats on a green hill"


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "hotspot_lite", *words],
        env=os.environ | environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert WORDS.encode() not in done.stdout + done.stderr
    assert b"Traceback" not in done.stderr
    return done


def file_of(path: Path, words: str) -> Path:
    path.write_text(words + "\n")
    path.chmod(0o600)
    return path


@pytest.fixture
def environment(
    box: Box, box_environment: dict[str, str], tmp_path: Path
) -> dict[str, str]:
    """A box with a package on sale, a stick, and a passphrase."""
    catalogue.add("1 Hour", "20", "1h", NOW)
    (tmp_path / "usb").mkdir()
    return box_environment | {
        "HOTSPOT_BACKUP_COPY_TO": str(tmp_path / "usb"),
        "HOTSPOT_BACKUP_PASSPHRASE_FILE": str(file_of(tmp_path / "words", WORDS)),
    }


@pytest.fixture
def copy(environment: dict[str, str], tmp_path: Path) -> Path:
    """What is on the stick after a backup."""
    made = run(environment, "backup", "make", "--json")
    assert made.returncode == 0, made.stderr
    assert json.loads(made.stdout)["file"].endswith("Z.zip")
    (copy,) = (tmp_path / "usb").iterdir()
    return copy


class TestOnTheStick:
    def test_only_sealed_copies_lie_there(self, copy: Path, box: Box) -> None:
        assert copy.name.endswith("Z.zip.age")
        raw = copy.read_bytes()
        assert raw.startswith(b"age-encryption.org/v1")
        assert b"1 Hour" not in raw
        (plain,) = (box.settings.data_dir / "backups").iterdir()
        assert pyrage.passphrase.decrypt(raw, WORDS) == plain.read_bytes()

    def test_nothing_is_copied_in_clear_when_the_passphrase_is_gone(
        self, environment: dict[str, str], tmp_path: Path, box: Box
    ) -> None:
        (tmp_path / "words").unlink()
        made = run(environment, "backup", "make", "--json")
        assert made.returncode == 0
        assert not backup.check(Path(json.loads(made.stdout)["file"]))
        assert list((tmp_path / "usb").iterdir()) == []
        (wrong,) = conditions.wrong()
        assert wrong.name == backups.NO_COPY
        assert "passphrase" in wrong.says

    def test_one_made_right_there_is_sealed_too(
        self, environment: dict[str, str], tmp_path: Path
    ) -> None:
        target = tmp_path / "other disk"
        assert run(environment, "backup", "make", "--to", str(target)).returncode == 0
        (made,) = target.iterdir()
        assert made.name.endswith(".age")
        assert made.stat().st_mode & 0o077 == 0

    def test_one_leaves_by_a_pipe_sealed(
        self, environment: dict[str, str], copy: Path, box: Box
    ) -> None:
        (plain,) = (box.settings.data_dir / "backups").iterdir()
        left = run(environment, "backup", "seal", str(plain)).stdout
        assert pyrage.passphrase.decrypt(left, WORDS) == plain.read_bytes()


class TestTheDrill:
    def test_the_copy_is_restored_on_a_box_that_lost_its_card(
        self, environment: dict[str, str], copy: Path, tmp_path: Path
    ) -> None:
        store.close()
        new = {
            "HOTSPOT_CONFIG": str(tmp_path / "none.toml"),
            "HOTSPOT_BOX_DATA_DIR": str(tmp_path / "new"),
            "HOTSPOT_BOX_RUN_DIR": str(tmp_path / "new run"),
        }
        assert run(new, "db", "migrate").returncode == 0
        words = ("--passphrase-file", str(tmp_path / "words"))
        checked = run(new, "backup", "check", str(copy), *words)
        assert b"can be restored" in checked.stdout
        done = run(new, "backup", "restore", str(copy), *words)
        assert done.returncode == 0, done.stderr
        store.open_file(tmp_path / "new" / "hotspot.db")
        assert Plan.get().name == "1 Hour"
        assert not list((tmp_path / "new").glob(".making-*"))

    def test_a_box_whose_database_broke_finds_it_by_itself(
        self, environment: dict[str, str], copy: Path, box: Box
    ) -> None:
        store.close()
        home = box.settings.data_dir
        for old in (home / "backups").iterdir():
            old.unlink()
        for tail in ("-wal", "-shm"):
            Path(f"{home}/hotspot.db{tail}").unlink(missing_ok=True)
        (home / "hotspot.db").write_bytes(os.urandom(50_000))
        done = run(environment, "db", "check")
        assert b"was restored" in done.stdout
        store.open_file(home / "hotspot.db")
        assert Plan.get().name == "1 Hour"

    def test_each_thing_that_can_be_wrong_has_its_own_words(
        self,
        environment: dict[str, str],
        copy: Path,
        box_environment: dict[str, str],
        tmp_path: Path,
    ) -> None:
        store.close()
        before = (tmp_path / "data" / "hotspot.db").read_bytes()
        raw = copy.read_bytes()
        cut, changed = tmp_path / "cut.zip.age", tmp_path / "changed.zip.age"
        cut.write_bytes(raw[:-100])
        changed.write_bytes(raw[:400] + b"!" + raw[401:])
        other = file_of(tmp_path / "other", "not the words of that day")
        for words, says in (
            ((str(copy), "--passphrase-file", str(other)), b"does not open it"),
            ((str(copy), "--passphrase-file", "/nowhere"), b"not there"),
            ((str(cut),), b"cut off or damaged"),
            ((str(changed),), b"damaged"),
        ):
            for verb in ("check", "restore"):
                done = run(environment, "backup", verb, *words)
                assert done.returncode == 1
                assert says in done.stderr
        done = run(box_environment, "backup", "check", str(copy))
        assert b"is encrypted" in done.stderr
        assert b"--passphrase-file" in done.stderr
        assert (tmp_path / "data" / "hotspot.db").read_bytes() == before
        assert not list((tmp_path / "data").glob("aside-*"))
