"""Whoever stands at the counter finds a customer and helps."""

from __future__ import annotations

import pytest
from house import MAC, Browser, Site

from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.grants import pairing
from hotspot_lite.trade.models import (
    Audit,
    Customer,
    Device,
    DeviceBlock,
    Pairing,
    Subscription,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions


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


class TestCounter:
    def test_a_note_is_there_for_the_next_and_in_the_log(
        self, site: Site, cashier: Browser
    ) -> None:
        assert post(cashier, "note", note=" Owes <b>20</b> ")[0] == 303
        page = site.staff("amina", "cashier").get(here()).text
        assert "Owes &lt;b&gt;20" in page and "carl" in page
        assert Audit.get(Audit.what == "customer note").who == "carl"

    @pytest.mark.parametrize("text", ["", "   ", "x" * 501])
    def test_an_empty_or_endless_note_is_refused_and_kept_in_the_form(
        self, cashier: Browser, text: str
    ) -> None:
        status, page = post(cashier, "note", note=text)
        assert status == 422 and "1 to 500 letters" in page
        assert f'value="{text}"' in page

    def test_time_is_moved_to_the_phone_in_the_hand(
        self, site: Site, cashier: Browser
    ) -> None:
        assert post(cashier, "move", device="00:00:77")[0] == 303
        assert "The router is asked" in cashier.get(here()).text
        new = "02:00:00:00:00:77"
        pairing.settle(Pairing.get().id, {new: "10.5.50.77"}, site.now())
        assert "The time goes to the device" in cashier.get(here()).text
        assert Subscription.get().mac == new
        assert [device.mac for device in Device.select()] == [new]

    @pytest.mark.parametrize("text", ["", "12", "a phone"])
    def test_what_is_no_mac_moves_nothing(self, cashier: Browser, text: str) -> None:
        status, page = post(cashier, "move", device=text)
        assert status == 422 and "not the end of a MAC" in page
        assert not Pairing.select().exists()
