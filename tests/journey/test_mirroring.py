"""The router's copy of who has paid: written when something changes, and repaired."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from road import Shifted, with_settings

from hotspot_lite import journey
from hotspot_lite.town.hotspot import Device
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Mirror, Session, Subscription
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.wires.routeros import Router, User

MINE = "/ip/hotspot/user"


def users(town: Town) -> list[dict[str, Any]]:
    return [row for row in town.router.tables[MINE].rows if "hsl:" in row["comment"]]


def written(town: Town) -> list[str]:
    """What was written to the router's flash."""
    verbs = ("/add", "/set", "/remove")
    return [
        what
        for _, what in town.router.journal
        if what.startswith("api /ip/hotspot/user") and what.split()[1].endswith(verbs)
    ]


def buy(town: Town, **terms: Any) -> Subscription:
    now = journey.here.now()
    told = {"name": "Day", "price": "50", "duration": "1d"} | terms
    plan = catalogue.add(now=now, **told)
    (code,) = vouchers.codes(vouchers.make(plan, 1, "cli", now))
    visitor = town.visitor()
    return vouchers.redeem(code, visitor.mac, visitor.ip, now)


def wake(town: Town) -> None:
    """As the router's own script does when the box is silent."""
    for row in users(town):
        row["disabled"] = "false"


def device_of(time: Subscription, town: Town) -> Device:
    return town.router.device(time.mac)


def test_who_paid_is_a_sleeping_user_of_the_router(
    sold: Subscription, town: Town
) -> None:
    journey.mirror_changes()
    (row,) = users(town)
    assert row["name"] == sold.customer.username
    assert (row["disabled"], row["comment"]) == ("true", f"hsl:{sold.customer.id}")
    assert row["limit-uptime"] in ("1h", "59m59s", "59m58s")
    profile = town.router.tables["/ip/hotspot/user/profile"].find(name=row["profile"])
    assert profile is not None
    assert (profile["rate-limit"], profile["shared-users"]) == (sold.rate, "1")


