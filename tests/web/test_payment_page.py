"""One payment's page: its whole story, and giving it back by who may."""

from __future__ import annotations

import json

import pytest
from house import Browser, Site, Start

from hotspot_lite.trade.models import Audit, Inquiry, Payment, Refund
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import refunds

CALLBACK = {
    "Body": {
        "stkCallback": {
            "MerchantRequestID": "1",
            "CheckoutRequestID": "ws_CO_1",
            "ResultCode": 0,
            "ResultDesc": "<b>ok</b>",
            "CallbackMetadata": {
                "Item": [
                    {"Name": "Amount", "Value": 20.0},
                    {"Name": "MpesaReceiptNumber", "Value": "UKR7ABCD12"},
                    {"Name": "PhoneNumber", "Value": 254712345678},
                ]
            },
        }
    }
}
OPERATOR = {
    "MPESA_INITIATOR": "api",
    "MPESA_SECURITY_CREDENTIAL": "c2VhbGVk",
    "MPESA_CALLBACK_URL": "https://wifi.example.com",
}


@pytest.fixture
def site(start_site: Start) -> Site:
    return start_site(**OPERATOR)


@pytest.fixture
def payment(site: Site) -> Payment:
    return sold(site)


def sold(site: Site) -> Payment:
    asked = site.ask(site.plan())
    told = site.browser().ask("POST", f"/cb/{site.token(asked)}", json.dumps(CALLBACK))
    assert told.status == 200
    subscriptions.fulfil(asked.id, site.now())
    return Payment.get_by_id(asked.id)


def page(payment: Payment) -> str:
    return f"/admin/payments/{payment.id}"


def give_back(browser: Browser, payment: Payment, **fields: str) -> tuple[int, str]:
    told = {"csrf": browser.get(page(payment)).field("csrf"), "reason": "Too slow."}
    answer = browser.post(f"{page(payment)}/refund", told | fields)
    return answer.status, answer.text


def test_the_list_leads_to_the_story(site: Site, payment: Payment) -> None:
    listed = site.staff("jane", "owner").get("/admin/payments").text
    assert f'href="/admin/payments/{payment.id}"' in listed


def test_the_story_is_told_in_order(site: Site, payment: Payment) -> None:
    text = site.staff("jane", "owner").get(page(payment)).text
    moments = ("Asked for", "A callback came", "Paid", "money came", "Time given")
    places = [
        text.index(f"{moment}", text.index("What happened")) for moment in moments
    ]
    assert places == sorted(places)
    assert "UKR7ABCD12" in text and "+254712345678" in text


def test_a_body_is_escaped_masked_and_for_the_owner_only(
    site: Site, payment: Payment
) -> None:
    text = site.staff("jane", "owner").get(page(payment)).text
    assert "&lt;b&gt;ok&lt;/b&gt;" in text and "<b>ok" not in text
    assert "PhoneNumber" in text and "254712345678" not in text.replace("+254", "+")
    seen = site.staff("ann", "viewer").get(page(payment)).text
    assert "PhoneNumber" not in seen and "+254712345678" not in seen


def test_only_the_owner_gives_back(site: Site, payment: Payment) -> None:
    for role in ("cashier", "viewer"):
        browser = site.staff(role, role)
        assert "Give money back" not in browser.get(page(payment)).text
        told = {"csrf": browser.get("/admin/").field("csrf"), "way": "hand"}
        assert browser.post(f"{page(payment)}/refund", told).status == 403
    assert Refund.select().count() == 0


def test_the_owner_has_m_pesa_give_it_back_once(site: Site, payment: Payment) -> None:
    jane = site.staff("jane", "owner")
    assert give_back(jane, payment, way="mpesa")[0] == 303
    assert (Refund.get().state, Inquiry.get().receipt) == ("asked", "UKR7ABCD12")
    assert Audit.select().where(Audit.what == "refund").count() == 1
    assert "Give money back" not in jane.get(page(payment)).text
    told = {"csrf": jane.get("/admin/").field("csrf"), "reason": "Again."}
    status = jane.post(f"{page(payment)}/refund", told | {"way": "mpesa"}).status
    assert (status, Refund.select().count()) == (422, 1)


def test_a_part_is_noted_by_hand_and_the_rest_stays(
    site: Site, payment: Payment
) -> None:
    jane = site.staff("jane", "owner")
    assert give_back(jane, payment, way="hand", amount="5")[0] == 303
    text = jane.get(page(payment)).text
    assert "all: 15" in text and "Have M-Pesa give it back" not in text
    assert refunds.given_back_cents(payment) == 500


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"way": "hand", "reason": " "}, "Say why"),
        ({"way": "hand", "amount": "21"}, "20.00 left"),
        ({"way": "hand", "amount": "lots"}, "is not a price"),
        ({"way": "mpesa", "amount": "5"}, "as a whole"),
    ],
)
def test_what_can_not_be_is_said_and_changes_nothing(
    site: Site, payment: Payment, fields: dict[str, str], says: str
) -> None:
    status, text = give_back(site.staff("jane", "owner"), payment, **fields)
    assert status == 422 and says in text
    assert Refund.select().count() == 0


def test_without_an_operator_a_refund_is_only_noted(start_site: Start) -> None:
    site = start_site()
    payment = sold(site)
    jane = site.staff("jane", "owner")
    assert "Have M-Pesa give it back" not in jane.get(page(payment)).text
    assert give_back(jane, payment, way="mpesa")[0] == 403
    assert give_back(jane, payment, way="hand")[0] == 303


def test_m_pesa_is_asked_about_a_receipt(site: Site, payment: Payment) -> None:
    ann = site.staff("ann", "cashier")
    token = {"csrf": ann.get(page(payment)).field("csrf")}
    for _ in range(2):
        assert ann.post(f"{page(payment)}/ask", token).status == 303
    assert Inquiry.select().count() == 1


def test_nobody_knows_a_payment_that_is_not(site: Site) -> None:
    assert site.staff("jane", "owner").get("/admin/payments/999").status == 404


def test_waiting_for_the_second_word_is_said_to_the_customer(
    start_site: Start,
) -> None:
    site = start_site(MPESA_CONFIRM="verify_query")
    asked = site.ask(site.plan())
    browser = site.browser()
    browser.ask("POST", f"/cb/{site.token(asked)}", json.dumps(CALLBACK))
    told = browser.get(f"/wait/{asked.ref}")
    assert "We are asking it to confirm" in told.text
    state = browser.get(f"/wait/{asked.ref}.json").json()
    assert (state["step"], state["is_paid"]) == ("checking", False)
    assert Payment.get().state == "sent"


def test_money_given_back_before_its_time_is_said_to_the_customer(site: Site) -> None:
    asked = site.ask(site.plan())
    payments.mark_paid(asked, "callback", None, "UKR7ABCD12", site.now())
    refunds.by_hand(refunds.Wish("jane", "Too late.", Payment.get()), site.now())
    assert "Money given back" in site.browser().get(f"/wait/{asked.ref}").text
