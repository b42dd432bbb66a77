"""Excel: one sheet, numbers as numbers, heads that stay, written row by row."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hotspot_lite.errors import GiveUp
from hotspot_lite.papers.cells import as_value, unit
from hotspot_lite.trade.office.reports import Table

FORMS = {"money": "#,##0.00", "time": "dd.mm.yyyy hh:mm", "count": "#,##0"}
WIDTHS = {"text": 26, "time": 18}
WIDTH = 14
# The sheet's own limit (Excel specifications and limits).
MOST_ROWS = 1_048_575


def write(path: Path, table: Table) -> None:
    """Write a table. Raises GiveUp where it has more rows than a sheet holds."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet(table.title[:31].replace("/", " "))
    sheet.freeze_panes = "A2"
    for number, column in enumerate(table.columns, 1):
        letter = get_column_letter(number)
        sheet.column_dimensions[letter].width = WIDTHS.get(column.kind, WIDTH)
    bold = Font(bold=True)

    def cell(value: Any, kind: str, is_bold: bool = False) -> Any:
        made = WriteOnlyCell(sheet, value)
        if kind in FORMS:
            made.number_format = FORMS[kind]
        if is_bold:
            made.font = bold
        return made

    sheet.append([cell(c.name + unit(c.kind), "text", True) for c in table.columns])
    try:
        for count, (row, is_total) in enumerate(_rows(table), 1):
            if count > MOST_ROWS:
                raise _too_much()
            pairs = zip(row, table.columns, strict=True)
            values = [(as_value(v, c.kind, table.zone), c.kind) for v, c in pairs]
            sheet.append([cell(value, kind, is_total) for value, kind in values])
    except BaseException:
        book.save(io.BytesIO())  # or its temporary file would stay
        raise
    book.save(path)


def _too_much() -> GiveUp:
    return GiveUp(
        "It has more rows than an Excel sheet holds.", "Ask for CSV, or less."
    )


def _rows(table: Table) -> Iterator[tuple[Sequence[Any], bool]]:
    for row in table.rows:
        yield row, False
    if table.total is not None:
        yield table.total, True
