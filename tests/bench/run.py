"""Runs every bench and writes the README's table of what was measured.

python tests/bench/run.py          (5 minutes; --print leaves the README alone)
"""

from __future__ import annotations

import os
import platform
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import load
import queue_bench
import rest
import sale

README = Path(__file__).parents[2] / "README.md"
BETWEEN = re.compile(r"(<!-- bench -->\n).*?(<!-- /bench -->)", re.S)
# What the design asks for; shown beside, never asserted.
WANTED = {
    "callback received → device online, p50 / p95 ms": "p95 ≤ 150",
    "callback received → SMS out, p50 / p95 ms": "≤ 25 / ≤ 60",
    "sustained payments/s (callback to online and SMS)": "≥ 100",
    "backlog drained, payments/s": "≥ 270",
    "enqueue → start, idle worker, p50 / p95 ms": "p50 ≤ 5",
    "no-op jobs/s, durable lane, one consumer": "≥ 2,000",
    "memory, PSS of web + worker + live, MiB": "≤ 90",
    "idle CPU of the three, % of a core": "≤ 0.5",
    "flushes (fsync) for a sale, callback to SMS": "≤ 6",
}


def table(found: dict[str, str]) -> str:
    """The figures as Markdown, with the day and the machine."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    lines = [
        f"Measured {day} on {os.cpu_count()} shared cores ({platform.machine()} VM),"
        f" Python {platform.python_version()}; the pretend town runs on the same"
        " cores.",
        "",
        "| what | measured | wanted |",
        "|---|---|---|",
    ]
    lines += [f"| {k} | {v} | {WANTED.get(k, '')} |" for k, v in found.items()]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure all; write the README unless told only to print."""
    found: dict[str, str] = {}
    for bench in (sale, load, queue_bench, rest):
        found |= bench.main()
    text = table(found)
    print(text)
    if "--print" not in sys.argv:
        old = README.read_text(encoding="utf-8")
        README.write_text(
            BETWEEN.sub(lambda m: m[1] + text + m[2], old), encoding="utf-8"
        )


if __name__ == "__main__":
    main()
