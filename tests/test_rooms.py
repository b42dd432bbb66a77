"""Who may know whom: reads the imports of every module and fails on a breach."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path

import pytest

import hotspot_lite

HOUSE = Path(hotspot_lite.__file__).parent
GROUND = {
    *("errors", "clock", "settings", "bell", "samples", "sms_text", "watchdog"),
    *("patience", "renewal"),
}
RADIUS_AND_UP = {"radius", "wires", "trade", "store", "jobs", "box"}

# Room: (our rooms it may import, foreign packages it may import). Ground and the
# standard library are open to all.
MAY: dict[str, tuple[set[str], set[str]]] = {
    "": (set(), set()),
    "errors": (set(), set()),
    "clock": (set(), set()),
    "settings": (set(), set()),
    "bell": (set(), set()),
    "discreet": (set(), set()),
    "watchdog": (set(), set()),
    "renewal": (set(), set()),
    "samples": (set(), set()),
    "patience": (set(), set()),
    "sms_text": (set(), set()),
    "machine": (set(), set()),
    "store": (set(), {"peewee", "sqlite_utils", "cryptography"}),
    "jobs": ({"store"}, {"peewee", "huey"}),
    "trade": ({"store", "jobs"}, {"peewee", "argon2", "pyotp"}),
    "wires": (set(), {"urllib3", "librouteros", "pyrad"}),
    "radius": ({"store", "trade"}, {"pyrad", "peewee"}),
    # Reports as files: libraries that no daemon should carry, imported when called.
    "papers": ({"trade"}, {"openpyxl", "reportlab"}),
    "box": ({"discreet", "store", "jobs", "trade"}, set()),
    "onboarding": (set(), set()),
    "fitting": ({"onboarding", "wires"}, set()),
    "rails": ({"wires"}, set()),
    "outside": ({"rails", "box", "wires", "jobs", "onboarding"}, set()),
    "journey": (
        RADIUS_AND_UP
        | {"outside", "rails", "onboarding", "fitting", "papers", "machine"},
        {"huey"},
    ),
    "web": (
        {"box", "store", "jobs", "trade", "onboarding", "papers"},
        {"bottle", "waitress", "peewee", "segno"},
    ),
    "live": (
        {"box", "store", "jobs", "trade", "web"},
        {"gevent", "geventwebsocket", "peewee"},
    ),
    "town": (set(), {"pyrad"}),
    "units": (set(), set()),
}
# These start and show everything, so they may know everything.
TOP = {"serve", "cli", "demo", "drill", "stage", "doctor", "__main__"}


def modules() -> list[Path]:
    return sorted(HOUSE.rglob("*.py"))


def room_of(path: Path) -> str:
    first = path.relative_to(HOUSE).parts[0]
    return "" if first == "__init__.py" else first.removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Every module that a file imports, at its top or in a function."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: relative imports hide the room"
            if node.module == "hotspot_lite":
                found |= {f"hotspot_lite.{alias.name}" for alias in node.names}
            else:
                found.add(node.module or "")
    return found


def breaches(path: Path) -> list[str]:
    room = room_of(path)
    if room in TOP:
        return []
    rooms, packages = MAY[room]
    allowed = rooms | GROUND | {room, "__version__"}
    wrong = []
    for name in sorted(imports_of(path)):
        head, _, rest = name.partition(".")
        ours = rest.partition(".")[0]
        if head == "hotspot_lite":
            if ours not in allowed:
                wrong.append(name)
        elif head not in sys.stdlib_module_names | packages:
            wrong.append(name)
    return wrong


def test_every_room_is_on_the_plan() -> None:
    assert {room_of(path) for path in modules()} <= set(MAY) | TOP


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(HOUSE)))
def test_a_room_imports_only_what_it_may_know(path: Path) -> None:
    assert breaches(path) == []


def test_a_breach_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "wires").mkdir()
    bad = tmp_path / "wires" / "bad.py"
    bad.write_text("from hotspot_lite.trade import payments\nimport bottle\n")
    monkeypatch.setitem(globals(), "HOUSE", tmp_path)
    assert breaches(bad) == ["bottle", "hotspot_lite.trade"]


def test_one_wire_does_not_know_another_outside_thing() -> None:
    for path in (HOUSE / "wires").glob("*.py"):
        family = path.stem.partition("_")[0]
        for name in imports_of(path):
            if name.startswith("hotspot_lite.wires."):
                other = name.split(".")[2].partition("_")[0]
                known = (family, "http", "rail", "bookkeeper")
                assert other in known, f"{path.name} imports {name}"


TRADE = HOUSE / "trade"


def rooms_of_the_trade() -> list[str]:
    """Its rooms as the map in its docstring lists them, from the ground up."""
    text = (TRADE / "__init__.py").read_text(encoding="utf-8")
    return re.findall(r"^([a-z]+)  +\w", text, re.MULTILINE)


def trade_imports(path: Path) -> set[tuple[str, str]]:
    """The (room, module) of the trade that a file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.ImportFrom):
            continue
        parts = (node.module or "").split(".")
        if parts[:2] == ["hotspot_lite", "trade"]:
            inner = parts[2:]
            for alias in node.names:
                room, module = [*inner, alias.name, ""][:2]
                found.add((room, module))
    return found


def test_the_map_of_the_trade_lists_every_room() -> None:
    there = {path.parent.name for path in TRADE.glob("*/__init__.py")}
    assert set(rooms_of_the_trade()) == there
    assert {path.name for path in TRADE.glob("*.py")} == {"__init__.py"}


def test_a_room_of_the_trade_imports_only_those_above_it_on_the_map() -> None:
    order = rooms_of_the_trade()
    for path in TRADE.glob("*/**/*.py"):
        mine = order.index(path.relative_to(TRADE).parts[0])
        for room, module in trade_imports(path):
            assert order.index(room) <= mine, f"{path} imports {room}.{module}"


def test_modules_of_a_room_of_the_trade_never_import_in_a_circle() -> None:
    for room in rooms_of_the_trade():
        graph = {
            path.stem: {
                module for other, module in trade_imports(path) if other == room
            }
            for path in (TRADE / room).glob("*.py")
            if path.stem != "__init__"
        }
        while graph:
            free = [name for name, needs in graph.items() if not needs & set(graph)]
            assert free, f"a circle among {sorted(graph)}"
            for name in free:
                del graph[name]


def test_the_docstring_of_a_room_of_the_trade_names_its_modules() -> None:
    for room in rooms_of_the_trade():
        folder = TRADE / room
        there = {path.stem for path in folder.glob("*.py")} - {"__init__"}
        text = (folder / "__init__.py").read_text(encoding="utf-8")
        assert there - set(re.findall(r"[a-z_0-9]+", text)) == set(), room


# Who comes by which door: a room of the web, and the rooms of it that it may import.
DOORS = {
    "portal": {"portal"},
    "inbound": {"inbound"},
    "v1": {"v1"},
    "admin": {"admin", "portal"},
}


def test_customers_pages_know_nothing_of_the_staffs() -> None:
    web = HOUSE / "web"
    assert {path.parent.name for path in web.glob("*/__init__.py")} == set(DOORS)
    for room, may in DOORS.items():
        for path in (web / room).rglob("*.py"):
            known = {
                name.split(".")[2]
                for name in imports_of(path)
                if name.startswith("hotspot_lite.web.")
            }
            assert known & set(DOORS) <= may, f"{path} imports {known}"
