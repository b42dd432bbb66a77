"""Talking to a RouterOS API: one connection of one thread, questions and orders.

Every fault leaves here as TryAgain or GiveUp; after any fault but a trap the connection
is dropped, because the next answer on it would be the last question's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import Self, TypeVar

from librouteros.exceptions import MultiTrapError, TrapError

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.wires.routeros_faults import fault_of, refusal_of
from hotspot_lite.wires.routeros_line import (
    Deadline,
    Line,
    PlainApi,
    RouterAddress,
    open_line,
)
from hotspot_lite.wires.routeros_words import Row

Fact = TypeVar("Fact")


class Trapped(Exception):
    """The router refused with this text; the connection is still good."""


class Talk:
    """A router's API. Opens its connection with the first call, keeps it till close().

    Each public method is bounded by the address's deadline_seconds and raises TryAgain
    or GiveUp. Sources: MikroTik's API manual; faults measured with librouteros 4.2.2.
    """

    def __init__(self, address: RouterAddress) -> None:
        self._address = address
        self._allowed_seconds = address.deadline_seconds
        self._api: PlainApi | None = None
        self._owner = 0
        self._deadline = Deadline(0)

    def __enter__(self) -> Self:
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

    @contextmanager
    def at_length(self, seconds: float) -> Iterator[None]:
        """Calls within may take that long each: for lists of thousands."""
        self._allowed_seconds = seconds
        try:
            yield
        finally:
            self._allowed_seconds = self._address.deadline_seconds

    # -- any menu ------------------------------------------------------------

    def rows(self, menu: str, *properties: str, **wanted: str) -> list[Row]:
        """A menu's rows as they are; `wanted` (with _ for -) must all be equal."""
        self._begin()
        words = [f"=.proplist={','.join(properties)}"] if properties else []
        for name, value in wanted.items():
            words += query(name.replace("_", "-"), value)
        return self._read(f"{menu}/print", *words)

    def add(self, menu: str, **values: str) -> str:
        """Add a row (names with _ for -); gives its id, "" if the router is mute."""
        return self.add_words(menu, _dashed(values))

    def add_words(self, menu: str, values: Mapping[str, str]) -> str:
        """Add a row; gives its id, "" if the router is mute."""
        self._begin()
        rows = self._order(f"{menu}/add", *_words(values))
        return rows[0].get("ret", "") if rows else ""

    def change(self, menu: str, row_id: str, **values: str) -> None:
        """Set values (names with _ for -) of a row; id "" is a menu without rows."""
        self.change_words(menu, row_id, _dashed(values))

    def change_words(self, menu: str, row_id: str, values: Mapping[str, str]) -> None:
        """Set values of a row; no value is nothing to do, and nothing is sent."""
        self._begin()
        chosen = [f"=.id={row_id}"] if row_id else []
        if values:
            self._order(f"{menu}/set", *chosen, *_words(values))

    def remove(self, menu: str, row_ids: Sequence[str]) -> None:
        """Remove rows; none given is nothing to do, and what is gone is gone."""
        self._begin()
        if row_ids:
            self._remove(menu, row_ids)

    def run(self, command: str, values: Mapping[str, str]) -> list[Row]:
        """Carry out any other command, once; gives what it answers."""
        self._begin()
        return self._order(command, *_words(values))

    # -- what the commands share ---------------------------------------------

    def _begin(self) -> None:
        self._deadline = Deadline(self._allowed_seconds)

    def _remove(self, menu: str, row_ids: Sequence[str]) -> None:
        try:
            self._talk(f"{menu}/remove", [f"=.id={','.join(row_ids)}"])
        except Trapped as trapped:
            if "no such item" not in str(trapped):
                raise refusal_of(str(trapped)) from None
            # One of several went by itself, and which were obeyed isn't told.
            for row_id in row_ids if len(row_ids) > 1 else ():
                self._remove(menu, [row_id])

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
        except Trapped as trapped:
            raise refusal_of(str(trapped)) from None
        return self._order(command, *words)

    def _order(self, command: str, *words: str) -> list[Row]:
        """Order something, once: whether a lost order was obeyed nobody knows."""
        try:
            return self._talk(command, words)
        except Trapped as trapped:
            raise refusal_of(str(trapped)) from None

    def _talk(
        self, command: str, words: Sequence[str], is_sceptical: bool = False
    ) -> list[Row]:
        """One command and its answer; raises Trapped, TryAgain or GiveUp."""
        self._check_thread()
        try:
            api = self._connected(is_sceptical)
            return [
                {name: str(value) for name, value in row.items()}
                for row in api.rawCmd(command, *words)
            ]
        except (TrapError, MultiTrapError) as trap:
            raise Trapped(_message_of(trap)) from None
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
        half = self._allowed_seconds / 2
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


def query(name: str, value: str | None) -> list[str]:
    """The words that ask for equal rows only; None asks for all."""
    return [] if value is None else [f"?{name}={value}"]


def _dashed(values: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in values.items()}


def _words(values: Mapping[str, str]) -> list[str]:
    return [f"={name}={value}" for name, value in values.items()]


def _message_of(trap: TrapError | MultiTrapError) -> str:
    first = trap.traps[0] if isinstance(trap, MultiTrapError) else trap
    return str(first)
