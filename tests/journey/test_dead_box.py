"""The box is killed: who has paid logs in at the router. It is back: all agree."""

from __future__ import annotations

import sqlite3
import time
from pathlib import Path
from typing import Any

from hotspot_lite.onboarding import Site, waking
from hotspot_lite.stage import Stage, until

USERS, SCHEDULER = "/ip/hotspot/user", "/system/scheduler"


def sleeping(stage: Stage) -> list[bool]:
    with stage.town.router.lock:
        rows = list(stage.town.router.tables[USERS].rows)
    return [r["disabled"] == "true" for r in rows if r["comment"].startswith("hsl:")]


def fit(stage: Stage) -> None:
    """What `router apply` puts on the router, by its owner's hand."""
    told = stage.town
    site = Site("127.0.0.1", told.portal_url, "127.0.0.1", told.secret, "x", "x")
    words = waking.words(site) | {"disabled": "false"}
    told.router.tables[SCHEDULER].append(**words)


def minutes_pass(stage: Stage) -> None:
    """The router's script runs as often as in two minutes."""
    for _ in range(4):
        stage.town.router.scheduler.run()


def of_box(stage: Stage, query: str) -> Any:
    file = Path(stage.environment["HOTSPOT_BOX_DATA_DIR"]) / "hotspot.db"
    with sqlite3.connect(file) as database:
        return database.execute(query).fetchone()


def test_a_dead_box_keeps_nobody_out_who_paid_and_learns_what_they_used(
    tmp_path: Path,
) -> None:
    with Stage(tmp_path, scale=0.01) as stage:
        stage.prepare()
        fit(stage)
        stage.start()
        visitor = stage.town.visitor()
        visitor.buy(visitor.browse(), "1 Hour")
        assert until(visitor.is_on_the_internet, 20)
        assert until(lambda: sleeping(stage) == [True], 40)
        minutes_pass(stage)
        assert sleeping(stage) == [True]  # it lives, so RADIUS decides
        name, secret = of_box(stage, "SELECT username, secret FROM customer")

        for role in list(stage.processes):
            stage.kill(role)
        device = stage.town.router.device(visitor.mac)
        device.log_out()
        minutes_pass(stage)
        assert sleeping(stage) == [False]
        session = device.log_in(name, secret)
        assert not session.is_radius
        left = session.seconds_left(stage.town.router.now())
        assert left is not None and 3000 < left <= 3600
        assert session.terms.rate_limit == "2M/4M"
        device.use(1_000, 2_000)
        device.log_out()

        stage.start()
        used = "SELECT data_used_bytes FROM subscription"
        assert until(lambda: of_box(stage, used)[0] >= 3_000, 20)
        assert until(lambda: sleeping(stage) == [True], 20)
        time.sleep(1)
        merged = "SELECT count(*), sum(octets_in), sum(octets_out) FROM session"
        own = f"{merged} WHERE nas = 'the router'"
        assert of_box(stage, own) == (1, 1_000, 2_000)
        assert device.log_in(name, secret).is_radius
