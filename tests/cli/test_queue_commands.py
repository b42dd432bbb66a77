"""`hotspot-lite queue` as a person runs it: a process, on real queue files."""

from __future__ import annotations

import json
import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import pytest

from hotspot_lite import jobs
from hotspot_lite.bell import Bell
from hotspot_lite.box import Box
from hotspot_lite.jobs import batches, notes, sight
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.trade.models import Audit

Run = Callable[..., subprocess.CompletedProcess[str]]
COMMAND = [sys.executable, "-m", "hotspot_lite", "queue"]


@pytest.fixture
def run(box: Box, box_environment: dict[str, str]) -> Run:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *words],
            env={**os.environ, **box_environment},
            capture_output=True,
            text=True,
            timeout=30,
        )

    return run


def told(run: Run, *words: str) -> Any:
    done = run(*words, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout)


def take() -> Taken:
    taken = jobs.rows.take("nobody", list(jobs.rows.lanes().values()))
    assert taken is not None
    return taken


def fail(name: str, error: str = "it broke", tag: str = "", **args: Any) -> str:
    """A job that has failed for good; its id."""
    jobs.put(name, tags=[tag] if tag else [], **args)
    jobs.rows.fail(take(), error, f"Traceback\n  {error}")
    return next(job.id for job in sight.failed(jobs.rows) if job.name == name)


def notes_of_the_owner() -> list[tuple[str, str, str]]:
    return [(row.who, row.what, row.detail) for row in Audit.select()]


# --- looking


def test_status_tells_each_lane_in_the_order_of_priority(run: Run) -> None:
    jobs.put("payments.fulfil", payment_id=0)
    jobs.rows.done(take())
    sight.status(jobs.rows)  # writes down the runs that this process has counted
    jobs.put("payments.fulfil", payment_id=1)
    jobs.put("hotspot-sms.tell", delay_seconds=60, message_id=1)
    found = told(run, "status")
    assert found[0]["lane"] == "payments"
    assert len(found) == 10
    lane = found[0]
    assert (lane["waiting"], lane["workers"], lane["done_last_hour"]) == (1, 2, 1)
    assert lane["oldest_waiting_seconds"] < 30
    assert 0 <= lane["p50_seconds"] <= lane["p95_seconds"] < 5
    assert next(x for x in found if x["lane"] == "hotspot-sms")["delayed"] == 1
    text = run("status").stdout.splitlines()
    assert re.match(r"lane +workers +waiting +delayed +running +oldest", text[0])
    assert re.match(r"payments +2 +1 +0 +0 +", text[1])


def test_failed_lists_by_lane_and_tag_and_shows_what_is_kept(run: Run) -> None:
    fail("payments.fulfil", tag="payment:17", payment_id=17)
    fail("log-rotation.tidy", "no permission")
    fail("log-rotation.tidy", "no permission")
    assert [job["name"] for job in told(run, "failed", "--lane", "payments")] == [
        "payments.fulfil"
    ]
    found = told(run, "failed", "--tag", "payment:17")
    assert found[0]["args"] == {"payment_id": 17}
    assert found[0]["last_at"].endswith("Z")
    tidy = told(run, "failed", "--lane", "log-rotation")
    assert [job["times"] for job in tidy] == [2]
    assert "Traceback" not in run("failed").stdout
    assert "  no permission" in run("failed", "--traceback").stdout


def test_find_tells_what_became_of_a_tag(run: Run) -> None:
    fail("payments.fulfil", tag="payment:17", payment_id=17)
    jobs.put("hotspot-sms.tell", tags=["payment:17"], message_id=1)
    found = told(run, "find", "payment:17")
    assert {job["state"] for job in found} == {"failed", "waiting"}
    assert "payment_id=17" in run("find", "payment:17").stdout
    assert run("find", "payment:18").stdout == "No job has the tag payment:18.\n"


