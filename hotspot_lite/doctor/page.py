"""The report as text: one line a finding, what it means and what to do under it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

MARKS = {"ok": "ok  ", "note": "note", "warning": "WARN", "broken": "FAIL"}
COLOURS = {"ok": "32", "note": "36", "warning": "33", "broken": "31;1"}
VERDICTS = {
    "ok": "All is well.",
    "note": "All is well.",
    "warning": "It works, with warnings.",
    "broken": "Something is broken.",
}
# The lines that matter even where all is well: how the lanes are, who runs.
ALWAYS_DETAILED = {"HL-PRC-01", "HL-PRC-06"}


def text(report: dict[str, Any], detailed: bool = False, colour: bool = False) -> str:
    """All of it, the verdict last: it is what is still on the screen."""
    lines: list[str] = []
    section = ""
    for one in report["findings"]:
        if one["section"] != section:
            section = one["section"]
            lines += ["", section] if lines else [section]
        lines += _finding(one, detailed, colour)
    lines += _fixed(report["fixed"], colour)
    lines += ["", _verdict(report, colour)]
    return "\n".join(lines)


def _finding(one: dict[str, Any], detailed: bool, colour: bool) -> Iterator[str]:
    level = one["level"]
    mark = _painted(MARKS[level], level, colour)
    yield f"  {mark}  {one['code']:<10} {one['says']}"
    is_well = level == "ok"
    if not is_well or detailed or one["code"] in ALWAYS_DETAILED:
        yield from (f"          {line}" for line in one["details"])
    if one["impact"]:
        yield f"        means: {one['impact']}"
    if one["remedy"]:
        fixable = "  (--fix can)" if one["fixable"] else ""
        yield f"        to do: {one['remedy']}{fixable}"


def _fixed(fixed: list[dict[str, Any]], colour: bool) -> Iterator[str]:
    if not fixed:
        return
    yield ""
    yield "Fixed, then looked again"
    for one in fixed:
        level, mark = ("ok", "gone") if one["gone"] else ("warning", "left")
        about = f" {one['about']}" if one["about"] else ""
        painted = _painted(mark, level, colour)
        yield f"  {painted}  {one['code']:<10}{about} {one['did']}"
        if one["now"]:
            yield f"        still: {one['now']}"


def _verdict(report: dict[str, Any], colour: bool) -> str:
    level = report["level"]
    counts = report["counts"]
    said = ", ".join(f"{counts[name]} {name}" for name in counts if counts[name])
    verdict = _painted(VERDICTS[level], level, colour)
    return f"{verdict} {said}; looked for {report['seconds']:.1f} s."


def _painted(words: str, level: str, colour: bool) -> str:
    return f"\x1b[{COLOURS[level]}m{words}\x1b[0m" if colour else words
