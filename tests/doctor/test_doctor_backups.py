"""Doctor: is there a fresh backup, and one that does not die with the card."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from patient import Examine

from hotspot_lite.box import Box
from hotspot_lite.store import backup, copies
from hotspot_lite.trade.keeping import elsewhere
from hotspot_lite.wires import sftp_keys


def back_up(box: Box, age_seconds: int = 60) -> backup.Backup:
    home = box.settings.data_dir
    return backup.make(home, home / "backups", box.clock.at() - age_seconds)


class TestBackups:
    def test_a_box_without_one_is_told_how_to_make_it(
        self, box: Box, examine: Examine
    ) -> None:
        assert examine().level("HL-BAK-01") == "note"
        key = box.settings.data_dir / "box.key"
        os.utime(key, (key.stat().st_atime, key.stat().st_mtime - 5 * backup.DAY))
        found = examine().of("HL-BAK-01")
        assert found["level"] == "warning"
        assert "backup make" in found["remedy"]

    def test_a_fresh_one_is_well(self, box: Box, examine: Examine) -> None:
        back_up(box)
        assert examine().level("HL-BAK-01") == "ok"

    def test_an_old_one_is_a_warning(self, box: Box, examine: Examine) -> None:
        back_up(box, 5 * backup.DAY)
        assert "5 d" in examine().of("HL-BAK-01")["says"]

    def test_one_that_the_card_has_eaten_is_broken(
        self, box: Box, examine: Examine
    ) -> None:
        back_up(box).path.write_bytes(b"eaten")
        assert examine(detailed=True).level("HL-BAK-01") == "broken"

    def test_a_copy_on_another_disk_is_asked_for_and_seen(
        self,
        box: Box,
        examine: Examine,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        assert examine().level("HL-BAK-02") == "note"
        monkeypatch.setenv("HOTSPOT_BACKUP_COPY_TO", str(tmp_path / "usb"))
        assert examine().level("HL-BAK-02") == "warning"
        (tmp_path / "usb").mkdir()
        copies.copy_to(back_up(box), tmp_path / "usb")
        assert examine().level("HL-BAK-02") == "ok"

    def test_a_passphrase_that_is_gone_and_copies_in_clear_are_told(
        self,
        box: Box,
        examine: Examine,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        (tmp_path / "usb").mkdir()
        copies.copy_to(back_up(box), tmp_path / "usb")
        words = tmp_path / "words"
        monkeypatch.setenv("HOTSPOT_BACKUP_COPY_TO", str(tmp_path / "usb"))
        monkeypatch.setenv("HOTSPOT_BACKUP_PASSPHRASE_FILE", str(words))
        found = examine().of("HL-BAK-02")
        assert found["level"] == "warning"
        assert "passphrase" in found["says"]
        words.write_text("one two three four five")
        words.chmod(0o600)
        assert "not encrypted" in examine().of("HL-BAK-02")["says"]


class TestElsewhere:
    URL = "sftp://a@nas/x"

    @pytest.fixture(autouse=True)
    def other_machine(self, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HOTSPOT_BACKUP_ELSEWHERE", self.URL)

    def test_what_is_missing_is_asked_for_one_step_after_the_other(
        self,
        box: Box,
        examine: Examine,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        keys = elsewhere.folder(box.settings)
        assert "backup key" in examine().of("HL-BAK-03")["remedy"]
        sftp_keys.make(keys, "ed25519")
        assert "--trust" in examine().of("HL-BAK-03")["remedy"]
        sftp_keys.pin(keys, "nas", sftp_keys.HostKey("ssh-ed25519", "AAAA"))
        assert "passphrase_file" in examine().of("HL-BAK-03")["remedy"]
        words = tmp_path / "words"
        words.write_text("one two three four five")
        words.chmod(0o600)
        monkeypatch.setenv("HOTSPOT_BACKUP_PASSPHRASE_FILE", str(words))
        assert examine().level("HL-BAK-03") == "note"
        self.seen(box, 60)
        assert examine().level("HL-BAK-03") == "ok"
        assert examine().level("HL-BAK-02") == "ok"
        self.seen(box, 5 * backup.DAY)
        found = examine().of("HL-BAK-03")
        assert found["level"] == "warning"
        assert "5 d" in found["says"]
        monkeypatch.setenv("PATH", "/nowhere")
        assert "openssh-client" in examine().of("HL-BAK-03")["remedy"]

    def seen(self, box: Box, age_seconds: int) -> None:
        made = back_up(box, age_seconds)
        elsewhere.seen({f"{made.path.name}.age": 1}, self.URL)
