"""import --all, with everything that can be wrong with its file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from packed import BROKEN, NOW, Packed, changed, everything_in, manifest, run

from hotspot_lite import settings, store
from hotspot_lite.box import Box
from hotspot_lite.errors import HotspotError
from hotspot_lite.store import house, restoring, sealed
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.keeping import moving
from hotspot_lite.trade.models import Plan


@pytest.fixture
def exported(box: Box, tmp_path: Path) -> Path:
    """A box with a package, in one file."""
    catalogue.add("1 Hour", "20", "1h", NOW)
    store.close()
    file = tmp_path / "all.house"
    house.pack(box.settings.data_dir, settings.as_toml({}), file, NOW, None)
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


class TestBadFiles:
    @pytest.mark.parametrize("what", BROKEN)
    def test_it_is_refused_in_words_and_nothing_is_changed(
        self, exported: Path, new: dict[str, str], tmp_path: Path, what: str
    ) -> None:
        breaks, says = BROKEN[what]
        bad = breaks(exported)
        (tmp_path / "new" / "config.toml").write_text("[web]\nport = 8123\n")
        done = run(new, "import", "--all", str(bad))
        assert done.returncode == 1
        assert says in done.stderr
        assert set(everything_in(tmp_path / "new")) == {"config.toml"}
        assert not (tmp_path / "out.txt").exists()

    def test_a_backup_is_told_from_an_export(
        self, exported: Path, new: dict[str, str], box_environment: dict[str, str]
    ) -> None:
        made = json.loads(run(box_environment, "backup", "make", "--json").stdout)
        done = run(new, "import", "--all", made["file"])
        assert "backup restore" in done.stderr

    def test_settings_that_this_version_does_not_know_are_named(
        self, exported: Path, new: dict[str, str], tmp_path: Path
    ) -> None:
        def change(it: Packed) -> None:
            raw = it["config.toml"] = b'[box]\nnaem = "x"\n'
            files = json.loads(it[house.MANIFEST])["files"]
            one = {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}
            manifest(files=files | {"config.toml": one})(it)

        done = run(new, "import", "--all", str(changed(exported, change)))
        assert "box.naem" in done.stderr
        assert set(everything_in(tmp_path / "new")) == set()

    def test_sealed_a_wrong_passphrase_and_a_cut_are_told_apart(
        self, box: Box, new: dict[str, str], tmp_path: Path
    ) -> None:
        words, other = tmp_path / "words", tmp_path / "other words"
        for file, text in ((words, "one two three four"), (other, "five six seven")):
            file.write_text(text)
            file.chmod(0o600)
        sealed_file, home = tmp_path / "all.age", box.settings.data_dir
        passphrase = sealed.passphrase_of(words)
        house.pack(home, settings.as_toml({}), sealed_file, NOW, passphrase)
        store.close()
        cut = tmp_path / "cut.age"
        cut.write_bytes(sealed_file.read_bytes()[:-999])
        for file, more, says in (
            (sealed_file, (), "is encrypted"),
            (sealed_file, ("--passphrase-file", str(other)), "does not open it"),
            (cut, ("--passphrase-file", str(words)), "cut off or damaged"),
        ):
            done = run(new, "import", "--all", str(file), *more)
            assert done.returncode == 1
            assert says in done.stderr
        assert everything_in(tmp_path / "new") == {}

    def test_a_disk_that_fills_up_in_the_middle_leaves_the_old_box(
        self, exported: Path, box: Box, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        home, config = box.settings.data_dir, tmp_path / "config.toml"
        config.write_text("[web]\nport = 8123\n")
        (home / "spool" / "acct.tsv").write_text("mine\n")
        before = everything_in(home)

        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(moving.recovered, "doubt_what_was_to_do", full)
        with (
            house.unpacked(exported, None, home) as (came, folder),
            pytest.raises(HotspotError, match="No space"),
        ):
            moving.move_in(box.settings, config, came, folder, NOW)
        assert everything_in(home) == before
        assert config.read_text() == "[web]\nport = 8123\n"

    def test_after_a_power_cut_in_the_middle_it_is_imported_again(
        self, exported: Path, new: dict[str, str], tmp_path: Path
    ) -> None:
        assert run(new, "db", "migrate").returncode == 0
        home = tmp_path / "new" / "data"
        assert restoring.move_aside(home)  # so far it came
        done = run(new, "import", "--all", str(exported))
        assert done.returncode == 0, done.stderr
        assert len(restoring.set_aside(home)) == 1
        store.open_file(home / "hotspot.db")
        assert Plan.get().name == "1 Hour"

    def test_an_export_writes_over_nothing(
        self, exported: Path, box_environment: dict[str, str]
    ) -> None:
        before = exported.read_bytes()
        done = run(box_environment, "export", "--all", str(exported))
        assert "there already" in done.stderr
        assert exported.read_bytes() == before
        done = run(box_environment, "export", "--all", "/nowhere/all.house")
        assert "no folder" in done.stderr

    def test_words_that_do_not_fit_each_other_are_refused(
        self, new: dict[str, str]
    ) -> None:
        assert run(new, "import", "some.csv").returncode == 2
        assert run(new, "export", "some.file").returncode == 2
        assert run(new, "import", "--all", "--kind", "vouchers", "f").returncode == 2
