"""Who used how much on which day: exact whatever comes twice, late or begins anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from peewee import fn

from hotspot_lite import store
from hotspot_lite.store import migrations
from hotspot_lite.trade.models import Customer, Session, Subscription, UsageDay
from hotspot_lite.trade.service import sessions, usage

NOON = 1_800_014_400  # 2027-01-15 12:00 UTC
DAY = 86400
MIB = 1 << 20
ZONE = "Africa/Nairobi"


@dataclass(frozen=True)
class Told:
    at: int = NOON
    status: str = "Interim-Update"
    unique_id: str = "u1"
    acct_session_id: str = "80100014"
    username: str = "ann"
    mac: str = "BC:24:11:EB:56:4D"
    ip: str = "10.5.50.7"
    seconds: int = 0
    octets_in: int = 0
    octets_out: int = 0
    cause: str = ""
    subscription_id: int | None = None
    nas: str = "router"


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> Iterator[None]:
    migrations.migrate(tmp_path / "hotspot.db")
    store.open_file(tmp_path / "hotspot.db")
    yield
    store.close()


def sold(username: str = "ann") -> int:
    customer, _ = Customer.get_or_create(  # type: ignore[no-untyped-call]
        username=username, defaults={"secret": "s", "made_at": NOON}
    )
    terms = {"plan_name": "p", "price_cents": 1, "duration_seconds": 9 * DAY}
    times = {"starts_at": 0, "expires_at": NOON + 9 * DAY, "made_at": 0}
    made = Subscription.create(
        customer=customer, rate="1M/1M", devices=1, **terms, **times
    )
    return int(made.id)


def life(unique_id: str, minutes: int, began: int = NOON, **more: Any) -> list[Told]:
    """A minute's update each: 1 MiB up and 3 MiB down a minute; then the end."""
    updates = [
        Told(
            at=began + 60 * n,
            unique_id=unique_id,
            seconds=60 * n,
            octets_in=n * MIB,
            octets_out=3 * n * MIB,
            **more,
        )
        for n in range(minutes + 1)
    ]
    return [*updates, replace(updates[-1], status="Stop", cause="User-Request")]


def record(told: list[Told], now: int = NOON + 7200) -> None:
    sessions.record(told, now, ZONE)


def by_day() -> dict[str, int]:
    return {used.of: used.octets for used in usage.days(NOON + DAY, ZONE)}


def differing() -> list[Any]:
    """Sessions whose days are not together what their counters say."""
    octets = fn.sum(UsageDay.octets_in + UsageDay.octets_out)
    told: Any = UsageDay.select(UsageDay.session, octets).group_by(UsageDay.session)
    days = dict(told.tuples())
    rows = list(Session.select())
    have = {row.uniq: row.octets_in + row.octets_out for row in rows}
    return [uniq for uniq, total in have.items() if days.get(uniq, 0) != total]


