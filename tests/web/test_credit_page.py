"""Credit: chosen by a manager, offered to the very device, forgiven by a manager."""

from __future__ import annotations

import pytest
from house import MAC, Browser, Site, Start

from hotspot_lite.trade.grants import credit
from hotspot_lite.trade.models import Debt, Device, Plan, Subscription
from hotspot_lite.trade.money import debts, payments
from hotspot_lite.trade.service import subscriptions

PAGE = "/admin/credit"
HERE = f"mac={MAC}&ip=127.0.0.1"
FORM = 'action="/credit"'


@pytest.fixture
def site(start_site: Start) -> Site:
    return start_site(ROUTER_HOST="127.0.0.1")


@pytest.fixture
def plan(site: Site) -> Plan:
    """Bought once by the device, and over."""
    plan = site.plan("1 Hour")
    payment = site.ask(plan)
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    subscriptions.fulfil(payment.id, site.now())
    Subscription.update(ended_at=site.now()).execute()
    Device.update(ip="127.0.0.1").execute()
    return plan


def take(customer: Browser, told: str = HERE) -> tuple[int, str]:
    state = customer.get(f"/?{told}").field("state")
    answer = customer.post("/credit", {"state": state})
    return answer.status, answer.text or answer.where


def test_a_manager_lends_and_a_customer_takes_and_sees_what_is_owed(
    site: Site, plan: Plan, customer: Browser
) -> None:
    mary = site.staff("mary", "manager")
    assert FORM not in customer.get(f"/?{HERE}").text
    fields = {"plan": "1 Hour", "purchases": "1", "csrf": mary.get(PAGE).field("csrf")}
    assert mary.post(PAGE, fields).status == 303
    home = customer.get(f"/?{HERE}&lang=sw").text
    assert FORM in home and "KES 20 zitaongezwa" in home
    status, where = take(customer)
    assert status == 303
    page = customer.get(where).text
    for secret in (Subscription.get().customer.secret,):
        assert secret not in page
    Subscription.update(ended_at=site.now()).execute()
    home = customer.get(f"/?{HERE}").text
    assert FORM not in home and "You have had KES 20 on credit" in home
    assert "hs_" in mary.get(PAGE).text and "KES 20" in mary.get(PAGE).text


def test_another_address_is_offered_nothing_and_can_not_take_it(
    site: Site, plan: Plan, customer: Browser
) -> None:
    credit.change(plan, 1, "mary", site.now())
    other = f"mac={MAC}&ip=10.5.50.77"
    assert FORM not in customer.get(f"/?{other}").text
    status, page = take(customer, other)
    assert status == 422 and not Debt.select().exists()
    assert "Traceback" not in page


def test_a_form_that_is_old_or_made_up_takes_nothing(
    site: Site, plan: Plan, customer: Browser
) -> None:
    credit.change(plan, 1, "mary", site.now())
    assert customer.post("/credit", {"state": "made.up"}).status == 422
    assert customer.post("/credit", {}).status == 422
    assert not Debt.select().exists()


def test_forgiving_needs_a_manager_and_a_token(
    site: Site, plan: Plan, customer: Browser
) -> None:
    credit.change(plan, 1, "mary", site.now())
    take(customer)
    path = f"{PAGE}/{Debt.get().id}/forgive"
    carl, mary = site.staff("carl", "cashier"), site.staff("mary", "manager")
    csrf = carl.get("/admin/plans").field("csrf")
    assert carl.post(path, {"csrf": csrf}).status == 403
    assert carl.get(PAGE).status == 403
    assert mary.post(path, {"csrf": "x"}).status == 403
    assert debts.open_cents() == 2000
    csrf = mary.get(PAGE).field("csrf")
    assert mary.post(path, {"csrf": csrf}).status == 303
    assert debts.open_cents() == 0


@pytest.mark.parametrize("purchases", ["", "0", "-1", "many", "1001", "9" * 30])
def test_a_number_that_can_not_be_is_said(
    site: Site, plan: Plan, purchases: str
) -> None:
    mary = site.staff("mary", "manager")
    csrf = mary.get(PAGE).field("csrf")
    fields = {"plan": "1 Hour", "purchases": purchases, "csrf": csrf}
    answer = mary.post(PAGE, fields)
    assert answer.status == 422 and "1 to 1000 purchases" in answer.text
    assert credit.offer() is None
