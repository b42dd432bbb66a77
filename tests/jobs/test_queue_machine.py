"""Whatever happens in whatever order: no job is lost, none runs twice at once.

The queue's real files, and beside them a model in plain Python that says what must
be in them. Time is ours: a machine that sleeps, steps its clock and starts again.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from hotspot_lite import bell, clock, store
from hotspot_lite.errors import HotspotError, TryAgain
from hotspot_lite.jobs import lanes, rescue
from hotspot_lite.jobs.files import Rows
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.store import database, migrations

NOW = 1_800_000_000
ALL = lanes.served("")
JOB = "SELECT id, name, once, due_at, made_at, attempts, deaths FROM job"
FAILURE = "SELECT name, args, attempts, times FROM failed_job"
MARK = "SELECT value FROM mark WHERE name = 'offset'"
RESERVED = "SELECT durable, job_id FROM reservation"
Key = tuple[bool, int]  # in the durable file or not, and the row's id


@dataclass(frozen=True)
class Put:
    """What somebody asks for."""

    name: str
    n: int
    once: str | None
    delay: int
    durable: bool | None

    @property
    def is_durable(self) -> bool:
        """Whether its row is to be in hotspot.db."""
        return lanes.of(self.name).durable if self.durable is None else self.durable


PUTS = st.builds(
    Put,
    st.sampled_from(
        [
            "payments.push",
            "payments.fulfil",
            "provisioning.admit",
            "hotspot-accounting.sum",
            "router-checks.ping",
            "router-data.read",
        ]
    ),
    st.integers(0, 2),
    st.sampled_from([None, None, "a", "b"]),
    st.sampled_from([0, 0, 0, 5, 90]),
    st.sampled_from([None, None, None, True, False]),
)


@dataclass
class Job:
    """The model of a job. Its times are of the boot clock, which never steps."""

    wish: Put
    due: float
    made: float
    attempts: int = 0
    deaths: int = 0

    @property
    def lane(self) -> lanes.Lane:
        """Its lane."""
        return lanes.of(self.wish.name)


@dataclass
class Consumer:
    """A worker process: its own connection, its own bell."""

    rows: Rows
    bell: bell.Bell
    is_alive: bool = True

    def die(self) -> None:
        """As kill -9: its pipe stays in the folder, and nobody listens."""
        self.is_alive = False
        fileno, self.bell.fileno = self.bell.fileno, 0
        if fileno:
            os.close(fileno)
        self.rows.run.close()


@dataclass
class Held:
    """A reservation: who runs which job since when."""

    consumer: Consumer
    taken: Taken
    job: Key
    since: float
    is_ours: bool = True  # false once it was taken back


@dataclass
class World:
    """What the model knows."""

    boot: float = 1000.0
    offset: float = NOW - 1000.0  # wall clock minus boot clock
    jobs: dict[Key, Job] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    failed: Counter[tuple[str, str, int]] = field(default_factory=Counter)

    @property
    def wall(self) -> float:
        """What the wall clock shows."""
        return self.boot + self.offset

    def reserved(self) -> dict[Key, Held]:
        """The reservations that hold, by job."""
        return {held.job: held for held in self.held if held.is_ours}

    def waits(self, wish: Put) -> bool:
        """Whether a job of that name and key waits."""
        return wish.once is not None and any(
            (job.wish.name, job.wish.once, key[0])
            == (wish.name, wish.once, wish.is_durable)
            for key, job in self.jobs.items()
            if key not in self.reserved()
        )

    def best(self) -> Key | None:
        """The job that goes next."""
        reserved = self.reserved()
        running = Counter(self.lane_of(held) for held in reserved.values())
        due = [
            (-job.lane.priority, job.due, *key)
            for key, job in self.jobs.items()
            if key not in reserved
            and job.due <= self.boot
            and running[job.lane.name] < job.lane.workers
        ]
        return min(due)[2:] if due else None

    def lane_of(self, held: Held) -> str:
        """The lane of a reservation, whose job may be gone already."""
        return held.taken.lane.name


@cache
def empty_file() -> Path:
    """A migrated hotspot.db, made once: examples copy it."""
    file = Path(tempfile.mkdtemp()) / "hotspot.db"
    migrations.migrate(file)
    return file


class Queue(RuleBasedStateMachine):
    """Producers, workers and a machine, doing what they do at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        self.clock = mock.patch.object(clock, "boot_seconds", lambda: self.world.boot)
        self.clock.start()
        self.folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
        shutil.copy(empty_file(), self.folder / "hotspot.db")
        store.open_file(self.folder / "hotspot.db")
        self.web = self.open_rows()
        self.workers = [self.start_consumer(), self.start_consumer()]
        rescue.notice_step(self.web, self.world.wall)

    def open_rows(self) -> Rows:
        rows = Rows(database)
        rows.open(self.folder / "run")
        return rows

    def start_consumer(self) -> Consumer:
        rows = self.open_rows()
        return Consumer(rows, bell.Bell(rows.bells, "worker"))

    def teardown(self) -> None:
        try:
            self.nothing_is_left_behind()
        finally:
            for worker in self.workers:
                worker.die()
            self.web.run.close()
            store.close()
            self.clock.stop()
            shutil.rmtree(self.folder)

    def nothing_is_left_behind(self) -> None:
        """Whatever has happened: all that is to be run can be run."""
        last = self.start_consumer()
        self.workers.append(last)
        self.world.boot += 100_000
        self.recover_with(last)
        ran = set()
        while (held := self.take_with(last)) is not None:
            assert held.job not in ran
            ran.add(held.job)
            last.rows.done(held.taken)
            self.forget(held)
        assert self.world.jobs == {}

    # -- time --------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 4, 10, 31, 61, 121]))
    def time_passes(self, seconds: int) -> None:
        self.world.boot += seconds

    @rule(seconds=st.sampled_from([-86_400, -3_600, -60, 60, 3_600, 86_400]))
    def the_clock_is_set(self, seconds: int) -> None:
        self.world.offset += seconds

    def marked(self) -> float:
        """Wall clock minus boot clock, as the rows have it: steps are noticed late."""
        found = self.web.run.execute_sql(MARK).fetchone()[0]
        return float(found)

    # -- putting -----------------------------------------------------------------

    @rule(wish=PUTS)
    def put(self, wish: Put) -> None:
        row_id = self.web.put(
            wish.name,
            {"n": wish.n},
            once=wish.once,
            delay_seconds=wish.delay,
            durable=wish.durable,
            now=self.world.wall,
        )
        assert (row_id is None) == self.world.waits(wish)
        if row_id is not None:
            made = self.world.boot
            job = Job(wish, made + wish.delay, made)
            self.world.jobs[(wish.is_durable, row_id)] = job

    @rule(
        wishes=st.lists(PUTS.filter(lambda wish: wish.is_durable), max_size=3),
        which=st.integers(0, 9),
        ends_well=st.booleans(),
    )
    def a_transaction(self, wishes: list[Put], which: int, ends_well: bool) -> None:
        """Facts and jobs, and perhaps the end of the job that makes them."""
        durable = [held for held in self.running() if held.job[0]]
        held = durable[which] if which < len(durable) else None
        before = dict(self.world.jobs)
        try:
            with store.atomic():
                for wish in wishes:
                    self.put(wish)
                if held is not None:
                    held.consumer.rows.finish(held.taken)
                    self.world.jobs.pop(held.job, None)
                if not ends_well:
                    raise InterruptedError
        except InterruptedError:
            self.world.jobs = before
        except TryAgain:  # it ran too long: what it put is not put either
            assert held is not None and not self.is_reserved(held)
            self.world.jobs = before

    def is_reserved(self, held: Held) -> bool:
        """Whether the reservation is still there: a late one is taken back."""
        token = (held.taken.token,)
        sql = "SELECT 1 FROM reservation WHERE token = ?"
        return self.web.run.execute_sql(sql, token).fetchone() is not None

    # -- taking ------------------------------------------------------------------

    def running(self) -> list[Held]:
        """What living consumers believe to run, also what was taken back."""
        return [held for held in self.world.held if held.consumer.is_alive]

    @rule(which=st.integers(0, 9))
    def take(self, which: int) -> None:
        alive = [worker for worker in self.workers if worker.is_alive]
        if alive:
            self.take_with(alive[which % len(alive)])

    def take_with(self, worker: Consumer) -> Held | None:
        rescue.notice_step(worker.rows, self.world.wall)
        best = self.world.best()
        taken = worker.rows.take(worker.bell.name, ALL, self.world.wall)
        assert (taken and (taken.durable, taken.id)) == best
        if taken is None or best is None:
            return None
        job = self.world.jobs[best]
        assert (taken.name, taken.args) == (job.wish.name, {"n": job.wish.n})
        assert taken.attempt == job.attempts + 1
        held = Held(worker, taken, best, self.world.boot)
        self.world.held.append(held)
        return held

    # -- settling ----------------------------------------------------------------

    def forget(self, held: Held) -> None:
        """The model of a job that is over, if it was still ours."""
        self.world.held.remove(held)
        if held.is_ours:
            self.world.jobs.pop(held.job, None)

    def pick(self, which: int) -> Held | None:
        running = self.running()
        return running[which % len(running)] if running else None

    @rule(which=st.integers(0, 9))
    def done(self, which: int) -> None:
        if held := self.pick(which):
            held.consumer.rows.done(held.taken)
            self.forget(held)

    @rule(
        which=st.integers(0, 9),
        delay=st.sampled_from([0, 5, 30]),
        counted=st.booleans(),
    )
    def again(self, which: int, delay: int, counted: bool) -> None:
        held = self.pick(which)
        if held is None:
            return
        world, rows = self.world, held.consumer.rows
        rows.again(held.taken, delay, "broke", counted, now=world.wall)
        world.held.remove(held)
        job = world.jobs.get(held.job)
        if job is not None and held.is_ours:
            job.due, job.made = world.boot + delay, world.boot
            job.attempts += counted

    @rule(which=st.integers(0, 9))
    def fail(self, which: int) -> None:
        held = self.pick(which)
        if held is None:
            return
        held.consumer.rows.fail(held.taken, "broke", "", now=self.world.wall)
        if held.is_ours and not held.taken.settled:
            self.note_failure(self.world.jobs[held.job], held.job[0])
        self.forget(held)

    def note_failure(self, job: Job, durable: bool) -> None:
        args = json.dumps({"n": job.wish.n}, separators=(",", ":"))
        self.world.failed[(job.wish.name, args, durable)] += 1

    # -- dying -------------------------------------------------------------------

    @rule(which=st.integers(0, 9))
    def a_worker_is_killed(self, which: int) -> None:
        alive = [worker for worker in self.workers if worker.is_alive]
        if alive:
            alive[which % len(alive)].die()

    @rule()
    def a_worker_starts(self) -> None:
        if sum(worker.is_alive for worker in self.workers) < 3:
            self.workers.append(self.start_consumer())

    @rule(which=st.integers(0, 9))
    def recover(self, which: int) -> None:
        alive = [worker for worker in self.workers if worker.is_alive]
        if alive:
            self.recover_with(alive[which % len(alive)])

    def recover_with(self, worker: Consumer) -> None:
        found = rescue.recover(worker.rows, worker.bell.name)
        lost = [held for held in self.world.held if held.is_ours and self.is_lost(held)]
        assert sorted(found) == sorted(held.job[1] for held in lost)
        for held in lost:
            held.is_ours = False
            job = self.world.jobs.get(held.job)
            if job is not None:
                job.deaths += 1
                self.bury_a_killer(held.job, job)

    def is_lost(self, held: Held) -> bool:
        """Whether it is to be taken back: its worker is dead, or it is late."""
        age = self.world.boot - held.since
        return not held.consumer.is_alive or age > held.taken.lane.timeout_seconds

    def bury_a_killer(self, key: Key, job: Job) -> None:
        if job.deaths > rescue.DEATHS_ALLOWED:
            del self.world.jobs[key]
            self.note_failure(job, key[0])

    @rule(clock_goes=st.sampled_from([-3_600, 5, 300]))
    def the_machine_starts_again(self, clock_goes: int) -> None:
        """/run is empty then; without a clock chip it may be earlier than before."""
        marked = self.marked()
        for worker in self.workers:
            worker.die()
        self.web.run.close()
        shutil.rmtree(self.folder / "run")
        world, wall = self.world, self.world.wall + clock_goes
        kept = {key: job for key, job in world.jobs.items() if key[0]}
        world.held, world.boot, world.offset = [], 10.0, wall - 10.0
        for job in kept.values():
            self.carry_over(job, marked)
        world.jobs = kept
        for key in [key for key in world.failed if not key[2]]:
            del world.failed[key]
        self.web = self.open_rows()
        self.workers = [self.start_consumer()]
        rescue.notice_step(self.web, world.wall)

    def carry_over(self, job: Job, marked: float) -> None:
        """Its times of the old boot clock, as the new one tells them."""
        due, made = job.due + marked, job.made + marked
        if made > self.world.wall + clock.STEP_SECONDS:
            due, made = due - made + self.world.wall, self.world.wall
        job.due, job.made = due - self.world.offset, made - self.world.offset

    # -- what must hold ----------------------------------------------------------

    @invariant()
    def the_files_hold_what_the_model_says(self) -> None:
        found = {}
        for durable, db in ((True, database), (False, self.web.run)):
            for row in db.execute_sql(JOB).fetchall():
                found[(durable, row[0])] = (row[1], *row[3:])
        marked = self.marked()
        assert found == {
            key: (
                job.wish.name,
                job.due + marked,
                job.made + marked,
                job.attempts,
                job.deaths,
            )
            for key, job in self.world.jobs.items()
        }

    @invariant()
    def no_lane_runs_more_than_its_workers(self) -> None:
        found = self.web.run.execute_sql(RESERVED).fetchall()
        reserved = self.world.reserved()
        assert sorted((bool(row[0]), row[1]) for row in found) == sorted(reserved)
        running = Counter(self.world.lane_of(held) for held in reserved.values())
        for name, count in running.items():
            assert count <= lanes.LANES[name].workers

    @invariant()
    def every_failure_is_counted(self) -> None:
        found: Counter[Any] = Counter()
        for durable, db in ((True, database), (False, self.web.run)):
            for name, args, _, times in db.execute_sql(FAILURE).fetchall():
                found[(name, args, durable)] = times
        assert found == self.world.failed


