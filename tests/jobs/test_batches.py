"""Batches: counted, ended once, cancelled."""

from __future__ import annotations

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import batches, control, lanes, rescue, sight
from hotspot_lite.jobs.tables import Taken

pytestmark = pytest.mark.usefixtures("box")
ALL = lanes.served("")
rows = jobs.rows


def take() -> Taken:
    taken = rows.take("worker-x", ALL)
    assert taken is not None
    return taken


def waiting() -> list[str]:
    return [name for name, _ in sight.waiting_jobs(rows)]


def batch_of(count: int) -> int:
    made = batches.start("import", then="default.report", then_args={"n": 5})
    for number in range(count):
        jobs.put("payments.push", batch=made, n=number)
    return made


def test_the_then_job_is_put_once_when_the_last_has_ended_well_or_not() -> None:
    made = batch_of(2)
    batches.close(made)
    rows.done(take())
    assert waiting() == ["payments.push"]
    assert not batches.progress(made).is_finished
    rows.fail(take(), "broken", "")
    found = batches.progress(made)
    assert (found.total, found.done, found.failed, found.is_finished) == (2, 1, 1, True)
    assert sight.waiting_jobs(rows) == [("default.report", {"n": 5})]
    batches.close(made)
    assert waiting() == ["default.report"]


def test_a_batch_still_open_does_not_end_though_its_jobs_have() -> None:
    made = batch_of(1)
    rows.done(take())
    assert not batches.progress(made).is_finished
    assert [one.id for one in batches.list_open()] == [made]
    batches.close(made)
    assert batches.progress(made).is_finished and batches.list_open() == []
    assert waiting() == ["default.report"]


def test_the_then_job_is_in_the_transaction_of_the_last_one() -> None:
    made = batch_of(1)
    batches.close(made)
    taken = take()
    with pytest.raises(ZeroDivisionError), store.atomic():
        rows.finish(taken)
        assert waiting() == ["default.report"]
        raise ZeroDivisionError
    assert waiting() == ["payments.push"]
    assert batches.progress(made).done == 0


def test_a_job_tried_again_is_counted_when_it_ends() -> None:
    made = batch_of(1)
    batches.close(made)
    rows.again(take(), 0, "not yet")
    assert batches.progress(made).done == 0
    rows.done(take())
    assert batches.progress(made).done == 1


def test_cancelling_removes_what_waits_and_lets_finish_what_runs() -> None:
    made = batch_of(4)
    runs, breaks = take(), take()
    assert batches.cancel(made) == 2
    assert not batches.progress(made).is_finished
    rows.done(runs)
    rows.again(breaks, 0, "a bug")  # its next try is not wanted any more
    found = batches.progress(made)
    assert (found.is_cancelled, found.is_finished, found.done) == (True, True, 1)
    assert waiting() == []


def test_a_cancelled_batch_takes_no_jobs_and_a_closed_one_refuses_them() -> None:
    cancelled, closed = batch_of(0), batch_of(0)
    batches.cancel(cancelled)
    assert jobs.put("payments.push", batch=cancelled) is None
    batches.close(closed)
    for batch in (closed, 999):
        with pytest.raises(BadInput) as caught:
            jobs.put("payments.push", batch=batch)
        assert caught.value.field == "batch"
    with pytest.raises(BadInput):
        batches.progress(999)
    with pytest.raises(BadInput):
        batches.close(999)


def test_a_unique_job_that_waits_already_is_not_counted_twice() -> None:
    made = batch_of(0)
    for _ in range(2):
        jobs.put("payments.push", once="1", batch=made)
    assert batches.progress(made).total == 1


def test_a_batchs_job_is_durable_whatever_its_lane() -> None:
    made = batch_of(0)
    jobs.put("router-data.look", batch=made)
    assert take().durable


def test_a_job_that_kills_its_workers_counts_as_failed() -> None:
    made = batch_of(1)
    batches.close(made)
    for _ in range(rescue.DEATHS_ALLOWED + 1):
        take()
        rescue.recover(rows, "worker-me")
    assert batches.progress(made).failed == 1
    assert waiting() == ["default.report"]


def test_old_batches_are_pruned_with_the_failed_jobs() -> None:
    made = batches.start("old", now=1.0)
    batches.close(made, now=1.0)
    control.prune(rows, 1)
    with pytest.raises(BadInput):
        batches.progress(made)
