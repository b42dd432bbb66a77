"""The queue alone: enqueue -> start with an idle worker, and no-op jobs a second.

python tests/bench/queue_bench.py [JOBS]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from common import milliseconds

from hotspot_lite import box as boxes
from hotspot_lite import jobs, settings, store
from hotspot_lite.jobs.queue import LaneHuey
from hotspot_lite.serve import CONSUMER
from hotspot_lite.stage import until

SAMPLES = 100
huey = LaneHuey("bench", jobs.rows)
huey.opened = lambda: boxes.open_box() and None
STAMP = Path(os.environ.get("BENCH_STAMP", "/nonexistent"))


@huey.job("payments")
def stamp(n: int) -> None:
    """Say when it ran."""
    (STAMP.parent / f"{STAMP.name}.{n}").write_text(str(time.time()))


@huey.job("payments")
def nothing(n: int) -> None:
    """Do nothing."""


@contextmanager
def consumer(environment: dict[str, str]) -> Iterator[None]:
    """The stock huey_consumer over this file's jobs."""
    script = Path(sys.executable).with_name(CONSUMER[0])
    process = subprocess.Popen(
        [script, "queue_bench.huey", *CONSUMER[2:]],
        env=os.environ | environment,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: any(jobs.rows.bells.glob("worker-*")), 15)
        time.sleep(0.5)
        yield
    finally:
        process.terminate()
        process.wait()


def latency(folder: Path) -> list[float]:
    """Seconds from put to the job's first line, with a quiet worker."""
    found = []
    for number in range(SAMPLES):
        time.sleep(0.05)
        put_at = time.time()
        jobs.put("payments.stamp", n=number)
        file = folder / f"stamp.{number}"
        text = until(lambda f=file: f.exists() and f.read_text(), 5, every=0.001)
        found.append(float(text) - put_at)
    return found


def rate(environment: dict[str, str], count: int) -> float:
    """No-op jobs a second, drained by one consumer."""
    with store.atomic():
        for number in range(count):
            jobs.put("payments.nothing", n=number)
    with consumer(environment):
        left = lambda: store.database.execute_sql(  # noqa: E731
            "SELECT count(*) FROM job"
        ).fetchone()[0]
        began, before = time.time(), left()
        assert until(lambda: not left(), 120, every=0.005)
        return before / (time.time() - began) if before else float("nan")


def main(count: int = 20_000) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "HOTSPOT_CONFIG": f"{folder}/config.toml",
            "HOTSPOT_BOX_DATA_DIR": f"{folder}/data",
            "HOTSPOT_BOX_RUN_DIR": f"{folder}/run",
            "BENCH_STAMP": f"{folder}/stamp",
            "PYTHONPATH": str(Path(__file__).parent),
        }
        own = {k: v for k, v in environment.items() if k.startswith("HOTSPOT_")}
        boxes.make(settings.load(own))
        boxes.open_box(own)
        with consumer(environment):
            times = latency(Path(folder))
        jobs_a_second = rate(environment, count)
    return {
        "enqueue → start, idle worker, p50 / p95 ms": milliseconds(times),
        "no-op jobs/s, durable lane, one consumer": f"{jobs_a_second:.0f}",
    }


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
