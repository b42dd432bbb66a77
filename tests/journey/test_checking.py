"""The router is looked after: trouble is told when it begins and when it ends."""

from __future__ import annotations

import time

import pytest
from road import Shifted, with_settings

from hotspot_lite import journey, samples
from hotspot_lite.box import Box
from hotspot_lite.journey import checking
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.models import Subscription


def wrong() -> list[str]:
    return [one.name for one in conditions.wrong()]


def told() -> list[tuple[str, str]]:
    return [
        (event["type"], event["condition"])
        for event in events.newer(0)
        if event["type"].startswith("condition_")
    ]


def test_a_router_in_order_is_no_news(sold: Subscription, town: Town) -> None:
    journey.admit(subscription_id=sold.id)
    for _ in range(3):
        journey.check_router()
    assert wrong() == [] and told() == []


def test_a_router_that_is_away_is_told_once_and_once_when_it_is_back(
    box: Box, town: Town
) -> None:
    town.router.refuse()
    journey.check_router()
    assert wrong() == []  # one lost answer is none
    for _ in range(4):
        journey.check_router()
    assert wrong() == ["router-away"]
    town.router.heal()
    for _ in range(2):
        journey.check_router()
    assert told() == [
        ("condition_began", "router-away"),
        ("condition_ended", "router-away"),
    ]


def test_a_wrong_clock_is_told_and_its_drift_is_not_news_again(
    box: Box, town: Town
) -> None:
    for ahead in (3600, 3700, 4000):
        town.router.set_wall(time.time() + ahead)
        journey.check_router()
    assert wrong() == ["router-clock"]
    assert told() == [("condition_began", "router-clock")]


def test_a_router_that_agrees_vouches_for_our_clock(
    box: Box, town: Town, clock: Shifted
) -> None:
    clock.trusted, clock.evidence = False, box.settings.run_dir / "clock.json"
    assert not clock._has_evidence(0, 0)
    town.router.set_wall(0)
    journey.check_router()
    assert not clock.evidence.exists()
    town.router.set_wall(time.time())
    journey.check_router()
    assert clock.evidence.exists()


def test_who_is_online_without_having_paid_is_named_unless_known(
    sold: Subscription, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    journey.admit(subscription_id=sold.id)
    town.router.tables["/ip/hotspot/user"].append(name="nephew", password="x")
    town.router.join("02:AA:00:00:00:01", "127.5.60.1").log_in("nephew", "x")
    journey.check_router()
    (found,) = conditions.wrong()
    assert found.name == "free-riders" and "nephew" in found.says
    assert sold.customer.username not in found.says
    with_settings(monkeypatch, router__known="nephew")
    journey.check_router()
    assert wrong() == []


def test_a_device_that_bypasses_the_hotspot_is_named_unless_it_is_ours(
    box: Box, town: Town
) -> None:
    table = town.router.tables["/ip/hotspot/ip-binding"]
    table.append(mac_address="02:BB:00:00:00:01", type="bypassed", comment="hsl:tv")
    table.append(mac_address="02:BB:00:00:00:02", type="blocked")
    journey.check_router()
    assert wrong() == []
    table.append(mac_address="02:BB:00:00:00:03", type="bypassed")
    journey.check_router()
    (found,) = conditions.wrong()
    assert "02:BB:00:00:00:03" in found.says and "00:01" not in found.says


def test_drift_that_was_put_right_is_told(sold: Subscription, town: Town) -> None:
    journey.reconcile_planes()
    assert wrong() == []
    (row,) = [
        r for r in town.router.tables["/ip/hotspot/user"].rows if r["comment"][:4]
    ]
    row["limit-uptime"] = "52w"
    journey.reconcile_planes()
    assert wrong() == ["router-drift"]
    row["disabled"] = "false"  # that alone is the router's own script's doing
    journey.reconcile_planes()
    assert wrong() == []


def test_radius_that_is_silent_is_told_and_leaves_the_router_s_users_awake(
    sold: Subscription, town: Town, box: Box
) -> None:
    checking.check_radius()
    sample = samples.newest(box.settings.run_dir, "radius")
    assert sample is not None and sample["answers"]
    journey.reconcile_planes()
    port = box.settings["radius.auth_port"]
    dead = {**box.settings.values, "radius.auth_port": port + 1}
    journey.here.use(Box(type(box.settings)(dead), box.clock, box.key))
    checking.check_radius()
    assert wrong() == ["radius-silent"]
    rows = town.router.tables["/ip/hotspot/user"].rows
    (row,) = [r for r in rows if r["comment"].startswith("hsl:")]
    row["disabled"] = "false"
    journey.reconcile_planes()
    assert row["disabled"] == "false"
    journey.here.use(box)
    checking.check_radius()
    journey.reconcile_planes()
    assert row["disabled"] == "true"
