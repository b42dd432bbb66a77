"""Callback received -> device online, and -> SMS out: one sale after the other.

python tests/bench/sale.py [SALES]
"""

from __future__ import annotations

import sys
import time

from common import milliseconds, online_at, pay, ready_sales, running_box, told_at

from hotspot_lite.stage import until


def main(count: int = 200) -> dict[str, str]:
    """Rows of the table in docs/measured.md."""
    with running_box() as stage:
        sales = ready_sales(stage, count)
        online, told = [], []
        for sale in sales:
            pay(sale)
            done = until(
                lambda s=sale: (
                    online_at(stage, s) and told_at(stage).get(s.visitor.phone)
                ),
                10,
                every=0.003,
            )
            online.append((online_at(stage, sale) or 0) - sale.paid_at)
            told.append(done - sale.paid_at)
            time.sleep(0.03)
    return {
        "callback received → device online, p50 / p95 ms": milliseconds(online),
        "callback received → SMS out, p50 / p95 ms": milliseconds(told),
    }


if __name__ == "__main__":
    for name, value in main(*map(int, sys.argv[1:])).items():
        print(f"{name}: {value}")
