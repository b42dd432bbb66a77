"""Answers as a person reads them: tables for rows, lines for one thing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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
    return "-" if value is None or value == "" else str(value)


def seconds(value: float | None) -> str:
    """A length of time, short: 80 ms, 2.5 s, 3 m 20 s, 2 h 5 m, 3 d 4 h."""
    if value is None:
        return "-"
    if value < 0.9995:
        return f"{value * 1000:.0f} ms"
    if value < 59.95:
        return f"{value:.1f} s"
    whole = round(value)
    for unit, name, below, below_name in (
        (86400, "d", 3600, "h"),
        (3600, "h", 60, "m"),
        (60, "m", 1, "s"),
    ):
        if whole >= unit:
            rest = whole % unit // below
            return f"{whole // unit} {name}" + (f" {rest} {below_name}" if rest else "")
    return f"{whole} s"


def arguments(args: dict[str, Any]) -> str:
    """A job's arguments on one line."""
    return " ".join(f"{name}={value}" for name, value in args.items())


def _is_rows(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)
