"""A box in the pretend town in one process: real web, real jobs, time in our hand."""

from __future__ import annotations

import json
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from road import Shifted, responder_in_thread

from hotspot_lite import box as boxes
from hotspot_lite import jobs, journey, settings, store
from hotspot_lite.box import Box
from hotspot_lite.clock import Reading
from hotspot_lite.jobs import taking
from hotspot_lite.stage import until
from hotspot_lite.town.daraja_phones import Phone
from hotspot_lite.town.visitor import Page, Visitor
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment, Subscription
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.reckoning import overdue
from hotspot_lite.web import serving

PLAN, PRICE_CENTS = "1 Hour", 2000


def work(shift: float = 0.0) -> None:
    """Run every job that is due, one after the other, as a worker would."""
    huey = journey.huey
    huey.bell = None
    while taken := taking.take(huey.rows, "here", huey.served, time.time() + shift):
        task = huey.kinds[taken.name]((), taken.args, id=str(taken.token))
        task.taken = taken
        huey.execute(task)


class Moved(Shifted):
    """The same for the web, which asks for evidence as well."""

    def now(self, wall: float | None = None, boot: float | None = None) -> Reading:
        return super().now((wall or time.time()) + self.shift, boot)


class Village:
    """Open it as a context manager. People buy, `work` is the worker's part."""

    def __init__(self, folder: Path, **more: str) -> None:
        self.clock = Moved(trusted=True)
        self.town = Town(scale=0.01, now=lambda: float(self.clock.at()))
        self.daraja = self.town.daraja
        self.daraja.query_early_seconds = 0.0
        self.own = {
            "HOTSPOT_CONFIG": "/nonexistent",
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
            "HOTSPOT_RADIUS_SERVER": "embedded",
            **{f"HOTSPOT_{name}": value for name, value in more.items()},
        }

    def __enter__(self) -> Village:
        self.town.start()
        self.environment = self.town.settings() | self.own
        boxes.make(settings.load(self.environment))
        opened = boxes.open_box(self.environment)
        self.box = Box(opened.settings, self.clock, opened.key)
        journey.here.use(self.box)
        for pace in journey.here._paces.values():
            pace._clock = lambda: time.monotonic() + self.clock.shift
        self.radius = responder_in_thread(self.box)
        self.radius.__enter__()
        catalogue.add(PLAN, "20", "1h", journey.here.now())
        self._serve()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.trigger.pull_trigger(self.server._map.clear)
        self.serving.join(5)
        self.server.task_dispatcher.shutdown()
        self.server.close()
        self.radius.__exit__()
        self.town.stop()
        store.close()
        jobs.rows.run.close()

    def _serve(self) -> None:
        self.server: Any = serving.make_server(self.box, journey.here.rails, {})
        self.serving = threading.Thread(target=self.server.run, daemon=True)
        self.serving.start()

    # -- people --------------------------------------------------------------------

    def somebody(self, **habits: Any) -> Visitor:
        """A new customer; `habits` are fields of their pretend phone."""
        made = self.town.visitor()
        phone = self.phone_of(made)
        phone.enter_pin_after_seconds = 5.0
        for name, value in habits.items():
            assert hasattr(phone, name), name
            setattr(phone, name, value)
        return made

    def phone_of(self, customer: Visitor) -> Phone:
        return self.daraja.phones[customer.phone]

    def buy(self, customer: Visitor) -> Payment:
        """The customer orders in the portal, and the worker asks the phone."""
        self.page: Page = customer.buy(customer.browse(), PLAN)
        assert "/wait/" in self.page.url, self.page.html
        self.work()
        return Payment.get(Payment.ref == self.page.url.rpartition("/")[2])

    def sell(self, customer: Visitor) -> Payment:
        """Order, answer the prompt, hear of it, and do the work that follows."""
        payment = self.buy(customer)
        self.hear(customer)
        return self.again(payment)

    def hear(self, customer: Visitor, callbacks: int = 1) -> None:
        """Wait until the phone is answered and the box was told; then work."""
        self.answer(customer)
        assert until(lambda: self._told(customer) >= callbacks, 5)
        self.work()

    def _told(self, customer: Visitor) -> int:
        """How many callbacks of this phone's last prompt have come."""
        asked = [note["asked"] for note in self.daraja.seen("push")]
        urls = [a["CallBackURL"] for a in asked if a["PhoneNumber"] == customer.phone]
        return sum(note["url"] == urls[-1] for note in self.daraja.seen("callback"))

    def answer(self, customer: Visitor) -> None:
        """Wait until the customer has done what they do with a prompt."""
        assert until(lambda: self.daraja.prompts.on(customer.phone) is None, 5)

    # -- the box -------------------------------------------------------------------

    def work(self) -> None:
        """Run every job that is due."""
        work(self.clock.shift)

    def pass_time(self, seconds: int) -> None:
        """Let time pass, and do what a worker does every few seconds at its end."""
        self.clock.shift += seconds
        journey.reconcile()
        overdue.look(journey.here.now())
        self.work()

    def again(self, payment: Payment) -> Payment:
        return Payment.get_by_id(payment.id)

    def has_time(self, payment: Payment) -> int:
        """How many stretches of time this payment has given: 0 or 1, if all is well."""
        query = Subscription.select().where(Subscription.payment == payment)
        return int(query.count())

    def doubts(self) -> list[str]:
        """The kinds that wait on the exceptions list."""
        return [row.kind for row in undecided.waiting()]

    def prompts(self, customer: Visitor) -> int:
        """How often the phone was asked."""
        told = (note["asked"] for note in self.daraja.seen("push"))
        return sum(body.get("PhoneNumber") == customer.phone for body in told)

    def post(self, path: str, body: object) -> tuple[int, bytes]:
        """What anybody on the internet can send to the box."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        url = self.town.portal_url + path
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(url, raw, headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read()


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    with Village(tmp_path) as made:
        yield made
