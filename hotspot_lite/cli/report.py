"""Reports in the terminal, for scripts, and as files."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from hotspot_lite.box import open_box
from hotspot_lite.cli.text import Answer, table
from hotspot_lite.cli.verbs import Args, Misused, add_noun, add_verb


def report_list(args: Args) -> dict[str, Any]:
    """List the reports there are."""
    from hotspot_lite.trade.office.reports import REPORTS

    rows = [
        {"name": kind.name, "title": kind.title, "about": kind.group}
        for kind in REPORTS.values()
    ]
    return {"reports": rows}


def report_show(args: Args) -> Answer:
    """Show a report of some days, or write it to a file."""
    from hotspot_lite import papers
    from hotspot_lite.papers.cells import as_text
    from hotspot_lite.trade.office import reports

    box = open_box()
    zone = str(box.settings["box.timezone"])
    today = datetime.fromtimestamp(box.clock.at(), UTC).astimezone(ZoneInfo(zone))
    span = reports.read_span(args.first, args.last, today.date(), zone)
    made = reports.for_paper(args.name, span)
    if args.out is not None:
        writers = papers.writers(box.settings["box.name"], box.settings["box.currency"])
        write = writers.get(args.out.suffix.lstrip("."))
        if write is None:
            raise Misused("--out ends in .pdf, .xlsx or .csv.", "Name it so.")
        write(args.out, made)
        return Answer({"file": str(args.out)}, f"Written to {args.out}.")
    heads = [column.name for column in made.columns]
    rows = [list(row) for row in made.rows]
    total = [list(made.total)] if made.total is not None else []
    texts = [
        [as_text(v, c.kind, zone) for v, c in zip(row, made.columns, strict=True)]
        for row in [*rows, *total]
    ]
    data = {
        "report": args.name,
        "first": span.first.isoformat(),
        "last": span.last.isoformat(),
        "columns": [{"name": c.name, "kind": c.kind} for c in made.columns],
        "rows": rows,
        "total": total[0] if total else None,
    }
    return Answer(data, f"{made.title}, {made.note}\n{table(heads, texts)}")


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    noun = add_noun(nouns, "report", "reports")
    add_verb(noun, "list", report_list)
    show = add_verb(noun, "show", report_show)
    show.add_argument("name", help="as `report list` shows it")
    show.add_argument("--first", default="", help="first day, like 2026-11-01")
    show.add_argument("--last", default="", help="last day; today")
    show.add_argument(
        "--out",
        type=Path,
        default=None,
        metavar="FILE",
        help="to there: .pdf, .xlsx or .csv",
    )
