"""A file is looked at, then taken in: some rows at a time, each once, none by half.

The rows of a handful and the place where they end are one transaction, so a worker
that died goes on after the last whole handful.
"""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit, events, room
from hotspot_lite.trade.models import ImportRun, RefusedRow
from hotspot_lite.trade.office import importing, uploads
from hotspot_lite.trade.office.importing import Context, Kind

ROWS_AT_ONCE = 100
# A CSV of so few rows is taken in before the page is shown.
AT_ONCE = 50
RUN_SECONDS = 40.0
OPEN = ("checking", "running")


class _Unwanted(Exception):
    """Somebody cancelled it meanwhile, or another process is at it."""


Rows = Callable[[Path], Iterator[tuple[int, list[str]]]]


def begin(
    kind: str, upload: str, file_name: str, who: str, now: int, by_job: bool = True
) -> ImportRun:
    """Write down that a file is to be looked at, and the job. Raises BadInput."""
    importing.named(kind)
    room.refuse_extras("imports")
    with store.atomic():
        run: ImportRun = store.create(
            ImportRun,
            kind=kind,
            file_name=file_name[:80] or "a file",
            upload=upload,
            who=who,
            made_at=now,
        )
        if by_job:
            _put(run.id)
    return run


def _put(run_id: int) -> None:
    jobs.put("default.run_import", once=f"import {run_id}", run_id=run_id)


def accept(run_id: int, who: str, now: int, by_job: bool = True) -> bool:
    """Take in what was looked at; whether there was such a run. Raises NoRoom."""
    room.refuse_extras("imports")
    with store.atomic():
        this = (ImportRun.id == run_id) & (ImportRun.state == "checked")
        fresh = {"state": "running", "position": 0, "good": 0, "refused": 0}
        if not ImportRun.update(fresh).where(this).execute():
            return False
        RefusedRow.delete().where(RefusedRow.run == run_id).execute()
        run = ImportRun.get_by_id(run_id)
        audit.note(who, "import", f"{run.kind} from {run.file_name}", now)
        if by_job:
            _put(run_id)
    return True


def cancel(run_id: int, who: str, data_dir: Path, now: int) -> bool:
    """Stop it; what was taken in stays. Whether there was anything to stop."""
    this = (ImportRun.id == run_id) & ImportRun.state.in_((*OPEN, "checked"))
    with store.atomic():
        stopped = ImportRun.update(state="cancelled", done_at=now).where(this).execute()
        if stopped:
            audit.note(who, "import", f"{run_id} cancelled", now)
    if stopped:
        uploads.forget(data_dir, ImportRun.get_by_id(run_id).upload)
    return bool(stopped)


def work(
    run_id: int,
    data_dir: Path,
    rows: Rows,
    now: int,
    elapsed: Callable[[], float] = time.monotonic,
    by_job: bool = True,
    zone: str = "UTC",
) -> bool:
    """Look at or take in what is left, for a while; whether all is done.

    Puts the next run itself where it isn't and `by_job`. `zone` is where the place is.
    """
    until = elapsed() + RUN_SECONDS
    run = ImportRun.get_or_none(ImportRun.id == run_id)
    if run is None or run.state not in OPEN:
        return True
    try:
        kind = importing.named(run.kind)
        found = rows(data_dir / uploads.FOLDER / run.upload)
        _, heads = next(found, (0, []))
        columns = importing.recognise(kind, heads)
        left = islice(found, run.position, None)
        context = Context(run.who, now, {}, zone)
        ImportRun.update(columns=json.dumps(heads)).where(
            ImportRun.id == run.id
        ).execute()
        while some := list(islice(left, ROWS_AT_ONCE)):
            _handful(run, kind, columns, some, context)
            run.position += len(some)
            if elapsed() > until:
                if by_job:
                    _put(run_id)
                return False
    except _Unwanted:
        return True
    except FileNotFoundError:
        return _fail(run, "The file is no longer here. Send it again.", now)
    except BadInput as exc:
        return _fail(run, str(exc), now)
    return _end(run, data_dir, now)


def _handful(
    run: ImportRun,
    kind: Kind,
    columns: dict[int, str],
    some: list[tuple[int, list[str]]],
    context: Context,
) -> None:
    """Deal with some rows in one transaction.

    Raises _Unwanted where it was cancelled, or another process deals with them.
    """
    is_look = run.state == "checking"
    with store.atomic():
        refused = []
        with store.database.atomic() as changes:
            for line, cells in some:
                try:
                    named = importing.cells_of(columns, cells)
                    importing.take_in(kind, named, context)
                except BadInput as exc:
                    refused.append((line, cells, str(exc)))
            if is_look:
                changes.rollback()
                context.batches.clear()
        this = (ImportRun.id == run.id) & (ImportRun.state == run.state)
        this &= ImportRun.position == run.position
        moved = ImportRun.update(
            position=ImportRun.position + len(some),
            good=ImportRun.good + len(some) - len(refused),
            refused=ImportRun.refused + len(refused),
        )
        if not moved.where(this).execute():
            raise _Unwanted
        for line, cells, why in refused:
            RefusedRow.create(
                run=run.id, line=line, cells=json.dumps(cells), why=why[:300]
            )


def _fail(run: ImportRun, says: str, now: int) -> bool:
    ImportRun.update(state="failed", says=says[:500], done_at=now).where(
        ImportRun.id == run.id
    ).execute()
    return True


def _end(run: ImportRun, data_dir: Path, now: int) -> bool:
    is_look = run.state == "checking"
    this = (ImportRun.id == run.id) & (ImportRun.state == run.state)
    with store.atomic():
        state = "checked" if is_look else "done"
        if not ImportRun.update(state=state, done_at=now).where(this).execute():
            return True
        if not is_look:
            told = ImportRun.get_by_id(run.id)
            says = f"{told.file_name}: {told.good} {told.kind} read in"
            if told.refused:
                says += f", {told.refused} rows refused"
            is_good = not told.refused
            event = {"title": "Import done", "says": f"{says}.", "is_good": is_good}
            events.announce("import_done", event, now)
    if not is_look:
        uploads.forget(data_dir, run.upload)
    return True


def failed(run_id: int, says: str, now: int) -> None:
    """Our own work on it broke; nothing is half taken in."""
    run = ImportRun.get_or_none(ImportRun.id == run_id)
    if run is not None and run.state in OPEN:
        _fail(run, says, now)


def newest(most: int = 20) -> list[ImportRun]:
    """The imports, the newest first."""
    return list(ImportRun.select().order_by(ImportRun.id.desc()).limit(most))


def refused(run_id: int, most: int = 100) -> list[RefusedRow]:
    """The rows that were refused, in the order of the file."""
    query = RefusedRow.select().where(RefusedRow.run == run_id)
    return list(query.order_by(RefusedRow.line).limit(most))


def refused_csv(run_id: int) -> str:
    """All refused rows as CSV with the reason in front: to be mended and sent again."""
    out = io.StringIO()
    writer = csv.writer(out)
    heads = json.loads(ImportRun.get_by_id(run_id).columns)
    writer.writerow(["refused because", *heads])
    for row in refused(run_id, 100_000):
        writer.writerow([f"line {row.line}: {row.why}", *json.loads(row.cells)])
    return out.getvalue()
