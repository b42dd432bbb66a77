"""Our queue beside plain Huey on SQLite, the same work in one run, as ratios.

python tests/bench/queue_compare.py [--quick] [--write]
(8 minutes; --write puts the table into docs/measured.md.)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from rest import cpu_seconds, written_bytes

from hotspot_lite import box as boxes
from hotspot_lite import settings
from hotspot_lite.stage import until

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "measured.md"
BETWEEN = re.compile(r"(<!-- bench-queue -->\n).*?(<!-- /bench-queue -->)", re.S)
RIVALS = ("ours", "SqliteHuey", "SqlHuey")
# Not run as a file: Huey names its tasks by their module.
PRODUCER = "import sys, queue_rivals; queue_rivals.main(*sys.argv[1:])"
SLOW_MILLISECONDS = 20
# How slow cards are tried: LD_PRELOADed, it makes every flush wait first.
SHIM = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
static int after_a_while(const char *name, int fd) {
  struct timespec wait = {0, %d * 1000000L};
  nanosleep(&wait, 0);
  return ((int (*)(int)) dlsym(RTLD_NEXT, name))(fd);
}
int fsync(int fd) { return after_a_while("fsync", fd); }
int fdatasync(int fd) { return after_a_while("fdatasync", fd); }
"""


@dataclass(frozen=True)
class Work:
    """How much of each; `--quick` is only to see that it runs."""

    jobs: int
    slow_jobs: int
    quiet: tuple[tuple[float, int], ...]  # (seconds of silence, samples)
    idle_seconds: int
    busy_samples: int
    busy_pause: float = 0.01
    slow_busy_pause: float = 0.1


FULL = Work(3_000, 200, ((1.0, 20), (10.0, 6)), 60, 80)
QUICK = Work(200, 20, ((0.2, 3),), 2, 5)


