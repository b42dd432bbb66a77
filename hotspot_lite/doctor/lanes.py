"""How the queue does: what waits, is stuck, paused, limited, has failed, or is late."""

from __future__ import annotations

from collections.abc import Iterator

from hotspot_lite import jobs
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, ok, one_line, span
from hotspot_lite.jobs import control, sight
from hotspot_lite.jobs.sight import FailedJob, LaneStatus, Timed

# Their failures are somebody's money, access or login: never cleared by a program.
CRITICAL = ("payments", "provisioning", "hotspot-sms")
# Always usual; beyond it, what the lane does in some minutes.
FEW, USUAL_MINUTES = 20, 5
LATE_SECONDS, VERY_LATE_SECONDS = 60, 300
# In the other lanes nobody waits for a second.
OTHER_LATE_SECONDS = 600
MOST_SHOWN = 5
IMPACT = {
    "payments": "Customers have paid and wait for their time.",
    "provisioning": "Customers have paid and are not put online by themselves.",
    "hotspot-sms": "Customers don't get their login by SMS.",
    "hotspot-sessions": "Sessions are cut off late or not at all.",
    "router-checks": "Nobody notices a router that is away.",
    "hotspot-accounting": "Usage is counted late; data limits hold late.",
    "dashboard": "The dashboard's numbers are old.",
    "router-data": "The router's numbers on the admin page are old.",
    "default": "Bulk messages, imports and exports wait.",
    "log-rotation": "Old rows are not cleared away and no backup is made.",
}


def waiting(case: Case) -> Iterator[Finding]:
    """More jobs waiting than is usual for the lane."""
    rates = sight.throughput(jobs.rows, 60)
    found = sight.status(jobs.rows)
    for lane in found:
        done = sum(minute[1] for minute in rates.get(lane.name, []))
        usual = max(FEW, round(done / 60 * USUAL_MINUTES))
        if lane.waiting > usual:
            yield Finding(
                "HL-QUE-01",
                "warning",
                f"{lane.name}: {many(lane.waiting, 'job')} waiting, {usual} at most"
                " is usual.",
                IMPACT[lane.name],
                f"If they don't get fewer: hotspot-lite queue set {lane.name}"
                f" --workers {lane.workers + 1}",
                about=lane.name,
            )
    total = {"waiting": 0, "delayed": 0, "running": 0}
    for lane in found:
        total["waiting"] += lane.waiting
        total["delayed"] += lane.delayed
        total["running"] += lane.running
    says = ", ".join(f"{count} {name}" for name, count in total.items())
    yield ok("HL-QUE-01", f"{many(len(found), 'lane')}: {says}", "", map(_line, found))


def _line(lane: LaneStatus) -> str:
    oldest = lane.oldest_waiting_seconds
    age = f", oldest {span(oldest)}" if oldest else ""
    return (
        f"{lane.name}: {lane.waiting} waiting{age}, {lane.delayed} delayed,"
        f" {lane.running} of {lane.workers} running, {lane.failed} failed"
    )


def oldest(case: Case) -> Iterator[Finding]:
    """A job that has waited too long, however few they are."""
    for lane in sight.status(jobs.rows):
        age = lane.oldest_waiting_seconds or 0
        critical = lane.name in CRITICAL
        if age < (LATE_SECONDS if critical else OTHER_LATE_SECONDS):
            continue
        yield Finding(
            "HL-QUE-02",
            "broken" if critical and age >= VERY_LATE_SECONDS else "warning",
            f"{lane.name}: a job has waited {span(age)}.",
            IMPACT[lane.name],
            "See above whether a worker runs and the lane is open; then:"
            " hotspot-lite queue status",
            about=lane.name,
        )


def paused(case: Case) -> Iterator[Finding]:
    """Lanes that somebody has paused."""
    for lane in sight.status(jobs.rows):
        if lane.is_paused:
            critical = lane.name in CRITICAL
            yield Finding(
                "HL-QUE-03",
                "broken" if critical else "warning",
                f"{lane.name} is paused; {many(lane.waiting, 'job')} waiting.",
                IMPACT[lane.name],
                f"Run: hotspot-lite queue resume {lane.name}",
                about=lane.name,
            )


def limited(case: Case) -> Iterator[Finding]:
    """Lanes that keep quiet because the other side asked for it."""
    for lane in sight.status(jobs.rows):
        until = lane.limited_until
        if until is not None and until > case.now:
            yield Finding(
                "HL-QUE-04",
                "warning",
                f"{lane.name} was told to slow down; it goes on in"
                f" {span(until - case.now)}.",
                IMPACT[lane.name],
                "Wait; if it comes back daily, lower the rate or ask the provider.",
                about=lane.name,
            )


# -- failed ------------------------------------------------------------------------


