"""A box of years beside a new one: what each thing of the day takes on both.

    python tests/bench/aged.py [YEARS] [--write]

300 sales a day; each thing is done twice, and the second time counts. `--write` puts
the table into docs/measured.md.
"""

from __future__ import annotations

import logging
import os
import platform
import re
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from frequent import PAGES, Things, pages_of, seldom, things
from old_box import OldBox

PAGE = Path(__file__).parents[2] / "docs" / "measured.md"
BETWEEN = re.compile(r"(<!-- bench-aged -->\n).*?(<!-- /bench-aged -->)", re.S)
NEW, A_YEAR = 1_000, 110_000
MEBIBYTE = 1024 * 1024


def measured(sales: int) -> tuple[dict[str, float], int]:
    """Milliseconds of everything on a box of so many sales; its database's MiB."""
    with tempfile.TemporaryDirectory() as folder, OldBox(Path(folder), sales) as box:
        size = box.box.settings.database_file.stat().st_size // MEBIBYTE
        often = things(box) | pages_of(box, PAGES)
        _times(often)
        return _times(often) | _times(seldom(box)), size


def _times(found: Things) -> dict[str, float]:
    took = {}
    for name, thing in found.items():
        began = time.perf_counter()
        thing()
        took[name] = (time.perf_counter() - began) * 1000
    return took


def table(new: dict[str, float], aged: dict[str, float], says: str) -> str:
    """Both, as Markdown."""
    lines = [says, "", "| what | new, ms | aged, ms |", "|---|---|---|"]
    lines += [f"| {name} | {new[name]:.1f} | {aged[name]:.1f} |" for name in aged]
    return "\n".join(lines) + "\n"


def main(years: int = 1) -> str:
    """The table of a box of so many years."""
    sales = years * A_YEAR
    new, _ = measured(NEW)
    aged, size = measured(sales)
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    says = (
        f"Measured {day} on {os.cpu_count()} shared cores ({platform.machine()} VM):"
        f" a box of {NEW:,} sales and one of {sales:,} ({years} years, {size} MiB)."
    )
    return table(new, aged, says)


def write(text: str) -> None:
    """Put the table where docs/measured.md has its place."""
    old = PAGE.read_text(encoding="utf-8")
    PAGE.write_text(BETWEEN.sub(lambda m: m[1] + text + m[2], old), encoding="utf-8")


if __name__ == "__main__":
    logging.disable(logging.ERROR)  # a webhook that nobody answers
    found = main(*(int(word) for word in sys.argv[1:] if word.isdigit()))
    print(found)
    if "--write" in sys.argv:
        write(found)
