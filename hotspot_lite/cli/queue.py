"""The verbs of `hotspot-lite queue`, as they stand on the command line."""

from __future__ import annotations

from typing import Any

from hotspot_lite.cli import queue_change, queue_look, queue_monitor
from hotspot_lite.cli.verbs import add_noun, add_verb


def add_to(nouns: Any) -> None:
    """Put these verbs on the command line."""
    queue = add_noun(nouns, "queue", "the jobs")
    _add_looking(queue)
    _add_failed(queue)
    _add_lanes(queue)
    add_verb(queue, "cancel", queue_change.cancel).add_argument(
        "batch", type=int, help="its number, as `queue batches` shows it"
    )
    run = add_verb(queue, "run", queue_change.run)
    run.add_argument("job", help="its name, such as payments.reconcile")
    run.add_argument("arguments", nargs="*", metavar="key=value", help="of the job")
    run.add_argument("--tag", action="append", default=[], help="may be repeated")
    run.add_argument(
        "--delay", type=float, default=0.0, metavar="SECONDS", help="not before"
    )


def _add_looking(queue: Any) -> None:
    add_verb(queue, "status", queue_look.status)
    failed = add_verb(queue, "failed", queue_look.failed)
    failed.add_argument("--lane", help="only those of a lane")
    failed.add_argument("--tag", help="only those with a tag, such as payment:17")
    failed.add_argument(
        "--traceback", action="store_true", help="with all that is kept"
    )
    failed.add_argument(
        "--limit", type=int, default=200, metavar="N", help="how many; 200"
    )
    add_verb(queue, "find", queue_look.find).add_argument("tag", help="payment:17")
    monitor = add_verb(queue, "monitor", queue_monitor.monitor)
    monitor.add_argument("lanes", nargs="*", metavar="lane", help="these; without: all")
    monitor.add_argument("--once", action="store_true", help="one look")
    monitor.add_argument(
        "--max", type=int, metavar="N", help="exit with 1 if more wait in a lane"
    )
    add_verb(queue, "timetable", queue_look.timetable)
    add_verb(queue, "batches", queue_look.list_batches)


def _add_failed(queue: Any) -> None:
    retry = add_verb(queue, "retry", queue_change.retry)
    retry.add_argument(
        "ids", nargs="*", metavar="id", help="as failed lists them, or all"
    )
    retry.add_argument("--lane", help="all of a lane")
    retry.add_argument("--all", action="store_true", help="all of all lanes")
    forget = add_verb(queue, "forget", queue_change.forget)
    forget.add_argument("ids", nargs="+", metavar="id", help="as failed lists them")
    add_verb(queue, "flush", queue_change.flush).add_argument(
        "--lane", help="only those of a lane"
    )
    prune = add_verb(queue, "prune", queue_change.prune)
    prune.add_argument(
        "--hours", type=float, required=True, metavar="N", help="how many hours"
    )


LANE = "its name, as `queue status` shows it"


def _add_lanes(queue: Any) -> None:
    add_verb(queue, "pause", queue_change.pause).add_argument("lane", help=LANE)
    add_verb(queue, "resume", queue_change.resume).add_argument("lane", help=LANE)
    change = add_verb(queue, "set", queue_change.set_lane)
    change.add_argument("lane", help=LANE)
    change.add_argument("--workers", type=int, metavar="N", help="jobs at a time")
    change.add_argument("--tries", type=int, metavar="N", help="of a job, in all")
    waits = "seconds between its tries"
    change.add_argument(
        "--backoff", type=queue_change.backoff, metavar="5,15,30", help=waits
    )
    change.add_argument("--timeout", type=int, metavar="SECONDS", help="of a job")
    change.add_argument("--defaults", action="store_true", help="as it came")
