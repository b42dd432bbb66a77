"""What the owner changes on the queue page, noted by the person's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from bottle import Bottle, HTTPError, HTTPResponse

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import batches, control, lanes
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import pages
from hotspot_lite.web.login import Door, admits
from hotspot_lite.web.queue import DONE, LANE_FIELDS, Queue, asked


class QueueChanges:
    """The queue page's forms."""

    def __init__(self, queue: Queue, door: Door) -> None:
        self.queue = queue
        self.door = door

    def add_to(self, app: Bottle) -> None:
        """Put its addresses on `app`, each behind the door."""
        for path, view in (
            ("retry", self.retry),
            ("forget", self.forget),
            ("flush", self.flush),
            ("prune", self.prune),
            ("return", self.return_stuck),
            ("pause", self.pause),
            ("resume", self.resume),
            ("lane", self.change_lane),
            ("cancel", self.cancel_batch),
        ):
            app.route(f"/admin/queue/{path}", "POST", self.door.guarded(view))

    # --- failed jobs

    @admits("owner")
    def retry(self, person: Person) -> HTTPResponse:
        """POST {id} or {lane} or {}: put failed jobs again with fresh tries."""
        job_id, lane = pages.form("id", 20) or None, _lane_or_all()

        def work() -> int:
            if job_id is not None:
                return control.retry(jobs.rows, job_id=job_id)
            return control.retry(jobs.rows, lane=lane)

        what = job_id or lane or "all"
        count = self._change_failed(person, "queue retry", what, work)
        return _back("retry", count)

    @admits("owner")
    def forget(self, person: Person) -> HTTPResponse:
        """POST {id}: remove one failed job."""
        job_id = pages.form("id", 20)
        count = self._change_failed(
            person, "queue forget", job_id, lambda: control.forget(jobs.rows, job_id)
        )
        return _back("forget", count)

    @admits("owner")
    def flush(self, person: Person) -> HTTPResponse:
        """POST {sure, lane?}: remove all failed jobs, or those of a lane."""
        lane = _lane_or_all()
        if not pages.form("sure", 3):
            says = "Tick the box: what is forgotten can't be put again."
            return self.queue.show(person, 422, BadInput(says, field="sure"))
        count = self._change(
            person,
            "queue flush",
            lane or "all",
            lambda: control.flush(jobs.rows, lane=lane),
        )
        return _back("forget", count)

    @admits("owner")
    def prune(self, person: Person) -> HTTPResponse:
        """POST {hours}: remove failed jobs older than that."""
        try:
            hours = _whole("hours", "Hours")
        except BadInput as exc:
            return self.queue.show(person, 422, exc)
        count = self._change(
            person,
            "queue prune",
            f"older than {hours} h",
            lambda: control.prune(jobs.rows, hours),
        )
        return _back("forget", count)

    # --- lanes and what runs

    @admits("owner")
    def pause(self, person: Person) -> HTTPResponse:
        """POST {lane}: take no more of its jobs."""
        lane = _named_lane()
        self._change(
            person, "queue pause", lane, lambda: control.pause(jobs.rows, lane)
        )
        return _back("pause", at=lane)

    @admits("owner")
    def resume(self, person: Person) -> HTTPResponse:
        """POST {lane}: take its jobs again."""
        lane = _named_lane()
        self._change(
            person, "queue resume", lane, lambda: control.resume(jobs.rows, lane)
        )
        return _back("resume", at=lane)

    @admits("owner")
    def change_lane(self, person: Person) -> HTTPResponse:
        """POST {lane, workers, tries, …} or {lane, defaults}: change its settings."""
        lane = _named_lane()
        try:
            if pages.form("defaults", 3):
                self._reset(person, lane)
            else:
                self._set(person, lane)
        except BadInput as exc:
            return self.queue.show(person, 422, exc, lane)
        return _back("lane", at=lane)

    def _reset(self, person: Person, lane: str) -> None:
        what = f"{lane} defaults"
        self._change(person, "queue set", what, lambda: control.reset(jobs.rows, lane))

    def _set(self, person: Person, lane: str) -> None:
        wish: dict[str, Any] = {
            name: _whole(name, label)
            for name, (label, _, _) in LANE_FIELDS.items()
            if name != "backoff_seconds"
        }
        wish["backoff_seconds"] = _waits()
        told = " ".join(f"{name}={value}" for name, value in wish.items())
        self._change(
            person,
            "queue set",
            f"{lane} {told}",
            lambda: control.change(jobs.rows, lane, **wish),
        )

    @admits("owner")
    def return_stuck(self, person: Person) -> HTTPResponse:
        """POST: give stuck jobs back to the queue now."""
        count = self._change(
            person, "queue return", "stuck", lambda: control.return_stuck(jobs.rows)
        )
        return _back("return", count)

    @admits("owner")
    def cancel_batch(self, person: Person) -> HTTPResponse:
        """POST {id}: remove the jobs of a batch that wait."""
        text = pages.form("id", 12)
        batch_id = int(text) if text.isascii() and text.isdigit() else 0
        self._change(
            person, "queue cancel", f"batch {text}", lambda: batches.cancel(batch_id)
        )
        return _back("cancel")

    def _change(
        self, person: Person, what: str, detail: str, work: Callable[[], Any]
    ) -> Any:
        """Do it and note who did, or neither."""
        with store.atomic():
            done = work()
            audit.note(person.name, what, detail, self.queue.now())
        return done

    def _change_failed(
        self, person: Person, what: str, detail: str, work: Callable[[], int]
    ) -> int:
        try:
            return int(self._change(person, what, detail, work))
        except BadInput:  # no id of ours: nobody's form says so
            raise HTTPError(404) from None


def _back(done: str, count: int = 0, at: str = "") -> HTTPResponse:
    """To the section of the page where something was done, which then says so."""
    section, _ = DONE[done]
    tag, lane = asked()
    told = {"tag": tag, "lane": lane, "done": done, "n": count or "", "at": at}
    query = urlencode({name: text for name, text in told.items() if text})
    return pages.go_to(f"/admin/queue?{query}#{f'lane-{at}' if at else section}")


def _named_lane() -> str:
    """The lane in the form. Raises HTTPError 404 where there is none of that name."""
    name = pages.form("lane", 40)
    if name not in lanes.LANES:
        raise HTTPError(404)
    return name


def _lane_or_all() -> str | None:
    return _named_lane() if pages.form("lane", 40) else None


def _whole(field: str, label: str) -> int:
    text = pages.form(field, 12).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 9):
        raise BadInput(f"{label} must be a whole number.", field=field)
    return int(text)


def _waits() -> tuple[int, ...]:
    words = pages.form("backoff_seconds", 100).replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) < 7 for word in words):
        raise BadInput("Write whole seconds: 5, 15, 30.", field="backoff_seconds")
    return tuple(int(word) for word in words)
