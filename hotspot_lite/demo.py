"""hotspot-lite demo: the whole box with the pretend town, and one sale narrated."""

from __future__ import annotations

import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

from hotspot_lite import drill
from hotspot_lite.stage import Stage, has_freeradius, until
from hotspot_lite.town.visitor import Page, Visitor
from hotspot_lite.town.whole import Ports, Town, free_port

PLAN, PRICE = "1 Hour", "20"
STEP_SECONDS = 20
DRILL_SCALE = 0.05  # a minute of theirs is 3 s
BROWSER_MAC = "02:00:00:00:FF:01"


class StepFailed(Exception):
    """A step of the sale that did not come true in time."""


def main(once: bool = False, payday: bool = False) -> int:
    """Set up, narrate one sale, and stay until Ctrl-C unless `once`. Exit code.

    With `payday` a crowd pays instead, and the books are compared.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    with tempfile.TemporaryDirectory(prefix="hotspot-lite-demo-") as folder:
        try:
            return _drill(Path(folder)) if payday else _play(Path(folder), once)
        except KeyboardInterrupt:
            print("\nThe demo has ended; nothing is left behind.", flush=True)
            return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _play(folder: Path, once: bool) -> int:
    ports = Ports() if once else Ports(web=_preferred(8080), live=_preferred(8081))
    with Stage(folder, town=Town(ports=ports)) as stage:
        server = "FreeRADIUS" if has_freeradius() else "the embedded RADIUS responder"
        print(f"Starting the box (web, worker, live, {server}) and the pretend town…")
        stage.prepare(PLAN, PRICE)
        password = secrets.token_urlsafe(9)
        _add_owner(stage, password)
        stage.serve()
        _print_addresses(stage, password)
        code = _narrated(stage)
        if once or code:
            return code
        _stay(stage)
    return 0


def _drill(folder: Path) -> int:
    more = {"HOTSPOT_MPESA_QUERIES_PER_MINUTE": "60"}
    with Stage(folder, town=Town(scale=DRILL_SCALE), more=more) as stage:
        print("Starting the box and the pretend town…", flush=True)
        stage.prepare(PLAN, PRICE)
        stage.serve()
        books = drill.play(stage, PLAN, lambda says: print(f"  {says}", flush=True))
        print(f"\n{books.table()}", flush=True)
        return 1 if books.mismatches else 0


def _preferred(port: int) -> int:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return free_port()
    return port


def _add_owner(stage: Stage, password: str) -> None:
    words = ("admin", "add", "owner", "--role", "owner", "--password-stdin")
    subprocess.run(  # noqa: S603
        [sys.executable, "-m", "hotspot_lite", *words],
        env=stage.environment,
        input=password.encode(),
        check=True,
        capture_output=True,
    )


def _print_addresses(stage: Stage, password: str) -> None:
    url = stage.town.portal_url
    print(f"  portal  {url}/")
    print(f"  admin   {url}/admin/   (owner, {password})\n", flush=True)


def _narrated(stage: Stage) -> int:
    try:
        _Sale(stage).run()
    except (StepFailed, LookupError, OSError) as exc:
        print(f"\nThe sale failed: {exc}", file=sys.stderr)
        print(stage.log("serve")[-4000:], file=sys.stderr)
        return 1
    return 0


class _Sale:
    """One sale from joining to the SMS, told step by step with times."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.town = stage, stage.town
        self.customer: Visitor = self.town.visitor()
        self.began = time.monotonic()

    def tell(self, what: str) -> None:
        """Print a step with the seconds since the customer joined."""
        print(f"  {time.monotonic() - self.began:6.2f} s  {what}", flush=True)

    def wait(self, what: str, holds: Callable[[], Any]) -> Any:
        """Wait for a step and tell it. Raises StepFailed."""
        found = until(holds, STEP_SECONDS, every=0.002)
        if not found:
            raise StepFailed(f"not within {STEP_SECONDS} s: {what}")
        self.tell(what)
        return found

    def run(self) -> None:
        """Play the sale."""
        page = self._join()
        page = self._buy(page)
        paid = time.monotonic()
        self._get_online()
        self.tell(f"online {time.monotonic() - paid:.2f} s after the money")
        self._hear_of_it(page)

    def _join(self) -> Page:
        customer = self.customer
        self.tell(f"a phone joins the WiFi as {customer.mac}, {customer.ip}")
        portal = customer.browse("http://neverssl.example/")
        if portal.status != 200 or not portal.url.startswith(self.town.portal_url):
            raise StepFailed(f"the router sent it to {portal.url}")
        self.tell(f"the router redirects it to the portal ({len(portal.html)} bytes)")
        return portal

    def _buy(self, portal: Page) -> Page:
        phone = self.customer.phone
        self.town.daraja.phones[phone].enter_pin_after_seconds = 59
        waiting = self.customer.buy(portal, PLAN)
        if "/wait/" not in waiting.url:
            raise StepFailed(f"no waiting page but {waiting.url}")
        self.tell(f"it buys “{PLAN}” for KES {PRICE} with {self.customer.number}")
        self.wait(
            "the M-Pesa prompt is on its screen",
            lambda: self.town.daraja.prompts.on(phone),
        )
        self.town.daraja.enter_pin(phone)
        self.tell("its owner enters the PIN")
        self.wait(
            "the callback is on disk and answered 200", lambda: self.town.daraja.told()
        )
        return waiting

    def _get_online(self) -> None:
        self.wait("the job has turned the money into time", self._is_fulfilled)
        self.wait("RADIUS admits the customer: Access-Accept", self._is_accepted)
        self.wait(
            "the router has the device in /ip/hotspot/active",
            lambda: any(
                row["mac-address"] == self.customer.mac
                for row in self.town.router.active()
            ),
        )

    def _hear_of_it(self, waiting: Page) -> None:
        self.wait(
            "the SMS with the login is out",
            lambda: any(m.to == self.customer.phone for m in self.town.sms.messages),
        )
        self.wait("the phone is on the internet", self.customer.is_on_the_internet)
        page = self.customer.get(waiting.url)
        if page.status != 200:
            raise StepFailed(f"the waiting page answers {page.status}")

    def _is_fulfilled(self) -> bool:
        file = Path(self.stage.environment["HOTSPOT_BOX_DATA_DIR"]) / "hotspot.db"
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as ledger:
            found = ledger.execute("SELECT 1 FROM subscription").fetchone()
        return found is not None

    def _is_accepted(self) -> bool:
        return any(row.get("radius") == "true" for row in self.town.router.active())


def _stay(stage: Stage) -> None:
    device = stage.town.router.join(BROWSER_MAC, "127.0.0.1")
    stage.town.router.default_device = device
    print("\nNow you: open this in a browser on this machine and buy something;")
    print("any Kenyan number will do, its owner enters the PIN after 12 s:")
    print(f"  {stage.town.router.http_url}/")
    print("Ctrl-C ends it.", flush=True)
    threading.Event().wait()
