"""Who changed what: the audit log, searched and paged."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite.trade.models import Audit
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits

ROWS = 50
MOST_LETTERS = 60


class AuditLog(Desk):
    """The owner's page of the log; nothing in it can be changed."""

    def add_to(self, app: Bottle) -> None:
        """Put its page on `app`, behind the door."""
        app.route("/admin/audit", "GET", self.door.guarded(self.show))

    @admits()
    def show(self, person: Person) -> HTTPResponse:
        """GET /admin/audit?who=…&text=…&before=…: the newest, or those before an id.

        By the id, not by a page's number: it is as fast at the end of a long log.
        """
        who = pages.query("who")[:MOST_LETTERS].strip()
        text = pages.query("text")[:MOST_LETTERS].strip()
        query = Audit.select().order_by(Audit.id.desc()).limit(ROWS + 1)
        if who:
            query = query.where(Audit.who == who)
        if text:
            query = query.where(Audit.what.contains(text) | Audit.detail.contains(text))
        if (before := pages.whole("before")) is not None:
            query = query.where(Audit.id < before)
        rows = list(query)
        return self.page(
            "audit",
            person,
            rows=[self._row(row) for row in rows[:ROWS]],
            older=rows[ROWS - 1].id if len(rows) > ROWS else 0,
            who=who,
            text=text,
            is_first=before is None,
        )

    def _row(self, row: Audit) -> dict[str, Any]:
        local = datetime.fromtimestamp(row.at, UTC).astimezone(ZoneInfo(self.zone()))
        return {
            "at": local.strftime("%d.%m.%Y %H:%M:%S"),
            "who": row.who,
            "what": row.what,
            "detail": row.detail,
        }
