"""Answers as a person reads them: tables for rows, lines for one thing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hotspot_lite.clock import length_text


@dataclass(frozen=True)
class Answer:
    """What a verb found, for scripts; what a person sees of it; and the exit code."""

    data: Any
    text: str | None = None
    code: int = 0


def show(found: Any) -> str:
    """An answer as text: a table for rows, lines for one thing."""
    if isinstance(found, dict):
        rows = next((v for v in found.values() if _is_rows(v)), None)
        if rows is not None:
            return show(rows)
        return "\n".join(f"{name}: {cell(value)}" for name, value in found.items())
    if not found:
        return "nothing"
    return table(list(found[0]), [list(row.values()) for row in found])


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Columns under their heads; those of numbers are set to the right."""
    lines = [list(heads)] + [[cell(value) for value in row] for row in rows]
    widths = [max(len(line[i]) for line in lines) for i in range(len(heads))]
    are_numbers = [
        bool(rows) and all(isinstance(row[i], int | float) for row in rows)
        for i in range(len(heads))
    ]
    return "\n".join(_line(line, widths, are_numbers) for line in lines)


def _line(line: list[str], widths: list[int], are_numbers: list[bool]) -> str:
    return "  ".join(
        text.rjust(width) if is_number else text.ljust(width)
        for text, width, is_number in zip(line, widths, are_numbers, strict=True)
    ).rstrip()


def cell(value: object) -> str:
    """One value as text; "-" for none."""
    if isinstance(value, list):
        return "\n" + "\n".join(map(str, value)) if value else "-"
    if isinstance(value, tuple):
        return " ".join(map(str, value)) or "-"
    return "-" if value is None or value == "" else str(value)


def ago(at: float | None) -> str:
    """How long ago a time is: "3 m 20 s ago"; "-" for never."""
    return "-" if at is None else f"{length_text(max(0.0, time.time() - at))} ago"


def arguments(args: dict[str, Any]) -> str:
    """A job's arguments on one line."""
    return " ".join(f"{name}={value}" for name, value in args.items())


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
