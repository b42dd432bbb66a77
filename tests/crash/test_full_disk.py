"""The disk fills to the brim in the middle of a sale, and has room again."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotspot_lite.stage import Stage, until

MIB = 1024 * 1024
SIZE_MIB = 64
ROOM = {
    "HOTSPOT_DISK_LOW_MIB": "12",
    "HOTSPOT_DISK_FULL_MIB": "8",
    "HOTSPOT_DISK_RESERVE_MIB": "8",
    "HOTSPOT_RADIUS_SERVER": "embedded",
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A box whose data lie on a small disk of their own: a tmpfs."""
    data = tmp_path / "data"
    data.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MIB}m", "tmpfs", str(data)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("NO DISK WAS FILLED: only root may mount a small one")
    try:
        with Stage(tmp_path, scale=0.01, more=ROOM) as made:
            made.prepare()
            yield made
    finally:
        subprocess.run(["umount", "--lazy", str(data)], check=True)


def ask(stage: Stage, sql: str) -> list[tuple[object, ...]]:
    file = stage.folder / "data" / "hotspot.db"
    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def fill(folder: Path) -> Path:
    """Take every byte that is left."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as out:
        for size in (MIB, 4096, 1):
            try:
                while True:
                    out.write(b"x" * size)
            except OSError:
                continue
    return filler


def paid(stage: Stage) -> int:
    return len(ask(stage, "SELECT 1 FROM payment WHERE state = 'paid'"))


def test_what_is_paid_goes_on_and_nothing_new_is_sold(stage: Stage) -> None:
    data = stage.folder / "data"
    stage.start()
    assert until(lambda: (data / "reserve.bin").exists(), 30)
    stage.town.daraja.answer_after_seconds = 1.5
    first = stage.town.visitor()
    assert "/wait/" in first.buy(first.browse(), "1 Hour").url
    sent = "SELECT 1 FROM payment WHERE state = 'sent'"
    assert until(lambda: ask(stage, sent), 20)
    filler = fill(data)
    # The reserve is let go for the callback, and the customer is online by it.
    assert until(lambda: paid(stage) == 1, 60), stage.log("web")
    assert until(first.is_on_the_internet, 60), stage.log("worker")
    full = "SELECT 1 FROM condition WHERE name = 'disk-full' AND is_wrong"
    assert until(lambda: ask(stage, full), 60), stage.log("worker")
    second = stage.town.visitor()
    page = second.buy(second.browse(), "1 Hour")
    assert "Nothing can be sold here just now." in page.html
    assert len(ask(stage, "SELECT 1 FROM payment")) == 1
    filler.unlink()
    assert until(lambda: not ask(stage, full), 60), stage.log("worker")
    assert until(lambda: (data / "reserve.bin").exists(), 60)
    assert "/wait/" in second.buy(second.browse(), "1 Hour").url
    assert until(lambda: paid(stage) == 2, 60)
    assert until(second.is_on_the_internet, 60)
    taken = [money.receipt for money in stage.town.daraja.money_taken()]
    assert sorted(taken) == sorted(
        row[0] for row in ask(stage, "SELECT receipt FROM payment")
    )
    assert len(ask(stage, "SELECT 1 FROM subscription")) == 2
