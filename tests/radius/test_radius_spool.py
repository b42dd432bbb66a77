"""The spool loses nothing: not to a crash, not to a full disk, not to a rename."""

from __future__ import annotations

import fcntl
import logging
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from hotspot_lite import store
from hotspot_lite.radius import spool
from hotspot_lite.radius.spool import AccountingRecord, AuthReject
from hotspot_lite.store import migrations
from hotspot_lite.trade.models import Session
from hotspot_lite.trade.service import sessions

GOOD = (
    "1800000000\tInterim-Update\tabc\t80100014\ths_7\tBC%3A24\t10.5.50.7\t77"
    "\t0\t5\t2\t6\tUser-Request\t0x3137\tMikro%20Tik\t3\tend\n"
)
REJECT = "1800000000\tno%09body\tBC%3A24\tpassword\trouter\tend\n"


def fields(number: int, octets: int) -> list[str]:
    given = f"1800000000\tInterim-Update\tu{number}\ts\tann\tM\t1.2.3.4\t1\t0\t{octets}"
    return [*given.split("\t"), "0", "0", "", "", "n", "0"]


def drained(file: Path) -> list[AccountingRecord]:
    found: list[AccountingRecord] = []
    count = spool.drain(file, found.extend)
    assert count == len(found)
    return found


def test_a_line_is_read_with_all_its_fields(tmp_path: Path) -> None:
    file = tmp_path / "acct.tsv"
    file.write_text(GOOD)
    assert drained(file) == [
        AccountingRecord(
            at=1799999997,
            status="Interim-Update",
            unique_id="abc",
            acct_session_id="80100014",
            username="hs_7",
            mac="BC:24",
            ip="10.5.50.7",
            seconds=77,
            octets_in=5,
            octets_out=(2 << 32) + 6,
            cause="User-Request",
            subscription_id=17,
            nas="Mikro Tik",
        )
    ]
    assert list(tmp_path.iterdir()) == []


def test_rejects_are_read_too(tmp_path: Path) -> None:
    file = tmp_path / "auth.tsv"
    file.write_text(REJECT)
    found: list[AuthReject] = []
    assert spool.drain_rejects(file, found.extend) == 1
    told = AuthReject(1800000000, "no\tbody", "BC:24", "password", "router")
    assert found == [told]


def test_without_a_spool_nothing_is_handed_over(tmp_path: Path) -> None:
    assert spool.drain(tmp_path / "acct.tsv", lambda _: pytest.fail("called")) == 0


@pytest.mark.parametrize("klass", ["", "0x", "0xzz", "0x6e6f", "0xff", "0x2d31"])
def test_a_class_that_is_not_ours_is_no_subscription(
    tmp_path: Path, klass: str
) -> None:
    file = tmp_path / "acct.tsv"
    file.write_text(GOOD.replace("0x3137", klass))
    assert drained(file)[0].subscription_id is None


def test_the_old_name_of_an_interim_update_is_known(tmp_path: Path) -> None:
    file = tmp_path / "acct.tsv"
    file.write_text(GOOD.replace("Interim-Update", "Alive"))
    assert drained(file)[0].status == "Interim-Update"


