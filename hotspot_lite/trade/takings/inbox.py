"""What providers told while the database was busy: kept as files, read when it isn't.

A provider waits a second for its answer, and may never tell again. One file for each
message, on the disk before it is answered; reading one twice does no harm.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import os
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from hotspot_lite import store
from hotspot_lite.store import room

log = logging.getLogger(__name__)
FOLDER = "inbox"
# Of the one second that a callback is to be answered in.
WAIT_SECONDS = 0.6


@dataclass(frozen=True)
class Message:
    """A body that came. `kind` says who reads it; `about` is that reader's own note."""

    kind: str
    raw: bytes
    peer: str
    received_at: int
    about: dict[str, str]


def take_or_keep(data_dir: Path, message: Message, take: Callable[[], str]) -> str:
    """Have `take` write the message to the database, else put it into a file.

    Where the disk takes nothing, the reserve kept for this moment is let go first.
    Returns what `take` returned, or "kept". Raises OSError where neither was possible.
    """
    for _ in range(2):
        try:
            with store.atomic(WAIT_SECONDS):
                return take()
        except Exception as exc:
            if room.refuses_all(exc):
                if room.let_go(data_dir):
                    log.warning("the disk is full: its reserve is let go (%s)", exc)
                    continue
            elif not store.is_busy(exc):
                raise
            break
    keep(data_dir / FOLDER, message)
    return "kept"


def keep(folder: Path, message: Message) -> Path:
    """Write one message, whole and synced; the same message again is the same file."""
    if not folder.is_dir():
        folder.mkdir(mode=0o770, exist_ok=True)
        _sync(folder.parent)  # a new folder's name is on the disk only then
    text = {**asdict(message), "raw": base64.b64encode(message.raw).decode()}
    body = json.dumps({**text, "received_at": 0, "peer": ""}, sort_keys=True)
    name = hashlib.sha256(body.encode()).hexdigest()[:40]
    final = folder / f"{name}.json"
    half = folder / f"{name}.{os.getpid()}.half"
    try:
        with half.open("w", encoding="utf-8") as out:
            json.dump(text, out)
            out.flush()
            os.fsync(out.fileno())
        half.replace(final)
    finally:
        half.unlink(missing_ok=True)
    _sync(folder)
    return final


def take_in(data_dir: Path, readers: Mapping[str, Callable[[Message], object]]) -> int:
    """Hand every kept message to its kind's reader, then delete it; how many.

    What a reader raises is raised once the others were read, and its file stays. A
    file that can't be read at all is put aside as *.bad: it is somebody's money.
    """
    fault: Exception | None = None
    count = 0
    for file in sorted((data_dir / FOLDER).glob("*.json")):
        try:
            message = _read(file)
            reader = readers[message.kind]
        except (ValueError, KeyError, TypeError):
            log.warning("%s can't be read; it is kept as .bad", file.name)
            file.replace(file.with_suffix(".bad"))
            continue
        try:
            reader(message)
        except Exception as exc:  # raised below: one must not hold up the rest
            fault = fault or exc
            continue
        file.unlink(missing_ok=True)
        count += 1
    if fault is not None:
        raise fault
    return count


def waiting(data_dir: Path) -> tuple[int, int]:
    """How many messages wait to be read, and how many can't be."""
    folder = data_dir / FOLDER
    return len(list(folder.glob("*.json"))), len(list(folder.glob("*.bad")))


def _read(file: Path) -> Message:
    told = json.loads(file.read_text(encoding="utf-8"))
    return Message(**{**told, "raw": base64.b64decode(told["raw"], validate=True)})


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
