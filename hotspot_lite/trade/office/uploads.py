"""Files that staff send in pieces: a form of ours is small, whoever sends it.

A statement names who paid: it is readable by the box only, and gone once it was read.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from pathlib import Path

from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import room
from hotspot_lite.trade.reckoning import statement as statements
from hotspot_lite.trade.reckoning.statement import MOST_BYTES, Statement

FOLDER = "uploads"
KEPT_SECONDS = 7 * 86_400


def name_for(secret: str) -> str:
    """The name of an upload: one for each session, that nobody else can name."""
    return hashlib.sha256(f"upload {secret}".encode()).hexdigest()[:32]


def add(data_dir: Path, name: str, offset: int, piece: bytes) -> int:
    """Add the piece that begins at `offset`; how many bytes there are now.

    0 begins anew. Raises BadInput for a piece that doesn't follow, or too much.
    """
    if offset == 0:
        room.refuse_extras("files from outside")
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    flags = os.O_RDWR | os.O_CREAT | (os.O_TRUNC if offset == 0 else 0)
    with os.fdopen(os.open(folder / name, flags, 0o600), "r+b") as out:
        size = out.seek(0, os.SEEK_END)
        if size != offset:
            raise BadInput("A piece of the file is missing.", "Send it again.")
        if size + len(piece) > MOST_BYTES:
            raise BadInput("It is larger than 4 MiB.", "Export less time at once.")
        out.write(piece)
    return size + len(piece)


def statement(data_dir: Path, name: str) -> Statement:
    """The uploaded M-Pesa statement of that name. Raises BadInput."""
    try:
        raw = (data_dir / FOLDER / name).read_bytes()
    except OSError:
        raise BadInput(
            "The statement is not here.", "Choose the file again.", field="statement"
        ) from None
    return statements.read(raw)


def keep(data_dir: Path, name: str) -> str:
    """Put a whole upload aside under a name of its own, which is returned.

    Raises BadInput where nothing was sent.
    """
    kept = secrets.token_hex(16)
    try:
        (data_dir / FOLDER / name).replace(data_dir / FOLDER / kept)
    except OSError:
        raise BadInput(
            "The file is not here.", "Choose the file again.", field="file"
        ) from None
    return kept


def put(data_dir: Path, raw: bytes) -> str:
    """Keep a file that came in one piece; the name it is kept under. Raises NoRoom."""
    room.refuse_extras("files from outside")
    folder = data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    kept = secrets.token_hex(16)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    with os.fdopen(os.open(folder / kept, flags, 0o600), "wb") as out:
        out.write(raw)
    return kept


def is_there(data_dir: Path, name: str) -> bool:
    """Whether there is an upload of that name."""
    return (data_dir / FOLDER / name).exists()


def forget(data_dir: Path, name: str) -> None:
    """Remove an upload, if it is there."""
    if name:
        (data_dir / FOLDER / name).unlink(missing_ok=True)


def forget_old(data_dir: Path, now: int) -> int:
    """Remove uploads that nobody came back to for a week; how many."""
    old = [
        path
        for path in (data_dir / FOLDER).glob("*")
        if path.stat().st_mtime < now - KEPT_SECONDS
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
