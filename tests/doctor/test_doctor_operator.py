"""Doctor: whether M-Pesa lets us give money back and ask about receipts."""

from __future__ import annotations

import pytest
from patient import Examine

from hotspot_lite.box import Box
from hotspot_lite.trade.takings import inquiries

KEY = b"k" * 32
OPERATOR = {
    "INITIATOR": "api",
    "SECURITY_CREDENTIAL": "c2VhbGVkIHNlY3JldA",
    "CALLBACK_URL": "https://wifi.example.com",
}


def given(monkeypatch: pytest.MonkeyPatch, **more: str) -> None:
    for name, value in more.items():
        monkeypatch.setenv(f"HOTSPOT_MPESA_{name}", value)


def test_no_operator_is_no_fault(box: Box, examine: Examine) -> None:
    assert examine().level("HL-MON-07") == ""


def test_an_operator_that_is_not_refused_is_well(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, **OPERATOR)
    assert examine().level("HL-MON-07") == "ok"


def test_half_an_operator_is_noted_without_its_secret(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, SECURITY_CREDENTIAL=OPERATOR["SECURITY_CREDENTIAL"])
    seen = examine()
    found = seen.of("HL-MON-07")
    assert (found["level"], "mpesa.initiator" in found["says"]) == ("note", True)
    assert OPERATOR["SECURITY_CREDENTIAL"] not in seen.text


def test_a_status_that_nobody_can_ask_for_is_a_warning(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, CONFIRM="require_status")
    found = examine().of("HL-MON-07")
    assert found["level"] == "warning"
    assert "verify_query" in found["impact"]


def test_a_password_that_ran_out_is_a_warning_until_one_is_taken(
    box: Box, examine: Examine, monkeypatch: pytest.MonkeyPatch
) -> None:
    given(monkeypatch, **OPERATOR)
    now = box.clock.at()
    for receipt, code in (("UKA1AAAA11", "2001"), ("UKA1AAAA12", "0")):
        asked = inquiries.ask_status(receipt, KEY, now)
        assert asked is not None
        inquiries.answered(asked, code, "M-Pesa refused the credential.", now)
        level = examine().level("HL-MON-07")
        assert level == ("warning" if code == "2001" else "ok")
        now += 10
