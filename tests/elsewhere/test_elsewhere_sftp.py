"""The wire to another machine, against OpenSSH's own server."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

import pytest

from hotspot_lite.errors import GiveUp, TryAgain
from hotspot_lite.stage import until
from hotspot_lite.town.far_host import FarHost
from hotspot_lite.wires import sftp_keys
from hotspot_lite.wires.sftp import Far, OutOfTime
from hotspot_lite.wires.sftp_place import Place, place_of

A_MEGABYTE = 1_000_000


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """The box's folder of keys, in a path with a blank and a per cent in it."""
    folder = tmp_path / "a box %h"
    sftp_keys.make(folder, "ed25519")
    return folder


@pytest.fixture
def line(far: FarHost, keys: Path) -> Far:
    """A machine that knows our key, and that we trust."""
    far.admit(sftp_keys.public_line(keys))
    return trusted(far, keys)


def trusted(far: FarHost, keys: Path, seconds: float = 20.0) -> Far:
    place = place_of(far.url)
    sftp_keys.pin(keys, place.known_as, sftp_keys.shown_by(place))
    return Far(place, keys, time.monotonic() + seconds)


def file_of(tmp_path: Path, size: int = A_MEGABYTE) -> Path:
    path = tmp_path / "copy.age"
    path.write_bytes(os.urandom(size))
    return path


def running() -> list[str]:
    return [path.name for path in Path("/proc").iterdir() if path.name.isdigit()]


def words_of(pid: str) -> str:
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:  # it ended
        return ""
    return raw.decode(errors="replace").replace("%%", "%")


class TestFiles:
    def test_they_go_are_seen_renamed_deleted_and_come_back(
        self, line: Far, tmp_path: Path
    ) -> None:
        file = file_of(tmp_path)
        line.put(file, "copy.part")
        assert line.listing() == {"copy.part": A_MEGABYTE}
        assert line.settle(("copy.part", "copy.age"), []) == {"copy.age": A_MEGABYTE}
        line.get("copy.age", tmp_path / "back.age")
        assert (tmp_path / "back.age").read_bytes() == file.read_bytes()
        assert line.settle(None, ["copy.age", "never-there"]) == {}

    def test_what_was_cut_off_is_gone_on_with(
        self, line: Far, far: FarHost, tmp_path: Path
    ) -> None:
        file = file_of(tmp_path)
        far.road.cut_after = A_MEGABYTE // 2
        with pytest.raises(TryAgain, match="broke off"):
            line.put(file, "copy.part")
        begun = (far.folder / "copy.part").stat().st_size
        assert 0 < begun < A_MEGABYTE
        far.road.mend()
        line.put(file, "copy.part", begun)
        assert far.road.sent_bytes < A_MEGABYTE
        assert (far.folder / "copy.part").read_bytes() == file.read_bytes()

    def test_a_name_is_nothing_but_a_name(self, tmp_path: Path) -> None:
        nowhere = Far(place_of("sftp://a@b/c"), tmp_path, 0.0)
        for name in ("../x", "-rf", "a b", "a\nrm *", '"x"', "", "*", "a" * 200):
            with pytest.raises(GiveUp, match="no name"):
                nowhere.settle(None, [name])
            with pytest.raises(GiveUp, match="no name"):
                nowhere.put(tmp_path / "file", name)

    def test_other_peoples_files_and_folders_do_not_mislead(
        self, line: Far, far: FarHost
    ) -> None:
        (far.folder / "with blank").touch()
        (far.folder / "-rw-r--r-- 1 0 0 5 Nov 1 10:00 x.age").touch()
        (far.folder / "folder.age").mkdir()
        (far.folder / "link.age").symlink_to("/etc/passwd")
        assert set(line.listing()) <= {"blank", "x.age"}


