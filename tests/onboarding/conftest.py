"""A pretend router to be fitted, and the portal that it fetches its pages from."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hotspot_lite.fitting.apply import Fitting
from hotspot_lite.fitting.work import Outcome
from hotspot_lite.onboarding import Plan, Site, login_pages
from hotspot_lite.town.routeros import PretendRouter
from hotspot_lite.wires.routeros import Router, RouterAddress

ADMIN, BOX = ("admin", "an-admin-password"), ("hotspot-lite", "an-api-password")
NOW = 1_900_000_000


class Workshop:
    """One router, by its owner's rights, and what the box would do to it."""

    def __init__(self, town: PretendRouter, portal_url: str, folder: Path) -> None:
        self.town = town
        self.folder = folder
        self.box_login = BOX
        self.site = Site(
            box_address="10.5.50.2",
            portal_url=portal_url,
            nas_address="10.5.50.1",
            secret="a-radius-secret-of-32-characters",
            api_user=BOX[0],
            api_password=BOX[1],
        )

    def router(self, user: tuple[str, str] = ADMIN, seconds: float = 2.0) -> Router:
        where = RouterAddress(
            "127.0.0.1", self.town.api_port, *user, deadline_seconds=seconds
        )
        return Router(where)

    def plan(self, user: tuple[str, str] = ADMIN) -> Plan:
        with self.router(user) as router:
            return self._fitting().plan(router, NOW)

    def apply(
        self,
        told: Callable[[object], None] = lambda taken: None,
        user: tuple[str, str] = ADMIN,
        seconds: float = 2.0,
    ) -> Outcome:
        with self.router(user, seconds) as router:
            return self._fitting(told).apply(router, NOW)

    def written(self) -> list[str]:
        """What was ordered of the router since it started, without questions."""
        orders = (w for _, w in self.town.journal if w.startswith("api /"))
        return [what for what in orders if "/print" not in what]

    def _fitting(self, told: Callable[[object], None] = lambda taken: None) -> Fitting:
        return Fitting(self.site, self.folder, self._sign_in, told, 1.0)

    def _sign_in(self) -> None:
        with self.router(self.box_login) as router:
            router.resource()


@pytest.fixture
def portal() -> Iterator[str]:
    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = f"http://127.0.0.1:{self.server.server_address[1]}"
            found = login_pages.files(url).get(self.path.removeprefix("/router/"))
            self.send_response(200 if found is not None else 404)
            self.end_headers()
            self.wfile.write((found or "").encode())

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    thread = threading.Thread(target=partial(server.serve_forever, 0.05))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def make_shop(portal: str, tmp_path: Path) -> Iterator[Callable[..., Workshop]]:
    opened: list[PretendRouter] = []

    def make(version: str = "7.18.2", **more: object) -> Workshop:
        town = PretendRouter(version, api_users=dict([ADMIN]), **more).start()
        opened.append(town)
        return Workshop(town, portal, tmp_path / "router")

    yield make
    for town in opened:
        town.stop()


@pytest.fixture
def shop(make_shop: Callable[..., Workshop]) -> Workshop:
    return make_shop()
