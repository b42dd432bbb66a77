"""Payday: a crowd with the realistic mix, kill -9 of web and worker, then the books.

The day after is played in this process with the clock moved on: what nobody heard of
is asked about, M-Pesa's statement is taken in, and both books must agree.
"""

from __future__ import annotations

import os
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent.parent / "journey"))
from village import Moved, work

from hotspot_lite import box as boxes
from hotspot_lite import drill, jobs, journey, store
from hotspot_lite.box import Box
from hotspot_lite.drill import Crowd, Ledger
from hotspot_lite.stage import Stage, until
from hotspot_lite.trade.reckoning import overdue

PER_MINUTE = 60
PLAN = "1 Hour"
SETTINGS = {
    "HOTSPOT_MPESA_PROMPTS_IN_10_MINUTES": "100000",
    "HOTSPOT_MPESA_QUERIES_PER_MINUTE": str(PER_MINUTE),
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Stage(tmp_path, scale=0.005, more=SETTINGS) as made:
        daraja = made.town.daraja
        daraja.profile, daraja.slack_seconds = "payday", 1e9
        made.prepare(PLAN)
        made.start("web", "worker", "radius")
        yield made


def test_a_payday_loses_no_shilling(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = int(os.environ.get("TEST_PAYDAY", "240"))
    play(stage, monkeypatch, people=many, kills=3, seconds=90)


@pytest.mark.slow
def test_ten_thousand_payments_lose_no_shilling(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = int(os.environ.get("TEST_PAYDAY_SLOW", "10000"))
    play(stage, monkeypatch, people=many, kills=many // 100, seconds=many)


def play(
    stage: Stage,
    monkeypatch: pytest.MonkeyPatch,
    people: int,
    kills: int,
    seconds: float,
) -> None:
    crowd, dice = Crowd(stage, people, PLAN), random.Random(5)
    crowd.start()
    killed = kill_at_random(stage, crowd, dice, kills, people)
    stage.town.daraja.prompts.hold()  # from here on: all at once
    assert crowd.join(seconds), f"{crowd.came} of {people} came"
    assert until(lambda: not stage.town.daraja.prompts.open_now(), 30)
    burst = all_at_once(stage)
    until(lambda: not Ledger(stage).one("SELECT count(*) FROM job"), seconds)
    asked = check_query_rate(stage, killed + 2)
    for role in ("worker", "web"):
        stage.processes.pop(role).terminate()
    the_day_after(stage, monkeypatch)
    books = drill.compare(stage)
    print(f"\n{killed + 1} kills, {burst}, {asked} queries")
    print(books.table())
    assert nobody_left_without_an_order(stage, crowd) == {}
    check_books(stage, books, people)
    check_logs(stage)


def nobody_left_without_an_order(stage: Stage, crowd: Crowd) -> dict[str, str]:
    """Who never saw the waiting page and is not in the ledger, and what they saw.

    Whose answer broke off, and was told on trying again that a prompt is open or that
    they are online, has ordered.
    """
    ask = Ledger(stage).ask
    known = {row[0] for row in ask("SELECT DISTINCT phone FROM payment")}
    return {who: page for who, page in crowd.turned_away.items() if who not in known}


def kill_at_random(
    stage: Stage, crowd: Crowd, dice: random.Random, kills: int, people: int
) -> int:
    """Kill web or worker, until 200 of the crowd are still to come; how often."""
    for number in range(kills):
        time.sleep(dice.uniform(0.1, 1.0))
        if crowd.came > max(people - 200, people // 6):
            return number
        role = dice.choice(("web", "worker"))
        stage.kill(role)
        stage.start(role)
    until(lambda: crowd.came > people - 200, people / 2, every=0.1)
    return kills


def all_at_once(stage: Stage) -> str:
    """Every callback that waits is sent in one moment, and the worker is killed."""
    daraja = stage.town.daraja
    before, began = len(daraja.seen("callback")), time.monotonic()
    many = daraja.prompts.release()
    stage.kill("worker")
    assert until(lambda: len(daraja.seen("callback")) >= before + many, 60)
    seconds = time.monotonic() - began
    stage.start("worker")
    return f"{many} callbacks answered in {seconds:.2f} s"


def check_query_rate(stage: Stage, starts: int) -> int:
    """In no minute more than the limit; each worker that starts may ask once more."""
    asked = [note["at"] for note in stage.town.daraja.seen("query")]
    for since in asked:
        assert sum(since <= at < since + 60 for at in asked) <= PER_MINUTE + starts
    return len(asked)


def the_day_after(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ask about what is open, look for what is overdue, take the statement in."""
    monkeypatch.setattr(journey.huey, "tick", lambda *_: None)  # time is in our hand
    opened = boxes.open_box(stage.environment)
    clock = Moved(trusted=True)
    journey.here.use(Box(opened.settings, clock, opened.key))
    for pace in journey.here._paces.values():
        pace._clock = lambda: time.monotonic() + clock.shift
    try:
        clock.shift = 100
        for _ in range(400):
            journey.reconcile()
            work(clock.shift)
            clock.shift += 5
            if drill.is_quiet(stage):
                break
        overdue.look(journey.here.now())
        drill.take_statement(stage)
        work(clock.shift)
    finally:
        store.close()
        jobs.rows.run.close()


def check_books(stage: Stage, books: drill.Books, people: int) -> None:
    assert books.mismatches == ()
    assert books.asked >= people and books.most_prompts == 1
    assert (books.taken, books.taken_cents) == (books.paid, books.paid_cents)
    assert books.given == books.paid > people / 3
    facts = Ledger(stage).ask("SELECT payment_id FROM money_fact WHERE kind='taken'")
    assert set(Counter(row[0] for row in facts).values()) == {1}


def check_logs(stage: Stage) -> None:
    """No whole phone number and no secret is in any log."""
    shop = stage.town.daraja.shop
    secret = {shop.consumer_secret, shop.passkey, shop.initiator_password}
    for file in stage.folder.glob("*.log"):
        text = file.read_text(errors="replace")
        assert not re.search(r"(254|\b0)[17]\d{8}\b", text), file.name
        assert not re.search(r"ws_CO_\d{17,}", text), file.name
        assert not re.search(r"/cb/[0-9a-f]{40}", text), file.name
        assert not any(word in text for word in secret), file.name
