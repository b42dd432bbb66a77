"""Agents as the house sees them: terms, money taken in, an account put right."""

from __future__ import annotations

import re

import pytest
from house import Answer, Browser, Site
from test_agent_page import PAGE, amina, olive, owed, plan, sell

from hotspot_lite.trade.models import (
    Audit,
    Plan,
)
from hotspot_lite.trade.takings import agent_sales, agents
from hotspot_lite.trade.takings.agents import Note

__all__ = ["amina", "olive", "plan"]


def house(browser: Browser, do: str, **fields: str) -> Answer:
    here = f"/admin/agents/{agents.named('amina').agent_id}"
    page = browser.get(here)
    told = {"csrf": page.field("csrf"), "once": page.field("once"), "do": do}
    return browser.post(here, told | fields)


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
