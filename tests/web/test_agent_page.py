"""An agent sells on her own page and sees nothing else; the house keeps her account."""

from __future__ import annotations

import re
from typing import Any

import pytest
from house import PASSWORD, Answer, Browser, Site, Start

from hotspot_lite.trade import agent_sales, agents, staff, vouchers
from hotspot_lite.trade.agents import Note
from hotspot_lite.trade.models import (
    AgentEntry,
    AgentSale,
    Audit,
    Message,
    Payment,
    Plan,
)
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


def house(browser: Browser, do: str, **fields: str) -> Answer:
    here = f"/admin/agents/{agents.named('amina').agent_id}"
    page = browser.get(here)
    told = {"csrf": page.field("csrf"), "once": page.field("once"), "do": do}
    return browser.post(here, told | fields)


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


# --- the house's pages


def test_the_manager_agrees_takes_in_and_puts_right(
    site: Site, plan: Plan, amina: Browser
) -> None:
    mary = site.staff("mary", "manager")
    assert house(mary, "set", commission="7.5", limit="500").status == 303
    one = agents.named("amina")
    assert (one.commission_bp, one.limit_cents) == (750, 500_00)
    sell(amina, plan)
    assert "KES 18.50" in mary.get("/admin/agents").text
    answer = house(mary, "take-in", amount="10", note="receipt <7>")
    page = mary.get(answer.where).text
    assert "on the account" in page and "receipt &lt;7&gt;" in page
    assert owed() == 8_50
    assert house(mary, "correct", way="more", by="1.50", why="lost").status == 303
    assert owed() == 10_00
    done = [(one.what, one.who) for one in Audit.select() if "agent" in one.what]
    assert ("agent paid-in", "mary") in done and ("agent correction", "mary") in done


def test_money_taken_in_by_a_form_sent_twice_counts_once(
    site: Site, amina: Browser, olive: Browser
) -> None:
    for _ in range(2):
        assert house(olive, "take-in", amount="10", once="same").status == 303
    assert owed() == -10_00
    assert house(olive, "take-in", amount="11", once="same").status == 422
    assert house(olive, "take-in", amount="11", once="").status == 422
    assert "paid ahead" in amina.get(PAGE).text


@pytest.mark.parametrize(
    ("do", "fields", "field"),
    [
        ("set", {"commission": "101", "limit": "1"}, "commission"),
        ("set", {"commission": "<b>", "limit": "1"}, "commission"),
        ("set", {"commission": "1", "limit": "-1"}, "limit"),
        ("take-in", {"amount": "0"}, "amount"),
        ("take-in", {"amount": "much"}, "amount"),
        ("correct", {"by": "1", "why": ""}, "why"),
    ],
)
def test_mistakes_are_said_beside_their_field(
    amina: Browser, olive: Browser, do: str, fields: dict[str, str], field: str
) -> None:
    answer = house(olive, do, **fields)
    assert answer.status == 422 and "<b>' is" not in answer.text
    marked = re.search(r'name="(\w+)"[^>]*aria-invalid=true', answer.text)
    assert marked and marked[1] == field


def test_the_manager_takes_an_old_sale_back(
    site: Site, plan: Plan, amina: Browser, olive: Browser
) -> None:
    long_ago = site.now() - 5000
    sale = agent_sales.sell("amina", agent_sales.Order(plan, "x"), long_ago)
    assert "/back/" not in amina.get(PAGE).text
    here = f"/admin/agents/{agents.named('amina').agent_id}"
    page = olive.get(here)
    fields = {"csrf": page.field("csrf"), "reason": "never used"}
    assert olive.post(f"{here}/back/{sale.payment.id}", fields).status == 303
    assert owed() == 0
    again = olive.post(f"{here}/back/{sale.payment.id}", fields)
    assert again.status == 422
    assert olive.post(f"{here}/back/99", fields).status == 404
    for path in ("/admin/agents/99", f"/admin/agents/{2**70}"):
        assert olive.get(path).status == 404


def test_a_long_account_goes_on_on_another_page(
    site: Site, amina: Browser, olive: Browser
) -> None:
    for number in range(60):
        agents.take_in("amina", 100, Note("olive", f"no {number:02}"), site.now())
    page = amina.get(PAGE).text
    link = re.search(r'href="(/admin/agent\?before=\d+)"', page)
    assert link and "no 59" in page and "no 09" not in page
    assert "no 09" in amina.get(link[1]).text


def test_before_there_are_agents_the_page_says_how_to_add_one(
    site: Site, olive: Browser
) -> None:
    assert "role agent under" in olive.get("/admin/agents").text
    mary = site.staff("mary", "manager")
    assert "The owner adds people" in mary.get("/admin/agents").text


def test_the_payments_page_and_first_screen_tell_it(
    plan: Plan, amina: Browser, olive: Browser
) -> None:
    sell(amina, plan)
    assert '<td data-name="By">Agent</td>' in olive.get("/admin/payments").text
    first = olive.get("/admin/").text
    assert 'id="takings-split">agents KES 20</small>' in first
    assert "Sold by an agent" in first
    report = olive.get("/admin/reports?report=agents").text
    assert "amina" in report and "18.00" in report