@pytest.mark.parametrize("length", [0, 1, 12, 40, len(GOOD) - 1])
def test_a_torn_last_line_is_left_out(
    tmp_path: Path, length: int, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "acct.tsv"
    file.write_text(GOOD + GOOD[:length])
    with caplog.at_level(logging.WARNING):
        assert len(drained(file)) == 1
    assert ("1 torn" in caplog.text) == (length > 0)


@pytest.mark.parametrize("length", [1, 9, 12, 30, 60, len(GOOD) - 2])
def test_a_line_that_follows_a_torn_one_is_saved(tmp_path: Path, length: int) -> None:
    file = tmp_path / "acct.tsv"
    file.write_text(GOOD[:length] + GOOD + GOOD)
    first, second = drained(file)
    assert first == second


@pytest.mark.parametrize(
    "junk",
    [
        b"\n",
        b"\tend\n",
        b"\xff\xfe\x00\tend\n",
        GOOD.replace("Interim-Update", "Nonsense").encode(),
        GOOD.replace("\t77\t", "\tmany\t").encode(),
        b"a\t" * 16 + b"end\n",
    ],
)
def test_garbage_is_reported_and_fatal_to_nobody(
    tmp_path: Path, junk: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "acct.tsv"
    file.write_bytes(GOOD.encode() + junk + GOOD.encode())
    with caplog.at_level(logging.WARNING):
        assert len(drained(file)) == 2
    assert "1 torn or strange line" in caplog.text
    assert "hs_7" not in caplog.text


def test_what_a_crash_left_is_handed_over_first(tmp_path: Path) -> None:
    file = tmp_path / "acct.tsv"
    spool.append(file, fields(1, 1))

    def crash(_: list[AccountingRecord]) -> None:
        raise OSError("power")

    with pytest.raises(OSError, match="power"):
        spool.drain(file, crash)
    spool.append(file, fields(2, 1))
    assert [r.unique_id for r in drained(file)] == ["u1", "u2"]
    assert drained(file) == []


def test_a_long_spool_is_handed_over_in_parts(tmp_path: Path) -> None:
    file = tmp_path / "acct.tsv"
    file.write_text(GOOD * (spool.BATCH_RECORDS * 2 + 1))
    sizes: list[int] = []
    spool.drain(file, lambda records: sizes.append(len(records)))
    assert sizes == [spool.BATCH_RECORDS, spool.BATCH_RECORDS, 1]


def test_a_writer_in_the_middle_of_a_line_is_waited_for(tmp_path: Path) -> None:
    file = tmp_path / "acct.tsv"
    writer = subprocess.Popen(
        [sys.executable, "-c", SLOW_WRITER, str(file), GOOD.strip()],
        stdout=subprocess.PIPE,
    )
    assert writer.stdout is not None
    assert writer.stdout.readline() == b"half\n"
    assert len(drained(file)) == 1
    assert writer.wait(5) == 0
    writer.stdout.close()


SLOW_WRITER = """
import fcntl, os, sys, time
out = os.open(sys.argv[1], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o660)
fcntl.lockf(out, fcntl.LOCK_EX)
line = sys.argv[2].encode() + b"\\n"
os.write(out, line[:30])
print("half", flush=True)
time.sleep(0.3)
os.write(out, line[30:])
"""


def test_a_writer_that_waited_for_the_lock_begins_a_new_file(tmp_path: Path) -> None:
    file = tmp_path / "acct.tsv"
    file.touch()
    taken = tmp_path / "acct.tsv.1"
    appended = "from pathlib import Path; from hotspot_lite.radius import spool; "
    appended += f"print(1, flush=True); spool.append(Path({str(file)!r}), ['x'])"
    with file.open("r+b") as held:
        fcntl.lockf(held, fcntl.LOCK_EX)
        writer = subprocess.Popen(
            [sys.executable, "-c", appended], stdout=subprocess.PIPE
        )
        assert writer.stdout is not None
        writer.stdout.readline()
        time.sleep(0.2)
        file.rename(taken)
    assert writer.wait(5) == 0
    writer.stdout.close()
    assert taken.read_text() == ""
    assert file.read_text() == "x\tend\n"


def total(database: Path) -> tuple[int, int]:
    """Sessions, and the octets over all of them."""
    with closing(sqlite3.connect(database)) as db:
        count, octets = db.execute(
            "SELECT count(*), coalesce(sum(octets_in), 0) FROM session"
        ).fetchone()
    return int(count), int(octets)


# Kills itself where argv[3] says, as a power cut would.
CONSUMER = """
import os, sys, time
from pathlib import Path
from hotspot_lite import store
from hotspot_lite.radius import spool
from hotspot_lite.trade.service import sessions

data, where = Path(sys.argv[1]), sys.argv[2]
store.open_file(data / "hotspot.db")

def die(point):
    if point == where:
        os.kill(os.getpid(), 9)

def handle(records):
    die("after-read")
    with store.atomic():
        sessions.record(records, int(time.time()))
        die("in-transaction")
    die("after-commit")

if where == "after-unlink":
    real = Path.unlink
    Path.unlink = lambda self, *a: (real(self, *a), die("after-unlink"))
print(spool.drain(data / "acct.tsv", handle))
"""


def consume(data: Path, where: str = "") -> int:
    done = subprocess.run(
        [sys.executable, "-c", CONSUMER, str(data), where],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.parametrize(
    "where", ["after-read", "in-transaction", "after-commit", "after-unlink"]
)
def test_a_consumer_that_is_killed_costs_nothing(tmp_path: Path, where: str) -> None:
    migrations.migrate(tmp_path / "hotspot.db")
    file = tmp_path / "acct.tsv"
    for number in range(50):
        spool.append(file, fields(number, number))
    assert consume(tmp_path, where) == -signal.SIGKILL
    spool.append(file, fields(50, 50))
    assert consume(tmp_path) == 0
    assert total(tmp_path / "hotspot.db") == (51, sum(range(51)))
    assert [p.name for p in tmp_path.glob("acct.tsv*")] == []


def flood(server: Any, senders: int, each: int) -> list[tuple[int, int]]:
    """Accounting from several senders at once; number and octets of the acked."""
    acked: list[tuple[int, int]] = []

    def send(sender: int) -> None:
        chance = random.Random(sender)  # noqa: S311
        for number in range(sender * each, (sender + 1) * each):
            octets = chance.randrange(1 << 31)
            if server.account(
                Acct_Status_Type="Interim-Update",
                User_Name="ann",
                Acct_Session_Id=f"{number:08x}",
                Calling_Station_Id="BC:24:11:EB:56:4D",
                Acct_Input_Octets=octets,
            ):
                acked.append((number, octets))

    threads = [threading.Thread(target=send, args=(n,)) for n in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return acked


def test_what_freeradius_acknowledged_is_in_the_ledger_while_it_is_drained(
    freeradius: Any,
) -> None:
    store.open_file(freeradius.box.settings.database_file)
    file, over = freeradius.box.spool / "acct.tsv", threading.Event()
    acked: list[tuple[int, int]] = []

    def send() -> None:
        acked.extend(flood(freeradius, senders=4, each=150))
        over.set()

    sender = threading.Thread(target=send)
    sender.start()
    drains = 0
    while not over.is_set():
        spool.drain(file, _record)
        drains += 1
        time.sleep(0.005)
    sender.join()
    spool.drain(file, _record)
    found = {int(s.acct_session_id, 16): s.octets_in for s in Session.select()}
    store.close()
    assert len(acked) == 600
    assert drains > 3
    assert found == dict(acked)
    assert list(freeradius.box.spool.glob("acct.tsv.*")) == []


def _record(records: list[AccountingRecord]) -> None:
    sessions.record(records, int(time.time()))


def test_a_killed_freeradius_leaves_whole_lines(freeradius: Any) -> None:
    acked = flood(freeradius, senders=2, each=50)
    freeradius.process.send_signal(signal.SIGKILL)
    freeradius.process.wait(5)
    found = drained(freeradius.box.spool / "acct.tsv")
    assert {int(r.acct_session_id, 16) for r in found} == {n for n, _ in acked}


def test_the_embedded_responder_writes_what_it_acknowledges(radius: Any) -> None:
    file = radius.box.spool / "acct.tsv"
    drained(file)
    acked = flood(radius, senders=2, each=30)
    assert {int(r.acct_session_id, 16) for r in drained(file)} == {n for n, _ in acked}
