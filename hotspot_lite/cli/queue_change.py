"""Changing the queue from the command line: each change is in the audit log."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar, get_type_hints

from hotspot_lite import jobs, store
from hotspot_lite.box import open_box
from hotspot_lite.cli.queue_look import check_lane
from hotspot_lite.cli.text import Answer
from hotspot_lite.cli.verbs import Args, Misused
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import batches, control
from hotspot_lite.settings import unknown
from hotspot_lite.trade.house import audit

Made = TypeVar("Made")


def retry(args: Args) -> Answer:
    """Put failed jobs again with fresh tries: some, those of a lane, or all."""
    is_all = args.all or args.ids == ["all"]
    ids = [] if args.ids == ["all"] else args.ids
    if bool(ids) + bool(args.lane) + is_all != 1:
        raise Misused("Which jobs?", "Name some ids, or --lane LANE, or --all.")
    check_lane(args.lane)
    which = " ".join(ids) or args.lane or "all"
    count = _changed("queue retry", which, lambda: _retry(ids, args.lane))
    return Answer({"retried": count}, f"{_jobs(count)} put again.")


def _retry(ids: Sequence[str], lane: str | None) -> int:
    if not ids:
        return control.retry(jobs.rows, lane=lane)
    return sum(_one(control.retry(jobs.rows, job_id=i), i) for i in ids)


def forget(args: Args) -> Answer:
    """Remove failed jobs by their ids: they are not run again."""
    which = " ".join(args.ids)
    count = _changed(
        "queue forget",
        which,
        lambda: sum(_one(control.forget(jobs.rows, i), i) for i in args.ids),
    )
    return Answer({"forgotten": count}, f"{_jobs(count)} forgotten.")


def _one(count: int, job_id: str) -> int:
    # Raised within the transaction: of several ids, all are right or none is used.
    if not count:
        says = f"There is no failed job {job_id}, or it runs again already."
        raise BadInput(says, "See: queue failed")
    return count


def flush(args: Args) -> Answer:
    """Remove all failed jobs, or those of a lane."""
    check_lane(args.lane)
    which = args.lane or "all"
    count = _changed(
        "queue flush", which, lambda: control.flush(jobs.rows, lane=args.lane)
    )
    return Answer({"forgotten": count}, f"{_jobs(count)} forgotten.")


def prune(args: Args) -> Answer:
    """Remove failed jobs whose last failure is older than so many hours."""
    if args.hours < 0:
        raise Misused("--hours is 0 or more.")
    which = f"older than {args.hours:g} h"
    count = _changed("queue prune", which, lambda: control.prune(jobs.rows, args.hours))
    return Answer({"forgotten": count}, f"{_jobs(count)} forgotten.")


def pause(args: Args) -> Answer:
    """Take no more jobs of a lane; those that run finish."""
    check_lane(args.lane)
    _changed("queue pause", args.lane, lambda: control.pause(jobs.rows, args.lane))
    return Answer({"lane": args.lane, "is_paused": True}, f"{args.lane} is paused.")


def resume(args: Args) -> Answer:
    """Take jobs of a paused lane again."""
    check_lane(args.lane)
    _changed("queue resume", args.lane, lambda: control.resume(jobs.rows, args.lane))
    return Answer({"lane": args.lane, "is_paused": False}, f"{args.lane} goes on.")


def cancel(args: Args) -> Answer:
    """Cancel a batch: its waiting jobs are removed, those that run finish."""
    count = _changed("queue cancel", f"batch {args.batch}", lambda: _cancel(args.batch))
    return Answer({"batch": args.batch, "removed": count}, f"{_jobs(count)} removed.")


def _cancel(batch_id: int) -> int:
    batches.progress(batch_id)  # raises BadInput where there is none
    return batches.cancel(batch_id)


def set_lane(args: Args) -> dict[str, Any]:
    """Change a lane's patience or workers; running workers follow within seconds."""
    check_lane(args.lane)
    wish = {
        "workers": args.workers,
        "tries": args.tries,
        "backoff_seconds": args.backoff,
        "timeout_seconds": args.timeout,
    }
    wish = {name: value for name, value in wish.items() if value is not None}
    if bool(wish) == args.defaults:
        raise Misused(
            "What is to change?", "Name --workers or the like, or --defaults."
        )
    which = f"{args.lane} {_listed(wish) or 'defaults'}"
    lane = _changed("queue set", which, lambda: _set(args.lane, wish))
    return {"lane": lane.name} | {n: asdict(lane)[n] for n in LANE_SETTINGS}


LANE_SETTINGS = ("workers", "tries", "backoff_seconds", "timeout_seconds")


def _set(lane: str, wish: dict[str, Any]) -> Any:
    if wish:
        return control.change(jobs.rows, lane, **wish)
    return control.reset(jobs.rows, lane)


def _listed(wish: dict[str, Any]) -> str:
    return " ".join(
        f"{name}={','.join(map(str, v)) if isinstance(v, tuple) else v}"
        for name, v in wish.items()
    )


def backoff(text: str) -> tuple[int, ...]:
    """5,15,30 as seconds; "" or "-" is none. For argparse."""
    words = [] if text in ("", "-") else text.replace(",", " ").split()
    return tuple(int(word) for word in words)


# -- putting a job by hand ---------------------------------------------------------


def run(args: Args) -> Answer:
    """Put a job by its name, with its arguments as key=value."""
    # Imported here: it loads every wire.
    from hotspot_lite import journey

    kind = journey.huey.kinds.get(args.job)
    if kind is None:
        raise unknown(args.job, journey.huey.kinds, "job")
    told = _arguments(getattr(journey, args.job.partition(".")[2]), args.arguments)
    durable = kind.job_durable
    job_id = _changed(
        "queue run",
        " ".join([args.job, *args.arguments]),
        lambda: jobs.put(
            args.job, tags=args.tag, delay_seconds=args.delay, durable=durable, **told
        ),
    )
    return Answer({"job": args.job, "id": job_id}, f"{args.job} is put.")


def _arguments(function: Callable[..., Any], words: Sequence[str]) -> dict[str, Any]:
    hints, known = get_type_hints(function), inspect.signature(function).parameters
    told = {}
    for word in words:
        name, is_there, text = word.partition("=")
        if not is_there:
            raise Misused(f"{word} is no argument.", "Write them as key=value.")
        if name not in known:
            raise unknown(name, known, f"argument of {function.__name__}")
        told[name] = text if hints.get(name) is str else _value(text)
    missing = [n for n, p in known.items() if p.default is p.empty and n not in told]
    if missing:
        says = f"{function.__name__} needs {', '.join(missing)}."
        raise BadInput(says, f"Add: {' '.join(f'{name}=…' for name in missing)}")
    return told


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


# -- what all share ----------------------------------------------------------------


def _changed(what: str, detail: str, work: Callable[[], Made]) -> Made:
    """Open the box, do it and note it, or neither."""
    now = open_box().clock.now().at
    with store.atomic():
        made = work()
        audit.note("cli", what, detail, now)
    return made


def _jobs(count: int) -> str:
    return "1 job" if count == 1 else f"{count} jobs"
