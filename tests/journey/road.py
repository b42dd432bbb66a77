"""A box in the pretend town, its jobs run one by one, the time in our hand."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite import box as boxes
from hotspot_lite import jobs, journey, settings, store
from hotspot_lite.box import Box
from hotspot_lite.clock import Clock, Reading
from hotspot_lite.jobs import sight
from hotspot_lite.radius import responder
from hotspot_lite.stage import until
from hotspot_lite.town.visitor import Visitor
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import payments


class Shifted(Clock):
    """The time of day, moved by as many seconds as a test likes."""

    shift = 0

    def at(self) -> int:
        return int(time.time()) + self.shift

    def now(self, wall: float | None = None, boot: float | None = None) -> Reading:
        return super().now(time.time() + self.shift if wall is None else wall, boot)


@pytest.fixture
def town() -> Iterator[Town]:
    with Town(scale=0.01) as made:
        yield made


@pytest.fixture
def clock() -> Shifted:
    return Shifted(trusted=True)


@pytest.fixture
def box(town: Town, clock: Shifted, tmp_path: Path) -> Iterator[Box]:
    environment = town.settings() | {
        "HOTSPOT_CONFIG": "/nonexistent",
        "HOTSPOT_BOX_DATA_DIR": str(tmp_path / "data"),
        "HOTSPOT_BOX_RUN_DIR": str(tmp_path / "run"),
        "HOTSPOT_RADIUS_SERVER": "embedded",
    }
    boxes.make(settings.load(environment))
    opened = boxes.open_box(environment)
    made = Box(opened.settings, clock, opened.key)
    journey.here.use(made)
    with radius(made):
        yield made
    store.close()


def radius(box: Box) -> responder_in_thread:
    return responder_in_thread(box)


class Mortal:
    """A responder that ends its thread when it is told good night."""

    GOOD_NIGHT = b"good night"

    def __init__(self, responder: responder.Responder) -> None:
        self.responder = responder

    def answer(self, raw: bytes, *rest: Any, **more: Any) -> bytes | None:
        if raw == self.GOOD_NIGHT:
            raise SystemExit
        return self.responder.answer(raw, *rest, **more)


class responder_in_thread:
    """The embedded RADIUS responder, for as long as a test lasts."""

    def __init__(self, box: Box) -> None:
        self.box = box

    def __enter__(self) -> None:
        found = self.box.settings
        ports = (found["radius.auth_port"], found["radius.acct_port"])
        self.sockets = [responder.listening("127.0.0.1", port) for port in ports]
        serving = Mortal(responder.from_settings(found))
        self.thread = threading.Thread(target=self._serve, args=(serving,), daemon=True)
        self.thread.start()

    def _serve(self, serving: Any) -> None:
        with suppress(SystemExit):
            responder.serve(serving, *self.sockets)

    def __exit__(self, *_: object) -> None:
        # A thread that only had its sockets closed would wait for ever, with its
        # database open: a few hundred of them leave no descriptor for select().
        with socket.socket(type=socket.SOCK_DGRAM) as caller:
            caller.sendto(Mortal.GOOD_NIGHT, self.sockets[0].getsockname())
        self.thread.join(5)
        for sock in self.sockets:
            sock.close()


@pytest.fixture
def visitor(town: Town) -> Visitor:
    return town.visitor()


@pytest.fixture
def asked(box: Box, visitor: Visitor) -> Payment:
    plan = catalogue.add("1 Hour", "20", "1h", journey.here.now())
    wish = payments.Ask(plan, visitor.phone, visitor.mac, visitor.ip)
    return payments.ask(wish, box.key, journey.here.now())


@pytest.fixture
def paid(asked: Payment, town: Town) -> Payment:
    """Paid on the phone; its callback was kept from the box."""
    town.daraja.phones[asked.phone].callback_lost = True
    journey.push(payment_id=asked.id)
    assert wait_for(lambda: town.daraja.money_taken())
    return again(asked)


@pytest.fixture
def sold(paid: Payment) -> Subscription:
    payments.mark_paid(paid, "callback", None, "UKM1", journey.here.now())
    journey.fulfil(payment_id=paid.id)
    return Subscription.get()


def again(payment: Payment) -> Payment:
    return Payment.get_by_id(payment.id)


def wait_for(holds: object, seconds: float = 5) -> object:
    return until(holds, seconds)  # type: ignore[arg-type]


def waiting() -> list[str]:
    return [name for name, _ in sight.waiting_jobs(jobs.rows)]


def with_settings(monkeypatch: pytest.MonkeyPatch, **changed: object) -> None:
    box = journey.here.box
    values = {**box.settings.values}
    values |= {name.replace("__", "."): value for name, value in changed.items()}
    monkeypatch.setattr(
        journey.here, "box", Box(settings.Settings(values), box.clock, box.key)
    )
