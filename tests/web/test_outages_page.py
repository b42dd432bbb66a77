"""A manager gives people the time of an outage back."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from house import Browser, Site

from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import MadeGood
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

HERE = "/admin/outages"


@pytest.fixture
def manager(site: Site) -> Browser:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now() - 1800)
    subscriptions.fulfil(payment.id, site.now() - 1800)
    return site.staff("mary", "manager")


def typed(site: Site, ago_seconds: int) -> str:
    zone = ZoneInfo(str(site.box.settings["box.timezone"]))
    at = datetime.fromtimestamp(site.now() - ago_seconds, zone)
    return at.strftime("%Y-%m-%dT%H:%M")


def post(site: Site, browser: Browser, do: str, **more: str) -> tuple[int, str]:
    times = {"since": typed(site, 1200), "until": typed(site, 600)}
    token = {"csrf": browser.get(HERE).field("csrf"), "do": do, "why": "power cut"}
    answer = browser.post(HERE, times | token | more)
    return answer.status, answer.text


def test_one_looks_before_one_gives(site: Site, manager: Browser) -> None:
    status, page = post(site, manager, "look")
    assert status == 200
    assert "<b>1</b> person would get <b>10</b> minutes" in page
    assert not MadeGood.select().exists()
    assert post(site, manager, "give")[0] == 303
    assert MadeGood.get().who == "mary"
    assert "going on" in manager.get(HERE).text


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"since": "yesterday"}, "Write a day and a time"),
        ({"until": ""}, "Write a day and a time"),
        ({"until": "2001-01-01T10:00"}, "begin before it ends"),
        ({"why": " "}, "Say why"),
    ],
)
def test_what_is_wrong_is_said_and_the_typing_stays(
    site: Site, manager: Browser, more: dict[str, str], says: str
) -> None:
    status, page = post(site, manager, "give", **more)
    assert status == 422 and says in page
    assert f'value="{more.get("since", typed(site, 1200))}"' in page
    assert not MadeGood.select().exists()


def test_what_the_box_noticed_fills_the_form(site: Site, manager: Browser) -> None:
    conditions.observe("router-away", True, "It is away.", site.now() - 900)
    conditions.observe("router-away", False, "It is back.", site.now() - 600)
    page = manager.get(HERE).text
    link = f"/admin/outages?since={typed(site, 900)}&amp;until={typed(site, 600)}"
    assert link in page and "5 minutes" in page
    assert f'value="{typed(site, 900)}"' in manager.get(link.replace("&amp;", "&")).text


def test_a_cashier_gives_no_time_away(site: Site) -> None:
    cashier = site.staff("carl", "cashier")
    assert cashier.get(HERE).status == 403
    token = cashier.get("/admin/vouchers").field("csrf")
    assert cashier.post(HERE, {"csrf": token, "do": "give"}).status == 403
