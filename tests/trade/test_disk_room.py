"""The disk's room: what stops when it is low, what when it is full, and what never."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path

import pytest
from peewee import OperationalError

from hotspot_lite.box import Box
from hotspot_lite.errors import NoRoom
from hotspot_lite.store import room as disk
from hotspot_lite.store.room import MIB, Limits, Room
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import conditions, events, room
from hotspot_lite.trade.keeping import backups, tidying
from hotspot_lite.trade.models import Condition, Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.takings import inbox
from hotspot_lite.trade.takings.inbox import Message

NOW = 1_790_000_000
LIMITS = Limits(low_bytes=400 * MIB, full_bytes=100 * MIB, reserve_bytes=2 * MIB)
FULL = Room(50 * MIB)


def wish(phone: str = "254712345678") -> payments.Ask:
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    return payments.Ask(plan, phone, "02:00:00:00:00:01")


class TestStates:
    @pytest.mark.parametrize(
        ("free_mib", "state"),
        [(400, "plenty"), (399, "low"), (100, "low"), (99, "full")],
    )
    def test_it_is_told_by_what_is_free(self, free_mib: int, state: str) -> None:
        assert Room(free_mib * MIB).state(LIMITS) == state

    def test_a_state_is_left_only_with_a_quarter_more(self) -> None:
        assert Room(499 * MIB).state(LIMITS, "low") == "low"
        assert Room(500 * MIB).state(LIMITS, "low") == "plenty"
        assert Room(124 * MIB).state(LIMITS, "full") == "full"
        assert Room(125 * MIB).state(LIMITS, "full") == "low"

    def test_files_run_out_too(self) -> None:
        assert Room(9_000 * MIB, free_files=1_999).state(LIMITS) == "low"
        assert Room(9_000 * MIB, free_files=199).state(LIMITS) == "full"

    def test_a_disk_that_can_only_be_read_is_full(self) -> None:
        assert Room(9_000 * MIB, is_read_only=True).state(LIMITS) == "full"


class TestTheReserve:
    def test_it_is_of_real_blocks_and_is_let_go(self, tmp_path: Path) -> None:
        assert disk.reserve(tmp_path, 2 * MIB)
        assert disk.reserved(tmp_path) >= 2 * MIB
        assert not disk.reserve(tmp_path, 2 * MIB)  # it is there
        assert disk.let_go(tmp_path) >= 2 * MIB
        assert (disk.reserved(tmp_path), list(tmp_path.iterdir())) == (0, [])

    def test_it_is_never_counted_as_free(self, tmp_path: Path) -> None:
        without = disk.look(tmp_path, 64 * MIB).free_bytes
        disk.reserve(tmp_path, 64 * MIB)
        assert abs(disk.look(tmp_path, 64 * MIB).free_bytes - without) < 16 * MIB


class TestSelling:
    def test_nothing_new_is_sold_while_it_is_full(self, box: Box) -> None:
        asked = wish()
        room.note(FULL, "full", NOW)
        with pytest.raises(NoRoom, match="Nothing can be sold"):
            payments.ask(asked, b"k" * 32, NOW)
        assert Payment.select().count() == 0

    def test_who_was_asked_before_it_was_full_still_pays(self, box: Box) -> None:
        asked = wish()
        mine = payments.ask(asked, b"k" * 32, NOW)
        room.note(FULL, "full", NOW + 1)
        assert payments.ask(asked, b"k" * 32, NOW + 2).id == mine.id
        payments.mark_paid(mine, "callback", None, "SGR1ABCDEF", NOW + 3)
        assert Payment.get_by_id(mine.id).state == "paid"

    def test_a_sold_voucher_still_gives_its_time(self, box: Box) -> None:
        plan = catalogue.add("1 Hour", "20", "1h", NOW)
        batch = vouchers.make(plan, 1, "jane", NOW)
        room.note(FULL, "full", NOW + 1)
        (code,) = vouchers.codes(batch)
        given = vouchers.redeem(code, "02:00:00:00:00:01", "10.5.50.7", NOW + 2)
        assert given.plan_name == "1 Hour"

    def test_with_little_room_selling_goes_on_and_what_is_not_needed_waits(
        self, box: Box
    ) -> None:
        room.note(Room(200 * MIB), "low", NOW)
        payments.ask(wish(), b"k" * 32, NOW)
        with pytest.raises(NoRoom, match="a report must wait"):
            room.refuse_extras("a report")

    def test_the_owner_hears_of_each_state_once(self, box: Box) -> None:
        assert room.note(FULL, "full", NOW)
        assert not room.note(FULL, "full", NOW + 60)
        assert "Nothing new is sold" in conditions.wrong()[0].says
        assert room.note(Room(900 * MIB), "plenty", NOW + 120)
        assert not Condition.select().where(Condition.is_wrong).exists()


class TestWhatProvidersTell:
    MESSAGE = Message("mpesa", b"{}", "127.0.0.1", NOW, {})

    def test_the_reserve_is_let_go_for_it(self, box: Box) -> None:
        home = box.settings.data_dir
        disk.reserve(home, MIB)
        tries = []

        def take() -> str:
            tries.append(disk.reserved(home))
            if tries[-1]:
                raise OperationalError("database or disk is full")
            return "taken"

        assert inbox.take_or_keep(home, self.MESSAGE, take) == "taken"
        assert tries[0] >= MIB and tries[1] == 0

    def test_what_fits_nowhere_is_an_error_so_that_it_is_sent_again(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(*_: object) -> str:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(inbox, "keep", full)
        with pytest.raises(OSError, match="No space"):
            inbox.take_or_keep(box.settings.data_dir, self.MESSAGE, full)


class TestBackups:
    def test_one_that_does_not_fit_beside_old_ones_takes_their_place(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        where = backups.places_of(box.settings)
        for hour in range(3):
            backups.make(box.settings.data_dir, where, NOW + hour * 3600)
        free = iter([0, 9_000 * MIB])
        monkeypatch.setattr(disk, "look", lambda *_: Room(next(free)))
        made = backups.make(box.settings.data_dir, where, NOW + 4 * 3600)
        assert len(backups.backup.found(where.home)) == 2
        assert made.path.exists()

    def test_without_any_room_the_old_one_stays_and_the_owner_is_told(
        self, box: Box
    ) -> None:
        where = backups.places_of(box.settings)
        backups.make(box.settings.data_dir, where, NOW)
        brim = replace(LIMITS, full_bytes=1 << 60)
        with pytest.raises(NoRoom, match="A backup needs"):
            backups.make(box.settings.data_dir, replace(where, limits=brim), NOW + 3600)
        assert len(backups.backup.found(where.home)) == 1
        assert "No backup was made" in conditions.wrong()[0].says


def test_things_are_kept_for_a_short_while_where_there_is_little_room(
    box: Box,
) -> None:
    for days in (20, 10, 1):
        events.announce("test", {"title": "Something"}, NOW - days * 86_400)
    assert "event" not in tidying.tidy(box.settings, NOW)
    assert tidying.tidy(box.settings, NOW, is_short=True)["event"] == 2
