"""The router's hotspot: devices that join, log in, use data and are put out again.

Knows hosts, sessions and their limits. Pages are served in `servlet`, RADIUS is
spoken in `nas`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

from hotspot_lite.town.nas import Caller, Nas, NoAnswer, Rejected
from hotspot_lite.town.routeros_table import Row, Tables
from hotspot_lite.town.routeros_values import duration, seconds_of
from hotspot_lite.town.sessions import Session
from hotspot_lite.town.terms import Terms, terms_of_user

CLASS = 25
NO_MAC = "00:00:00:00:00:00"
"""A user with it may come from any device."""


class Refused(Exception):
    """A login that failed, in the words of the router's errors.txt."""


class Device:
    """A phone on the WiFi. `ip` is the address it calls from (127.0.0.0/8 in tests)."""

    def __init__(self, hotspot: Hotspot, mac: str, ip: str) -> None:
        self._hotspot = hotspot
        self.mac = mac.upper()
        self.ip = ip
        self.joined_at = 0.0
        self.is_here = False
        self.session: Session | None = None
        self.bytes_up = 0
        self.bytes_down = 0

    @property
    def is_online(self) -> bool:
        """Say whether the device is logged in."""
        return self.session is not None

    def log_in(self, user: str, password: str) -> Session:
        """Log in as the router's login page does; raises Refused."""
        return self._hotspot.log_in(self, user, password)

    def log_out(self) -> None:
        """Log out by the device's own wish."""
        self._hotspot.log_out(self, "User-Request")

    def leave(self) -> None:
        """Go out of reach: the session ends as lost, the host row goes."""
        self._hotspot.leave(self)

    def use(self, up_bytes: int, down_bytes: int) -> bool:
        """Use data; says whether the device is still online afterwards."""
        return self._hotspot.use(self, up_bytes, down_bytes)


