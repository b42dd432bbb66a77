"""The machine is minded: what would end in a dead box is told unasked, once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from road import Shifted

from hotspot_lite import journey, samples
from hotspot_lite.box import Box
from hotspot_lite.journey import minding
from hotspot_lite.machine import Machine
from hotspot_lite.machine.disks import Card, Disk
from hotspot_lite.machine.heat import Heat
from hotspot_lite.machine.power import Power
from hotspot_lite.patience import within
from hotspot_lite.trade.house import conditions, events

GOOD = Disk("sda", "sda1", "ext4", is_read_only=False)


class Pi:
    """What the kernel shows of the machine, as a test wants it."""

    def __init__(self) -> None:
        self.power = Power(is_low=False, was_low=False)
        self.celsius = 50.0
        self.disk = self.system = GOOD

    def look(self, folder: Path, root: Path) -> Machine:
        heat = Heat(self.celsius, "cpu-thermal", 80.0, 85.0)
        return Machine("Raspberry Pi 4", self.power, heat, self.disk, self.system)


@pytest.fixture
def pi(box: Box, monkeypatch: pytest.MonkeyPatch) -> Pi:
    made = Pi()
    monkeypatch.setattr(minding.machine, "look", made.look)
    return made


def minded() -> list[str]:
    """What is wrong once the machine was looked at."""
    journey.mind_machine()
    return [one.name for one in conditions.wrong()]


def told() -> list[str]:
    return [
        event["type"]
        for event in events.newer(0)
        if event["type"].startswith("condition_")
    ]


def test_a_machine_in_order_is_no_news(pi: Pi) -> None:
    assert minded() == [] and told() == []


def test_a_weak_supply_is_told_once_and_ends_after_a_good_hour(
    pi: Pi, clock: Shifted
) -> None:
    minded()
    pi.power = Power(is_low=True, was_low=True)
    assert minded() == ["power-low"]
    pi.power = Power(is_low=False, was_low=True)
    clock.shift = minding.WELL_SECONDS // 2
    assert minded() == ["power-low"]
    clock.shift = minding.WELL_SECONDS + 60
    assert minded() == []
    assert told() == ["condition_began", "condition_ended"]


def test_under_voltage_before_the_worker_started_counts(pi: Pi) -> None:
    pi.power = Power(is_low=False, was_low=True)
    assert minded() == ["power-low"]


def test_heat_is_told_and_ends_only_when_it_clearly_cooled(pi: Pi) -> None:
    for celsius, wrong in ((81, ["box-hot"]), (78, ["box-hot"]), (74, []), (79, [])):
        pi.celsius = celsius
        assert minded() == wrong


def test_a_worn_card_and_a_failing_one_are_told(pi: Pi) -> None:
    card = Card("MMC", "A", "B", "", used_percent=90)
    pi.disk = Disk("mmcblk0", "mmcblk0p2", "ext4", False, card=card)
    assert minded() == ["card-worn"]
    pi.disk = Disk("mmcblk0", "mmcblk0p2", "ext4", False, errors=2)
    assert minded() == ["card-errors"]


def test_a_system_card_that_became_read_only_is_told(pi: Pi) -> None:
    pi.system = Disk("mmcblk0", "mmcblk0p2", "ext4", True, errors=1)
    assert set(minded()) == {"card-errors", "card-read-only"}


def test_a_card_that_somebody_made_read_only_is_no_trouble(pi: Pi) -> None:
    pi.system = Disk("mmcblk0", "mmcblk0p2", "ext4", True)
    assert minded() == []


def test_a_ledger_that_cannot_be_written_is_cried_to_the_log(
    box: Box, pi: Pi, caplog: pytest.LogCaptureFixture
) -> None:
    pi.disk = Disk("mmcblk0", "mmcblk0p2", "ext4", True, errors=1)
    assert minded() == []
    assert "mmcblk0p2 is read-only: nothing can be sold" in caplog.text
    sample = samples.newest(box.settings.run_dir, "machine")
    assert sample is not None and sample["read_only"] is True


def test_a_look_that_takes_too_long_is_given_up() -> None:
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        within(0.05, lambda: time.sleep(5))
    assert time.monotonic() - began < 4
