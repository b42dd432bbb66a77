"""What the processes have said lately: errors, and how each lane's jobs went (--logs).

Where they come from, log_sources knows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from hotspot_lite.doctor import log_sources, supervision
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, note, ok, one_line, size
from hotspot_lite.jobs import lanes

TAIL_BYTES = 512 * 1024
RECENT_SECONDS = 24 * 3600
JOURNAL_LINES = 5000
MOST_SHOWN = 6

# A job's line as jobs/queue.py writes it when it has ended.
_JOB = re.compile(r"\bend=(?P<end>\w+) ms=(?P<ms>\d+) lane=(?P<lane>[\w-]+) ")
# A job that is tried again by itself is no error yet.
_BAD = re.compile(
    r"\bend=failed\b|\bis stuck:|threads hang|Main process exited|segfault"
    r"|\b(ERROR|CRITICAL|FATAL)\b|^\w[\w.]*(Error|Exception)\b|\bError: "
)
_BUSY = re.compile(r"database (table )?is locked|database is busy")


@dataclass
class Told:
    """What the log lines of the last day come to."""

    errors: Counter[str] = field(default_factory=Counter)
    last: dict[str, str] = field(default_factory=dict)
    runs: dict[str, list[float]] = field(default_factory=dict)
    ends: Counter[tuple[str, str]] = field(default_factory=Counter)
    busy: int = 0

    def hear(self, line: str) -> None:
        """Take one line in."""
        job = _JOB.search(line)
        if job is not None:
            self.runs.setdefault(job["lane"], []).append(float(job["ms"]))
            self.ends[job["lane"], job["end"]] += 1
        if _BUSY.search(line):
            self.busy += 1
        said = log_sources.without_time(line)
        if _BAD.search(said):
            kind = re.sub(r"\d+", "0", said)
            self.errors[kind] += 1
            self.last[kind] = line.strip()


def recent(case: Case) -> Iterator[Finding]:
    """Errors of the last day, and each lane's runs."""
    if not case.logs:
        return
    lines, sources = read(case)
    if not sources:
        yield note(
            "HL-LOG-01",
            "No log of the box was found.",
            "Past errors can't be seen here.",
            "Without systemd, keep it: hotspot-lite serve >>serve.log 2>&1",
        )
        return
    yield ok("HL-LOG-01", f"read {', '.join(sources)}")
    told = Told()
    for line in log_sources.newer_than(case.now - RECENT_SECONDS, lines):
        told.hear(line)
    yield from _findings(told)


def _findings(told: Told) -> Iterator[Finding]:
    if told.errors:
        shown = told.errors.most_common(MOST_SHOWN)
        yield Finding(
            "HL-LOG-02",
            "warning",
            f"{many(told.errors.total(), 'error')} in the logs of the last 24 h.",
            "What failed there may have cost a customer a try.",
            "Read around them: sudo hotspot-lite log --since 1d",
            details=tuple(f"{n}x {one_line(told.last[kind])}" for kind, n in shown),
        )
    if told.busy:
        yield Finding(
            "HL-LOG-03",
            "warning",
            f"The ledger was busy for too long {many(told.busy, 'time')} in 24 h.",
            "A page or a job failed and had to be tried again.",
            "Look for a slow disk or card, or a program that keeps hotspot.db open.",
        )
    if told.runs:
        lines = [_lane_line(told, lane) for lane in lanes.LANES if lane in told.runs]
        total = sum(map(len, told.runs.values()))
        yield ok("HL-LOG-04", f"{many(total, 'job')} in the logs", "", lines)


def _lane_line(told: Told, lane: str) -> str:
    ran = sorted(told.runs[lane])
    ends = [f"{count} {end}" for (its, end), count in told.ends.items() if its == lane]
    pace = f"half within {ran[len(ran) // 2]:.0f} ms, slowest {ran[-1]:.0f} ms"
    return f"{lane}: {', '.join(ends)}; {pace}"


# -- where the lines come from -----------------------------------------------------


def read(case: Case) -> tuple[list[str], list[str]]:
    """The newest log lines, and where they were found."""
    lines, sources = _journal()
    for file in log_sources.files(case.settings):
        try:
            found = log_sources.tail(file, TAIL_BYTES)
        except OSError:
            continue
        lines += found
        sources.append(f"{file} ({size(file.stat().st_size)})")
    return lines, sources


def _journal() -> tuple[list[str], list[str]]:
    if not log_sources.has_journal():
        return [], []
    command = log_sources.journal("", f"--lines={JOURNAL_LINES}")
    code, said = supervision.asked(command)
    return ([], []) if code else (said.splitlines(), ["the journal"])
