"""What is on a disk after a power cut, looked at from outside while the box is dead."""

from __future__ import annotations

import base64
import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from guest_image import DATA, PATH
from street import Acknowledged

SOUND, MENDED = 0, 1  # exit codes of e2fsck
GIVEN = "SELECT phone FROM payment WHERE id IN (SELECT payment_id FROM subscription)"


class Broken(Exception):
    """The file system is not what a replayed journal leaves."""


def take_out(disk: Path, folder: Path) -> Path:
    """Copy the disk, mend it as a boot would, and fetch the box's data from it.

    Raises Broken where more than that would be needed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    copy = folder / "copy.img"
    subprocess.run(["cp", "--sparse=always", str(disk), str(copy)], check=True)
    try:
        for words, good in (("-pf", (SOUND, MENDED)), ("-fn", (SOUND,))):
            done = _run("e2fsck", words, str(copy))
            if done.returncode not in good:
                raise Broken(done.stdout + done.stderr)
        _run("debugfs", "-R", f"rdump {DATA} {folder}", str(copy))
    finally:
        copy.unlink()
    return folder / Path(DATA).name


def what_is_wrong(data: Path, said: Acknowledged) -> list[str]:
    """Every acknowledged thing that the box doesn't hold, in words.

    It may hold a callback in the ledger, or as a file for the ledger.
    """
    try:
        with closing(sqlite3.connect(data / "hotspot.db")) as ledger:
            return list(_wrongs(ledger, said, kept_for_later(data)))
    except sqlite3.DatabaseError as exc:
        return [f"the database is broken: {exc}"]


def _wrongs(
    ledger: sqlite3.Connection, said: Acknowledged, kept: set[str]
) -> Iterator[str]:
    def column(sql: str) -> list[str]:
        return [str(row[0]) for row in ledger.execute(sql)]

    for word in column("PRAGMA integrity_check"):
        if word != "ok":
            yield f"integrity_check: {word}"
    for word in column("PRAGMA foreign_key_check"):
        yield f"foreign_key_check: {word}"
    for phone in sorted(said.ordered - set(column("SELECT phone FROM payment"))):
        yield f"{phone} saw the waiting page and is not in the ledger"
    known = set(map(_checkout_id, column("SELECT cast(body AS text) FROM callback")))
    for checkout_id in sorted(said.told - known - kept):
        yield f"the callback of {checkout_id} got 200 and is not in the ledger"
    paid = set(column("SELECT 'HL' || id FROM payment WHERE state = 'paid'"))
    for checkout_id, reference in sorted(said.paid):
        if reference not in paid and checkout_id not in kept:
            yield f"{reference} was acknowledged as paid and is not in the ledger"
    for phone in sorted(said.online - set(column(GIVEN))):
        yield f"{phone} was online and has no time in the ledger"


def kept_for_later(data: Path) -> set[str]:
    """The checkout ids of callbacks that came while the ledger was busy."""
    files = [json.loads(file.read_text()) for file in data.glob("inbox/*.json")]
    return {_checkout_id(base64.b64decode(file["raw"])) for file in files}


def _checkout_id(body: str | bytes) -> str:
    return str(json.loads(body)["Body"]["stkCallback"]["CheckoutRequestID"])


def _run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env={"PATH": PATH}, capture_output=True, text=True)
