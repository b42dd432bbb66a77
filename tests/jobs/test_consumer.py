"""Jobs under the stock huey_consumer, in a process that is killed for real."""

from __future__ import annotations

import signal
from pathlib import Path

from reading import Start, lines

from hotspot_lite import jobs
from hotspot_lite.jobs import sight
from hotspot_lite.stage import until


def test_an_idle_consumer_runs_a_job_as_soon_as_it_is_put(
    start: Start, done: Path
) -> None:
    start()
    jobs.put("payments.quick", n=1)
    # The slow poll is 5 s: only the bell is that quick.
    assert until(lambda: lines(done, "quick"), 2) == ["quick 1"]


def test_a_job_whose_worker_was_killed_runs_again_in_the_next(
    start: Start, done: Path
) -> None:
    process = start()
    jobs.put("payments.slow", n=1, seconds=2.0)
    assert until(lambda: lines(done, "begin"), 5)
    process.kill()
    process.wait()
    start()
    assert until(lambda: lines(done, "end"), 10) == ["end 1"]
    assert lines(done, "begin") == ["begin 1", "begin 1"]


def test_a_living_consumer_takes_over_from_one_that_was_killed(
    start: Start, done: Path
) -> None:
    first = start()
    jobs.put("payments.slow", n=1, seconds=3.0)
    assert until(lambda: lines(done, "begin"), 5)
    start()
    first.kill()
    first.wait()
    # Within 10 s without a restart: the slow poll looks after the dead.
    assert until(lambda: len(lines(done, "begin")) == 2, 10)


def test_a_graceful_stop_finishes_what_runs_and_keeps_the_rest(
    start: Start, done: Path
) -> None:
    process = start()
    for number in range(4):
        jobs.put("payments.slow", n=number, seconds=1.0)
    assert until(lambda: len(lines(done, "begin")) == 2, 5)
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0
    assert sorted(lines(done, "end")) == ["end 0", "end 1"]
    assert sight.counts(jobs.rows)["payments"]["waiting"] == 2


def test_an_idle_consumer_stops_at_once(start: Start) -> None:
    process = start()
    process.send_signal(signal.SIGTERM)
    # 18 threads that each waited for the 5 s poll would take much longer.
    assert process.wait(4) == 0


def test_a_bug_is_tried_again_after_the_lanes_wait(start: Start, done: Path) -> None:
    start()
    jobs.put("payments.breaks", n=1)
    assert until(lambda: lines(done, "try"), 5) == ["try 1"]
    assert until(lambda: sight.counts(jobs.rows)["payments"]["delayed"], 5) == 1


def test_a_bug_on_the_last_try_is_kept_with_its_traceback(
    start: Start, done: Path
) -> None:
    jobs.put("payments.breaks", n=1, tags=["payment:17"])
    jobs.rows.main.execute_sql("UPDATE job SET attempts = 1")
    start()
    assert until(lambda: sight.failed(jobs.rows), 5)
    (failed,) = sight.failed(jobs.rows)
    assert failed.error == "ValueError: a bug"
    assert "raise ValueError" in failed.traceback
    assert (failed.attempts, failed.tags) == (2, ["payment:17"])


def test_a_permanent_fault_fails_at_once(start: Start) -> None:
    start()
    jobs.put("payments.gives_up", n=1)
    assert until(lambda: sight.failed(jobs.rows), 5)
    (failed,) = sight.failed(jobs.rows)
    assert failed.error == "The key is wrong. Mend it."
    assert failed.attempts == 1


def test_a_temporary_fault_passes(start: Start, done: Path) -> None:
    start()
    jobs.put("router-data.comes_back", n=1)
    assert until(lambda: len(lines(done, "try")) == 2, 5)
    assert lines(done, "try") == ["try 1", "try 2"]


def test_hueys_own_retry_runs_the_job_again_once(start: Start, done: Path) -> None:
    start()
    jobs.put("payments.retries_by_huey", n=1)
    assert until(lambda: len(lines(done, "ran")) == 2, 5)
    assert until(
        lambda: not jobs.rows.main.execute_sql("SELECT * FROM job").fetchone(), 2
    )


def test_a_job_may_end_in_the_transaction_of_its_facts(
    start: Start, done: Path
) -> None:
    start()
    jobs.put("payments.finishes_with_its_facts", n=1)
    assert until(lambda: lines(done, "finished"), 5)
    assert until(lambda: not sight.counts(jobs.rows)["payments"]["running"], 2)


def test_a_job_of_an_unknown_name_is_kept_as_failed(start: Start) -> None:
    start()
    jobs.put("payments.from_another_version", n=1)
    assert until(lambda: sight.failed(jobs.rows), 5)
    assert "no job payments.from_another_version" in (sight.failed(jobs.rows)[0].error)


def test_a_ticking_job_runs_again_and_again(start: Start, done: Path) -> None:
    start()
    assert until(lambda: len(lines(done, "tick")) > 5, 5)


def test_two_consumers_share_the_lanes_as_they_are_told(
    start: Start, done: Path
) -> None:
    start(HOTSPOT_LANES="provisioning,router-data")
    jobs.put("payments.quick", n=1)
    assert until(lambda: len(lines(done, "tick")) > 5, 5)
    assert lines(done, "quick") == []
    start(HOTSPOT_LANES="payments")
    assert until(lambda: lines(done, "quick"), 5) == ["quick 1"]


def test_a_fault_is_one_line_of_log_and_a_bug_keeps_its_traceback(
    start: Start, tmp_path: Path
) -> None:
    start()
    jobs.put("payments.gives_up", n=1)
    assert until(lambda: "The key is wrong." in (tmp_path / "log").read_text(), 5)
    assert "Traceback" not in (tmp_path / "log").read_text()
    jobs.put("payments.breaks", n=1)
    assert until(lambda: "raise ValueError" in (tmp_path / "log").read_text(), 5)
