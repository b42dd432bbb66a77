"""The timetable of periodic jobs: declared, noted, late."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from huey import crontab
from reading import Start, lines

from hotspot_lite import jobs
from hotspot_lite.bell import Bell
from hotspot_lite.jobs import control, notes, rescue, sight, timetable
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.jobs.timetable import Periodic
from hotspot_lite.stage import until

pytestmark = pytest.mark.usefixtures("box")
NOON = 1_800_014_400.0  # 2027-01-15 12:00 UTC
rows = jobs.rows
TICK = Periodic("router-data.sample", "router-data", every=lambda: 30.0)
NIGHTLY = Periodic(
    "log-rotation.tidy", "log-rotation", minutes=crontab(hour="3", minute="10")
)


@pytest.mark.parametrize(
    ("minutes", "says", "every"),
    [
        (crontab(), "every minute", 60),
        (crontab(minute="*/5"), "every 5 minutes", 300),
        (crontab(minute="7"), "every hour at :07", 3600),
        (crontab(hour="3", minute="10"), "every day at 03:10", 86_400),
        (crontab(hour="3,4", minute="0"), "by crontab", 82_800),
    ],
)
def test_a_crontab_is_said_in_words(minutes: object, says: str, every: float) -> None:
    one = Periodic("default.x", "default", minutes=minutes)  # type: ignore[arg-type]
    assert one.says(NOON) == (says, every)


@pytest.mark.parametrize(
    ("pause", "ends_after"), [(5.0, 4.75), (2.0, 0.75), (3.5, 3.5), (0.5, 0.5)]
)
def test_a_pause_of_whole_seconds_ends_with_others(
    pause: float, ends_after: float
) -> None:
    assert timetable.on_beat(pause, NOON + 1.25) == ends_after


def declare(now: float) -> Bell:
    bell = Bell(rows.bells, "worker")
    notes.consumer_started(rows, bell.name, ["router-data", "log-rotation"], now)
    served = ["router-data", "log-rotation"]
    timetable.declare(rows, [TICK, NIGHTLY], served, now)
    return bell


def shown(now: float) -> dict[str, sight.Timed]:
    return {one.name: one for one in sight.timetable(rows, now)}


def ran(one: Periodic, now: float, **end: object) -> None:
    rows.put(one.name, {}, now=now, once="tick")
    taken: Taken | None = rows.take("w", tuple(rows.lanes().values()), now)
    assert taken is not None
    if end:
        rows.fail(taken, str(end["error"]), "", now=now)
    else:
        rows.done(taken, now)
    timetable.note_run(rows, one, taken, 2.0, now, one.next_after(now))


def test_a_declared_job_says_when_it_runs_next() -> None:
    bell = declare(NOON)
    found = shown(NOON)
    assert found[TICK.name].when == "every 30 s"
    nightly = found[NIGHTLY.name]
    assert (nightly.when, nightly.last_at) == ("every day at 03:10", None)
    assert nightly.next_at == NOON + (15 * 60 + 10) * 60
    bell.close()


def test_a_run_is_noted_with_how_long_it_took_and_when_the_next_is() -> None:
    bell = declare(NOON)
    ran(TICK, NOON + 5)
    one = shown(NOON + 6)[TICK.name]
    assert (one.last_at, one.took_seconds, one.next_at) == (NOON + 3, 2, NOON + 35)
    bell.close()


def test_what_did_not_run_for_two_intervals_is_late_while_a_consumer_lives() -> None:
    bell = declare(NOON)
    ran(TICK, NOON)
    assert not shown(NOON + 89)[TICK.name].is_late
    assert shown(NOON + 91)[TICK.name].is_late
    control.pause(rows, "router-data")
    assert not shown(NOON + 91)[TICK.name].is_late
    control.resume(rows, "router-data")
    bell.close()
    assert not shown(NOON + 91)[TICK.name].is_late


def test_a_nightly_job_missed_while_the_box_was_off_is_late_when_it_is_back() -> None:
    rescue.first_in_minute(rows, NIGHTLY.name, int(NOON // 60))
    bell = declare(NOON + 4 * 86_400)
    one = shown(NOON + 4 * 86_400)[NIGHTLY.name]
    assert one.last_at == NOON and one.is_late
    bell.close()


def test_a_periodic_failure_is_said_until_a_run_goes_well() -> None:
    bell = declare(NOON)
    for number in range(3):
        ran(TICK, NOON + number, error="no router")
    assert shown(NOON)[TICK.name].last_error == "no router"
    assert sight.counts(rows, NOON)["router-data"]["failed"] == 3
    ran(TICK, NOON + 9)
    assert shown(NOON)[TICK.name].last_error == ""
    (row,) = sight.failed(rows)
    assert (row.times, row.succeeded_at) == (3, NOON + 9)
    assert sight.counts(rows, NOON)["router-data"]["failed"] == 0
    bell.close()


def test_a_minutes_mark_is_on_disk_and_outlives_a_restart_of_the_box() -> None:
    assert rescue.first_in_minute(rows, "log-rotation.tidy", 5)
    folder = rows.bells.parent
    rows.run.close()
    (folder / "queue.db").unlink()
    rows.open(folder)
    assert not rescue.first_in_minute(rows, "log-rotation.tidy", 5)


def test_a_job_no_longer_declared_leaves_the_timetable() -> None:
    declare(NOON).close()
    timetable.declare(rows, [NIGHTLY], ["router-data", "log-rotation"], NOON)
    assert list(shown(NOON)) == [NIGHTLY.name]


def test_a_consumer_writes_down_its_timetable_and_itself_for_all_to_read(
    start: Start, done: Path
) -> None:
    process = start()
    assert until(lambda: lines(done, "tick"), 5)
    found = {one.name: one for one in sight.timetable(rows)}
    assert found["router-data.ticks"].when == "every 0.05 s"
    assert found["log-rotation.each_minute"].when == "every minute"
    (seen,) = sight.consumers(rows)
    assert seen.pid == process.pid and seen.is_alive and "payments" in seen.lanes
    process.kill()
    process.wait()
    assert not sight.consumers(rows)[0].is_alive


def test_a_minutes_job_runs_once_though_the_consumer_starts_three_times(
    start: Start, done: Path
) -> None:
    for _ in range(3):
        process = start()
        until(lambda: lines(done, "minute"), 3)
        process.terminate()
        process.wait()
    # At most one more, where the clock's minute turned meanwhile.
    assert len(lines(done, "minute")) <= 2


def test_each_job_is_one_line_of_the_log_that_names_all_that_finds_it(
    start: Start, done: Path, tmp_path: Path
) -> None:
    start()
    jobs.put("payments.quick", n=1, tags=["payment:17", "phone:9"])
    jobs.put("payments.gives_up", n=2)
    assert until(lambda: sight.failed(rows) and lines(done, "quick"), 5)
    log = tmp_path / "log"
    assert until(lambda: log.read_text().count(" lane=payments ") == 2, 5)
    ours = [line for line in log.read_text().splitlines() if " lane=payments " in line]
    good = next(line for line in ours if "job=payments.quick" in line)
    assert re.search(
        r"^\d{4}-.* end=done ms=\d+ lane=payments job=payments.quick id=d\d+ try=1"
        r' tags=payment:17,phone:9 args=\{"n":1\}$',
        good,
    )
    bad = next(line for line in ours if "job=payments.gives_up" in line)
    assert "end=failed" in bad
    assert bad.endswith("error=The key is wrong. Mend it.")
