"""What a day writes to the card: one at rest, and one of 300 sales and 100 devices.

    python tests/bench/day.py [MINUTES]

MINUTES (10) of each are lived through, at a day's pace, and told as a day. What comes
once an hour is counted from the files: a backup, written whole and no oftener.
"""

from __future__ import annotations

import sys
import time

from common import online_at, pay, ready_sales, running_box
from rest import written_bytes

from hotspot_lite.stage import Stage, until

DEVICES, SALES = 100, 300
DAY_MINUTES, BACKUPS = 24 * 60, 24
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


def main(minutes: int = 10) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    with running_box() as stage:
        time.sleep(5)
        idle = live(stage, minutes, 0)
        for sale in ready_sales(stage, DEVICES):
            pay(sale)
            until(lambda s=sale: online_at(stage, s), 20)
        busy = live(stage, minutes, max(1, round(SALES * minutes / DAY_MINUTES)))
        file = stage.folder / "data" / "hotspot.db"
        backups = BACKUPS * file.stat().st_size
    days = DAY_MINUTES / minutes
    return {
        "written on a day at rest, MiB": f"{idle * days / MIB:.0f}",
        f"written on a day of {SALES} sales and {DEVICES} devices, MiB": (
            f"{busy * days / MIB:.0f} and {backups / MIB:.0f} of hourly backups"
        ),
    }


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
