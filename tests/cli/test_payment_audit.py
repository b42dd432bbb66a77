"""hotspot-lite payment audit, as an owner types it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

STATEMENT = Path(__file__).parent.parent / "trade/data/statement_paybill.csv"
NOW = int(time.time()) - 3600


def audit(
    environment: dict[str, str], *words: str, stdin: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "hotspot_lite", "payment", "audit", *words],
        env=os.environ | environment,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_its_exit_status_says_whether_all_agrees(
    box: Box, box_environment: dict[str, str]
) -> None:
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    payment = payments.ask(payments.Ask(plan, "254700000001", ""), b"k" * 32, NOW)
    payments.mark_paid(payment, "callback", None, "SAF1PAID01", NOW)
    subscriptions.fulfil(payment.id, NOW)
    good = audit(box_environment)
    assert good.returncode == 0, good.stderr
    assert b"1 payment, 20.00: all of it agrees" in good.stdout
    Subscription.update(duration_seconds=9999).execute()
    bad = audit(box_environment)
    assert bad.returncode == 1
    assert b"Not what was sold" in bad.stdout


def test_a_statement_comes_by_pipe(box: Box, box_environment: dict[str, str]) -> None:
    found = audit(box_environment, "--statement", "-", stdin=STATEMENT.read_bytes())
    assert found.returncode == 1
    assert b"Money that the box does not know" in found.stdout
    assert b"254700000001" not in found.stdout
    taken = audit(box_environment, "--statement", str(STATEMENT), "--take")
    assert b"2 transfers" in taken.stdout


def test_wrong_words_are_said_in_a_sentence(
    box: Box, box_environment: dict[str, str]
) -> None:
    for words, says in (
        (("--since", "yesterday"), b"Write it like 2026-03-27"),
        (("--statement", "/nonexistent"), b"can't be read"),
        (("--anchor", "x"), b"Copy it from an earlier audit"),
    ):
        found = audit(box_environment, *words)
        assert found.returncode != 0 and says in found.stderr + found.stdout
        assert b"Traceback" not in found.stderr
