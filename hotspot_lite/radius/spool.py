"""The spool between RADIUS and the ledger: one line for each packet, none lost.

FreeRADIUS (linelog) and the embedded responder append; `drain` renames, locks,
reads, hands over and deletes. A crash at any point loses nothing and hands some
records over again, which must be harmless (facts: counters are cumulative).
"""

from __future__ import annotations

import fcntl
import itertools
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar
from urllib.parse import unquote

from hotspot_lite.radius.policy import one_mac

log = logging.getLogger(__name__)

ACCT_FIELDS = 17
AUTH_FIELDS = 6
EPOCH_DIGITS = 10
# More at a time would hold memory and the one writer too long: after days
# without the app a spool holds a million lines.
BATCH_RECORDS = 2_000
STATUSES = {
    "Start": "Start",
    "Stop": "Stop",
    "Interim-Update": "Interim-Update",
    "Alive": "Interim-Update",  # FreeRADIUS knows both names
    "Accounting-On": "Accounting-On",
    "Accounting-Off": "Accounting-Off",
}

Record = TypeVar("Record")
# POSIX locks are the process's: they don't keep two of its threads apart.
_draining = threading.Lock()


@dataclass(frozen=True)
class AccountingRecord:
    """One Accounting-Request. `at` is when it happened, seconds since 1970."""

    at: int
    status: str
    unique_id: str
    acct_session_id: str
    username: str
    mac: str
    ip: str
    seconds: int
    octets_in: int
    octets_out: int
    cause: str
    subscription_id: int | None
    nas: str


@dataclass(frozen=True)
class AuthReject:
    """One Access-Reject and its reason: unknown, password, expired, blocked, …"""

    at: int
    username: str
    mac: str
    reason: str
    nas: str


def drain(spool_file: Path, handle: Callable[[list[AccountingRecord]], object]) -> int:
    """Hand what is in acct.tsv to `handle`, then delete it; how many records.

    `handle` is the caller's transaction. What it raises is raised here, and the
    records come again next time, before newer ones.
    """
    return _drain(spool_file, _accounting, handle)


def drain_rejects(
    spool_file: Path, handle: Callable[[list[AuthReject]], object]
) -> int:
    """The same for auth.tsv."""
    return _drain(spool_file, _reject, handle)


def append(spool_file: Path, fields: Iterable[str]) -> None:
    """Add one line, as linelog does: under a lock, and to the file of that name now.

    Raises OSError where it could not be written whole.
    """
    line = ("\t".join([*fields, "end"]) + "\n").encode()
    with _locked_for_appending(spool_file) as out:
        if os.write(out, line) != len(line):
            raise OSError(f"{spool_file} took only a part of a line")


def _drain(
    spool_file: Path,
    parse: Callable[[list[str]], Record],
    handle: Callable[[list[Record]], object],
) -> int:
    with _draining:
        left = sorted(spool_file.parent.glob(f"{spool_file.name}.*"))
        taken = _take(spool_file)
        files = left + ([taken] if taken else [])
        return sum(_consume(file, parse, handle) for file in files)


def _take(spool_file: Path) -> Path | None:
    """Rename the spool so that writers begin a new one; None if there is none."""
    taken = spool_file.with_name(
        f"{spool_file.name}.{time.time_ns():020d}-{os.getpid()}"
    )
    try:
        return spool_file.rename(taken)
    except FileNotFoundError:
        return None


def _consume(
    file: Path,
    parse: Callable[[list[str]], Record],
    handle: Callable[[list[Record]], object],
) -> int:
    """The lock is kept until the file is gone: a writer that had it open when it was
    renamed then finds its link gone, and begins again by name."""
    try:
        lines = file.open("r+b")
    except FileNotFoundError:
        return 0
    with lines:
        fcntl.lockf(lines, fcntl.LOCK_EX)
        if os.fstat(lines.fileno()).st_nlink == 0:
            return 0  # another process drained it while we waited
        count = _hand_over(lines, parse, handle)
        file.unlink()
    return count


def _hand_over(
    lines: BinaryIO,
    parse: Callable[[list[str]], Record],
    handle: Callable[[list[Record]], object],
) -> int:
    bad: list[int] = []
    records = _records(lines, parse, bad)
    count = 0
    while batch := list(itertools.islice(records, BATCH_RECORDS)):
        handle(batch)
        count += len(batch)
    if bad:
        # No content: a line holds a phone number.
        log.warning("%d torn or strange lines in %s left out", len(bad), lines.name)
    return count


def _records(
    lines: Iterable[bytes], parse: Callable[[list[str]], Record], bad: list[int]
) -> Iterator[Record]:
    for number, line in enumerate(lines, 1):
        try:
            # linelog doesn't notice a short write when the disk is full.
            if not line.endswith(b"\tend\n"):
                raise ValueError("torn")
            yield parse(line.decode("utf-8").rstrip("\n").split("\t"))
        except ValueError:
            bad.append(number)


def _whole(fields: list[str], count: int) -> list[str]:
    """The last `count` fields: a torn line may have run into the one after it."""
    if len(fields) < count:
        raise ValueError("too few fields")
    at, *rest = fields[-count:]
    return [at[-EPOCH_DIGITS:], *rest]


def _accounting(fields: list[str]) -> AccountingRecord:
    at, status, unique_id, session, user, mac, ip, seconds, *rest = _whole(
        fields, ACCT_FIELDS
    )
    giga_in, low_in, giga_out, low_out, cause, klass, nas, delay, _ = rest
    if status not in STATUSES:
        raise ValueError(f"status {status[:20]!r}")
    return AccountingRecord(
        at=int(at) - int(delay),
        status=STATUSES[status],
        unique_id=unique_id,
        acct_session_id=unquote(session),
        username=unquote(user),
        mac=one_mac(unquote(mac)),
        ip=ip,
        seconds=int(seconds),
        octets_in=(int(giga_in) << 32) + int(low_in),
        octets_out=(int(giga_out) << 32) + int(low_out),
        cause=cause,
        subscription_id=_subscription(klass),
        nas=unquote(nas),
    )


def _reject(fields: list[str]) -> AuthReject:
    at, username, mac, reason, nas, _ = _whole(fields, AUTH_FIELDS)
    mac = one_mac(unquote(mac))
    return AuthReject(int(at), unquote(username), mac, reason, unquote(nas))


def _subscription(klass: str) -> int | None:
    """The subscription's id in a Class, which is printed as 0x and hex digits."""
    try:
        text = bytes.fromhex(klass.removeprefix("0x")).decode("ascii")
    except ValueError:
        return None
    return int(text) if text.isdecimal() and len(text) < 19 else None


@contextmanager
def _locked_for_appending(file: Path) -> Iterator[int]:
    while True:
        out = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o660)
        try:
            fcntl.lockf(out, fcntl.LOCK_EX)
            if _is_still(file, out):
                yield out
                return
        finally:
            os.close(out)


def _is_still(file: Path, descriptor: int) -> bool:
    """Whether `file` is what `descriptor` has open: a drain may have renamed it."""
    try:
        return os.path.samestat(file.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
