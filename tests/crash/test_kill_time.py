"""kill -9 of the worker while devices get free time, turn to other time, are paired."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_kill_bulk import ask, kill_in_the_middle

from hotspot_lite.stage import Stage, until
from hotspot_lite.town.visitor import Form, Page, Visitor

PEOPLE = 12
PATIENCE_SECONDS = 60
LOGIN_SECONDS = 0.3


class Slow(list[tuple[float, str]]):
    """The journal of a router that takes its time over a login: a kill comes within."""

    def append(self, entry: tuple[float, str]) -> None:
        """Note what was said, before it is done."""
        super().append(entry)
        if "/active/login" in entry[1]:
            time.sleep(LOGIN_SECONDS)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    more = {"HOTSPOT_RADIUS_SERVER": "embedded"}
    with Stage(tmp_path, scale=0.01, more=more) as made:
        made.prepare()
        made.town.router.journal = Slow()
        made.start()
        yield made


def sell(stage: Stage, name: str, price: str, *more: str) -> str:
    """The number of a new package."""
    words = ("plan", "add", "--name", name, "--price", price, *more)
    return str(stage.command(*words)["id"])


def form_to(page: Page, path: str) -> Form:
    return next(form for form in page.forms if form.action.endswith(path))


def my_time(stage: Stage, visitor: Visitor, page: str = "") -> Page:
    where = f"mac={visitor.mac}&ip={visitor.ip}"
    return visitor.get(f"{stage.town.portal_url}/status{page}?{where}")


def online(stage: Stage) -> dict[str, str]:
    """The devices at the router, with the time that they were given."""
    rows = stage.town.router.active()
    return {row["mac-address"]: row["session-time-left"] for row in rows}


def all_are(stage: Stage, macs: set[str]) -> bool:
    return until(lambda: macs <= set(online(stage)), PATIENCE_SECONDS)


def buy(stage: Stage, visitor: Visitor, plan: str) -> None:
    page = visitor.get(f"{stage.town.portal_url}/?mac={visitor.mac}&ip={visitor.ip}")
    form = form_to(page, "/buy")
    assert "/wait/" in visitor.submit(form, plan=plan, phone=visitor.number).url


def test_each_device_has_its_free_time_once(stage: Stage) -> None:
    sell(stage, "Taste", "0", "--duration", "15m")
    visitors = [stage.town.visitor() for _ in range(PEOPLE)]
    stage.kill("worker")
    for visitor in visitors:
        page = visitor.browse()
        assert visitor.submit(form_to(page, "/free")).status == 200
    stage.start("worker")
    kill_in_the_middle(stage, lambda: len(online(stage)), PEOPLE)
    assert all_are(stage, {visitor.mac for visitor in visitors})
    assert ask(stage, "SELECT count(*), count(DISTINCT mac) FROM free_use") == [
        (PEOPLE, PEOPLE)
    ]
    assert ask(stage, "SELECT count(*) FROM subscription") == [(PEOPLE,)]
    assert stage.command("queue", "failed") == []


def test_other_time_goes_first_and_none_is_lost(stage: Stage) -> None:
    day = sell(stage, "Day", "50", "--duration", "1d")
    visitors = [stage.town.visitor() for _ in range(PEOPLE)]
    for visitor in visitors:
        visitor.buy(visitor.browse(), "1 Hour")
        assert until(visitor.is_on_the_internet, 15)
        buy(stage, visitor, day)
    paid = "SELECT count(*) FROM subscription"
    assert until(lambda: ask(stage, paid) == [(2 * PEOPLE,)], PATIENCE_SECONDS)
    stage.kill("worker")
    for visitor in visitors:
        page = my_time(stage, visitor)
        assert visitor.submit(form_to(page, "/status/first")).status == 200
    stage.start("worker")

    def turned() -> int:
        return sum(left.startswith("23h") for left in online(stage).values())

    kill_in_the_middle(stage, turned, PEOPLE)
    assert until(lambda: turned() == PEOPLE, PATIENCE_SECONDS), online(stage)
    seconds = "SELECT sum(expires_at - starts_at), count(*) FROM subscription"
    ((left, count),) = ask(stage, f"{seconds} WHERE plan_name = '1 Hour'")
    assert count == PEOPLE and 0 < PEOPLE * 3600 - int(left) < PEOPLE * 120
    assert ask(stage, f"{seconds} WHERE plan_name = 'Day'") == [
        (PEOPLE * 86_400, PEOPLE)
    ]


def test_each_television_is_let_in_beside_its_phone(stage: Stage) -> None:
    two = sell(stage, "Two", "30", "--duration", "1h", "--devices", "2")
    phones = [stage.town.visitor() for _ in range(PEOPLE)]
    sets = [stage.town.visitor() for _ in range(PEOPLE)]
    for phone in phones:
        phone.browse()
        buy(stage, phone, two)
        assert until(phone.is_on_the_internet, 15)
    assert until(lambda: ask(stage, "SELECT count(*) FROM session") == [(PEOPLE,)], 15)
    stage.kill("worker")
    for phone, television in zip(phones, sets, strict=True):
        form = form_to(my_time(stage, phone, "/device"), "/status/device")
        assert phone.submit(form, device=television.mac[-8:]).status == 200
    stage.start("worker")
    kill_in_the_middle(stage, lambda: len(online(stage)) - PEOPLE, PEOPLE)
    assert all_are(stage, {one.mac for one in [*phones, *sets]})
    states = ask(stage, "SELECT state, count(*) FROM pairing GROUP BY state")
    assert states == [("done", PEOPLE)]
