"""What a day writes to the card: one at rest, and one of 300 sales and 100 devices.

    python tests/bench/day.py [MINUTES]

MINUTES (10) of each are lived through, at a day's pace, and told as a day. Backups are
reckoned: by how much the database grows with a sale, it is told how large it is after a
year of such days, how large its backup, and how many a day the box makes of them.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from common import online_at, pay, ready_sales, running_box
from rest import written_bytes

from hotspot_lite import settings
from hotspot_lite.stage import Stage, until
from hotspot_lite.store import backup
from hotspot_lite.trade.keeping import backups

DEVICES, SALES = 100, 300
DAY_MINUTES, YEAR_DAYS = 24 * 60, 365
MIB = 1024**2


def written(stage: Stage) -> int:
    """Bytes that all processes of the box have written to a block device."""
    return sum(written_bytes(one.pid) for one in stage.processes.values())


def live(stage: Stage, minutes: int, sales_count: int) -> int:
    """Live through some minutes with so many sales spread over them; bytes written."""
    sales = ready_sales(stage, sales_count) if sales_count else []
    time.sleep(3)
    before, began = written(stage), time.monotonic()
    pause_seconds = minutes * 60 / (len(sales) + 1)
    for number, sale in enumerate(sales, 1):
        time.sleep(max(0.0, began + number * pause_seconds - time.monotonic()))
        pay(sale)
    time.sleep(max(0.0, began + minutes * 60 - time.monotonic()))
    return written(stage) - before


def taken(stage: Stage, growth_bytes: float, work: Path) -> dict[str, str]:
    """What backups write on a busy day, now and when the box is a year old."""
    data = stage.folder / "data"
    made, where = (
        backup.make(data, work, int(time.time())),
        backups.places_of(settings.load(stage.environment)),
    )
    packed = made.size_bytes / (data / "hotspot.db").stat().st_size
    told = {}
    for age, days in (("of a new box", 1), ("after a year", YEAR_DAYS)):
        grown = growth_bytes * SALES * days
        size = int(grown * packed)
        os.truncate(made.path, size)
        count = backup.DAY // backups.apart_seconds(made, where)
        told[f"backups {age}, {SALES} sales a day"] = (
            f"{count} of {size / MIB:.1f} MiB of a database of {grown / MIB:.0f} MiB:"
            f" {count * size / MIB:.0f} MiB a day"
        )
    return told


def main(minutes: int = 10) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    with running_box() as stage, tempfile.TemporaryDirectory() as work:
        time.sleep(5)
        idle = live(stage, minutes, 0)
        before = pages(stage)
        for sale in ready_sales(stage, DEVICES):
            pay(sale)
            until(lambda s=sale: online_at(stage, s), 20)
        growth = (pages(stage) - before) / DEVICES
        busy = live(stage, minutes, max(1, round(SALES * minutes / DAY_MINUTES)))
        told = taken(stage, growth, Path(work))
    days = DAY_MINUTES / minutes
    return {
        "written on a day at rest, MiB": f"{idle * days / MIB:.0f}",
        f"written on a day of {SALES} sales and {DEVICES} devices, MiB": (
            f"{busy * days / MIB:.0f}, without backups"
        ),
        **told,
    }


def pages(stage: Stage) -> int:
    """Bytes of the database's pages that hold something."""
    ledger = stage.folder / "data" / "hotspot.db"
    with closing(sqlite3.connect(ledger)) as reader:
        (count,), (free,), (size,) = (
            reader.execute(f"PRAGMA {name}").fetchone()
            for name in ("page_count", "freelist_count", "page_size")
        )
    return int((count - free) * size)


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
