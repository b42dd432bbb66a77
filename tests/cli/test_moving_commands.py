"""hotspot-lite export and import --all, from one folder to another."""

from __future__ import annotations

from pathlib import Path

import pytest
from packed import NOW, everything_in, run

from hotspot_lite import box as boxes
from hotspot_lite import settings, store
from hotspot_lite.box import Box
from hotspot_lite.store import house, migrations
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Plan, Voucher


@pytest.fixture
def exported(box: Box, box_environment: dict[str, str], tmp_path: Path) -> Path:
    """A box with a package, two vouchers and a secret in its settings, in one file."""
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    vouchers.make(plan, 2, "olive", NOW)
    (tmp_path / "config.toml").write_text(
        '[box]\nname = "Mama Njeri"\n[radius]\nsecret = "a-shared-one"\n'
    )
    (box.settings.data_dir / "spool" / "acct.tsv.1").write_text("waits\n")
    store.close()
    file = tmp_path / "all.house"
    done = run(box_environment, "export", "--all", str(file))
    assert done.returncode == 0, done.stderr
    assert "not encrypted" in done.stdout
    assert file.stat().st_mode & 0o777 == 0o600
    return file


@pytest.fixture
def new(tmp_path: Path) -> dict[str, str]:
    """The environment of another machine, where nothing was made yet."""
    (tmp_path / "new").mkdir()
    return {
        "HOTSPOT_CONFIG": str(tmp_path / "new" / "config.toml"),
        "HOTSPOT_BOX_DATA_DIR": str(tmp_path / "new" / "data"),
        "HOTSPOT_BOX_RUN_DIR": str(tmp_path / "new" / "run"),
        "HOTSPOT_BOX_CLOCK": "trusted",
    }


class TestTheOtherMachine:
    def test_everything_is_there_but_what_is_the_machine_s_own(
        self, exported: Path, new: dict[str, str], tmp_path: Path
    ) -> None:
        (tmp_path / "new" / "config.toml").write_text("[web]\nport = 8123\n")
        done = run(new, "import", "--all", str(exported))
        assert done.returncode == 0, done.stderr
        assert "Leave the old box off" in done.stdout
        assert "radius config" in done.stdout
        home = tmp_path / "new" / "data"
        store.open_file(home / "hotspot.db")
        assert Plan.get().name == "1 Hour"
        assert Voucher.select().count() == 2
        assert (home / "spool" / "acct.tsv.1").read_text() == "waits\n"
        assert (home / "box.key").stat().st_mode & 0o777 == 0o600
        text = (tmp_path / "new" / "config.toml").read_text()
        assert 'secret = "a-shared-one"' in text
        assert "\nport = 8123" in text
        assert str(tmp_path / "data") not in text
        (old,) = home.glob("aside-*/config.toml")
        assert "8123" in old.read_text()

    def test_a_dry_run_says_what_it_is_and_changes_nothing(
        self, exported: Path, new: dict[str, str], tmp_path: Path
    ) -> None:
        done = run(new, "import", "--all", str(exported), "--dry-run")
        assert "It is whole" in done.stdout
        assert everything_in(tmp_path / "new") == {}

    def test_an_older_box_is_brought_up_to_date(
        self, new: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        known = migrations.names()
        with monkeypatch.context() as then:
            then.setattr(migrations, "names", lambda: known[:-1])
            then.setattr(house, "__version__", "0.0.9")
            old = {"HOTSPOT_BOX_DATA_DIR": str(tmp_path / "older")}
            old["HOTSPOT_BOX_RUN_DIR"] = str(tmp_path / "older-run")
            boxes.make(settings.load(old))
            file, home = tmp_path / "older.house", tmp_path / "older"
            house.pack(home, settings.as_toml({}), file, NOW, None)
        done = run(new, "import", "--all", str(file))
        assert done.returncode == 0, done.stderr
        assert migrations.is_current(tmp_path / "new" / "data" / "hotspot.db")

    def test_who_has_sold_something_is_not_overwritten_unless_it_is_said(
        self, exported: Path, new: dict[str, str], tmp_path: Path
    ) -> None:
        assert run(new, "db", "migrate").returncode == 0
        home = tmp_path / "new" / "data"
        store.open_file(home / "hotspot.db")
        vouchers.make(catalogue.add("Mine", "30", "1h", NOW), 1, "olive", NOW)
        store.close()
        (home / "spool" / "acct.tsv").write_text("mine\n")
        key = (home / "box.key").read_bytes()
        before = everything_in(home)
        done = run(new, "import", "--all", str(exported))
        assert done.returncode == 1
        assert "something to lose: 1 vouchers" in done.stderr
        assert everything_in(home) == before
        done = run(new, "import", "--all", str(exported), "--replace")
        assert done.returncode == 0, done.stderr
        (aside,) = home.glob("aside-*")
        assert (aside / "box.key").read_bytes() == key
        assert (aside / "spool" / "acct.tsv").read_text() == "mine\n"
        assert not (home / "spool" / "acct.tsv").exists()
        store.open_file(aside / "hotspot.db")
        assert Plan.get().name == "Mine"
        store.open_file(home / "hotspot.db")
        assert Plan.get().name == "1 Hour"

    def test_not_while_the_box_runs(
        self, exported: Path, box_environment: dict[str, str], box: Box
    ) -> None:
        Plan.select().count()  # opens it in this process
        done = run(box_environment, "import", "--all", str(exported), "--replace")
        assert "Stop it first" in done.stderr
        file = exported.with_name("running.house")
        assert (
            "The box runs" in run(box_environment, "export", "--all", str(file)).stdout
        )


def test_the_audit_log_says_that_it_moved(
    exported: Path, new: dict[str, str], tmp_path: Path
) -> None:
    assert run(new, "import", "--all", str(exported)).returncode == 0
    store.open_file(tmp_path / "new" / "data" / "hotspot.db")
    newest = audit.Audit.select().order_by(audit.Audit.id.desc()).get()
    assert (newest.who, newest.what) == ("cli", "import --all")
