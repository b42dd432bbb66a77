"""A box at rest and at work: memory, idle CPU, bytes and flushes to disk.

python tests/bench/rest.py [SECONDS]    (flushes need strace and root)
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from common import pay, ready_sales, running_box, told_at

from hotspot_lite.stage import Stage, until

OURS = ("web", "worker", "live")
SALES = 30


def pss_mebibytes(pid: int) -> float:
    """Proportional set size of a process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) / 1024  # type: ignore[index]


def cpu_seconds(pid: int) -> float:
    """User and system time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def written_bytes(pid: int) -> int:
    """What a process has caused to be written to a block device."""
    text = Path(f"/proc/{pid}/io").read_text()
    return int(re.search(r"^write_bytes: (\d+)", text, re.M)[1])  # type: ignore[index]


def at_rest(stage: Stage, seconds: int) -> dict[str, str]:
    """Memory, CPU and writes of our processes while nobody comes."""
    pids = [stage.processes[role].pid for role in OURS]
    cpu, written = sum(map(cpu_seconds, pids)), sum(map(written_bytes, pids))
    time.sleep(seconds)
    cpu = sum(map(cpu_seconds, pids)) - cpu
    written = sum(map(written_bytes, pids)) - written
    memory = {role: pss_mebibytes(stage.processes[role].pid) for role in OURS}
    each = ", ".join(f"{role} {size:.0f}" for role, size in memory.items())
    return {
        "memory, PSS of web + worker + live, MiB": (
            f"{sum(memory.values()):.0f} ({each})"
        ),
        "idle CPU of the three, % of a core": f"{cpu / seconds * 100:.2f}",
        f"bytes to disk in {seconds} idle s, live samples on": f"{written}",
    }


def at_work(stage: Stage) -> dict[str, str]:
    """Bytes and flushes for a sale, from the callback to the SMS."""
    sales = ready_sales(stage, SALES)
    pids = [stage.processes[role].pid for role in OURS]
    time.sleep(3)
    written = sum(map(written_bytes, pids))
    with tempfile.NamedTemporaryFile(mode="r") as trace:
        tracer = _strace(pids, trace.name)
        for sale in sales:
            pay(sale)
            until(lambda s=sale: told_at(stage).get(s.visitor.phone), 10)
            time.sleep(0.05)
        written = (sum(map(written_bytes, pids)) - written) // SALES
        flushes = _flushes(tracer, trace.name)
    return {
        "bytes to disk for a sale, callback to SMS": f"{written // 1024} KiB",
        "flushes (fsync) for a sale, callback to SMS": flushes,
    }


def _strace(pids: list[int], file: str) -> subprocess.Popen[bytes] | None:
    strace = shutil.which("strace")
    if strace is None:
        return None
    attach = [word for pid in pids for word in ("-p", str(pid))]
    words = [strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", file, *attach]
    tracer = subprocess.Popen(words, stderr=subprocess.DEVNULL)
    time.sleep(1)
    return tracer


def _flushes(tracer: subprocess.Popen[bytes] | None, file: str) -> str:
    if tracer is None:
        return "not measured (no strace)"
    tracer.terminate()
    tracer.wait()
    count = len(re.findall(r"(?:fsync|fdatasync)\(", Path(file).read_text()))
    return f"{count / SALES:.1f}"


def main(seconds: int = 60) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    with running_box() as stage:
        time.sleep(5)
        return at_rest(stage, seconds) | at_work(stage)


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
