"""The day's takings arrive by mail at closing time, once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from road import with_settings

from hotspot_lite import journey
from hotspot_lite.box import Box
from hotspot_lite.clock import Reading
from hotspot_lite.town.mail import PretendMailServer
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import MailedReport
from hotspot_lite.trade.money import payments

CLOSING = int(datetime(2026, 11, 27, 18, 5, tzinfo=UTC).timestamp())  # 21:05 there


@pytest.fixture
def server() -> Iterator[PretendMailServer]:
    with PretendMailServer() as made:
        yield made


@pytest.fixture
def at(
    box: Box, server: PretendMailServer, monkeypatch: pytest.MonkeyPatch
) -> list[int]:
    """The time, which the test sets."""
    with_settings(
        monkeypatch,
        box__timezone="Africa/Nairobi",
        mail__host="127.0.0.1",
        mail__port=server.port,
        mail__tls=False,
        mail__from="box@kona.example",
        report__mail_to="olive@kona.example, olive@kona.example,sam@kona.example",
    )
    clock = [CLOSING]
    monkeypatch.setattr(journey.here, "clock", lambda: Reading(clock[0], True))
    monkeypatch.setattr(journey.here, "now", lambda: clock[0])
    return clock


def test_each_address_gets_it_once_a_day(
    at: list[int], server: PretendMailServer
) -> None:
    for _ in range(3):
        journey.mail_takings()
        at[0] += 900
    assert [one.to for one in server.taken] == [
        "olive@kona.example",
        "sam@kona.example",
    ]
    at[0] = CLOSING + 86_400
    journey.mail_takings()
    assert len(server.taken) == 4


def test_not_before_closing_time(at: list[int], server: PretendMailServer) -> None:
    at[0] = CLOSING - 900
    journey.mail_takings()
    assert server.taken == []


def test_it_tells_what_the_ledger_does(
    at: list[int], server: PretendMailServer
) -> None:
    plan = catalogue.add("1 Hour", "20", "1h", CLOSING)
    payment = payments.ask(payments.Ask(plan, "254700000001"), b"k" * 32, CLOSING)
    payments.mark_paid(payment, "callback", None, "R1", CLOSING)
    journey.mail_takings()
    letter = server.taken[0].message
    assert letter["Subject"].endswith("KES 20.00 on 27.11.2026")
    body = letter.get_body()
    assert body is not None
    assert "20.00  1 Hour (1)" in body.get_content()


def test_one_that_surely_did_not_leave_is_tried_again_and_told(
    at: list[int], server: PretendMailServer
) -> None:
    server.fault = "busy"
    journey.mail_takings()
    assert {row.state for row in MailedReport.select()} == {"failed"}
    assert [one.name for one in conditions.wrong()] == ["mail"]
    server.fault = ""
    at[0] += 900
    journey.mail_takings()
    assert len(server.taken) == 2
    assert conditions.wrong() == []


def test_one_that_may_have_left_is_not_repeated(
    at: list[int], server: PretendMailServer
) -> None:
    server.fault = "lost"
    for _ in range(2):
        journey.mail_takings()
    assert len(server.taken) == 2


def test_under_a_clock_that_is_not_believed_nothing_is_mailed(
    at: list[int], server: PretendMailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey.here, "clock", lambda: Reading(CLOSING, False))
    journey.mail_takings()
    assert server.taken == []
