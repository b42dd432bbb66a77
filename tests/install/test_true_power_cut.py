"""Power cuts in a whole machine: kernel, file system and disk lose what they may lose.

The box runs in QEMU on a disk that forgets what was not flushed; the town stays outside
and remembers what it was told. After each cut the disk is looked at from outside,
before the box can mend anything. Minutes with hardware virtualisation, and an hour
without; TEST_POWER_CUTS and TEST_POWER_SEED choose how many and which.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import autopsy
import guest_image
from guest_machine import HAS_KVM, Machine
from street import Street

from hotspot_lite import drill
from hotspot_lite.drill import Ledger
from hotspot_lite.stage import Stage, until

PLAN = "1 Hour"
SCALE = 0.02
FIRST_SALE_SECONDS, REST_SECONDS = 120, 900
# Sales go on for so long before a cut; an emulated processor does less in a second.
SALES_SECONDS, PEOPLE = ((2.0, 6.0), 6) if HAS_KVM else ((6.0, 18.0), 2)
CALLBACK_TRIES = 5
CARELESS_CUTS = 5

OUTSIDE, EVERYWHERE = "10.0.2.2", "0.0.0.0"
IS_QUIET = (
    'python3 -c "import json, os; from types import SimpleNamespace as N;'
    " from hotspot_lite import drill;"
    ' print(json.dumps(drill.is_quiet(N(environment=os.environ))))"'
)
AUDIT = (
    "python3 -c \"import urllib.request as u; u.urlretrieve('{url}', '/tmp/s.csv')\" &&"
    " (python3 -m hotspot_lite payment audit --statement /tmp/s.csv --take --json"
    " || true)"
)


@dataclass
class Siege:
    """One box, its street, and what was lost so far."""

    stage: Stage
    machine: Machine
    street: Street
    dice: random.Random
    lost: Counter[str] = field(default_factory=Counter)

    def cut_while_selling(self) -> list[str]:
        """Boot, sell, cut the power; what is wrong on the disk then."""
        self.machine.boot()
        before = self.street.acknowledged().many
        self.street.open.set()
        sells = lambda: self.street.acknowledged().many > before  # noqa: E731
        assert until(sells, FIRST_SALE_SECONDS), self.log()
        time.sleep(self.dice.uniform(*SALES_SECONDS))
        self.lost.update(self.machine.cut())
        self.street.open.clear()
        return self.look()

    def look(self) -> list[str]:
        """What is wrong on the disk, while the power is off."""
        data = autopsy.take_out(self.machine.image.disk, self.stage.folder / "found")
        self.stage.environment["HOTSPOT_BOX_DATA_DIR"] = str(data)
        return autopsy.what_is_wrong(data, self.street.acknowledged())

    def rest(self) -> None:
        """Boot once more, settle what is open, with M-Pesa's statement; and cut."""
        self.street.close()
        self.machine.boot()
        is_quiet = lambda: self.machine.asks(IS_QUIET)  # noqa: E731
        assert until(is_quiet, REST_SECONDS, every=3), self.log()
        daraja = self.stage.town.daraja.base_url.replace("127.0.0.1", OUTSIDE)
        said = self.machine.asks(AUDIT.format(url=f"{daraja}/__ctl/statement.csv"))
        print(f"the statement is taken in: {said['says']}")
        assert until(is_quiet, REST_SECONDS, every=3), self.log()
        self.lost.update(self.machine.cut())

    def log(self) -> str:
        """What the box has printed lately."""
        return self.machine.does(f"tail -n 60 {guest_image.LOG}")


def guest_environment(stage: Stage) -> dict[str, str]:
    """The settings of a box in the town, as they are inside the machine."""
    ours = {k: v for k, v in stage.environment.items() if k.startswith("HOTSPOT_")}
    moved = {k: v.replace("127.0.0.1", OUTSIDE) for k, v in ours.items()}
    daraja = stage.town.daraja.base_url.replace("127.0.0.1", "localhost")
    return moved | {
        "HOTSPOT_CONFIG": "/nonexistent/config.toml",
        "HOTSPOT_BOX_DATA_DIR": guest_image.DATA,
        "HOTSPOT_BOX_RUN_DIR": "/run/hotspot-lite",
        "HOTSPOT_BOX_CLOCK": "trusted",
        "HOTSPOT_WEB_HOST": EVERYWHERE,
        "HOTSPOT_RADIUS_HOST": EVERYWHERE,
        "HOTSPOT_RADIUS_NAS_ADDRESS": OUTSIDE,
        "HOTSPOT_RADIUS_SERVER": "embedded",
        "HOTSPOT_MPESA_BASE_URL": daraja,
        "HOTSPOT_MPESA_CALLBACK_URL": stage.town.portal_url,
        "HOTSPOT_MPESA_PROMPTS_IN_10_MINUTES": "100000",
        "POWER_PLAN": PLAN,
    }


@contextmanager
def siege(folder: Path, is_careless: bool = False) -> Iterator[Siege]:
    guest_image.skip_where_impossible()
    seed = os.environ.get("TEST_POWER_SEED") or str(random.randrange(10**6))
    how = "KVM" if HAS_KVM else "EMULATION: about a minute a cut"
    print(f"\nTEST_POWER_SEED={seed}, by {how}")
    with Stage(folder, scale=SCALE) as stage:
        daraja = stage.town.daraja
        daraja.profile, daraja.callback_tries = "realistic", CALLBACK_TRIES
        daraja.slack_seconds = 1e9
        image = guest_image.make(folder, guest_environment(stage), is_careless)
        machine = Machine(image, folder, stage.town.ports, seed)
        street = Street(stage, PLAN, PEOPLE)
        try:
            yield Siege(stage, machine, street, random.Random(seed))
        finally:
            machine.stop()
            street.close()


@pytest.mark.slow
def test_after_fifty_power_cuts_every_shilling_is_in_the_ledger(tmp_path: Path) -> None:
    cuts = int(os.environ.get("TEST_POWER_CUTS", "50"))
    began = time.monotonic()
    with siege(tmp_path) as box:
        for number in range(1, cuts + 1):
            assert box.cut_while_selling() == []
            said = box.street.acknowledged()
            print(
                f"cut {number}: {len(said.ordered)} orders, {len(said.told)} callbacks,"
                f" {len(said.online)} online; {dict(box.lost)}",
                flush=True,
            )
        box.rest()
        assert box.look() == []
        books, ledger = drill.compare(box.stage), Ledger(box.stage)
        print(f"{cuts} cuts, {time.monotonic() - began:.0f} s")
        print(books.table())
        assert books.mismatches == ()
        assert books.most_prompts == 1
        assert (books.taken, books.taken_cents) == (books.paid, books.paid_cents)
        assert books.given == books.paid > 0
        assert not ledger.one("SELECT count(*) FROM event WHERE type = 'restored'")
        facts = ledger.ask("SELECT payment_id FROM money_fact WHERE kind = 'taken'")
        assert set(Counter(row[0] for row in facts).values()) == {1}
        assert box.lost["sectors_lost"], "no cut lost anything: it has no teeth"


@pytest.mark.slow
def test_a_box_that_does_not_wait_for_its_disk_is_found_out(tmp_path: Path) -> None:
    with siege(tmp_path, is_careless=True) as box:
        for _ in range(CARELESS_CUTS):
            wrong = box.cut_while_selling()
            print(*wrong, sep="\n")
            if wrong:
                break
        assert any("not in the ledger" in one for one in wrong)
