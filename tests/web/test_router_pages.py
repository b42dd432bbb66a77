"""The hotspot's own pages, as a router fetches them from the box."""

from __future__ import annotations

import re
import shutil

import pytest
from house import Site
from playwright.sync_api import sync_playwright

from hotspot_lite import samples
from hotspot_lite.onboarding import login_pages
from hotspot_lite.town.whole import Town


@pytest.mark.parametrize("name", ["login.html", "alogin.html", "error.html"])
def test_a_router_fetches_a_page_that_leads_to_the_portal(site: Site, name) -> None:
    answer = site.browser().get(f"/router/{name}")
    assert answer.status == 200
    assert 'http-equiv="refresh"' in answer.text
    assert "mac=$(mac-esc)" in answer.text


def test_there_is_no_other_file(site: Site) -> None:
    assert site.browser().get("/router/setup.rsc").status == 404
    assert site.browser().get("/router/box.key").status == 404


def test_the_router_hears_that_we_admit_people_only_while_radius_answers(
    site: Site,
) -> None:
    def alive(**told: object) -> int:
        if told:
            samples.put(site.box.settings.run_dir, "radius", told)
        return site.browser().get("/router/alive").status

    assert alive() == 503
    assert alive(at=site.now(), answers=True) == 200
    assert alive(at=site.now() - 300, answers=True) == 503
    assert alive(at=site.now(), answers=False) == 503


def served(page: str, login_url: str) -> str:
    """As a router serves it to somebody who has not logged in."""
    page = re.sub(r"\$\(if error\).*?\$\(endif\)", "", page, flags=re.S)
    return re.sub(
        r"\$\(([\w-]+)\)",
        lambda found: login_url if found[1] == "link-login-only" else "x",
        page,
    )


@pytest.mark.skipif(shutil.which("chromium") is None, reason="needs chromium")
def test_the_login_page_leads_to_the_portal_or_lets_one_log_in_at_the_router(
    site: Site,
) -> None:
    with sync_playwright() as play, Town() as town:
        chromium = play.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        page = chromium.new_page()
        shown: list[str] = []

        def show(portal: str) -> None:
            text = login_pages.files(portal)["login.html"]
            shown[:] = [served(text, f"{town.router.http_url}/login")]
            page.goto(f"{site.url}/hotspot-login")

        page.route(
            "**/hotspot-login",
            lambda route: route.fulfill(body=shown[0], content_type="text/html"),
        )
        show(site.url)
        page.wait_for_url(f"{site.url}/?mac=**")
        show("http://127.0.0.1:9")  # nobody answers there: the box is dead
        page.wait_for_selector("#own:not([hidden])")
        town.router.tables["/ip/hotspot/user"].append(name="hs_7", password="pw")
        town.router.default_device = town.router.join("02:AA:00:00:00:01", "127.0.0.1")
        page.fill("[name=username]", "hs_7")
        page.fill("[name=password]", "pw")
        page.click("button")
        page.wait_for_selector("text=Welcome hs_7")
        assert town.router.active()[0]["radius"] == "false"
        chromium.close()
