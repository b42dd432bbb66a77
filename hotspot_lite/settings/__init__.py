"""Every setting of the box, declared once: name, kind, default, help, check.

From the one list in `declared` come the reading of environment and file, the commented
config.toml, the settings page, the table of docs/settings.md and the errors.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hotspot_lite.errors import BadInput
from hotspot_lite.settings.checks import HoldsSecret, Value
from hotspot_lite.settings.declared import BY_NAME, BY_VARIABLE, DECLARED, Setting

__all__ = [
    "BY_NAME",
    "BY_VARIABLE",
    "CONFIG_FILE",
    "DECLARED",
    "NOT_SETTINGS",
    "Setting",
    "Settings",
    "as_toml",
    "checked",
    "load",
    "unknown",
]

CONFIG_FILE = Path("/etc/hotspot-lite/config.toml")
# Variables of ours that are not settings: where the file is, which lanes a
# consumer serves.
NOT_SETTINGS = frozenset({"HOTSPOT_CONFIG", "HOTSPOT_LANES"})


@dataclass(frozen=True)
class Settings:
    """The values in force. `settings["web.port"]` is an int where it is declared so."""

    values: Mapping[str, Value] = field(repr=False)
    origins: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Any:
        if name not in BY_NAME:
            raise unknown(name, BY_NAME, "setting")
        return self.values[name]

    def origin(self, name: str) -> str:
        """Where the value came from: environment, file, database or default."""
        return self.origins.get(name, "default")

    @property
    def data_dir(self) -> Path:
        """The folder of what must survive."""
        return Path(str(self.values["box.data_dir"]))

    @property
    def run_dir(self) -> Path:
        """The folder of what need not."""
        return Path(str(self.values["box.run_dir"]))

    @property
    def database_file(self) -> Path:
        """The one truth."""
        return self.data_dir / "hotspot.db"


def unknown(name: str, known: Iterable[str], what: str) -> BadInput:
    """The error for a name we don't know, with the nearest one we do."""
    import difflib  # for a mistake alone: every process loads this module

    near = difflib.get_close_matches(name, list(known), 1, 0.5)
    todo = f"Did you mean {near[0]}?" if near else f"Remove it, or see the {what} list."
    return BadInput(f"There is no {what} {name}.", todo, field=name)


def checked(name: str, raw: object, where: str) -> Value:
    """`raw` as the value of setting `name`.

    Raises BadInput that names the setting, the place it stands in and what it must
    be, without repeating a secret.
    """
    setting = BY_NAME.get(name)
    if setting is None:
        raise unknown(name, BY_NAME, "setting")
    words = {True: "yes", False: "no"}
    given = words[raw] if isinstance(raw, bool) else str(raw).strip()
    if isinstance(raw, list | dict | float) or raw is None:
        raise BadInput(f"{name} in {where} is not a text or number.", field=name)
    try:
        return setting.check(given)
    except ValueError as exc:
        hides = setting.secret or isinstance(exc, HoldsSecret)
        shown = "" if hides else f" {given!r}"
        raise BadInput(
            f"{name} in {where} is{shown}; it must be {exc}.", field=name
        ) from None


def _from_environment(environ: Mapping[str, str]) -> dict[str, Value]:
    found = {}
    for variable, raw in environ.items():
        if not variable.startswith("HOTSPOT_") or variable in NOT_SETTINGS:
            continue
        setting = BY_VARIABLE.get(variable)
        if setting is None:
            raise unknown(variable, BY_VARIABLE, "environment variable")
        found[setting.name] = checked(setting.name, raw, f"environment {variable}")
    return found


def _from_file(path: Path) -> dict[str, Value]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except PermissionError:
        raise BadInput(
            f"{path} can't be read by this user.", "Run as root or hotspot-lite."
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadInput(f"{path} is not valid TOML: {exc}.", "Mend that line.") from None
    found = {}
    for section, table in tables.items():
        if not isinstance(table, dict):
            sections = {name.partition(".")[0] for name in BY_NAME}
            raise unknown(section, sections, f"section in {path}:")
        for key, raw in table.items():
            name = f"{section}.{key}"
            found[name] = checked(name, raw, str(path))
    return found


def load(
    environ: Mapping[str, str] | None = None,
    stored: Mapping[str, str] | None = None,
) -> Settings:
    """The settings in force: environment, then file, then `stored`, then default.

    `stored` is what the admin page has put in the database. Raises BadInput for the
    first unknown or wrong one, by name.
    """
    environ = os.environ if environ is None else environ
    layers = {
        "environment": _from_environment(environ),
        "file": _from_file(Path(environ.get("HOTSPOT_CONFIG", CONFIG_FILE))),
        "database": {
            name: checked(name, raw, "the database")
            for name, raw in (stored or {}).items()
        },
    }
    values: dict[str, Value] = {s.name: s.default for s in DECLARED}
    origins: dict[str, str] = {}
    for origin in ("database", "file", "environment"):
        values.update(layers[origin])
        origins.update(dict.fromkeys(layers[origin], origin))
    return Settings(values, origins)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def as_toml(values: Mapping[str, Value]) -> str:
    """config.toml with every setting explained; those in `values` are set."""
    lines = [
        "# hotspot-lite. Lines that begin with # show the default. The environment",
        "# (HOTSPOT_SECTION_NAME) goes before this file, this file before the admin",
        "# page. After a change: hotspot-lite doctor, then restart.",
    ]
    section = ""
    for setting in DECLARED:
        head, _, name = setting.name.partition(".")
        if head != section:
            section = head
            lines += ["", f"[{section}]"]
        lines.append(f"# {setting.help}")
        given = values.get(setting.name)
        mark = "#" if given is None else ""
        shown = setting.default if given is None else given
        lines.append(f"{mark}{name} = {_toml(shown)}")
    return "\n".join(lines) + "\n"
