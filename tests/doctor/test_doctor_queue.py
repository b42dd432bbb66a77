"""Doctor: each thing that can be wrong with the queue, provoked, found and mended."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from patient import Examine

from hotspot_lite import jobs
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box
from hotspot_lite.doctor.lanes import FEW
from hotspot_lite.jobs import control, lanes, notes, sight
from hotspot_lite.jobs.files import Taken
from hotspot_lite.trade.models import Audit

ALL = tuple(lanes.LANES.values())


def take(name: str, **args: object) -> Taken:
    """Put a job and reserve it, as a worker does."""
    jobs.put(name, tags=["payment:17"], **args)
    taken = jobs.rows.take("worker-of-the-test", ALL)
    assert taken is not None
    return taken


def fail(name: str, error: str, **args: object) -> None:
    jobs.rows.fail(take(name, **args), error, "Traceback: …")


def test_a_quiet_queue_is_well(box: Box, worker: Bell, examine: Examine) -> None:
    seen = examine()
    assert seen.level("HL-QUE-01") == seen.level("HL-QUE-06") == "ok"
    assert not {f"HL-QUE-0{n}" for n in (2, 3, 4, 5, 7, 9)} & set(seen.codes())


def test_a_lane_that_fills_up_is_named_with_its_count(
    box: Box, worker: Bell, examine: Examine
) -> None:
    for number in range(FEW + 1):
        jobs.put("default.sync", number=number)
    found = examine().of("HL-QUE-01", "default")
    assert found["level"] == "warning"
    assert f"{FEW + 1} jobs waiting" in found["says"]
    assert found["impact"]
    assert found["remedy"]


def test_what_a_busy_lane_does_in_five_minutes_is_usual(
    box: Box, worker: Bell, examine: Examine
) -> None:
    jobs.rows.run.execute_sql(
        "INSERT INTO ran (minute, lane, end, bucket, count)"
        " VALUES (?, 'default', 'done', 10, 1200)",
        (time.time() // 60,),
    )
    for number in range(FEW + 1):
        jobs.put("default.sync", number=number)
    seen = examine()
    assert seen.level("HL-QUE-01") == "ok"
    assert "1200 jobs done" in seen.of("HL-QUE-06")["says"]


@pytest.mark.parametrize(
    ("name", "age", "level"),
    [
        ("payments.fulfil", 30, ""),
        ("payments.fulfil", 90, "warning"),
        ("payments.fulfil", 900, "broken"),
        ("default.sync", 500, ""),
        ("default.sync", 900, "warning"),
    ],
)
def test_a_job_that_waits_too_long_for_its_lane_is_found(
    box: Box, worker: Bell, examine: Examine, name: str, age: int, level: str
) -> None:
    jobs.rows.put(name, {}, now=time.time() - age)
    assert examine().level("HL-QUE-02") == level


@pytest.mark.parametrize(
    ("lane", "level"), [("payments", "broken"), ("dashboard", "warning")]
)
def test_a_paused_lane_is_told_with_the_command_that_opens_it(
    box: Box, worker: Bell, examine: Examine, lane: str, level: str
) -> None:
    control.pause(jobs.rows, lane)
    found = examine().of("HL-QUE-03", lane)
    assert found["level"] == level
    assert f"queue resume {lane}" in found["remedy"]
    control.resume(jobs.rows, lane)
    assert "HL-QUE-03" not in examine().codes()


def test_a_lane_that_was_told_to_slow_down_says_until_when(
    box: Box, worker: Bell, examine: Examine
) -> None:
    jobs.rows.run.execute_sql(
        "INSERT INTO pace (key, lane, until) VALUES ('sms', 'hotspot-sms', ?)",
        (time.time() + 600,),
    )
    assert "goes on in 10 m" in examine().of("HL-QUE-04", "hotspot-sms")["says"]


# -- failed jobs -------------------------------------------------------------------


def test_failed_jobs_are_told_by_lane_with_the_newest_error(
    box: Box, worker: Bell, examine: Examine
) -> None:
    fail("payments.fulfil", "The first error.", payment_id=1)
    fail("payments.fulfil", "The newest error.", payment_id=2)
    found = examine().of("HL-QUE-05", "payments")
    assert found["level"] == "warning"
    assert "2 failed jobs" in found["says"]
    assert "The newest error." in found["says"]
    assert "payment:17" in found["details"][0]
    assert not found["fixable"]


def test_270_failures_of_one_job_are_one_line_with_a_count(
    box: Box, worker: Bell, examine: Examine
) -> None:
    for _ in range(270):
        fail("log-rotation.tidy", "PermissionError: not ours")
    found = examine().of("HL-QUE-05", "log-rotation")
    assert "1 failed job, 270 times" in found["says"]
    assert len(found["details"]) == 1


def test_fix_clears_failures_of_lanes_that_nobody_waits_for_and_no_others(
    box: Box, worker: Bell, examine: Examine
) -> None:
    for lane in ("payments", "provisioning", "hotspot-sms", "log-rotation", "default"):
        fail(f"{lane}.job", "It broke.")
    fail("router-data.job", "It broke in /run.")
    seen = examine(fix=True)
    left = {job.lane for job in sight.failed(jobs.rows)}
    assert left == {"payments", "provisioning", "hotspot-sms"}
    assert {f["about"] for f in seen.report["fixed"]} >= {"log-rotation", "default"}
    assert all(f["gone"] for f in seen.report["fixed"] if f["code"] == "HL-QUE-05")
    notes = [row.detail for row in Audit.select().where(Audit.what == "doctor --fix")]
    assert "HL-QUE-05 default cleared 1 failed job of default" in notes


def test_a_failed_job_that_was_put_again_is_no_finding(
    box: Box, worker: Bell, examine: Examine
) -> None:
    fail("payments.fulfil", "It broke.", payment_id=1)
    control.retry(jobs.rows, lane="payments")
    assert "HL-QUE-05" not in examine().codes()


# -- stuck and late ----------------------------------------------------------------


@pytest.fixture
def years_later(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let so much time pass that whatever runs is past its timeout."""
    from hotspot_lite import clock

    def pass_by() -> None:
        boot = clock.boot_seconds()
        monkeypatch.setattr(clock, "boot_seconds", lambda: boot + 1e6)

    return pass_by


