"""Files are read in as people have them: each good row once, each bad one with why."""

from __future__ import annotations

import csv
import io
import itertools
from pathlib import Path

import pytest
from openpyxl import Workbook

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows as queue
from hotspot_lite.jobs import sight
from hotspot_lite.papers import reading
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import (
    Customer,
    Event,
    ImportRun,
    Plan,
    RefusedRow,
    Voucher,
)
from hotspot_lite.trade.office import imports, uploads

NOW = 1_800_000_000


@pytest.fixture
def home(box: Box) -> Path:
    return box.settings.data_dir


def sent(home: Path, raw: bytes | str, kind: str = "customers") -> ImportRun:
    data = raw.encode() if isinstance(raw, str) else raw
    return imports.begin(kind, uploads.put(home, data), "file.csv", "olive", NOW)


def work(run: ImportRun, home: Path) -> ImportRun:
    while not imports.work(run.id, home, reading.rows, NOW):
        pass
    found: ImportRun = ImportRun.get_by_id(run.id)
    return found


def looked_at(home: Path, raw: bytes | str, kind: str = "customers") -> ImportRun:
    return work(sent(home, raw, kind), home)


def taken_in(home: Path, raw: bytes | str, kind: str = "customers") -> ImportRun:
    run = looked_at(home, raw, kind)
    assert run.state == "checked", run.says
    imports.accept(run.id, "olive", NOW)
    return work(run, home)


def excel(path: Path, rows: list[list[object]]) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path.read_bytes()


def whys(run: ImportRun) -> dict[int, str]:
    return {row.line: row.why for row in imports.refused(run.id)}


class TestKinds:
    def test_customers(self, home: Path) -> None:
        run = taken_in(
            home, "Phone;Login;E-mail\n0712 345 678;amina;a@b.ke\n+254 711-000-111;;\n"
        )
        assert (run.state, run.good, run.refused) == ("done", 2, 0)
        found = {one.phone: (one.username, one.email) for one in Customer.select()}
        assert found == {
            "254712345678": ("amina", "a@b.ke"),
            "254711000111": ("254711000111", ""),
        }
        assert all(len(one.secret) >= 8 for one in Customer.select())

    def test_packages(self, home: Path) -> None:
        taken_in(home, "name,price,validity,speed\nDay,50,1d,2M/4M\n", "packages")
        plan = Plan.get()
        assert (plan.price_cents, plan.duration_seconds) == (5000, 86_400)

    def test_what_mikhmon_sold_is_redeemed_here(self, home: Path) -> None:
        """Its export of users, name and password alike, is a list of vouchers."""
        catalogue.add("1-HARI", "20", "1d", NOW)
        mikhmon = (
            "Username,Password,Profile,Time Limit,Data Limit,Comment\n"
            "kx7Q2,kx7Q2,1-HARI,,,vc-123-11.28.26\n"
            "abcde23456,abcde23456,1-HARI,,,vc-123-11.28.26\n"
            "no,no,1-HARI,,,too short\n"
            "KX7q2,KX7q2,1-HARI,,,once more\n"
            "good12,good12,3-HARI,,,no such package\n"
        )
        run = taken_in(home, mikhmon, "vouchers")
        assert (run.good, run.refused) == (2, 3)
        time = vouchers.redeem("KX7-q2", "02:00:00:00:00:01", "10.5.50.7", NOW)
        assert (time.plan_name, time.duration_seconds) == ("1-HARI", 86_400)
        with pytest.raises(BadInput, match="has been used"):
            vouchers.redeem("kx7q2", "02:00:00:00:00:02", "10.5.50.8", NOW)
        assert vouchers.redeem("ABCDE-23456", "", "", NOW).customer != time.customer

    def test_a_brought_code_that_is_somebodys_login_takes_none_over(
        self, home: Path
    ) -> None:
        catalogue.add("Day", "20", "1d", NOW)
        taken_in(home, "phone,login\n0712345678,amina\n")
        taken_in(home, "code,package\namina,Day\n", "vouchers")
        time = vouchers.redeem("amina", "02:00:00:00:00:01", "10.5.50.7", NOW)
        assert time.customer.username != "amina"
        assert Customer.get(Customer.username == "amina").secret != "amina"

    def test_vouchers_are_one_batch_for_each_package(self, home: Path) -> None:
        catalogue.add("Day", "50", "1d", NOW)
        catalogue.add("Hour", "10", "1h", NOW)
        lines = "abcde-23456,Day\nABCDE 23457,Day\nabcde23458,Hour\n"
        taken_in(home, f"code,package\n{lines}", "vouchers")
        assert sorted(v.code for v in Voucher.select()) == [
            "abcde-23456",
            "abcde-23457",
            "abcde-23458",
        ]
        assert len({v.batch.id for v in Voucher.select()}) == 2


