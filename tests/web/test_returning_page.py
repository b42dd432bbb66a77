"""Coming back, over real HTTP: link, code, voucher, and a phone that is known."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from house import IP, JOINED, MAC, Answer, Browser, Site, Start

from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.grants import returning, vouchers
from hotspot_lite.trade.models import Customer, Message, Payment, Session, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

PHONE = "254712345678"
NEW_MAC = "BC:24:11:EB:56:99"
NEW = urlencode({"mac": NEW_MAC, "ip": IP})


@pytest.fixture
def paid(site: Site) -> Payment:
    return pay(site)


def pay(site: Site) -> Payment:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SJK3ABCD12", site.now())
    subscriptions.fulfil(payment.id, site.now())
    Subscription.update(access="admitted").execute()
    return Payment.get()


def welcomes() -> list[dict[str, object]]:
    waiting = sight.waiting_jobs(rows)
    return [args for name, args in waiting if name == "provisioning.welcome"]


def ask_code(customer: Browser, phone: str = PHONE) -> Answer:
    state = customer.get(f"/back?{NEW}").field("state")
    return customer.post("/back", {"phone": phone, "state": state})


def code_sent() -> str:
    return str(Message.select().where(Message.kind == "code").get().text[:6])


def test_by_a_code_from_the_phone_the_time_comes_to_this_device(
    site: Site, customer: Browser, paid: Payment
) -> None:
    asked = ask_code(customer, "0712 345 678")
    assert asked.status == 200 and "code comes to it by SMS" in asked.text
    fields = {"phone": PHONE, "code": code_sent(), "state": asked.field("state")}
    answer = customer.post("/back/code", fields)
    assert answer.status == 303
    assert welcomes()[0] | {"how": "phone", "mac": NEW_MAC, "ip": IP} == welcomes()[0]
    page = customer.get(answer.where)
    assert "Connecting your device" in page.text and "voucher" not in page.text


def test_nobody_learns_whose_number_is_a_customer_s(
    site: Site, customer: Browser, paid: Payment
) -> None:
    known, unknown = ask_code(customer), ask_code(customer, "0712 000 000")
    assert (known.status, unknown.status) == (200, 200)
    assert "code comes to it by SMS" in unknown.text
    assert Message.select().where(Message.kind == "code").count() == 1


def test_a_wrong_code_is_said_and_tries_are_few(
    site: Site, customer: Browser, paid: Payment
) -> None:
    state = ask_code(customer).field("state")
    told = {"phone": PHONE, "code": "nope", "state": state}
    wrong = customer.post("/back/code", told)
    assert wrong.status == 422 and "not right" in wrong.text
    for _ in range(8):
        answer = customer.post("/back/code", told)
    assert answer.status == 429
    assert welcomes() == []


def test_a_number_that_is_none_is_said_at_its_field(
    site: Site, customer: Browser
) -> None:
    answer = ask_code(customer, "12")
    assert answer.status == 422 and "aria-invalid=true" in answer.text


def test_the_own_link_is_shown_to_the_device_itself_and_moves_only_by_a_button(
    start_site: Start,
) -> None:
    site = start_site(WEB_PUBLIC_URL="http://10.5.50.2")
    pay(site)
    link = returning.token(Customer.get(), site.box.key)
    customer = site.browser()
    assert f"http://10.5.50.2/back/{link}" in customer.get(f"/status?{JOINED}").text
    assert link not in customer.get(f"/status?{NEW}").text
    page = customer.get(f"/back/{link}")
    assert page.status == 200 and welcomes() == []
    answer = customer.post(f"/back/{link}", {"state": page.field("state")})
    assert answer.status == 303
    assert [args["how"] for args in welcomes()] == ["link"]


def test_a_link_that_is_made_up_leads_nowhere(site: Site, customer: Browser) -> None:
    for wrong in ("1-" + "0" * 32, "x", "%C3%A9-%C3%A9"):
        assert customer.get(f"/back/{wrong}").status != 200
        assert customer.post(f"/back/{wrong}", {}).status == 404


def test_a_form_that_is_not_ours_moves_nothing(
    site: Site, customer: Browser, paid: Payment
) -> None:
    link = returning.token(Customer.get(), site.box.key)
    assert customer.post(f"/back/{link}", {"state": "forged"}).status == 422
    assert welcomes() == []


def test_a_known_device_is_connected_as_it_opens_the_portal(
    site: Site, customer: Browser, paid: Payment
) -> None:
    page = customer.get(f"/?{JOINED}")
    assert "Connecting this device" in page.text
    assert '<meta http-equiv="refresh" content="3">' in page.text
    assert [(args["mac"], args["how"]) for args in welcomes()] == [(MAC, "mac")]
    for _ in range(4):
        page = customer.get(f"/?{JOINED}")
    assert "refresh" not in page.text  # not for ever


def test_who_is_online_or_a_stranger_is_not_connected_again(
    site: Site, customer: Browser, paid: Payment
) -> None:
    assert "Connecting this" not in customer.get(f"/?{NEW}").text
    far = urlencode({"mac": MAC, "ip": "10.5.50.77"})
    assert "Connecting this" not in customer.get(f"/?{far}").text
    open_session(site, paid)
    assert "Connecting this" not in customer.get(f"/?{JOINED}").text
    assert welcomes() == []


def test_the_owner_may_leave_that_out(start_site: Start) -> None:
    site = start_site(ACCESS_WELCOME="no")
    pay(site)
    assert "Connecting this" not in site.browser().get(f"/?{JOINED}").text


def test_a_used_voucher_brings_what_is_left_of_it(
    site: Site, customer: Browser
) -> None:
    (code,) = vouchers.codes(vouchers.make(site.plan(), 1, "cli", site.now()))
    vouchers.redeem(code, MAC, IP, site.now())
    state = customer.get(f"/?{NEW}").field("state")
    answer = customer.post("/voucher", {"code": code, "state": state})
    assert answer.status == 303
    assert [args["how"] for args in welcomes()] == ["voucher"]
    assert Subscription.select().count() == 1


def open_session(site: Site, paid: Payment) -> None:
    Session.create(
        uniq="1",
        subscription=Subscription.get(),
        username="u",
        mac=MAC,
        ip=IP,
        nas="",
        acct_session_id="1",
        started_at=site.now(),
        seen_at=site.now(),
    )


def test_a_phone_asks_how_long_it_may_stay(
    start_site: Start,
) -> None:
    site = start_site(WEB_PUBLIC_URL="https://wifi.example.com")
    paid = pay(site)
    Subscription.update(data_bytes=1000, data_used_bytes=400).execute()
    before = site.browser().get("/captive-portal/api")
    assert before.headers["content-type"] == "application/captive+json"
    assert before.headers["cache-control"] == "no-store"
    portal = {
        "user-portal-url": "https://wifi.example.com/",
        "can-extend-session": True,
    }
    assert before.json() == {"captive": True} | portal
    open_session(site, paid)
    told = site.browser().get("/captive-portal/api").json()
    assert 3590 <= told.pop("seconds-remaining") <= 3600
    assert (
        told
        == {
            "captive": False,
            "bytes-remaining": 600,
            "can-extend-session": True,
        }
        | portal
    )


def test_who_was_put_online_just_now_is_not_captive(
    site: Site, customer: Browser, paid: Payment
) -> None:
    Subscription.update(admitted_at=site.now() - 5).execute()
    assert customer.get("/captive-portal/api").json()["captive"] is False
    Subscription.update(admitted_at=site.now() - 300).execute()
    assert customer.get("/captive-portal/api").json()["captive"] is True
