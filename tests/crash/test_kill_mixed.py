"""kill -9 of consumers at random over every kind of job: nothing lost or doubled."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.bell import is_heard
from hotspot_lite.box import Box
from hotspot_lite.jobs import sight
from hotspot_lite.jobs.rescue import DEATHS_ALLOWED
from hotspot_lite.stage import until

MOST_OPEN = 60
ONCE_KEYS = 4
DURABLE = ("writes", "finishes", "appends", "comes_back", "is_delayed")
KINDS = (*DURABLE, "sees", "is_volatile", "was_rolled_back")
LANE = {
    "writes": "payments",
    "finishes": "router-data",
    "appends": "hotspot-sms",
    "comes_back": "router-data",
    "is_delayed": "provisioning",
    "sees": "hotspot-sessions",
    "is_volatile": "router-checks",
    "was_rolled_back": "payments",
}


class Consumers:
    """Real consumer processes, that can be killed one by one."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self.nursery = subprocess.Popen(
            [sys.executable, "-c", "import mixed_jobs; mixed_jobs.nursery()"],
            cwd=Path(__file__).parent,
            env=os.environ | environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log.open("ab"),
            text=True,
        )
        self.alive: list[int] = []

    def start(self) -> None:
        """Start one, and wait until it listens."""
        assert self.nursery.stdin and self.nursery.stdout
        self.nursery.stdin.write("start\n")
        self.nursery.stdin.flush()
        pid = int(self.nursery.stdout.readline())
        self.alive.append(pid)
        assert until(lambda: self.listens(pid), 15, every=0.002)

    def listens(self, pid: int) -> bool:
        """Whether its bell is heard."""
        found = jobs.rows.bells.glob(f"worker-{pid}-*")
        return any(is_heard(path.parent, path.name) for path in found)

    def kill(self, pid: int) -> int:
        """Kill one, wherever it is; how many jobs it was in the middle of."""
        os.kill(pid, signal.SIGKILL)
        assert until(lambda: not Path(f"/proc/{pid}").exists(), 5, every=0.001)
        self.alive.remove(pid)
        found = jobs.rows.run.execute_sql(
            "SELECT count(*) FROM reservation WHERE consumer LIKE ?",
            (f"worker-{pid}-%",),
        )
        return int(found.fetchone()[0])

    def stop(self) -> None:
        """End them all."""
        for pid in list(self.alive):
            self.kill(pid)
        self.nursery.kill()
        self.nursery.wait()


