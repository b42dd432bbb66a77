"""The pages in Debian's Chromium: the portal without JavaScript, the admin live."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from house import JOINED, PASSWORD, Site, Start, environment, wait_until
from playwright.sync_api import Browser, Page, sync_playwright

from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Login, Payment, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.service import access, subscriptions

ARGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("CHROMIUM IS NOT INSTALLED: no page was looked at in a browser")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=ARGS)
        yield browser
        browser.close()


@contextmanager
def page_of(chromium: Browser, width: int = 360, **more: Any) -> Iterator[Page]:
    """A page that must not complain, nor be wider than its screen."""
    context = chromium.new_context(viewport={"width": width, "height": 720}, **more)
    context.set_default_timeout(8000)
    page = context.new_page()
    complaints: list[str] = []

    def hear(said: Any) -> None:
        # Chromium complains of every form that is shown again, at its 422.
        if "422" not in said.text:
            complaints.append(said.text)

    page.on("console", hear)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert complaints == []


def go(page: Page, group: str, name: str) -> None:
    """By the menu, as a person does."""
    menu = page.get_by_role("navigation", name="Pages")
    menu.locator("summary", has_text=group).click()
    menu.get_by_role("link", name=name).click()


def look(page: Page) -> None:
    """What holds on every page."""
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.locator("html").get_attribute("lang")
    assert page.locator("h1").count() == 1
    small = [
        (item.inner_text(), item.bounding_box())
        for item in page.locator("button, input:not([type=hidden]), select").all()
        if item.is_visible() and item.get_attribute("type") != "radio"
    ]
    for text, found in small:
        assert found is not None and found["height"] >= 44, text
        assert found["x"] >= 0 and found["x"] + found["width"] <= width, text


def is_not_wider(page: Page) -> bool:
    return bool(
        page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    )


def test_a_customer_buys_without_javascript_on_a_small_phone(
    site: Site, chromium: Browser
) -> None:
    site.plan("Normal 1 Hour")
    site.plan("Day", price="100", duration="1d")
    with page_of(chromium, java_script_enabled=False) as page:
        page.goto(f"{site.url}/?{JOINED}")
        look(page)
        page.get_by_text("Normal 1 Hour").click()
        page.get_by_label("M-Pesa phone number").fill("12")
        page.get_by_role("button", name="Pay with M-Pesa").click()
        page.get_by_text("This is not a Safaricom number").wait_for()
        assert page.get_by_label("M-Pesa phone number").input_value() == "12"
        assert page.get_by_label("Normal 1 Hour").is_checked()
        page.get_by_label("M-Pesa phone number").fill("0712 345 678")
        page.get_by_role("button", name="Pay with M-Pesa").click()
        page.wait_for_url("**/wait/*")
        look(page)
        payment = Payment.get()
        payments.mark_failed(payment, "2001", "wrong", site.now())
        page.get_by_text("The PIN was wrong").wait_for(timeout=6000)
        page.get_by_role("button", name="Try again").click()
        page.get_by_text("Enter your M-Pesa PIN").wait_for()
        second = Payment.select().order_by(Payment.id.desc()).get()
        payments.mark_paid(second, "callback", "c", "R", site.now())
        page.get_by_text("Money received at").wait_for(timeout=6000)
        subscription = subscriptions.fulfil(second.id, site.now())
        assert subscription is not None
        router = {"id": 1, "name": "hap", "ip_address": "10.0.0.1"}
        access.admitted(subscription, router, site.now())
        page.get_by_text("You are online").wait_for(timeout=6000)
        assert page.get_by_text("1 hour left").is_visible()
        look(page)


def test_a_voucher_is_redeemed_without_javascript(
    site: Site, chromium: Browser
) -> None:
    code = vouchers.codes(vouchers.make(site.plan(), 1, "jane", site.now()))[0]
    with page_of(chromium, java_script_enabled=False) as page:
        page.goto(f"{site.url}/?{JOINED}&lang=sw")
        page.get_by_text("Nina vocha").click()
        page.get_by_label("Nambari ya vocha").fill(code.upper())
        page.get_by_role("button", name="Tumia vocha").click()
        page.get_by_text("Vocha yako imekubaliwa").wait_for()
        assert Subscription.select().count() == 1
        look(page)


def test_the_login_form_may_be_posted_to_the_router(
    start_site: Start, chromium: Browser
) -> None:
    """The CSP lets the button through, to the router and nowhere else."""
    site = start_site()
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", "c", "R", site.now())
    subscription = subscriptions.fulfil(payment.id, site.now())
    assert subscription is not None
    access.failed(subscription.id, "no", site.now())
    with page_of(chromium, java_script_enabled=False) as page:
        seen: list[str] = []

        def answer(route: Any) -> None:
            seen.append(route.request.post_data)
            route.fulfill(status=200, content_type="text/html", body="<h1>in</h1>")

        page.route("http://127.0.0.1:8099/login", answer)
        page.goto(f"{site.url}/wait/{payment.ref}")
        page.get_by_role("button", name="Connect now").click()
        page.get_by_role("heading", name="in").wait_for()
        customer = subscription.customer
        assert seen == [f"username={customer.username}&password={customer.secret}"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_no_page_is_wider_than_its_screen(
    site: Site, chromium: Browser, width: int, scheme: Any
) -> None:
    long = "A package with a name as long as it may possibly be, really"
    plan = site.plan(long, price="1500.50", data="2G", devices=4)
    payment = site.ask(plan)
    Payment.update(asked_at=site.now() - 40).execute()
    payments.mark_failed(payment, "1032", "x" * 100, site.now())
    batch = vouchers.make(plan, 3, "jane", site.now())
    cookie = site.staff("jane", "owner").cookies["hl_session"]
    paths = [
        f"/?{JOINED}&error={'x' * 200}",
        f"/wait/{payment.ref}",
        f"/status?{JOINED}",
        "/admin/",
        "/admin/payments",
        "/admin/plans",
        "/admin/vouchers",
        f"/admin/vouchers/{batch.id}",
    ]
    with page_of(chromium, width, color_scheme=scheme) as page:
        where = {"name": "hl_session", "value": cookie, "url": site.url}
        page.context.add_cookies([where])  # type: ignore[list-item]
        for path in paths:
            page.goto(site.url + path)
            assert is_not_wider(page), path
            look(page)


# --- the admin, live


@pytest.fixture
def live_process(tmp_path: Path, site: Site) -> Iterator[subprocess.Popen[str]]:
    process = start_live(tmp_path)
    yield process
    process.kill()
    process.wait(5)


def start_live(folder: Path, port: str = "0") -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "hotspot_lite.live"],
        env={**os.environ, **environment(folder, LIVE_PORT=port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert "live listening" in process.stdout.readline()
    return process


def sign_in(page: Page, site: Site) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    page.goto(site.url + "/admin/")
    page.get_by_label("Name").fill("jane")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def test_the_first_screen_follows_by_itself(
    site: Site, chromium: Browser, live_process: subprocess.Popen[str]
) -> None:
    with page_of(chromium, 1280) as page:
        sign_in(page, site)
        look(page)
        page.evaluate("window.kept = true")
        payment = site.ask(site.plan())
        payments.mark_paid(payment, "callback", "c", "R", site.now())
        subscription = subscriptions.fulfil(payment.id, site.now())
        assert subscription is not None
        toast = page.locator(".toast", has_text="+254712345678")
        toast.wait_for(timeout=3000)
        page.locator("#events li", has_text="+254712345678").wait_for(timeout=3000)
        takings = page.locator("[data-number=takings_today_cents]")
        wait_until(lambda: takings.inner_text() == "KES 20", 5)
        router = {"id": 1, "name": "hap", "ip_address": "10.0.0.1"}
        access.admitted(subscription, router, site.now())
        page.locator("#events li", has_text="Online").wait_for(timeout=3000)
        told = {"payment": payments.for_event(payment), "error": "<b>no</b>"}
        events.announce("payment_failed", told, site.now())
        page.locator("#events li", has_text="<b>no</b>").wait_for(timeout=3000)
        assert page.locator("#events li").count() == 3
        assert page.evaluate("window.kept") is True
        toast.wait_for(state="detached", timeout=12_000)
        assert page.locator("#connection").is_hidden()


def test_a_lost_connection_is_said_and_mended(
    site: Site,
    chromium: Browser,
    tmp_path: Path,
    live_process: subprocess.Popen[str],
) -> None:
    port = (site.box.settings.run_dir / "live.port").read_text()
    context = chromium.new_context()
    context.set_default_timeout(8000)
    page = context.new_page()  # its console tells of the lost connection
    sign_in(page, site)
    wait_until(lambda: page.locator("#connection").is_hidden())
    live_process.terminate()
    live_process.wait(5)
    bar = page.locator("#connection")
    bar.wait_for(state="visible", timeout=5000)
    assert "Connection lost, showing data of " in bar.inner_text()
    told = {"payment": {"amount": 5, "package": "p"}, "error": "meanwhile"}
    events.announce("payment_failed", told, site.now())
    again = start_live(tmp_path, port)
    try:
        page.locator("#events li", has_text="meanwhile").wait_for(timeout=15_000)
        bar.wait_for(state="hidden", timeout=5000)
    finally:
        again.terminate()
        again.wait(5)
        context.close()


def test_numbers_that_nobody_renews_turn_grey(site: Site, chromium: Browser) -> None:
    context = chromium.new_context()
    context.set_default_timeout(8000)
    page = context.new_page()
    page.clock.install()
    sign_in(page, site)
    page.route("**/admin/numbers.json", lambda route: route.abort())
    assert page.locator("#live.stale").count() == 0
    page.clock.run_for(30_000)
    page.locator("#live.stale").wait_for(timeout=5000)
    assert "Connection lost" in page.locator("#connection").inner_text()
    context.close()


def test_an_ended_session_leads_to_the_login(site: Site, chromium: Browser) -> None:
    context = chromium.new_context()
    context.set_default_timeout(8000)
    page = context.new_page()
    sign_in(page, site)
    Login.delete().execute()
    page.wait_for_url("**/admin/login", timeout=15_000)
    context.close()


def test_the_first_visit_is_the_setup(site: Site, chromium: Browser) -> None:
    code = staff.new_setup_code()
    with page_of(chromium) as page:
        page.goto(site.url + "/admin/")
        look(page)
        page.get_by_label("Setup code").fill(code)
        page.get_by_label("Your name").fill("jane")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/")
        go(page, "Goods", "Packages")
        page.get_by_label("Name").fill("Day")
        page.get_by_label("Price in KES").fill("100")
        page.get_by_label("Time", exact=True).fill("1d")
        page.get_by_role("button", name="Add package").click()
        page.get_by_role("rowheader", name="Day").wait_for()
        go(page, "Goods", "Vouchers")
        page.get_by_label("How many").fill("2")
        page.get_by_role("button", name="Make vouchers").click()
        page.get_by_role("heading", name="Day").wait_for()
        assert page.locator("tbody code").count() == 2
        page.get_by_role("button", name="Sign out").click()
        page.get_by_role("heading", name="Sign in").wait_for()
