"""The money audit: what agrees, what doesn't, and M-Pesa's statement held to it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite import jobs
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.models import MoneyAudit
from hotspot_lite.trade.office import uploads
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.trade.reckoning import money_audit, wrongs
from hotspot_lite.web import pages, pieces
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits

MOST_AUDITS = 30


class MoneyAudits(Desk):
    """The owner's page of audits."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/money-audit", "GET", self.newest),
            ("/admin/money-audit/<audit_id:int>", "GET", self.one),
            ("/admin/money-audit", "POST", self.run),
            ("/admin/money-audit/statement", "POST", self.piece),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def newest(self, person: Person) -> HTTPResponse:
        """GET /admin/money-audit?after=…: the newest; looks again for one after."""
        return self._page(person, pages.whole("after"))

    @admits("manager")
    def one(self, person: Person, audit_id: int) -> HTTPResponse:
        """GET /admin/money-audit/<id>: an earlier one."""
        return self._page(person, shown_id=audit_id)

    @admits("manager")
    def run(self, person: Person) -> HTTPResponse:
        """POST /admin/money-audit {with, take}: by a job; back to look for it."""
        data_dir, name = self.box.settings.data_dir, ""
        if pages.form("with", 1):
            name = uploads.name_for(person.csrf)
            try:
                uploads.statement(data_dir, name)
            except BadInput as exc:
                uploads.forget(data_dir, name)
                return self._page(person, status=422, problem=exc)
        kept = money_audit.kept(1)
        jobs.put(
            "default.audit_money",
            once=person.name,
            who=person.name,
            statement=name,
            take=bool(name and pages.form("take", 1)),
        )
        return pages.go_to(f"/admin/money-audit?after={kept[0].id if kept else 0}")

    @admits("manager")
    def piece(self, person: Person) -> HTTPResponse:
        """POST /admin/money-audit/statement {offset, piece}: a part of the file.

        `piece` is base64. 422 {says} where it doesn't follow or is too much.
        """
        return pieces.take(self.box.settings.data_dir, uploads.name_for(person.csrf))

    def _page(
        self,
        person: Person,
        after: int | None = None,
        shown_id: int = 0,
        status: int = 200,
        problem: BadInput | None = None,
    ) -> HTTPResponse:
        kept = money_audit.kept(MOST_AUDITS)
        found = [row for row in kept if row.id == shown_id] if shown_id else kept[:1]
        is_running = after is not None and (not kept or kept[0].id <= after)
        return self.page(
            "money_audit",
            person,
            status,
            problem,
            audits=[self._line(row) for row in kept],
            shown=self._shown(found[0]) if found else None,
            refresh=2 if is_running else 0,
            module="statement.js",
        )

    def _line(self, row: MoneyAudit) -> dict[str, Any]:
        return {
            "id": row.id,
            "at": self._time(row.at),
            "who": row.by_whom,
            "wrong": row.wrong,
            "says": row.says,
        }

    def _time(self, at: int) -> str:
        local = datetime.fromtimestamp(at, UTC).astimezone(ZoneInfo(self.zone()))
        return local.strftime("%d.%m.%Y %H:%M")

    def _shown(self, row: MoneyAudit) -> dict[str, Any]:
        body = json.loads(row.body)
        order = list(wrongs.KINDS)
        found = sorted(body["wrongs"], key=lambda one: order.index(one["kind"]))
        groups = [
            {
                "title": wrongs.KINDS[kind].title,
                "means": wrongs.KINDS[kind].means,
                "is_note": wrongs.KINDS[kind].is_note,
                "count": body["counts"][kind],
                "rows": list(rows),
            }
            for kind, rows in groupby(found, key=lambda one: one["kind"])
        ]
        return self._line(row) | {
            "groups": groups,
            "days": body["days"],
            "statement": body["statement"],
            "end": f"{row.facts}:{row.head[:16]}",
        }
