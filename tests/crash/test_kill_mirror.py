"""Killed with -9 while it writes users to the router, the box ends with each once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path

from hotspot_lite import box as boxes
from hotspot_lite import settings, store
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Mirror
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions

USERS = "/ip/hotspot/user"
CUSTOMERS = 120
KILLS = 4
PROGRAM = """
from hotspot_lite import journey
journey.here.open()
print("ready", flush=True)
journey.reconcile_planes()
"""


def written(town: Town) -> list[str]:
    with town.router.lock:
        rows = list(town.router.tables[USERS].rows)
    return [row["name"] for row in rows if row["comment"].startswith("hsl:")]


class Journal(list[tuple[float, str]]):
    """The router's; from the `most`th new user on it keeps the router waiting."""

    most = 0

    def __init__(self) -> None:
        super().__init__()
        self.is_enough, self.goes_on = threading.Event(), threading.Event()
        self.goes_on.set()

    def stop_at(self, most: int) -> None:
        """Stop the router at so many users from now on."""
        self.most = most
        self.is_enough.clear()
        self.goes_on.clear()

    def append(self, entry: tuple[float, str]) -> None:
        """Note what was said, before it is done."""
        super().append(entry)
        self.most -= f"{USERS}/add" in entry[1]
        if not self.most and not self.goes_on.is_set():
            self.is_enough.set()
            self.goes_on.wait(60)


def start(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM],
        env=os.environ | environment,
        stdout=subprocess.PIPE,
    )


def test_a_kill_in_mid_mirror_leaves_no_user_twice_and_none_out(
    tmp_path: Path,
) -> None:
    with Town() as town:
        environment = town.settings() | {
            "HOTSPOT_CONFIG": "/nonexistent",
            "HOTSPOT_BOX_DATA_DIR": str(tmp_path / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(tmp_path / "run"),
        }
        boxes.make(settings.load(environment))
        boxes.open_box(environment)
        now = int(time.time())
        terms = catalogue.terms_of(catalogue.add("Day", "50", "1d", now))
        with store.atomic():
            for number in range(CUSTOMERS):
                who, _ = customers.of_phone(f"25471{number:07}", now)
                subscriptions.give(subscriptions.Wish(who, terms, "", ""), now)
        journal = town.router.journal = Journal()
        for _ in range(KILLS):
            journal.stop_at(CUSTOMERS // (KILLS + 2))
            running = start(environment)
            assert journal.is_enough.wait(60)
            running.send_signal(signal.SIGKILL)
            running.wait()
            journal.goes_on.set()
        assert start(environment).wait(60) == 0
        assert set(Counter(written(town)).values()) == {1}
        assert len(written(town)) == CUSTOMERS == Mirror.select().count()
        before = len(town.router.journal)
        assert start(environment).wait(60) == 0
        wrote = [what for _, what in town.router.journal[before:]]
        assert not [w for w in wrote if "/add" in w or "/set" in w]
    store.close()
