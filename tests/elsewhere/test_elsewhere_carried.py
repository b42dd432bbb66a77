"""Backups reach the other machine by themselves: whole or not at all, never clear."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from huey.exceptions import RetryTask

from hotspot_lite import box as boxes
from hotspot_lite import jobs, journey, settings, store
from hotspot_lite.box import Box
from hotspot_lite.clock import Reading
from hotspot_lite.errors import TryAgain
from hotspot_lite.jobs import sight
from hotspot_lite.journey import carrying
from hotspot_lite.store import backup, copies, sealed
from hotspot_lite.store.backup import DAY, HOUR
from hotspot_lite.store.sealed import Passphrase
from hotspot_lite.town.far_host import FarHost
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.keeping import backups, elsewhere
from hotspot_lite.wires import sftp_keys
from hotspot_lite.wires.sftp_place import place_of

NOW = 1_800_000_000
SIZE = 300_000
WORDS = "five goats on a green hill"


class Site:
    """A box whose copies go to `far`; its time is what the test says."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment, self.now = environment, NOW
        self.box = boxes.open_box(environment)
        journey.here.use(self.box)
        self.keys = elsewhere.folder(self.box.settings)

    def meet(self, far: FarHost) -> None:
        """Have copies go there: it knows our key, and we know its."""
        self.far = far
        self.set(elsewhere=far.url)
        self.environment["HOTSPOT_BACKUP_ELSEWHERE"] = far.url
        far.admit(sftp_keys.make(self.keys, "ed25519"))
        self.trust()

    @property
    def home(self) -> Path:
        return self.box.settings.data_dir

    def trust(self) -> None:
        kind, letters = (self.far.home / "host_key.pub").read_text().split()[:2]
        known_as = place_of(self.far.url).known_as
        sftp_keys.pin(self.keys, known_as, sftp_keys.HostKey(kind, letters))

    def set(self, **changed: object) -> None:
        values = dict(self.box.settings.values)
        values |= {f"backup.{name}": value for name, value in changed.items()}
        self.box = Box(settings.Settings(values), self.box.clock, self.box.key)
        journey.here.box = self.box

    def back_up(self, at: int = NOW) -> str:
        """Have a backup on the box; the name that its copy has."""
        made = backup.make(self.home, self.home / "backups", at)
        return made.path.name + sealed.ENDING

    def told(self) -> str:
        """What the owner reads of it; "" while all is well."""
        rows = {one.name: one.says for one in conditions.wrong()}
        return rows.get(elsewhere.NOT_THERE, "")