class Hotspot:
    """All devices of one hotspot server. `now` is the router's running time."""

    def __init__(
        self,
        tables: Tables,
        nas: Nas,
        server: str,
        now: Callable[[], float],
        tell: Callable[[str], None],
        log: Callable[[str, str], None],
        lock: threading.RLock,
    ) -> None:
        self._tables = tables
        self._nas = nas
        self._now = now
        self._tell = tell
        self._write_log = log
        self._lock = lock
        self._busy: set[str] = set()
        self.server = server
        self.logoff_url = ""
        self.account_local_users = False
        self.devices: dict[str, Device] = {}

    def join(self, mac: str, ip: str) -> Device:
        """A device appears on the WiFi; a stored mac-cookie lets it straight in."""
        with self._lock:
            device = self.devices.get(mac.upper()) or Device(self, mac, ip)
            self.devices[device.mac] = device
            device.ip, device.is_here, device.joined_at = ip, True, self._now()
            self._tell(f"join {device.mac} {ip}")
            cookie = self._tables["/ip/hotspot/cookie"].find(mac_address=device.mac)
        if cookie is not None and not device.is_online:
            self._log_in_by_cookie(device, cookie)
        return device

    def leave(self, device: Device) -> None:
        """A device is gone."""
        with self._lock:
            self.log_out(device, "Lost-Carrier", keep_cookie=True)
            device.is_here = False
            self._tell(f"leave {device.mac}")

    def device_at(self, ip: str) -> Device | None:
        """The device that has an address now, or None."""
        for device in list(self.devices.values()):
            if device.is_here and device.ip == ip:
                return device
        return None

    def sessions(self) -> Iterator[tuple[Device, Session]]:
        """Who is online."""
        for device in list(self.devices.values()):
            if device.session is not None:
                yield device, device.session

    def log_in(
        self, device: Device, user: str, password: str, by: str = "http-pap"
    ) -> Session:
        """Let a device in: local users first, then RADIUS. Raises Refused.

        The router's lock isn't held while RADIUS is asked, which may take seconds.
        """
        with self._lock:
            if device.mac in self._busy:
                raise Refused("already authorizing, retry later")
            self._busy.add(device.mac)
        try:
            return self._admit(device, user, password, by)
        except Refused as refusal:
            self._tell(f"refused {device.mac} {user}: {refusal}")
            self._log(device, user, f"login failed: {refusal}")
            raise
        finally:
            self._busy.discard(device.mac)

    def log_out(self, device: Device, cause: str, keep_cookie: bool = False) -> None:
        """End a device's session, if it has one, and account for it."""
        with self._lock:
            session, device.session = device.session, None
            if session is None:
                return
            if not keep_cookie:
                self._drop_cookie(device)
            self._count_local(session)
            self._account("Stop", session, cause)
        self._tell(f"logout {device.mac} {session.user} {cause}")
        why = cause.lower().replace("-", " ")
        self._log(device, session.user, f"logged out: {why}")

    def use(self, device: Device, up_bytes: int, down_bytes: int) -> bool:
        """Count data that a device moves; a reached limit puts it out."""
        with self._lock:
            session = device.session
            if session is None:
                return False
            for counted in (device, session):
                counted.bytes_up += up_bytes
                counted.bytes_down += down_bytes
            session.used_at = self._now()
            if session.is_over_limit():
                # Which cause a router gives for traffic isn't established.
                self.log_out(device, "Session-Timeout")
            return device.is_online

    def tick(self) -> None:
        """Enforce what time brings: session and idle timeouts, interim updates."""
        with self._lock:
            now = self._now()
            for device, session in list(self.sessions()):
                self._tick_session(device, session, now)

    def forget_all(self) -> None:
        """Drop every session and host without a word, as losing power does."""
        with self._lock:
            for device in self.devices.values():
                device.session, device.is_here = None, False

    def _tick_session(self, device: Device, session: Session, now: float) -> None:
        idle_limit = session.terms.idle_seconds
        if session.seconds_left(now) == 0:
            self.log_out(device, "Session-Timeout")
        elif idle_limit is not None and now - session.used_at >= idle_limit:
            self.log_out(device, "Idle-Timeout", keep_cookie=True)
        elif self._interim_is_due(session, now):
            session.interim_at = now
            self._account("Interim-Update", session)

    def _interim_is_due(self, session: Session, now: float) -> bool:
        wanted = self._profile().get("radius-interim-update", "received")
        seconds = session.terms.interim_seconds
        if wanted != "received":
            seconds = seconds_of(wanted)
        return bool(seconds) and now - session.interim_at >= (seconds or 0)

    def _admit(self, device: Device, user: str, password: str, by: str) -> Session:
        caller = self._caller(device, user)
        row = self._local_user(user)
        if row is not None:
            terms = self._judge_local(device, row, password)
        else:
            terms = self._ask_radius(caller, password)
        with self._lock:
            self._refuse_crowd(device, user, terms)
            return self._open(device, caller, terms, password, by, row is None)

    def _open(
        self,
        device: Device,
        caller: Caller,
        terms: Terms,
        password: str,
        by: str,
        is_radius: bool,
    ) -> Session:
        now = self._now()
        self.log_out(device, "User-Request", keep_cookie=True)
        session = Session(
            caller, by, is_radius, terms, now, password, used_at=now, interim_at=now
        )
        device.session = session
        self._keep_cookie(device, session)
        self._account("Start", session)
        self._tell(f"login {device.mac} {session.user}")
        self._log(device, session.user, "logged in")
        return session

    def _caller(self, device: Device, user: str) -> Caller:
        row = self._server_row()
        return Caller(
            device.mac,
            device.ip,
            user,
            self._nas.next_port(),
            self.server,
            row.get("interface", ""),
        )

    def _server_row(self) -> Row:
        return self._tables["/ip/hotspot"].find(name=self.server) or {}

    def _profile(self) -> Row:
        name = self._server_row().get("profile", "default")
        return self._tables["/ip/hotspot/profile"].find(name=name) or {}

    def accepts(self, way: str) -> bool:
        """Say whether the server profile's login-by has a way of logging in."""
        return way in self._profile().get("login-by", "").split(",")

    def _local_user(self, user: str) -> Row | None:
        for row in self._tables["/ip/hotspot/user"].rows:
            here = row.get("server", "all") in ("all", self.server)
            if row["name"] == user and row["disabled"] == "false" and here:
                return row
        return None

    def _judge_local(self, device: Device, row: Row, password: str) -> Terms:
        user = row["name"]
        if row.get("password", "") != password:
            raise Refused("invalid username or password")
        if row.get("mac-address", NO_MAC) not in (NO_MAC, device.mac):
            raise Refused(f"user {user} is not allowed to log in from this MAC address")
        terms = terms_of_user(row, self._user_profile(row["profile"]))
        if terms.seconds == 0:
            raise Refused(f"user {user} has reached uptime limit")
        if 0 in (terms.up_bytes, terms.down_bytes, terms.total_bytes):
            raise Refused(f"user {user} has reached traffic limit")
        return terms

    def _ask_radius(self, caller: Caller, password: str) -> Terms:
        if self._profile().get("use-radius") != "true":
            raise Refused("invalid username or password")
        try:
            return self._nas.ask(caller, password, self.logoff_url)
        except Rejected as rejection:
            raise Refused(str(rejection) or "invalid username or password") from None
        except NoAnswer:
            raise Refused("RADIUS server is not responding") from None

    def _refuse_crowd(self, device: Device, user: str, terms: Terms) -> None:
        """A user's other devices count against shared-users (Port-Limit)."""
        limit: int | None = terms.port_limit
        if limit is None:
            profile = self._user_profile(terms.group or "default")
            shared = profile.get("shared-users", "1")
            limit = None if shared == "unlimited" else int(shared)
        others = sum(
            session.user == user
            for other, session in self.sessions()
            if other is not device
        )
        if limit is not None and others >= limit:
            raise Refused(f"no more sessions are allowed for user {user}")

    def _user_profile(self, name: str) -> Row:
        return self._tables["/ip/hotspot/user/profile"].find(name=name) or {}

    def _count_local(self, session: Session) -> None:
        """Add what a session used to its user's row; RADIUS users have none."""
        row = None if session.is_radius else self._local_user(session.user)
        if row is None:
            return
        spent = seconds_of(row["uptime"]) + session.seconds_spent(self._now())
        row["uptime"] = duration(spent)
        row["bytes-in"] = str(int(row["bytes-in"]) + session.bytes_up)
        row["bytes-out"] = str(int(row["bytes-out"]) + session.bytes_down)

    def _account(self, status: str, session: Session, cause: str = "") -> None:
        if not session.is_radius and not self.account_local_users:
            return
        if self._profile().get("radius-accounting", "true") != "true":
            return
        words: dict[Any, Any] = {}
        if session.terms.classes:
            # By number: pyrad would read a Class that begins with 0x as hexadecimal.
            words[CLASS] = list(session.terms.classes)
        if status != "Start":
            words |= session.counters(self._now())
        self._nas.account(status, session.caller, words, cause)

    def _keep_cookie(self, device: Device, session: Session) -> None:
        profile = self._user_profile(session.terms.group or "default")
        if not self.accepts("mac-cookie") or profile.get("add-mac-cookie") != "true":
            return
        self._drop_cookie(device)
        self._tables["/ip/hotspot/cookie"].append(
            user=session.user,
            mac_address=device.mac,
            expires_in=profile.get("mac-cookie-timeout", "3d"),
            mac_cookie="true",
            password=session.password,
        )

    def _drop_cookie(self, device: Device) -> None:
        table = self._tables["/ip/hotspot/cookie"]
        table.rows[:] = [row for row in table.rows if row["mac-address"] != device.mac]

    def _log_in_by_cookie(self, device: Device, cookie: Row) -> None:
        try:
            self.log_in(device, cookie["user"], cookie["password"], by="mac-cookie")
        except Refused:
            self._drop_cookie(device)

    def _log(self, device: Device, user: str, what: str) -> None:
        self._write_log("hotspot,info,debug", f"{user} ({device.ip}): {what}")