@pytest.mark.parametrize("seed", range(12))
def test_lost_doubled_and_shuffled_records_cost_and_give_nothing(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    bought = sold()
    told = [
        item
        for n in range(6)
        for item in life(f"u{n}", 5 + n, NOON + 97 * n, subscription_id=bought)
    ]
    lost = set(chance.sample([i for i, r in enumerate(told) if r.status != "Stop"], 8))
    come = [item for i, item in enumerate(told) if i not in lost]
    come += chance.choices(come, k=20)
    chance.shuffle(come)
    while come:
        size = chance.randrange(1, 9)
        record(come[:size])
        come = come[size:]
    assert differing() == []
    due = sum(4 * (5 + n) * MIB for n in range(6))
    assert by_day() == {"2027-01-15": due}
    assert Subscription.get_by_id(bought).data_used_bytes == due


def test_each_day_has_what_was_told_on_it_at_the_place() -> None:
    # Midnight in Nairobi is 21:00 UTC.
    began = NOON + 9 * 3600 - 150
    record(life("u1", 5, began, subscription_id=sold()), began + 300)
    assert by_day() == {"2027-01-15": 8 * MIB, "2027-01-16": 12 * MIB}
    assert differing() == []


def test_yesterdays_record_that_comes_today_is_yesterdays() -> None:
    record(life("u1", 5), NOON + DAY)
    assert by_day() == {"2027-01-15": 20 * MIB}


@pytest.mark.parametrize("at", [300, NOON - 400 * DAY, NOON + 400 * DAY])
def test_a_time_that_no_one_believes_is_today(at: int) -> None:
    record([Told(at=at, seconds=60, octets_in=5)], NOON)
    assert by_day() == {"2027-01-15": 5}


def test_a_counter_that_begins_anew_adds_to_what_was() -> None:
    first, last = life("u1", 10)[-3:-1]
    anew = [
        replace(last, at=last.at + 60 * n, seconds=last.seconds + 60 * n,
                octets_in=n * MIB, octets_out=0)
        for n in (1, 2)
    ]  # fmt: skip
    record([first, last, *anew, *anew, first, last, anew[0]])
    row = Session.get()
    assert (row.octets_in, row.octets_out) == (12 * MIB, 30 * MIB)
    assert differing() == []


def test_a_counter_that_is_a_little_less_is_another_reading_of_it() -> None:
    last = life("u1", 10)[-2]
    record([last, replace(last, at=last.at + 1, seconds=601, octets_in=10 * MIB - 9)])
    assert Session.get().octets_in == 10 * MIB


def test_a_stop_without_counters_takes_nothing_away() -> None:
    last = life("u1", 10)[-2]
    told = replace(last, status="Stop", seconds=700, octets_in=0, octets_out=0)
    record([last, told, told])
    assert by_day() == {"2027-01-15": 40 * MIB}


def test_the_same_key_after_a_restart_that_nobody_told_of_is_another_session() -> None:
    record(life("u1", 10)[:-1])
    record(life("u1", 3, NOON + 3600)[:-1])
    assert by_day() == {"2027-01-15": 52 * MIB}
    assert Session.select().count() == 2
    assert differing() == []


def test_a_step_of_the_clock_makes_no_second_session() -> None:
    told = life("u1", 4)[:-1]
    stepped = [replace(item, at=item.at - 400 * DAY) for item in told[:2]]
    record([*stepped, *told[2:]])
    assert Session.select().count() == 1
    assert sum(by_day().values()) == 16 * MIB


@pytest.mark.parametrize("status", ["Accounting-On", "Accounting-Off"])
def test_a_router_that_restarts_keeps_what_was_used(status: str) -> None:
    record(life("u1", 5)[:-1])
    record([Told(at=NOON + 400, status=status, unique_id="", username="", mac="")])
    assert Session.get().ended_at == NOON + 300
    record(life("u2", 5, NOON + 500)[:-1])
    assert by_day() == {"2027-01-15": 40 * MIB}


def test_who_used_most_stands_first_and_nobodys_use_is_not_hidden() -> None:
    record(life("u1", 2, subscription_id=sold("ann")))
    record(life("u2", 5, subscription_id=sold("bob")))
    record(life("u3", 1, username="stranger"))
    most = usage.customers("2027-01-15", "2027-01-15")
    assert [(one.of, one.octets // MIB) for one in most] == [
        ("bob", 20),
        ("ann", 8),
        ("", 4),
    ]
    assert usage.customers("2027-01-16", "2027-01-16") == []


def test_one_customers_days_are_hers_alone() -> None:
    ann = sold("ann")
    record(life("u1", 2, subscription_id=ann))
    record(life("u2", 5, subscription_id=sold("bob")))
    found = usage.days(NOON, ZONE, username="ann")
    assert found == [usage.Used("2027-01-15", 2 * MIB, 6 * MIB, 120)]
    assert usage.octets_of([ann], "2027-01-01", "2027-01-31") == {ann: 8 * MIB}
    assert usage.octets_of([ann], "2027-01-16", "2027-01-31") == {}


def test_the_days_asked_for_are_those_shown() -> None:
    for n in range(5):
        record(life(f"u{n}", 1, NOON - n * DAY), NOON)
    shown = [used.of for used in usage.days(NOON, ZONE, 3)]
    assert shown == ["2027-01-15", "2027-01-14", "2027-01-13"]
