"""The box burns: what its owner types, from the key to the restored new machine."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from hotspot_lite import cli, store
from hotspot_lite.box import Box
from hotspot_lite.store import sealed
from hotspot_lite.town.far_host import FarHost
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Audit, Plan

NOW = 1_800_000_000
WORDS = "five goats on a green hill"


class Owner:
    """Who types `hotspot-lite backup …`; in this process, as each start takes a second.

    One start in a process of its own is in test_elsewhere_carried.
    """

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._screen = capsys

    def reads(self, *words: str) -> str:
        """What is on the screen after it worked."""
        return self._typed(0, *words)

    def told(self, *words: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.reads(*words, "--json"))
        return found

    def refused(self, *words: str) -> str:
        """The sentence that says why not."""
        return self._typed(1, *words)

    def _typed(self, code: int, *words: str) -> str:
        got = cli.main(["backup", *words])
        store.close()
        shown = "".join(self._screen.readouterr())
        assert WORDS not in shown
        assert got == code, shown
        return shown


@pytest.fixture
def olive(capsys: pytest.CaptureFixture[str]) -> Owner:
    return Owner(capsys)


@pytest.fixture(autouse=True)
def settings_of_the_box(
    box: Box, box_environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in box_environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sealed, "WORK", 10)


@pytest.fixture
def ready(far: FarHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A box with a package on sale and a passphrase, that knows where copies go."""
    catalogue.add("1 Hour", "20", "1h", NOW)
    words = tmp_path / "words"
    words.write_text(WORDS)
    words.chmod(0o600)
    monkeypatch.setenv("HOTSPOT_BACKUP_ELSEWHERE", far.url)
    monkeypatch.setenv("HOTSPOT_BACKUP_PASSPHRASE_FILE", str(words))


def test_from_the_key_to_a_new_machine_after_the_old_one_burned(
    far: FarHost, ready: None, olive: Owner, tmp_path: Path
) -> None:
    assert "backup key" in olive.refused("elsewhere")
    key = olive.told("key")
    assert "ssh-keys/import" in key["routeros"]
    assert "Delete" in olive.refused("key", "--rsa")
    far.admit(key["key"])
    assert "--trust" in olive.refused("elsewhere")
    wrong = olive.refused("elsewhere", "--trust", "SHA256:else")
    assert "not SHA256:else" in wrong
    trusted = olive.told("elsewhere", "--trust")
    assert (
        trusted["fingerprint"] in Audit.select().order_by(Audit.id.desc()).get().detail
    )
    assert "backup make" in olive.refused("elsewhere", "--send")
    olive.told("make")
    name = olive.told("elsewhere", "--send")["copy"]
    assert name in olive.reads("elsewhere")
    store.close()

    shutil.rmtree(tmp_path / "data")
    far.admit(olive.told("key")["key"])
    olive.told("elsewhere", "--trust", trusted["fingerprint"])
    no_such = ("restore", "--elsewhere", "hotspot-20200101T000000Z.zip.age")
    assert "no copy" in olive.refused(*no_such)
    done = olive.told("restore", "--elsewhere", name)
    assert done["restored"] == name
    store.open_file(tmp_path / "data" / "hotspot.db")
    assert Plan.get().name == "1 Hour"
    left = [path.name for path in (tmp_path / "data").glob(".making-*")]
    assert left == []


def test_a_copy_is_fetched_whole_and_for_nobody_else(
    far: FarHost, ready: None, olive: Owner, tmp_path: Path
) -> None:
    far.admit(olive.told("key")["key"])
    olive.told("elsewhere", "--trust")
    assert "no copy" in olive.refused("fetch")
    olive.told("make")
    olive.told("elsewhere", "--send")
    file = Path(olive.told("fetch", "--to", str(tmp_path / "here"))["file"])
    assert file.parent == tmp_path / "here"
    assert file.stat().st_mode & 0o077 == 0
    assert [path.name for path in file.parent.iterdir()] == far.names
    assert "can be restored" in olive.reads("check", str(file))


def test_a_box_without_another_machine_says_how_to_name_one(olive: Owner) -> None:
    for words in (("elsewhere",), ("elsewhere", "--send"), ("fetch",)):
        assert 'elsewhere = "sftp://' in olive.refused(*words)
