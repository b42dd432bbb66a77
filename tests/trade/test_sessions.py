"""The ledger of use: right whatever comes twice, late or not at all."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from hotspot_lite import store
from hotspot_lite.store import migrations
from hotspot_lite.trade.models import (
    Customer,
    Device,
    DeviceBlock,
    Session,
    Subscription,
    UsageDay,
)
from hotspot_lite.trade.service import sessions

NOW = 1_800_000_000
MAC = "BC:24:11:EB:56:4D"
MIB = 1 << 20


@dataclass(frozen=True)
class Told:
    at: int = NOW
    status: str = "Start"
    unique_id: str = "u1"
    acct_session_id: str = "80100014"
    username: str = "ann"
    mac: str = MAC
    ip: str = "10.5.50.7"
    seconds: int = 0
    octets_in: int = 0
    octets_out: int = 0
    cause: str = ""
    subscription_id: int | None = None
    nas: str = "router"


@dataclass(frozen=True)
class Refused:
    at: int = NOW
    username: str = "guess"
    mac: str = MAC
    reason: str = "unknown"


@pytest.fixture(autouse=True)
def database(tmp_path: Path) -> Iterator[None]:
    migrations.migrate(tmp_path / "hotspot.db")
    store.open_file(tmp_path / "hotspot.db")
    yield
    store.close()


def sold(username: str = "ann", starts_at: int | None = NOW - 60) -> int:
    customer, _ = Customer.get_or_create(  # type: ignore[no-untyped-call]
        username=username, defaults={"secret": "s", "made_at": NOW}
    )
    made = Subscription.create(
        customer=customer,
        plan_name="1 Hour",
        price_cents=2000,
        duration_seconds=3600,
        rate="2M/4M",
        devices=1,
        starts_at=starts_at,
        expires_at=None if starts_at is None else starts_at + 3600,
        made_at=NOW - 60,
    )
    return int(made.id)


def used(subscription: int) -> int:
    return int(Subscription.get_by_id(subscription).data_used_bytes)


def life(subscription: int | None) -> list[Told]:
    """A session of ten minutes: Start, Interim-Update, Stop."""
    start = Told(subscription_id=subscription)
    interim = replace(
        start, at=NOW + 300, status="Interim-Update", seconds=300, octets_in=5 * MIB
    )
    stop = replace(
        interim,
        at=NOW + 600,
        status="Stop",
        seconds=600,
        octets_in=6 * MIB,
        octets_out=40 * MIB,
        cause="User-Request",
    )
    return [start, interim, stop]


def test_a_session_is_told_from_its_start_to_its_end() -> None:
    bought = sold()
    assert sessions.record(life(bought), NOW + 600) == {bought}
    row = Session.get_by_id("u1")
    assert (row.started_at, row.seen_at, row.ended_at) == (NOW, NOW + 600, NOW + 600)
    assert (row.seconds, row.octets_in, row.octets_out) == (600, 6 * MIB, 40 * MIB)
    assert (row.cause, row.mac, row.nas) == ("User-Request", MAC, "router")
    assert used(bought) == 46 * MIB


def test_any_order_and_any_number_of_times_give_the_same_ledger() -> None:
    bought = sold()
    chance = random.Random(7)  # noqa: S311
    for order in itertools.permutations(life(bought)):
        UsageDay.delete().execute()
        Session.delete().execute()
        told = [*order, *chance.choices(order, k=3)]
        for item in told:
            sessions.record([item], NOW + 600)
        row = Session.get_by_id("u1")
        found = (row.started_at, row.seen_at, row.ended_at, row.seconds, row.cause)
        assert found == (NOW, NOW + 600, NOW + 600, 600, "User-Request")
        assert used(bought) == 46 * MIB


@pytest.mark.parametrize("alone", [0, 1, 2])
def test_each_record_can_begin_the_session_when_the_others_are_lost(alone: int) -> None:
    item = life(sold())[alone]
    sessions.record([item], NOW + 600)
    row = Session.get_by_id("u1")
    assert row.started_at == NOW
    assert (row.ended_at is not None) == (item.status == "Stop")


def test_use_is_the_sum_over_sessions() -> None:
    bought = sold()
    again = [replace(item, unique_id="u2") for item in life(bought)]
    sessions.record(life(bought) + again, NOW + 600)
    assert used(bought) == 92 * MIB


def test_more_than_four_gib_is_counted() -> None:
    bought = sold()
    sessions.record([replace(life(bought)[2], octets_out=23 << 30)], NOW + 600)
    assert used(bought) == (23 << 30) + 6 * MIB


def test_many_sessions_at_once_are_all_written() -> None:
    bought = sold()
    told = [
        replace(item, unique_id=f"u{n}") for n in range(1100) for item in life(bought)
    ]
    sessions.record(told, NOW + 600)
    assert Session.select().count() == 1100
    assert used(bought) == 1100 * 46 * MIB


def test_without_a_class_the_name_tells_whose_time_it_is() -> None:
    sold("bob")
    earlier, bought = sold(), sold()
    later = sold(starts_at=NOW + 3600)
    sessions.record(life(None), NOW + 600)
    assert [used(i) for i in (earlier, bought, later)] == [0, 46 * MIB, 0]


def test_a_login_by_mac_is_the_customers() -> None:
    bought = sold()
    Device.create(mac=MAC, customer=Customer.get(), seen_at=NOW)
    sessions.record([replace(i, username=MAC) for i in life(None)], NOW + 600)
    assert used(bought) == 46 * MIB


@pytest.mark.parametrize("told", [999, None])
def test_a_session_of_nobody_is_kept_all_the_same(told: int | None) -> None:
    item = replace(life(told)[2], username="stranger")
    assert sessions.record([item], NOW) == set()
    assert Session.get_by_id("u1").subscription is None


def test_first_use_starts_with_the_first_session() -> None:
    bought = sold(starts_at=None)
    sessions.record([Told(at=NOW + 5, subscription_id=bought)], NOW + 9)
    found = Subscription.get_by_id(bought)
    assert (found.starts_at, found.expires_at) == (NOW + 5, NOW + 3605)
    sessions.record(life(bought), NOW + 600)
    assert Subscription.get_by_id(bought).starts_at == NOW + 5


@pytest.mark.parametrize(
    ("at", "starts_at"), [(86_400, NOW - 60), (NOW + 10**7, NOW + 9)]
)
def test_a_wrong_clock_takes_no_first_use_away(at: int, starts_at: int) -> None:
    bought = sold(starts_at=None)
    sessions.record([Told(at=at, subscription_id=bought)], NOW + 9)
    assert Subscription.get_by_id(bought).starts_at == starts_at


def test_time_on_sale_is_not_moved_by_a_session() -> None:
    bought = sold()
    sessions.record(life(bought), NOW)
    assert Subscription.get_by_id(bought).starts_at == NOW - 60


@pytest.mark.parametrize("status", ["Accounting-On", "Accounting-Off"])
def test_a_router_that_restarts_has_nobody_online(status: str) -> None:
    sessions.record([Told(), Told(unique_id="u2", nas="other")], NOW)
    boot = Told(at=NOW + 60, status=status, unique_id="x", username="", mac="")
    sessions.record([boot], NOW + 60)
    assert [s.uniq for s in sessions.live(NOW + 60)] == ["u2"]
    assert Session.get_by_id("u1").ended_at == NOW
    assert Session.select().count() == 2


def test_a_session_that_goes_on_was_not_ended_by_the_restart() -> None:
    boot = Told(at=NOW + 60, status="Accounting-On", unique_id="x")
    sessions.record([Told(), boot], NOW + 60)
    sessions.record([life(None)[1]], NOW + 300)
    assert sessions.online(NOW + 300) == 1


def test_after_its_stop_a_session_stays_ended() -> None:
    start, interim, stop = life(sold())
    sessions.record([start, stop], NOW + 600)
    sessions.record([replace(interim, at=NOW + 700)], NOW + 700)
    assert sessions.online(NOW + 700) == 0


def test_a_session_id_that_comes_round_again_is_another_session() -> None:
    bought = sold()
    sessions.record(life(bought), NOW + 600)
    day = 86_400
    again = [replace(item, at=item.at + day) for item in life(bought)]
    sessions.record(again[:2], NOW + day)
    sessions.record(again, NOW + day + 600)
    assert Session.select().count() == 2
    assert used(bought) == 92 * MIB


def test_who_is_online_was_heard_of_in_the_last_quarter_of_an_hour() -> None:
    sessions.record([Told(), Told(unique_id="u2", at=NOW + 100)], NOW + 100)
    assert sessions.online(NOW + 100) == 2
    assert [s.uniq for s in sessions.live(NOW + 100)] == ["u2", "u1"]
    assert sessions.online(NOW + 950) == 1
    assert sessions.online(NOW + 2000) == 0


def test_a_session_whose_stop_was_lost_is_ended_until_it_is_heard_of_again() -> None:
    sessions.record([Told()], NOW)
    assert sessions.end_stale(NOW + 3000) == 0
    assert sessions.end_stale(NOW + 3600) == 1
    assert Session.get_by_id("u1").ended_at == NOW
    back = Told(at=NOW + 3700, status="Interim-Update", seconds=3700)
    sessions.record([back], NOW + 3700)
    assert sessions.online(NOW + 3700) == 1


def blocked() -> dict[str, int]:
    return {row.mac: row.until for row in DeviceBlock.select()}


def test_ten_wrong_codes_in_ten_minutes_block_the_device() -> None:
    tries: dict[str, list[int]] = {}
    nine = [Refused(at=NOW + i, reason="password") for i in range(9)]
    assert sessions.note_rejects(nine, NOW + 9, tries) == set()
    assert blocked() == {}
    assert sessions.note_rejects([Refused(at=NOW + 99)], NOW + 99, tries) == {MAC}
    assert blocked() == {MAC: NOW + 699}
    assert tries == {}


def test_blocked_again_it_waits_again() -> None:
    for at in (NOW, NOW + 700):
        sessions.note_rejects([Refused(at=at)] * 10, at, {})
    assert blocked() == {MAC: NOW + 1300}


@pytest.mark.parametrize(
    "item",
    [
        Refused(username=MAC.lower()),  # the router's probe of an unknown device
        Refused(reason="expired"),
        Refused(reason="devices"),
        Refused(reason="blocked"),
        Refused(mac=""),
        Refused(at=NOW - 600),
    ],
)
def test_what_is_no_wrong_try_blocks_nobody(item: Refused) -> None:
    assert sessions.note_rejects([item] * 50, NOW, {}) == set()
    assert blocked() == {}


def test_slow_tries_are_forgotten() -> None:
    tries: dict[str, list[int]] = {}
    for i in range(30):
        at = NOW + 70 * i
        assert sessions.note_rejects([Refused(at=at)], at, tries) == set()
    assert len(tries[MAC]) < sessions.WRONG_TRIES


def test_the_process_remembers_tries_by_itself() -> None:
    mac = "BC:24:11:00:00:42"
    for i in range(9):
        assert sessions.note_rejects([Refused(at=NOW + i, mac=mac)], NOW + i) == set()
    assert sessions.note_rejects([Refused(at=NOW + 9, mac=mac)], NOW + 9) == {mac}
