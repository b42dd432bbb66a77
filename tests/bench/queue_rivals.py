"""The same two jobs on three queues; queue_compare.py runs it, one process a role.

BENCH_RIVAL says which queue, BENCH_FOLDER where its files are.
"""

from __future__ import annotations

import itertools
import os
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

KIND = os.environ["BENCH_RIVAL"]
FOLDER = Path(os.environ["BENCH_FOLDER"])
COUNT = int(os.environ.get("BENCH_COUNT", "0"))
started = itertools.count(1)


def nothing() -> None:
    """A job without work; the first and the last one say when they ran."""
    number = next(started)
    if number in (1, COUNT):
        (FOLDER / f"ran.{number}").write_text(str(time.monotonic()))


def stamp(put_at: float) -> None:
    """Note how long it took from the put to the first line of the job."""
    with (FOLDER / "stamps").open("a") as file:
        file.write(f"{time.time() - put_at}\n")


def ours() -> tuple[Any, Callable[[], object], Callable[[float], object]]:
    """Both jobs on durable lanes: one of four workers, one of two."""
    from hotspot_lite import box, jobs
    from hotspot_lite.jobs.queue import LaneHuey

    made = LaneHuey("bench", jobs.rows)
    made.opened = lambda: box.open_box() and None
    made.job("router-data")(nothing)
    made.job("payments")(stamp)
    return (
        made,
        lambda: jobs.put("router-data.nothing", durable=True),
        lambda at: jobs.put("payments.stamp", put_at=at),
    )


def theirs() -> tuple[Any, Callable[[], object], Callable[[float], object]]:
    """Plain Huey, told to flush each commit as we do."""
    # Imported here, so that our memory is ours alone.
    from huey import SqliteHuey
    from huey.contrib.sql_huey import SqlHuey
    from peewee import SqliteDatabase

    file = str(FOLDER / "huey.db")
    if KIND == "SqliteHuey":
        made = SqliteHuey("bench", filename=file, fsync=True, results=False)
    else:
        pragmas = {"journal_mode": "wal", "synchronous": "full"}
        database = SqliteDatabase(file, pragmas=pragmas, timeout=10)
        made = SqlHuey("bench", database=database, results=False)
    return made, made.task()(nothing), made.task()(stamp)


huey, put_nothing, put_stamp = ours() if KIND == "ours" else theirs()


def written_bytes() -> int:
    """What this process has caused to be written to a block device."""
    text = Path("/proc/self/io").read_text()
    return int(re.search(r"^write_bytes: (\d+)", text, re.M)[1])  # type: ignore[index]


def main(what: str, count: str, pause: str) -> None:
    """Put jobs ("put" or "stamp"); print the seconds it took and the bytes written."""
    if KIND == "ours":
        huey.opened()
    before, began = written_bytes(), time.monotonic()
    for _ in range(int(count)):
        time.sleep(float(pause))
        if what == "put":
            put_nothing()
        else:
            put_stamp(time.time())
    print(time.monotonic() - began, written_bytes() - before)
