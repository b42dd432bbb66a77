"""Lines over time as SVG paths: pure; colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hotspot_lite.trade.house.figures import Figure

WIDTH, HEIGHT = 600, 80
# A longer silence is a gap in the line, not a slope.
GAP_SECONDS = 900


@dataclass(frozen=True)
class Line:
    """One line: its class in the style sheet, and its path."""

    name: str
    path: str


@dataclass(frozen=True)
class Chart:
    """A chart of some lines over the same time; `says` is it in words."""

    title: str
    top: str
    says: str
    lines: Sequence[Line]


Value = Callable[[Figure], int | None]


def chart(
    title: str,
    figures: Sequence[Figure],
    lines: Sequence[tuple[str, Value]],
    text: Callable[[float], str],
    least_top: float,
) -> Chart:
    """The chart of one or more values; `least_top` keeps noise from filling it."""
    values = [v for f in figures for _, of in lines if (v := of(f)) is not None]
    top = max([least_top, *values])
    newest = figures[-1] if figures else None
    now = [
        f"{name} {text(value)}"
        for name, of in lines
        if newest is not None and (value := of(newest)) is not None
    ]
    drawn = [Line(name, path(figures, of, top)) for name, of in lines]
    return Chart(title, text(top), ", ".join(now), drawn)


def path(figures: Sequence[Figure], of: Value, top: float) -> str:
    """The path of one value, from the first figure's time to the last's."""
    if not figures:
        return ""
    first, last = figures[0].at, figures[-1].at
    scale = WIDTH / max(1, last - first)
    parts: list[str] = []
    before: int | None = None
    for one in figures:
        value = of(one)
        if value is None:
            before = None
            continue
        goes_on = before is not None and one.at - before <= GAP_SECONDS
        x = (one.at - first) * scale
        y = HEIGHT - value / top * HEIGHT
        parts.append(f"{'L' if goes_on else 'M'}{x:.1f} {y:.1f}")
        before = one.at
    return "".join(parts)
