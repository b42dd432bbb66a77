"""The queue. Knows no trade: a job is a name, arguments, and a lane.

`put` is all that the trade and the web need; `LaneHuey` is what the journey declares
its jobs on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hotspot_lite import bell
from hotspot_lite.jobs.files import Rows
from hotspot_lite.store import database

# The rows of this process; `open` points it at the files.
rows = Rows(database)


def open(run_dir: Path) -> None:  # noqa: A001
    """Use the queue files of this box; hotspot.db is opened by `store.open_file`."""
    rows.open(run_dir)


def put(
    name: str,
    *,
    tags: Sequence[str] = (),
    once: str | None = None,
    delay_seconds: float = 0.0,
    durable: bool | None = None,
    batch: int | None = None,
    hurries: bool = False,
    **args: Any,
) -> int | None:
    """Put the job `lane.verb`; it commits with the transaction we are in.

    See `Rows.put`, and batches.py for `batch`. Arguments hold ids, never secrets.
    """
    return rows.put(
        name, args, tags, once, delay_seconds, durable, batch=batch, hurries=hurries
    )


def hurry(names: Sequence[str]) -> None:
    """Have periodic jobs run now, where their next run waits for its time."""
    rows.hurry(names, time.time())


def finish() -> None:
    """Inside `store.atomic()`: this transaction is the end of the running job."""
    # Imported here: whoever only puts jobs (the web) need not load Huey.
    from hotspot_lite.jobs.queue import current

    taken = current()
    if taken is not None:
        rows.finish(taken)


def goes_on() -> None:
    """Say that the running job comes forward: its lane's timeout counts from now.

    For work that takes as long as there is of it, said at each step of it. Without
    it a job that is longer than the timeout is taken for one that hangs. Outside a job
    it does nothing.
    """
    queue = sys.modules.get("hotspot_lite.jobs.queue")  # without it nothing runs
    taken = queue.current() if queue else None
    if taken is not None:
        from hotspot_lite.jobs import rescue

        rescue.goes_on(rows, taken)


def ring(kind: str) -> None:
    """Ring every process of that kind: "worker" or "live". Never raises."""
    bell.ring(rows.bells, kind)
