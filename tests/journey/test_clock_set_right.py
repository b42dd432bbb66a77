"""The clock is wrong, people buy, and it is set right: nobody loses time, nobody has
days for an hour."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from road import Shifted

from hotspot_lite import journey, samples
from hotspot_lite.box import Box
from hotspot_lite.journey import ending
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Event, Payment, Plan, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

HOUR, DAY = 3600, 86_400
TRUE = 1_790_000_000  # when the machine was switched on, by the world's clocks
BOOT = 20.0  # and by its own count since


class Machine:
    """A box whose clock goes wrong by `wrong_by` seconds until it is set right."""

    def __init__(self, clock: Shifted) -> None:
        self.clock, self.wrong_by, self.since = clock, 0, 0.0

    @property
    def wall(self) -> float:
        return TRUE + self.since + self.wrong_by

    def passes(self, seconds: float) -> None:
        """Time goes by, and the worker looks at the end of it."""
        self.since += seconds
        self.looks()

    def looks(self) -> int:
        return ending.follow_clock(self.wall, BOOT + self.since)

    def says(self) -> int:
        return self.clock.now(self.wall, BOOT + self.since).at

    def set_right(self) -> None:
        """NTP arrives: the clock jumps, and is vouched for."""
        self.wrong_by, self.clock.trusted = 0, True

    def seconds_left(self, sold: Subscription) -> int:
        kept = Subscription.get_by_id(sold.id)
        assert kept.expires_at is not None
        return int(kept.expires_at - self.says())


@pytest.fixture
def machine(box: Box, clock: Shifted) -> Iterator[Machine]:
    journey.here.use(box)
    events.announce("box_started", {"title": "Yesterday"}, TRUE - 300)
    clock.trusted, clock.floor = False, TRUE - 300
    yield Machine(clock)


@pytest.fixture
def hour(box: Box) -> Plan:
    return catalogue.add("An hour", "20", "1h", TRUE - DAY)


def buys(machine: Machine, plan: Plan, phone: str = "254712345678") -> Subscription:
    now = machine.says()
    ask = payments.Ask(plan, phone, f"02:00:00:00:00:{phone[-2:]}")
    payment = payments.ask(ask, b"k" * 32, now, clock_believed=False)
    payments.mark_paid(payment, "callback", None, f"R{phone}", now)
    sold = subscriptions.fulfil(payment.id, now)
    assert sold is not None
    return sold


def ended(machine: Machine) -> int:
    return subscriptions.end_those_over(machine.says())


def test_in_1970_an_hour_is_bought_and_the_clock_jumps(
    machine: Machine, hour: Plan
) -> None:
    machine.wrong_by = -TRUE  # it says 1970
    machine.looks()
    machine.passes(60)
    sold = buys(machine, hour)
    machine.passes(600)
    machine.set_right()
    machine.looks()
    assert ended(machine) == 0
    # The box told the newest fact's time all the while: what was used is a present.
    assert machine.seconds_left(sold) == HOUR
    machine.passes(HOUR)
    assert ended(machine) == 1


def test_an_hour_back_with_somebody_online(machine: Machine, hour: Plan) -> None:
    machine.clock.floor = 0
    Event.update(at=TRUE - 2 * HOUR).execute()  # nothing newer says what time it is
    machine.wrong_by = -HOUR
    machine.looks()
    sold = buys(machine, hour)
    machine.passes(600)
    assert machine.seconds_left(sold) == HOUR - 600
    machine.set_right()
    assert machine.looks() == HOUR
    assert machine.seconds_left(sold) == HOUR - 600
    assert ended(machine) == 0


def test_three_days_ahead_an_hour_is_an_hour(machine: Machine, hour: Plan) -> None:
    machine.wrong_by = 3 * DAY
    machine.looks()
    sold = buys(machine, hour)
    machine.passes(600)
    machine.set_right()
    assert machine.looks() == -3 * DAY
    assert machine.seconds_left(sold) == HOUR - 600
    # The clock is believed again, in a process that starts anew too.
    assert max(event.at for event in Event.select()) <= machine.says()
    machine.passes(HOUR)
    assert ended(machine) == 1


def test_who_bought_before_the_clock_was_wrong_keeps_what_is_left(
    machine: Machine, hour: Plan
) -> None:
    machine.clock.trusted = True
    machine.looks()
    sold = buys(machine, hour)
    machine.passes(600)
    machine.wrong_by, machine.clock.trusted = 3 * DAY, False
    machine.looks()
    machine.set_right()
    machine.looks()
    assert machine.seconds_left(sold) == HOUR - 600


def test_a_voucher_of_last_week_begun_under_the_wrong_clock(
    machine: Machine, hour: Plan
) -> None:
    batch = vouchers.make(hour, 1, "jane", TRUE - 7 * DAY)
    machine.wrong_by = 3 * DAY
    machine.looks()
    (code,) = vouchers.codes(batch)
    sold = vouchers.redeem(code, "02:00:00:00:00:77", "10.5.50.7", machine.says())
    machine.passes(600)
    machine.set_right()
    machine.looks()
    assert machine.seconds_left(sold) == HOUR - 600


def test_an_open_prompt_is_as_old_as_it_is(machine: Machine, hour: Plan) -> None:
    machine.wrong_by = -TRUE
    machine.looks()
    ask = payments.Ask(hour, "254712345699", "02:00:00:00:00:99")
    payment = payments.ask(ask, b"k" * 32, machine.says(), clock_believed=False)
    machine.set_right()
    machine.looks()
    kept = Payment.get_by_id(payment.id)
    assert machine.says() - kept.asked_at < 60


def test_the_worker_may_be_killed_meanwhile(machine: Machine, hour: Plan) -> None:
    machine.wrong_by = 3 * DAY
    machine.looks()
    sold = buys(machine, hour)
    kept = samples.newest(journey.here.settings.run_dir, ending.MARK)
    assert kept is not None and kept["subscription_id"] < sold.id
    machine.set_right()
    assert machine.looks() == -3 * DAY
    assert machine.looks() == 0  # and once


def test_the_owner_is_told_once_with_how_many(machine: Machine, hour: Plan) -> None:
    machine.wrong_by = 3 * DAY
    machine.looks()
    buys(machine, hour)
    machine.set_right()
    machine.looks()
    machine.passes(60)
    told = [one for one in events.last(20) if one["type"] == "clock_set"]
    assert [one["title"] for one in told] == [
        "The clock was set back by 3 d. What was bought meanwhile (1) was moved:"
        " nobody lost time."
    ]


def test_a_mark_that_is_torn_moves_nothing(machine: Machine, hour: Plan) -> None:
    machine.looks()
    file = journey.here.settings.run_dir / f"{ending.MARK}.json"
    file.write_text('{"boot_id": 7}')
    machine.wrong_by = 3 * DAY
    assert machine.looks() == 0
