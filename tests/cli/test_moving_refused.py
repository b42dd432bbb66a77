"""import --all, with everything that can be wrong with its file."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from packed import BROKEN, NOW, Packed, changed, everything_in, manifest, run

from hotspot_lite import settings, store
from hotspot_lite.box import Box
from hotspot_lite.store import house
from hotspot_lite.trade import catalogue


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
