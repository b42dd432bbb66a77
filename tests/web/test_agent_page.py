"""An agent sells on her own page and sees nothing else; the house keeps her account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from house import PASSWORD, Answer, Browser, Site, Start

from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import (
    AgentEntry,
    AgentSale,
    Message,
    Payment,
    Plan,
)
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.web import make_app

PAGE = "/admin/agent"
HERS = {
    "/admin",
    "/admin/",
    "/admin/login",
    "/admin/logout",
    "/admin/setup",
    "/admin/me",
    "/admin/me/password",
    "/admin/me/factor",
    "/admin/me/sessions",
    PAGE,
    f"{PAGE}/sell",
    f"{PAGE}/back/<payment_id:int>",
}


@pytest.fixture
def plan(site: Site) -> Plan:
    return site.plan("1 Hour")


@pytest.fixture
def olive(site: Site) -> Browser:
    return site.staff("olive", "owner")


@pytest.fixture
def amina(site: Site, olive: Browser) -> Browser:
    browser = site.staff("amina", "agent")
    agents.set_terms("amina", 1000, 100_00, "olive", site.now())
    return browser


def sell(browser: Browser, goods: Plan, **more: str) -> Answer:
    page = browser.get(PAGE)
    fields = {"csrf": page.field("csrf"), "once": page.field("once")}
    return browser.post(f"{PAGE}/sell", fields | {"plan": str(goods.id)} | more)


def owed() -> int:
    return agents.named("amina").owed_cents


# --- her page


def test_she_comes_to_her_page_and_sells(
    site: Site, plan: Plan, amina: Browser
) -> None:
    assert amina.get("/admin/").where == PAGE
    page = amina.get(PAGE).text
    assert "Nothing sold yet" in page and "You keep of each price" in page
    assert "/admin/payments" not in page  # no menu of the house
    handed = amina.get(sell(amina, plan).where).text
    found = re.findall(r"<b>([a-z0-9]{5}-[a-z0-9]{5})</b>", handed)
    assert found == [AgentSale.get().voucher.code]
    assert "take KES 20" in handed and "<svg" in handed
    assert "KES 82" in handed  # what is left of the limit
    assert "KES 18" in handed  # owed


def test_a_form_sent_twice_sells_once_and_says_so(plan: Plan, amina: Browser) -> None:
    page = amina.get(PAGE)
    fields = {"csrf": page.field("csrf"), "once": page.field("once")}
    fields |= {"plan": str(plan.id)}
    first, second = (amina.post(f"{PAGE}/sell", fields) for _ in range(2))
    assert second.where == f"{first.where}&again=1"
    assert "sold once" in amina.get(second.where).text
    assert Payment.select().count() == 1
    assert owed() == 1800


def test_mistakes_are_said_and_keep_what_was_typed(plan: Plan, amina: Browser) -> None:
    for more in ({"plan": "99"}, {"plan": "x"}, {"once": ""}):
        answer = sell(amina, plan, **more)
        assert answer.status == 422 and 'role="alert"' in answer.text
    agents.set_terms("amina", 1000, 17_00, "olive", 1)
    answer = sell(amina, plan)
    assert answer.status == 422 and "past your limit" in answer.text
    agents.set_terms("amina", 1000, 0, "olive", 1)
    assert "as soon as the owner has set your limit" in amina.get(PAGE).text
    assert Payment.select().count() == 0


def test_the_code_is_sent_where_there_is_an_sms_gateway(start_site: Start) -> None:
    site = start_site(SMS_PROVIDER="textsms", SMS_API_KEY="k")
    plan, amina = site.plan(), site.staff("amina", "agent")
    agents.set_terms("amina", 0, 100_00, "olive", site.now())
    wrong = sell(amina, plan, phone="<b>12")
    assert wrong.status == 422 and "&lt;b&gt;12" in wrong.text
    page = amina.get(sell(amina, plan, phone="0712 345 678").where).text
    assert Message.get().phone == "254712345678"
    assert "by SMS" in page and "254712345678" not in page


def test_without_a_gateway_no_phone_is_asked_for(amina: Browser, plan: Plan) -> None:
    assert 'name="phone"' not in amina.get(PAGE).text


def test_she_takes_one_back_while_it_is_fresh_and_unused(
    site: Site, plan: Plan, amina: Browser
) -> None:
    sell(amina, plan)
    sale = AgentSale.get()
    page = amina.get(PAGE)
    back, token = f"{PAGE}/back/{sale.payment.id}", page.field("csrf")
    assert f'action="{back}"' in page.text
    assert amina.post(back, {"csrf": token, "reason": ""}).status == 422
    answer = amina.post(back, {"csrf": token, "reason": "<i>no</i>"})
    assert answer.where == PAGE
    page = amina.get(PAGE)
    assert "taken back: &lt;i&gt;no&lt;/i&gt;" in page.text
    assert owed() == 0
    assert amina.post(f"{PAGE}/back/{2**80}", {"csrf": token}).status == 422
    used = agent_sales.sell("amina", agent_sales.Order(plan, "x"), site.now())
    vouchers.redeem(used.voucher.code, "02:00:00:00:00:01", "", site.now())
    back = f"{PAGE}/back/{used.payment.id}"
    assert back not in amina.get(PAGE).text
    assert amina.post(back, {"csrf": token, "reason": "please"}).status == 422


def test_she_sees_no_sale_of_another_agent(
    site: Site, plan: Plan, amina: Browser
) -> None:
    bob = site.staff("bob", "agent")
    sell(amina, plan)
    sale = AgentSale.get()
    assert sale.voucher.code not in bob.get(f"{PAGE}?sold={sale.payment.id}").text
    token = bob.get(PAGE).field("csrf")
    back = {"csrf": token, "reason": "not mine"}
    assert bob.post(f"{PAGE}/back/{sale.payment.id}", back).status == 422
    assert owed() == 1800


# --- who may what


def test_every_other_page_refuses_an_agent(site: Site, amina: Browser) -> None:
    app: Any = make_app(site.box, {})
    token = amina.get("/admin/me").field("csrf")
    asked = 0
    for route in app.routes:
        if not route.rule.startswith("/admin") or route.rule in HERS:
            continue
        path = re.sub(r"<[^>]*>", "1", route.rule)
        answer = (
            amina.ask(route.method, path)
            if route.method == "GET"
            else (amina.post(path, {"csrf": token}))
        )
        assert answer.status == 403, route.rule
        asked += 1
    assert asked > 60
    assert amina.get("/admin/me").status == 200


@pytest.mark.parametrize("role", ["cashier", "viewer"])
def test_cashiers_and_viewers_have_no_agents_pages(
    site: Site, amina: Browser, role: str
) -> None:
    browser = site.staff("vic", role)
    number = agents.named("amina").agent_id
    token = browser.get("/admin/me").field("csrf")
    for path in (PAGE, "/admin/agents", f"/admin/agents/{number}"):
        assert browser.get(path).status == 403
    for path in (
        f"{PAGE}/sell",
        f"{PAGE}/back/1",
        f"/admin/agents/{number}",
        f"/admin/agents/{number}/back/1",
    ):
        assert browser.post(path, {"csrf": token}).status == 403
    assert not AgentEntry.select().exists()


def test_the_owner_has_no_account_to_sell_on(plan: Plan, olive: Browser) -> None:
    assert olive.get(PAGE).where == "/admin/agents"
    token = olive.get("/admin/me").field("csrf")
    fields = {"csrf": token, "plan": str(plan.id), "once": "x", "reason": "abc"}
    for path in ("sell", "back/1"):
        assert olive.post(f"{PAGE}/{path}", fields).status == 403


def test_a_form_from_elsewhere_changes_nothing(
    plan: Plan, amina: Browser, olive: Browser
) -> None:
    sell(amina, plan)
    sale, number = AgentSale.get().payment.id, agents.named("amina").agent_id
    for browser, path in (
        (amina, f"{PAGE}/sell"),
        (amina, f"{PAGE}/back/{sale}"),
        (olive, f"/admin/agents/{number}"),
        (olive, f"/admin/agents/{number}/back/{sale}"),
    ):
        fields = {"plan": str(plan.id), "once": "n", "reason": "why not", "do": "set"}
        for more in ({}, {"csrf": "x"}):
            assert browser.post(path, fields | more).status == 403
    assert owed() == 1800


def test_her_first_password_is_changed_before_she_sells(
    site: Site, olive: Browser
) -> None:
    staff.add("zuri", PASSWORD, "agent", site.now(), "olive", must_change=True)
    browser = site.browser()
    browser.post("/admin/login", {"name": "zuri", "password": PASSWORD})
    assert browser.get(PAGE).where == "/admin/me"
    csrf = browser.get("/admin/me").field("csrf")
    plan = site.plan("Sold by nobody")
    sale = {"plan": str(plan.id), "once": "x", "csrf": csrf}
    assert browser.post(f"{PAGE}/sell", sale).where == "/admin/me"
    assert not Payment.select().exists()
    assert browser.post("/admin/logout", {"csrf": csrf}).where == "/admin/login"
