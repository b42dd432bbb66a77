"""A pretend MikroTik: API, hotspot pages and RADIUS on loopback, for tests and demo.

It has one hotspot server on bridge-hs, and the faults a test may switch on.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from functools import partial
from types import TracebackType

from hotspot_lite.town import routeros_live as live
from hotspot_lite.town.faults import Fault, Faults
from hotspot_lite.town.hotspot import Device, Hotspot
from hotspot_lite.town.nas import Nas, RadiusAddress
from hotspot_lite.town.routeros_api import Answer, Command, Conversation
from hotspot_lite.town.routeros_commands import Commands
from hotspot_lite.town.routeros_menus import SPECS
from hotspot_lite.town.routeros_table import Row, Table, Tables
from hotspot_lite.town.routeros_values import fine_duration, seconds_of
from hotspot_lite.town.servlet import Servlet

__all__ = ["Device", "PretendRouter", "RadiusAddress"]

API_USERS = {"hotspot-lite": "api-password"}
SECRET_WORDS = frozenset(("password", "response", "secret", "mac-auth-password"))
ROUTER_ADDRESS = "10.5.50.1"


class PretendRouter:
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
        self._api_tls = api_tls
        self._clock = clock
        self._ahead_seconds = 0.0
        self._wrong_seconds = 0.0
        self._booted_at = clock()
        self._ports = (api_port, http_port)
        self._tick_every_seconds = tick_every_seconds
        self._stopping = threading.Event()
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._threads: list[threading.Thread] = []
        self.tables = self._make_tables()
        self.nas = Nas(
            self._radius_settings, lambda: self.identity, self.wall, self._tell
        )
        self.hotspot = Hotspot(
            self.tables, self.nas, hotspot_server, self.now, self._tell, self.lock
        )
        self._commands = Commands(self)
        self._configure(identity, api_users or API_USERS, api_groups or {})

    # -- life ---------------------------------------------------------------

    def start(self) -> PretendRouter:
        """Open the ports and begin to answer."""
        self._listen(self._ports[0])
        self._servlet = Servlet(self, self._ports[1])
        self._servlet.start()
        self.hotspot.logoff_url = f"{self.http_url}/logout"
        if self._tick_every_seconds is not None:
            self._run(self._tick_on)
        return self

    def stop(self) -> None:
        """Close everything; accounting that is under way is finished first."""
        self._stopping.set()
        self.faults.stop()
        self.refuse()
        self._servlet.stop()
        self.nas.stop()
        for thread in self._threads:
            thread.join(5)

    def __enter__(self) -> PretendRouter:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def api_port(self) -> int:
        """The API's TCP port; it stays the same while the router refuses."""
        return self._ports[0]

    @property
    def http_port(self) -> int:
        """The port of the hotspot's pages."""
        return self._servlet.port

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
        listener, self._listener = self._listener, None
        if listener is not None:
            # shutdown wakes the accepting thread; close alone would leave it.
            listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        self.cut()

    def cut(self) -> None:
        """Close every open API connection; new ones are welcome."""
        with self.lock:
            cut, self._open = self._open, set()
        for sock in cut:
            _wake(sock)

    def heal(self) -> None:
        """Answer the API well again, on the same port."""
        self.faults.kind = ""
        if self._listener is None:
            self._listen(self._ports[0])

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
        return is_good

    def run(self, user: str, command: Command) -> Answer:
        """Carry out an API command; raises Trap."""
        self._tell(_told(command))
        return self._commands.run(user, command)

    # -- inside -------------------------------------------------------------

    def _tell(self, what: str) -> None:
        self.journal.append((self.now(), what))

    def _run(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads = [old for old in self._threads if old.is_alive()] + [thread]
        thread.start()

    def _listen(self, port: int) -> None:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._ports = (int(listener.getsockname()[1]), self._ports[1])
        self._listener = listener
        self._run(lambda: self._accept(listener))

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self.lock:
                self._open.add(sock)
            self._run(partial(self._converse, sock))

    def _converse(self, sock: socket.socket) -> None:
        try:
            sock = self._secured(sock)
            Conversation(self, sock).run()
        except OSError:
            sock.close()
        finally:
            with self.lock:
                self._open.discard(sock)

    def _secured(self, sock: socket.socket) -> socket.socket:
        if self._api_tls is None:
            return sock
        sock.settimeout(10)
        secured = self._api_tls.wrap_socket(sock, server_side=True)
        secured.settimeout(None)
        with self.lock:
            self._open.discard(sock)
            self._open.add(secured)
        return secured

    def _tick_on(self) -> None:
        while not self._stopping.wait(self._tick_every_seconds):
            self.tick()

    def _make_tables(self) -> Tables:
        lives: dict[str, Callable[[], list[Row]]] = {
            "/ip/hotspot/active": lambda: live.active_rows(self.hotspot, self.now()),
            "/ip/hotspot/host": lambda: live.host_rows(self.hotspot, self.now()),
            "/system/clock": lambda: [live.clock_row(self.wall(), self.version)],
            "/system/health": lambda: live.health_rows(self.version),
            "/system/resource": lambda: [self._resource()],
        }
        tables: Tables = {}
        for spec in SPECS:
            tables[spec.path] = Table(spec, tables, lives.get(spec.path))
        return tables

    def _resource(self) -> Row:
        uptime_seconds = self.now() - self._booted_at
        return live.resource_row(self.version_text, uptime_seconds, self.figures)

    def _radius_settings(self) -> RadiusAddress | None:
        """The first enabled /radius row for hotspot: so that setting it up matters."""
        for row in list(self.tables["/radius"].rows):
            if row["disabled"] == "false" and "hotspot" in row["service"]:
                return self._radius_address(row)
        return None

    def _radius_address(self, row: Row) -> RadiusAddress:
        signs = row["require-message-auth"] != "no" and self.version >= (7, 15)
        return RadiusAddress(
            row["address"],
            int(row["authentication-port"]),
            int(row["accounting-port"]),
            row.get("secret", ""),
            seconds_of(row["timeout"]),
            signs,
        )

    def _configure(
        self, identity: str, users: Mapping[str, str], groups: Mapping[str, str]
    ) -> None:
        """Write the configuration that a set-up router has."""
        tables = self.tables
        tables["/system/identity"].append(name=identity)
        tables["/radius/incoming"].append(accept="false", port="3799", vrf="main")
        for name, password in users.items():
            group = groups.get(name, "full")
            tables["/user"].append(name=name, password=password, group=group)
        _add_interfaces(tables)
        _add_hotspot(tables, self.hotspot.server, self.radius is not None)
        if self.radius is not None:
            _add_radius(tables, self.radius)


def _add_interfaces(tables: Tables) -> None:
    for number, name in enumerate(("ether1", "ether2", "bridge-hs")):
        kind = "bridge" if name.startswith("bridge") else "ether"
        tables["/interface"].append(
            **{"name": name, "default-name": name, "type": kind},
            **{"mtu": "1500", "actual-mtu": "1500", "l2mtu": "1598"},
            **{"mac-address": f"48:8F:5A:00:00:{number:02X}", "link-downs": "0"},
            **{"rx-byte": "0", "tx-byte": "0", "rx-packet": "0", "tx-packet": "0"},
            running="true",
            disabled="false",
        )


def _add_hotspot(tables: Tables, server: str, use_radius: bool) -> None:
    tables["/ip/address"].add(
        {"address": f"{ROUTER_ADDRESS}/24", "interface": "bridge-hs"}
    )
    tables["/ip/pool"].append(name="hsl-pool", ranges="10.5.50.10-10.5.50.254")
    tables["/ip/hotspot/user/profile"].append(name="default", default="true")
    tables["/ip/hotspot/profile"].append(name="default", default="true")
    tables["/ip/hotspot/profile"].append(
        name=f"{server}-prof",
        hotspot_address=ROUTER_ADDRESS,
        dns_name="login.wifi.example",
        login_by="http-pap,http-chap,mac-cookie",
        **{"use-radius": "true" if use_radius else "false"},
        radius_accounting="true",
        radius_interim_update="received",
        nas_port_type="wireless-802.11",
    )
    tables["/ip/hotspot"].append(
        name=server,
        interface="bridge-hs",
        address_pool="hsl-pool",
        profile=f"{server}-prof",
    )


def _add_radius(tables: Tables, radius: RadiusAddress) -> None:
    signs = radius.require_message_auth is not False
    tables["/radius"].append(
        service="hotspot",
        address=radius.host,
        secret=radius.secret,
        authentication_port=str(radius.auth_port),
        accounting_port=str(radius.acct_port),
        timeout=fine_duration(radius.timeout_seconds),
        require_message_auth="yes-for-request-resp" if signs else "no",
    )


def _told(command: Command) -> str:
    """A command as the journal keeps it: without secrets."""
    words = [
        f"{name}={'*****' if name in SECRET_WORDS else value}"
        for name, value in command.words.items()
    ]
    return " ".join(["api", command.path, *words])


def _wake(sock: socket.socket) -> None:
    """Let the conversation that reads this socket end; it may have by itself."""
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
