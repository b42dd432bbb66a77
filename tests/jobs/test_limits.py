"""Rates, and backing off where somebody says "too many"."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from reading import Start, lines

from hotspot_lite import jobs
from hotspot_lite.jobs import control, lanes, limits, rescue, sight
from hotspot_lite.jobs.limits import Rate
from hotspot_lite.stage import until

pytestmark = pytest.mark.usefixtures("box")
NOW = 1_800_000_000.0
RATE = Rate(2, 10.0, "gateway")
rows = jobs.rows


def enter(now: float) -> float:
    return limits.enter(rows, RATE, "hotspot-sms", now)


def test_so_many_calls_go_through_and_the_next_waits_for_the_window() -> None:
    assert [enter(NOW), enter(NOW + 1)] == [0, 0]
    assert enter(NOW + 2) == 8
    assert enter(NOW + 10) == 0


def test_the_rate_holds_in_every_window_not_only_in_ours() -> None:
    assert [enter(NOW), enter(NOW + 9)] == [0, 0]
    assert enter(NOW + 10) == 0
    assert enter(NOW + 11) == pytest.approx(8)  # 9 and 10 are both within 10 s


def test_calls_that_come_out_of_order_by_a_hair_all_count() -> None:
    assert [enter(NOW + 0.001), enter(NOW)] == [0, 0]
    assert enter(NOW + 0.002) > 9


def test_a_clock_set_back_does_not_lengthen_the_wait() -> None:
    assert [enter(NOW), enter(NOW)] == [0, 0]
    assert enter(NOW - 3600) == 0


def test_a_stepped_clock_moves_the_end_of_a_stop_along(box: object) -> None:
    rescue.notice_step(rows, NOW, 1000.0)
    enter(NOW)
    limits.refused(rows, RATE, 44, NOW)
    rescue.notice_step(rows, NOW - 7200, 1000.0)
    assert enter(NOW - 7200) == pytest.approx(44)


def test_waits_after_too_many_double_up_to_the_cap_with_jitter() -> None:
    for refusals, wait in enumerate([1, 2, 4, 8, 16, 32], start=1):
        assert wait * 0.75 <= limits.wait_seconds(refusals) <= wait * 1.25
    assert 45 <= limits.wait_seconds(10) <= limits.MOST_WAIT_SECONDS
    assert len({limits.wait_seconds(3) for _ in range(20)}) > 1


def test_the_other_sides_own_wait_is_obeyed() -> None:
    enter(NOW)
    assert limits.refused(rows, RATE, 44, NOW) == 44
    assert enter(NOW + 43) == pytest.approx(1)
    assert enter(NOW + 45) == 0


def test_after_so_many_refusals_in_a_row_we_stop_and_it_is_shown() -> None:
    enter(NOW)
    waits = [limits.refused(rows, RATE, 0, NOW) for _ in range(20)]
    assert waits[-1] == limits.STOP_SECONDS > waits[-2]
    shown = {lane.name: lane.limited_until for lane in sight.status(rows, NOW)}
    assert shown["hotspot-sms"] == NOW + limits.STOP_SECONDS
    assert shown["payments"] is None
    limits.accepted(rows, RATE)
    assert limits.refused(rows, RATE, 0, NOW) < 2


def test_a_name_that_is_left_alone_lets_others_of_its_lane_by() -> None:
    rows.put("hotspot-sms.first", {}, now=NOW)
    rows.put("hotspot-sms.second", {}, now=NOW + 1)
    rows.held["hotspot-sms.first"] = NOW + 60
    served = lanes.served("")
    taken = rows.take("w", served, NOW + 2)
    assert taken is not None and taken.name == "hotspot-sms.second"
    rows.done(taken)
    assert rows.next_due_seconds(served, 99, NOW + 2) == 58
    assert rows.take("w", served, NOW + 61) is not None


def times(done: Path, word: str) -> list[float]:
    return [float(line.split()[1]) for line in lines(done, word)]


def test_paced_jobs_all_run_and_never_faster_than_their_rate(
    start: Start, done: Path
) -> None:
    start()
    for number in range(8):
        jobs.put("hotspot-sms.paced", n=number)
    assert until(lambda: len(lines(done, "paced")) == 8, 10)
    found = sorted(times(done, "paced"))
    for first, fourth in zip(found, found[3:], strict=False):
        assert fourth - first > 0.5  # three to a window of 1 s
    assert found[-1] - found[0] > 1.5


def test_refusals_back_off_without_costing_a_try(start: Start, done: Path) -> None:
    control.change(rows, "hotspot-sms", tries=1)
    start()
    jobs.put("hotspot-sms.refused", n=1)
    assert until(lambda: len(lines(done, "refused")) == 3, 10)
    gaps = [b - a for a, b in itertools.pairwise(times(done, "refused"))]
    assert gaps[0] > 0.7 and gaps[1] > 1.4
    assert sight.failed(rows) == []


def test_after_so_many_bugs_a_job_fails_whatever_tries_are_left(
    start: Start, done: Path
) -> None:
    control.change(rows, "payments", backoff_seconds=[0])
    start()
    jobs.put("payments.two_bugs_at_most", n=1)
    assert until(lambda: sight.failed(rows), 5)
    assert lines(done, "try") == ["try 1", "try 2"]
