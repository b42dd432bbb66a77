"""Backups are whole or not there; a broken database is replaced, and harms nobody."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.store import backup, restoring, still
from hotspot_lite.store.backup import DAY, HOUR, WEEK, Backup
from hotspot_lite.trade.goods import catalogue, discounts
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.keeping import backups, recovery
from hotspot_lite.trade.keeping.backups import Places
from hotspot_lite.trade.models import Debt, Event, Message, Payment
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions

NOW = 1_800_000_000
LATER = NOW + 1800


@pytest.fixture
def home(box: Box) -> Path:
    """The folder of a box in which something happened."""
    events.announce("test", {"title": "Something"}, NOW)
    return box.settings.data_dir


def backup_of(home: Path, at: int = NOW) -> Backup:
    return backup.make(home, home / "backups", at)


def asks(phone: str, box: Box, now: int, **known: Any) -> Payment:
    """A payment that somebody asked for, with what its prompt has come to."""
    plan = catalogue.on_sale()[0] if catalogue.on_sale() else a_plan(now)
    payment = payments.ask(payments.Ask(plan, phone), box.key, now)
    if known:
        Payment.update(**known).where(Payment.id == payment.id).execute()
    return payment


def a_plan(now: int) -> Any:
    from hotspot_lite.trade.models import Plan

    return store.create(
        Plan,
        name="1 Hour",
        price_cents=2000,
        duration_seconds=3600,
        rate="2M/2M",
        devices=1,
        starts="sale",
        on_sale=True,
        made_at=now,
    )


def scribble(path: Path) -> None:
    """What a dying card does: the middle of the file holds something else."""
    store.close()
    for tail in ("-wal", "-shm"):
        Path(f"{path}{tail}").unlink(missing_ok=True)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 3)
        file.write(os.urandom(path.stat().st_size // 2))


def start(box: Box) -> recovery.Recovery | None:
    """The machine starts; its processes look at the database first."""
    store.close()
    (box.settings.run_dir / recovery.MARK).unlink(missing_ok=True)
    home = box.settings.data_dir
    done = recovery.at_start(
        home, box.settings.run_dir, Places(home / "backups"), LATER
    )
    store.open_file(box.settings.database_file)
    return done


class Busy(io.BufferedWriter):
    """A file; whenever something is written to it, the shop sells and checkpoints."""

    def write(self, raw: Any) -> int:
        for _ in range(20):
            events.announce("test", {"title": "meanwhile " * 50}, NOW + 1)
        store.database.execute_sql("PRAGMA wal_checkpoint(PASSIVE)")
        return super().write(raw)


class TestMaking:
    def test_a_backup_holds_the_database_and_the_key(self, home: Path) -> None:
        made = backup_of(home)
        with zipfile.ZipFile(made.path) as pack:
            assert sorted(pack.namelist()) == ["box.key", "hotspot.db"]
        assert not backup.check(made.path)

    def test_nobody_else_may_read_it(self, home: Path) -> None:
        assert backup_of(home).path.stat().st_mode & 0o077 == 0

    def test_it_is_made_while_somebody_writes(self, home: Path) -> None:
        with store.atomic():
            events.announce("test", {"title": "half"}, NOW + 1)
            made = backup_of(home)
        assert not backup.check(made.path)

    def test_it_is_read_where_it_lies_and_nothing_is_written_but_the_zip(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(backup, "copy_ledger", pytest.fail)
        assert not backup.check(backup_of(home).path)

    def test_what_is_committed_while_it_is_read_is_in_the_next_one(
        self, home: Path, tmp_path: Path
    ) -> None:
        ledger = home / "hotspot.db"
        for _ in range(800):
            events.announce("test", {"title": "before " * 500}, NOW)
        assert ledger.stat().st_size > 2 * 1024**2
        before = Event.select().count()
        with (
            still.held(ledger) as reader,
            (tmp_path / "poured").open("wb", buffering=0) as file,
        ):
            assert reader is not None
            still.pour(ledger, Busy(file))
        assert Event.select().count() > before
        assert not backup.check_ledger(tmp_path / "poured")
        with closing(sqlite3.connect(tmp_path / "poured")) as poured:
            assert poured.execute("SELECT count(*) FROM event").fetchone() == (before,)

    def test_it_says_at_each_step_that_it_goes_on(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(400):
            events.announce("test", {"title": "before " * 500}, NOW)
        steps: list[int] = []
        backup.make(home, home / "backups", NOW, lambda: steps.append(1))
        mib = (home / "hotspot.db").stat().st_size / 1024**2
        assert len(steps) >= 2 * 4 * (mib - 1)  # read, and read back: 256 KiB each

    def test_a_damaged_database_is_not_backed_up(self, home: Path) -> None:
        scribble(home / "hotspot.db")
        with pytest.raises(HotspotError, match="no good|can't be copied"):
            backup_of(home)
        assert list((home / "backups").iterdir()) == []

    def test_no_half_backup_is_left_where_there_is_no_room(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(HotspotError, match="No space left"):
            backup_of(home)
        assert list((home / "backups").iterdir()) == []

    def test_a_folder_that_can_not_be_made_is_said(self, home: Path) -> None:
        (home / "file").touch()
        with pytest.raises(HotspotError, match="backup.dir"):
            backup.make(home, home / "file" / "under", NOW)

    @pytest.mark.parametrize("harm", ["cut", "bits", "no zip", "no key", "gone"])
    def test_a_damaged_backup_is_told_from_a_good_one(
        self, home: Path, harm: str
    ) -> None:
        path = backup_of(home).path
        raw = path.read_bytes()
        if harm == "cut":
            path.write_bytes(raw[: len(raw) // 2])
        elif harm == "bits":
            path.write_bytes(raw[:2000] + os.urandom(500) + raw[2500:])
        elif harm == "no zip":
            path.write_text("hello")
        elif harm == "no key":
            with zipfile.ZipFile(path, "w") as pack:
                pack.write(home / "hotspot.db", "hotspot.db")
        else:
            path.unlink()
        assert backup.check(path)

    def test_one_of_a_newer_version_is_refused_in_words(self, home: Path) -> None:
        store.database.execute_sql(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at)"
            " VALUES ('hotspot', '9999_future', '2030')"
        )
        with pytest.raises(HotspotError, match="newer hotspot-lite"):
            backup_of(home)


class TestKeeping:
    def test_hours_days_and_weeks_are_kept(self) -> None:
        made = [Backup(Path(f"{n}"), NOW - n * HOUR) for n in range(24 * 60)]
        gone = backup.superfluous(made, NOW)
        kept = [NOW - one.at for one in made if one not in gone]
        assert len([age for age in kept if age <= DAY]) >= 24
        assert len([age for age in kept if DAY < age <= 7 * DAY]) in (5, 6, 7)
        assert max(kept) > 3 * WEEK
        assert len(kept) <= 36

    def test_the_newest_is_never_thinned_out_however_old(self) -> None:
        old = [Backup(Path("a"), NOW - 400 * DAY), Backup(Path("b"), NOW - 500 * DAY)]
        assert backup.superfluous(old, NOW) == old[1:]

    def test_a_box_where_nothing_happens_backs_up_once_a_day(self, home: Path) -> None:
        where = backups.places(home, "", "")
        assert backups.is_due(where, NOW + 60)
        backups.make(home, where, NOW + 60)
        assert not backups.is_due(where, NOW + HOUR)
        assert backups.is_due(where, NOW + 60 + DAY)

    def test_it_backs_up_again_once_something_has_happened(self, home: Path) -> None:
        where = backups.places(home, "", "")
        backups.make(home, where, NOW + 60)
        events.announce("test", {"title": "More"}, NOW + 100)
        assert backups.is_due(where, NOW + HOUR)

    def test_large_ones_are_made_less_often_and_once_a_day_at_least(
        self, home: Path
    ) -> None:
        where = replace(backups.places(home, "", ""), daily_mib=100)
        made = backups.make(home, where, NOW)
        events.announce("test", {"title": "More"}, NOW + 1)
        for mib, hours in ((1, 1), (4, 1), (8, 2), (50, 12), (100, 24), (900, 24)):
            os.truncate(made.path, mib * 1024**2)
            due = [h for h in range(1, 30) if backups.is_due(where, NOW + h * HOUR)]
            assert due[0] == hours

    def test_where_no_bound_is_set_a_large_one_is_made_each_hour_too(
        self, home: Path
    ) -> None:
        where = replace(backups.places(home, "", ""), daily_mib=0)
        made = backups.make(home, where, NOW)
        events.announce("test", {"title": "More"}, NOW + 1)
        os.truncate(made.path, 900 * 1024**2)
        assert backups.is_due(where, NOW + HOUR)


class TestOtherDisk:
    def test_each_backup_is_copied_there(self, home: Path, tmp_path: Path) -> None:
        (tmp_path / "usb").mkdir()
        where = backups.places(home, "", str(tmp_path / "usb"))
        made = backups.make(home, where, NOW)
        copied = tmp_path / "usb" / made.path.name
        assert copied.read_bytes() == made.path.read_bytes()

    def test_a_stick_that_is_out_is_told_and_the_backup_is_there(
        self, home: Path, tmp_path: Path
    ) -> None:
        where = backups.places(home, "", str(tmp_path / "usb"))
        made = backups.make(home, where, NOW)
        assert not backup.check(made.path)
        assert not (tmp_path / "usb").exists()
        assert [one.name for one in conditions.wrong()] == [backups.NO_COPY]
        (tmp_path / "usb").mkdir()
        backups.make(home, where, NOW + HOUR)
        assert conditions.wrong() == []


class TestStarting:
    def test_a_whole_database_is_left_as_it_is(self, box: Box, home: Path) -> None:
        backup_of(home)
        assert start(box) is None
        assert not restoring.set_aside(home)

    def test_a_new_box_is_no_broken_one(self, tmp_path: Path) -> None:
        assert (
            recovery.at_start(
                tmp_path, tmp_path / "run", Places(tmp_path / "none"), NOW
            )
            is None
        )

    def test_it_is_looked_at_once_for_each_start_of_the_machine(
        self, box: Box, home: Path
    ) -> None:
        backup_of(home)
        assert start(box) is None
        scribble(box.settings.database_file)
        again = recovery.at_start(
            home, box.settings.run_dir, Places(home / "backups"), LATER
        )
        assert again is None

    def test_a_broken_one_is_kept_aside_and_the_newest_good_backup_restored(
        self, box: Box, home: Path
    ) -> None:
        backup_of(home)
        worse = backup_of(home, NOW + HOUR)
        worse.path.write_bytes(b"damaged too")
        scribble(box.settings.database_file)
        broken = box.settings.database_file.read_bytes()
        done = start(box)
        assert done is not None
        assert done.backup.at == NOW
        assert done.aside is not None
        assert (done.aside / "hotspot.db").read_bytes() == broken
        assert [e.type for e in Event.select()][-2:] == ["restored", "condition_began"]

    def test_a_lost_database_is_restored_too(self, box: Box, home: Path) -> None:
        backup_of(home)
        store.close()
        box.settings.database_file.unlink()
        assert start(box) is not None
        assert Event.select().where(Event.type == "test").exists()

    def test_without_a_good_backup_nothing_is_touched(
        self, box: Box, home: Path
    ) -> None:
        scribble(box.settings.database_file)
        broken = box.settings.database_file.read_bytes()
        with pytest.raises(HotspotError, match="no good backup"):
            start(box)
        assert box.settings.database_file.read_bytes() == broken

    @pytest.mark.parametrize("moves", range(1, 6))
    def test_a_power_cut_while_restoring_is_made_good_by_the_next_start(
        self, box: Box, home: Path, monkeypatch: pytest.MonkeyPatch, moves: int
    ) -> None:
        asks("254700000001", box, NOW)
        backup_of(home)
        scribble(box.settings.database_file)
        replace, left = Path.replace, [moves]

        def until_the_cut(self: Path, target: Path) -> Path:
            left[0] -= 1
            if not left[0]:
                raise KeyboardInterrupt
            return replace(self, target)

        with monkeypatch.context() as patch:
            patch.setattr(Path, "replace", until_the_cut)
            try:
                start(box)
            except KeyboardInterrupt:
                store.close()
        start(box)
        assert not backup.check_ledger(box.settings.database_file)
        assert Payment.get().state == "uncertain"
        assert restoring.set_aside(home)


class TestWhatHappenedSince:
    def test_nobody_is_prompted_by_an_old_wish(self, box: Box, home: Path) -> None:
        asked = asks("254700000001", box, NOW)
        backup_of(home)
        scribble(box.settings.database_file)
        start(box)
        assert Payment.get().state == "uncertain"
        assert payments.may_push(asked.id, LATER) is None

    def test_a_payment_made_since_is_asked_about(self, box: Box, home: Path) -> None:
        a_plan(NOW)
        backup_of(home)
        asks(
            "254700000002",
            box,
            NOW + 60,
            state="paid",
            checkout_request_id="ws_CO_1",
            receipt="SGR1",
            paid_at=NOW + 90,
        )
        broken_by_hand(box)
        done = start(box)
        assert done is not None
        assert "1 payments were taken over" in done.says
        kept = Payment.get()
        assert (kept.state, kept.receipt) == ("sent", None)
        assert kept.checkout_request_id == "ws_CO_1"

    @pytest.mark.parametrize("made_since", ["discount", "friend", "debt", "plan"])
    def test_so_is_one_of_a_code_a_friend_or_a_debt_that_the_backup_has_not(
        self, box: Box, home: Path, made_since: str
    ) -> None:
        a_plan(NOW)
        backup_of(home)
        at, columns = NOW + 60, "state, phone, amount_cents, checkout_request_id"
        payment = asks("254700000002", box, at, checkout_request_id="ws_CO_1")
        friend, _ = customers.of_phone("254700000009", at)
        if made_since == "discount":
            payment.discount = discounts.add(discounts.Wanted("KARIBU", 20), "j", at)
        elif made_since == "friend":
            payment.brought_by = friend
        elif made_since == "plan":
            payment.plan = catalogue.add("New", "20", "1h", at)
        else:
            terms = catalogue.terms_of(payment.plan)
            with store.atomic():
                wish = subscriptions.Wish(friend, terms, "", "")
                time = subscriptions.give(wish, at)
            payment.debt_id = Debt.create(
                customer=friend, subscription=time, amount_cents=2000, at=at
            ).id
        payment.save()
        broken_by_hand(box)
        start(box)
        (kept,) = store.database.execute_sql(f"SELECT {columns} FROM payment")
        assert kept == ("sent", "254700000002", 2000, "ws_CO_1")

    def test_one_that_nobody_can_be_asked_about_comes_to_the_exceptions(
        self, box: Box, home: Path
    ) -> None:
        from hotspot_lite.trade.reckoning import overdue

        a_plan(NOW)
        backup_of(home)
        asks("254700000003", box, NOW + 60, state="paid", receipt="SGR2")
        broken_by_hand(box)
        start(box)
        overdue.look(LATER)
        assert [row.kind for row in undecided.waiting()] == ["uncertain-push"]

    def test_a_prompt_that_left_since_is_known_again(
        self, box: Box, home: Path
    ) -> None:
        asked = asks("254700000004", box, NOW)
        backup_of(home)
        Payment.update(
            state="sent", checkout_request_id="ws_CO_2", sent_at=NOW + 1
        ).where(Payment.id == asked.id).execute()
        broken_by_hand(box)
        start(box)
        kept = Payment.get()
        assert (kept.state, kept.checkout_request_id) == ("sent", "ws_CO_2")

    def test_no_message_is_sent_a_second_time(self, box: Box, home: Path) -> None:
        from hotspot_lite.trade.messaging import messages

        with store.atomic():
            messages.code("254700000005", "123456", NOW)
        backup_of(home)
        scribble(box.settings.database_file)
        start(box)
        assert Message.get().state == "uncertain"


def broken_by_hand(box: Box) -> None:
    """The file fails its check, but its payments can be read."""
    store.close()
    path = box.settings.database_file
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        page = connection.execute("PRAGMA page_size").fetchone()[0]
        root = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = 'voucher_batch'"
        ).fetchone()[0]
    connection.close()
    with path.open("r+b") as file:
        file.seek((root - 1) * page)
        file.write(b"\xff" * page)


class TestRestoringByHand:
    def test_a_bad_backup_changes_nothing(self, box: Box, home: Path) -> None:
        (home / "bad.zip").write_bytes(b"no zip")
        before = box.settings.database_file.read_bytes()
        with pytest.raises(BadInput, match="can't be restored"):
            restoring.restore(home / "bad.zip", home)
        assert box.settings.database_file.read_bytes() == before

    def test_it_makes_a_box_of_an_empty_folder(
        self, home: Path, tmp_path: Path
    ) -> None:
        made = backup_of(home)
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        restoring.restore(made.path, elsewhere)
        assert not backup.check_ledger(elsewhere / "hotspot.db")
        assert (elsewhere / "box.key").read_bytes() == (home / "box.key").read_bytes()

    def test_whoever_has_the_database_open_is_found(self, home: Path) -> None:
        import subprocess
        import sys

        code = "import sys; f = open(sys.argv[1]); print('open', flush=True); input()"
        with subprocess.Popen(
            [sys.executable, "-c", code, str(home / "hotspot.db")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        ) as holder:
            assert holder.stdout
            holder.stdout.readline()
            assert restoring.whoever_has_it_open(home / "hotspot.db") == [holder.pid]
            holder.communicate(b"\n")
        assert restoring.whoever_has_it_open(home / "hotspot.db") == []
        shutil.rmtree(home / "backups", ignore_errors=True)