def test_timetable_and_batches_are_shown_and_a_batch_is_cancelled(run: Run) -> None:
    assert told(run, "timetable") == []
    batch = batches.start("vouchers")
    jobs.put("default.message", batch=batch, n=1)
    found = told(run, "batches")
    assert (found[0]["name"], found[0]["total"], found[0]["done"]) == ("vouchers", 1, 0)
    assert "vouchers" in run("batches").stdout
    assert told(run, "cancel", str(batch))["removed"] == 1
    assert batches.progress(batch).is_cancelled
    assert run("cancel", "99").returncode == 1


# --- changing


def test_a_failed_job_is_put_again_by_its_id_and_it_is_noted(run: Run) -> None:
    job_id = fail("payments.fulfil", payment_id=17)
    assert run("retry", job_id).stdout == "1 job put again.\n"
    assert sight.counts(jobs.rows)["payments"]["waiting"] == 1
    assert notes_of_the_owner() == [("cli", "queue retry", job_id)]
    again = run("retry", job_id)
    assert again.returncode == 1
    assert "runs again already" in again.stderr
    assert len(notes_of_the_owner()) == 1


def test_one_wrong_id_among_several_changes_nothing(run: Run) -> None:
    job_id = fail("payments.fulfil", payment_id=17)
    assert run("retry", job_id, "d99").returncode == 1
    assert run("forget", job_id, "d99").returncode == 1
    assert sight.counts(jobs.rows)["payments"] == {
        "waiting": 0,
        "delayed": 0,
        "running": 0,
        "failed": 1,
    }
    assert notes_of_the_owner() == []


@pytest.mark.parametrize("words", [("--all",), ("all",), ("--lane", "payments")])
def test_failed_jobs_are_put_again_together(run: Run, words: tuple[str, ...]) -> None:
    for number in range(3):
        fail("payments.fulfil", payment_id=number)
    fail("hotspot-sms.tell", message_id=1)
    expected = 3 if "--lane" in words else 4
    assert told(run, "retry", *words) == {"retried": expected}


def test_failed_jobs_are_forgotten(run: Run) -> None:
    ids = [fail("payments.fulfil", payment_id=number) for number in range(2)]
    fail("hotspot-sms.tell", message_id=1)
    fail("log-rotation.tidy")
    assert told(run, "forget", ids[1]) == {"forgotten": 1}
    assert told(run, "flush", "--lane", "hotspot-sms") == {"forgotten": 1}
    assert told(run, "prune", "--hours", "1") == {"forgotten": 0}
    assert told(run, "prune", "--hours", "0") == {"forgotten": 2}
    whats = [what for _, what, _ in notes_of_the_owner()]
    assert whats == ["queue forget", "queue flush", "queue prune", "queue prune"]


def test_a_lane_is_paused_and_goes_on(run: Run) -> None:
    run("pause", "payments")
    assert told(run, "status")[0]["is_paused"] is True
    assert "paused" in run("status").stdout
    jobs.put("payments.fulfil", payment_id=1)
    assert jobs.rows.take("x", list(jobs.rows.lanes().values())) is None
    run("resume", "payments")
    assert told(run, "status")[0]["is_paused"] is False


def test_a_lane_is_set_and_set_back(run: Run) -> None:
    words = ("--workers", "4", "--backoff", "5,15", "--timeout", "90", "--tries", "7")
    assert told(run, "set", "payments", *words) == {
        "lane": "payments",
        "workers": 4,
        "tries": 7,
        "backoff_seconds": [5, 15],
        "timeout_seconds": 90,
    }
    assert notes_of_the_owner()[0][:2] == ("cli", "queue set")
    assert told(run, "set", "payments", "--defaults")["workers"] == 2
    refused = run("set", "payments", "--workers", "0")
    assert refused.returncode == 1
    assert refused.stderr.startswith("hotspot-lite: Workers must be from 1 to")


def test_a_job_is_put_by_hand_with_its_arguments(run: Run) -> None:
    words = ("payments.fulfil", "payment_id=17", "--tag", "payment:17")
    assert told(run, "run", *words)["job"] == "payments.fulfil"
    assert sight.waiting_jobs(jobs.rows) == [("payments.fulfil", {"payment_id": 17})]
    assert notes_of_the_owner()[0][1] == "queue run"


