"""Reports on the screen, and as files that are made in the background."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import groupby, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPError, HTTPResponse, static_file

from hotspot_lite.clock import length_text
from hotspot_lite.errors import BadInput
from hotspot_lite.papers.cells import as_text
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Export
from hotspot_lite.trade.office import exports, reports
from hotspot_lite.trade.office.reports import Span, Table
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits

MOST_SHOWN = 400
FIRST_SHOWN = "takings-day"


class Reports(Desk):
    """The owner's reports and exports."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/reports", "GET", self.show),
            ("/admin/exports", "POST", self.ask),
            ("/admin/exports/cancel", "POST", self.cancel),
            ("/admin/exports/again", "POST", self.again),
            ("/admin/exports/<ref>", "GET", self.download),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def show(self, person: Person) -> HTTPResponse:
        """GET /admin/reports?report=…&first=…&last=…: a report, and the exports."""
        asked = {name: pages.query(name) for name in ("report", "first", "last")}
        return self._page(person, asked)

    @admits("manager")
    def ask(self, person: Person) -> HTTPResponse:
        """POST /admin/exports {report, first, last, format}: by a job."""
        asked = {name: pages.form(name, 40) for name in ("report", "first", "last")}
        try:
            span = self._span(asked)
            order = exports.Order(asked["report"], span, pages.form("format", 8))
            exports.ask(order, person.name, self.now())
        except BadInput as exc:
            return self._page(person, asked, 422, exc)
        return pages.go_to(f"/admin/reports?{urlencode(asked)}#exports")

    @admits("manager")
    def cancel(self, person: Person) -> HTTPResponse:
        """POST /admin/exports/cancel {id}: it isn't wanted any more."""
        exports.cancel(_id(), person.name, self.now())
        return pages.go_to("/admin/reports#exports")

    @admits("manager")
    def again(self, person: Person) -> HTTPResponse:
        """POST /admin/exports/again {id}: one that failed is tried again."""
        exports.again(_id(), person.name, self.now())
        return pages.go_to("/admin/reports#exports")

    @admits("manager")
    def download(self, person: Person, ref: str) -> HTTPResponse:
        """GET /admin/exports/<ref>: the file. 404 where it is gone."""
        found = exports.file_of(ref, self._folder())
        if found is None:
            raise HTTPError(404)
        export, path = found
        name = exports.shown_name(export)
        audit.note(person.name, "export", f"downloaded {name}", self.now())
        file = static_file(path.name, str(path.parent), download=name)
        file.set_header("Cache-Control", "no-store")
        return file

    def _page(
        self,
        person: Person,
        asked: dict[str, str],
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        name = asked["report"] or FIRST_SHOWN
        table, span = None, None
        try:
            kind, span = reports.named(name), self._span(asked)
            table = None if kind.is_list else kind.make(span)
        except BadInput as exc:
            problem, status = problem or exc, 422
            kind = reports.REPORTS[FIRST_SHOWN]
        made = exports.newest()
        return self.page(
            "reports",
            person,
            status,
            problem,
            kind=kind,
            span=span,
            asked=asked,
            groups=_groups(),
            spans=self._spans(),
            shown=self._shown(table) if table else None,
            exports=[self._export(one) for one in made],
            formats=exports.FORMATS,
            refresh=2 if any(one.state in exports.OPEN for one in made) else 0,
        )

    def _span(self, asked: dict[str, str]) -> Span:
        return reports.read_span(
            asked["first"], asked["last"], self._today(), self.zone()
        )

    def _today(self) -> date:
        return datetime.fromtimestamp(self.now(), UTC).astimezone(
            ZoneInfo(self.zone())
        ).date()  # fmt: skip

    def _spans(self) -> list[tuple[str, date, date]]:
        today = self._today()
        before = today.replace(day=1) - timedelta(days=1)
        return [
            ("Today", today, today),
            ("Last 7 days", today - timedelta(days=6), today),
            ("This month", today.replace(day=1), today),
            ("Last month", before.replace(day=1), before),
            ("This year", today.replace(month=1, day=1), today),
        ]

    def _shown(self, table: Table) -> dict[str, Any]:
        rows = list(islice(table.rows, MOST_SHOWN + 1))
        drawn = table.drawn
        values = [row[drawn] or 0 for row in rows] if drawn >= 0 else []
        return {
            "columns": table.columns,
            "rows": [self._cells(row, table) for row in rows[:MOST_SHOWN]],
            "values": values,
            "most": max([*values, 1]),
            "total": self._cells(table.total, table) if table.total else None,
            "is_cut": len(rows) > MOST_SHOWN,
            "note": table.note,
        }

    def _cells(self, row: Any, table: Table) -> list[str]:
        return [
            as_text(value, column.kind, table.zone)
            for value, column in zip(row, table.columns, strict=True)
        ]

    def _export(self, one: Export) -> dict[str, Any]:
        local = datetime.fromtimestamp(one.made_at, UTC).astimezone(
            ZoneInfo(self.zone())
        )
        days = {one.first_day, one.last_day}
        return {
            "id": one.id,
            "ref": one.ref,
            "title": reports.REPORTS[one.report].title
            if one.report in reports.REPORTS
            else one.report,
            "days": " to ".join(sorted(days)),
            "format": exports.FORMATS[one.format],
            "state": one.state,
            "rows": f"{one.row_count:,}",
            "size": f"{one.size_bytes / 1024:,.0f} KB",
            "says": one.says,
            "who": one.who,
            "at": local.strftime("%d.%m. %H:%M"),
            "left": length_text(
                max(0, one.made_at + exports.KEPT_SECONDS - self.now())
            ),
        }

    def _folder(self) -> Path:
        return self.box.settings.data_dir / exports.FOLDER


def _id() -> int:
    text = pages.form("id", 15)
    return int(text) if text.isascii() and text.isdigit() else 0


def _groups() -> list[tuple[str, list[reports.Kind]]]:
    kinds = reports.REPORTS.values()
    return [(name, list(of)) for name, of in groupby(kinds, key=lambda k: k.group)]
