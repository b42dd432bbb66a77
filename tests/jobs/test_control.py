"""What an operator does to the queue, and what comes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from reading import Start, lines

from hotspot_lite import jobs
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import control, lanes, sight
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.stage import until

pytestmark = pytest.mark.usefixtures("box")
NOW = 1_800_000_000.0
ALL = lanes.served("")
rows = jobs.rows


def put(name: str, **options: object) -> None:
    rows.put(name, options.pop("args", {}), now=NOW, **options)  # type: ignore[arg-type]


def take(now: float = NOW) -> Taken | None:
    return rows.take("worker-x", ALL, now)


def fail(name: str, now: float = NOW, **options: object) -> None:
    put(name, **options)
    taken = take(now)
    assert taken is not None and taken.name == name
    rows.fail(taken, "broken", "Traceback…", now=now)


# -- failed jobs


def test_a_retried_job_runs_with_fresh_tries_and_its_row_says_so() -> None:
    fail("payments.push", args={"n": 1}, tags=["payment:1"])
    (before,) = sight.failed(rows)
    assert control.retry(rows, job_id=before.id, now=NOW + 5) == 1
    (row,) = sight.failed(rows)
    assert (row.retried_at, row.succeeded_at) == (NOW + 5, None)
    taken = take(NOW + 6)
    assert taken is not None
    assert (taken.attempt, taken.args, taken.tags) == (1, {"n": 1}, ["payment:1"])


def test_a_retried_job_that_succeeds_says_so() -> None:
    fail("payments.push")
    control.retry(rows, now=NOW)
    taken = take()
    assert taken is not None
    rows.done(taken, now=NOW + 9)
    (row,) = sight.failed(rows)
    assert (row.times, row.retried_at, row.succeeded_at) == (1, NOW, NOW + 9)
    assert sight.counts(rows, NOW)["payments"]["failed"] == 0
    assert control.retry(rows, now=NOW) == 0


def test_a_retried_job_that_fails_again_is_the_same_row_with_one_more() -> None:
    fail("payments.push")
    control.retry(rows, now=NOW)
    taken = take()
    assert taken is not None
    rows.fail(taken, "broken", "", now=NOW + 9)
    (row,) = sight.failed(rows)
    assert (row.times, row.retried_at, row.first_at, row.last_at) == (
        *(2, None),
        *(NOW, NOW + 9),
    )


@pytest.mark.parametrize("name", ["payments.push", "router-data.sample"])
def test_a_job_is_put_again_once_however_often_it_is_asked_for(name: str) -> None:
    fail(name)
    (row,) = sight.failed(rows)
    assert row.id == ("v1" if name.startswith("router") else "d1")
    assert control.retry(rows, job_id=row.id, now=NOW) == 1
    assert control.retry(rows, job_id=row.id, now=NOW) == 0
    assert control.retry(rows, now=NOW) == 0


def test_a_lanes_failures_are_retried_and_flushed_apart_from_the_others() -> None:
    fail("payments.push")
    fail("default.report")
    fail("router-data.sample")
    assert control.retry(rows, lane="default", now=NOW) == 1
    assert control.flush(rows, lane="router-data") == 1
    assert {row.lane for row in sight.failed(rows)} == {"payments", "default"}
    assert control.flush(rows) == 2


def test_a_job_is_forgotten_by_its_id() -> None:
    fail("payments.push")
    assert control.forget(rows, "d1")
    assert not control.forget(rows, "d1")
    assert sight.failed(rows) == []


@pytest.mark.parametrize("wrong", ["", "12", "x1", "d", "d1;", "d-1", "d²"])
def test_what_is_no_id_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput) as caught:
        control.forget(rows, wrong)
    assert caught.value.field == "id"


def test_pruning_takes_what_has_not_failed_for_so_long() -> None:
    fail("payments.old")
    fail("payments.new", now=NOW + 3600 * 30)
    assert control.prune(rows, 24, now=NOW + 3600 * 31) == 1
    assert [row.name for row in sight.failed(rows)] == ["payments.new"]


# -- lanes


def test_nothing_is_taken_from_a_paused_lane_until_it_is_resumed() -> None:
    put("payments.push")
    put("default.report")
    control.pause(rows, "payments")
    taken = take()
    assert taken is not None and taken.name == "default.report"
    assert take() is None
    assert sight.status(rows, NOW)[0].is_paused
    control.resume(rows, "payments")
    assert take() is not None


def test_a_change_counts_for_the_next_job_and_for_its_retries() -> None:
    lane = control.change(rows, "default", workers=2, tries=9, backoff_seconds=[7])
    assert (lane.workers, lane.tries, lane.backoff_seconds) == (2, 9, (7,))
    put("default.a")
    put("default.b")
    put("default.c")
    first, second = take(), take()
    assert first is not None and second is not None and take() is None
    assert first.lane == lane and first.lane.wait_seconds(3) == 7


def test_what_is_not_named_is_left_and_reset_brings_back_the_defaults() -> None:
    control.change(rows, "payments", timeout_seconds=33)
    assert control.change(rows, "payments", workers=4).timeout_seconds == 33
    control.pause(rows, "payments")
    lane = control.reset(rows, "payments")
    assert lane.is_paused
    control.resume(rows, "payments")
    assert rows.lanes()["payments"] == lanes.LANES["payments"]


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("workers", 0),
        ("workers", 33),
        ("tries", 0),
        ("timeout_seconds", 0),
        ("timeout_seconds", 86_401),
        ("backoff_seconds", [-1]),
        ("backoff_seconds", [1] * 21),
    ],
)
def test_a_setting_that_can_not_be_is_refused_by_its_name(
    field: str, wrong: object
) -> None:
    with pytest.raises(BadInput) as caught:
        control.change(rows, "payments", **{field: wrong})  # type: ignore[arg-type]
    assert caught.value.field == field
    with pytest.raises(BadInput, match="Did you mean payments"):
        control.pause(rows, "paymnts")


def test_settings_outlive_a_restart_of_the_box(box: object) -> None:
    control.change(rows, "payments", workers=3)
    folder = rows.bells.parent
    rows.run.close()
    (folder / "queue.db").unlink()
    rows.open(folder)
    assert rows.lanes()["payments"].workers == 3


def test_a_running_worker_heeds_a_pause_and_a_change_without_a_restart(
    start: Start, done: Path
) -> None:
    start()
    control.pause(rows, "payments")
    jobs.put("payments.slow", n=1, seconds=2)
    assert not until(lambda: lines(done, "begin"), 1)
    control.change(rows, "payments", workers=5)
    for number in range(4):
        jobs.put("payments.slow", n=number, seconds=2)
    control.resume(rows, "payments")
    assert until(lambda: len(lines(done, "begin")) == 5, 5)


def test_stuck_jobs_go_back_when_the_operator_says_so() -> None:
    put("payments.push")
    assert take() is not None  # by a worker whose bell nobody hears
    assert control.return_stuck(rows) == 1
    assert take() is not None


# -- looking


def test_the_status_of_a_lane_counts_the_last_hour_and_its_run_times() -> None:
    fail("hotspot-sms.tell")
    for number in range(4):
        put("payments.push", args={"n": number})
    for _ in range(3):
        taken = take()
        assert taken is not None
        taken.since_boot -= 2.0  # as if it had run for 2 s
        rows.done(taken, now=NOW)
    lane = sight.status(rows, NOW + 10)[0]
    assert (lane.name, lane.waiting, lane.done_last_hour) == ("payments", 1, 3)
    assert lane.oldest_waiting_seconds == pytest.approx(10)
    assert lane.p50_seconds == pytest.approx(2.0, rel=0.1)
    assert lane.p95_seconds == pytest.approx(2.0, rel=0.1)
    minute = int(NOW // 60) * 60
    assert sight.throughput(rows, 5, NOW)["payments"][-1] == (minute, 3, 0)
    assert sight.throughput(rows, 5, NOW)["hotspot-sms"][-1] == (minute, 0, 1)
    assert len(sight.throughput(rows, 5, NOW)["default"]) == 5
    later = sight.status(rows, NOW + 3700)[0]
    assert (later.done_last_hour, later.p50_seconds) == (0, None)


def test_a_running_job_is_shown_with_how_long_it_runs() -> None:
    put("payments.push", args={"n": 7}, tags=["payment:7"])
    assert take() is not None
    (job,) = sight.running(rows)
    assert (job.name, job.args, job.tags, job.attempt, job.is_stuck) == (
        *("payments.push", {"n": 7}, ["payment:7"]),
        *(1, False),
    )
    assert 0 <= job.elapsed_seconds < 5


def test_every_job_of_a_payment_is_found_by_its_tag() -> None:
    fail("payments.push", tags=["payment:17"])
    put("payments.fulfil", tags=["payment:17", "phone:1"])
    put("payments.fulfil", args={"n": 2}, tags=["payment:170"])
    put("router-data.look", tags=["payment:17"], delay_seconds=60)
    assert take() is not None
    found = {job["name"]: job["state"] for job in sight.find(rows, "payment:17", NOW)}
    assert found == {
        "payments.push": "failed",
        "payments.fulfil": "running",
        "router-data.look": "delayed",
    }
    assert [row.name for row in sight.failed(rows, tag="payment:17")] == [
        "payments.push"
    ]
    assert sight.find(rows, "payment:%", NOW) == []


def test_a_queue_file_of_the_version_before_gets_the_new_columns(box: object) -> None:
    folder = rows.bells.parent
    rows.run.execute_sql("ALTER TABLE job DROP COLUMN exceptions")
    rows.run.execute_sql("ALTER TABLE failed_job DROP COLUMN succeeded_at")
    rows.open(folder)
    fail("router-data.sample")
    assert sight.failed(rows)[0].succeeded_at is None
