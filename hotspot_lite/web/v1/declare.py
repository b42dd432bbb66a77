"""What an endpoint of the API is: declared once, served, checked and documented by it.

Schemas are JSON Schema (2020-12), the part of it that `fits` knows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.people.staff import Person

Schema = dict[str, Any]

# An INTEGER of SQLite, and no more than JavaScript can count to.
LARGEST = 2**53 - 1
TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "object": dict,
}
# Letters that a database, a log or a page could stumble over.
NO_CONTROL = r"^[^\x00-\x1f\x7f]*$"


@dataclass(frozen=True)
class Call:
    """One request: who asks, and what; `path`, `query` and `body` fit their schemas."""

    box: Box
    person: Person
    path: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Mapping[str, Any]

    @property
    def now(self) -> int:
        """The time, in seconds since 1970."""
        return self.box.clock.now().at


@dataclass(frozen=True)
class Endpoint:
    """One thing that a program may ask for.

    `path` has its words in braces. `roles` may ask besides the owner; none: everybody.
    `query` and `body` are schemas by name, those in `needs` must be there.
    """

    method: str
    path: str
    summary: str
    view: Callable[[Call], Any]
    answer: Schema
    roles: tuple[str, ...] = ()
    query: Mapping[str, Schema] = field(default_factory=dict)
    body: Mapping[str, Schema] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    status: int = 200
    fails: tuple[int, ...] = ()


# -- Schemas -----------------------------------------------------------------------


def text(most: int = 200, least: int = 0, **more: Any) -> Schema:
    """A text without control characters."""
    pattern = {} if "enum" in more else {"pattern": NO_CONTROL}
    return {"type": "string", "minLength": least, "maxLength": most} | pattern | more


def one_of(*words: str) -> Schema:
    """One of these words."""
    return {"type": "string", "enum": list(words)}


def whole(least: int = 0, most: int = LARGEST) -> Schema:
    """A whole number."""
    return {"type": "integer", "minimum": least, "maximum": most}


def flag() -> Schema:
    """True or false."""
    return {"type": "boolean"}


def day() -> Schema:
    """A day at the place, 2026-11-28."""
    return {"type": "string", "format": "date"}


def mac() -> Schema:
    """A device, AA:BB:CC:DD:EE:FF."""
    return {"type": "string", "pattern": r"^([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}$"}


def maybe(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(**fields: Schema) -> Schema:
    """An object with exactly these."""
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def rows(schema: Schema) -> Schema:
    """A list of them."""
    return {"type": "array", "items": schema}


# In an answer: what is ours needs no limits.
WORD: Schema = {"type": "string"}
NUMBER: Schema = {"type": "integer"}
TIME: Schema = {"type": "string", "description": "UTC, 2026-11-28T14:02:00Z"}


# -- Checking ----------------------------------------------------------------------


def check(fields: Mapping[str, Schema], needs: tuple[str, ...], given: Any) -> None:
    """Whether a body fits. Raises BadInput with the field that doesn't."""
    if not isinstance(given, dict):
        raise BadInput("The body is to be a JSON object.")
    for name in needs:
        if name not in given:
            raise BadInput(f"{name} is missing.", field=name)
    for name, value in given.items():
        if name not in fields:
            known = ", ".join(fields) or "nothing"
            raise BadInput(f"There is no {name[:40]!r} here.", f"There is {known}.")
        problem = misfit(fields[name], value)
        if problem:
            raise BadInput(f"{name} {problem}.", field=name)


def misfit(schema: Schema, value: Any) -> str:
    """Why a value does not fit; "" where it does."""
    kind = schema["type"]
    is_bool = isinstance(value, bool)
    if not isinstance(value, TYPES[kind]) or is_bool != (kind == "boolean"):
        return f"is to be of type {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return f"is to be one of {', '.join(schema['enum'])}"
    if kind == "integer" and not schema["minimum"] <= value <= schema["maximum"]:
        return f"is to be {schema['minimum']} to {schema['maximum']}"
    return _bad_text(schema, value) if isinstance(value, str) else ""


def _bad_text(schema: Schema, value: str) -> str:
    least, most = schema.get("minLength", 0), schema.get("maxLength", LARGEST)
    if not least <= len(value) <= most:
        return f"is to have {least} to {most} letters"
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        return "has half a letter in it"
    if schema.get("format") == "date" and not _is_day(value):
        return "is to be a day, like 2026-11-28"
    if "pattern" in schema and not _matches(schema["pattern"], value):
        return "has letters that can't be there"
    return ""


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


def _matches(pattern: str, value: str) -> bool:
    # As JSON Schema means $: the very end, not before a last line feed.
    return re.search(pattern.replace("$", r"\Z"), value) is not None


def read(schema: Schema, value: str) -> Any:
    """A word of an address as what its schema says; itself where that can't be."""
    if schema["type"] == "integer" and value.isascii() and value.isdigit():
        return int(value) if len(value) < 17 else value
    if schema["type"] == "boolean" and value in ("true", "false"):
        return value == "true"
    return value