@dataclass
class Rival:
    """One of the queues with its files, and what was measured of it."""

    kind: str
    folder: Path
    environment: dict[str, str]
    found: dict[str, float] = field(default_factory=dict)

    def produce(self, what: str, count: int, pause: float) -> tuple[float, int]:
        """Put jobs from a process of their own; seconds, and bytes written."""
        done = subprocess.run(
            [sys.executable, "-c", PRODUCER, what, str(count), str(pause)],
            cwd=HERE,
            env=self.environment,
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        seconds, written = done.stdout.split()
        return float(seconds), int(written)

    def log(self) -> str:
        """What its consumers have printed last."""
        return (self.folder / "log").read_text()[-2_000:]

    @contextmanager
    def consumer(self, workers: int, count: int = 0) -> Iterator[int]:
        """The stock huey_consumer over it; gives its pid."""
        script = Path(sys.executable).with_name("huey_consumer")
        words = ["queue_rivals.huey", "-k", "thread", "-w", str(workers), "-g", "TERM"]
        process = subprocess.Popen(
            [script, *words],
            cwd=HERE,
            env=self.environment | {"BENCH_COUNT": str(count)},
            stderr=(self.folder / "log").open("ab"),
        )
        try:
            yield process.pid
        finally:
            process.terminate()
            process.wait()


@contextmanager
def rivals(preload: Path | None) -> Iterator[list[Rival]]:
    """All three with new files: hotspot.db on a disk, /run on a tmpfs."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory(dir="/dev/shm") as run,
    ):
        yield [make(kind, Path(folder) / kind, Path(run), preload) for kind in RIVALS]


def make(kind: str, folder: Path, run: Path, preload: Path | None) -> Rival:
    """One of them; ours needs a box."""
    folder.mkdir()
    own = {
        "HOTSPOT_CONFIG": str(folder / "config.toml"),
        "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
        "HOTSPOT_BOX_RUN_DIR": str(run),
        "HOTSPOT_BOX_CLOCK": "trusted",
    }
    if kind == "ours":
        boxes.make(settings.load(own))
    kept = {k: v for k, v in os.environ.items() if not k.startswith("HOTSPOT_")}
    kept |= {"BENCH_RIVAL": kind, "BENCH_FOLDER": str(folder)}
    kept |= {"PYTHONPATH": f"{HERE}:{ROOT}"}
    if preload is not None:
        kept["LD_PRELOAD"] = str(preload)
    return Rival(kind, folder, kept | own)


# -- What is measured --------------------------------------------------------------


def throughput(rival: Rival, count: int) -> None:
    """Jobs a second put by one process, and run by one with 1 and 4 workers."""
    for workers in (1, 4):
        seconds, written = rival.produce("put", count, 0)
        drained, consumer_wrote = drain(rival, workers, count)
        rival.found[f"no-op jobs/s, {workers} worker{'s'[: workers - 1]}"] = drained
        rival.found["enqueue/s"] = count / seconds
        rival.found["KiB written a job"] = (written + consumer_wrote) / count / 1024


def drain(rival: Rival, workers: int, count: int) -> tuple[float, int]:
    """Jobs a second from the first to the last one; bytes written."""
    ends = [rival.folder / f"ran.{number}" for number in (1, count)]
    for file in ends:
        file.unlink(missing_ok=True)
    with rival.consumer(workers, count) as pid:
        assert until(lambda: all(f.exists() and f.read_text() for f in ends), 60), (
            rival.log()
        )
        written = written_bytes(pid)
    first, last = (float(file.read_text()) for file in ends)
    return (count - 1) / (last - first), written


def stamps(rival: Rival, count: int, pause: float) -> float:
    """The median of the milliseconds from put to start."""
    file = rival.folder / "stamps"
    file.unlink(missing_ok=True)
    rival.produce("stamp", count, pause)
    lines = lambda: file.read_text().split() if file.exists() else []  # noqa: E731
    assert until(lambda: len(lines()) == count, 60), rival.kind
    return sorted(map(float, lines()))[count // 2] * 1000


def at_rest(rival: Rival, work: Work, slow: bool) -> None:
    """Latency out of silence, memory, and CPU while nothing happens."""
    with rival.consumer(18 if rival.kind == "ours" else 4) as pid:
        time.sleep(2)
        for quiet, count in work.quiet:
            name = f"start after {quiet:g} s of silence, ms (median)"
            rival.found[name] = stamps(rival, count, quiet)
        if not slow:
            before = cpu_seconds(pid)
            time.sleep(work.idle_seconds)
            spent = cpu_seconds(pid) - before
            rival.found["idle CPU, s a minute"] = spent / work.idle_seconds * 60
            rival.found["memory of the consumer (RSS), MiB"] = resident(pid)


def resident(pid: int) -> float:
    """Resident memory in MiB."""
    text = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+)", text, re.M)[1]) / 1024  # type: ignore[index]


def at_work(rival: Rival, work: Work, pause: float) -> None:
    """Latency while another process puts other jobs steadily."""
    others = int(work.busy_samples * 0.1 / pause) + 10
    with rival.consumer(18 if rival.kind == "ours" else 4):
        time.sleep(2)
        with ThreadPoolExecutor(1) as pool:
            load = pool.submit(rival.produce, "put", others, pause)
            time.sleep(0.5)
            name = f"start among {1 / pause:.0f} other jobs/s, ms (median)"
            rival.found[name] = stamps(rival, work.busy_samples, 0.1)
            load.result()


# -- The whole -----------------------------------------------------------------------


def measure(work: Work, preload: Path | None) -> list[Rival]:
    """Everything of all three, with flushes as they are or slowed."""
    slow = preload is not None
    with rivals(preload) as all_three:
        for rival in all_three:
            throughput(rival, work.slow_jobs if slow else work.jobs)
            at_work(rival, work, work.slow_busy_pause if slow else work.busy_pause)
        # They only wait: side by side is as good as one after the other.
        with ThreadPoolExecutor(len(all_three)) as pool:
            list(pool.map(lambda rival: at_rest(rival, work, slow), all_three))
        return all_three


@contextmanager
def shim() -> Iterator[Path | None]:
    """The library that slows flushes, or None where there is no compiler."""
    compiler = shutil.which("cc")
    if compiler is None:
        yield None
        return
    with tempfile.TemporaryDirectory() as folder:
        source, made = Path(folder) / "slow.c", Path(folder) / "slow.so"
        source.write_text(SHIM % SLOW_MILLISECONDS)
        words = [compiler, "-shared", "-fPIC", "-O1", str(source), "-o", str(made)]
        subprocess.run([*words, "-ldl"], check=True)
        yield made


def table(title: str, found: list[Rival]) -> list[str]:
    """Ratios first: above 1 ours is better, whatever the measure."""
    lines = [
        f"| {title} | ours | SqliteHuey | SqlHuey | against SqliteHuey"
        " | against SqlHuey |",
        "|---|---|---|---|---|---|",
    ]
    for name in found[0].found:
        ours, *others = (rival.found[name] for rival in found)
        is_rate = name.startswith(("no-op", "enqueue"))
        ratio = rate_ratio if is_rate else cost_ratio
        cells = [name, *map(shown, (ours, *others))]
        cells += [f"{ratio(ours, other):.2f}" for other in others]
        lines.append(f"| {' | '.join(cells)} |")
    return [*lines, ""]


def rate_ratio(ours: float, other: float) -> float:
    """How many times as many ours does."""
    return ours / other


def cost_ratio(ours: float, other: float) -> float:
    """How many times less ours costs."""
    return other / max(ours, 0.001)


def shown(value: float) -> str:
    """A figure with as many digits as it deserves."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def caption(load: tuple[float, ...]) -> list[str]:
    """When, where, and what the words mean."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    return [
        f"Measured {day} on {os.cpu_count()} shared cores, load average {load[0]:.2f}"
        " before the run. A ratio above 1 is in our favour. SqliteHuey is plain Huey"
        " 3.5.4 and SqlHuey its contrib.sql_huey on peewee, both with default"
        " polling, a flush at each commit and 4 workers (ours: 10 lanes, 18 workers)"
        " where the table names none. Both lose the running job when the worker is"
        " killed; ours runs it again.",
        "",
    ]


def main(words: list[str]) -> None:
    """Measure all, print the tables, and write them where told to."""
    work = QUICK if "--quick" in words else FULL
    lines = caption(os.getloadavg())
    lines += table("flushes as they are", measure(work, None))
    with shim() as preload:
        if preload is None:
            lines += ["Slow flushes were not tried: there is no cc here."]
        else:
            title = f"each flush {SLOW_MILLISECONDS} ms slower"
            lines += table(title, measure(work, preload))
    text = "\n".join(lines).rstrip() + "\n"
    print(text)
    if "--write" in words:
        old = PAGE.read_text(encoding="utf-8")
        put: Callable[[re.Match[str]], str] = lambda m: m[1] + text + m[2]  # noqa: E731
        PAGE.write_text(BETWEEN.sub(put, old), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
