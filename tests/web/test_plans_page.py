"""Packages are changed in the browser, by whom it is allowed."""

from __future__ import annotations

import re

import pytest
from house import Answer, Browser, Site

from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Plan


@pytest.fixture
def plan(site: Site) -> Plan:
    return site.plan("1 <b>Hour</b>")


@pytest.fixture
def manager(site: Site) -> Browser:
    return site.staff("mary", "manager")


def shown(page: Answer, name: str) -> str:
    """What stands in a field of the page."""
    found = re.search(rf'<input [^>]*name="{name}"[^>]* value="([^"]*)"', page.text)
    assert found
    return found[1]


def form(browser: Browser, plan: Plan, **more: str) -> dict[str, str]:
    """The form of its page, filled in as the page shows it."""
    page = browser.get(f"/admin/plans/{plan.id}")
    given = {name: str(text) for name, text in catalogue.written(plan).items()}
    for name in ("price", "duration", "rate"):
        assert shown(page, name) == given[name]
    return given | {"csrf": page.field("csrf")} | more


def test_a_manager_changes_a_price(site: Site, manager: Browser, plan: Plan) -> None:
    answer = manager.post(f"/admin/plans/{plan.id}", form(manager, plan, price="35"))
    assert answer.where == "/admin/plans"
    assert "KES 35" in manager.get("/admin/plans").text
    assert "KES 35" in site.browser().get("/").text


def test_a_wrong_field_is_said_and_nothing_typed_is_lost(
    manager: Browser, plan: Plan
) -> None:
    given = form(manager, plan, price="dear", rate="7M/7M")
    answer = manager.post(f"/admin/plans/{plan.id}", given)
    assert answer.status == 422 and 'role="alert"' in answer.text
    assert (shown(answer, "price"), shown(answer, "rate")) == ("dear", "7M/7M")
    assert Plan.get_by_id(plan.id).rate == plan.rate


def test_off_sale_customers_do_not_see_it_and_it_can_come_back(
    site: Site, manager: Browser, plan: Plan
) -> None:
    csrf = {"csrf": manager.get(f"/admin/plans/{plan.id}").field("csrf")}
    where = f"/admin/plans/{plan.id}/sale"
    assert manager.post(where, csrf).where == "/admin/plans"
    assert "1 &lt;b&gt;Hour" not in site.browser().get("/").text
    page = manager.get("/admin/plans").text
    assert "Not on sale" in page and "1 &lt;b&gt;Hour" in page
    manager.post(where, csrf | {"on": "1"})
    assert "1 &lt;b&gt;Hour" in site.browser().get("/").text


@pytest.mark.parametrize("role", ["cashier", "viewer"])
def test_others_see_packages_and_change_none(site: Site, plan: Plan, role: str) -> None:
    browser = site.staff("john", role)
    page = browser.get("/admin/plans")
    assert "1 &lt;b&gt;Hour" in page.text and f"/admin/plans/{plan.id}" not in page.text
    csrf = {"csrf": page.field("csrf")}
    for path in (f"/admin/plans/{plan.id}", f"/admin/plans/{plan.id}/sale"):
        assert browser.post(path, csrf).status == 403
    assert browser.get(f"/admin/plans/{plan.id}").status == 403


def test_a_package_that_there_is_not_is_not_found(manager: Browser) -> None:
    assert manager.get("/admin/plans/99").status == 404
