"""WCAG 2.2 AA on every page, by axe-core in Chromium, on light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from house import IP, JOINED, MAC, PASSWORD, Site
from playwright.sync_api import Browser, Page
from test_pages_in_chromium import chromium

from hotspot_lite import store
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import audit, events, look
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers, staff
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.web import make_app

__all__ = ["chromium"]
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OPTIONS = {"runOnly": {"type": "tag", "values": TAGS}}
# No pages of HTML, or pages that lead elsewhere.
NO_PAGES = (".json", ".csv", "/admin/metrics", "/admin/logout", "/admin")


def fill(site: Site) -> dict[str, str]:
    """Something of everything; the addresses of pages that are of one thing."""
    now = site.now()
    plan = site.plan(
        "1 Hour", pauses=2, happy="22:00-06:00 10M/20M", fair="1G day 1M/1M"
    )
    site.plan("Taste", price="0", duration="15m")
    catalogue.put_on_sale(site.plan("Old"), False, "jane", now)
    failed, paid = site.ask(plan, "254712000001", "02:00:00:00:00:05"), site.ask(plan)
    payments.mark_failed(failed, "1032", "cancelled", now)
    payments.mark_paid(paid, "callback", "c", "SGR1ABCDEF", now)
    sale = subscriptions.fulfil(paid.id, now)
    assert sale is not None
    customers.remember_device(MAC, IP, sale.customer, now)
    batch = vouchers.make(plan, 3, "jane", now)
    amina = staff.add("amina", PASSWORD, "agent", now)
    agents.set_terms("amina", 750, 400_00, "jane", now)
    agent_sales.sell("amina", agent_sales.Order(plan, "x"), now)
    look.change("#c0392b", "The blue kiosk", "0712 345 678", "jane", now)
    with store.atomic():
        audit.leave_to_a_person("no-access", "Paid and not online.", now, paid)
        events.announce("device_put_out", {"title": "Out", "says": "x"}, now)
    return {
        "/admin/agents/<agent_id:int>": f"/admin/agents/{amina.id}",
        "/admin/plans/<plan_id:int>": f"/admin/plans/{plan.id}",
        "/admin/customers/<customer_id:int>": f"/admin/customers/{sale.customer.id}",
        "/admin/payments/<payment_id:int>": f"/admin/payments/{paid.id}",
        "/admin/vouchers/<batch_id:int>": f"/admin/vouchers/{batch.id}",
        "/wait/<ref>": f"/wait/{failed.ref}",
        "": f"/wait/{paid.ref}",
    }


def paths(site: Site, some: dict[str, str]) -> Iterator[str]:
    """The address of each page that a person can open."""
    app: Any = make_app(site.box, {})
    for route in app.routes:
        rule = route.rule
        if route.method != "GET" or rule.endswith(NO_PAGES) or "/part/" in rule:
            continue
        if "<" not in rule and rule.startswith("/admin"):
            yield rule
        elif rule in some:
            yield some[rule]
    for rule in ("/", "/status", "/status/device", "/claim", "/back"):
        yield f"{rule}?{JOINED}"
    yield some[""]


def wrong_on(page: Page) -> list[tuple[str, str, str]]:
    """What axe-core finds on a page: rule, element, why."""
    found = Axe().run(page, options=OPTIONS).response
    return [
        (one["id"], node["html"][:120], node["failureSummary"][:200])
        for one in found["violations"]
        for node in one["nodes"]
    ]


def waits(path: str, rule: str) -> bool:
    """A page that waits for money or the router looks again: WCAG 2.2.1 lets it, for
    what happens in real time."""
    return rule == "meta-refresh" and path.startswith(("/wait/", "/?"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_is_for_everybody(
    site: Site, chromium: Browser, scheme: Any
) -> None:
    some = fill(site)
    cookie = site.staff("jane", "owner").cookies["hl_session"]
    wrong, seen = [], 0
    size: Any = {"width": 360, "height": 720}
    with chromium.new_context(viewport=size, color_scheme=scheme) as context:
        where: Any = {"name": "hl_session", "value": cookie, "url": site.url}
        context.add_cookies([where])
        page = context.new_page()
        for path in paths(site, some):
            answer = page.goto(site.url + path)
            assert answer is not None and answer.status == 200, path
            wrong += [(path, *one) for one in wrong_on(page) if not waits(path, one[0])]
            seen += 1
    assert wrong == []
    assert seen > 35


def test_an_agent_s_page_is_for_everybody(site: Site, chromium: Browser) -> None:
    fill(site)
    cookie = site.staff("amina", "agent").cookies["hl_session"]
    size: Any = {"width": 360, "height": 720}
    with chromium.new_context(viewport=size) as context:
        where: Any = {"name": "hl_session", "value": cookie, "url": site.url}
        context.add_cookies([where])
        page = context.new_page()
        page.goto(f"{site.url}/admin/")
        page.get_by_role("button", name="Sell one voucher").click()
        page.get_by_text("take KES 20").wait_for()
        page.get_by_text("Show it as a picture").click()
        page.get_by_text("Take back").first.click()
        assert wrong_on(page) == []


def test_what_is_wrong_is_seen(site: Site, chromium: Browser) -> None:
    with chromium.new_context() as context:
        page = context.new_page()
        page.set_content(
            "<h1>Pay</h1><input name=phone><p style='color:#aaa'>Too pale</p>"
        )
        rules = {rule for rule, *_ in wrong_on(page)}
    assert {"label", "color-contrast", "html-has-lang"} <= rules
