"""Reports as files: asked for, written in the background, kept for a while.

The job's life is the row's: `waiting`, `running`, then `done`, `failed` or `cancelled`.
A worker that died while writing begins anew: the file appears whole or not at all.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit, events, room
from hotspot_lite.trade.models import Export
from hotspot_lite.trade.office import reports
from hotspot_lite.trade.office.reports import Span, Table

FORMATS = {"pdf": "PDF", "xlsx": "Excel", "csv": "CSV"}
FOLDER = "exports"  # in the data folder
KEPT_SECONDS = 7 * 86_400
OPEN = ("waiting", "running")
MOST_OPEN = 10
# How often a long one says how far it is, and looks whether it is still wanted.
ROWS_AT_ONCE = 1000

Write = Callable[[Path, Table], None]


class Cancelled(Exception):
    """Nobody wants the export any more."""


@dataclass(frozen=True)
class Order:
    """What is wanted, as which file."""

    report: str
    span: Span
    format: str


def ask(order: Order, who: str, now: int) -> Export:
    """Write down that a file is wanted, and the job that makes it. Raises BadInput."""
    kind = reports.named(order.report)
    if order.format not in FORMATS:
        raise BadInput("It can be pdf, xlsx or csv.", "Choose one.", field="format")
    room.refuse_extras("exports")
    with store.atomic():
        if Export.select().where(Export.state.in_(OPEN)).count() >= MOST_OPEN:
            raise BadInput(
                f"{MOST_OPEN} exports are being made already.", "Wait for one of them."
            )
        made: Export = store.create(
            Export,
            ref=secrets.token_urlsafe(16),
            report=kind.name,
            first_day=order.span.first.isoformat(),
            last_day=order.span.last.isoformat(),
            format=order.format,
            who=who,
            made_at=now,
        )
        jobs.put("default.write_export", export_id=made.id)
        audit.note(who, "export", f"{kind.title}, {order.span}, {order.format}", now)
    return made


def write(
    export_id: int, folder: Path, zone: str, writers: dict[str, Write], now: int
) -> None:
    """Make the file of an export; nothing where it is done or not wanted any more."""
    export = _begin(export_id)
    if export is None:
        return
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = folder / f".{export.ref}.part"
    try:
        table = _table(export, zone)
        writers[export.format](part, replace(table, rows=_counted(export, table.rows)))
        part.chmod(0o600)
        part.replace(folder / file_name(export))
    except Cancelled:
        return
    finally:
        part.unlink(missing_ok=True)
    size = (folder / file_name(export)).stat().st_size
    with store.atomic():
        if _change(export, state="done", size_bytes=size, done_at=now, says=""):
            says = f"{reports.named(export.report).title} is ready to download."
            told = {"title": "Export ready", "says": says, "is_good": True}
            events.announce("export_done", told, now)


def _begin(export_id: int) -> Export | None:
    this = (Export.id == export_id) & Export.state.in_((*OPEN, "failed"))
    with store.atomic():
        Export.update(state="running", row_count=0, says="").where(this).execute()
        found: Export | None = Export.get_or_none(
            (Export.id == export_id) & (Export.state == "running")
        )
    return found


def _table(export: Export, zone: str) -> Table:
    first, last = map(date.fromisoformat, (export.first_day, export.last_day))
    return reports.for_paper(export.report, Span(first, last, zone))


def _counted(export: Export, rows: Iterable[Any]) -> Iterator[Any]:
    count = 0
    for count, row in enumerate(rows, 1):
        yield row
        if count % ROWS_AT_ONCE:
            continue
        jobs.goes_on()
        if not _change(export, row_count=count):
            raise Cancelled
    if not _change(export, row_count=count):
        raise Cancelled


def _change(export: Export, **change: Any) -> bool:
    this = (Export.id == export.id) & (Export.state == "running")
    return bool(Export.update(**change).where(this).execute())


def failed(export_id: int, says: str) -> None:
    """It could not be made; its job can be tried again."""
    this = (Export.id == export_id) & Export.state.in_(OPEN)
    Export.update(state="failed", says=says[:300]).where(this).execute()


def cancel(export_id: int, who: str, now: int) -> bool:
    """Not wanted any more; whether it was still being made."""
    this = (Export.id == export_id) & Export.state.in_(OPEN)
    with store.atomic():
        stopped = Export.update(state="cancelled").where(this).execute()
        if stopped:
            audit.note(who, "export", f"{export_id} cancelled", now)
    return bool(stopped)


def again(export_id: int, who: str, now: int) -> bool:
    """Try a failed or cancelled one again; whether there was one."""
    this = (Export.id == export_id) & Export.state.in_(("failed", "cancelled"))
    with store.atomic():
        changed = Export.update(state="waiting", says="").where(this).execute()
        if changed:
            jobs.put("default.write_export", export_id=export_id)
            audit.note(who, "export", f"{export_id} tried again", now)
    return bool(changed)


def newest(most: int = 50) -> list[Export]:
    """The exports, the newest first."""
    return list(Export.select().order_by(Export.id.desc()).limit(most))


def file_of(ref: str, folder: Path) -> tuple[Export, Path] | None:
    """A finished export and its file; None if there is none of that name."""
    export = Export.get_or_none((Export.ref == ref) & (Export.state == "done"))
    if export is None or not (folder / file_name(export)).is_file():
        return None
    return export, folder / file_name(export)


def file_name(export: Export) -> str:
    """The name of its file on the box."""
    return f"{export.ref}.{export.format}"


def shown_name(export: Export) -> str:
    """The name under which it is saved by who downloads it."""
    return f"{export.report}-{export.first_day}-{export.last_day}.{export.format}"


def forget_old(folder: Path, now: int) -> int:
    """Delete exports that are older than they are kept, with their files; how many."""
    old = list(
        Export.select().where(
            (Export.made_at < now - KEPT_SECONDS) & Export.state.not_in(OPEN)
        )
    )
    for export in old:
        (folder / file_name(export)).unlink(missing_ok=True)
        Export.delete().where(Export.id == export.id).execute()
    return len(old)