@pytest.fixture(scope="module")
def new_box(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a new box, made once: its tables take most of a second."""
    folder = tmp_path_factory.mktemp("new")
    names = {"HOTSPOT_BOX_DATA_DIR": "data", "HOTSPOT_BOX_RUN_DIR": "run"}
    boxes.make(settings.load({key: str(folder / n) for key, n in names.items()}))
    store.close()
    return folder


@pytest.fixture
def lone(
    new_box: Path,
    box_environment: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Site]:
    """A box whose other machine nobody reaches."""
    words = tmp_path / "words"
    words.write_text(WORDS)
    words.chmod(0o600)
    environment = box_environment | {
        "HOTSPOT_BACKUP_ELSEWHERE": "sftp://a@b/c",
        "HOTSPOT_BACKUP_PASSPHRASE_FILE": str(words),
    }
    shutil.copytree(new_box, tmp_path, dirs_exist_ok=True)
    made = Site(environment)
    # Stretching the passphrase as far as it is in earnest would take most of the time.
    monkeypatch.setattr(sealed, "WORK", 10)
    monkeypatch.setattr(journey.here, "now", lambda: made.now)
    monkeypatch.setattr(journey.here, "clock", lambda: Reading(made.now, True))
    # Enough to be cut in the middle; it can't be made smaller.
    events.announce("test", {"title": os.urandom(SIZE).hex()}, NOW)
    yield made
    store.close()
    if not jobs.rows.run.is_closed():
        jobs.rows.run.close()


@pytest.fixture
def site(lone: Site, far: FarHost) -> Site:
    """A box and its other machine."""
    lone.meet(far)
    return lone


def opens(path: Path, tmp_path: Path) -> bool:
    return copies.check(path, Passphrase(WORDS.encode()), tmp_path) == ""


class TestArriving:
    def test_the_newest_is_there_sealed_and_can_be_restored(
        self, site: Site, tmp_path: Path
    ) -> None:
        name = site.back_up()
        journey.carry()
        assert site.far.names == [name]
        assert sealed.is_sealed(site.far.folder / name)
        assert opens(site.far.folder / name, tmp_path)
        known = elsewhere.known(elsewhere.terms(site.box.settings))
        assert [one.name for one in known] == [name]
        assert list((site.keys / elsewhere.OUTBOX).iterdir()) == []

    def test_what_is_there_is_not_sent_again(self, site: Site) -> None:
        name = site.back_up()
        journey.carry()
        before = (site.far.folder / name).stat()
        site.far.road.sent_bytes = 0
        journey.carry()
        assert site.far.road.sent_bytes < 20_000
        assert (site.far.folder / name).stat().st_mtime_ns == before.st_mtime_ns

    def test_without_a_passphrase_nothing_leaves_and_it_says_what_to_do(
        self, site: Site
    ) -> None:
        site.back_up()
        site.set(passphrase_file="")
        site.far.road.sent_bytes = 0
        journey.carry()
        assert "passphrase_file =" in site.told()
        assert (site.far.names, site.far.road.sent_bytes) == ([], 0)

    def test_old_ones_go_and_other_peoples_files_stay(self, site: Site) -> None:
        others = ["holiday.jpg", "hotspot-20200101T000000Z.zip"]
        ours = [name_at(NOW - hour * HOUR) for hour in (1, 2, 3)]
        for name in (*others, *ours):
            (site.far.folder / name).touch()
        site.set(elsewhere_keep=2)
        name = site.back_up()
        journey.carry()
        assert site.far.names == sorted([*others, name, ours[0]])

    def test_by_itself_the_rule_is_the_box_s_own(self, lone: Site) -> None:
        terms = elsewhere.terms(lone.box.settings)
        there = {}
        for hour in range(24 * 60):
            at = backup.Backup(Path("x"), NOW - hour * HOUR)
            there[name_at(at.at)] = 1
        left = len(there) - len(elsewhere.superfluous(there, terms, NOW))
        assert 30 < left < 40


def name_at(at: int) -> str:
    from datetime import UTC, datetime

    return f"hotspot-{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%S}Z.zip.age"


class TestBrokenOff:
    def test_cut_in_the_middle_it_is_no_copy_and_is_gone_on_with(
        self, site: Site, tmp_path: Path
    ) -> None:
        name = site.back_up()
        site.far.road.cut_after = SIZE * 9 // 10
        with pytest.raises(TryAgain):
            journey.carry()
        (part,) = site.far.names
        assert elsewhere.copies({part: 1}) == []
        begun = (site.far.folder / part).stat().st_size
        assert 0 < begun < SIZE
        site.far.road.mend()
        journey.carry()
        # Most of what had arrived isn't sent again.
        assert site.far.road.sent_bytes < SIZE
        assert site.far.names == [name]
        assert opens(site.far.folder / name, tmp_path)

    def test_a_worker_killed_in_the_middle_leaves_no_half_copy(
        self, site: Site, tmp_path: Path
    ) -> None:
        name = site.back_up()
        site.far.road.sent_bytes, site.far.road.hold_after = 0, SIZE // 2
        process = subprocess.Popen(
            [sys.executable, "-m", "hotspot_lite", "backup", "elsewhere", "--send"],
            env=os.environ | site.environment,
            start_new_session=True,
        )
        assert site.far.road.held.wait(20)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert name not in site.far.names
        site.far.road.cut_after = 0  # what the dead one had begun ends here
        site.far.road.hold_after = None
        site.far.road.mend()
        journey.carry()
        assert site.far.names == [name]
        assert opens(site.far.folder / name, tmp_path)

    def test_a_slow_line_takes_several_turns_and_no_try(
        self, site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = site.back_up()
        monkeypatch.setattr(carrying, "RUN_SECONDS", 7.0)
        monkeypatch.setattr(carrying, "LAST_SECONDS", 4.0)
        site.far.road.pause_seconds = 0.5
        with pytest.raises(RetryTask):
            journey.carry()
        assert name not in site.far.names
        site.far.road.mend()
        journey.carry()
        assert opens(site.far.folder / name, tmp_path)

    def test_what_others_left_half_is_cleared_away(self, site: Site) -> None:
        half = site.far.folder / f"{name_at(NOW - DAY)}.0123abcd.part"
        half.touch()
        name = site.back_up()
        journey.carry()
        assert site.far.names == [name]

    def test_what_only_has_its_name_is_sent_anew(
        self, site: Site, tmp_path: Path
    ) -> None:
        name = site.back_up()
        (site.far.folder / name).write_bytes(b"half")
        site.far.folder.joinpath(name).chmod(0o666)
        journey.carry()
        assert opens(site.far.folder / name, tmp_path)


class TestTelling:
    def test_a_full_disk_is_told_at_once_and_our_half_is_taken_away(
        self, site: Site
    ) -> None:
        site.far.stop()
        site.far.start(most_bytes=SIZE // 2)
        site.back_up()
        journey.carry()
        assert "took no more" in site.told()
        assert site.far.names == []

    def test_another_key_is_told_at_once_until_it_is_trusted(self, site: Site) -> None:
        name = site.back_up()
        site.far.new_host_key()
        journey.carry()
        assert "another key" in site.told()
        assert site.far.names == []
        site.trust()
        journey.carry()
        assert (site.told(), site.far.names) == ("", [name])

    def test_a_machine_that_is_off_is_tried_again_and_told_after_days(
        self, site: Site
    ) -> None:
        site.back_up()
        site.far.stop()
        with pytest.raises(TryAgain) as caught:
            journey.carry()
        assert caught.value.after_seconds == carrying.AGAIN_SECONDS
        gives_up = journey.huey.kinds["log-rotation.carry"].job_failed
        site.now += DAY
        gives_up(error="It is off.")
        assert site.told() == ""
        site.now += 2 * DAY
        gives_up(error="It is off.")
        assert "3 d" in site.told() and "It is off." in site.told()
        site.set(elsewhere="")
        carrying.tell_if_late(site.box.settings, site.now)
        assert site.told() == ""

    def test_a_bad_passphrase_file_is_told(self, lone: Site) -> None:
        lone.back_up()
        Path(lone.environment["HOTSPOT_BACKUP_PASSPHRASE_FILE"]).unlink()
        journey.carry()
        assert "is not there" in lone.told()


class TestWhen:
    def waiting(self) -> list[str]:
        return [name for name, _ in sight.waiting_jobs(jobs.rows) if "carry" in name]

    def test_each_hourly_backup_is_followed_by_one_journey(self, lone: Site) -> None:
        journey.backup()
        journey.backup()
        assert self.waiting() == ["log-rotation.carry"]

    def test_a_router_is_spared_by_a_copy_a_day(self, lone: Site) -> None:
        elsewhere.seen({name_at(NOW): 1}, "sftp://a@b/c")
        hour, day = (backup.Backup(Path("x"), NOW + n) for n in (HOUR, DAY))
        for hours, after_an_hour in ((1, True), (24, False)):
            lone.set(elsewhere_hours=hours)
            terms = elsewhere.terms(lone.box.settings)
            assert elsewhere.is_due(hour, terms, NOW + HOUR) is after_an_hour
            assert elsewhere.is_due(day, terms, NOW + DAY)

    def test_a_box_that_has_none_asks_nobody(self, lone: Site) -> None:
        lone.set(elsewhere="")
        journey.backup()
        assert self.waiting() == []

    def test_two_never_send_at_once(self, lone: Site) -> None:
        lone.back_up()
        with carrying._alone(lone.keys), pytest.raises(TryAgain, match="on its way"):
            journey.carry()

    def test_a_new_address_knows_nothing_of_the_old(self, lone: Site) -> None:
        lone.back_up()
        elsewhere.seen({name_at(NOW): 1}, "sftp://a@other/c")
        terms = elsewhere.terms(lone.box.settings)
        newest = carrying.newest_at_home(backups.places_of(lone.box.settings))
        assert elsewhere.is_due(newest, terms, NOW)
