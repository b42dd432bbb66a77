"""The jobs, run one by one against the pretend town, with the time in our hand."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from road import Shifted, again, wait_for, waiting, with_settings

from hotspot_lite import jobs, journey, settings, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput, GiveUp, TryAgain
from hotspot_lite.jobs import sight
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Message, Payment, Session, Subscription
from hotspot_lite.trade.money import payments, prompts, undecided
from hotspot_lite.trade.service import access, subscriptions
from hotspot_lite.trade.takings import hearsay
from hotspot_lite.wires.daraja_callback import read_callback

# -- money -------------------------------------------------------------------------


def test_the_prompt_carries_a_reference_and_a_token_of_its_own(
    asked: Payment, town: Town
) -> None:
    journey.push(payment_id=asked.id)
    (push,) = town.daraja.seen("push")
    body = push["asked"]
    assert body["AccountReference"] == f"HL{asked.id}"
    assert body["Amount"] == 20
    assert body["CallBackURL"].startswith(f"{town.portal_url}/cb/")
    assert again(asked).state == "sent"


def test_a_push_that_runs_twice_rings_the_phone_once(
    asked: Payment, town: Town
) -> None:
    journey.push(payment_id=asked.id)
    journey.push(payment_id=asked.id)
    assert len(town.daraja.seen("push")) == 1


def test_no_phone_rings_hours_after_somebody_wished_it(
    asked: Payment, town: Town, clock: Shifted
) -> None:
    clock.shift = prompts.WAITS_SECONDS - 60  # the worker was dead meanwhile
    journey.push(payment_id=asked.id)
    assert len(town.daraja.seen("push")) == 1
    Payment.update(state="asked", sent_at=None).execute()
    clock.shift = prompts.WAITS_SECONDS + 60
    journey.push(payment_id=asked.id)
    assert len(town.daraja.seen("push")) == 1
    assert again(asked).state == "failed"
    assert "nobody's phone rings" in again(asked).result_text


def test_a_push_whose_answer_is_lost_is_uncertain_and_its_callback_settles_it(
    asked: Payment, town: Town, box: Box
) -> None:
    town.daraja.push_fault = "response-lost"
    town.daraja.phones[asked.phone].callback_lost = True
    journey.push(payment_id=asked.id)
    assert again(asked).state == "uncertain"
    assert again(asked).checkout_request_id is None
    assert wait_for(lambda: town.daraja.money_taken())
    (money,) = town.daraja.money_taken()
    found = payments.by_token(money.callback_url.rpartition("/")[2])
    assert found is not None and found.id == asked.id
    items = {"Amount": 20.0, "MpesaReceiptNumber": money.receipt}
    told = {
        "MerchantRequestID": "x",
        "CheckoutRequestID": money.checkout_id,
        "ResultCode": 0,
        "ResultDesc": "ok",
        "CallbackMetadata": {
            "Item": [{"Name": name, "Value": value} for name, value in items.items()]
        },
    }
    raw = json.dumps({"Body": {"stkCallback": told}}).encode()
    heard = read_callback(raw)
    assert hearsay.hear(found, raw, heard, "x", journey.here.now()) == "paid"
    assert again(asked).checkout_request_id == money.checkout_id


@pytest.mark.parametrize("fault", ["busy", "429"])
def test_a_refused_push_is_told_to_the_customer(
    asked: Payment, town: Town, fault: str
) -> None:
    town.daraja.push_fault = fault
    journey.push(payment_id=asked.id)
    assert again(asked).state == "failed"
    assert again(asked).result_text


def test_without_a_token_nothing_is_sent_and_the_job_runs_again(
    asked: Payment, town: Town
) -> None:
    town.daraja.oauth_down = True
    with pytest.raises(TryAgain):
        journey.push(payment_id=asked.id)
    assert again(asked).state == "asked"
    town.daraja.oauth_down = False
    journey.push(payment_id=asked.id)
    assert again(asked).state == "sent"


def test_daraja_vouches_for_our_clock(asked: Payment, box: Box, tmp_path: Path) -> None:
    file = tmp_path / "clock.json"
    box.clock.evidence = file
    journey.push(payment_id=asked.id)
    assert json.loads(file.read_text())["boot_id"]


def test_a_callback_address_that_daraja_refuses_is_said_in_words(
    asked: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, mpesa__callback_url="https://pay.mpesa-wifi.example")
    with pytest.raises(BadInput):
        journey.push(payment_id=asked.id)
    assert again(asked).state == "asked"


def test_a_box_that_the_internet_can_t_reach_tells_daraja_nothing_secret_and_asks(
    asked: Payment, clock: Shifted, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    null_url = "http://127.0.0.1:9/none"
    with_settings(monkeypatch, mpesa__callback_url="", mpesa__null_url=null_url)
    journey.push(payment_id=asked.id)
    prompt = town.daraja.prompts.find(again(asked).checkout_request_id or "")
    assert prompt is not None and prompt.callback_url == null_url
    assert wait_for(lambda: town.daraja.prompts.on(asked.phone) is None)
    clock.shift = 95
    journey.look(payment_id=asked.id)
    assert (again(asked).state, again(asked).settled_by) == ("paid", "query")


def test_a_lost_callback_is_made_good_by_query_once_the_prompt_is_over(
    paid: Payment, clock: Shifted, town: Town
) -> None:
    journey.reconcile()
    assert town.daraja.seen("query") == []  # too early to mean anything
    clock.shift = 30
    journey.reconcile()
    assert again(paid).state == "sent"  # "0" may still mean "waiting for the PIN"
    clock.shift = 95
    journey.reconcile()
    assert again(paid).state == "paid"
    assert again(paid).settled_by == "query"
    assert "payments.fulfil" in waiting()


def test_a_lost_failure_is_found_by_query_and_stays_revivable(
    asked: Payment, clock: Shifted, town: Town
) -> None:
    phone = town.daraja.phones[asked.phone]
    phone.answer, phone.callback_lost = "cancel", True
    journey.push(payment_id=asked.id)
    assert wait_for(lambda: town.daraja.prompts.on(asked.phone) is None)
    clock.shift = 30
    journey.reconcile()
    assert (again(asked).state, again(asked).result_code) == ("failed", "1032")


def test_a_storm_of_429_is_answered_with_quiet(
    paid: Payment, clock: Shifted, town: Town
) -> None:
    town.daraja.query_fault = "429"
    town.daraja.retry_after = "30"
    clock.shift = 30
    journey.reconcile()
    clock.shift = 95
    journey.reconcile()
    assert len(town.daraja.seen("query")) == 1


def test_a_late_callback_after_the_query_only_adds_the_receipt(
    paid: Payment, clock: Shifted, town: Town
) -> None:
    clock.shift = 95
    journey.reconcile()
    journey.fulfil(payment_id=paid.id)
    raw = json.dumps(
        {
            "Body": {
                "stkCallback": {
                    "MerchantRequestID": "x",
                    "CheckoutRequestID": paid.checkout_request_id,
                    "ResultCode": "0",
                    "ResultDesc": "ok",
                    "CallbackMetadata": {
                        "Item": [
                            {"Name": "Amount", "Value": "20.00"},
                            {"Name": "MpesaReceiptNumber", "Value": "UKM77"},
                        ]
                    },
                }
            }
        }
    ).encode()
    verdict = hearsay.hear(
        again(paid), raw, read_callback(raw), "x", journey.here.now()
    )
    assert verdict == "already"
    assert again(paid).receipt == "UKM77"
    assert Subscription.select().count() == 1


def test_a_fulfilling_that_gives_up_is_on_the_exceptions_list(paid: Payment) -> None:
    payments.mark_paid(paid, "callback", None, "UKM1", journey.here.now())
    told = journey.huey.kinds["payments.fulfil"].job_failed
    told(error="Disk on fire", payment_id=paid.id)
    assert [row.kind for row in undecided.waiting()] == ["paid-without-time"]
    assert again(paid).state == "paid"
    journey.reconcile()  # and the box does not let go of it
    assert waiting().count("payments.fulfil") == 1


# -- access ------------------------------------------------------------------------


def test_the_device_is_online_without_a_click(sold: Subscription, town: Town) -> None:
    journey.admit(subscription_id=sold.id)
    (row,) = town.router.active()
    assert (row["mac-address"], row["radius"]) == (sold.mac, "true")
    assert row["user"] == sold.customer.username
    assert Subscription.get().access == "admitted"
    assert events.newer(0)[-1]["type"] == "user_provisioned"


def test_admitting_twice_changes_nothing(sold: Subscription, town: Town) -> None:
    journey.admit(subscription_id=sold.id)
    Subscription.update(access="waiting").execute()  # as if we had died before noting
    journey.admit(subscription_id=sold.id)
    assert len(town.router.active()) == 1


@pytest.mark.parametrize("illness", ["refuse", "hang", "reset"])
def test_a_sick_router_delays_only_the_access(
    sold: Subscription, town: Town, illness: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotspot_lite.outside.addresses.ROUTER_DEADLINE_SECONDS", 0.5)
    journey.here.use(journey.here.box)
    if illness == "refuse":
        town.router.refuse()
    else:
        town.router.fall_ill(illness)  # type: ignore[arg-type]
    with pytest.raises(TryAgain):
        journey.admit(subscription_id=sold.id)
    journey.tell(message_id=Message.get().id)
    assert len(town.sms.messages) == 1
    town.router.heal()
    journey.admit(subscription_id=sold.id)
    assert len(town.router.active()) == 1


def test_who_paid_while_the_router_was_away_is_put_online_when_it_is_back(
    sold: Subscription, town: Town
) -> None:
    jobs.rows.main.execute_sql("DELETE FROM job")
    access.failed(sold.id, "The router doesn't answer.", journey.here.now())
    journey.catch_up()
    assert "provisioning.admit" in waiting()


def test_nobody_is_called_who_is_not_there(sold: Subscription, town: Town) -> None:
    jobs.rows.main.execute_sql("DELETE FROM job")
    town.router.device(sold.mac).leave()
    journey.catch_up()
    assert waiting() == []


def test_a_voucher_puts_its_device_online(box: Box, town: Town) -> None:
    plan = catalogue.add("Day", "50", "1d", journey.here.now())
    (code,) = vouchers.codes(vouchers.make(plan, 1, "cli", journey.here.now()))
    visitor = town.visitor()
    time_ = vouchers.redeem(code, visitor.mac, visitor.ip, journey.here.now())
    journey.admit(subscription_id=time_.id)
    assert visitor.is_on_the_internet()


def test_without_a_router_the_owner_is_told_what_to_set(
    sold: Subscription, box: Box
) -> None:
    values = dict(box.settings.values) | {"router.host": ""}
    journey.here.use(Box(settings.Settings(values), box.clock, box.key))
    with pytest.raises(GiveUp, match=r"Set router\.host"):
        journey.admit(subscription_id=sold.id)


# -- the rest of the way -----------------------------------------------------------


def test_the_sms_is_sent_once_however_often_the_job_runs(
    sold: Subscription, town: Town
) -> None:
    for _ in range(3):
        journey.tell(message_id=Message.get().id)
    (sms,) = town.sms.messages
    assert sms.to == sold.customer.phone
    assert sold.customer.secret in sms.text
    assert Message.get().state == "sent"


def test_a_gateway_that_is_down_is_tried_again(sold: Subscription, town: Town) -> None:
    town.sms.fault = "down"
    with pytest.raises(TryAgain):
        journey.tell(message_id=Message.get().id)
    assert Message.get().state == "waiting"
    town.sms.fault = ""
    journey.tell(message_id=Message.get().id)
    assert len(town.sms.messages) == 1


def test_a_gateway_that_takes_it_but_never_answers_is_not_asked_twice(
    sold: Subscription, town: Town
) -> None:
    town.sms.fault = "lost"
    journey.tell(message_id=Message.get().id)
    assert Message.get().state == "uncertain"
    town.sms.fault = ""
    journey.tell(message_id=Message.get().id)
    assert len(town.sms.messages) <= 1


def test_use_is_taken_into_the_ledger(sold: Subscription, town: Town, box: Box) -> None:
    journey.admit(subscription_id=sold.id)
    device = town.router.device(sold.mac)
    device.use(1_000, 5_000)
    device.log_out()
    assert town.router.nas.settle(5)
    journey.drain()
    session = Session.get()
    assert (session.octets_in, session.octets_out) == (1_000, 5_000)
    assert session.ended_at is not None
    assert Subscription.get().data_used_bytes == 6_000


def test_a_weeks_package_goes_on_after_the_day_that_radius_gives_at_once(
    box: Box, town: Town
) -> None:
    plan = catalogue.add("Week", "300", "7d", journey.here.now())
    (code,) = vouchers.codes(vouchers.make(plan, 1, "cli", journey.here.now()))
    visitor = town.visitor()
    time_ = vouchers.redeem(code, visitor.mac, visitor.ip, journey.here.now())
    journey.admit(subscription_id=time_.id)
    jobs.rows.main.execute_sql("DELETE FROM job")
    town.router.tick(time.time() + 86_401)
    assert town.router.active() == []
    assert town.router.nas.settle(5)
    journey.drain()
    assert "provisioning.admit" in waiting()
    journey.admit(subscription_id=time_.id)
    assert visitor.is_on_the_internet()


def test_who_logs_out_by_hand_is_left_alone(sold: Subscription, town: Town) -> None:
    journey.admit(subscription_id=sold.id)
    jobs.rows.main.execute_sql("DELETE FROM job")
    town.router.device(sold.mac).log_out()
    assert town.router.nas.settle(5)
    journey.drain()
    assert waiting() == []


def test_an_unbelievable_clock_cuts_nobody_off(
    sold: Subscription, clock: Shifted
) -> None:
    later = sold.expires_at + 10
    clock.trusted = False
    clock.floor = later + 1_000_000  # the newest fact is later than this clock
    journey.expire()
    assert Subscription.get().ended_at is None
    assert subscriptions.end_those_over(later) == 1


def test_the_live_sample_is_in_run_and_costs_no_row(
    box: Box, town: Town, sold: Subscription
) -> None:
    # Once in five minutes an average is kept: where that is due, it is over now.
    journey.sample()
    before = store.database.connection().total_changes
    journey.sample()
    journey.show()
    found = json.loads((box.settings.run_dir / "samples.json").read_text())
    assert found["router"]["version"].startswith("7.18")
    assert "payments" in found["lanes"]
    assert store.database.connection().total_changes == before


def test_every_lane_of_the_design_is_there() -> None:
    from hotspot_lite.jobs.lanes import LANES

    assert len(LANES) == 10
    assert {name.partition(".")[0] for name in journey.huey.kinds} <= set(LANES)


def test_no_job_argument_is_ever_a_secret(sold: Subscription) -> None:
    kept = str(sight.waiting_jobs(jobs.rows))
    assert sold.customer.secret not in kept
    assert "password" not in kept
