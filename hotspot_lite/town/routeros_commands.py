"""What each API command does to the pretend router: finds the menu, runs the verb.

Knows menus and rights; framing and login are known in `routeros_api`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Protocol

from hotspot_lite.town import routeros_live as live
from hotspot_lite.town.hotspot import Device, Hotspot, Refused
from hotspot_lite.town.routeros_api import Answer, Command, select_rows
from hotspot_lite.town.routeros_files import NEEDED, Files
from hotspot_lite.town.routeros_listen import Listening
from hotspot_lite.town.routeros_menus import READ
from hotspot_lite.town.routeros_query import wanted_mac
from hotspot_lite.town.routeros_table import Row, Table, Tables
from hotspot_lite.town.routeros_values import Trap

PRINT_WORDS = frozenset(
    (".proplist", "proplist", "count-only", "detail", "stats", "brief", "terse")
    + ("without-paging", "as-value", "show-ids", "bytes", "packets", "status", "from")
)
LOGIN_WORDS = frozenset(("user", "password", "mac-address", "ip", "domain"))
MONITOR_WORDS = frozenset(("interface", "once", "interval", "duration", "as-value"))
DEVICE_MODE_VERBS = frozenset(("add", "enable", "login"))


class Box(Protocol):
    """What the commands need of the router."""

    tables: Tables
    hotspot: Hotspot
    lock: threading.RLock
    is_hotspot_allowed: bool
    traffic: dict[str, Row]
    version: tuple[int, ...]
    free_flash_bytes: int

    def now(self) -> float: ...

    def set_wall(self, wall: float) -> None: ...

    def wall(self) -> float: ...


class Commands:
    """Runs commands against one router's menus."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._special: Mapping[str, Callable[[Command], Answer]] = {
            "/ip/hotspot/active/login": self._hotspot_login,
            "/ip/hotspot/active/remove": self._active_remove,
            "/ip/hotspot/host/remove": self._host_remove,
            "/ip/hotspot/user/reset-counters": self._reset_counters,
            "/interface/monitor-traffic": self._monitor_traffic,
            "/system/clock/set": self._clock_set,
            **Files(box).commands,
        }

    def run(self, user: str, command: Command) -> Answer:
        """Carry out a command for an API user; raises Trap."""
        self._check_right(user, command)
        self._check_device_mode(command)
        special = self._special.get(command.path)
        if special is not None:
            return special(command)
        table = self._table(command)
        with self._box.lock:
            return self._run_verb(user, table, command)

    def _table(self, command: Command) -> Table:
        table = self._box.tables.get(command.menu)
        if table is not None and command.verb in table.spec.verbs | {"listen"}:
            return table
        inside = command.menu and any(
            path.startswith(command.menu + "/") for path in self._box.tables
        )
        if table is not None or inside:
            raise Trap("no such command")
        raise Trap("no such command prefix")

    def _check_right(self, user: str, command: Command) -> None:
        looks = command.verb in READ or command.verb == "listen"
        reads = looks or command.verb.startswith("monitor")
        needed = {"read" if reads else "write"}
        if not reads and command.menu.startswith("/user"):
            needed.add("policy")
        if not reads and command.menu == "/system/scheduler":
            # Nobody gives a script more rights than he has himself.
            needed |= {p for p in command.words.get("policy", "").split(",") if p}
        needed |= NEEDED.get(command.path, frozenset())
        if not needed <= self._rights(user):
            raise Trap("not enough permissions (9)")

    def _rights(self, user: str) -> set[str]:
        row = self._box.tables["/user"].find(name=user) or {}
        groups = self._box.tables["/user/group"]
        group = groups.find(name=row.get("group", "")) or {}
        return set(group.get("policy", "").split(","))

    def _covered(self, user: str, table: Table, rows: list[Row]) -> list[Row]:
        """The rows as a user may see them: without the right, secrets are stars."""
        names = table.spec.sensitive
        if not names or "sensitive" in self._rights(user):
            return rows
        # Before 7 they were left out; so it is remembered, not measured.
        star = "*****" if self._box.version >= (7,) else ""
        covered = [row | {n: star for n in names if n in row} for row in rows]
        return [{n: v for n, v in r.items() if v or n not in names} for r in covered]

    def _check_device_mode(self, command: Command) -> None:
        if self._box.is_hotspot_allowed or command.verb not in DEVICE_MODE_VERBS:
            return
        if command.menu in ("/ip/hotspot", "/ip/hotspot/active"):
            raise Trap("failure: not allowed by device-mode")

    def _run_verb(self, user: str, table: Table, command: Command) -> Answer:
        verb, words = command.verb, command.words
        if verb in READ:
            _refuse_unknown(words, PRINT_WORDS)
            rows = table.shown(wanted_mac(command.queries))
            return select_rows(self._covered(user, table, rows), command)
        if verb == "listen":
            return Answer(follow=self._listen(user, table))
        if verb == "add":
            return Answer(ret=table.add(words))
        if verb in ("enable", "disable"):
            words = {**words, "disabled": "yes" if verb == "disable" else "no"}
            verb = "set"
        getattr(table, verb)(words)
        return Answer()

    def _listen(self, user: str, table: Table) -> Listening:
        def shown() -> list[Row]:
            return self._covered(user, table, table.shown())

        return Listening(shown, self._box.lock)

    def _hotspot_login(self, command: Command) -> Answer:
        words = command.words
        _refuse_unknown(words, LOGIN_WORDS)
        device = self._host(words)
        if device.is_online:
            # A real router's text for this isn't established.
            raise Trap("failure: already logged in")
        try:
            device.log_in(words.get("user", ""), words.get("password", ""))
        except Refused as refusal:
            raise Trap(f"{refusal}") from None
        return Answer()

    def _host(self, words: Mapping[str, str]) -> Device:
        ip, mac = words.get("ip", ""), words.get("mac-address", "").upper()
        if ip:
            device = self._box.hotspot.device_at(ip)
            if device is None:
                raise Trap(f"unknown host IP {ip}")
        else:
            device = self._box.hotspot.devices.get(mac)
            if device is None or not device.is_here:
                raise Trap(f"unknown host MAC {mac}")
        if mac and mac != device.mac:
            raise Trap(f"wrong MAC provided {mac}")
        return device

    def _devices(self, command: Command) -> list[Device]:
        words = dict(command.words)
        rows = self._box.tables[command.menu].chosen(words)
        _refuse_unknown(words, frozenset())
        return [self._box.hotspot.devices[row["mac-address"]] for row in rows]

    def _active_remove(self, command: Command) -> Answer:
        with self._box.lock:
            for device in self._devices(command):
                self._box.hotspot.log_out(device, "Admin-Reset")
        return Answer()

    def _host_remove(self, command: Command) -> Answer:
        with self._box.lock:
            for device in self._devices(command):
                self._box.hotspot.log_out(device, "Admin-Reset")
                device.is_here = False
        return Answer()

    def _reset_counters(self, command: Command) -> Answer:
        with self._box.lock:
            for row in self._box.tables[command.menu].chosen(dict(command.words)):
                row |= {"uptime": "0s", "bytes-in": "0", "bytes-out": "0"}
        return Answer()

    def _monitor_traffic(self, command: Command) -> Answer:
        _refuse_unknown(command.words, MONITOR_WORDS)
        names = command.words.get("interface", "").split(",")
        table = self._box.tables["/interface"]
        if any(table.find(name=name) is None for name in names):
            raise Trap("input does not match any value of interface", 1)
        if "once" in command.words:
            return Answer(self._traffic(names))
        return Answer(follow=lambda: self._traffic(names))

    def _traffic(self, names: list[str]) -> list[Row]:
        now, told = self._box.now(), self._box.traffic
        return [live.traffic_row(name, now) | told.get(name, {}) for name in names]

    def _clock_set(self, command: Command) -> Answer:
        table = self._box.tables["/system/clock"]
        _refuse_unknown(command.words, frozenset(table.spec.takes))
        shown = table.shown()[0]
        date = command.words.get("date", shown["date"])
        try:
            wall = live.wall_of(date, command.words.get("time", shown["time"]))
        except ValueError:
            raise Trap("invalid value for argument date", 1) from None
        self._box.set_wall(wall)
        return Answer()


def _refuse_unknown(words: Mapping[str, str], known: frozenset[str]) -> None:
    for name in words:
        if name not in known:
            raise Trap(f"unknown parameter {name}")