class TestLooking:
    def test_nothing_is_taken_in_before_somebody_says_so(self, home: Path) -> None:
        run = looked_at(home, "phone\n0712345678\n0712345679\nnonsense\n")
        assert (run.state, run.good, run.refused) == ("checked", 2, 1)
        assert not Customer.select().exists()

    def test_each_refused_row_says_why_and_comes_back_to_be_mended(
        self, home: Path
    ) -> None:
        text = "phone,login,note\n0712345678,amina,x\n12,bad phone,y\n0712345679,1x,z\n"
        run = taken_in(home, text)
        assert (run.good, run.refused) == (1, 2)
        assert "Safaricom number" in whys(run)[3]
        assert "can't be a login" in whys(run)[4]
        back = list(csv.reader(io.StringIO(imports.refused_csv(run.id))))
        assert back[0] == ["refused because", "phone", "login", "note"]
        assert back[1][1:] == ["12", "bad phone", "y"]
        mended = imports.refused_csv(run.id).replace(",12,", ",0712345600,")
        again = taken_in(home, mended.replace("bad phone", "good").replace("1x", "x12"))
        assert (again.good, again.refused) == (2, 0)

    def test_a_row_twice_is_taken_in_once(self, home: Path) -> None:
        run = taken_in(home, "phone\n0712345678\n0712 345 678\n")
        assert (run.good, run.refused) == (1, 1)
        assert "here already" in whys(run)[3]


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_in_any_make_of_csv(self, home: Path, encoding: str, mark: str) -> None:
        text = f"name{mark}price{mark}duration\nCafé{mark}50{mark}1d\n"
        taken_in(home, text.encode(encoding), "packages")
        assert Plan.get().name == "Café"

    def test_excel_with_phones_as_numbers(self, home: Path, tmp_path: Path) -> None:
        raw = excel(
            tmp_path / "a.xlsx",
            [["Phone", "Name"], [254712345678, "amina"], [712345679.0, None], []],
        )
        run = taken_in(home, raw)
        assert (run.good, run.refused) == (2, 0)
        assert {one.phone for one in Customer.select()} == {
            "254712345678",
            "254712345679",
        }

    @pytest.mark.parametrize(
        ("raw", "says"),
        [
            (b"", "no column phone"),
            (b"name\nx\n", "no column phone"),
            (b"\x00\x01\x02\x03" * 100, "no table"),
            (b"\xd0\xcf\x11\xe0 old excel", "old Excel"),
            (b"PK\x03\x04 cut off", "cut off"),
            (b'phone\n"' + b"x" * 200_000, "can't be read"),
        ],
    )
    def test_what_is_no_table_is_told_in_words(
        self, home: Path, raw: bytes, says: str
    ) -> None:
        run = looked_at(home, raw)
        assert run.state == "failed"
        assert says in run.says

    def test_a_file_that_would_fill_the_memory_is_refused(
        self, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "MOST_UNPACKED", 1000)
        raw = excel(tmp_path / "a.xlsx", [["phone"], ["0712345678"]])
        assert "too large" in looked_at(home, raw).says

    def test_more_rows_than_there_may_be(
        self, home: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reading, "MOST_ROWS", 3)
        assert "more than 3 rows" in looked_at(home, "phone\n" + "1\n" * 9).says

    def test_a_cell_that_is_too_long_is_one_refused_row(self, home: Path) -> None:
        text = f"phone,login\n0712345678,{'x' * 501}\n0712345679,amina\n"
        run = taken_in(home, text)
        assert (run.good, run.refused) == (1, 1)


class TestDying:
    TEXT = "phone\n" + "".join(f"07000{n:05}\n" for n in range(350))

    def test_a_worker_that_died_goes_on_after_the_last_whole_handful(
        self, home: Path
    ) -> None:
        run = looked_at(home, self.TEXT)
        imports.accept(run.id, "olive", NOW)
        count = itertools.count()

        def dies(path: Path) -> reading.Iterator[reading.Row]:
            for row in reading.rows(path):
                if next(count) == 250:
                    raise KeyboardInterrupt
                yield row

        with pytest.raises(KeyboardInterrupt):
            imports.work(run.id, home, dies, NOW)
        half: ImportRun = ImportRun.get_by_id(run.id)
        assert half.position == Customer.select().count() == 200
        done = work(run, home)
        assert (done.state, done.good, done.refused) == ("done", 350, 0)
        assert Customer.select().count() == 350

    def test_two_processes_at_once_take_in_each_row_once(self, home: Path) -> None:
        run = looked_at(home, self.TEXT)
        imports.accept(run.id, "olive", NOW)

        def with_another(path: Path) -> reading.Iterator[reading.Row]:
            for number, row in enumerate(reading.rows(path)):
                if number == 150:
                    work(run, home)
                yield row

        imports.work(run.id, home, with_another, NOW)
        found: ImportRun = ImportRun.get_by_id(run.id)
        assert (found.good, found.refused) == (350, 0)

    def test_a_long_one_gives_way_to_other_jobs(self, home: Path) -> None:
        run = sent(home, self.TEXT)
        queue.main.execute_sql("DELETE FROM job")
        slow = itertools.count(step=imports.RUN_SECONDS / 1.5)
        assert not imports.work(run.id, home, reading.rows, NOW, lambda: next(slow))
        assert [name for name, _ in sight.waiting_jobs(queue)] == ["default.run_import"]

    def test_cancelled_it_stops_and_the_file_goes(self, home: Path) -> None:
        run = looked_at(home, self.TEXT)
        assert imports.cancel(run.id, "olive", home, NOW)
        assert not imports.accept(run.id, "olive", NOW)
        assert list((home / uploads.FOLDER).iterdir()) == []

    def test_at_the_end_it_is_told_and_the_file_goes(self, home: Path) -> None:
        taken_in(home, "phone\n0712345678\nbad\n")
        (event,) = Event.select().where(Event.type == "import_done")
        assert "1 customers read in, 1 rows refused" in event.body
        assert list((home / uploads.FOLDER).iterdir()) == []

    def test_files_nobody_came_back_to_go_after_a_week(self, home: Path) -> None:
        sent(home, "phone\n")
        now = int((home / uploads.FOLDER).stat().st_mtime)
        assert uploads.forget_old(home, now) == 0
        assert uploads.forget_old(home, now + uploads.KEPT_SECONDS + 5) == 1


def test_what_there_is_not_is_refused(home: Path) -> None:
    with pytest.raises(BadInput):
        imports.begin("nonsense", "x", "file", "olive", NOW)
    assert not ImportRun.select().exists()
    assert not RefusedRow.select().exists()
