"""Tables as people send them: CSV of any make, or the first sheet of an Excel file.

Every cell comes as text. Refused in words are files that would fill the memory.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from itertools import islice
from pathlib import Path
from typing import Any

from hotspot_lite.errors import BadInput
from hotspot_lite.papers import nuxbill, sql_dump

MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 50_000, 60, 500
# What an Excel file may unpack to: 50,000 rows are about 20 MiB.
MOST_UNPACKED = 120 * 1024 * 1024
ZIP = b"PK\x03\x04"
OLD_EXCEL = b"\xd0\xcf\x11\xe0"

Row = tuple[int, list[str]]  # its line in the file, its cells


def is_excel(path: Path) -> bool:
    """Whether it is an Excel file, whatever it is called."""
    with path.open("rb") as file:
        return file.read(4) == ZIP


def is_dump(path: Path) -> bool:
    """Whether it is a dump of a database."""
    with path.open("rb") as file:
        return sql_dump.is_dump(file.read(4))


def rows(path: Path) -> Iterator[Row]:
    """The lines of a table that hold anything, the heads first. Raises BadInput."""
    with path.open("rb") as file:
        begin = file.read(4)
    if begin == OLD_EXCEL:
        raise BadInput(
            "That is an old Excel file (.xls).", "Save it as .xlsx or CSV.", "file"
        )
    if sql_dump.is_dump(begin):
        found = nuxbill.rows(path)
    else:
        found = _excel(path) if begin == ZIP else _csv(path)
    for count, (line, cells) in enumerate(found):
        if count > MOST_ROWS:
            raise BadInput(
                f"It has more than {MOST_ROWS:,} rows.", "Send it in parts.", "file"
            )
        yield line, cells


def _csv(path: Path) -> Iterator[Row]:
    text = _decoded(path.read_bytes())
    mark = _separator(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as exc:
            raise BadInput(
                f"Line {reader.line_num} can't be read: {exc}.", "Mend it.", "file"
            ) from None
        if any(cell.strip() for cell in cells):
            yield reader.line_num, [cell.strip() for cell in cells]


def _decoded(raw: bytes) -> str:
    if b"\0" in raw[:200] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput("That is no table.", "Send CSV or Excel (.xlsx).", "file")
    encoding = "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    with suppress(UnicodeDecodeError):
        return raw.decode(encoding)
    return raw.decode("cp1252", "replace")  # what Excel writes on Windows


def _separator(text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    return max(",;\t|", key=lambda mark: (first.count(mark), mark == ","))


def _excel(path: Path) -> Iterator[Row]:
    from openpyxl import load_workbook

    _check_zip(path)
    try:
        with path.open("rb") as file:  # by its path, it must be called .xlsx
            book = load_workbook(file, read_only=True, data_only=True)
            sheet = book.worksheets[0]
            sheet.reset_dimensions()  # what a file says of its size isn't believed
            found = sheet.iter_rows(max_col=MOST_COLUMNS, values_only=True)
            for line, values in enumerate(found, 1):
                cells = [_text(value) for value in values]
                while cells and not cells[-1]:
                    cells.pop()
                if cells:
                    yield line, cells
    except BadInput:
        raise
    except Exception as exc:  # openpyxl raises whatever its XML reader does
        raise BadInput(
            "That Excel file can't be read.", "Save it anew, or as CSV.", "file"
        ) from exc


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as pack:
            size = sum(one.file_size for one in pack.infolist())
    except (zipfile.BadZipFile, OSError) as exc:
        raise BadInput("That file is cut off.", "Send it again.", "file") from exc
    if size > MOST_UNPACKED:
        raise BadInput("That file is too large when unpacked.", "Send CSV.", "file")


def _text(value: Any) -> str:
    """A cell as its owner reads it: a phone that Excel took for a number, too."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime | date | time):
        return value.isoformat(" ") if isinstance(value, datetime) else str(value)
    return str(value)[: MOST_LETTERS + 1].strip()


def head(path: Path, most: int) -> list[Row]:
    """The first few rows. Raises BadInput."""
    return list(islice(rows(path), most))
