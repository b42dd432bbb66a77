"""The box on one core with 512 MB: how soon it is there, what it takes, what it sells.

    sudo python tests/bench/small.py [MEGABYTES]

Only the box's processes are held to one core and a memory cgroup of their own; the town
has the other core. Needs root, and cgroups of version 1 or 2.
"""

from __future__ import annotations

import os
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import milliseconds, online_at, pay, ready_sales, running_box

from hotspot_lite.stage import Stage, until

SALES = 60
GROUPS = Path("/sys/fs/cgroup")
NAME = "hotspot-lite-bench"


class Limit:
    """A memory cgroup; processes that are started inside `held` stay in it."""

    def __init__(self, limit_bytes: int) -> None:
        is_old = (GROUPS / "memory").is_dir()
        self.folder = (GROUPS / "memory" if is_old else GROUPS) / NAME
        self.most = "memory.max_usage_in_bytes" if is_old else "memory.peak"
        limit = "memory.limit_in_bytes" if is_old else "memory.max"
        self.folder.mkdir(exist_ok=True)
        (self.folder / limit).write_text(str(limit_bytes))

    @contextmanager
    def held(self) -> Iterator[None]:
        """We, and what we start meanwhile, are in the group and on one core."""
        all_cores = os.sched_getaffinity(0)
        os.sched_setaffinity(0, {min(all_cores)})
        self._move(self.folder)
        yield
        self._move(self.folder.parent)
        os.sched_setaffinity(0, all_cores)

    def _move(self, folder: Path) -> None:
        (folder / "cgroup.procs").write_text(str(os.getpid()))

    def most_mebibytes(self) -> float:
        """The most that the group held at once, file cache counted."""
        return int((self.folder / self.most).read_text()) / 1024**2

    def remove(self) -> None:
        """Take the empty group away."""
        until(lambda: not (self.folder / "cgroup.procs").read_text(), 10)
        self.folder.rmdir()


def first_page_seconds(stage: Stage, limit: Limit, is_cold: bool) -> float:
    """From the start of everything to the first portal page."""
    if is_cold:
        os.sync()
        Path("/proc/sys/vm/drop_caches").write_text("3")
    began = time.monotonic()
    with limit.held():
        stage.start()
    with urllib.request.urlopen(f"{stage.town.portal_url}/", timeout=30) as page:
        page.read()
    return time.monotonic() - began


def stop_all(stage: Stage) -> None:
    """End the processes in good order; the town lives on."""
    for process in stage.processes.values():
        process.terminate()
    for process in stage.processes.values():
        process.wait(45)
    stage.processes.clear()


def sell(stage: Stage) -> list[float]:
    """People pay one after the other; seconds from callback to online."""
    took = []
    for sale in ready_sales(stage, SALES):
        pay(sale)
        at = until(lambda s=sale: online_at(stage, s), 20)
        took.append(at - sale.paid_at)
        time.sleep(0.05)
    return took


def main(megabytes: int = 512) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    limit = Limit(megabytes * 1_000_000)
    with running_box("web") as stage:
        stop_all(stage)
        cold = first_page_seconds(stage, limit, is_cold=True)
        stop_all(stage)
        warm = first_page_seconds(stage, limit, is_cold=False)
        took = sell(stage)
        most = limit.most_mebibytes()
    limit.remove()
    return {
        "start to the first page, cold / warm, s": f"{cold:.1f} / {warm:.1f}",
        f"callback to online on one core of {megabytes} MB": milliseconds(took),
        "the most memory it held, file cache counted, MiB": f"{most:.0f}",
    }


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
