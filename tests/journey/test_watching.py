"""What goes to pages and is in no ledger: samples in /run."""

from __future__ import annotations

from road import Shifted

from hotspot_lite import journey
from hotspot_lite.outside import read_sample
from hotspot_lite.town.whole import Town
from hotspot_lite.trade import online
from hotspot_lite.trade.models import Subscription


def shown() -> online.Shown:
    sample = read_sample(journey.here.settings.run_dir, "online")
    return online.newest(sample, journey.here.now())


def test_the_speed_now_is_what_was_moved_since_the_sample_before(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.admit(subscription_id=sold.id)
    journey.here.box.mark_watched()
    journey.sample()
    (first,) = shown().rows
    assert first.down_bits is None
    town.router.device(sold.mac).use(1_000, 50_000)
    clock.shift = 4
    journey.sample()
    (second,) = shown().rows
    assert (second.up_bits, second.down_bits) in ((2_000, 100_000), (1_600, 80_000))
    assert (second.bytes_in, second.bytes_out) == (1_000, 50_000)


def test_unwatched_the_router_is_asked_once_a_minute(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.sample()
    asked = len(town.router.journal)
    clock.shift = 30
    journey.sample()
    assert len(town.router.journal) == asked
    clock.shift = 61
    journey.sample()
    assert len(town.router.journal) > asked


def test_a_session_that_began_anew_has_no_speed_yet(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    journey.admit(subscription_id=sold.id)
    town.router.tick(town.router.now() + 20)
    town.router.device(sold.mac).use(9_000, 90_000)
    journey.here.box.mark_watched()
    journey.sample()
    town.router.device(sold.mac).log_out()
    journey.admit(subscription_id=sold.id)
    Subscription.update(access="waiting").execute()
    journey.admit(subscription_id=sold.id)
    clock.shift = 4
    journey.sample()
    (found,) = shown().rows
    assert (found.bytes_out, found.down_bits) == (0, None)