def failed(case: Case) -> Iterator[Finding]:
    """Failed jobs of each lane, with the newest error."""
    for lane in sight.status(jobs.rows):
        found = [
            job for job in sight.failed(jobs.rows, lane=lane.name) if _is_open(job)
        ]
        if found:
            yield _failed_in(lane.name, found, case)


def _is_open(job: FailedJob) -> bool:
    return job.retried_at is None and job.succeeded_at is None


def _failed_in(lane: str, found: list[FailedJob], case: Case) -> Finding:
    newest = found[0]
    times = sum(job.times for job in found)
    again = f", {times} times" if times > len(found) else ""
    critical = lane in CRITICAL
    return Finding(
        "HL-QUE-05",
        "warning",
        f"{lane}: {many(len(found), 'failed job')}{again}; the last"
        f" {span(case.now - newest.last_at)} ago: {one_line(newest.error)}",
        IMPACT[lane],
        f"When its cause is mended: hotspot-lite queue retry --lane {lane}"
        if critical
        else f"Run: hotspot-lite queue retry --lane {lane}, or doctor --fix to clear",
        about=lane,
        details=tuple(_failed_line(job, case) for job in found[:MOST_SHOWN]),
        mend=None if critical else (lambda: _clear(lane)),
    )


def _failed_line(job: FailedJob, case: Case) -> str:
    tags = f" [{' '.join(job.tags)}]" if job.tags else ""
    return (
        f"{job.id} {job.name}{tags}: {job.times} times, last"
        f" {span(case.now - job.last_at)} ago, attempt {job.attempts}:"
        f" {one_line(job.error)}"
    )


def _clear(lane: str) -> str:
    count = control.flush(jobs.rows, lane)
    return f"cleared {many(count, 'failed job')} of {lane}"


# -- pace and trouble --------------------------------------------------------------


def throughput(case: Case) -> Iterator[Finding]:
    """What was done in the last hour."""
    found = sight.status(jobs.rows)
    done = sum(lane.done_last_hour for lane in found)
    bad = sum(lane.failed_last_hour for lane in found)
    lines = [_pace(lane) for lane in found if lane.done_last_hour]
    says = f"last hour: {many(done, 'job')} done, {bad} failed"
    yield ok("HL-QUE-06", says, "", lines)


def _pace(lane: LaneStatus) -> str:
    times = [
        f"{name} {1000 * value:.0f} ms"
        for name, value in (("p50", lane.p50_seconds), ("p95", lane.p95_seconds))
        if value is not None
    ]
    return f"{lane.name}: {lane.done_last_hour} done, {', '.join(times)}"


def stuck(case: Case) -> Iterator[Finding]:
    """Jobs that run past their lane's timeout."""
    found = [job for job in sight.running(jobs.rows) if job.is_stuck]
    if not found:
        return
    yield Finding(
        "HL-QUE-07",
        "broken" if any(job.lane in CRITICAL for job in found) else "warning",
        f"{many(len(found), 'job')} running past the timeout of the lane.",
        "The worker waits for something that doesn't answer; other jobs wait for it.",
        "Run: hotspot-lite doctor --fix to return them, then look at what they called.",
        details=tuple(
            f"{job.name} {' '.join(job.tags)}: {span(job.elapsed_seconds)}, attempt"
            f" {job.attempt}"
            for job in found[:MOST_SHOWN]
        ),
        mend=_return_stuck,
    )


def _return_stuck() -> str:
    return f"gave back {many(control.return_stuck(jobs.rows), 'stuck job')}"


def periodic(case: Case) -> Iterator[Finding]:
    """Periodic jobs that did not run when they should, or end in an error."""
    found = sight.timetable(jobs.rows)
    late = [timed for timed in found if timed.is_late]
    failing = [t for t in found if t.last_error and not t.is_late]
    if late:
        yield Finding(
            "HL-QUE-08",
            "warning",
            f"{many(len(late), 'periodic job')} didn't run when they should.",
            IMPACT[late[0].lane],
            "See above whether a worker serves the lane; then: hotspot-lite queue"
            " timetable",
            details=tuple(_late_line(timed, case) for timed in late),
        )
    elif found:
        yield ok("HL-QUE-08", f"{many(len(found), 'periodic job')} ran when due")
    for timed in failing:
        yield Finding(
            "HL-QUE-09",
            "warning",
            f"{timed.name} failed when it last ran: {one_line(timed.last_error or '')}",
            IMPACT[timed.lane],
            "Mend what it says; it runs again by itself.",
            about=timed.name,
        )


def _late_line(timed: Timed, case: Case) -> str:
    last = timed.last_at
    ran = "never ran" if last is None else f"last ran {span(case.now - last)} ago"
    return f"{timed.name} ({timed.when}): {ran}"
