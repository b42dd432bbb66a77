"""One box, its web and worker in one thread, customers around it, and deaths."""

from __future__ import annotations

import io
import logging
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from fragile import Died, Fragile, close, counted
from pretend import Door, Prompt, Safaricom
from village import Moved

from hotspot_lite import box as boxes
from hotspot_lite import jobs, journey, settings
from hotspot_lite.box import Box
from hotspot_lite.jobs import rescue, taking
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.reckoning import overdue
from hotspot_lite.trade.takings import inbox
from hotspot_lite.web import make_app, visitor

SECRETS = {
    "MPESA_PASSKEY": "the-passkey-of-the-shop",
    "MPESA_CONSUMER_KEY": "the-consumer-key",
    "MPESA_CONSUMER_SECRET": "the-consumer-secret",
}
PRICE_SHILLINGS, LENGTH_SECONDS = 20, 3600


class Mortal:
    """What people, Safaricom and time do to the box; `dies` holds its fragility."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            "HOTSPOT_CONFIG": "/nonexistent",
            "HOTSPOT_BOX_DATA_DIR": str(folder / "data"),
            "HOTSPOT_BOX_RUN_DIR": str(folder / "run"),
            "HOTSPOT_MPESA_CALLBACK_URL": "https://box.example.org",
            "HOTSPOT_MPESA_SHORTCODE": "174379",
            "HOTSPOT_ROUTER_HOST": "192.0.2.1",
            "HOTSPOT_RADIUS_SECRET": "",
            "HOTSPOT_ACCESS_PLANES": "radius",
            **{f"HOTSPOT_{name}": value for name, value in SECRETS.items()},
        }
        self.clock = Moved(trusted=True)
        self.dies = Fragile(folder)
        self.safaricom = Safaricom(self.clock.at, self.dies.step)
        self.door = Door(self.clock.at, self.dies.step, self.has_paid)
        self.log = io.StringIO()
        self.handler = logging.StreamHandler(self.log)
        logging.getLogger().addHandler(self.handler)
        boxes.make(settings.load(self.environment))
        self.counting = counted(self.dies.step)
        self._open()
        catalogue.add("1 Hour", str(PRICE_SHILLINGS), "1h", self.clock.at())
        self.counting.__enter__()

    def end(self) -> None:
        self.counting.__exit__(None, None, None)
        logging.getLogger().removeHandler(self.handler)
        close()

    def _open(self) -> None:
        """A new process: what it knows, it knows from its files."""
        opened = boxes.open_box(self.environment)
        self.box = Box(opened.settings, self.clock, opened.key)
        journey.here.use(self.box)
        journey.huey.bell = None
        journey.here.daraja._caller = self.safaricom  # type: ignore[assignment]
        journey.here._thread.router = self.door
        for pace in journey.here._paces.values():
            pace._clock = lambda: time.monotonic() + self.clock.shift
        self.app = make_app(self.box, journey.here.rails)
        self.me = f"life{self.dies.deaths}"

    def live(self, does: Callable[[], Any]) -> Any:
        """Do it. Where the box dies of it, None, and it has been started anew."""
        try:
            return does()
        except Died:
            self.dies.bury()
            self._open()
            rescue.recover(jobs.rows, self.me)
            return None

    # -- people --------------------------------------------------------------------

    def post(self, path: str, body: bytes, ip: str) -> int:
        """The status of the answer."""
        told: list[str] = []
        environ: dict[str, Any] = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "REMOTE_ADDR": ip,
            "SERVER_NAME": "box",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": io.StringIO(),
            "wsgi.url_scheme": "http",
        }
        b"".join(self.app(environ, lambda status, *_: told.append(status)))
        return int(told[0][:3])

    def fill_in(self, path: str, who: int, **fields: str) -> int:
        """Post a form of the portal from the device of customer `who`."""
        ip = f"10.5.50.{who + 10}"
        me = visitor.Visitor(mac_of(who), ip, "", "")
        state = visitor.sign(me, self.box.key, ip, self.clock.at())
        return self.post(path, urlencode({**fields, "state": state}).encode(), ip)

    def buy(self, who: int) -> int:
        return self.fill_in("/buy", who, plan="1", phone=phone_of(who))

    def tell(self, prompt: Prompt, amount: object = None) -> int:
        """Safaricom posts the end of a prompt to the address it was given."""
        path = urlsplit(prompt.url).path
        return self.post(path, prompt.callback(amount), "196.201.214.200")

    def tell_while_busy(self, prompt: Prompt) -> int:
        """The same while somebody holds the database."""
        other = sqlite3.connect(self.folder / "data" / "hotspot.db")
        wait, inbox.WAIT_SECONDS = inbox.WAIT_SECONDS, 0.01
        try:
            other.execute("BEGIN IMMEDIATE")
            return self.tell(prompt)
        finally:
            inbox.WAIT_SECONDS = wait
            other.close()

    def has_paid(self, mac: str) -> bool:
        """Whether Safaricom took money for this device, or one whose receipt it has."""
        refs = {p.reference for p in self.safaricom.prompts if p.ended == "paid"}
        with self.dies.unharmed():
            mine = Payment.select(Payment.id).where(Payment.mac == mac)
            return any(f"HL{one.id}" in refs for one in mine)

    # -- the worker ----------------------------------------------------------------

    def work(self, most: int = 1000) -> None:
        """Run what is due, one job after the other."""
        huey = journey.huey
        for _ in range(most):
            due = time.time() + self.clock.shift
            taken = taking.take(huey.rows, self.me, huey.served, due)
            if taken is None:
                return
            task = huey.kinds[taken.name]((), taken.args, id=str(taken.token))
            task.taken = taken
            huey.execute(task)

    def pass_time(self, seconds: int) -> None:
        """Time passes, and the worker's timetable comes round."""
        self.clock.shift += seconds
        self.safaricom.end_old()
        journey.take_in()
        journey.reconcile()
        journey.expire()
        if self.door.is_up:
            journey.catch_up()
        overdue.look(self.clock.at())


def phone_of(who: int) -> str:
    return f"25471234500{who}"


def mac_of(who: int) -> str:
    return f"BC:24:11:00:00:0{who}"
