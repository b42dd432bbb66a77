"""The queue as it goes, in a terminal; or one look at it for cron."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from hotspot_lite import jobs
from hotspot_lite.box import open_box
from hotspot_lite.cli.queue_look import (
    as_json,
    check_lane,
    failed_json,
    failed_table,
    lane_json,
    status_text,
)
from hotspot_lite.cli.text import Answer, arguments, table
from hotspot_lite.cli.verbs import Args
from hotspot_lite.clock import length_text
from hotspot_lite.jobs import sight

EVERY_SECONDS = 1.0
MOST_RUNNING, MOST_FAILED = 12, 5
# To the top left; each line wipes its rest, and what is below is wiped: no flicker.
HOME, END_OF_LINE, BELOW = "\x1b[H", "\x1b[K\n", "\x1b[J"
HIDE_CURSOR, SHOW_CURSOR, WIPE = "\x1b[?25l", "\x1b[?25h", "\x1b[2J"


def monitor(args: Args) -> Answer | None:
    """Follow the queue, each second anew; --max N looks once and is for cron."""
    open_box()
    for lane in args.lanes:
        check_lane(lane)
    if args.max is not None:
        return _over(args.lanes, args.max)
    if args.once:
        found = look(args.lanes)
        return Answer(_json(found), text(found))
    _follow(args.lanes, args.json)
    return None


def _over(names: Sequence[str], most: int) -> Answer:
    over = [lane for lane in look(names)["lanes"] if lane.waiting > most]
    lines = [f"{lane.name}: {lane.waiting} waiting, more than {most}" for lane in over]
    found = [{"lane": lane.name, "waiting": lane.waiting} for lane in over]
    return Answer({"max": most, "over": found}, "\n".join(lines), 1 if over else 0)


def look(names: Sequence[str] = ()) -> dict[str, Any]:
    """Everything that the monitor shows, of these lanes or of all."""
    return {
        "at": time.time(),
        "consumers": sight.consumers(jobs.rows),
        "lanes": [
            one for one in sight.status(jobs.rows) if not names or one.name in names
        ],
        "running": [
            one for one in sight.running(jobs.rows) if not names or one.lane in names
        ],
        "failed": [
            one
            for one in sight.failed(jobs.rows)
            if one.retried_at is None and (not names or one.lane in names)
        ],
    }


def _json(found: dict[str, Any]) -> dict[str, Any]:
    return as_json({"at": found["at"]}) | {
        "consumers": [as_json(asdict(one)) for one in found["consumers"]],
        "lanes": [lane_json(one) for one in found["lanes"]],
        "running": [asdict(one) for one in found["running"]],
        "failed": [failed_json(one) for one in found["failed"]],
    }


def text(found: dict[str, Any]) -> str:
    """One screen of it."""
    parts = [_head(found), status_text(found["lanes"])]
    if found["running"]:
        parts.append(_running(found["running"]))
    if found["failed"]:
        parts.append(failed_table(found["failed"][:MOST_FAILED]))
    return "\n\n".join(parts)


def _head(found: dict[str, Any]) -> str:
    clock = time.strftime("%H:%M:%S", time.localtime(found["at"]))
    alive = [one for one in found["consumers"] if one.is_alive]
    workers = ", ".join(
        f"pid {one.pid} for {length_text(found['at'] - one.since)}" for one in alive
    )
    return f"{clock}  worker: {workers or 'NONE RUNS'}"


def _running(found: Sequence[sight.RunningJob]) -> str:
    heads = ("running", "arguments", "try", "for", "state")
    rows = [
        [
            *(job.name, arguments(job.args), job.attempt),
            *(length_text(job.elapsed_seconds), "STUCK" if job.is_stuck else ""),
        ]
        for job in found[:MOST_RUNNING]
    ]
    return table(heads, rows)


def _follow(names: Sequence[str], as_lines: bool) -> None:
    is_screen = sys.stdout.isatty() and not as_lines
    _say(HIDE_CURSOR + WIPE if is_screen else "")
    try:
        while True:
            found = look(names)
            if as_lines:
                _say(json.dumps(_json(found)) + "\n")
            else:
                _say(_screen(text(found)) if is_screen else text(found) + "\n\n")
            time.sleep(EVERY_SECONDS)
    except KeyboardInterrupt:
        pass  # the way to end it
    except BrokenPipeError:
        sys.stdout = None
    finally:
        _say(SHOW_CURSOR if is_screen else "")


def _screen(whole: str) -> str:
    columns, lines = shutil.get_terminal_size()
    shown = [line[:columns] for line in whole.splitlines()[: lines - 1]]
    return HOME + "".join(line + END_OF_LINE for line in shown) + BELOW


def _say(said: str) -> None:
    if sys.stdout is not None:
        sys.stdout.write(said)
        sys.stdout.flush()
