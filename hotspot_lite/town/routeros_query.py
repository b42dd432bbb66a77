"""The query words of the RouterOS API: a small stack machine run over each row."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from hotspot_lite.town.routeros_values import Trap, is_duration, seconds_of

Row = Mapping[str, str]

_STEP = re.compile(r"\d+\.?|.")


def matches(row: Row, queries: Sequence[str]) -> bool:
    """Say whether a row passes the query words (each with its leading '?').

    Below the values pushed lie endless true ones; any false left at the end drops
    the row. Raises Trap for a word that is no query.
    """
    stack: list[bool] = []
    for query in queries:
        if query.startswith("?#"):
            _operate(stack, query[2:])
        else:
            stack.append(_claim(row, query[1:]))
    return all(stack)


def wanted_mac(queries: Sequence[str]) -> str:
    """The MAC that every row must have to pass, or "": lets a print look at one row."""
    if any(query.startswith("?#") for query in queries):
        return ""
    for query in queries:
        name, _, value = query[1:].lstrip("=").partition("=")
        if name == "mac-address" and query[1:2] not in "<>-":
            return value
    return ""


def _claim(row: Row, claim: str) -> bool:
    """Judge one claim about a property; an absent property makes it false."""
    sign = claim[:1]
    if sign == "-":
        return claim[1:] not in row
    name, has_value, wanted = claim.lstrip("=<>").partition("=")
    if not name:
        raise Trap(f"invalid query word ?{claim}", 5)
    if not has_value:
        return name in row
    return name in row and _compare(sign, row[name], wanted)


def _compare(sign: str, value: str, wanted: str) -> bool:
    if sign == "<":
        return _rank(value) < _rank(wanted)
    if sign == ">":
        return _rank(value) > _rank(wanted)
    if value in ("true", "false"):
        return value == {"yes": "true", "no": "false"}.get(wanted, wanted)
    return value == wanted


def _rank(value: str) -> tuple[int, float, str]:
    """Order numbers and durations by size, anything else by its letters."""
    if value.lstrip("-").isdigit():
        return (0, float(value), "")
    if is_duration(value):
        return (0, seconds_of(value), "")
    return (1, 0.0, value)


def _operate(stack: list[bool], operations: str) -> None:
    steps = _STEP.findall(operations)
    for place, step in enumerate(steps):
        if step[0].isdigit():
            _index(stack, step, is_last=place == len(steps) - 1)
        else:
            _operator(stack, step)


def _index(stack: list[bool], step: str, is_last: bool) -> None:
    """Copy the value at an index to the top; at the end of the word keep only it."""
    place = int(step.rstrip("."))
    value = stack[-1 - place] if place < len(stack) else True
    if is_last and not step.endswith("."):
        stack.clear()
    stack.append(value)


def _operator(stack: list[bool], step: str) -> None:
    top = stack.pop() if stack else True
    if step == "!":
        stack.append(not top)
    elif step == ".":
        stack.extend((top, top))
    elif step in "&|":
        below = stack.pop() if stack else True
        stack.append(top and below if step == "&" else top or below)
    else:
        raise Trap(f"invalid query operation {step}", 5)
