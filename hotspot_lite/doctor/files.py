"""Looking at files without changing or making any, whoever may read them."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from hotspot_lite.store import migrations

CHECK_SECONDS = 5.0


def is_there(path: Path) -> bool:
    """Whether there is something; False too where this user may not see it."""
    try:
        path.stat()
    except OSError:
        return False
    return True


def is_shut(folder: Path) -> bool:
    """Whether this user may not see what is in a folder, or not write there."""
    try:
        folder.stat()
    except PermissionError:
        return True
    except OSError:
        return False  # it isn't there at all
    return not os.access(folder, os.R_OK | os.W_OK | os.X_OK)


def state_of(file: Path, is_ours: bool = True) -> tuple[str, str]:
    """How a database file is, without writing to it: its state and what SQLite says.

    `is_ours`: it must have had all steps of the migrations too.
    """
    if is_shut(file.parent):
        return "closed", f"this user can't enter {file.parent}"
    if not is_there(file):
        return "missing", ""
    if not os.access(file, os.R_OK | os.W_OK):
        return "closed", f"this user can't write {file}"
    try:
        wrong = quick_check(file)
        if wrong:
            return "damaged", wrong
        current = not is_ours or migrations.is_current(file)
    except sqlite3.DatabaseError as exc:
        return ("closed" if _is_a_refusal(exc) else "damaged"), str(exc)
    return ("fit" if current else "pending"), ""


def quick_check(file: Path) -> str:
    """What SQLite finds wrong with a file, "" if nothing. Raises DatabaseError."""
    with closing(read_only(file)) as connection:
        try:
            found = connection.execute("PRAGMA quick_check(3)").fetchall()
        except MemoryError:  # a length in it is rubbish
            return "a record of absurd size"
    says = "; ".join(str(row[0]) for row in found)
    return "" if says == "ok" else says.replace("\n", "; ")


def read_only(file: Path) -> sqlite3.Connection:
    """A connection that can't change the file."""
    uri = f"{file.absolute().as_uri()}?mode=ro"
    return sqlite3.connect(uri, uri=True, timeout=CHECK_SECONDS)


def _is_a_refusal(exc: sqlite3.DatabaseError) -> bool:
    words = ("unable to open", "locked", "readonly", "permission", "busy")
    return any(word in str(exc) for word in words)
