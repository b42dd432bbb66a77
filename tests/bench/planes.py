"""The box and its router agree: how late who is out of time is cut off, and how long
it takes to hold 2,000 users of the router against the box.

python tests/bench/planes.py [CUSTOMERS] [USERS]
"""

from __future__ import annotations

import sys
import time

from common import running_box

from hotspot_lite import box as boxes
from hotspot_lite import journey, store
from hotspot_lite.stage import Stage, until
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import Mirror, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions

POLL_SECONDS = 0.02


def cut_off(stage: Stage, count: int) -> dict[str, str]:
    """Seconds from the end of a time that the router was not told of, to its being out.

    Each customer is online for a day by the router's count; the box ends it earlier.
    """
    boxes.open_box(stage.environment)
    plan, now = catalogue.add("Bench", "1", "1d", int(time.time())), int(time.time())
    router = stage.town.router
    for code in vouchers.codes(vouchers.make(plan, count, "bench", now)):
        visitor = stage.town.visitor()
        vouchers.redeem(code, visitor.mac, visitor.ip, now)
    assert until(lambda: len(router.active()) == count, 60)
    ends: dict[str, int] = {}
    first = int(time.time()) + 3
    with store.atomic():
        for number, one in enumerate(Subscription.select()):
            ends[one.mac] = first + number
            Subscription.update(expires_at=first + number).where(
                Subscription.id == one.id
            ).execute()
    late: list[float] = []
    while ends and time.time() < first + count + 60:
        online = {row["mac-address"] for row in router.active()}
        for mac in [mac for mac in ends if mac not in online]:
            late.append(time.time() - ends.pop(mac))
        time.sleep(POLL_SECONDS)
    assert not ends, f"{len(ends)} were never cut off"
    late.sort()
    middle, high = late[len(late) // 2], late[int(len(late) * 0.95)]
    name = "time over → cut off at the router, p50 / p95 / max s"
    return {name: f"{middle:.1f} / {high:.1f} / {max(late):.1f}"}


def reconcile(stage: Stage, count: int) -> dict[str, str]:
    """Seconds to write users, to find that all are right, and to mend a twentieth."""
    journey.here.use(boxes.open_box(stage.environment))
    now = int(time.time())
    plan = catalogue.add("Mirrored", "1", "7d", now)
    terms = catalogue.terms_of(plan)
    with store.atomic():
        for number in range(count):
            who, _ = customers.of_phone(f"25471{number:07}", now)
            subscriptions.give(subscriptions.Wish(who, terms, "", ""), now)
    written = 0.0
    while Mirror.select().count() < count:
        written += _took()
    right = _took()
    rows = stage.town.router.tables["/ip/hotspot/user"].rows
    for row in rows[::20]:
        row["limit-uptime"] = "52w"
    mended = _took()
    name = f"{count} users at the router: written / found right / 5 % mended, s"
    return {name: f"{written:.1f} / {right:.1f} / {mended:.1f}"}


def _took() -> float:
    began = time.monotonic()
    journey.reconcile_planes()
    return time.monotonic() - began


def main(count: int = 30, users: int = 2000) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    with running_box() as stage:
        found = cut_off(stage, count)
    with running_box("web") as stage:
        return found | reconcile(stage, users)


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
