"""Reports on paper: CSV, Excel and PDF files.

Each writer takes a path and a table, reads the table's rows once, and imports its
library only when called: they weigh 25 MiB that no daemon should carry.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from hotspot_lite.papers import csv_file, excel, pdf
from hotspot_lite.trade.office.reports import Table


def writers(place: str, currency: str) -> dict[str, Callable[[Path, Table], None]]:
    """A writer for each format; `place` and `currency` are the box's."""

    def as_pdf(path: Path, table: Table) -> None:
        pdf.write(path, table, place, currency)

    return {"csv": csv_file.write, "xlsx": excel.write, "pdf": as_pdf}
