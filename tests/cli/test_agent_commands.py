"""hotspot-lite agent, as an owner types it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.takings import agent_sales


def run(environment: dict[str, str], *words: str, code: int = 0) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "agent", *words],
        env=os.environ | environment,
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout) if "--json" in words else done


def test_terms_are_set_money_is_taken_in_and_the_account_is_shown(
    box: Box, box_environment: dict[str, str]
) -> None:
    plan = catalogue.add("1 Hour", "20", "1h", 1)
    staff.add("amina", "a long password", "agent", 1)
    words = ("set", "amina", "--commission", "7.5", "--limit", "100", "--json")
    assert run(box_environment, *words) == {
        "name": "amina",
        "owes": "0.00",
        "limit": "100.00",
        "commission_percent": "7.5",
        "sells": "yes",
    }
    agent_sales.sell("amina", agent_sales.Order(plan, "x"), box.clock.now().at)
    words = ("take-in", "amina", "10", "--note", "receipt 17", "--once", "r17")
    for _ in range(2):
        run(box_environment, *words)
    told = run(box_environment, "statement", "amina", "--json")
    assert told["owes"] == "8.50"
    lines = [(one["what"], one["amount"], one["balance"]) for one in told["entries"]]
    assert lines == [
        ("Paid in", "10.00", "-8.50"),
        ("Commission", "1.50", "-18.50"),
        ("Voucher sold", "-20.00", "-20.00"),
    ]
    assert run(box_environment, "list", "--json")["agents"][0]["owes"] == "8.50"


def test_a_mistake_is_said_with_what_to_do(
    box: Box, box_environment: dict[str, str]
) -> None:
    said = run(box_environment, "statement", "nobody", code=1).stderr
    assert b"There is no agent 'nobody'" in said and b"--role agent" in said
