"""One colour of the place, made readable on light and dark pages (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

import functools

Rgb = tuple[int, int, int]

CONTRAST = 4.5
# The grounds that portal.css lays text and buttons on.
LIGHT = ("#ffffff", "#f5f7f5", "#e2f3e8")
DARK = ("#111714", "#1b2320", "#153325")
ON_DARK, ON_LIGHT = "#ffffff", "#06150e"
STEPS = 64


@functools.lru_cache(8)
def css(color: str) -> str:
    """The rules that put `color`, #0b6b45, in the place of ours; "" for none.

    It becomes darker on light pages, lighter on dark ones, as far as it must.
    """
    if not color:
        return ""
    light, dark = readable(color, LIGHT, "#000000"), readable(color, DARK, "#ffffff")
    return (
        f":root{{{_pair(light)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{{_pair(dark)}}}}}"
    )


def readable(color: str, grounds: tuple[str, ...], towards: str) -> str:
    """`color`, mixed with `towards` until it can be read on all the `grounds`."""
    for step in range(STEPS + 1):
        mixed = _mix(color, towards, step / STEPS)
        if all(contrast(mixed, ground) >= CONTRAST for ground in grounds):
            return mixed
    return towards


def contrast(one: str, other: str) -> float:
    """The contrast of two colours, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _pair(main: str) -> str:
    on = max((ON_DARK, ON_LIGHT), key=lambda ink: contrast(ink, main))
    return f"--main:{main};--on-main:{on}"


def _luminance(color: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    if part <= 0.04045:
        return part / 12.92
    return float(((part + 0.055) / 1.055) ** 2.4)


def _mix(one: str, other: str, share: float) -> str:
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _rgb(color: str) -> Rgb:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
