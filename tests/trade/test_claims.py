""" "I have paid already": a receipt serves one device, a phone number only itself."""

from __future__ import annotations

import pytest
from test_paid_by_hand import HASH, Told, give_time, kinds
from test_payments import KEY, MAC, NOW, PHONE

from hotspot_lite import jobs
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import (
    Audit,
    Claim,
    Device,
    Message,
    Payment,
    Plan,
    Subscription,
    TransferBody,
)
from hotspot_lite.trade.money import payments, transfers
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import claims, matching
from hotspot_lite.trade.takings.claims import Asker

OTHER = "02:00:00:00:00:02"
RECEIPT = "SJK3ABCD12"
DAY = 86_400


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", NOW)


def bought(plan: Plan) -> Subscription:
    asked = payments.ask(payments.Ask(plan, PHONE, MAC, "10.5.50.9"), KEY, NOW)
    payments.mark_paid(asked, "callback", None, RECEIPT, NOW)
    found = subscriptions.fulfil(asked.id, NOW)
    assert found is not None
    return found


def test_money_paid_by_hand_goes_to_the_device_that_has_its_receipt(
    plan: Plan,
) -> None:
    matching.note(Told(account="RENT"), NOW)
    matching.look_again(1, NOW + 120)
    assert kinds() == ["unmatched-transfer"]
    payment = claims.by_receipt(" sjk3-abcd12 ", Asker(MAC, "10.5.50.9"), NOW + 200)
    assert payment is not None
    (time,) = give_time()
    assert (time.mac, time.payment) == (MAC, payment)
    assert kinds() == []
    assert Audit.select().where(Audit.what == "claim").count() == 1


def test_a_receipt_serves_one_device(plan: Plan) -> None:
    matching.note(Told(account="RENT"), NOW)
    first = claims.by_receipt(RECEIPT, Asker(MAC), NOW)
    assert claims.by_receipt(RECEIPT, Asker(MAC), NOW + 5) == first
    with pytest.raises(BadInput, match="has been used"):
        claims.by_receipt(RECEIPT, Asker(OTHER), NOW + 10)
    assert len(give_time()) == 1


def test_a_phone_with_a_new_address_takes_its_time_along(plan: Plan) -> None:
    time = bought(plan)
    claims.by_receipt(RECEIPT, Asker(OTHER, "10.5.50.10"), NOW + 60)
    moved = Subscription.get_by_id(time.id)
    assert (moved.mac, moved.ip, moved.access) == (OTHER, "10.5.50.10", "waiting")
    left = [args for name, args in sight.waiting_jobs(jobs.rows) if "leave" in name]
    assert left == [{"mac": MAC, "subscription_id": time.id}]
    assert [device.mac for device in Device.select()] == [OTHER]
    found = customers.by_device(OTHER)
    assert found == time.customer
    with pytest.raises(BadInput, match="has been used"):
        claims.by_receipt(RECEIPT, Asker("02:00:00:00:00:03"), NOW + 90)


def test_time_that_is_over_is_not_claimed(plan: Plan) -> None:
    bought(plan)
    with pytest.raises(BadInput, match="is over"):
        claims.by_receipt(RECEIPT, Asker(OTHER), NOW + 3601)
    assert Claim.select().count() == 0


def test_a_receipt_that_m_pesa_tells_of_later_is_remembered(plan: Plan) -> None:
    assert claims.by_receipt(RECEIPT, Asker(MAC, "10.5.50.9"), NOW) is None
    assert claims.wanted(NOW) == [RECEIPT]
    transfers.keep_body(b"{}", "x", NOW + 60)
    body = TransferBody.get()
    claims.take_in(body.id, Told(account="RENT"), NOW + 60)
    (time,) = give_time()
    assert time.mac == MAC
    assert claims.wanted(NOW + 60) == []
    assert kinds() == []


def test_nobody_waits_for_a_receipt_longer_than_a_day(plan: Plan) -> None:
    claims.by_receipt(RECEIPT, Asker(MAC), NOW)
    assert claims.wanted(NOW + DAY + 1) == []
    assert claims.by_receipt("SJK3ABCD99", Asker(OTHER), NOW + DAY + 1) is None
    assert [c.receipt for c in Claim.select()] == ["SJK3ABCD99"]


def test_money_that_may_be_a_prompts_waits_for_its_callback(plan: Plan) -> None:
    payments.ask(payments.Ask(plan, "254700000009"), KEY, NOW)
    matching.note(Told(account=""), NOW + 5)
    with pytest.raises(BadInput, match="still telling us"):
        claims.by_receipt(RECEIPT, Asker(MAC), NOW + 10)
    assert Payment.select().where(Payment.state == "paid").count() == 0


def test_too_little_is_not_claimed_and_not_lost(plan: Plan) -> None:
    matching.note(Told(amount_cents=500), NOW)
    with pytest.raises(BadInput, match="buys no package"):
        claims.by_receipt(RECEIPT, Asker(MAC), NOW + 10)
    assert kinds() == ["underpaid-transfer"]


def test_a_claim_needs_a_device_and_a_receipt(plan: Plan) -> None:
    with pytest.raises(BadInput, match="on this WiFi"):
        claims.by_receipt(RECEIPT, Asker(""), NOW)
    for text in ("", "123", "0712345678", "<script>", "A" * 70):
        with pytest.raises(BadInput, match="not an M-Pesa receipt"):
            claims.by_receipt(text, Asker(MAC), NOW)
    assert Claim.select().count() == 0


def test_the_payer_of_money_with_a_known_number_owns_the_time(plan: Plan) -> None:
    customers.of_phone(PHONE, NOW)
    matching.note(Told(account="RENT", phone_hash=HASH), NOW)
    claims.by_receipt(RECEIPT, Asker(MAC), NOW + 5)
    (time,) = give_time()
    assert (time.customer.phone, time.mac) == (PHONE, MAC)


# --- by phone


def answers() -> list[tuple[str, str]]:
    rows = Message.select().where(Message.kind == "answer")
    return [(row.phone, row.text) for row in rows]


def test_who_says_a_number_gets_an_sms_to_that_number_only(plan: Plan) -> None:
    time = bought(plan)
    assert claims.by_phone("0700 000 001", NOW + 60)
    ((phone, text),) = answers()
    assert phone == PHONE
    assert time.customer.secret in text and len(text) <= 160


def test_a_number_without_time_gets_none(plan: Plan) -> None:
    bought(plan)
    assert not claims.by_phone("0700000009", NOW + 60)
    assert not claims.by_phone("0700000001", NOW + 3700)
    assert answers() == []


def test_a_number_is_answered_every_ten_minutes_and_five_times_a_day(
    plan: Plan,
) -> None:
    catalogue.add("Week", "200", "7d", NOW)
    asked = payments.ask(payments.Ask(catalogue.by_name("Week"), PHONE), KEY, NOW)
    payments.mark_paid(asked, "callback", None, RECEIPT, NOW)
    subscriptions.fulfil(asked.id, NOW)
    sent = [claims.by_phone(PHONE, NOW + at) for at in range(0, 6000, 300)]
    assert sum(sent) == 5
    assert sent[:4] == [True, False, True, False]
    assert claims.by_phone(PHONE, NOW + DAY + 6000)
