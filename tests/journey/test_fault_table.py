"""The README's table of faults: what the customer meets, what the owner is told, what
heals by itself. Each through the whole journey, in the pretend town."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from road import Shifted, wait_for

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.errors import HotspotError, TryAgain
from hotspot_lite.radius import responder
from hotspot_lite.town.nas import NoAnswer
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments

TEN_MINUTES = 600
SENT_AGAIN = 4  # looks of check_router before it believes that the router is away


@pytest.fixture
def impatient(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hotspot_lite.outside.addresses.ROUTER_DEADLINE_SECONDS", 0.5)
    journey.here.use(box)


def wrong() -> list[str]:
    return [one.name for one in conditions.wrong()]


def owner_is_told(name: str) -> None:
    for _ in range(SENT_AGAIN):
        journey.check_router()
    assert name in wrong()


def all_is_well() -> None:
    for _ in range(2):
        journey.check_router()
    assert wrong() == []


def logs_in(town: Town, sold: Subscription) -> None:
    """The customer types the login of the SMS, or the portal posts it."""
    customer = sold.customer
    town.router.device(sold.mac).log_in(customer.username, customer.secret)


def put_online(sold: Subscription) -> None:
    journey.catch_up()
    journey.admit(subscription_id=sold.id)


def comes_in(sold: Subscription) -> bool:
    """Whether the next try puts the device online: the lane's, after its backoff."""
    try:
        put_online(sold)
    except TryAgain:
        return False
    return True


def fails_to_admit(sold: Subscription) -> str:
    with pytest.raises(HotspotError) as caught:
        journey.admit(subscription_id=sold.id)
    return str(caught.value)


@pytest.mark.usefixtures("impatient")
def test_router_hung_for_ten_minutes(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    town.router.fall_ill("hang")
    assert "answer" in fails_to_admit(sold)
    owner_is_told("router-away")
    logs_in(town, sold)  # its API hangs, RADIUS does not
    assert len(town.router.active()) == 1
    clock.shift = TEN_MINUTES
    town.router.set_wall(time.time() + TEN_MINUTES)
    journey.expire()
    town.router.heal()
    put_online(sold)
    assert Subscription.get().access == "admitted"
    assert Subscription.get().expires_at > journey.here.now()
    all_is_well()


def test_router_rebooted(sold: Subscription, town: Town) -> None:
    journey.admit(subscription_id=sold.id)
    town.router.reboot()
    assert town.router.active() == []
    town.router.join(sold.mac, sold.ip)
    logs_in(town, sold)
    assert len(town.router.active()) == 1
    assert town.router.nas.settle(5)
    journey.drain()
    all_is_well()


@pytest.mark.usefixtures("impatient")
def test_api_users_password_changed(sold: Subscription, town: Town) -> None:
    user = town.router.tables["/user"].find(
        name=journey.here.settings["router.username"]
    )
    assert user is not None
    was, user["password"] = user["password"], "changed in WinBox"
    journey.here.use(journey.here.box)
    town.router.cut()
    assert "password" in fails_to_admit(sold)
    owner_is_told("router-away")
    (told,) = [one.says for one in conditions.wrong() if one.name == "router-away"]
    assert "password" in told
    logs_in(town, sold)
    assert len(town.router.active()) == 1
    user["password"] = was
    put_online(sold)
    assert Subscription.get().access == "admitted"
    all_is_well()


def test_radius_secret_wrong(sold: Subscription, town: Town) -> None:
    row = town.router.tables["/radius"].rows[0]
    was, row["secret"] = row["secret"], "typed wrong"
    with pytest.raises((NoAnswer, Exception)) as caught:
        logs_in(town, sold)
    assert "RADIUS" in str(caught.value)
    assert town.router.active() == []
    assert fails_to_admit(sold)
    row["secret"] = was
    assert wait_for(lambda: comes_in(sold), 15)
    assert len(town.router.active()) == 1
    all_is_well()


@contextmanager
def held(box: Box, seconds: float) -> Iterator[None]:
    """Another program has the database for so long."""
    taken = threading.Event()

    def hold() -> None:
        file = box.settings.database_file
        with closing(sqlite3.connect(file, isolation_level=None)) as db:
            db.execute("BEGIN EXCLUSIVE")
            taken.set()
            time.sleep(seconds)
            db.execute("COMMIT")

    holder = threading.Thread(target=hold)
    holder.start()
    taken.wait(5)
    yield
    holder.join()


def test_database_busy_for_five_seconds(
    paid: Payment, sold: Subscription, town: Town, box: Box
) -> None:
    with held(box, 5):
        began = time.monotonic()
        logs_in(town, sold)
        assert time.monotonic() - began < 3
        assert len(town.router.active()) == 1
        journey.admit(subscription_id=sold.id)  # waits, and does not fail
    assert Subscription.get().access == "admitted"


@pytest.fixture
def one_clock(clock: Shifted, monkeypatch: pytest.MonkeyPatch) -> None:
    """RADIUS reads the same wrong clock as the box it runs on."""
    real = responder.Window.connection

    def connection(window: responder.Window) -> sqlite3.Connection:
        found = real(window)
        found.create_function("unixepoch", 0, clock.at)
        return found

    monkeypatch.setattr(responder.Window, "connection", connection)


@pytest.mark.usefixtures("one_clock")
def test_clock_says_1970_and_who_bought_before_goes_on(
    sold: Subscription, town: Town, clock: Shifted
) -> None:
    clock.shift, clock.trusted = 86400 - int(time.time()), False
    logs_in(town, sold)
    assert len(town.router.active()) == 1
    journey.expire()
    assert Subscription.get().ended_at is None


@pytest.mark.usefixtures("one_clock")
def test_clock_says_1970_and_who_buys_is_let_in(
    paid: Payment, town: Town, clock: Shifted
) -> None:
    clock.shift, clock.trusted = 86400 - int(time.time()), False
    payments.mark_paid(paid, "callback", None, "UKM1", journey.here.now())
    journey.fulfil(payment_id=paid.id)
    journey.admit(subscription_id=Subscription.get().id)
    assert len(town.router.active()) == 1
    journey.expire()
    assert len(town.router.active()) == 1
