"""What a power cut may leave on the card: always a whole beginning of the commits.

Copies of hotspot.db and its WAL are taken while sales run, and the WAL of each copy
is cut or garbled where no checkpoint has come yet. (Frames that are in the database
file already were flushed before they were copied there: they can't be lost.)
"""

from __future__ import annotations

import random
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from hotspot_lite import jobs, store
from hotspot_lite.box import Box
from hotspot_lite.jobs import lanes
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Plan
from hotspot_lite.trade.money import payments

NOW = 1_800_000_000
WORKER = "worker-test"
DAMAGES_A_COPY = 5
# Places in the WAL-index (sqlite.org/walformat.html): how many frames there are, and
# how many of them have been checkpointed.
FRAMES_AT, CHECKPOINTED_AT = 16, 96
WAL_HEADER, FRAME_HEADER = 32, 24


class Shop(threading.Thread):
    """Sales and their pushes, numbered; `done` is what has been acknowledged.

    Every commit holds the gate, so that a copy falls between two of them, as a power
    cut falls between two writes of the one WAL.
    """

    def __init__(self, box: Box, plan: Plan) -> None:
        super().__init__(daemon=True)
        self.box, self.plan = box, plan
        self.gate, self.enough = threading.Lock(), threading.Event()
        self.done = 0
        self.dice = random.Random(31)
        self.after: list[State] = [State()]  # what each commit leaves

    def run(self) -> None:
        while not self.enough.is_set():
            with self.gate:
                act = self.push if self.dice.random() < 0.45 else self.sell
                act()
        store.close()
        jobs.rows.run.close()

    def note(self, state: State) -> None:
        """This commit's number, in the commit, and what it leaves."""
        store.database.execute_sql("INSERT INTO step VALUES (?)", (len(self.after),))
        self.after.append(state)

    def sell(self) -> None:
        """A payment and the job that asks for it: one commit."""
        last = self.after[-1]
        number = len(self.after)
        phone, mac = f"2547{number:08}", f"02:{number:010x}"
        wish = payments.Ask(self.plan, phone, mac)
        with store.atomic():
            # Not all at once: the place's limit is one of a minute.
            payment = payments.ask(wish, self.box.key, NOW + 60 * number)
            self.note(State(last.payments | {payment.id}, last.pushed))
        self.done = len(self.after) - 1

    def push(self) -> None:
        """A job's effect and its end: one commit."""
        taken = jobs.rows.take(WORKER, lanes.served(""))
        if taken is None:
            return
        last = self.after[-1]
        payment_id = int(taken.args["payment_id"])
        with store.atomic():
            store.database.execute_sql(
                "UPDATE payment SET state = 'sent' WHERE id = ?", (payment_id,)
            )
            jobs.rows.finish(taken)
            self.note(State(last.payments, last.pushed | {payment_id}))
        jobs.rows.done(taken)
        self.done = len(self.after) - 1


@dataclass(frozen=True)
class State:
    """Payments asked for, and those whose job is over."""

    payments: frozenset[int] = frozenset()
    pushed: frozenset[int] = frozenset()


@dataclass
class Copy:
    """The files as they were at one moment."""

    db: Path
    done: int  # commits that were acknowledged
    frames: int  # in the WAL; what lies behind them is of an older round
    checkpointed: int  # of these, that are in the database file too

    @property
    def wal(self) -> Path:
        """Its write-ahead log."""
        return Path(f"{self.db}-wal")


def take_copy(shop: Shop, folder: Path, number: int) -> Copy:
    """What is on disk at this moment, between two commits."""
    file = shop.box.settings.database_file
    target = folder / f"copy{number}"
    target.mkdir()
    parts = [f"{file}{end}" for end in ("", "-wal", "-shm")]
    with shop.gate:
        # Not in this process: to close a file drops SQLite's locks on it.
        subprocess.run(["cp", *parts, target], check=True)
        done = shop.done
    index = (target / f"{file.name}-shm").read_bytes()
    (target / f"{file.name}-shm").unlink()  # it doesn't outlive a power cut
    frames, checkpointed = (
        int.from_bytes(index[place : place + 4], sys.byteorder)
        for place in (FRAMES_AT, CHECKPOINTED_AT)
    )
    return Copy(target / file.name, done, frames, checkpointed)


def damage(copy: Copy, target: Path, dice: random.Random) -> None:
    """A copy of the copy, with its WAL cut or garbled somewhere."""
    shutil.copy(copy.db, target)
    wal = bytearray(copy.wal.read_bytes())
    frame = FRAME_HEADER + int.from_bytes(copy.db.read_bytes()[16:18], "big")
    # Where nothing was checkpointed, not even the header is needed.
    first = WAL_HEADER + copy.checkpointed * frame if copy.checkpointed else 0
    place = dice.randrange(first, WAL_HEADER + copy.frames * frame + 1)
    if dice.random() < 0.5:
        del wal[place:]
    else:
        count = dice.choice((1, 8, 512, 4096))
        wal[place : place + count] = dice.randbytes(len(wal[place : place + count]))
    Path(f"{target}-wal").write_bytes(wal)


def commits_in(db: Path) -> tuple[int, State]:
    """How many commits a file holds, and what it says they left. It must be sound."""
    with closing(sqlite3.connect(db)) as connection:
        ask = lambda sql: connection.execute(sql).fetchall()  # noqa: E731
        assert ask("PRAGMA quick_check") == [("ok",)]
        (step,) = ask("SELECT coalesce(max(n), 0) FROM step")[0]
        paid = {row[0] for row in ask("SELECT id FROM payment")}
        pushed = {row[0] for row in ask("SELECT id FROM payment WHERE state = 'sent'")}
        waiting = {row[0] for row in ask("SELECT args ->> 'payment_id' FROM job")}
    # The heart of it: no payment without its job, no job without its payment.
    assert waiting == paid - pushed
    return step, State(frozenset(paid), frozenset(pushed))


def cut_and_look(box: Box, folder: Path, damages: int) -> None:
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    store.database.execute_sql("CREATE TABLE step (n INTEGER PRIMARY KEY)")
    dice, kept = random.Random(37), set()
    shop = Shop(box, plan)
    shop.start()
    for number in range(max(damages // DAMAGES_A_COPY, 1)):
        target = shop.done + dice.randrange(5, 120)
        while shop.done < target:
            assert shop.is_alive()
            time.sleep(0.002)
        copy = take_copy(shop, folder, number)
        for _ in range(DAMAGES_A_COPY):
            damaged = folder / "damaged.db"
            damage(copy, damaged, dice)
            step, found = commits_in(damaged)
            assert step <= copy.done and found == shop.after[step]
            kept.add(step)
        # Nothing was damaged here: all that was acknowledged is there.
        assert commits_in(copy.db) == (copy.done, shop.after[copy.done])
    shop.enough.set()
    shop.join(10)
    print(f"{damages} damages left {len(kept)} different beginnings of {shop.done}")
    assert len(kept) > damages / 6, "the test has teeth only where commits are lost"


def test_a_power_cut_leaves_a_beginning_of_the_commits(
    box: Box, tmp_path: Path
) -> None:
    cut_and_look(box, tmp_path, 30)


@pytest.mark.slow
def test_three_hundred_power_cuts_leave_a_beginning_of_the_commits(
    box: Box, tmp_path: Path
) -> None:
    cut_and_look(box, tmp_path, 300)
