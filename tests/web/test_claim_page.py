"""I have paid already, over real HTTP: no JavaScript, and no faster than fair."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from house import IP, JOINED, MAC, Answer, Browser, Site, Start

from hotspot_lite.trade.models import AccountCode, Claim, Message, Payment, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

RECEIPT = "SJK3ABCD12"
NEW_MAC = "BC:24:11:EB:56:99"


@pytest.fixture
def paid(site: Site) -> Payment:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, RECEIPT, site.now())
    subscriptions.fulfil(payment.id, site.now())
    return Payment.get()


def claim(customer: Browser, receipt: str, mac: str = NEW_MAC) -> Answer:
    told = urlencode({"mac": mac, "ip": IP})
    state = customer.get(f"/claim?{told}").field("state")
    return customer.post("/claim", {"receipt": receipt, "state": state})


def ask_by_phone(customer: Browser, phone: str) -> Answer:
    state = customer.get(f"/claim?{JOINED}").field("state")
    return customer.post("/claim/phone", {"phone": phone, "state": state})


def test_the_portal_leads_there(site: Site, customer: Browser) -> None:
    home = customer.get(f"/?{JOINED}")
    assert "I have paid already" in home.text
    assert len(home.body) <= 14 * 1024
    assert len(customer.get(f"/claim?{JOINED}").body) <= 14 * 1024


def test_a_receipt_moves_its_time_to_this_device(
    site: Site, customer: Browser, paid: Payment
) -> None:
    answer = claim(customer, "sjk3 abcd12")
    assert (answer.status, answer.where) == (303, f"/wait/{paid.ref}")
    assert Subscription.get().mac == NEW_MAC
    assert "1 hour left" in customer.get(answer.where).text
    again = claim(customer, RECEIPT, "BC:24:11:EB:56:77")
    assert again.status == 422 and "has been used" in again.text


def test_an_unknown_receipt_is_remembered_and_said_in_swahili(
    site: Site, customer: Browser
) -> None:
    answer = claim(customer, RECEIPT)
    assert answer.status == 422
    assert "has not told us of that code yet" in answer.text
    assert Claim.get().mac == NEW_MAC
    told = urlencode({"mac": NEW_MAC, "ip": IP, "lang": "sw"})
    assert "Nimeshalipa" in customer.get(f"/claim?{told}").text


def test_receipts_can_not_be_guessed_at_speed(
    site: Site, customer: Browser, paid: Payment
) -> None:
    found = [claim(customer, f"SJK3ABCD{n}").status for n in range(20, 26)]
    assert found == [422] * 5 + [429]
    assert claim(customer, RECEIPT).status == 429
    assert Subscription.get().mac == MAC


def test_a_form_from_elsewhere_claims_nothing(
    site: Site, customer: Browser, paid: Payment
) -> None:
    for state in ("", "x.y"):
        answer = customer.post("/claim", {"receipt": RECEIPT, "state": state})
        assert answer.status == 422
    state = customer.get(f"/claim?{JOINED}").field("state")
    fields = {"receipt": RECEIPT, "state": state}
    assert customer.post("/claim", fields, Origin="http://evil").status == 422
    assert Claim.select().count() == 0


def test_asking_by_phone_tells_the_asker_nothing(
    site: Site, customer: Browser, paid: Payment
) -> None:
    right = ask_by_phone(customer, "0712 345 678")
    wrong = ask_by_phone(customer, "0799 999 999")
    assert right.status == wrong.status == 200
    assert "its login comes to it by SMS" in right.text

    def bare(answer: Answer, phone: str) -> str:
        state = answer.field("state")
        return answer.text.replace(phone, "").replace(state, "")

    assert len(bare(right, "0712 345 678")) == len(bare(wrong, "0799 999 999"))
    secret = Subscription.get().customer.secret
    assert secret not in right.text
    (message,) = Message.select().where(Message.kind == "answer")
    assert message.phone == "254712345678"


def test_asking_by_phone_is_limited_for_each_device(
    site: Site, customer: Browser
) -> None:
    found = [ask_by_phone(customer, f"071234567{n}").status for n in range(6)]
    assert found == [200] * 5 + [429]


def test_the_home_page_says_what_to_type_into_m_pesas_menu(start_site: Start) -> None:
    site = start_site(MPESA_SHORTCODE="600966", MPESA_BY_HAND="yes")
    site.plan()
    home = site.browser().get(f"/?{JOINED}").text
    code = AccountCode.get().code.upper()
    assert "600966" in home and code in home
    assert code in site.browser().get(f"/?{JOINED}").text
    assert "your phone number" in site.browser().get("/").text
    assert AccountCode.select().count() == 1


def test_a_till_has_no_account(start_site: Start) -> None:
    site = start_site(
        MPESA_SHORTCODE="600966", MPESA_TILL="5551234", MPESA_BY_HAND="yes"
    )
    site.plan()
    home = site.browser().get(f"/?{JOINED}").text
    assert "5551234" in home and "600966" not in home
    assert AccountCode.select().count() == 0
