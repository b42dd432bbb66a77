"""The queue page: everybody on the staff may look."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from bottle import Bottle, HTTPResponse

from hotspot_lite import jobs
from hotspot_lite.box import Box
from hotspot_lite.clock import length_text
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import batches, lanes, sight
from hotspot_lite.trade.people.staff import Person
from hotspot_lite.web import board, pages, queue_board
from hotspot_lite.web.login import EVERYBODY, Door, admits, live_port
from hotspot_lite.web.waiting import clock_text

# The feed tells at least so often; twice that, and the page says its numbers are old.
INTERVAL_SECONDS = 5
PRUNE_HOURS = 168
LANE_FIELDS = {
    "workers": ("Workers", "at the same time", 3),
    "tries": ("Tries", "the first one included", 3),
    "backoff_seconds": ("Waits between tries", "seconds: 5, 15, 30", 60),
    "timeout_seconds": ("Longest run", "seconds", 6),
}
# What the page says after a change, and in which of its sections.
DONE = {
    "retry": ("failed", "{n} put again."),
    "forget": ("failed", "{n} forgotten."),
    "pause": ("lane", "Paused: what runs now finishes."),
    "resume": ("lane", "Goes on."),
    "lane": ("lane", "Changed. Running workers follow within seconds."),
    "return": ("running", "{n} given back to the queue."),
    "cancel": ("batches", "Cancelled: what runs now finishes."),
}


class Queue:
    """The queue page of one box."""

    def __init__(self, box: Box, door: Door) -> None:
        self.box = box
        self.door = door

    def add_to(self, app: Bottle) -> None:
        """Put its pages on `app`, each behind the door."""
        for path, view in (
            ("", self.page),
            (".json", self.numbers),
            ("/part/failed", self.failed_part),
            ("/part/batches", self.batches_part),
        ):
            app.route(f"/admin/queue{path}", "GET", self.door.guarded(view))

    # --- looking

    @admits(*EVERYBODY)
    def page(self, person: Person) -> HTTPResponse:
        """GET /admin/queue?tag=&lane=: all of it; it goes on by websocket."""
        return self.show(person)

    @admits(*EVERYBODY)
    def numbers(self, person: Person) -> HTTPResponse:
        """GET /admin/queue.json: what the feed sends."""
        return pages.json_page(queue_board.snapshot(self.now()))

    @admits(*EVERYBODY)
    def failed_part(self, person: Person) -> HTTPResponse:
        """GET /admin/queue/part/failed: the list of failed jobs alone, for app.js."""
        return _part("failed", person=person, **self._failed())

    @admits(*EVERYBODY)
    def batches_part(self, person: Person) -> HTTPResponse:
        """GET /admin/queue/part/batches: the open batches alone, for app.js."""
        return _part("batches", person=person, **self._batches())

    # --- the page

    def show(
        self,
        person: Person,
        status: int = 200,
        problem: BadInput | None = None,
        lane: str = "",
    ) -> HTTPResponse:
        """The whole page; `problem` is shown at its field, in the form of `lane`."""
        return pages.admin_page(
            "queue",
            live_port(self.box),
            status,
            person=person,
            box_name=self.box.settings["box.name"],
            zone=self._zone(),
            interval=INTERVAL_SECONDS,
            told=queue_board.snapshot(self.now()),
            found=self._found(),
            at=lambda iso: board.clock_of(iso, self._zone()),
            length_text=length_text,
            lane_fields=LANE_FIELDS,
            minutes=queue_board.MINUTES,
            hours=pages.form("hours", 12) or PRUNE_HOURS,
            values={name: pages.form(name, 60) for name in LANE_FIELDS},
            problem=str(problem) if problem else "",
            field=problem.field if problem else "",
            wrong_lane=lane,
            done=_done(),
            **self._failed(),
            **self._batches(),
        )

    def _failed(self) -> dict[str, Any]:
        """What the list of failed jobs is made with."""
        tag, lane = asked()
        found = sight.failed(
            jobs.rows, lane=lane or None, tag=tag or None, limit=queue_board.MOST_FAILED
        )
        return {
            "failed": [self._failed_row(job) for job in found],
            "most": queue_board.MOST_FAILED,
            "tag": tag,
            "lane_asked": lane,
            "query": _query(),
        }

    def _failed_row(self, job: sight.FailedJob) -> dict[str, Any]:
        return {
            "id": job.id,
            "name": job.name,
            "args": queue_board.arguments(job.args),
            "tags": [(tag, urlencode({"tag": tag})) for tag in job.tags],
            "attempts": job.attempts,
            "times": job.times,
            "first": self._clock(job.first_at),
            "last": self._clock(job.last_at),
            "retried": self._clock(job.retried_at),
            "succeeded": self._clock(job.succeeded_at),
            "state": _state(job),
            "error": job.error,
            "traceback": job.traceback.strip(),
        }

    def _batches(self) -> dict[str, Any]:
        shown = [
            {
                "id": one.id,
                "name": one.name,
                "ended": one.done + one.failed,
                "failed": one.failed,
                "total": one.total,
                "made": self._clock(one.made_at),
            }
            for one in batches.list_open()
        ]
        return {"batches": shown}

    def _found(self) -> list[dict[str, Any]]:
        """What waits or runs with the tag; what has failed has its own list."""
        tag, _ = asked()
        return [
            row | {"args": queue_board.arguments(row["args"])}
            for row in (sight.find(jobs.rows, tag) if tag else [])
            if row["state"] != "failed"
        ]

    def _clock(self, at: float | None) -> str:
        whole = None if at is None else int(at)
        return clock_text(whole, self._zone(), self.now())

    def _zone(self) -> str:
        return str(self.box.settings["box.timezone"])

    def now(self) -> int:
        """The time."""
        return self.box.clock.now().at


def _state(job: sight.FailedJob) -> str:
    if job.succeeded_at is not None:
        return "succeeded"
    return "retried" if job.retried_at is not None else "failed"


def _part(name: str, **values: Any) -> HTTPResponse:
    """A piece of the page, as the page itself has it."""
    headers = pages.ALWAYS | {
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": "no-store",
    }
    return HTTPResponse(pages.render(f"admin/queue_{name}", **values), 200, headers)


# --- what was asked


def asked() -> tuple[str, str]:
    """The tag and the lane that are looked for; "" for any."""
    lane = pages.query("lane")
    return pages.query("tag").strip()[:60], lane if lane in lanes.LANES else ""


def _query() -> str:
    """What is looked for, to go on with after a change."""
    tag, lane = asked()
    told = {name: text for name, text in (("tag", tag), ("lane", lane)) if text}
    return f"?{urlencode(told)}" if told else ""


def _done() -> dict[str, str]:
    """What was done before this page was asked for: which section says what."""
    section, text = DONE.get(pages.query("done"), ("", ""))
    count = pages.query("n")
    number = int(count) if count.isascii() and count.isdigit() and len(count) < 9 else 0
    what = "1 job" if number == 1 else f"{number} jobs"
    where = pages.query("at") if section == "lane" else section
    return {where: text.format(n=what)} if where else {}
