"""Staff find a customer by anything, and what they give shifts what comes after."""

from __future__ import annotations

import pytest

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import helping, vouchers
from hotspot_lite.trade.models import Audit, Customer, DeviceBlock, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.reckoning import money_audit
from hotspot_lite.trade.service import subscriptions

NOW = 1_800_000_000
MAC = "02:00:00:00:00:01"
PHONE = "254712345678"


@pytest.fixture
def bought(box: Box) -> Subscription:
    return buy("SGR1ABCDEF")


def buy(receipt: str, at: int = NOW) -> Subscription:
    plans = catalogue.on_sale() or [catalogue.add("1 Hour", "20", "1h", NOW)]
    wish = payments.Ask(plans[0], PHONE, MAC, "10.5.50.7")
    payment = payments.ask(wish, b"k" * 32, at)
    payments.mark_paid(payment, "callback", None, receipt, at)
    made = subscriptions.fulfil(payment.id, at)
    assert made is not None
    return made


class TestFinding:
    @pytest.mark.parametrize(
        "text", ["0712 345", "345678", MAC, "02:00:00", "sgr1abcdef", ""]
    )
    def test_by_anything_they_can_tell(self, bought: Subscription, text: str) -> None:
        customers.remember_device(MAC, "10.5.50.7", bought.customer, NOW)
        assert [one.id for one in helping.find(text)] == [bought.customer.id]

    def test_by_the_voucher_in_their_hand(self, box: Box) -> None:
        plan = catalogue.add("Day", "50", "1d", NOW)
        batch = vouchers.make(plan, 1, "jane", NOW)
        (code,) = vouchers.codes(batch)
        vouchers.redeem(code, MAC, "", NOW)
        assert len(helping.find(code.upper())) == 1

    @pytest.mark.parametrize("text", ["0799999999", "%", "nobody", "' OR 1=1"])
    def test_nobody_by_what_fits_nobody(self, bought: Subscription, text: str) -> None:
        assert helping.find(text) == []


class TestLengthening:
    def test_time_is_longer_and_what_comes_after_it_later(
        self, bought: Subscription
    ) -> None:
        later = buy("SGR2ABCDEF", NOW + 600)
        assert later.starts_at == bought.expires_at
        helping.lengthen(bought, 30, "The router was off.", "jane", NOW + 900)
        first, second = Subscription.select().order_by(Subscription.id)
        assert first.expires_at == (bought.expires_at or 0) + 1800
        assert second.starts_at == first.expires_at
        assert second.expires_at == (later.expires_at or 0) + 1800
        note = Audit.select().order_by(Audit.id.desc()).get()
        assert (note.who, "30 min more" in note.detail) == ("jane", True)

    def test_the_device_logs_in_again_after_the_old_end(
        self, bought: Subscription
    ) -> None:
        rows.main.execute_sql("DELETE FROM job")
        helping.lengthen(bought, 30, "Rain.", "jane", NOW + 900)
        (job,) = sight.waiting_jobs(rows)
        assert job == ("provisioning.admit", {"subscription_id": bought.id})

    def test_the_books_still_agree(self, bought: Subscription) -> None:
        helping.lengthen(bought, 30, "Rain.", "jane", NOW + 900)
        asked = money_audit.Asked("jane")
        assert money_audit.run(asked, NOW + 1000, "UTC").wrongs == []

    @pytest.mark.parametrize(
        ("minutes", "why"), [(0, "Rain."), (10_081, "Rain."), (10, " ")]
    )
    def test_what_makes_no_sense_is_refused(
        self, bought: Subscription, minutes: int, why: str
    ) -> None:
        with pytest.raises(BadInput):
            helping.lengthen(bought, minutes, why, "jane", NOW)

    def test_time_that_is_over_stays_over(self, bought: Subscription) -> None:
        subscriptions.end_those_over(NOW + 4000)
        with pytest.raises(BadInput, match="over"):
            helping.lengthen(bought, 10, "Rain.", "jane", NOW + 4000)


class TestTheRest:
    def test_the_login_goes_to_their_own_phone_again(
        self, bought: Subscription
    ) -> None:
        helping.resend(bought.customer, "jane", NOW + 60)
        names = [name for name, _ in sight.waiting_jobs(rows)]
        assert names.count("hotspot-sms.tell") == 2  # the sale's own, and this

    def test_without_time_there_is_nothing_to_send(self, bought: Subscription) -> None:
        with pytest.raises(BadInput):
            helping.resend(bought.customer, "jane", NOW + 5000)

    def test_a_device_is_blocked_and_let_in_again(self, bought: Subscription) -> None:
        helping.set_blocked(MAC.lower(), True, "jane", NOW)
        assert helping.blocked([MAC], NOW) == {MAC}
        assert "hotspot-sessions.kick" in {n for n, _ in sight.waiting_jobs(rows)}
        helping.set_blocked(MAC, False, "jane", NOW)
        assert not DeviceBlock.select().exists()

    @pytest.mark.parametrize("text", ["nonsense", "a@b", "a b@c.ke", "@c.ke"])
    def test_an_address_that_is_none(self, bought: Subscription, text: str) -> None:
        with pytest.raises(BadInput):
            helping.set_email(bought.customer, text, "jane", NOW)
        helping.set_email(bought.customer, " a@b.ke ", "jane", NOW)
        assert Customer.get().email == "a@b.ke"
