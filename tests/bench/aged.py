"""A box of years beside a new one: what each thing of the day takes on both.

    python tests/bench/aged.py [YEARS...] [--write]

300 sales a day, one year and three unless told; each thing is done twice, and the
second time counts. `--write` puts the table into docs/measured.md.
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
WORTH_MS = 5
Times = dict[str, float]


def measured(sales: int) -> tuple[Times, int]:
    """Milliseconds of everything on a box of so many sales; its database's MiB."""
    with tempfile.TemporaryDirectory() as folder, OldBox(Path(folder), sales) as box:
        size = box.box.settings.database_file.stat().st_size // MEBIBYTE
        often = things(box) | pages_of(box, PAGES)
        _times(often)
        return _times(often) | _times(seldom(box)), size


def _times(found: Things) -> Times:
    took = {}
    for name, thing in found.items():
        began = time.perf_counter()
        thing()
        took[name] = (time.perf_counter() - began) * 1000
    return took


def table(new: Times, aged: dict[int, Times], says: str) -> str:
    """All of them, as Markdown: what takes long, or longer with the years."""
    heads = [f"{years} year{'s' * (years > 1)}, ms" for years in aged]
    lines = [says, "", f"| what | new, ms | {' | '.join(heads)} |"]
    lines.append("|---|---" + "|---" * len(aged) + "|")
    told = [name for name in new if _is_worth_telling(name, new, aged)]
    for name in told:
        all_of_it = (new[name], *(times[name] for times in aged.values()))
        lines.append(f"| {name} | {' | '.join(f'{ms:.1f}' for ms in all_of_it)} |")
    rest = len(new) - len(told)
    lines += ["", f"The other {rest} take less than {WORTH_MS} ms on each."]
    return "\n".join(lines) + "\n"


def _is_worth_telling(name: str, new: Times, aged: dict[int, Times]) -> bool:
    return max(new[name], *(times[name] for times in aged.values())) >= WORTH_MS


def main(*all_years: int) -> str:
    """The table of boxes of so many years."""
    new, _ = measured(NEW)
    aged, sizes = {}, []
    for years in all_years or (1, 3):
        aged[years], size = measured(years * A_YEAR)
        sizes.append(f"{years * A_YEAR:,} ({size} MiB)")
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    says = (
        f"Measured {day} on {os.cpu_count()} shared cores ({platform.machine()} VM),"
        f" Python {platform.python_version()}: a new box has {NEW:,} sales, the others"
        f" {' and '.join(sizes)}."
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
