"""The queue's promises, held against its two SQLite files."""

from __future__ import annotations

import threading

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import lanes, rescue, sight
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.trade.models import Audit

pytestmark = pytest.mark.usefixtures("box")
NOW = 1_800_000_000.0
ALL = lanes.served("")


def put(name: str, now: float = NOW, **options: object) -> int | None:
    args = options.pop("args", {})
    return jobs.rows.put(name, args, now=now, **options)  # type: ignore[arg-type]


def take(consumer: str = "worker-x", now: float = NOW) -> Taken | None:
    return jobs.rows.take(consumer, ALL, now)


def names_taken(count: int, now: float = NOW) -> list[str]:
    found = [take(now=now) for _ in range(count)]
    return [taken.name for taken in found if taken]


def test_a_job_put_in_a_transaction_that_fails_is_not_put(box: Box) -> None:
    with pytest.raises(ZeroDivisionError), store.atomic():
        Audit.create(at=1, who="x", what="y", detail="")
        put("payments.fulfil")
        raise ZeroDivisionError
    assert Audit.select().count() == 0
    assert take() is None


def test_a_job_and_its_fact_commit_together() -> None:
    with store.atomic():
        Audit.create(at=1, who="x", what="y", detail="")
        put("payments.fulfil", args={"payment_id": 17})
    taken = take()
    assert taken is not None and taken.args == {"payment_id": 17}


def test_the_lane_of_higher_priority_goes_first_then_the_longest_due() -> None:
    put("log-rotation.tidy")
    put("payments.second", now=NOW + 1)
    put("payments.first")
    put("hotspot-sms.tell")
    assert names_taken(4, NOW + 2) == [
        "payments.first",
        "payments.second",
        "hotspot-sms.tell",
        "log-rotation.tidy",
    ]


def test_a_lane_never_runs_more_than_its_workers_over_all_consumers() -> None:
    for _ in range(5):
        put("payments.push")
    put("default.export")
    assert [take("worker-a"), take("worker-b")] != [None, None]
    third = take("worker-c")
    assert third is not None and third.name == "default.export"
    assert take("worker-a") is None


def test_a_hung_router_does_not_take_the_workers_of_payments() -> None:
    for _ in range(50):
        put("provisioning.admit")
    held = [take() for _ in range(10)]
    put("payments.fulfil")
    taken = take()
    assert len([h for h in held if h]) == lanes.LANES["provisioning"].workers
    assert taken is not None and taken.name == "payments.fulfil"


def test_a_finished_job_is_gone_and_its_place_is_free() -> None:
    put("payments.push")
    taken = take()
    assert taken is not None
    jobs.rows.done(taken)
    assert take() is None
    assert sight.counts(jobs.rows, NOW)["payments"] == {
        "waiting": 0,
        "delayed": 0,
        "running": 0,
        "failed": 0,
    }


def test_a_job_finished_inside_its_transaction_is_undone_with_it() -> None:
    put("payments.fulfil")
    taken = take()
    assert taken is not None
    with pytest.raises(ZeroDivisionError), store.atomic():
        jobs.rows.finish(taken)
        raise ZeroDivisionError
    assert not taken.settled
    jobs.rows.again(taken, 0, "broke", now=NOW)
    retaken = take()
    assert retaken is not None and retaken.attempt == 2


def test_a_failed_try_waits_by_the_lanes_own_list() -> None:
    lane = lanes.LANES["provisioning"]
    assert [lane.wait_seconds(n) for n in range(1, 7)] == [5, 15, 30, 60, 120, 120]
    put("provisioning.admit")
    taken = take()
    assert taken is not None
    jobs.rows.again(taken, lane.wait_seconds(1), "down", now=NOW)
    assert take(now=NOW + 4.9) is None
    assert take(now=NOW + 5.1) is not None


def test_a_unique_job_is_put_once_while_it_waits() -> None:
    assert put("payments.fulfil", once="17") is not None
    assert put("payments.fulfil", once="17") is None
    assert put("payments.fulfil", once="18") is not None


@pytest.mark.parametrize("name", ["payments.fulfil", "router-checks.look"])
def test_a_unique_job_is_brought_forward_and_never_put_off(name: str) -> None:
    def due() -> float:
        rows = jobs.rows
        db = rows.main if name.startswith("payments") else rows.run
        ((at,),) = db.execute_sql("SELECT due_at FROM job").fetchall()
        return float(at)

    put(name, once="17", delay_seconds=3600)
    first = due()
    put(name, once="17", delay_seconds=10)
    assert due() == first
    put(name, once="17", delay_seconds=10, hurries=True)
    assert due() < first - 3500
    soon = due()
    put(name, once="17", delay_seconds=7200, hurries=True)
    assert due() == soon


def test_a_unique_job_may_wait_behind_its_own_run_but_only_once() -> None:
    put("payments.fulfil", once="17")
    assert take() is not None
    assert put("payments.fulfil", once="17") is not None
    assert put("payments.fulfil", once="17") is None


