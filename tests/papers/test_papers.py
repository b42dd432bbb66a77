"""Files that an accountant opens: CSV, Excel and PDF of one table."""

from __future__ import annotations

import csv
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from hotspot_lite import papers
from hotspot_lite.errors import GiveUp
from hotspot_lite.papers import cells, excel, pdf
from hotspot_lite.trade.office.reports import Column, Table

COLUMNS = (
    Column("Day"),
    Column("Payments", "count"),
    Column("Taken", "money"),
    Column("Download", "bytes"),
    Column("Online", "seconds"),
    Column("When", "time"),
    Column("Share", "percent"),
)
ROW = ("Fri 27.11.2026", 1234, 123_450, 5 * 1024**3, 12_000, 1_795_770_000, 33.333)
TOTAL = ("All", 1234, 123_450, 5 * 1024**3, 12_000, None, 100.0)
WRITERS = papers.writers("Kona WiFi", "KES")


def table(rows: Any = (ROW,), **more: Any) -> Table:
    values = {"total": TOTAL, "drawn": 2, "zone": "Africa/Nairobi"} | more
    return Table("Takings by day", COLUMNS, rows, **values)


def written(format: str, path: Path, what: Table) -> Path:
    file = path / f"report.{format}"
    WRITERS[format](file, what)
    return file


def many(count: int) -> Iterator[Any]:
    for number in range(count):
        yield (f"Day {number}", *ROW[1:])


class TestCsv:
    def test_it_has_plain_numbers_and_a_mark_for_excel(self, tmp_path: Path) -> None:
        file = written("csv", tmp_path, table())
        assert file.read_bytes().startswith(b"\xef\xbb\xbf")
        with file.open(encoding="utf-8-sig", newline="") as lines:
            head, row, total = csv.reader(lines)
        assert head[3] == "Download (MB)"
        assert row == [
            "Fri 27.11.2026",
            "1234",
            "1234.50",
            "5120.00",
            "3.33",
            "2026-11-27 12:00:00",
            "33.33",
        ]
        assert total[0] == "All"


class TestExcel:
    def test_numbers_are_numbers_and_dates_are_dates(self, tmp_path: Path) -> None:
        sheet = load_workbook(written("xlsx", tmp_path, table())).active
        assert sheet["C2"].value == 1234.5
        assert sheet["C2"].number_format == "#,##0.00"
        assert sheet["F2"].value == datetime(2026, 11, 27, 12, 0)
        assert sheet["A3"].font.bold
        assert sheet.freeze_panes == "A2"

    def test_more_rows_than_a_sheet_holds_are_refused_in_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(excel, "MOST_ROWS", 5)
        with pytest.raises(GiveUp, match="CSV"):
            written("xlsx", tmp_path, table(many(9)))


class TestPdf:
    def test_the_heads_are_on_each_page_and_the_total_at_the_end(
        self, tmp_path: Path
    ) -> None:
        file = written("pdf", tmp_path, table(many(120)))
        if shutil.which("pdftotext") is None:
            pytest.skip("PDFTOTEXT IS NOT INSTALLED: no PDF was read")
        done = subprocess.run(
            ["pdftotext", "-layout", file, "-"], capture_output=True, check=True
        )
        pages = done.stdout.decode().strip("\f").split("\f")
        assert len(pages) > 1
        assert all("Taken" in page and "Takings by day" in page for page in pages)
        assert "All" in pages[-1]
        assert "1,234.50" in pages[0]
        assert "Money in KES" in pages[0]

    def test_signs_that_the_face_lacks_and_markup_do_no_harm(
        self, tmp_path: Path
    ) -> None:
        odd = ("<b>Ужин & ☕</b>", *ROW[1:])
        assert written("pdf", tmp_path, table([odd])).stat().st_size > 1000

    def test_nothing_at_all_is_a_page_that_says_so(self, tmp_path: Path) -> None:
        file = written("pdf", tmp_path, table((), total=None))
        assert file.read_bytes().startswith(b"%PDF-")

    def test_too_much_for_paper_is_refused_in_words(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(pdf, "MOST_ROWS", 5)
        with pytest.raises(GiveUp, match="Excel or CSV"):
            written("pdf", tmp_path, table(many(9)))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"]
)
def test_no_text_of_a_customer_is_taken_for_a_formula(
    tmp_path: Path, format: str, text: str
) -> None:
    file = written(format, tmp_path, table([(text, *ROW[1:])]))
    if format == "csv":
        first = file.read_text("utf-8-sig").splitlines()[1]
    else:
        first = load_workbook(file).active["A2"].value
    assert first.startswith("'")


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (123_450, "money", "1,234.50"),
        (-50, "money", "-0.50"),
        (5 * 1024**3, "bytes", "5.00 GB"),
        (1024**2, "bytes", "1.0 MB"),
        (12_000, "seconds", "3 h 20 m"),
        (1_795_770_000, "time", "27.11.2026 12:00"),
        (None, "time", ""),
        (33.333, "percent", "33.3 %"),
    ],
)
def test_people_read_cells_in_their_own_words(value: Any, kind: str, text: str) -> None:
    assert cells.as_text(value, kind, "Africa/Nairobi") == text
