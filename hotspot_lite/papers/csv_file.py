"""CSV (RFC 4180), UTF-8 with a mark, so that Excel reads it right."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from hotspot_lite.papers.cells import as_value, unit
from hotspot_lite.trade.office.reports import Table


def write(path: Path, table: Table) -> None:
    """Write a table, row by row."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        out = csv.writer(file)
        out.writerow([column.name + unit(column.kind) for column in table.columns])
        for row in table.rows:
            out.writerow(_cells(row, table))
        if table.total is not None:
            out.writerow(_cells(table.total, table))


def _cells(row: Sequence[Any], table: Table) -> list[str]:
    pairs = zip(row, table.columns, strict=True)
    return [_text(as_value(value, column.kind, table.zone)) for value, column in pairs]


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return str(value)
