"""The accounting system: what is there, what waits, what was refused, what was said."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bottle import Bottle, HTTPResponse

from hotspot_lite import jobs
from hotspot_lite.clock import length_text
from hotspot_lite.trade.office import syncing
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.desk import Desk
from hotspot_lite.web.login import admits

NAMES = {
    "package": "Packages",
    "sale": "Sales",
    "money": "Money of them",
    "all": "All",
}


class Books(Desk):
    """The owner's page of the sync."""

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, behind the door."""
        for path, method, view in (
            ("/admin/books", "GET", self.show),
            ("/admin/books/all", "POST", self.sync_all),
            ("/admin/books/retry", "POST", self.retry),
            ("/admin/books/resume", "POST", self.resume),
        ):
            app.route(path, method, self.door.guarded(view))

    @admits("manager")
    def show(self, person: Person) -> HTTPResponse:
        """GET /admin/books: counts, what was refused, the newest requests."""
        kept, counts = syncing.standing(), syncing.counts()
        wait = kept.not_before - self.now()
        is_on = bool(self.box.settings["moysklad.token"])
        return self.page(
            "books",
            person,
            is_on=is_on,
            rows=[(NAMES[kind], states) for kind, states in counts.items()],
            states=syncing.STATES,
            kept=kept,
            wait=length_text(wait) if wait > 0 else "",
            failed=[
                {"id": one.id, "of": self._of(one), "error": one.error}
                for one in syncing.failed()
            ],
            calls=[self._call(one) for one in syncing.calls()],
            refresh=5 if is_on and counts["all"]["pending"] and not kept.is_shut else 0,
        )

    @admits("manager")
    def sync_all(self, person: Person) -> HTTPResponse:
        """POST /admin/books/all: look at everything, and write what is missing."""
        syncing.collect_all(person.name, self.now())
        jobs.put("default.sync_books", once="now")
        return pages.go_to("/admin/books")

    @admits("manager")
    def retry(self, person: Person) -> HTTPResponse:
        """POST /admin/books/retry {id}: one that was refused; all without an id."""
        text = pages.form("id", 15)
        one = int(text) if text.isascii() and text.isdigit() else None
        syncing.retry(person.name, self.now(), one)
        return pages.go_to("/admin/books")

    @admits("manager")
    def resume(self, person: Person) -> HTTPResponse:
        """POST /admin/books/resume: go on after it did not let us in."""
        syncing.resume(person.name, self.now())
        return pages.go_to("/admin/books")

    def _of(self, item: Any) -> str:
        what = {"package": "Package", "sale": "Sale", "money": "Money of payment"}
        return f"{what[item.kind]} {item.local_id}"

    def _call(self, call: Any) -> dict[str, Any]:
        local = datetime.fromtimestamp(call.at, UTC).astimezone(ZoneInfo(self.zone()))
        return {
            "at": local.strftime("%H:%M:%S"),
            "what": f"{call.method} {call.path}",
            "status": call.status or "no answer",
            "ms": call.milliseconds,
            "sent": call.sent,
            "got": call.got,
        }
