"""Files read in by the owner: looked at first, then taken in, refused rows returned."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite.errors import BadInput
from hotspot_lite.papers import reading
from hotspot_lite.trade.models import ImportRun
from hotspot_lite.trade.office import importing, imports, uploads
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages, pieces
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits


class Imports(Desk):
    """The owner's page of imports."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/imports", "GET", self.newest),
            ("/admin/imports", "POST", self.begin),
            ("/admin/imports/piece", "POST", self.piece),
            ("/admin/imports/<run_id:int>", "GET", self.one),
            ("/admin/imports/<run_id:int>/accept", "POST", self.accept),
            ("/admin/imports/<run_id:int>/cancel", "POST", self.cancel),
            ("/admin/imports/<run_id:int>/refused.csv", "GET", self.refused),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def newest(self, person: Person) -> HTTPResponse:
        """GET /admin/imports: the imports, and a form for another."""
        return self._page(person)

    @admits("manager")
    def piece(self, person: Person) -> HTTPResponse:
        """POST /admin/imports/piece {offset, piece}: a part of the file, base64."""
        return pieces.take(self.box.settings.data_dir, self._upload(person))

    @admits("manager")
    def begin(self, person: Person) -> HTTPResponse:
        """POST /admin/imports {kind, name, text}: looks at what was sent.

        `text` are rows pasted into the page, in place of a file.
        """
        folder, kind = self.box.settings.data_dir, pages.form("kind", 20)
        text, name = pages.form("text", 12_000).strip(), pages.form("name", 80)
        try:
            importing.named(kind)
            if text:
                kept, name = uploads.put(folder, text.encode()), "pasted rows"
            else:
                kept = uploads.keep(folder, self._upload(person))
            run = imports.begin(kind, kept, name, person.name, self.now())
            self._at_once(run)
        except BadInput as exc:
            return self._page(person, 422, exc)
        return pages.go_to(f"/admin/imports/{run.id}")

    @admits("manager")
    def one(self, person: Person, run_id: int) -> HTTPResponse:
        """GET /admin/imports/<id>: how far, what was refused and why."""
        run = self._run(run_id)
        return self.page(
            "import",
            person,
            one=self._line(run),
            heads=json.loads(run.columns),
            refused=[
                {"line": row.line, "why": row.why, "cells": json.loads(row.cells)}
                for row in imports.refused(run.id)
            ],
            refresh=2 if run.state in imports.OPEN else 0,
        )

    @admits("manager")
    def accept(self, person: Person, run_id: int) -> HTTPResponse:
        """POST /admin/imports/<id>/accept: takes in the good rows."""
        run = self._run(run_id)
        if imports.accept(run.id, person.name, self.now()):
            self._at_once(self._run(run_id))
        return pages.go_to(f"/admin/imports/{run_id}")

    @admits("manager")
    def cancel(self, person: Person, run_id: int) -> HTTPResponse:
        """POST /admin/imports/<id>/cancel: what was taken in stays."""
        folder = self.box.settings.data_dir
        imports.cancel(self._run(run_id).id, person.name, folder, self.now())
        return pages.go_to(f"/admin/imports/{run_id}")

    @admits("manager")
    def refused(self, person: Person, run_id: int) -> HTTPResponse:
        """GET /admin/imports/<id>/refused.csv: to be mended and sent again."""
        answer = pages.text_page("\ufeff" + imports.refused_csv(self._run(run_id).id))
        answer.set_header("Content-Type", "text/csv; charset=utf-8")
        name = f'attachment; filename="refused-{run_id}.csv"'
        answer.set_header("Content-Disposition", name)
        answer.set_header("Cache-Control", "no-store")
        return answer

    def _at_once(self, run: ImportRun) -> None:
        """A few rows of CSV need no job: the next page shows what came of them.

        Neither Excel's reader nor a whole dump is loaded into this process.
        """
        folder = self.box.settings.data_dir
        path = folder / uploads.FOLDER / run.upload
        if reading.is_excel(path) or reading.is_dump(path):
            return
        try:
            few = len(reading.head(path, imports.AT_ONCE + 2)) <= imports.AT_ONCE + 1
        except BadInput:
            few = True  # and the look says why
        if few:
            imports.work(run.id, folder, reading.rows, self.now(), zone=self.zone())

    def _page(
        self, person: Person, status: int = 200, problem: BadInput | None = None
    ) -> HTTPResponse:
        return self.page(
            "imports",
            person,
            status,
            problem,
            kinds=list(importing.KINDS.values()),
            chosen=pages.form("kind", 20),
            text=pages.form("text", 12_000),
            runs=[self._line(run) for run in imports.newest()],
            refresh=0,
            module="statement.js",
        )

    def _upload(self, person: Person) -> str:
        return uploads.name_for(f"import {person.csrf}")

    def _run(self, run_id: int) -> ImportRun:
        found: ImportRun | None = ImportRun.get_or_none(ImportRun.id == run_id)
        if found is None:
            raise HTTPError(404)
        return found

    def _line(self, run: ImportRun) -> dict[str, Any]:
        local = datetime.fromtimestamp(run.made_at, UTC).astimezone(
            ZoneInfo(self.zone())
        )
        kind = importing.KINDS.get(run.kind)
        return {
            "id": run.id,
            "kind": kind.title if kind else run.kind,
            "file": run.file_name,
            "state": run.state,
            "good": run.good,
            "refused": run.refused,
            "says": run.says,
            "who": run.who,
            "at": local.strftime("%d.%m. %H:%M"),
        }