class TestTrust:
    def test_nobody_is_spoken_to_before_it_is_trusted(
        self, far: FarHost, keys: Path
    ) -> None:
        far.admit(sftp_keys.public_line(keys))
        nobody = Far(place_of(far.url), keys, time.monotonic() + 9)
        with pytest.raises(GiveUp, match=r"never trusted.*--trust"):
            nobody.listing()
        assert far.road.sent_bytes == 0

    def test_a_machine_with_another_key_is_refused_and_gets_nothing(
        self, line: Far, far: FarHost, tmp_path: Path
    ) -> None:
        far.new_host_key()
        with pytest.raises(GiveUp, match=r"another key.*Nothing was sent"):
            line.put(file_of(tmp_path), "copy.part")
        assert far.names == []

    def test_the_fingerprint_is_what_other_programs_show(
        self, far: FarHost, keys: Path
    ) -> None:
        shown = sftp_keys.shown_by(place_of(far.url))
        words = ["ssh-keygen", "-lf", str(far.home / "host_key.pub")]
        told = subprocess.run(words, capture_output=True, text=True, check=True)
        assert shown.fingerprint in told.stdout

    def test_a_key_that_it_does_not_know_is_said(
        self, far: FarHost, keys: Path
    ) -> None:
        with pytest.raises(GiveUp, match=r"does not let \w+ in by our key"):
            trusted(far, keys).listing()

    def test_our_key_is_open_to_nobody_else_and_is_kept(self, keys: Path) -> None:
        for path in (keys, keys / "key"):
            assert path.stat().st_mode & 0o077 == 0
        before = sftp_keys.public_line(keys)
        assert before.startswith("ssh-ed25519 ")
        assert sftp_keys.make(keys, "rsa") == before


class TestWhatGoesWrong:
    def test_a_machine_that_is_off_is_said(self, line: Far, far: FarHost) -> None:
        far.stop()
        with pytest.raises(TryAgain, match="broke off"):
            line.listing()
        far.road.close()
        with pytest.raises(TryAgain, match="refuses connections"):
            line.listing()

    def test_one_that_hangs_is_left_in_time(self, keys: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as silent:
            port = silent.getsockname()[1]
            place = Place("who", "127.0.0.1", port, "/x")
            sftp_keys.pin(keys, place.known_as, sftp_keys.HostKey("ssh-rsa", "AAAA"))
            began = time.monotonic()
            with pytest.raises(OutOfTime):
                Far(place, keys, began + 1.3).listing()
            assert time.monotonic() - began < 5

    def test_one_that_hangs_in_the_middle_leaves_no_process(
        self, far: FarHost, keys: Path, line: Far, tmp_path: Path
    ) -> None:
        far.road.hold_after = 200_000
        short = trusted(far, keys, 2.0)
        far.road.sent_bytes = 0
        with pytest.raises(OutOfTime):
            short.put(file_of(tmp_path, 8 * A_MEGABYTE), "copy.part")
        # Killed they are; a busy machine takes a moment to bury its dead.
        assert until(lambda: not [p for p in running() if str(keys) in words_of(p)], 5)

    def test_a_folder_that_is_not_there_or_not_ours(
        self, line: Far, far: FarHost, tmp_path: Path
    ) -> None:
        far.folder.chmod(0o555)
        with pytest.raises(GiveUp, match="may not write"):
            line.put(file_of(tmp_path), "copy.part")
        far.folder.rmdir()
        with pytest.raises(GiveUp, match="no folder"):
            line.listing()

    def test_a_disk_that_is_full(self, line: Far, far: FarHost, tmp_path: Path) -> None:
        far.stop()
        far.start(most_bytes=300_000)
        with pytest.raises(GiveUp, match=r"took no more.*elsewhere_keep"):
            line.put(file_of(tmp_path), "copy.part")

    def test_a_box_without_the_programs_says_what_to_install(
        self, line: Far, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "/nowhere")
        with pytest.raises(GiveUp, match="apt install openssh-client"):
            line.listing()
