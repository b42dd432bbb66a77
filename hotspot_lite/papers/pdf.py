"""PDF: A4 pages with the heads on each, bars beside the figures, a total below."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from hotspot_lite.errors import GiveUp
from hotspot_lite.papers.cells import as_text
from hotspot_lite.trade.office.reports import Table

# A page holds 40: nobody reads more, and all of it is in memory at once.
MOST_ROWS = 4000
INK, SOFT, LINE, BAND = "#16211d", "#55625c", "#d3dad6", "#f1f5f2"
MAIN = "#0b6b45"
# Of the page's width: what a text column and a figure ask for.
TEXT_SHARE, FIGURE_SHARE, BAR_SHARE = 3, 2, 3


def write(path: Path, table: Table, place: str, currency: str) -> None:
    """Write a table under the place's name. Raises GiveUp for more than MOST_ROWS."""
    from reportlab.lib.pagesizes import A4, landscape
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    rows = list(islice(table.rows, MOST_ROWS + 1))
    if len(rows) > MOST_ROWS:
        raise GiveUp(
            f"It has more than {MOST_ROWS:,} rows: too much to read on paper.",
            "Ask for Excel or CSV, or for fewer days.",
        )
    size = landscape(A4) if len(table.columns) > 6 else A4
    page = SimpleDocTemplate(
        str(path),
        pagesize=size,
        title=f"{table.title} - {place}",
        author=place,
        leftMargin=16 * mm,
        rightMargin=16 * mm,
        topMargin=16 * mm,
        bottomMargin=18 * mm,
    )
    styles = _styles()
    money = any(column.kind == "money" for column in table.columns)
    says = " · ".join(
        part for part in (table.note, f"Money in {currency}" if money else "") if part
    )
    story = [
        Paragraph(_safe(place), styles["place"]),
        Paragraph(_safe(table.title), styles["title"]),
        *([Paragraph(_safe(says), styles["soft"])] if says else []),
        Spacer(1, 4 * mm),
        _grid(table, rows, page.width, styles),
    ]
    if not rows:
        story.append(Paragraph("Nothing in these days.", styles["soft"]))
    page.build(story, onFirstPage=_foot, onLaterPages=_foot)


def _grid(table: Table, rows: Sequence[Any], width: float, styles: Any) -> Any:
    from reportlab.platypus import LongTable, Paragraph, TableStyle

    has_bars = table.drawn >= 0 and bool(rows)
    most = max((row[table.drawn] or 0 for row in rows), default=0) if has_bars else 0
    head = [
        Paragraph(_safe(c.name), styles["head" if c.kind == "text" else "head_right"])
        for c in table.columns
    ]
    shares = [TEXT_SHARE if c.kind == "text" else FIGURE_SHARE for c in table.columns]
    if has_bars:
        head, shares = [*head, ""], [*shares, BAR_SHARE]
    widths = [width * share / sum(shares) for share in shares]
    lines = [head]
    for row in rows:
        bar = [_bar(row[table.drawn], most, widths[-1])] if has_bars else []
        lines.append([*_cells(row, table, styles, "cell"), *bar])
    if table.total is not None:
        bar = [""] if has_bars else []
        lines.append([*_cells(table.total, table, styles, "bold"), *bar])
    grid = LongTable(lines, colWidths=widths, repeatRows=1)
    marks = [
        ("LINEBELOW", (0, 0), (-1, 0), 1, INK),
        ("LINEBELOW", (0, 1), (-1, -1), 0.25, LINE),
        ("VALIGN", (0, 0), (-1, -1), "MIDDLE"),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
    ]
    if table.total is not None:
        marks += [
            ("BACKGROUND", (0, -1), (-1, -1), BAND),
            ("LINEABOVE", (0, -1), (-1, -1), 1, INK),
        ]
    grid.setStyle(TableStyle(marks))
    return grid


def _cells(row: Sequence[Any], table: Table, styles: Any, weight: str) -> list[Any]:
    from reportlab.platypus import Paragraph

    return [
        Paragraph(
            _safe(as_text(value, column.kind, table.zone)),
            styles[weight if column.kind == "text" else f"{weight}_right"],
        )
        for value, column in zip(row, table.columns, strict=True)
    ]


def _bar(value: Any, most: Any, width: float) -> Any:
    from reportlab.graphics.shapes import Drawing, Rect
    from reportlab.lib.colors import HexColor

    drawing = Drawing(width - 12, 8)
    if most and value and value > 0:
        length = max(1, (width - 16) * value / most)
        drawing.add(
            Rect(4, 0, length, 7, fillColor=HexColor(MAIN), strokeColor=None, rx=1)
        )
    return drawing


def _styles() -> dict[str, Any]:
    from reportlab.lib.enums import TA_RIGHT
    from reportlab.lib.styles import ParagraphStyle

    def style(size: float, bold: bool = False, ink: str = INK, **more: Any) -> Any:
        face = "Helvetica-Bold" if bold else "Helvetica"
        return ParagraphStyle(
            "", fontName=face, fontSize=size, leading=size * 1.3, textColor=ink, **more
        )

    return {
        "place": style(10, ink=SOFT),
        "title": style(18, True, spaceAfter=2),
        "soft": style(9, ink=SOFT),
        "head": style(8, True, SOFT),
        "head_right": style(8, True, SOFT, alignment=TA_RIGHT),
        "cell": style(9),
        "cell_right": style(9, alignment=TA_RIGHT),
        "bold": style(9, True),
        "bold_right": style(9, True, alignment=TA_RIGHT),
    }


def _safe(text: str) -> str:
    # The built-in faces have Latin-1; a sign they lack would be a black square.
    latin = text.encode("latin-1", "replace").decode("latin-1")
    return html.escape(latin, quote=False)


def _foot(canvas: Any, page: Any) -> None:
    canvas.saveState()
    canvas.setFont("Helvetica", 8)
    canvas.setFillColor(SOFT)
    canvas.drawString(page.leftMargin, 24, page.title)
    right = page.pagesize[0] - page.rightMargin
    canvas.drawRightString(right, 24, f"Page {canvas.getPageNumber()}")
    canvas.restoreState()
