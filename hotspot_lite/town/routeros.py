"""A pretend MikroTik: API, hotspot pages and RADIUS on loopback, for tests and demo.

It has one hotspot server on bridge-hs, and the faults a test may switch on.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Callable, Mapping
from typing import Self

from hotspot_lite.town import routeros_live as live
from hotspot_lite.town.faults import Fault, Faults
from hotspot_lite.town.hotspot import Device, Hotspot
from hotspot_lite.town.inhabitant import Inhabitant
from hotspot_lite.town.nas import Nas, RadiusAddress
from hotspot_lite.town.nas_incoming import Incoming
from hotspot_lite.town.routeros_api import Answer, Command
from hotspot_lite.town.routeros_box_menus import BOX_SPECS
from hotspot_lite.town.routeros_commands import Commands
from hotspot_lite.town.routeros_menus import SPECS
from hotspot_lite.town.routeros_port import ApiPort
from hotspot_lite.town.routeros_scheduler import SCHEDULER, Scheduler
from hotspot_lite.town.routeros_setup import (
    ROUTER_ADDRESS,
    add_box,
    add_hotspot,
    radius_address,
)
from hotspot_lite.town.routeros_table import Live, Row, Table, Tables
from hotspot_lite.town.servlet import Servlet

__all__ = ["Device", "PretendRouter", "RadiusAddress"]

API_USERS = {"hotspot-lite": "api-password"}
LOG_LINES = 1000
JOURNAL_LINES = 20_000
SECRET_WORDS = frozenset(("password", "response", "secret", "mac-auth-password"))


class PretendRouter(Inhabitant):
    """One router. Use it as a context manager, or call start() and stop().

    Ports of 0 mean any free one; `api_port` and `http_port` tell which. `clock`
    gives the seconds that uptimes and timeouts are counted in; tick(now) may run
    ahead of it. `api_groups` names API users who aren't "full"; `api_tls` makes the
    API's port speak TLS.
    """

    def __init__(
        self,
        version: str = "7.18.2",
        identity: str = "MikroTik",
        api_users: Mapping[str, str] | None = None,
        hotspot_server: str = "hsl",
        radius: RadiusAddress | None = None,
        portal_url: str = "http://127.0.0.1/",
        *,
        api_port: int = 0,
        http_port: int = 0,
        api_groups: Mapping[str, str] | None = None,
        api_tls: ssl.SSLContext | None = None,
        clock: Callable[[], float] = time.time,
        tick_every_seconds: float | None = None,
    ) -> None:
        self.version_text = version
        self.version = tuple(int(part) for part in version.split("."))
        self.portal_url = portal_url
        self.radius = radius
        self.faults = Faults()
        self.lock = threading.RLock()
        self.journal: list[tuple[float, str]] = []
        self.figures: Row = {}
        self.traffic: dict[str, Row] = {}
        self.default_device: Device | None = None
        self.is_hotspot_allowed = True
        self.free_flash_bytes = 4_000_000
        self._clock = clock
        self._ahead_seconds = 0.0
        self._wrong_seconds = 0.0
        self._booted_at = clock()
        self._http_port = http_port
        self._tick_every_seconds = tick_every_seconds
        self._stopping = threading.Event()
        self._api = ApiPort(self, api_port, api_tls)
        self._ticking: threading.Thread | None = None
        self.tables = self._make_tables()
        self.nas = Nas(
            self._radius_settings, lambda: self.identity, self.wall, self._tell
        )
        self.hotspot = Hotspot(
            self.tables,
            self.nas,
            hotspot_server,
            self.now,
            self._tell,
            self._log,
            self.lock,
        )
        self.scheduler = Scheduler(self.tables)
        self._incoming = Incoming(self.hotspot, self.nas, self._takes_orders)
        self._commands = Commands(self)
        users, groups = api_users or API_USERS, api_groups or {}
        add_box(self.tables, identity, users, groups)
        add_hotspot(self.tables, hotspot_server, radius)

    # -- life ---------------------------------------------------------------

    def start(self) -> Self:
        """Open the ports and begin to answer."""
        self._api.listen()
        self._servlet = Servlet(self, self._http_port)
        self._servlet.start()
        self._incoming.start()
        self.tables["/radius/incoming"].rows[0]["port"] = str(self.coa_port)
        self.hotspot.logoff_url = f"{self.http_url}/logout"
        if self._tick_every_seconds is not None:
            self._ticking = threading.Thread(target=self._tick_on, daemon=True)
            self._ticking.start()
        return self

    def stop(self) -> None:
        """Close everything; accounting that is under way is finished first."""
        self._stopping.set()
        self.faults.stop()
        self._api.stop()
        self._servlet.stop()
        self._incoming.stop()
        self.nas.stop()
        if self._ticking is not None:
            self._ticking.join(5)

    @property
    def api_port(self) -> int:
        """The API's TCP port; it stays the same while the router refuses."""
        return self._api.port

    @property
    def http_port(self) -> int:
        """The port of the hotspot's pages."""
        return self._servlet.port

    @property
    def coa_port(self) -> int:
        """The UDP port for CoA and Disconnect; what /radius/incoming says at first."""
        return self._incoming.port

    @property
    def http_url(self) -> str:
        """Where a browser reaches the hotspot's pages."""
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def identity(self) -> str:
        """The router's name, as /system/identity has it now."""
        return self.tables["/system/identity"].rows[0]["name"]

    @property
    def own_hosts(self) -> frozenset[str]:
        """Host names that mean the router itself."""
        profile = self.tables["/ip/hotspot/profile"].rows[-1]
        known = {"127.0.0.1", "localhost", ROUTER_ADDRESS, profile.get("dns-name", "")}
        return frozenset(known | {profile["hotspot-address"]})

    # -- devices ------------------------------------------------------------

    def join(self, mac: str, ip: str) -> Device:
        """A device appears on the WiFi with an address; gives the device."""
        device = self.hotspot.join(mac, ip)
        leases = self.tables["/ip/dhcp-server/lease"]
        if leases.find(mac_address=device.mac) is None:
            leases.append(
                address=ip,
                mac_address=device.mac,
                active_address=ip,
                active_mac_address=device.mac,
                status="bound",
                dynamic="true",
            )
        return device

    def device(self, mac: str) -> Device:
        """The device with a MAC address; raises KeyError."""
        return self.hotspot.devices[mac.upper()]

    def active(self) -> list[Row]:
        """The rows of /ip/hotspot/active, as the API would give them."""
        with self.lock:
            return live.active_rows(self.hotspot, self.now())

    # -- time ---------------------------------------------------------------

    def now(self) -> float:
        """Seconds that sessions are counted in: the clock, or what tick() ran to."""
        return self._clock() + self._ahead_seconds

    def wall(self) -> float:
        """What the router believes the time is (epoch seconds)."""
        return self.now() + self._wrong_seconds

    def set_wall(self, wall: float) -> None:
        """Make the router's clock say a time, right or wrong; sessions don't mind."""
        self._wrong_seconds = wall - self.now()

    def tick(self, now: float | None = None) -> None:
        """Enforce timeouts as of `now`, and never go back behind it."""
        if now is not None:
            self._ahead_seconds += max(0.0, now - self.now())
        self.hotspot.tick()

    # -- faults -------------------------------------------------------------

    def fall_ill(self, kind: Fault, drip_seconds: float = 0.2) -> None:
        """From now on answer the API badly: hang, drip or reset."""
        self.faults.kind, self.faults.drip_seconds = kind, drip_seconds

    def refuse(self) -> None:
        """Stop listening on the API's port and cut the connections."""
        self._api.refuse()

    def cut(self) -> None:
        """Close every open API connection; new ones are welcome."""
        self._api.cut()

    def heal(self) -> None:
        """Answer the API well again, on the same port."""
        self.faults.kind = ""
        self._api.listen()

    def reboot(self) -> None:
        """Lose sessions, hosts and connections without a word, and come back."""
        self.cut()
        self.hotspot.forget_all()
        self._booted_at = self.now()
        self._tell("reboot")
        self.nas.reboot()

    # -- what conversations ask ----------------------------------------------

    def check_user(self, name: str, proves: Callable[[str], bool]) -> bool:
        """Say whether an API user exists and its password proves right."""
        with self.lock:
            row = self.tables["/user"].find(name=name, disabled="false")
        is_good = row is not None and proves(row.get("password", ""))
        self._tell(f"api login {name}" if is_good else f"api bad login {name}")
        what = "logged in" if is_good else "login failure"
        self._log("system,info,account", f"user {name} {what} via api")
        return is_good

    def run(self, user: str, command: Command) -> Answer:
        """Carry out an API command; raises Trap."""
        self._tell(_told(command))
        return self._commands.run(user, command)

    # -- inside -------------------------------------------------------------

    def _tell(self, what: str) -> None:
        self.journal.append((self.now(), what))
        # A demo may run for weeks.
        del self.journal[:-JOURNAL_LINES]

    def _log(self, topics: str, message: str) -> None:
        written = live.log_time(self.wall(), self.version)
        with self.lock:
            table = self.tables["/log"]
            table.append(time=written, topics=topics, message=message)
            del table.rows[:-LOG_LINES]

    def _takes_orders(self) -> bool:
        return self.tables["/radius/incoming"].rows[0]["accept"] == "true"

    def _tick_on(self) -> None:
        while not self._stopping.wait(self._tick_every_seconds):
            self.tick()

    def _make_tables(self) -> Tables:
        now = self.now
        lives: dict[str, Live] = {
            "/ip/hotspot/active": lambda mac: live.active_rows(
                self.hotspot, now(), mac
            ),
            "/ip/hotspot/host": lambda mac: live.host_rows(self.hotspot, now(), mac),
            "/system/device-mode": lambda _: [live.mode_row(self.is_hotspot_allowed)],
            "/system/clock": lambda _: [live.clock_row(self.wall(), self.version)],
            "/system/health": lambda _: live.health_rows(self.version),
            "/system/resource": lambda _: [self._resource()],
        }
        tables: Tables = {}
        for spec in (*SPECS, SCHEDULER, *BOX_SPECS):
            tables[spec.path] = Table(spec, tables, lives.get(spec.path))
        return tables

    def _resource(self) -> Row:
        uptime_seconds = self.now() - self._booted_at
        return live.resource_row(self.version_text, uptime_seconds, self.figures)

    def _radius_settings(self) -> RadiusAddress | None:
        return radius_address(self.tables, self.version)


def _told(command: Command) -> str:
    """A command as the journal keeps it: without secrets."""
    words = [
        f"{name}={'*****' if name in SECRET_WORDS else value}"
        for name, value in command.words.items()
    ]
    return " ".join(["api", command.path, *words])
