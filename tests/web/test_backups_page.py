"""The owner sees the backups, makes one, takes one away; nobody else does."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pyrage
import pytest
from house import Browser, Site, Start

from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.store import backup
from hotspot_lite.trade.house import conditions, preferences
from hotspot_lite.trade.keeping import elsewhere, recovery
from hotspot_lite.trade.models import Audit


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def csrf(owner: Browser) -> str:
    return owner.get("/admin/backups").field("csrf")


def kept(site: Site) -> Path:
    return site.box.settings.data_dir / "backups"


def work(site: Site) -> None:
    journey.here.use(site.box)
    for name, args in sight.waiting_jobs(rows):
        if name == "log-rotation.backup_now":
            journey.backup_now(**args)


class TestOwner:
    def test_before_the_first_one_the_page_says_when_it_comes(
        self, owner: Browser
    ) -> None:
        assert "within the hour" in owner.get("/admin/backups").text

    def test_one_more_is_made_by_a_job_and_appears(
        self, site: Site, owner: Browser
    ) -> None:
        answer = owner.post("/admin/backups", {"csrf": csrf(owner)})
        assert answer.status == 303
        assert 'http-equiv="refresh"' in owner.get(answer.where).text
        work(site)
        page = owner.get(answer.where).text
        assert 'http-equiv="refresh"' not in page
        assert backup.found(kept(site))[0].path.name in page

    def test_a_backup_can_be_taken_away_and_that_is_noted(
        self, site: Site, owner: Browser, tmp_path: Path
    ) -> None:
        made = backup.make(site.box.settings.data_dir, kept(site), 1_800_000_000)
        answer = owner.get(f"/admin/backups/{made.path.name}")
        (tmp_path / "taken.zip").write_bytes(answer.body)
        assert not backup.check(tmp_path / "taken.zip")
        assert answer.headers["cache-control"] == "no-store"
        assert "downloaded" in Audit.select().order_by(Audit.id.desc()).get().detail

    def test_the_page_says_how_often_large_ones_are_made(
        self, site: Site, owner: Browser
    ) -> None:
        made = backup.make(site.box.settings.data_dir, kept(site), 1_800_000_000)
        assert "Once an hour" in owner.get("/admin/backups").text
        os.truncate(made.path, 10 * 1024**2)
        page = owner.get("/admin/backups").text
        assert "Once in 4 hours" in page and "backup.daily_mib" in page

    def test_what_another_machine_has_is_shown(
        self, site: Site, owner: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        values: Any = site.box.settings.values
        monkeypatch.setitem(values, "backup.elsewhere", "sftp://a@nas.kona/x")
        assert "No copy has reached it yet" in owner.get("/admin/backups").text
        name = "hotspot-20261127T101700Z.zip.age"
        elsewhere.seen({name: 2048, "other.txt": 1}, "sftp://a@nas.kona/x")
        page = owner.get("/admin/backups").text
        assert "On nas.kona" in page and name in page
        assert "other.txt" not in page

    @pytest.mark.parametrize("name", ["hotspot.db", "..%2Fbox.key", "..%2Fhotspot.db"])
    def test_no_other_file_can_be_taken(self, owner: Browser, name: str) -> None:
        assert owner.get(f"/admin/backups/{name}").status == 404

    def test_that_one_was_restored_is_shown_until_it_was_read(
        self, site: Site, owner: Browser
    ) -> None:
        conditions.observe(recovery.CONDITION, True, "The card lied.", 1)
        assert "The card lied." in owner.get("/admin/backups").text
        owner.post("/admin/backups/seen", {"csrf": csrf(owner)})
        assert "The card lied." not in owner.get("/admin/backups").text


class TestOthers:
    @pytest.mark.parametrize("role", ["cashier", "viewer"])
    def test_nobody_else_sees_or_takes_them(self, site: Site, role: str) -> None:
        made = backup.make(site.box.settings.data_dir, kept(site), 1_800_000_000)
        browser = site.staff("sam", role)
        assert browser.get("/admin/backups").status == 403
        assert browser.get(f"/admin/backups/{made.path.name}").status == 403

    def test_nothing_is_made_without_the_token(
        self, site: Site, owner: Browser
    ) -> None:
        assert owner.post("/admin/backups", {"csrf": "x"}).status == 403
        assert not list(sight.waiting_jobs(rows))


class TestWithAPassphrase:
    @pytest.fixture
    def words(self, tmp_path: Path) -> Path:
        file = tmp_path / "words"
        file.write_text("five goats on a green hill\n")
        file.chmod(0o600)
        return file

    def test_a_backup_is_taken_away_encrypted(
        self, start_site: Start, words: Path
    ) -> None:
        site = start_site(BACKUP_PASSPHRASE_FILE=str(words))
        owner = site.staff("olive", "owner")
        made = backup.make(site.box.settings.data_dir, kept(site), 1_800_000_000)
        answer = owner.get(f"/admin/backups/{made.path.name}")
        opened = pyrage.passphrase.decrypt(answer.body, words.read_text().strip())
        assert opened == made.path.read_bytes()
        assert answer.headers["content-disposition"].endswith('.zip.age"')
        assert words.read_text().strip() not in owner.get("/admin/backups").text

    def test_and_not_at_all_when_the_passphrase_is_gone(
        self, start_site: Start, words: Path
    ) -> None:
        site = start_site(BACKUP_PASSPHRASE_FILE=str(words))
        owner = site.staff("olive", "owner")
        made = backup.make(site.box.settings.data_dir, kept(site), 1_800_000_000)
        words.unlink()
        answer = owner.get(f"/admin/backups/{made.path.name}")
        assert answer.status == 500
        assert b"PK" not in answer.body

    def test_no_page_turns_the_encryption_off(
        self, start_site: Start, words: Path
    ) -> None:
        site = start_site()
        owner = site.staff("olive", "owner")
        page = owner.get("/admin/settings")
        change = {"name": "backup.passphrase_file", "value": str(words)}
        answer = owner.post("/admin/settings", change | {"csrf": page.field("csrf")})
        assert "config.toml" in answer.text
        assert not preferences.read()
