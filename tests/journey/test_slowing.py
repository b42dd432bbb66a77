"""Who has used much is slowed down while online, by RADIUS, and stays online."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from road import wait_for

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.errors import GiveUp
from hotspot_lite.jobs import rows, sight
from hotspot_lite.outside.addresses import radius_address
from hotspot_lite.town.visitor import Visitor
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.models import Session, Subscription, UsageDay
from hotspot_lite.wires.radius import test_login

MIB = 1024**2


def session(town: Town, visitor: Visitor):  # type: ignore[no-untyped-def]
    found = town.router.device(visitor.mac).session
    assert found is not None, "it is offline"
    return found


def log_in(town: Town, visitor: Visitor, sold: Subscription) -> None:
    device = town.router.device(visitor.mac)
    device.log_in(sold.customer.username, sold.customer.secret)
    assert wait_for(lambda: journey.drain() or Session.select().exists())


def slow(sold: Subscription, rate: str) -> None:
    """As speeds.apply_due leaves it."""
    was = Subscription.get_by_id(sold.id).rate
    change = Subscription.update(rate=rate, full_rate=was)
    change.where(Subscription.id == sold.id).execute()


def test_the_session_goes_on_at_another_speed(
    box: Box, town: Town, sold: Subscription, visitor: Visitor
) -> None:
    log_in(town, visitor, sold)
    before = session(town, visitor)
    slow(sold, "512k/1M")
    journey.change_rate(subscription_id=sold.id)
    after = session(town, visitor)
    assert after is before
    assert after.terms.rate_limit == "512k/1M"


def test_the_next_login_has_that_speed_too(
    box: Box, town: Town, sold: Subscription, visitor: Visitor
) -> None:
    slow(sold, "512k/1M")
    customer = sold.customer
    address = radius_address(box.settings)
    answer = test_login(address, customer.username, customer.secret, visitor.mac)
    assert (answer.kind, answer.rate) == ("accept", "512k/1M")


def test_a_router_that_refuses_ends_the_session_and_the_device_is_called_in_anew(
    box: Box,
    town: Town,
    sold: Subscription,
    visitor: Visitor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuses(*_: object) -> None:
        raise GiveUp("The router refuses a RADIUS change of speed.")

    log_in(town, visitor, sold)
    slow(sold, "512k/1M")
    monkeypatch.setattr(journey.here, "change_rate", refuses)
    journey.change_rate(subscription_id=sold.id)
    assert town.router.device(visitor.mac).session is None
    assert "provisioning.admit" in [name for name, _ in sight.waiting_jobs(rows)]


def test_a_device_that_went_away_meanwhile_is_no_fault(
    box: Box, town: Town, sold: Subscription, visitor: Visitor
) -> None:
    log_in(town, visitor, sold)
    town.router.device(visitor.mac).log_out()
    journey.change_rate(subscription_id=sold.id)


def test_the_job_is_put_when_a_days_data_is_used(
    box: Box, town: Town, sold: Subscription, visitor: Visitor
) -> None:
    Subscription.update(fair="1M day 512k/1M").execute()
    log_in(town, visitor, sold)
    today = datetime.now(ZoneInfo(str(box.settings["box.timezone"]))).date()
    used = {"octets_in": MIB, "octets_out": MIB, "seconds": 1}
    UsageDay.replace(
        day=today.isoformat(), session=Session.get().uniq, **used
    ).execute()
    journey.fair_use()
    for name, args in sight.waiting_jobs(rows):
        if name == "hotspot-sessions.change_rate":
            journey.change_rate(**args)
    assert session(town, visitor).terms.rate_limit == "512k/1M"
