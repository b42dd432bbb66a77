"""Paying on Paystack's page: chosen in the portal, told by a signed webhook."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from house import JOINED, Answer, Browser, Site, Start, wait_until

from hotspot_lite import journey
from hotspot_lite.town.paystack import PretendPaystack
from hotspot_lite.trade.models import Callback, Payment, Subscription, Undecided


@pytest.fixture
def town() -> Iterator[PretendPaystack]:
    made = PretendPaystack(scale=0.001)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def site(start_site: Start, town: PretendPaystack) -> Site:
    site = start_site(
        PAYSTACK_SECRET_KEY=town.secret_key,
        PAYSTACK_BASE_URL=town.base_url,
        PAYSTACK_EMAIL="owner@kona.example",
        WEB_PUBLIC_URL="http://10.5.50.2",
        MPESA_CONSUMER_KEY="key",
        MPESA_CONSUMER_SECRET="secret",
        MPESA_PASSKEY="passkey",
        MPESA_SHORTCODE="600584",
    )
    town.webhooks.url = f"{site.url}/cb/paystack"
    site.plan()
    journey.here.use(site.box)
    return site


def buy(customer: Browser, rail: str = "paystack") -> Answer:
    home = customer.get(f"/?{JOINED}")
    fields = {"plan": "1", "phone": "0712345678", "state": home.field("state")}
    return customer.post("/buy", fields | {"rail": rail})


def paid(site: Site, town: PretendPaystack) -> Payment:
    """On the page, up to the click."""
    buy(site.browser())
    journey.push(payment_id=1)
    payment = Payment.get()
    town.pay(payment.checkout_request_id)
    return payment


def test_the_ways_to_pay_are_offered_where_there_is_a_choice(
    site: Site, customer: Browser, start_site: Start
) -> None:
    page = customer.get(f"/?{JOINED}").text
    assert 'name="rail" value="mpesa"' in page
    assert "Pay by card and other ways" in page
    assert len(page) < 14 * 1024
    swahili = customer.get(f"/?{JOINED}&lang=sw").text
    assert "Lipa kwa kadi" in swahili


def test_the_customer_is_sent_to_the_page_and_time_comes_when_it_is_told(
    site: Site, customer: Browser, town: PretendPaystack
) -> None:
    answer = buy(customer)
    assert answer.status == 303
    assert "Opening the payment page" in customer.get(answer.where).text
    journey.push(payment_id=1)
    page = customer.get(answer.where).text
    payment = Payment.get()
    assert f'href="{payment.redirect_url}"' in page
    assert payment.redirect_url.startswith(town.base_url)
    town.pay(payment.checkout_request_id)
    wait_until(lambda: Payment.get().state == "paid")
    journey.fulfil(payment_id=1)
    assert Subscription.get().payment == payment
    page = customer.get(answer.where).text
    assert "Money received" in page
    assert Payment.get().receipt.startswith("PS")


def test_a_lost_webhook_is_made_good_by_asking(
    site: Site, town: PretendPaystack
) -> None:
    town.webhooks.fault = "lost"
    paid(site, town)
    a_minute_ago = site.now() - 60
    then = {"asked_at": a_minute_ago, "sent_at": a_minute_ago}
    Payment.update(**then, answered_at=a_minute_ago).execute()
    journey.reconcile()
    assert (Payment.get().state, Payment.get().settled_by) == ("paid", "query")


def test_two_webhooks_at_once_are_one_payment(
    site: Site, town: PretendPaystack
) -> None:
    town.webhooks.fault = "twice"
    paid(site, town)
    wait_until(lambda: len(town.seen("webhook")) == 2)
    assert Payment.get().state == "paid"
    assert Callback.select().count() == 1


@pytest.mark.parametrize("fault", ["forged", "bare"])
def test_a_forged_webhook_is_refused_and_nothing_is_kept(
    site: Site, town: PretendPaystack, fault: str
) -> None:
    town.webhooks.fault = fault
    paid(site, town)
    wait_until(lambda: town.seen("webhook"))
    assert town.seen("webhook")[0]["status"] == 401
    assert Payment.get().state == "sent"
    assert Callback.select().count() == 0


def test_another_amount_goes_to_a_person(site: Site, town: PretendPaystack) -> None:
    town.charged = 1000
    paid(site, town)
    wait_until(lambda: Undecided.select().count())
    assert Undecided.get().kind == "wrong-amount"
    assert Payment.get().state != "paid"


def test_a_genuine_webhook_about_something_else_is_taken_and_forgotten(
    site: Site, town: PretendPaystack
) -> None:
    body = json.dumps(
        {
            "event": "charge.success",
            "data": {"reference": "shop-1", "status": "success", "id": 5},
        }
    ).encode()
    assert town.webhooks.post(body) == 200
    assert Callback.select().count() == 0


def test_a_way_to_pay_that_is_none_is_the_first_one(
    site: Site, customer: Browser
) -> None:
    buy(customer, "bitcoin")
    assert Payment.get().provider == "mpesa"
