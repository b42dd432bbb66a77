"""What the processes have said lately: errors, and how each lane's jobs went (--logs).

Reads the journal under systemd, else the file that supervisord writes to and what
lies in the log folders.
"""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from hotspot_lite.doctor import supervision
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, note, ok, one_line, size
from hotspot_lite.jobs import lanes

LOG_FOLDER = Path("/var/log/hotspot-lite")
TAIL_BYTES = 512 * 1024
RECENT_SECONDS = 24 * 3600
JOURNAL_LINES = 5000
MOST_SHOWN = 6

_WHEN = re.compile(r"\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)")
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
        said = _without_time(line)
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
    for line in _of_the_last_day(lines, case.now):
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
            "Read around them: journalctl -u 'hotspot-lite-*', or the log named above",
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
    for file in _files(case):
        try:
            found = _tail(file)
        except OSError:
            continue
        lines += found
        sources.append(f"{file} ({size(file.stat().st_size)})")
    return lines, sources


def _journal() -> tuple[list[str], list[str]]:
    if not supervision.SYSTEMD.exists() or shutil.which("journalctl") is None:
        return [], []
    code, said = supervision.asked(
        [
            *("journalctl", "--quiet", "--no-pager", "--output=short-iso"),
            *("--unit=hotspot-lite-*", "--since=-24h", f"--lines={JOURNAL_LINES}"),
        ]
    )
    return ([], []) if code else (said.splitlines(), ["the journal"])


def _files(case: Case) -> list[Path]:
    run_dir = case.settings.run_dir
    found = [*run_dir.glob("*.log"), *LOG_FOLDER.glob("*.log")]
    printed = _printed_to(run_dir / "supervisord.pid")
    if printed is not None:
        found.append(printed)
    return sorted({file.resolve() for file in found if file.is_file()})


def _printed_to(pid_file: Path) -> Path | None:
    """The file that supervisord's output goes to, if it is one."""
    try:
        pid = int(pid_file.read_text(encoding="ascii"))
        target = Path(os.readlink(f"/proc/{pid}/fd/1"))  # noqa: PTH115
    except (OSError, ValueError):
        return None
    return target if target.is_file() else None


def _tail(file: Path) -> list[str]:
    with file.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - TAIL_BYTES))
        return log.read().decode(errors="replace").splitlines()


def _of_the_last_day(lines: list[str], now: float) -> Iterator[str]:
    # A line without a time (of a traceback) is as old as the one before it.
    oldest = datetime.fromtimestamp(now - RECENT_SECONDS).isoformat()
    is_recent = True
    for line in lines:
        when = _WHEN.match(line)
        if when is not None:
            is_recent = f"{when[1]}T{when[2]}" >= oldest
        if is_recent:
            yield line


def _without_time(line: str) -> str:
    return _WHEN.sub("", line, count=1).lstrip(",0123456789+ ")
