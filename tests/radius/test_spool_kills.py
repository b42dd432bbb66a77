"""Accounting is byte-exact through kill -9 of FreeRADIUS and of who drains."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from servers import is_listening, start

from hotspot_lite import store
from hotspot_lite.radius import spool
from hotspot_lite.trade.models import Session, UsageDay
from hotspot_lite.trade.service import sessions

SENDERS = 3
KILLS = 4
SECONDS = 6.0

# Drains until it is killed, or until it is told to end by its standard input.
CONSUMER = """
import sys, threading, time
from pathlib import Path
from hotspot_lite import store
from hotspot_lite.radius import spool
from hotspot_lite.trade.service import sessions

data = Path(sys.argv[1])
store.open_file(data / "hotspot.db")
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
while not over.is_set():
    spool.drain(data / "spool" / "acct.tsv",
        lambda found: sessions.record(found, int(time.time())))
    time.sleep(0.01)
"""


class Senders:
    """Routers' interim updates from several threads; what was acknowledged."""

    def __init__(self, server: Any) -> None:
        self.server = server
        self.acked: dict[str, int] = {}
        self.over = threading.Event()
        self.threads = [
            threading.Thread(target=self._send, args=(n,)) for n in range(SENDERS)
        ]

    def _send(self, sender: int) -> None:
        chance = random.Random(sender)  # noqa: S311
        client = self.server.client(seconds=0.3)
        number, octets = 0, 0
        while not self.over.is_set():
            number, octets = number + 1, octets + chance.randrange(1 << 33)
            session = f"{sender}-{number // 5}"  # five updates a session
            if number % 5 == 0:
                octets = chance.randrange(1 << 33)
            asked = client.CreateAcctPacket(
                Acct_Status_Type="Interim-Update",
                User_Name="ann",
                Acct_Session_Id=session,
                Acct_Session_Time=60 * (number % 5),
                Acct_Input_Octets=octets & 0xFFFFFFFF,
                Acct_Input_Gigawords=octets >> 32,
            )
            if self.server.ask(client, asked).kind == "accounted":
                self.acked[session] = octets


def consumer(data: Path) -> subprocess.Popen[bytes]:
    told = [sys.executable, "-c", CONSUMER, str(data)]
    return subprocess.Popen(told, stdin=subprocess.PIPE)


def end(process: subprocess.Popen[bytes], kill: bool) -> None:
    assert process.poll() is None
    if kill:
        process.send_signal(signal.SIGKILL)
    elif process.stdin:
        process.stdin.close()
    process.wait(10)


@pytest.fixture
def killed(freeradius: Any) -> dict[str, int]:
    """What was acknowledged while both sides were killed again and again."""
    server, box = freeradius, freeradius.box
    drainer = consumer(box.settings.data_dir)
    server.wait(lambda: is_listening(server))
    senders = Senders(server)
    for thread in senders.threads:
        thread.start()
    for _ in range(KILLS):
        time.sleep(SECONDS / KILLS / 2)
        end(drainer, kill=True)
        drainer = consumer(box.settings.data_dir)
        time.sleep(SECONDS / KILLS / 2)
        end(server.process, kill=True)
        server.process = start("freeradius", box).process
    server.wait(lambda: is_listening(server))
    senders.over.set()
    for thread in senders.threads:
        thread.join()
    end(drainer, kill=False)
    server.stop()
    return senders.acked


def test_kill_9_of_either_side_costs_and_adds_no_byte(
    killed: dict[str, int], box: Any
) -> None:
    store.open_file(box.settings.database_file)
    file = box.spool / "acct.tsv"
    spool.drain(file, lambda found: sessions.record(found, int(time.time())))
    told = {row.acct_session_id: row.octets_in for row in Session.select()}
    days = sum(row.octets_in for row in UsageDay.select())
    store.close()
    assert len(killed) > 20
    # One that was written but not acknowledged is there too, and is more.
    assert [s for s, octets in killed.items() if told.get(s, 0) < octets] == []
    exact = [s for s, octets in killed.items() if told[s] == octets]
    assert len(exact) >= len(killed) - 2 * KILLS * SENDERS
    assert days == sum(told.values())
