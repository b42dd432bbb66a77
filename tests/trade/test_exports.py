"""An export is whole or not there, whenever its worker dies; nobody waits for it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite import papers
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Audit, Event, Export
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import exports
from hotspot_lite.trade.office.exports import Order
from hotspot_lite.trade.office.reports import Span, Table

ZONE = "Africa/Nairobi"
SPAN = Span(date(2026, 11, 1), date(2026, 11, 30), ZONE)
NOW = SPAN.since + 3600
WRITERS = papers.writers("Kona WiFi", "KES")


@pytest.fixture
def folder(box: Box) -> Path:
    return box.settings.data_dir / exports.FOLDER


def asked(report: str = "takings-day", format: str = "csv") -> Export:
    return exports.ask(Order(report, SPAN, format), "olive", NOW)


def write(export: Export, folder: Path, writers: Any = WRITERS) -> Export:
    exports.write(export.id, folder, ZONE, writers, NOW + 5)
    found: Export = Export.get_by_id(export.id)
    return found


def some_payments(count: int) -> None:
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    for number in range(count):
        payments.ask(payments.Ask(plan, f"2547000{number:05}"), b"k" * 32, NOW)


class TestExports:
    @pytest.mark.parametrize("format", ["csv", "xlsx", "pdf"])
    def test_asked_for_it_is_made_by_a_job_and_told(
        self, folder: Path, format: str
    ) -> None:
        export = asked(format=format)
        waiting = list(sight.waiting_jobs(rows))
        assert waiting == [("default.write_export", {"export_id": export.id})]
        done = write(export, folder)
        assert (done.state, done.row_count) == ("done", 30)
        found = exports.file_of(export.ref, folder)
        assert found is not None
        assert found[1].stat().st_mode & 0o077 == 0
        assert Event.select().where(Event.type == "export_done").count() == 1

    def test_it_is_written_once_however_often_the_job_runs(self, folder: Path) -> None:
        export = write(asked(), folder)
        write(export, folder)
        assert Event.select().where(Event.type == "export_done").count() == 1

    def test_a_worker_that_dies_in_the_middle_leaves_nothing_half(
        self, folder: Path
    ) -> None:
        def dies(path: Path, table: Table) -> None:
            path.write_text("half")
            raise KeyboardInterrupt

        export = asked()
        with pytest.raises(KeyboardInterrupt):
            write(export, folder, {"csv": dies})
        assert list(folder.iterdir()) == []
        assert exports.file_of(export.ref, folder) is None
        assert write(export, folder).state == "done"

    def test_one_that_is_cancelled_while_it_is_written_stops(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "ROWS_AT_ONCE", 1)
        some_payments(3)
        export = asked("payment-list")
        seen = []

        def slow(path: Path, table: Table) -> None:
            for row in table.rows:
                seen.append(row)
                exports.cancel(export.id, "olive", NOW)

        assert write(export, folder, {"csv": slow}).state == "cancelled"
        assert len(seen) == 1
        assert list(folder.iterdir()) == []

    def test_a_failed_one_can_be_tried_again(self, folder: Path) -> None:
        export = asked()
        exports.failed(export.id, "The disk is full.")
        assert exports.again(export.id, "olive", NOW)
        assert not exports.again(export.id, "olive", NOW)
        assert write(export, folder).state == "done"

    def test_progress_is_told_while_it_is_written(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(exports, "ROWS_AT_ONCE", 2)
        some_payments(5)
        export = asked("payment-list")
        counts = []

        def looks(path: Path, table: Table) -> None:
            for _ in table.rows:
                counts.append(Export.get_by_id(export.id).row_count)
            path.touch()

        write(export, folder, {"csv": looks})
        assert counts == [0, 0, 2, 2, 4]

    def test_no_more_than_a_few_are_made_at_once(self, box: Box) -> None:
        for _ in range(exports.MOST_OPEN):
            asked()
        with pytest.raises(BadInput, match="being made already"):
            asked()

    @pytest.mark.parametrize(("report", "format"), [("none", "csv"), ("failed", "exe")])
    def test_what_there_is_not_is_refused(
        self, box: Box, report: str, format: str
    ) -> None:
        with pytest.raises(BadInput):
            asked(report, format)
        assert not Export.select().exists()

    def test_after_a_week_file_and_row_go(self, folder: Path) -> None:
        export = write(asked(), folder)
        waiting = asked()
        assert exports.forget_old(folder, NOW + exports.KEPT_SECONDS) == 0
        assert exports.forget_old(folder, NOW + exports.KEPT_SECONDS + 1) == 1
        assert [one.id for one in Export.select()] == [waiting.id]
        assert not (folder / exports.file_name(export)).exists()

    def test_who_asked_for_what_is_in_the_audit_log(self, box: Box) -> None:
        asked()
        note = Audit.select().order_by(Audit.id.desc()).get()
        assert (note.who, note.what) == ("olive", "export")