def run(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Queue,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_whatever_happens_in_whatever_order_no_job_is_lost() -> None:
    run(150, 40)


@pytest.mark.slow
def test_whatever_happens_for_a_long_time_no_job_is_lost() -> None:
    run(3_000, 60)


# -- What the machine has found, one by one ----------------------------------------


class Scene(Queue):
    """The machine, led by hand."""

    def holds(self) -> None:
        """See that the files are as the model says."""
        self.the_files_hold_what_the_model_says()
        self.no_lane_runs_more_than_its_workers()


@pytest.fixture
def scene() -> Iterator[Scene]:
    made = Scene()
    yield made
    made.teardown()


def wish(name: str = "payments.push", once: str | None = None) -> Put:
    return Put(name, 0, once, 0, None)


def test_a_step_first_seen_in_a_transaction_that_fails_is_not_forgotten(
    scene: Scene,
) -> None:
    scene.put(wish())
    scene.the_clock_is_set(-86_400)
    scene.a_transaction([wish()], 9, ends_well=False)
    scene.holds()


def test_a_retry_written_before_a_step_is_noticed_waits_no_longer(
    scene: Scene,
) -> None:
    scene.put(wish())
    scene.take(0)
    scene.the_clock_is_set(3_600)
    scene.again(0, 30, counted=True)
    scene.holds()


def test_a_clock_set_and_set_back_is_no_news_to_who_saw_neither(scene: Scene) -> None:
    scene.the_clock_is_set(-86_400)
    scene.take(0)
    scene.the_clock_is_set(86_400)
    scene.put(wish())
    scene.holds()


def test_of_two_puts_with_a_key_one_waits_though_a_third_has_just_run(
    scene: Scene,
) -> None:
    scene.put(wish(once="a"))
    scene.take(0)
    scene.put(wish(once="a"))
    scene.done(0)
    scene.put(wish(once="a"))


def test_a_put_is_not_swallowed_while_two_of_its_key_run(scene: Scene) -> None:
    for _ in range(2):
        scene.put(wish(once="a"))
        scene.take(0)
    scene.put(wish(once="a"))


def test_who_is_late_and_who_took_over_do_not_both_commit(scene: Scene) -> None:
    scene.put(wish())
    scene.take(0)
    scene.time_passes(121)
    scene.recover(0)
    scene.take(1)
    database.execute_sql("CREATE TABLE effect (n INTEGER)")
    for held in list(scene.world.held):
        with suppress(HotspotError), store.atomic():
            database.execute_sql("INSERT INTO effect VALUES (1)")
            held.consumer.rows.finish(held.taken)
    scene.world.jobs.clear()
    (count,) = database.execute_sql("SELECT count(*) FROM effect").fetchone()
    assert count == 1


def test_a_volatile_put_in_a_transaction_that_fails_is_not_put(scene: Scene) -> None:
    with pytest.raises(InterruptedError), store.atomic():
        scene.web.put("router-data.read", {"n": 0}, now=scene.world.wall)
        raise InterruptedError
    assert scene.web.take("worker-x", ALL, scene.world.wall) is None


def test_a_death_seen_by_two_at_once_is_one_death(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.put(wish())
    scene.take(0)
    scene.a_worker_is_killed(0)
    scene.a_worker_starts()
    first, second = scene.workers[1:]
    count = rescue._count_death

    def and_then_the_other(*args: Any) -> None:
        monkeypatch.setattr(rescue, "_count_death", count)
        rescue.recover(second.rows, second.bell.name)
        count(*args)

    monkeypatch.setattr(rescue, "_count_death", and_then_the_other)
    scene.recover_with(first)
    scene.holds()
