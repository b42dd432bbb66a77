"""The admin by keys alone, in Chromium."""

from __future__ import annotations

from house import Site
from playwright.sync_api import Browser
from test_pages_in_chromium import chromium, page_of, sign_in

__all__ = ["chromium"]


def test_pages_are_reached_searched_and_walked_by_keys(
    site: Site, chromium: Browser
) -> None:
    plan = site.plan()
    for number in range(3):
        site.ask(plan, f"25471234560{number}", f"02:00:00:00:00:0{number}")
    with page_of(chromium, 1280) as page:
        sign_in(page, site)
        page.goto(site.url + "/admin/plans")
        page.keyboard.press("g")
        page.keyboard.press("p")
        page.wait_for_url("**/admin/payments")
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        focused = page.evaluate("document.activeElement.getAttribute('href')")
        assert focused == "/admin/payments/3"
        page.keyboard.press("/")
        page.keyboard.type("gp?jk")
        assert page.get_by_label("Phone or receipt").input_value() == "gp?jk"
        page.locator("h1").click()
        page.keyboard.press("?")
        page.get_by_role("dialog").get_by_text("Vouchers").wait_for()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        page.keyboard.press("Enter")
        page.wait_for_url("**/admin/payments/3")


def test_a_letter_that_is_late_goes_nowhere(site: Site, chromium: Browser) -> None:
    with page_of(chromium, 1280) as page:
        sign_in(page, site)
        page.goto(site.url + "/admin/plans")
        page.keyboard.press("g")
        page.keyboard.press("z")
        page.keyboard.press("p")
        page.wait_for_timeout(200)
        assert page.url.endswith("/admin/plans")