class Load(threading.Thread):
    """Puts jobs of every kind, each with its fact, until told to stop."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.enough = threading.Event()
        self.volatile: set[int] = set()
        self.count = 0

    def run(self) -> None:
        dice = random.Random(23)
        while not self.enough.is_set():
            if open_jobs() > MOST_OPEN:
                time.sleep(0.005)
                continue
            self.count += 1
            self.put(dice.choice(KINDS), dice)
        store.close()
        jobs.rows.run.close()

    def put(self, kind: str, dice: random.Random) -> None:
        n, delay = self.count, 0.0
        args: dict[str, Any] = {"n": n}
        if kind == "is_volatile":
            jobs.put(f"{LANE[kind]}.{kind}", n=n)
            self.volatile.add(n)
            return
        if kind == "sees":
            args["n"] = n = dice.randrange(ONCE_KEYS)
        if kind == "is_delayed":
            delay = dice.choice((0.05, 0.5, 2.0))
            args["not_before"] = time.time() + delay
        self.put_with_fact(kind, n, args, delay)

    def put_with_fact(
        self, kind: str, n: int, args: dict[str, Any], delay: float
    ) -> None:
        once = str(n) if kind == "sees" else None
        try:
            with store.atomic():
                add_fact(kind, n, self.count)
                jobs.put(
                    f"{LANE[kind]}.{kind}",
                    once=once,
                    delay_seconds=delay,
                    durable=True,
                    **args,
                )
                if kind == "was_rolled_back":
                    raise InterruptedError
        except InterruptedError:
            pass


def add_fact(kind: str, n: int, seq: int) -> None:
    store.database.execute_sql("INSERT INTO fact VALUES (?, ?, ?)", (kind, n, seq))


def ask(sql: str, *values: object) -> list[Any]:
    rows: list[Any] = store.database.execute_sql(sql, values).fetchall()
    return rows


def open_jobs() -> int:
    (mine,) = store.database.execute_sql("SELECT count(*) FROM job").fetchone()
    (run,) = jobs.rows.run.execute_sql("SELECT count(*) FROM job").fetchone()
    return int(mine + run)


def is_at_rest() -> bool:
    reserved = jobs.rows.run.execute_sql("SELECT 1 FROM reservation").fetchone()
    return not open_jobs() and reserved is None


@pytest.fixture
def effects(tmp_path: Path) -> Path:
    folder = tmp_path / "effects"
    folder.mkdir()
    return folder


@pytest.fixture
def consumers(
    box: Box, box_environment: dict[str, str], effects: Path, tmp_path: Path
) -> Iterator[Consumers]:
    for table in ("fact", "effect"):
        store.database.execute_sql(f"CREATE TABLE {table} (kind TEXT, n INT, seq INT)")
        store.database.execute_sql(f"CREATE INDEX {table}_of ON {table} (kind, n, seq)")
    store.close()
    environment = box_environment | {"TEST_EFFECTS": str(effects)}
    made = Consumers(environment, tmp_path / "log")
    yield made
    made.stop()


def kill_at_random(consumers: Consumers, kills: int) -> int:
    """Kill as many, sometimes one of two side by side; jobs that were hit."""
    dice, hits = random.Random(29), 0
    for _ in range(kills):
        wanted = dice.choice((1, 1, 2))
        while len(consumers.alive) < wanted:
            consumers.start()
        time.sleep(dice.random() * dice.choice((0.02, 0.1, 0.3)))
        assert until(nothing_is_near_its_limit, 30), sight.waiting_jobs(jobs.rows)
        hits += consumers.kill(dice.choice(consumers.alive))
    return hits


def nothing_is_near_its_limit() -> bool:
    """No job died so often that two more deaths make it fail, as they should.

    The first in line is taken first by each new consumer, so on a busy machine
    kills that follow each other fast can all hit the same job.
    """
    near = f"SELECT 1 FROM job WHERE deaths > {DEATHS_ALLOWED - 2}"
    return not any(
        db.execute_sql(near).fetchone() for db in (store.database, jobs.rows.run)
    )


def run(consumers: Consumers, effects: Path, kills: int) -> None:
    load = Load()
    load.start()
    hits = kill_at_random(consumers, kills)
    load.enough.set()
    load.join(10)
    consumers.start()
    assert until(is_at_rest, 60), sight.waiting_jobs(jobs.rows)
    lines = Counter((effects / "effects").read_text().splitlines())
    print(f"{kills} kills hit {hits} running jobs of {load.count}")
    assert hits > kills / 2, "the test has teeth only where jobs are hit"
    check_durable(lines)
    check_exactly_once()
    check_unique()
    assert {n for n in load.volatile if f"is_volatile {n}" not in lines} == set()
    assert [line for line in lines if line.startswith("wrong")] == []
    assert sight.failed(jobs.rows) == []
    assert ask("PRAGMA quick_check") == [("ok",)]


def check_durable(lines: Counter[str]) -> None:
    """The effect of every durable job that was committed happened at least once."""
    for kind in DURABLE:
        facts = {n for (n,) in ask("SELECT n FROM fact WHERE kind = ?", kind)}
        inside = {n for (n,) in ask("SELECT n FROM effect WHERE kind = ?", kind)}
        outside = {n for n in facts if f"{kind} {n}" in lines}
        assert facts and facts == inside | outside, kind


def check_exactly_once() -> None:
    """What ends in the transaction of its effects has had them once."""
    twice = ask(
        "SELECT n, count(*) FROM effect WHERE kind = 'finishes'"
        " GROUP BY n HAVING count(*) > 1"
    )
    assert twice == []


def check_unique() -> None:
    """A put that met a waiting job of its key was seen by that job."""
    newest = "SELECT n, max(seq) FROM {} WHERE kind = 'sees' GROUP BY n"
    facts, seen = [dict(ask(newest.format(table))) for table in ("fact", "effect")]
    assert len(facts) == ONCE_KEYS and facts == seen


def test_a_hundred_kills_over_a_mixed_load_lose_and_double_nothing(
    consumers: Consumers, effects: Path
) -> None:
    run(consumers, effects, 100)


@pytest.mark.slow
def test_a_thousand_kills_over_a_mixed_load_lose_and_double_nothing(
    consumers: Consumers, effects: Path
) -> None:
    run(consumers, effects, 1_000)
