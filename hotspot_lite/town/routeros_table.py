"""One menu of the pretend router: rows, and what add, set and remove do to them.

Knows rows and refusals; who asks, and over which wire, is known elsewhere.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Mapping

from hotspot_lite.town.routeros_menus import Spec
from hotspot_lite.town.routeros_values import Trap

Row = dict[str, str]
Tables = dict[str, "Table"]
Live = Callable[[str], list[Row]]


class Table:
    """The rows of one menu; `live`, where given, makes them afresh for each print."""

    def __init__(self, spec: Spec, tables: Tables, live: Live | None = None) -> None:
        self.spec = spec
        self.rows: list[Row] = []
        self._tables = tables
        self._live = live
        self._next_id = 1

    def shown(self, mac: str = "") -> list[Row]:
        """The rows as print gives them: hidden properties and unset ones left out.

        A live menu makes only the row of `mac`, if it is given and it can.
        """
        rows = self._live(mac) if self._live else self.rows
        hidden = self.spec.hidden
        return [
            {name: value for name, value in row.items() if name not in hidden}
            for row in rows
        ]

    def append(self, **values: str) -> Row:
        """Put a row in as the router itself does, unchecked; _ stands for -."""
        row = {} if self.spec.is_single else {".id": self._new_id()}
        row |= self.spec.begins
        row |= {name.replace("_", "-"): value for name, value in values.items()}
        self.rows.append(row)
        return row

    def find(self, **wanted: str) -> Row | None:
        """The first row whose properties (_ for -) are as wanted, or None."""
        pairs = {name.replace("_", "-"): value for name, value in wanted.items()}
        for row in self.rows:
            if all(row.get(name) == value for name, value in pairs.items()):
                return row
        return None

    def add(self, words: Mapping[str, str]) -> str:
        """Add a row as a client asks; gives its id, raises Trap."""
        values = self._checked(words)
        missing = [name for name in self.spec.required if not values.get(name)]
        if missing:
            raise Trap(f"missing value(s) of argument(s) {' '.join(missing)}")
        self._refuse_double({**self.spec.begins, **values}, ignore=None)
        row = self.append(**values)
        self._derive(row)
        return row[".id"]

    def set(self, words: Mapping[str, str]) -> None:
        """Change the rows that .id or numbers name; raises Trap before any change."""
        words = dict(words)
        rows = self.rows[:1] if self.spec.is_single else self.chosen(words)
        values = self._checked(words)
        for row in rows:
            self._refuse_double({**row, **values}, ignore=row)
        for row in rows:
            row.update(values)
            self._derive(row)

    def remove(self, words: Mapping[str, str]) -> list[Row]:
        """Take the named rows out and give them back; raises Trap."""
        words = dict(words)
        rows = self.chosen(words)
        self._checked(words)
        if any(row.get("default") == "true" for row in rows):
            raise Trap("failure: can not remove default item")
        for row in rows:
            if row in self.rows:
                self.rows.remove(row)
        return rows

    def unset(self, words: Mapping[str, str]) -> None:
        """Forget the property that value-name names; raises Trap."""
        words = dict(words)
        name = words.pop("value-name", "")
        if name not in self.spec.takes:
            raise Trap("input does not match any value of value-name", 1)
        for row in self.chosen(words):
            row.pop(name, None)

    def chosen(self, words: dict[str, str]) -> list[Row]:
        """Take .id or numbers out of the words and find their rows; raises Trap."""
        named = words.pop(".id", None)
        named = words.pop("numbers", None) if named is None else named
        if named is None:
            raise Trap("missing value(s) of argument(s) numbers")
        return [self._row_named(name) for name in named.split(",")]

    def _row_named(self, name: str) -> Row:
        for row in self._live("") if self._live else self.rows:
            if name and name in (row.get(".id"), row.get("name")):
                return row
        raise Trap("no such item", 0)

    def _new_id(self) -> str:
        number, self._next_id = self._next_id, self._next_id + 1
        return f"*{number:X}"

    def _checked(self, words: Mapping[str, str]) -> Row:
        return {name: self._check(name, value) for name, value in words.items()}

    def _check(self, name: str, value: str) -> str:
        if name not in self.spec.takes:
            raise Trap(f"unknown parameter {name}")
        if value == "" and self._may_be_empty(name):
            return value
        self._check_reference(name, value)
        return self.spec.takes[name](name, value)

    def _may_be_empty(self, name: str) -> bool:
        """What begins with a value can't be emptied; the rest is forgotten by it."""
        return name not in self.spec.required and not self.spec.begins.get(name)

    def _check_reference(self, name: str, value: str) -> None:
        path = self.spec.refers.get(name)
        if path is None or value == "all":
            return
        if not any(row.get("name") == value for row in self._tables[path].rows):
            raise Trap(f"input does not match any value of {name}", 1)

    def _refuse_double(self, values: Row, ignore: Row | None) -> None:
        unique = self.spec.unique
        if not unique or not any(values.get(name) for name in unique):
            return
        for row in self.rows:
            same = all(_meant(row, name) == _meant(values, name) for name in unique)
            if same and row is not ignore:
                raise Trap(self.spec.duplicate)

    def _derive(self, row: Row) -> None:
        """Work out what a router adds by itself, and forget what was emptied."""
        if self.spec.path == "/ip/address":
            row["network"] = network_of(row["address"])
            row["actual-interface"] = row["interface"]
        if self.spec.path == "/ip/hotspot/user" and row.get("server") == "all":
            # How a user of every server is shown.
            del row["server"]
        for name in self.spec.takes:
            if row.get(name) == "" and name not in self.spec.begins:
                del row[name]


def _meant(row: Mapping[str, str], name: str) -> str | None:
    """A user without a server is one of every server."""
    return row.get(name, "all" if name == "server" else None)


def network_of(address: str) -> str:
    """The network address of an address with prefix: 10.5.50.1/24 -> 10.5.50.0."""
    return str(ipaddress.ip_interface(address).network.network_address)


def project(rows: Iterable[Row], proplist: str | None) -> list[Row]:
    """Keep the properties that .proplist names, in its order; absent ones are left out.

    `None` means no .proplist was sent: all properties stay.
    """
    if proplist is None:
        return list(rows)
    names = proplist.split(",")
    return [{name: row[name] for name in names if name in row} for row in rows]
