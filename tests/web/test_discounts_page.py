"""Codes: made by a manager, typed on the portal, seen on the prompt and in the list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from house import JOINED, MAC, Browser, Site

from hotspot_lite.trade.goods import discounts
from hotspot_lite.trade.goods.discounts import Wanted
from hotspot_lite.trade.grants import friends
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.messaging.letters import Wanted as WantedLetter
from hotspot_lite.trade.models import Customer, Device, Discount, Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

PAGE = "/admin/discounts"
FIELDS = {
    "promo": "karibu 20",
    "percent": "20 %",
    "off": "",
    "plan": "",
    "most": "50",
    "per_phone": "1",
    "until": "",
}


@pytest.fixture
def manager(site: Site) -> Browser:
    return site.staff("mary", "manager")


def make(browser: Browser, **more: str) -> tuple[int, str]:
    """Post the form; its status and page."""
    csrf = browser.get(PAGE).field("csrf")
    answer = browser.post(PAGE, FIELDS | {"csrf": csrf} | more)
    return answer.status, answer.text


def test_a_manager_makes_a_code_and_a_customer_pays_less(
    site: Site, manager: Browser, customer: Browser
) -> None:
    plan = site.plan()
    assert "discount" not in customer.get(f"/?{JOINED}").text
    assert make(manager)[0] == 303
    home = customer.get(f"/?{JOINED}")
    assert "I have a discount code" in home.text
    fields = {"plan": str(plan.id), "phone": "0712345678", "promo": "karibu20"}
    answer = customer.post("/buy", fields | {"state": home.field("state")})
    assert answer.status == 303
    assert "KES 16" in customer.get(answer.where).text
    assert Payment.get().amount_cents == 1600
    payments.mark_paid(Payment.get(), "callback", None, "SGR1ABCDEF", site.now())
    listed = manager.get(PAGE).text
    assert "1 of 50" in listed and "KES 16" in listed


def test_a_wrong_code_is_said_at_its_field_and_loses_nothing_typed(
    site: Site, manager: Browser, customer: Browser
) -> None:
    plan = site.plan()
    make(manager)
    home = customer.get(f"/?{JOINED}&lang=sw")
    fields = {"plan": str(plan.id), "phone": "0712345678", "promo": "<b>NONE</b>"}
    answer = customer.post("/buy", fields | {"state": home.field("state")})
    assert answer.status == 422
    assert "Huo si msimbo wa punguzo." in answer.text
    assert 'value="0712345678"' in answer.text
    assert "&lt;b&gt;NONE" in answer.text and "<b>NONE" not in answer.text
    assert not Payment.select().exists()


def test_who_guesses_codes_waits(
    site: Site, manager: Browser, customer: Browser
) -> None:
    plan = site.plan()
    make(manager)
    state = customer.get(f"/?{JOINED}").field("state")
    fields = {"plan": str(plan.id), "phone": "0712345678", "state": state}
    for number in range(10):
        told = customer.post("/buy", fields | {"promo": f"GUESS{number}"})
        assert told.status == 422
    assert customer.post("/buy", fields | {"promo": "KARIBU20"}).status == 429
    assert customer.post("/buy", fields).status == 303


def test_a_purchase_tried_again_keeps_what_was_taken_off(
    site: Site, manager: Browser, customer: Browser
) -> None:
    plan = site.plan()
    make(manager)
    state = customer.get(f"/?{JOINED}").field("state")
    fields = {"plan": str(plan.id), "phone": "0712345678", "state": state}
    customer.post("/buy", fields | {"promo": "KARIBU20"})
    Payment.update(state="failed").execute()
    again = customer.post("/buy", {"again": Payment.get().ref, "state": state})
    assert again.status == 303
    assert [one.amount_cents for one in Payment.select()] == [1600, 1600]


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"promo": "a"}, "3 to 20 letters"),
        ({"percent": "many"}, "no whole number"),
        ({"percent": "", "off": "1,5"}, "Write 20 or 20.50"),
        ({"percent": "20", "off": "5"}, "one of them"),
        ({"until": "2020-01-01"}, "That day is over"),
        ({"until": "tomorrow"}, "is no day"),
        ({"plan": "None such"}, "None such"),
    ],
)
def test_a_code_that_can_not_be_is_said_and_the_form_kept(
    manager: Browser, more: dict[str, str], says: str
) -> None:
    status, page = make(manager, **more)
    assert status == 422 and says in page
    assert f'value="{more.get("promo", "karibu 20")}"' in page
    assert not Discount.select().exists()


def test_a_code_holds_through_its_last_day(site: Site, manager: Browser) -> None:
    today = datetime.fromtimestamp(site.now(), UTC) + timedelta(hours=3)
    assert make(manager, until=today.strftime("%Y-%m-%d"))[0] == 303
    left = (Discount.get().ends_at or 0) - site.now()
    assert 0 < left <= 86_400


def test_a_stopped_code_is_over_and_a_cashier_stops_none(
    site: Site, manager: Browser
) -> None:
    make(manager)
    path = f"{PAGE}/{Discount.get().id}/stop"
    carl = site.staff("carl", "cashier")
    csrf = carl.get("/admin/plans").field("csrf")
    assert carl.post(path, {"csrf": csrf}).status == 403
    assert manager.post(path, {"csrf": "x"}).status == 403
    assert discounts.any_holds(site.now())
    csrf = manager.get(PAGE).field("csrf")
    assert manager.post(path, {"csrf": csrf}).status == 303
    assert not discounts.any_holds(site.now())
    assert manager.post(f"{PAGE}/{2**63}/stop", {"csrf": csrf}).status == 404


def test_a_customer_finds_its_own_code_for_friends_and_nobody_else_does(
    site: Site, customer: Browser
) -> None:
    letters.change("brought", WantedLetter(True, 25, {}), True, "mary", site.now())
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    subscriptions.fulfil(payment.id, site.now())
    code = friends.code_of(Customer.get(), site.box.key)
    Device.update(ip="127.0.0.1").execute()
    mine = customer.get(f"/status?mac={MAC}&ip=127.0.0.1").text
    assert code in mine and "25 %" in mine
    assert code not in customer.get(f"/status?mac={MAC}&ip=10.5.50.77").text


def test_a_link_fills_the_code_in(site: Site, manager: Browser) -> None:
    discounts.add(Wanted("SHOP", 10), "mary", site.now())
    site.plan()
    page = site.browser().get(f"/?{JOINED}&promo=SHOP").text
    assert "<details open>\n<summary>I have a discount code" in page
    assert 'value="SHOP"' in page
