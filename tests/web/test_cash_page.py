"""The counter's pages: open, sell, hand over, take back, count, print."""

from __future__ import annotations

import re

import pytest
from house import Browser, Site

from hotspot_lite.trade.models import CashSale, Payment, Plan, Shift, Subscription
from hotspot_lite.trade.takings import cash

PAGE = "/admin/cash"


@pytest.fixture
def plan(site: Site) -> Plan:
    return site.plan()


@pytest.fixture
def carl(site: Site) -> Browser:
    return site.staff("carl", "cashier")


def post(browser: Browser, path: str, **fields: str) -> tuple[int, str]:
    csrf = browser.get(PAGE).field("csrf")
    answer = browser.post(f"{PAGE}/{path}", {"csrf": csrf} | fields)
    return answer.status, answer.where or answer.text


def test_a_day_at_the_counter(site: Site, plan: Plan, carl: Browser) -> None:
    assert "Open your shift" in carl.get(PAGE).text
    assert post(carl, "open", float="500") == (303, PAGE)
    status, where = post(carl, "sell", plan=str(plan.id), count="2")
    assert status == 303
    handed = carl.get(where).text
    assert "take KES 40" in handed
    assert len(set(re.findall(r"<b>([a-z0-9]{5}-[a-z0-9]{5})</b>", handed))) == 2
    _, where = post(carl, "sell", plan=str(plan.id), count="1", phone="0712 345 678")
    assert "given to +254712345678" in carl.get(where).text
    assert Subscription.get().customer.phone == "254712345678"
    last = Payment.select().order_by(Payment.id.desc()).get()
    assert post(carl, f"void/{last.id}", reason="Wrong number.") == (303, PAGE)
    shift = Shift.get()
    status, where = post(carl, f"close/{shift.id}", counted="530", note="Rain.")
    report = carl.get(where).text
    assert "Expected in the till" in report and "KES 540" in report
    assert "−KES 10" in report and "Rain." in report


def test_mistakes_are_said_beside_their_field(
    site: Site, plan: Plan, carl: Browser
) -> None:
    assert post(carl, "open", float="much")[0] == 422
    assert post(carl, "sell", plan=str(plan.id), count="1") == (303, PAGE)
    post(carl, "open", float="")
    for fields in (
        {"plan": str(plan.id), "count": "0"},
        {"plan": str(plan.id), "count": "x"},
        {"plan": "99", "count": "1"},
        {"plan": str(plan.id), "count": "1", "phone": "<b>12"},
    ):
        status, page = post(carl, "sell", **fields)
        assert status == 422 and 'role="alert"' in page
    status, page = post(carl, f"close/{Shift.get().id}", counted="x<b>")
    assert status == 422 and "x&lt;b&gt;" in page
    assert Payment.select().count() == 0


def test_cashiers_see_their_own_tills_only(
    site: Site, plan: Plan, carl: Browser
) -> None:
    post(carl, "open", float="100")
    shift = Shift.get()
    cash.sell_vouchers(shift, plan, 1, site.now())
    mary, jane = site.staff("mary", "cashier"), site.staff("jane", "owner")
    assert mary.get(f"{PAGE}/{shift.id}").status == 404
    assert post(mary, f"close/{shift.id}", counted="0")[0] == 404
    sale = CashSale.get().payment.id
    assert post(mary, f"void/{sale}", reason="I may not.")[0] == 422
    assert "carl" not in mary.get(PAGE).text
    assert "carl" in jane.get(PAGE).text
    assert post(jane, f"void/{sale}", reason="I may.")[1] == f"{PAGE}/{shift.id}"
    assert post(jane, f"close/{shift.id}", counted="100")[0] == 303
    assert carl.get(f"{PAGE}/{2**70}").status == 404


def test_a_viewer_has_no_counter_and_a_stranger_no_door(site: Site, plan: Plan) -> None:
    viewer = site.staff("vera", "viewer")
    csrf = viewer.get("/admin/plans").field("csrf")
    for path in ("open", "sell", "void/1", "close/1"):
        fields = {"csrf": csrf, "float": "1"}
        assert viewer.post(f"{PAGE}/{path}", fields).status == 403
        assert site.browser().post(f"{PAGE}/{path}", fields).status == 303
    assert viewer.get(PAGE).status == 403
    assert Shift.select().count() == 0


def test_a_form_from_elsewhere_sells_nothing(
    site: Site, plan: Plan, carl: Browser
) -> None:
    post(carl, "open", float="100")
    fields = {"plan": str(plan.id), "count": "1"}
    for more in ({}, {"csrf": "x"}):
        assert carl.post(f"{PAGE}/sell", fields | more).status == 403
    assert Payment.select().count() == 0


def test_the_first_screen_splits_the_takings(
    site: Site, plan: Plan, carl: Browser
) -> None:
    assert 'id="takings-split"></small>' in carl.get("/admin/").text
    post(carl, "open", float="100")
    cash.sell_vouchers(Shift.get(), plan, 1, site.now())
    assert 'id="takings-split">cash KES 20</small>' in carl.get("/admin/").text
    assert '<td data-name="By">Cash</td>' in carl.get("/admin/payments").text