def test_a_stuck_job_is_found_and_given_back(
    box: Box, worker: Bell, examine: Examine, years_later: Callable[[], None]
) -> None:
    jobs.put("payments.fulfil", tags=["payment:17"], payment_id=17)
    assert jobs.rows.take(worker.name, ALL) is not None
    assert "HL-QUE-07" not in examine().codes()
    years_later()
    found = examine().of("HL-QUE-07")
    assert found["level"] == "broken"
    assert "payments.fulfil payment:17" in found["details"][0]
    seen = examine(fix=True)
    assert seen.fixed("HL-QUE-07")["did"] == "gave back 1 stuck job"
    assert seen.fixed("HL-QUE-07")["gone"]
    assert jobs.rows.take(worker.name, ALL) is not None


def test_a_thread_that_never_came_back_is_counted(
    box: Box, worker: Bell, examine: Examine
) -> None:
    jobs.put("payments.fulfil", payment_id=17)
    taken = jobs.rows.take(worker.name, ALL)
    assert taken is not None
    notes.thread_stuck(jobs.rows, worker.name, taken)
    found = examine().of("HL-PRC-07")
    assert "1 thread never came back" in found["says"]
    assert "worker restart" in found["remedy"]


def put_timed(name: str, lane: str, next_at: float, error: str = "") -> None:
    jobs.rows.run.execute_sql(
        "INSERT INTO timed (name, lane, says, every_seconds, last_at, next_at, error)"
        " VALUES (?, ?, 'every 60 s', 60, ?, ?, ?)",
        (name, lane, next_at - 60, next_at, error),
    )


def test_a_periodic_job_that_did_not_run_is_found(
    box: Box, worker: Bell, examine: Examine
) -> None:
    put_timed("hotspot-sessions.expire", "hotspot-sessions", time.time() - 3600)
    put_timed("dashboard.show", "dashboard", time.time() + 30)
    found = examine().of("HL-QUE-08")
    assert found["level"] == "warning"
    (line,) = found["details"]
    assert line.startswith("hotspot-sessions.expire (every 60 s): last ran 1 h 1 m ago")


def test_a_periodic_job_that_failed_last_time_says_why(
    box: Box, worker: Bell, examine: Examine
) -> None:
    put_timed("dashboard.show", "dashboard", time.time() + 30, "OSError: no space")
    assert "OSError: no space" in examine().of("HL-QUE-09", "dashboard.show")["says"]


def test_a_worker_that_lives_and_does_nothing_is_broken(
    box: Box, worker: Bell, examine: Examine
) -> None:
    ago = time.time() - 3600
    for lane in ("hotspot-sessions", "dashboard"):
        put_timed(f"{lane}.some", lane, ago)
    assert "HL-PRC-10" not in examine().codes()
    put_timed("payments.reconcile", "payments", ago)
    assert "3 of 3 periodic jobs are late" in examine().of("HL-PRC-10")["says"]


# -- workers -----------------------------------------------------------------------


def test_a_box_without_a_worker_is_broken(box: Box, examine: Examine) -> None:
    seen = examine()
    assert seen.level("HL-PRC-01") == "broken"
    assert seen.code == 2
    assert "hotspot-lite serve" in seen.of("HL-PRC-01")["remedy"]


def test_a_dead_consumer_beside_a_living_one_is_a_note(
    box: Box, worker: Bell, examine: Examine
) -> None:
    bell = Bell(jobs.rows.bells, "worker")
    notes.consumer_started(jobs.rows, bell.name, list(lanes.LANES), 1e9)
    bell.close()
    seen = examine()
    assert seen.level("HL-PRC-01") == "ok"
    assert seen.level("HL-PRC-09") == "note"


@pytest.mark.parametrize(
    ("served", "level"),
    [("payments,provisioning,hotspot-sms", "warning"), ("dashboard", "broken")],
)
def test_lanes_that_no_worker_serves_are_named(
    box: Box, examine: Examine, served: str, level: str
) -> None:
    bell = Bell(jobs.rows.bells, "worker")
    notes.consumer_started(jobs.rows, bell.name, served.split(","), 1e9)
    found = examine().of("HL-PRC-02")
    bell.close()
    assert found["level"] == level
    assert "log-rotation" in found["says"]
