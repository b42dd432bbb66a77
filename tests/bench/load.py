"""Payments a second: callbacks as fast as they are taken, and the backlog drained.

python tests/bench/load.py [SALES [ROUNDS]]
"""

from __future__ import annotations

import http.client
import statistics
import sys
import threading
import time
from urllib.parse import urlsplit

from common import Sale, pay, ready_sales, running_box, told_at

from hotspot_lite.stage import Stage, until

CALLERS = 4


def post_all(stage: Stage, sales: list[Sale]) -> None:
    """Post all callbacks from a few callers at once, on kept connections."""
    host = urlsplit(stage.town.portal_url).netloc

    def work(mine: list[Sale]) -> None:
        connection = http.client.HTTPConnection(host, timeout=60)
        for sale in mine:
            pay(sale, connection)

    callers = [
        threading.Thread(target=work, args=(sales[n::CALLERS],)) for n in range(CALLERS)
    ]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()


def all_served(stage: Stage, count: int) -> bool:
    """Whether everybody is online and told."""
    devices = list(stage.town.router.hotspot.devices.values())
    online = sum(device.is_online for device in devices)
    return online >= count and len(stage.town.sms.messages) >= count


def main(count: int = 400, rounds: int = 3) -> dict[str, str]:
    """Rows of docs/measured.md: the middle of a few rounds, as the VM is shared."""
    sustained, drained = [], []
    for _ in range(rounds):
        with running_box() as stage:
            sustained.append(sustain(stage, count))
            drained.append(drain(stage, count))
    return {
        "sustained payments/s (callback to online and SMS)": _middle(sustained),
        "backlog drained, payments/s": _middle(drained),
    }


def _middle(found: list[float]) -> str:
    return f"{statistics.median(found):.0f} ({min(found):.0f} to {max(found):.0f})"


def sustain(stage: Stage, count: int) -> float:
    """Payments a second, callbacks coming as fast as they are taken."""
    sales = ready_sales(stage, count)
    began = time.time()
    post_all(stage, sales)
    assert until(lambda: all_served(stage, count), 120)
    return count / (max(told_at(stage).values()) - began)


def drain(stage: Stage, count: int) -> float:
    """Let callbacks pile up while no worker runs; then payments a second."""
    stage.kill("worker")
    sales = ready_sales(stage, count)
    post_all(stage, sales)
    before = len(stage.town.sms.messages)
    stage.start("worker")
    began = time.time()
    assert until(lambda: all_served(stage, before + count), 120)
    return count / (max(told_at(stage).values()) - began)


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
