"""The product's RouterOS client: who is online, let one in, put one out.

One Router is one connection of one thread. Every fault leaves here as TryAgain or
GiveUp; after any fault but a trap the connection is dropped, because the next
answer on it would be the last question's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TypeVar

from librouteros.exceptions import MultiTrapError, TrapError

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.wires.routeros_line import (
    Deadline,
    Line,
    PlainApi,
    RouterAddress,
    open_line,
)
from hotspot_lite.wires.routeros_words import (
    Active,
    Host,
    Resource,
    Row,
    Traffic,
    active_of,
    fault_of,
    host_of,
    refusal_of,
    resource_of,
    seconds_of,
    traffic_of,
)

__all__ = [
    "Active",
    "Host",
    "Resource",
    "Router",
    "RouterAddress",
    "Traffic",
    "seconds_of",
]

Fact = TypeVar("Fact")

_ACTIVE = (
    ".id,user,address,mac-address,uptime,session-time-left,bytes-in,bytes-out,radius"
)
_HOST = ".id,mac-address,address,server,uptime,authorized,bypassed,bytes-in,bytes-out"


class _Trapped(Exception):
    """The router refused with this text; the connection is still good."""


class Router:
    """A router's API. Opens its connection with the first call, keeps it till close().

    Each method is bounded by the address's deadline_seconds and raises TryAgain or
    GiveUp. Sources: MikroTik's API manual, and facts measured with librouteros 4.2.2.
    """

    def __init__(self, address: RouterAddress) -> None:
        self._address = address
        self._api: PlainApi | None = None
        self._owner = 0
        self._deadline = Deadline(0)

    def __enter__(self) -> Router:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection, if there is one; the next call opens another."""
        api, self._api = self._api, None
        if api is not None:
            api.close()

    def resource(self) -> Resource:
        """How the router is: version, uptime, load, memory."""
        self._begin()
        return self._facts(resource_of, "/system/resource/print")[0]

    def active(self, mac: str | None = None, user: str | None = None) -> list[Active]:
        """Who is logged in; all, or those of a device (MAC) and a user name."""
        self._begin()
        return self._active(mac, user)

    def hosts(self, mac: str | None = None) -> list[Host]:
        """The devices that the hotspot sees; all, or the one with a MAC."""
        self._begin()
        words = [f"=.proplist={_HOST}", *_query("mac-address", _mac(mac))]
        return self._facts(host_of, "/ip/hotspot/host/print", *words, may_be_empty=True)

    def log_in(self, user: str, password: str, mac_address: str, address: str) -> None:
        """Let a device in as a user, as if it had typed the password itself.

        A device that is in already as this user is left as it is, so that a job may
        run this twice; one that is in as somebody else is logged out first. The router
        may ask RADIUS meanwhile: let deadline_seconds be longer than the router waits
        for that, or a later try finds the device in.
        """
        self._begin()
        before = self._active(mac_address, None)
        if any(active.user == user for active in before):
            return
        self._remove(before)
        try:
            self._write(
                "/ip/hotspot/active/login",
                f"=user={user}",
                f"=password={password}",
                f"=mac-address={_mac(mac_address)}",
                f"=ip={address}",
            )
        except _Trapped as trapped:
            self._judge_login(str(trapped), user, mac_address)

    def log_out(self, mac: str) -> bool:
        """Put a device out, and its cookie; says whether it was in."""
        self._begin()
        return self._remove(self._active(mac, None))

    def traffic(self, interface: str) -> Traffic:
        """What an interface moves just now, in bits per second."""
        self._begin()
        words = (f"=interface={interface}", "=once=")
        return self._facts(traffic_of, "/interface/monitor-traffic", *words)[0]

    def rows(self, menu: str, *properties: str, **wanted: str) -> list[Row]:
        """A menu's rows as they are; `wanted` (with _ for -) must all be equal."""
        self._begin()
        words = [f"=.proplist={','.join(properties)}"] if properties else []
        for name, value in wanted.items():
            words += _query(name.replace("_", "-"), value)
        return self._read(f"{menu}/print", *words)

    def add(self, menu: str, **values: str) -> str:
        """Add a row (names with _ for -); gives its id, "" if the router is mute."""
        self._begin()
        rows = self._order(f"{menu}/add", *_words(values))
        return rows[0].get("ret", "") if rows else ""

    def change(self, menu: str, row_id: str, **values: str) -> None:
        """Set values of a row; "" as the id means a menu without rows."""
        self._begin()
        chosen = [f"=.id={row_id}"] if row_id else []
        self._order(f"{menu}/set", *chosen, *_words(values))

    def remove(self, menu: str, row_ids: Sequence[str]) -> None:
        """Remove rows; none given is nothing to do."""
        self._begin()
        if row_ids:
            self._order(f"{menu}/remove", f"=.id={','.join(row_ids)}")

    # -- what the commands share ---------------------------------------------

    def _begin(self) -> None:
        self._deadline = Deadline(self._address.deadline_seconds)

    def _active(self, mac: str | None, user: str | None) -> list[Active]:
        queries = [*_query("mac-address", _mac(mac)), *_query("user", user)]
        words = [f"=.proplist={_ACTIVE}", *queries]
        command = "/ip/hotspot/active/print"
        return self._facts(active_of, command, *words, may_be_empty=True)

    def _remove(self, those: list[Active]) -> bool:
        if not those:
            return False
        ids = ",".join(active.id for active in those)
        try:
            self._write("/ip/hotspot/active/remove", f"=.id={ids}")
        except _Trapped as trapped:
            # It went by itself between the question and the order.
            if "no such item" not in str(trapped):
                raise refusal_of(str(trapped)) from None
        return True

    def _is_in(self, user: str, mac: str) -> bool:
        return any(active.user == user for active in self._active(mac, None))

    def _judge_login(self, message: str, user: str, mac: str) -> None:
        """A refused login is fine if the device is in; by its own hand, perhaps."""
        if self._is_in(user, mac):
            return
        if "already logged in" in message:
            raise GiveUp(
                "The device is logged in as somebody else.", "Log it out first."
            )
        raise refusal_of(message)

    def _facts(
        self,
        make: Callable[[Row], Fact],
        command: str,
        *words: str,
        may_be_empty: bool = False,
    ) -> list[Fact]:
        """Read rows and make facts of them; a row that makes no sense is refused."""
        rows = self._read(command, *words)
        try:
            facts = [make(row) for row in rows]
        except (ValueError, KeyError):
            raise GiveUp(f"The router's answer to {command} can't be read.") from None
        if not facts and not may_be_empty:
            raise TryAgain(f"The router answers {command} with nothing.")
        return facts

    def _read(self, command: str, *words: str) -> list[Row]:
        """Ask; once more if a connection that was open already turns out dead."""
        was_open = self._api is not None
        try:
            return self._talk(command, words, is_sceptical=was_open)
        except TryAgain:
            if not was_open:
                raise
        except _Trapped as trapped:
            raise refusal_of(str(trapped)) from None
        try:
            return self._talk(command, words)
        except _Trapped as trapped:
            raise refusal_of(str(trapped)) from None

    def _order(self, command: str, *words: str) -> list[Row]:
        try:
            return self._write(command, *words)
        except _Trapped as trapped:
            raise refusal_of(str(trapped)) from None

    def _write(self, command: str, *words: str) -> list[Row]:
        """Order something, once: whether a lost order was obeyed nobody knows."""
        return self._talk(command, words)

    def _talk(
        self, command: str, words: Sequence[str], is_sceptical: bool = False
    ) -> list[Row]:
        """One command and its answer; raises _Trapped, TryAgain or GiveUp."""
        self._check_thread()
        try:
            api = self._connected(is_sceptical)
            return [
                {name: str(value) for name, value in row.items()}
                for row in api.rawCmd(command, *words)
            ]
        except (TrapError, MultiTrapError) as trap:
            raise _Trapped(_message_of(trap)) from None
        except HotspotError:
            raise
        except BaseException as error:
            self.close()
            if not isinstance(error, Exception):
                raise
            raise fault_of(error, self._place) from None

    def _connected(self, is_sceptical: bool) -> PlainApi:
        if self._api is None:
            self._owner = threading.get_ident()
            self._api = self._open()
        line = self._api.protocol.transport
        assert isinstance(line, Line)
        line.deadline = self._deadline
        # On an old line half the time must be left for a new one.
        half = self._address.deadline_seconds / 2
        line.patience_seconds = half if is_sceptical else None
        return self._api

    def _open(self) -> PlainApi:
        try:
            return open_line(self._address, self._deadline)
        except (TrapError, MultiTrapError) as trap:
            raise refusal_of(_message_of(trap)) from None

    def _check_thread(self) -> None:
        if self._api is not None and self._owner != threading.get_ident():
            raise RuntimeError("a Router belongs to the thread that opened it")

    @property
    def _place(self) -> str:
        return f"{self._address.host}:{self._address.port}"


def _query(name: str, value: str | None) -> list[str]:
    return [] if value is None else [f"?{name}={value}"]


def _words(values: dict[str, str]) -> list[str]:
    return [f"={name.replace('_', '-')}={value}" for name, value in values.items()]


def _mac(mac: str | None) -> str | None:
    return None if mac is None else mac.upper().replace("-", ":")


def _message_of(trap: TrapError | MultiTrapError) -> str:
    first = trap.traps[0] if isinstance(trap, MultiTrapError) else trap
    return str(first)
