"""Whoever stands at the counter finds a customer and helps."""

from __future__ import annotations

import pytest
from house import MAC, Browser, Site

from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade import customers, payments, subscriptions
from hotspot_lite.trade.models import Customer, DeviceBlock, Subscription


@pytest.fixture
def cashier(site: Site) -> Browser:
    payment = site.ask(site.plan("<b>Hour</b>"))
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    made = subscriptions.fulfil(payment.id, site.now())
    assert made is not None
    customers.remember_device(MAC, "10.5.50.7", made.customer, site.now())
    return site.staff("carl", "cashier")


def here() -> str:
    return f"/admin/customers/{Customer.get().id}"


def post(browser: Browser, do: str, **more: str) -> tuple[int, str]:
    told = {"csrf": browser.get(here()).field("csrf"), "do": do}
    answer = browser.post(here(), told | more)
    return answer.status, answer.text


class TestCustomers:
    @pytest.mark.parametrize("text", ["", "0712345678", "SGR1ABCDEF", MAC])
    def test_one_is_found(self, cashier: Browser, text: str) -> None:
        assert here() in cashier.get(f"/admin/customers?q={text}").text

    def test_nobody_is_told_in_words(self, cashier: Browser) -> None:
        page = cashier.get("/admin/customers?q=%3Cx%3E").text
        assert "Nobody is found by “&lt;x&gt;”" in page

    def test_all_of_one_is_on_a_page_and_no_password(self, cashier: Browser) -> None:
        page = cashier.get(here()).text
        assert "&lt;b&gt;Hour" in page
        assert "SGR1ABCDEF" in page
        assert MAC in page
        assert Customer.get().secret not in page

    def test_more_time_is_given(self, cashier: Browser) -> None:
        before = Subscription.get().expires_at
        assert post(cashier, "lengthen", minutes="15", why="Rain.")[0] == 303
        assert Subscription.get().expires_at == before + 900

    def test_without_a_reason_none_is_and_the_form_stays(
        self, cashier: Browser
    ) -> None:
        status, page = post(cashier, "lengthen", minutes="15", why="")
        assert status == 422
        assert 'value="15"' in page

    def test_a_device_is_put_out_blocked_and_let_in(self, cashier: Browser) -> None:
        post(cashier, "kick", mac=MAC)
        assert "hotspot-sessions.kick" in {n for n, _ in sight.waiting_jobs(rows)}
        post(cashier, "block", mac=MAC)
        assert "Let in again" in cashier.get(here()).text
        post(cashier, "unblock", mac=MAC)
        assert not DeviceBlock.select().exists()

    def test_a_device_of_another_is_not(self, cashier: Browser) -> None:
        assert post(cashier, "block", mac="02:00:00:00:00:99")[0] == 422
        assert not DeviceBlock.select().exists()

    def test_an_email_is_kept(self, cashier: Browser) -> None:
        assert post(cashier, "email", email="a@b.ke")[0] == 303
        assert Customer.get().email == "a@b.ke"

    def test_nobody_there(self, cashier: Browser) -> None:
        assert cashier.get("/admin/customers/99").status == 404


class TestOthers:
    def test_a_viewer_sees_no_phone_numbers(self, site: Site, cashier: Browser) -> None:
        viewer = site.staff("vera", "viewer")
        assert viewer.get("/admin/customers").status == 403
        assert viewer.get(here()).status == 403

    def test_nothing_without_the_token(self, cashier: Browser) -> None:
        assert post(cashier, "block", mac=MAC, csrf="x")[0] == 403
        assert not DeviceBlock.select().exists()
