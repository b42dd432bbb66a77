"""`hotspot-lite payment refund` and `ask`, as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Audit, Inquiry, Payment, Refund
from hotspot_lite.trade.money import payments

Run = Callable[..., "subprocess.CompletedProcess[str]"]
OPERATOR = {
    "HOTSPOT_MPESA_INITIATOR": "api",
    "HOTSPOT_MPESA_SECURITY_CREDENTIAL": "c2VhbGVk",
    "HOTSPOT_MPESA_CALLBACK_URL": "https://wifi.example.com",
}


@pytest.fixture
def run(box: Box, box_environment: dict[str, str]) -> Run:
    def run(*words: str, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(  # noqa: S603
            [sys.executable, "-m", "hotspot_lite", "payment", *words, "--json"],
            env={**os.environ, **box_environment, **more},
            capture_output=True,
            text=True,
            timeout=60,
        )

    return run


@pytest.fixture
def payment(box: Box) -> Payment:
    plan = catalogue.add("1 Hour", "20", "1h", box.clock.at())
    wish = payments.Ask(plan, "254700000001", "02:00:00:00:00:01")
    asked = payments.ask(wish, box.key, box.clock.at())
    payments.mark_paid(asked, "callback", None, "UKR7ABCD12", box.clock.at())
    return Payment.get()


def test_a_refund_by_hand_is_noted_with_its_receipt(run: Run, payment: Payment) -> None:
    words = ("refund", "1", "--why", "Paid twice", "--by-hand", "--amount", "5.50")
    told = json.loads(run(*words, "--receipt", "ukr8-abcd13").stdout)
    assert told == {"refund": 1, "payment": 1, "amount": "5.50", "state": "done"}
    assert (Refund.get().receipt, Audit.get().who) == ("UKR8ABCD13", "cli")
    shown = json.loads(run("show", "1").stdout)
    assert any("Given back by hand, 5.50" in line for line in shown["story"])


def test_without_an_operator_m_pesa_is_told_nothing(run: Run, payment: Payment) -> None:
    done = run("refund", "1", "--why", "Paid twice")
    assert done.returncode == 1
    assert "mpesa.initiator" in done.stdout + done.stderr
    assert Refund.select().count() == 0


def test_with_one_it_is_ordered_and_asked(run: Run, payment: Payment) -> None:
    told = json.loads(run("refund", "1", "--why", "Paid twice", **OPERATOR).stdout)
    assert told["state"] == "asked"
    assert run("refund", "1", "--why", "Again", **OPERATOR).returncode == 1
    assert json.loads(run("ask", "1", **OPERATOR).stdout)["asked"] == "now"
    kinds = [row.kind for row in Inquiry.select().order_by(Inquiry.id)]
    assert kinds == ["reversal", "status"]


def test_what_is_not_paid_is_not_given_back(run: Run, box: Box) -> None:
    done = run("refund", "7", "--why", "Paid twice", "--by-hand")
    assert done.returncode == 1
    assert "Payment 7 is not paid." in done.stdout + done.stderr
