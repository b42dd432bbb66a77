"""Packages: time that counts online only, and speeds with burst."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import sight
from hotspot_lite.trade.goods import catalogue, rates
from hotspot_lite.trade.models import Customer, Plan, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import access, sessions
from hotspot_lite.trade.service import subscriptions as time_paid
from hotspot_lite.trade.service.mirrored import Counted

NOW = 1_800_000_000
HOUR = 3600
WEEK = 7 * 86_400
MAC = "02:00:00:00:00:01"
TOLD = Counted(NOW, "s1", "hs_700000001", 0, 0, 0, None, mac=MAC, nas="router")


@pytest.fixture
def customer(box: Box) -> Customer:
    return customers.of_phone("254700000001", NOW)[0]


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour online", "20", "7d", NOW, uptime="1h")


def give(customer: Customer, plan: Plan, now: int = NOW) -> Subscription:
    with store.atomic():
        wish = time_paid.Wish(customer, catalogue.terms_of(plan), MAC, "10.5.50.9")
        return time_paid.give(wish, now)


def online(time: Subscription, seconds: int, key: str = "s1") -> Subscription:
    told = replace(TOLD, at=NOW + seconds, unique_id=key, seconds=seconds)
    sessions.record([replace(told, subscription_id=time.id)], NOW + seconds)
    found: Subscription = Subscription.get_by_id(time.id)
    return found


def use_up_data(time: Subscription) -> None:
    this = Subscription.id == time.id
    Subscription.update(data_used_bytes=time.data_bytes).where(this).execute()


# -- time online -------------------------------------------------------------------


def test_time_online_does_not_run_while_the_customer_is_away(
    customer: Customer, plan: Plan
) -> None:
    time = online(give(customer, plan), 900)
    assert time_paid.seconds_left(time, NOW + 6 * 86_400) == HOUR - 900
    assert [s.id for s in time_paid.live(customer, NOW + 86_400)] == [time.id]


def test_each_session_uses_of_the_same_time_online(
    customer: Customer, plan: Plan
) -> None:
    time = give(customer, plan)
    online(time, 900)
    both = online(time, 600, "s2")
    assert time_paid.seconds_left(both, NOW + 900) == HOUR - 1500


def test_what_is_not_used_in_its_days_is_over_all_the_same(
    customer: Customer, plan: Plan
) -> None:
    time = online(give(customer, plan), 900)
    assert time_paid.seconds_left(time, NOW + WEEK - 60) == 60
    assert time_paid.end_those_over(NOW + WEEK) == 1
    assert time_paid.live(customer, NOW + WEEK) == []


def test_used_up_it_makes_way_at_once_for_what_was_bought_after_it(
    customer: Customer, plan: Plan
) -> None:
    first, second = give(customer, plan), give(customer, plan, NOW + 1)
    assert second.starts_at == NOW + WEEK
    online(first, HOUR)
    assert time_paid.end_those_over(NOW + HOUR) == 1
    moved = Subscription.get_by_id(second.id)
    assert (moved.starts_at, moved.expires_at) == (NOW + HOUR, NOW + HOUR + WEEK)
    called = [args for _, args in sight.waiting_jobs(jobs.rows)]
    assert {"subscription_id": second.id} in called


def test_used_up_data_makes_way_too(customer: Customer) -> None:
    plan = catalogue.add("Data", "20", "7d", NOW, data="1M")
    first, second = give(customer, plan), give(customer, plan, NOW + 1)
    use_up_data(first)
    assert time_paid.end_those_over(NOW + 60) == 1
    assert Subscription.get_by_id(second.id).starts_at == NOW + 60


def test_used_up_time_online_waits_for_no_access(
    customer: Customer, plan: Plan
) -> None:
    time = give(customer, plan)
    assert [s.id for s in access.not_yet_admitted(NOW)] == [time.id]
    online(time, HOUR)
    assert access.not_yet_admitted(NOW + HOUR) == []
    assert access.to_admit(time.id, NOW + HOUR) is None


@pytest.mark.parametrize("uptime", ["2h", "soon"])
def test_wrong_time_online_is_refused_at_its_field(box: Box, uptime: str) -> None:
    with pytest.raises(BadInput) as caught:
        catalogue.add("Odd", "20", "1h", NOW, uptime=uptime)
    assert caught.value.field == "uptime"
    assert catalogue.on_sale() == []


def test_a_sale_from_before_there_was_time_online_is_read(plan: Plan) -> None:
    kept = json.loads(catalogue.terms_of(plan).as_json())
    del kept["uptime_seconds"]
    assert catalogue.read_terms(json.dumps(kept)).uptime_seconds is None


# -- speeds ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "download"),
    [
        ("2M/4M", 4_000_000),
        ("512k/1M", 1_000_000),
        ("2M/4M 4M/8M 1M/3M 10/10", 4_000_000),
        ("2M/4M 4M/8M 1M/3M 10/10 5", 4_000_000),
        ("2M/4M  4M/8M 1M/3M 10/10 8 512k/1M ", 4_000_000),
    ],
)
def test_a_rate_is_kept_in_routeros_words(text: str, download: int) -> None:
    assert rates.read_rate(text) == " ".join(text.split())
    assert rates.download_bits(text) == download


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2M",
        "2M/0",
        "2M/4M 4M/8M",
        "2M/4M 1M/8M 1M/1M 10/10",
        "2M/4M 4M/8M 5M/1M 10/10",
        "2M/4M 4M/8M 1M/3M 10/10 9",
        "2M/4M 4M/8M 1M/3M 10/10 8 3M/1M",
        "2M/4M\n=disabled=yes",
    ],
)
def test_a_rate_that_routeros_would_misread_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        rates.read_rate(text)
    assert caught.value.field == "rate"
