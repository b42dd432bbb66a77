"""Doctor: money without time, access, exceptions; and nothing secret in any of it."""

from __future__ import annotations

import json

import pytest
from patient import Examine

from hotspot_lite import jobs, store
from hotspot_lite.box import Box
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Payment, Plan, Subscription
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions

KEY = b"k" * 32
PHONE = "254700000001"
MAC = "02:00:00:00:00:01"


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", box.clock.at())


def asked(plan: Plan, at: int, phone: str = PHONE, **changes: object) -> Payment:
    payment = payments.ask(payments.Ask(plan, phone, MAC, "10.5.50.9"), KEY, at)
    jobs.rows.main.execute_sql("DELETE FROM job")
    if changes:
        Payment.update(**changes).where(Payment.id == payment.id).execute()
    found: Payment = Payment.get_by_id(payment.id)
    return found


def waiting(name: str) -> int:
    return sum(job == name for job, _ in sight.waiting_jobs(jobs.rows))


def test_a_box_in_order_says_so(box: Box, examine: Examine) -> None:
    seen = examine()
    assert [seen.level(f"HL-MON-0{n}") for n in (1, 2, 3)] == ["ok"] * 3


def test_paid_without_time_is_broken_and_its_job_is_put_again(
    box: Box, plan: Plan, examine: Examine
) -> None:
    now = box.clock.at()
    payment = asked(plan, now - 400, state="paid", paid_at=now - 300)
    found = examine().of("HL-MON-01")
    assert found["level"] == "broken"
    assert "1 paid payment without time, KES 20.00" in found["says"]
    assert f"payment {payment.id}: 20.00 of 2547•••• 001" in found["details"][0]
    seen = examine(fix=True)
    assert seen.fixed("HL-MON-01")["did"] == "called for the time of 1 paid payment"
    assert waiting("payments.fulfil") == 1
    examine(fix=True)
    assert waiting("payments.fulfil") == 1
    subscriptions.fulfil(payment.id, now)
    assert examine().level("HL-MON-01") == "ok"


def test_paid_a_moment_ago_is_no_alarm(box: Box, plan: Plan, examine: Examine) -> None:
    now = box.clock.at()
    asked(plan, now - 10, state="paid", paid_at=now - 2)
    assert examine().level("HL-MON-01") == "note"


def test_what_waits_for_a_person_is_counted_by_kind(
    box: Box, plan: Plan, examine: Examine
) -> None:
    now = box.clock.at()
    payment = asked(plan, now - 7200, state="failed")
    undecided.leave("wrong-amount", "Paid 5, not 20.", now - 60, payment)
    undecided.leave("stray-money", "Nobody asked for it.", now)
    found = examine().of("HL-MON-02")
    assert "2 matters for a person to decide" in found["says"]
    assert "1 wrong-amount" in found["says"]
    assert found["details"][0].startswith(f"payment {payment.id}: wrong-amount")


def test_payments_open_for_an_hour_are_told(
    box: Box, plan: Plan, examine: Examine
) -> None:
    now = box.clock.at()
    asked(plan, now - 7200, state="uncertain")
    asked(plan, now - 60, phone="254700000002", state="uncertain")
    found = examine().of("HL-MON-03")
    assert "1 payment open for more than an hour (1 uncertain)" in found["says"]
    assert "payment reconcile" in found["remedy"]


def test_callbacks_that_never_arrive_are_noticed_where_they_are_expected(
    box: Box, plan: Plan, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = box.clock.at()
    for number in range(3):
        phone = f"25470000010{number}"
        asked(plan, now - 900, phone, state="paid", paid_at=now, settled_by="query")
    assert "3 payments learned by asking" in examine().of("HL-MON-04")["says"]
    monkeypatch.setenv("HOTSPOT_MPESA_CALLBACK_URL", "https://wifi.example.com")
    assert "we had to ask for 3" in examine().of("HL-MON-04")["says"]
    Payment.update(settled_by="callback").execute()
    assert examine().level("HL-MON-04") == "ok"


def give(box: Box, plan: Plan, ago: int) -> Subscription:
    customer, _ = customers.of_phone(PHONE, box.clock.at())
    wish = subscriptions.Wish(customer, catalogue.terms_of(plan), MAC, "10.5.50.9")
    with store.atomic():
        return subscriptions.give(wish, box.clock.at() - ago)


def test_paid_and_not_online_after_a_minute_is_told(
    box: Box, plan: Plan, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOTSPOT_ROUTER_HOST", "127.0.0.1")
    monkeypatch.setenv("HOTSPOT_ROUTER_PORT", "9")
    given = give(box, plan, ago=30)
    assert examine().level("HL-ACC-01") == "ok"
    Subscription.update(
        starts_at=given.starts_at - 60, access="failed", access_says="no such host"
    ).execute()
    seen = examine()
    assert seen.level("HL-ACC-01") == "warning"
    assert "no such host" in seen.of("HL-ACC-01")["details"][0]
    assert seen.level("HL-RTR-01") == "broken"


def test_no_secret_and_no_whole_phone_number_is_ever_shown(
    box: Box, plan: Plan, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    secrets = {
        "HOTSPOT_RADIUS_SECRET": "radius-secret-0123456789",
        "HOTSPOT_ROUTER_PASSWORD": "router-password-99",
        "HOTSPOT_MPESA_CONSUMER_KEY": "the-consumer-key",
        "HOTSPOT_MPESA_CONSUMER_SECRET": "the-consumer-secret",
        "HOTSPOT_MPESA_PASSKEY": "the-passkey",
        "HOTSPOT_SMS_API_KEY": "the-sms-key",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HOTSPOT_MPESA_BASE_URL", "http://127.0.0.1:9")
    told = f"{PHONE} 0712345678 +254712345678 " + " ".join(secrets.values())
    told += " /cb/0123456789abcdef0123456789abcdef01234567"
    now = box.clock.at()
    payment = asked(plan, now - 7200, state="uncertain")
    undecided.leave("stray-money", told, now, payment)
    jobs.put("payments.push", tags=["phone:2547•••• 001"], payment_id=payment.id)
    taken = jobs.rows.take("nobody", tuple(jobs.lanes.LANES.values()))
    assert taken is not None
    jobs.rows.fail(taken, told, told)
    seen = examine(detailed=True, logs=True, fix=True)
    shown = json.dumps(seen.report, ensure_ascii=False) + seen.text
    kept = [row.detail for row in audit.Audit.select()]
    for word in (*secrets.values(), PHONE, "712345678", "0123456789abcdef"):
        assert word not in shown
        assert word not in "".join(kept)
    assert "2547•••• 001" in shown
    assert seen.level("HL-MPE-01") == "broken"
