"""The portal's free package: one button, once a day, and no login told."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from house import JOINED, MAC, Browser, Site, Start

from hotspot_lite.trade.models import FreeUse, Plan, Subscription

SIGN = 'action="/free"'


@pytest.fixture
def plan(site: Site) -> Plan:
    return site.plan("15 Minutes", price="0", duration="15m")


def take(customer: Browser, plan: Plan | str, state: str = "-") -> tuple[int, str]:
    fresh = customer.get(f"/?{JOINED}").field("state")
    number = plan if isinstance(plan, str) else str(plan.id)
    fields = {"plan": number, "state": fresh if state == "-" else state}
    answer = customer.post("/free", fields)
    return answer.status, answer.text or answer.where


def test_it_stands_beside_what_costs_something(
    site: Site, customer: Browser, plan: Plan
) -> None:
    site.plan("1 Hour")
    page = customer.get(f"/?{JOINED}").text
    assert SIGN in page and "Go online free" in page and "KES 0" not in page
    assert f'type="radio" name="plan" value="{plan.id}"' not in page
    assert "Ingia mtandaoni bure" in customer.get(f"/?{JOINED}&lang=sw").text


def test_one_tap_leads_to_the_page_that_waits_and_tells_no_login(
    customer: Browser, plan: Plan
) -> None:
    status, where = take(customer, plan)
    assert status == 303
    time = Subscription.get()
    assert time.price_cents == 0 and FreeUse.get().mac == MAC
    page = customer.get(where).text
    assert "Connecting your device" in page
    for secret in (time.customer.secret, time.customer.username):
        assert secret not in page
        assert secret not in customer.get(f"/?{JOINED}").text
        assert secret not in customer.get(f"/status?{JOINED}").text


def test_who_had_it_today_does_not_see_it_and_can_not_take_it(
    site: Site, customer: Browser, plan: Plan
) -> None:
    take(customer, plan)
    Subscription.update(ended_at=site.now()).execute()
    assert SIGN not in customer.get(f"/?{JOINED}").text
    status, page = take(customer, plan)
    assert status == 422 and "had its free time today" in page
    assert Subscription.select().count() == 1


def test_who_is_not_on_the_wifi_is_told_to_join(customer: Browser, plan: Plan) -> None:
    page = customer.get("/")
    assert SIGN not in page.text
    fields = {"plan": str(plan.id), "state": page.field("state")}
    answer = customer.post("/free", fields)
    assert answer.status == 422 and "while you are on this WiFi" in answer.text


def test_a_form_that_is_not_ours_gives_nothing(customer: Browser, plan: Plan) -> None:
    for state in ("", "x", "x.y"):
        assert take(customer, plan, state=state)[0] == 422
    assert not Subscription.select().exists()


@pytest.mark.parametrize("plan_id", ["", "99", "x", "-1", "1" * 12])
def test_a_package_that_there_is_not_is_said(
    customer: Browser, plan: Plan, plan_id: str
) -> None:
    status, page = take(customer, plan_id)
    assert status == 422 and 'role="alert"' in page


def test_made_up_devices_soon_wait(site: Site, customer: Browser, plan: Plan) -> None:
    statuses = []
    for number in range(7):
        joined = JOINED.replace(quote(MAC, ""), f"02:00:00:00:01:0{number}")
        assert joined != JOINED
        state = customer.get(f"/?{joined}").field("state")
        fields = {"plan": str(plan.id), "state": state}
        statuses.append(customer.post("/free", fields).status)
    assert statuses == [303] * 5 + [429] * 2
    assert Subscription.select().count() == 5


def test_paying_for_it_is_refused_in_words(customer: Browser, plan: Plan) -> None:
    state = customer.get(f"/?{JOINED}").field("state")
    fields = {"plan": str(plan.id), "phone": "0712345678", "state": state}
    answer = customer.post("/buy", fields)
    assert answer.status == 422 and "That package is free." in answer.text


def test_without_a_router_to_ask_nothing_is_free(start_site: Start) -> None:
    site = start_site(ROUTER_HOST="")
    site.plan("15 Minutes", price="0", duration="15m")
    assert SIGN not in site.browser().get(f"/?{JOINED}").text
    page = site.staff("mary", "manager").get("/admin/plans").text
    assert "see free packages yet" in page
