"""Our FreeRADIUS beside Debian's stock `sql`, the same customers, the same run.

python tests/bench/radius_compare.py [--write]  (3 minutes; root)
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import radius_load
from radius_load import Told
from radius_rivals import Rival, ours, stock

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "measured.md"
BETWEEN = re.compile(r"(<!-- bench-radius -->\n).*?(<!-- /bench-radius -->)", re.S)
NAMES = [f"u{n}" for n in range(2000)]
ROUNDS = 3
SECONDS = 5.0
ACCT_RATE, WRITE_RATE = 100, 50
RIVALS = ("ours", "stock", "unlogged")
# As the worker's job: the spool is drained every 2 s into the ledger.
DRAIN = """
import sys, time
from pathlib import Path
from hotspot_lite import store
from hotspot_lite.radius import spool
from hotspot_lite.trade.service import sessions
store.open_file(Path(sys.argv[1]) / "hotspot.db")
while True:
    spool.drain(Path(sys.argv[1]) / "spool" / "acct.tsv",
        lambda found: sessions.record(found, int(time.time())))
    time.sleep(2)
"""


@contextmanager
def work_beside(rival: Rival) -> Iterator[None]:
    """Accounting, a writer of the database that logins read, and our drain."""
    load = [sys.executable, str(HERE / "radius_load.py")]
    told = [
        [*load, "account", str(rival.ports[1]), str(ACCT_RATE)],
        [
            *load,
            "write",
            str(rival.database),
            "customer" if rival.name == "ours" else "radcheck",
            str(WRITE_RATE),
        ],
    ]
    if rival.name == "ours":
        told.append([sys.executable, "-c", DRAIN, str(rival.database.parent)])
    children = [subprocess.Popen(one, stdout=subprocess.DEVNULL) for one in told]
    try:
        yield
    finally:
        for child in children:
            child.kill()
            child.wait()


def measured(rival: Rival, busy: bool) -> Told:
    """One round of logins against one server, alone or with the work beside it."""
    with rival.running():
        radius_load.log_in(rival.ports[0], NAMES, 0.5)  # warm
        if not busy:
            return radius_load.log_in(rival.ports[0], NAMES, SECONDS)
        with work_beside(rival):
            return radius_load.log_in(rival.ports[0], NAMES, SECONDS)


def per_second(told: Told) -> float:
    return len(told.milliseconds) / told.seconds


def percentile(told: Told, share: float) -> float:
    found = sorted(told.milliseconds)
    return found[int(share * (len(found) - 1))]


def rows(rounds: dict[tuple[str, bool], list[Told]]) -> Iterator[str]:
    for busy in (False, True):
        where = "accounting and a writer" if busy else "alone"
        parts = [rounds[name, busy] for name in RIVALS]
        rates = [statistics.median(map(per_second, part)) for part in parts]
        yield line(f"logins/s, {where}", rates, rates[0] / max(rates[1:]))
        for share in (0.5, 0.99):
            late = [
                statistics.median(percentile(told, share) for told in part)
                for part in parts
            ]
            name = f"p{share * 100:.0f} ms, {where}"
            yield line(name, late, min(late[1:]) / late[0])
        counts = [sum((told.kinds for told in part), Counter()) for part in parts]
        for kind in ("refused", "unlimited", "unanswered"):
            shown = " | ".join(str(count[kind]) for count in counts)
            yield f"| {kind}, {where} | {shown} | |"


def line(name: str, values: list[float], ratio: float) -> str:
    shown = [f"{value:,.0f}" if value > 99 else f"{value:.2f}" for value in values]
    return f"| {name} | {' | '.join(shown)} | {ratio:.2f} |"


def table(rounds: dict[tuple[str, bool], list[Told]], load: float) -> str:
    """The figures as Markdown. A ratio above 1 is in our favour."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    asked = sum(len(told.milliseconds) for part in rounds.values() for told in part)
    return "\n".join(
        [
            f"Measured {day} on {os.cpu_count()} shared cores, load average {load:.2f}"
            f" before the run; {asked:,} logins by 2,000 customers, 16 at once,"
            f" {ROUNDS} rounds in turn, medians. Beside it {ACCT_RATE} accounting"
            f" packets/s and {WRITE_RATE} transactions/s. Everybody has paid: who is"
            " refused is refused wrongly. The ratio is against the better of the two,"
            " above 1 in our favour.",
            "",
            "| | ours | stock `sql` | the same, logins not logged | ratio |",
            "|---|---|---|---|---|",
            *rows(rounds),
            "",
        ]
    )


def main() -> None:
    """Measure, print, and write docs/measured.md when asked to."""
    load = os.getloadavg()[0]
    rounds: dict[tuple[str, bool], list[Told]] = {}
    with tempfile.TemporaryDirectory() as folder:
        rivals = [
            ours(Path(folder) / "ours", (21812, 21813), NAMES),
            stock(Path(folder) / "stock", (22812, 22813), NAMES),
            stock(Path(folder) / "unlogged", (23812, 23813), NAMES, logged=False),
        ]
        for _ in range(ROUNDS):
            for busy in (False, True):
                for rival in rivals:
                    told = measured(rival, busy)
                    rounds.setdefault((rival.name, busy), []).append(told)
                    time.sleep(1)
    text = table(rounds, load)
    print(text)
    if "--write" in sys.argv:
        old = PAGE.read_text(encoding="utf-8")
        new = BETWEEN.sub(lambda found: found[1] + text + found[2], old)
        PAGE.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