def test_jobs_of_a_dead_worker_return_and_those_of_a_live_one_stay() -> None:
    bells = jobs.rows.bells
    dead, live = Bell(bells, "worker"), Bell(bells, "worker")
    put("payments.a")
    put("payments.b")
    first, second = take(dead.name), take(live.name)
    dead.close()
    assert first is not None and second is not None
    assert rescue.recover(jobs.rows, "worker-me") == [first.id]
    again = take("worker-me")
    assert again is not None and again.id == first.id
    live.close()


def test_a_job_that_kills_its_workers_fails_at_last() -> None:
    put("payments.poison", args={"n": 1})
    for _ in range(rescue.DEATHS_ALLOWED + 1):
        assert take("worker-dead") is not None
        rescue.recover(jobs.rows, "worker-me")
    assert take() is None
    (failed,) = sight.failed(jobs.rows)
    assert failed.name == "payments.poison"
    assert "worker died" in failed.error


def test_a_job_past_its_lanes_timeout_is_taken_back_and_a_late_end_is_harmless() -> (
    None
):
    bell = Bell(jobs.rows.bells, "worker")
    put("hotspot-sms.tell")
    taken = take(bell.name)
    assert taken is not None
    late = taken.since_boot + taken.lane.timeout_seconds + 1
    assert rescue.recover(jobs.rows, bell.name, boot=late) == [taken.id]
    retaken = take(bell.name)
    assert retaken is not None
    jobs.rows.done(taken)  # the stuck thread woke up after all
    assert sight.counts(jobs.rows, NOW)["hotspot-sms"]["running"] == 1
    jobs.rows.done(retaken)
    assert take() is None
    bell.close()


def test_the_same_failure_again_is_one_row_with_a_count() -> None:
    for number in range(3):
        put("default.report", args={"month": 5}, now=NOW + number)
        taken = take(now=NOW + number)
        assert taken is not None
        jobs.rows.fail(taken, "no paper", "Traceback…", now=NOW + number)
    (failed,) = sight.failed(jobs.rows)
    assert (failed.times, failed.first_at, failed.last_at) == (
        3,
        NOW,
        NOW + 2,
    )
    assert failed.args == {"month": 5}


def test_who_is_told_of_a_failure_is_told_in_the_same_transaction() -> None:
    put("payments.fulfil")
    taken = take()
    assert taken is not None

    def told() -> None:
        Audit.create(at=1, who="job", what="failed", detail="")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        jobs.rows.fail(taken, "broken", "", told)
    assert Audit.select().count() == 0
    assert sight.failed(jobs.rows) == []


def test_volatile_lanes_leave_no_trace_in_the_durable_file() -> None:
    for lane in ("router-data", "router-checks", "dashboard"):
        put(f"{lane}.look")
    count = store.database.execute_sql("SELECT count(*) FROM job").fetchone()[0]
    assert count == 0
    assert len(names_taken(3)) == 3


@pytest.mark.parametrize("step", [-7200.0, 86_400.0 * 2, 3.0])
def test_a_stepped_clock_neither_starves_nor_releases_delayed_jobs(
    step: float,
) -> None:
    boot = 1000.0
    rescue.notice_step(jobs.rows, NOW, boot)
    store.database.execute_sql(
        "INSERT INTO job (lane, name, args, tags, due_at, made_at)"
        " VALUES ('payments', 'payments.x', '{}', '[]', ?, ?)",
        (NOW + 60, NOW),
    )
    stepped = NOW + step
    assert rescue.notice_step(jobs.rows, stepped, boot) == step
    assert rescue.notice_step(jobs.rows, stepped, boot) == 0.0
    assert jobs.rows.take("w", ALL, stepped + 59) is None
    assert jobs.rows.take("w", ALL, stepped + 61) is not None


def test_after_a_boot_into_the_past_waiting_jobs_keep_their_wait() -> None:
    rescue.notice_step(jobs.rows, NOW, 10.0)
    put("payments.x", delay_seconds=60)
    jobs.rows.run.execute_sql("DELETE FROM mark")  # a reboot empties /run
    earlier = NOW - 86_400
    rescue.notice_step(jobs.rows, earlier, 10.0)
    assert jobs.rows.take("w", ALL, earlier + 59) is None
    assert jobs.rows.take("w", ALL, earlier + 61) is not None


def test_a_minutes_job_is_put_once_in_that_minute() -> None:
    assert rescue.first_in_minute(jobs.rows, "log-rotation.tidy", 5)
    assert not rescue.first_in_minute(jobs.rows, "log-rotation.tidy", 5)
    assert rescue.first_in_minute(jobs.rows, "log-rotation.tidy", 6)


def test_a_name_without_a_lane_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(BadInput, match="Did you mean payments"):
        put("payment.push")


def test_a_consumer_serves_only_the_lanes_it_is_told() -> None:
    assert [lane.name for lane in lanes.served("hotspot-sms, payments")] == [
        "payments",
        "hotspot-sms",
    ]
    with pytest.raises(BadInput, match="Did you mean payments"):
        lanes.served("paymnts")


def test_two_threads_never_take_the_same_job() -> None:
    for _ in range(40):
        put("router-data.look")
    taken: list[int] = []

    def work() -> None:
        while (one := take()) is not None:
            taken.append(one.id)
            jobs.rows.done(one)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while take() is not None:
        pytest.fail("a job was left behind")
    assert sorted(taken) == sorted(set(taken))
    assert len(taken) == 40