# --- wrong words


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("statsu",), 2, "Did you mean status?"),
        (("pause", "paymets"), 1, "Did you mean payments?"),
        (("run", "payments.fulfill"), 1, "Did you mean payments.fulfil?"),
        (("run", "payments.fulfil"), 1, "fulfil needs payment_id."),
        (("run", "payments.fulfil", "payment=1"), 1, "Did you mean payment_id?"),
        (("run", "payments.fulfil", "1"), 2, "Write them as key=value."),
        (("retry",), 2, "Which jobs?"),
        (("retry", "d1", "--all"), 2, "Which jobs?"),
        (("retry", "17"), 1, "They look like d12 or v3."),
        (("set", "payments"), 2, "What is to change?"),
        (("failed", "--lane", "sms"), 1, "There is no lane sms."),
    ],
)
def test_a_wrong_word_is_one_sentence_with_the_right_one(
    run: Run, words: tuple[str, ...], code: int, says: str
) -> None:
    done = run(*words)
    assert done.returncode == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert notes_of_the_owner() == []


def test_an_error_is_json_where_json_was_asked_for(run: Run) -> None:
    done = run("pause", "paymets", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["todo"] == "Did you mean payments?"


# --- monitor


def test_monitor_for_cron_speaks_only_when_a_lane_is_over(run: Run) -> None:
    for number in range(3):
        jobs.put("payments.fulfil", payment_id=number)
    quiet = run("monitor", "--max", "3")
    assert (quiet.returncode, quiet.stdout) == (0, "")
    loud = run("monitor", "--max", "2")
    assert loud.returncode == 1
    assert loud.stdout == "payments: 3 waiting, more than 2\n"
    assert run("monitor", "hotspot-sms", "--max", "2").returncode == 0
    found = json.loads(run("monitor", "--max", "2", "--json").stdout)
    assert found == {"max": 2, "over": [{"lane": "payments", "waiting": 3}]}


def test_monitor_looks_once(run: Run, box: Box) -> None:
    jobs.put("payments.fulfil", payment_id=17)
    take()
    fail("hotspot-sms.tell", message_id=1)
    bell = Bell(jobs.rows.bells, "worker")
    notes.consumer_started(jobs.rows, bell.name, ["payments"], time.time() - 5)
    text = run("monitor", "--once").stdout
    assert f"worker: pid {os.getpid()} for " in text
    assert re.search(r"payments.fulfil +payment_id=17 +1 ", text)
    assert "it broke" in text
    found = told(run, "monitor", "--once")
    assert found["running"][0]["args"] == {"payment_id": 17}
    assert found["consumers"][0]["is_alive"] is True
    bell.close()


def test_monitor_follows_in_a_terminal_until_it_is_interrupted(
    run: Run, box_environment: dict[str, str]
) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [*COMMAND, "monitor"],
        env={**os.environ, **box_environment, "COLUMNS": "60", "LINES": "20"},
        stdout=theirs,
        # What a shell puts into the background is deaf to it, and so are its children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    os.close(theirs)
    read_until(ours, r"payments +2 +0 ")
    jobs.put("payments.fulfil", payment_id=17)
    seen = read_until(ours, r"payments +2 +1 ")
    process.send_signal(signal.SIGINT)
    assert process.wait(5) == 0
    lines = re.sub(r"\x1b\[\??[0-9]*[A-Za-z]", "", seen).splitlines()
    assert max(map(len, lines)) <= 60
    os.close(ours)


def read_until(fileno: int, pattern: str, seconds: float = 8) -> str:
    seen, ends = "", time.monotonic() + seconds
    while not re.search(pattern, seen):
        left = ends - time.monotonic()
        assert left > 0 and select.select([fileno], [], [], left)[0], seen
        seen += os.read(fileno, 65536).decode()
    return seen
