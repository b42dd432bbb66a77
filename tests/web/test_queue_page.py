"""The queue page: over real HTTP and real queue files, and live in Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from house import Browser, Site, environment, wait_until
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, sync_playwright

from hotspot_lite import jobs
from hotspot_lite.bell import Bell
from hotspot_lite.jobs import batches, control, notes, sight
from hotspot_lite.jobs.lanes import LANES
from hotspot_lite.jobs.tables import Taken
from hotspot_lite.trade.models import Audit
from hotspot_lite.trade.people import staff
from hotspot_lite.web import make_app, queue_board

CHANGES = [
    "retry",
    "forget",
    "flush",
    "prune",
    "return",
    "pause",
    "resume",
    "lane",
    "cancel",
]
LOOKS = ("", ".json", "/part/failed", "/part/batches")


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("jane", "owner")


def take() -> Taken:
    taken = jobs.rows.take("nobody", list(jobs.rows.lanes().values()))
    assert taken is not None
    return taken


def fail(name: str, error: str = "it broke", tag: str = "", **args: Any) -> str:
    """A job that has failed for good; its id."""
    jobs.put(name, tags=[tag] if tag else [], **args)
    jobs.rows.fail(take(), error, f"Traceback of {error}")
    return next(job.id for job in sight.failed(jobs.rows) if job.name == name)


def post(browser: Browser, verb: str, **fields: str) -> Any:
    token = browser.get("/admin/queue").field("csrf")
    return browser.post(f"/admin/queue/{verb}", {"csrf": token, **fields})


def noted() -> list[tuple[str, str, str]]:
    return [
        (row.who, row.what, row.detail)
        for row in Audit.select()
        if row.what.startswith("queue")
    ]


# --- who may


@pytest.mark.parametrize("role", staff.HOUSE)
def test_everybody_looks_and_only_the_owner_changes(site: Site, role: str) -> None:
    fail("payments.fulfil", payment_id=17)
    browser = site.staff("somebody", role)
    for path in LOOKS:
        assert browser.get(f"/admin/queue{path}").status == 200
    page = browser.get("/admin/queue").text
    is_owner = role == "owner"
    assert ("Retry payments.fulfil" in page) is is_owner
    assert ("Pause payments" in page) is is_owner
    if not is_owner:
        for verb in CHANGES:
            assert post(browser, verb, lane="payments", sure="yes").status == 403
        assert noted() == []
        assert len(sight.failed(jobs.rows)) == 1


def test_a_stranger_sees_nothing_and_changes_nothing(
    site: Site, owner: Browser
) -> None:
    stranger = site.browser()
    assert stranger.get("/admin/queue").where == "/admin/login"
    assert stranger.get("/admin/queue.json").status == 401
    for verb in CHANGES:
        answer = stranger.post(f"/admin/queue/{verb}", {"lane": "payments"})
        assert answer.where == "/admin/login"
    assert not control_changed()


@pytest.mark.parametrize("verb", CHANGES)
def test_a_change_needs_the_session_s_token(owner: Browser, verb: str) -> None:
    fields = {"lane": "payments", "id": "d1", "sure": "yes", "hours": "1"}
    for wrong in ("", "x"):
        answer = owner.post(f"/admin/queue/{verb}", {"csrf": wrong, **fields})
        assert answer.status == 403
    assert noted() == []
    assert not control_changed()


def control_changed() -> bool:
    return any(lane.is_paused for lane in jobs.rows.lanes().values())


def test_each_of_its_addresses_says_whom_it_admits(site: Site) -> None:
    app: Any = make_app(site.box, {})
    found = {
        (route.method, route.rule): route.callback.admits
        for route in app.routes
        if route.rule.startswith("/admin/queue")
    }
    assert len(found) == len(CHANGES) + len(LOOKS)
    for (method, _), admits in found.items():
        assert set(admits) == ({"owner"} if method == "POST" else set(staff.HOUSE))


# --- what it shows


def test_the_page_shows_lanes_what_runs_and_what_failed(
    site: Site, owner: Browser
) -> None:
    fail("hotspot-sms.tell", "<b>no</b>", "payment:17", message_id=3)
    jobs.put("payments.fulfil", tags=["payment:18"], payment_id=18)
    take()
    batches.start("vouchers")
    page = owner.get("/admin/queue").text
    for lane in LANES:
        assert f'id="lane-{lane}"' in page
    assert re.search(r'data-total="running">1<', page)
    assert "payment_id=18" in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert "<b>no</b>" not in page
    assert "Traceback of &lt;b&gt;" in page
    assert "<progress" in page
    assert "No worker runs" in page
    assert " style=" not in page
    policy = owner.get("/admin/queue").headers["content-security-policy"]
    assert "unsafe" not in policy


def test_a_repeated_failure_is_one_row_with_a_count(owner: Browser) -> None:
    for _ in range(3):
        fail("log-rotation.tidy")
    page = owner.get("/admin/queue").text
    assert page.count('id="job-') == 1
    assert "Failed 3 times" in page


def test_a_job_that_was_retried_and_succeeded_says_so(owner: Browser) -> None:
    job_id = fail("payments.fulfil", payment_id=17)
    assert post(owner, "retry", id=job_id).where.endswith("#failed")
    assert "Retried " in owner.get("/admin/queue").text
    jobs.rows.done(take())
    page = owner.get("/admin/queue").text
    assert re.search(r"Retried \d\d:\d\d and succeeded \d\d:\d\d", page)
    assert "Retry payments.fulfil" not in page


def test_jobs_are_found_by_tag_whatever_became_of_them(owner: Browser) -> None:
    fail("payments.fulfil", tag="payment:17", payment_id=17)
    fail("payments.fulfil", tag="payment:18", payment_id=18)
    jobs.put("hotspot-sms.tell", tags=["payment:17"], message_id=5)
    page = owner.get("/admin/queue?tag=payment%3A17").text
    assert "message_id=5" in page
    assert page.count('id="job-') == 1
    assert 'value="payment:17"' in page
    part = owner.get("/admin/queue/part/failed?tag=payment%3A18").text
    assert "payment_id=18" in part and "payment_id=17" not in part
    none = owner.get("/admin/queue?tag=%3Cb%3E&lane=nonsense").text
    assert "No failed job of any lane with the tag &lt;b&gt;" in none


def test_json_tells_what_the_feed_tells(owner: Browser) -> None:
    fail("payments.fulfil", payment_id=17)
    told = owner.get("/admin/queue.json").json()
    assert told["type"] == "queue"
    assert told["totals"]["failed"] == 1
    assert [lane["name"] for lane in told["lanes"]][0] == "payments"
    before = told["marks"]["failed"]
    assert owner.get("/admin/queue.json").json()["marks"]["failed"] == before
    fail("payments.fulfil", payment_id=17)
    assert owner.get("/admin/queue.json").json()["marks"]["failed"] != before


# --- what it changes


def test_a_lane_s_failed_jobs_are_put_again_by_name(owner: Browser) -> None:
    for number in range(2):
        fail("payments.fulfil", payment_id=number)
    fail("hotspot-sms.tell", message_id=1)
    answer = post(owner, "retry", lane="payments")
    assert "2 jobs put again." in owner.get(answer.where.partition("#")[0]).text
    assert sight.counts(jobs.rows)["payments"]["waiting"] == 2
    assert noted() == [("jane", "queue retry", "payments")]
    post(owner, "retry", lane="")
    assert sight.counts(jobs.rows)["hotspot-sms"]["waiting"] == 1


def test_what_was_looked_for_is_still_looked_for_after_a_change(owner: Browser) -> None:
    job_id = fail("payments.fulfil", tag="payment:17", payment_id=17)
    token = owner.get("/admin/queue").field("csrf")
    path = "/admin/queue/retry?tag=payment%3A17"
    answer = owner.post(path, {"csrf": token, "id": job_id})
    assert answer.where.startswith("/admin/queue?tag=payment%3A17&done=retry")


def test_forgetting_all_wants_its_box_ticked(owner: Browser) -> None:
    fail("payments.fulfil", payment_id=17)
    refused = post(owner, "flush", lane="")
    assert refused.status == 422
    assert 'id="sure-wrong"' in refused.text
    assert len(sight.failed(jobs.rows)) == 1
    assert post(owner, "flush", lane="", sure="yes").status == 303
    assert sight.failed(jobs.rows) == []
    assert noted() == [("jane", "queue flush", "all")]


def test_old_failures_are_pruned_and_hours_are_hours(owner: Browser) -> None:
    fail("payments.fulfil", payment_id=17)
    for wrong in ("", "-1", "1.5", "ten", "²"):
        answer = post(owner, "prune", hours=wrong)
        assert answer.status == 422
        assert 'id="hours-wrong"' in answer.text
    post(owner, "prune", hours="1")
    assert len(sight.failed(jobs.rows)) == 1
    post(owner, "prune", hours="0")
    assert sight.failed(jobs.rows) == []


@pytest.mark.parametrize("verb", ["retry", "forget"])
@pytest.mark.parametrize("wrong", ["17", "x1", "d", "d1; DROP"])
def test_a_made_up_id_is_nothing(owner: Browser, verb: str, wrong: str) -> None:
    assert post(owner, verb, id=wrong).status == 404
    assert noted() == []


@pytest.mark.parametrize("verb", ["pause", "resume", "lane", "flush", "retry"])
def test_a_made_up_lane_is_nothing(owner: Browser, verb: str) -> None:
    assert post(owner, verb, lane="paymets", sure="yes").status == 404
    assert noted() == []


def test_a_lane_is_paused_and_goes_on(owner: Browser) -> None:
    assert post(owner, "pause", lane="payments").where.endswith("#lane-payments")
    assert jobs.rows.lanes()["payments"].is_paused
    post(owner, "resume", lane="payments")
    assert not jobs.rows.lanes()["payments"].is_paused
    assert noted() == [
        ("jane", "queue pause", "payments"),
        ("jane", "queue resume", "payments"),
    ]


def lane_form(**more: str) -> dict[str, str]:
    return {
        "lane": "payments",
        "workers": "4",
        "tries": "5",
        "backoff_seconds": "5, 15,30",
        "timeout_seconds": "90",
    } | more


def test_a_lane_is_changed_and_put_back(owner: Browser) -> None:
    assert post(owner, "lane", **lane_form()).status == 303
    lane = jobs.rows.lanes()["payments"]
    assert (lane.workers, lane.tries, lane.timeout_seconds) == (4, 5, 90)
    assert tuple(lane.backoff_seconds) == (5, 15, 30)
    assert noted()[0][:2] == ("jane", "queue set")
    post(owner, "lane", lane="payments", defaults="yes")
    assert jobs.rows.lanes()["payments"].workers == LANES["payments"].workers


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workers", "0"),
        ("workers", "many"),
        ("tries", ""),
        ("tries", "0"),
        ("backoff_seconds", "5;15"),
        ("backoff_seconds", "999999"),
        ("timeout_seconds", "-1"),
        ("timeout_seconds", "0"),
    ],
)
def test_a_wrong_field_is_said_at_the_field_and_the_rest_is_kept(
    owner: Browser, field: str, value: str
) -> None:
    answer = post(owner, "lane", **lane_form(**{field: value}))
    assert answer.status == 422
    said = re.search(
        rf'<p class="wrong" id="payments-{field}-says" role="alert">([^<]+)<',
        answer.text,
    )
    assert said and said[1].endswith(".")
    other = "workers" if field != "workers" else "tries"
    assert f'name="{other}"' in answer.text
    assert f'value="{lane_form()[other]}"' in answer.text
    assert jobs.rows.lanes()["payments"].workers == LANES["payments"].workers
    assert noted() == []


def test_stuck_jobs_are_given_back(owner: Browser) -> None:
    jobs.put("hotspot-sms.tell", message_id=1)
    taken = take()
    jobs.rows.run.execute_sql(
        "UPDATE reservation SET since_boot = since_boot - 100 WHERE token = ?",
        (taken.token,),
    )
    page = owner.get("/admin/queue").text
    assert ", stuck" in page
    where = post(owner, "return").where
    assert "1 job given back" in owner.get(where.partition("#")[0]).text
    assert sight.counts(jobs.rows)["hotspot-sms"]["waiting"] == 1


def test_a_batch_is_cancelled(owner: Browser) -> None:
    batch = batches.start("vouchers")
    jobs.put("default.message", batch=batch, n=1)
    post(owner, "cancel", id=str(batch))
    assert batches.progress(batch).is_cancelled
    assert sight.waiting_jobs(jobs.rows) == []


# --- the chart


def test_a_chart_draws_failures_on_top_of_what_was_done() -> None:
    now = 60.0 * 1000
    minutes = [(int(now) - 60, 3, 1), (int(now), 0, 2), (int(now) - 9000, 9, 9)]
    drawn = queue_board.chart(minutes, now)
    assert drawn == {
        "peak": 4,
        "done_path": "M58 24v-18h.8v18z",
        "failed_path": "M58 6v-6h.8v6zM59 24v-12h.8v12z",
    }
    assert queue_board.chart([], now)["done_path"] == ""


# --- live, in Chromium


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("CHROMIUM IS NOT INSTALLED: no page was looked at in a browser")
    with sync_playwright() as play:
        args = ["--headless", "--no-sandbox", "--disable-gpu"]
        browser = play.chromium.launch(executable_path=path, args=args)
        yield browser
        browser.close()


@pytest.fixture
def live(tmp_path: Path, site: Site) -> Iterator[None]:
    process = subprocess.Popen(
        [sys.executable, "-m", "hotspot_lite.live"],
        env={**os.environ, **environment(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "live listening" in process.stdout.readline()
    yield
    process.kill()
    process.wait(5)


def open_page(
    chromium: Chromium, site: Site, width: int = 1280, role: str = "owner", **more: Any
) -> tuple[Page, list[str]]:
    """The queue page, signed in; and what its console complains of."""
    cookie = site.staff(f"a {role}", role).cookies["hl_session"]
    context = chromium.new_context(viewport={"width": width, "height": 800}, **more)
    context.set_default_timeout(8000)
    where = {"name": "hl_session", "value": cookie, "url": site.url}
    context.add_cookies([where])  # type: ignore[list-item]
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{site.url}/admin/queue")
    return page, complaints


def text_of(page: Page, selector: str) -> str:
    return page.locator(selector).first.inner_text()


def test_the_page_follows_the_queue_without_a_reload(
    site: Site, chromium: Chromium, live: None
) -> None:
    page, complaints = open_page(chromium, site)
    page.evaluate("window.kept = true")
    page.get_by_text("No worker runs").wait_for()
    bell = Bell(jobs.rows.bells, "worker")
    notes.consumer_started(jobs.rows, bell.name, list(LANES), time.time())
    jobs.put("payments.fulfil", tags=["payment:17"], payment_id=17)
    waiting = "#lane-payments [data-state=waiting]"
    wait_until(lambda: text_of(page, waiting) == "1")
    assert page.get_by_text("No worker runs").is_hidden()
    taken = take()
    page.locator("#running-jobs").get_by_text("payment_id=17").wait_for()
    first = text_of(page, "[data-elapsed]")
    wait_until(lambda: text_of(page, "[data-elapsed]") != first, 5)
    jobs.rows.fail(taken, "<i>it broke</i>", "a traceback")
    sight.status(jobs.rows)  # writes down the runs that this process has counted
    page.locator("#failed-list").get_by_text("<i>it broke</i>").wait_for()
    assert page.locator("#lane-payments .undone").get_attribute("d")
    control.pause(jobs.rows, "payments")
    page.locator("#lane-payments").get_by_text("paused").wait_for()
    assert page.get_by_role("button", name="Resume payments").is_visible()
    assert page.evaluate("window.kept") is True
    bell.close()
    page.context.close()
    assert complaints == []


def test_what_is_open_and_in_use_stays_so_when_the_list_is_renewed(
    site: Site, chromium: Chromium, live: None
) -> None:
    job_id = fail("payments.fulfil", payment_id=17)
    page, complaints = open_page(chromium, site)
    page.locator(f"#trace-{job_id} summary").click()
    fail("hotspot-sms.tell", "another", message_id=1)
    page.locator("#failed-list").get_by_text("another", exact=True).wait_for()
    assert page.get_by_text("Traceback of it broke").is_visible()
    focused = page.evaluate("document.activeElement.id")
    assert focused == f"opens-{job_id}"
    page.context.close()
    assert complaints == []


def test_the_owner_works_the_page_with_the_keyboard(
    site: Site, chromium: Chromium, live: None
) -> None:
    fail("payments.fulfil", tag="payment:17", payment_id=17)
    page, _ = open_page(chromium, site)
    page.get_by_label("Settings of payments").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "payments-workers"
    page.keyboard.press("Control+A")
    page.keyboard.type("99")
    page.keyboard.press("Enter")
    page.get_by_text("Workers must be from 1 to").wait_for()
    assert page.evaluate("document.activeElement.id") == "payments-workers"
    page.keyboard.press("Control+A")
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    page.get_by_text("Running workers follow").wait_for()
    assert jobs.rows.lanes()["payments"].workers == 3
    page.get_by_role("link", name="payment:17").click()
    page.get_by_role("heading", name="Waiting or running, tagged payment:17").wait_for()
    page.get_by_role("button", name="Retry payments.fulfil payment_id=17").press(
        "Enter"
    )
    page.get_by_text("1 job put again.").wait_for()
    page.context.close()


def test_old_numbers_turn_grey(site: Site, chromium: Chromium) -> None:
    """There is no live process here, and nobody answers the page's own questions."""
    page, _ = open_page(chromium, site)
    page.clock.install()
    page.route("**/admin/queue.json", lambda route: route.abort())
    page.reload()
    assert page.locator("#live.stale").count() == 0
    page.clock.run_for(30_000)
    page.locator("#live.stale").wait_for()
    assert "Connection lost" in text_of(page, "#connection")
    page.context.close()


def test_without_the_live_process_it_asks_the_web(
    site: Site, chromium: Chromium
) -> None:
    page, _ = open_page(chromium, site)
    jobs.put("payments.fulfil", payment_id=17)
    wait_until(lambda: text_of(page, "[data-total=waiting]") == "1", 15)
    page.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("role", ["owner", "viewer"])
def test_it_fits_its_screen(
    site: Site, chromium: Chromium, width: int, scheme: Any, role: str
) -> None:
    long = "x" * 300
    fail("payments.fulfil", long, f"payment:{'1' * 40}", payment_id="y" * 200)
    jobs.put("hotspot-accounting.add_up", tags=["t" * 80], what="z" * 200)
    take()
    page, complaints = open_page(
        chromium, site, width, role, color_scheme=scheme, java_script_enabled=False
    )
    fits = page.locator("html").evaluate("html => html.scrollWidth <= html.clientWidth")
    assert fits
    assert page.locator("h1").count() == 1
    for summary in page.locator("summary").all():
        summary.click()
    for item in page.locator("button, input:not([type=hidden]), select").all():
        box = item.bounding_box() if item.is_visible() else None
        if box is not None:
            assert box["height"] >= 44, item.inner_text()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
    page.context.close()
    assert complaints == []