def test_nothing_is_written_by_the_clock(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.mirror_changes()
    before = written(town)
    for shift in (60, 600, 1800):
        clock.shift = shift
        journey.mirror_changes()
        journey.reconcile_planes()
    assert written(town) == before
    assert len(before) == 2  # the profile, and the user


def test_while_the_box_lives_radius_decides(sold: Subscription, town: Town) -> None:
    journey.mirror_changes()
    journey.admit(subscription_id=sold.id)
    (row,) = town.router.active()
    assert row["radius"] == "true"


def test_more_time_is_told_and_ended_time_is_gone(
    sold: Subscription, town: Town
) -> None:
    journey.mirror_changes()
    now = journey.here.now()
    plan = catalogue.add("More", "20", "2h", now)
    wish = subscriptions.Wish(sold.customer, catalogue.terms_of(plan), "", "")
    subscriptions.give(wish, now)
    journey.mirror_changes()
    (row,) = users(town)
    assert row["limit-uptime"] in ("3h", "2h59m59s", "2h59m58s", "2h59m57s")
    Subscription.update(ended_at=now).execute()
    journey.mirror_changes()
    assert users(town) == []
    assert Mirror.select().count() == 0


def test_of_two_workers_that_compare_at_the_same_time_one_waits(
    box: object, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = {buy(town, name=f"Day {i}").customer.username for i in range(5)}
    both, read = threading.Barrier(2), Router.users

    def reading_together(router: Router, *args: Any, **kwargs: Any) -> list[User]:
        found = read(router, *args, **kwargs)
        with suppress(threading.BrokenBarrierError):
            both.wait(0.5)  # where one waits for the other, both never meet
        return found

    monkeypatch.setattr(Router, "users", reading_together)
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(journey.reconcile_planes) for _ in range(2)]:
            done.result()
    assert sorted(row["name"] for row in users(town)) == sorted(names)
    assert both.broken


def test_a_killed_workers_last_order_may_arrive_after_the_list_was_read(
    sold: Subscription, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows, read = town.router.tables[MINE].rows, Router.users

    def arriving_late(router: Router, *args: Any, **kwargs: Any) -> list[User]:
        found = read(router, *args, **kwargs)
        rows.extend(late)
        late.clear()
        return found

    journey.mirror_changes()
    late = [dict(row) for row in users(town)]
    rows[:] = [row for row in rows if row not in late]
    Mirror.delete().execute()
    monkeypatch.setattr(Router, "users", arriving_late)
    journey.reconcile_planes()
    assert [row["name"] for row in users(town)] == [sold.customer.username]
    journey.reconcile_planes()
    assert [row.username for row in Mirror.select()] == [sold.customer.username]


def test_what_was_used_at_the_router_while_the_box_was_dead_is_merged_once(
    box: object, town: Town, clock: Shifted
) -> None:
    time = buy(town, data="10M")
    journey.mirror_changes()
    wake(town)  # the box is dead
    device = device_of(time, town)
    device.log_in(time.customer.username, time.customer.secret)
    assert town.router.active()[0]["radius"] == "false"
    town.router.tick(town.router.now() + 900)
    device.use(1_000_000, 2_000_000)
    device.log_out()
    clock.shift = 4000  # and back
    for _ in range(3):
        journey.reconcile_planes()
    (session,) = Session.select()
    assert (session.octets_in, session.octets_out) == (1_000_000, 2_000_000)
    assert session.seconds >= 900 and session.ended_at is not None
    again = Subscription.get_by_id(time.id)
    assert again.data_used_bytes == 3_000_000
    assert users(town)[0]["disabled"] == "true"


def test_two_dead_times_are_merged_each_once(
    box: object, town: Town, clock: Shifted
) -> None:
    time = buy(town, data="10M")
    journey.mirror_changes()
    for number in (1, 2):
        wake(town)
        device = device_of(time, town)
        device.log_in(time.customer.username, time.customer.secret)
        device.use(0, 1_000_000)
        device.log_out()
        clock.shift = number * 5000
        journey.reconcile_planes()
        journey.reconcile_planes()
    assert Subscription.get_by_id(time.id).data_used_bytes == 2_000_000


def test_the_router_ends_it_by_itself_when_data_is_over(
    box: object, town: Town
) -> None:
    time = buy(town, data="10M")
    journey.mirror_changes()
    wake(town)
    device = device_of(time, town)
    device.log_in(time.customer.username, time.customer.secret)
    assert not device.use(0, 11 * 1024**2)
    journey.reconcile_planes()
    journey.expire()
    journey.reconcile_planes()
    assert Subscription.get_by_id(time.id).ended_at is not None
    assert users(town) == []


def test_drift_is_repaired_both_ways(sold: Subscription, town: Town) -> None:
    journey.reconcile_planes()
    (row,) = users(town)
    row["limit-uptime"], row["password"], row["profile"] = "52w", "guess", "default"
    town.router.tables[MINE].append(name="ghost", comment="hsl:99", password="x")
    journey.reconcile_planes()
    (row,) = users(town)
    assert row["password"] == sold.customer.secret
    assert row["limit-uptime"] != "52w" and row["profile"].startswith("hsl-")
    town.router.tables[MINE].rows.remove(row)
    journey.reconcile_planes()
    assert len(users(town)) == 1


def test_users_that_are_not_ours_are_never_touched(
    sold: Subscription, town: Town
) -> None:
    table = town.router.tables[MINE]
    table.append(name="boss", password="x", comment="hsl the boss")
    table.append(name=sold.customer.username, password="y", comment="by hand")
    before = [dict(row) for row in table.rows]
    journey.mirror_changes()
    journey.reconcile_planes()
    assert [dict(row) for row in table.rows] == before
    (wrong,) = conditions.wrong()
    assert wrong.name == "mirror-clash" and sold.customer.username in wrong.says


def test_a_kill_between_the_router_and_the_note_is_made_good(
    sold: Subscription, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("hotspot_lite.trade.service.mirrored.written", die)
        with pytest.raises(SystemExit):
            journey.mirror_changes()
    assert len(users(town)) == 1 and Mirror.select().count() == 0
    before = written(town)
    journey.mirror_changes()
    journey.reconcile_planes()
    assert Mirror.select().count() == 1
    assert len(written(town)) <= len(before) + 1
    assert len(users(town)) == 1


def test_radius_alone_leaves_nothing_at_the_router(
    sold: Subscription, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.mirror_changes()
    with_settings(monkeypatch, access__planes="radius")
    journey.mirror_changes()
    journey.reconcile_planes()
    assert users(town) == []
    names = [r["name"] for r in town.router.tables["/ip/hotspot/user/profile"].rows]
    assert not [name for name in names if name.startswith("hsl-")]


def test_the_router_alone_admits_and_its_count_is_taken_in(
    sold: Subscription, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_settings(monkeypatch, access__planes="router")
    journey.admit(subscription_id=sold.id)
    (row,) = town.router.active()
    assert row["radius"] == "false"
    device_of(sold, town).use(5, 10)
    device_of(sold, town).log_out()
    journey.reconcile_planes()
    assert Subscription.get_by_id(sold.id).data_used_bytes == 15


def test_a_first_use_begins_with_its_first_use_at_the_router(
    box: object, town: Town, clock: Shifted
) -> None:
    time = buy(town, starts="first-use")
    assert time.starts_at is None
    journey.mirror_changes()
    wake(town)
    device = device_of(time, town)
    device.log_in(time.customer.username, time.customer.secret)
    town.router.tick(town.router.now() + 600)
    device.log_out()
    clock.shift = 600
    journey.reconcile_planes()
    again = Subscription.get_by_id(time.id)
    assert again.starts_at is not None
    assert abs(again.starts_at - (journey.here.now() - 600)) <= 2


def test_a_router_that_is_away_is_left_alone_and_told_when_it_is_back(
    sold: Subscription, town: Town
) -> None:
    town.router.refuse()
    journey.check_router()
    journey.mirror_changes()
    journey.reconcile_planes()
    journey.close_stale()
    assert users(town) == []
    town.router.heal()
    journey.check_router()
    journey.mirror_changes()
    assert len(users(town)) == 1
