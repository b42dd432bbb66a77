"""What the kernel complained of since the start: disks and power (/dev/kmsg)."""

from __future__ import annotations

import os
import re
from pathlib import Path

from hotspot_lite.machine.files import ROOT

KMSG = "dev/kmsg"
# The ring buffer has 128 KiB to 1 MiB; records are at most 8 KiB.
MOST_RECORDS, RECORD_BYTES = 20_000, 8192
# Its words for a disk that fails (block layer, MMC layer, ext4).
DISK = re.compile(
    r"I/O error, dev |Buffer I/O error on dev|EXT4-fs error|"
    r"Remounting filesystem read-only|"
    r"mmc\d+: (?:error -\d+|Card stuck|cache flush err)|"
    r"mmcblk\d+: (?:error -\d+|timed out|recovery failed)"
)


def complaints(root: Path = ROOT) -> list[str] | None:
    """The kernel's lines about failing disks, the oldest first; None where this user
    may not read its log."""
    try:
        fileno = os.open(root / KMSG, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        return [line for line in _lines(fileno) if DISK.search(line)]
    finally:
        os.close(fileno)


def _lines(fileno: int) -> list[str]:
    """The log's records without their heads: "6,339,5140900,-;text"."""
    text: list[str] = []
    for _ in range(MOST_RECORDS):
        try:
            record = os.read(fileno, RECORD_BYTES)
        except BrokenPipeError:
            continue  # overwritten while we read: the next read goes on after it
        except OSError:
            break  # BlockingIOError: that was the last one
        if not record:
            break
        text += record.decode("utf-8", "replace").splitlines()
    heads = (line.partition(";") for line in text if not line.startswith(" "))
    return [says for _, is_record, says in heads if is_record]
