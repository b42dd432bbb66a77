"""A message to many through the real gateway's wire, a few at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from road import with_settings

from hotspot_lite import journey, store
from hotspot_lite.box import Box
from hotspot_lite.jobs import rows, sight
from hotspot_lite.town.mail import PretendMailServer
from hotspot_lite.town.whole import Town
from hotspot_lite.trade.messaging import campaigns
from hotspot_lite.trade.messaging.drafts import Draft, House
from hotspot_lite.trade.models import Campaign, Customer, Message

ALWAYS_DAY = {"message__quiet_from": 0, "message__quiet_until": 0}


def start(box: Box, count: int = 5, channel: str = "sms") -> Campaign:
    for number in range(count):
        store.create(
            Customer,
            phone=f"2547000000{number:02}",
            username=f"user{number}",
            secret="s",
            made_at=1,
            email=f"user{number}@kona.example",
        )
    draft = Draft("Offer", "everybody", "", channel, "Hi {login}", "News")
    house = House("Kona", "", b"k" * 32)
    return campaigns.start(draft, house, "jane", journey.here.now())


def states() -> list[str]:
    return [one.state for one in Message.select().order_by(Message.id)]


def run(campaign: Campaign, most: int = 20) -> int:
    """Run its jobs as the worker does; how many runs it took."""
    count = 0
    while Campaign.get_by_id(campaign.id).state == "sending" and count < most:
        journey.send_some(campaign_id=campaign.id)
        count += 1
    return count


@pytest.fixture
def by_day(box: Box, monkeypatch: pytest.MonkeyPatch) -> Box:
    with_settings(monkeypatch, **ALWAYS_DAY)
    return box


class TestSms:
    def test_each_gets_its_own_once(self, by_day: Box, town: Town) -> None:
        campaign = start(by_day)
        run(campaign)
        taken = [(one.to, one.text) for one in town.sms.messages]
        assert taken == [(f"25470000000{n}", f"Hi user{n}") for n in range(5)]
        assert Campaign.get().state == "done"

    def test_it_keeps_to_the_gateways_rate(
        self, by_day: Box, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with_settings(monkeypatch, sms__per_minute=12)
        campaign = start(by_day)
        journey.send_some(campaign_id=campaign.id)
        assert states().count("sent") == 2  # ten seconds' worth
        (job,) = [
            one for one in sight.waiting_jobs(rows) if one[0] == "default.send_some"
        ]
        assert job[1] == {"campaign_id": campaign.id}

    def test_a_gateway_that_is_down_stops_the_run_and_loses_nothing(
        self, by_day: Box, town: Town
    ) -> None:
        campaign = start(by_day)
        town.sms.fault = "down"
        journey.send_some(campaign_id=campaign.id)
        assert states() == ["waiting"] * 5
        town.sms.fault = ""
        run(campaign)
        assert states() == ["sent"] * 5
        assert len(town.sms.messages) == 5

    def test_an_answer_that_is_lost_is_uncertain_and_not_repeated(
        self, by_day: Box, town: Town
    ) -> None:
        campaign = start(by_day, 2)
        town.sms.fault = "lost"
        journey.here.caller.deadline_seconds = 1
        run(campaign)
        assert set(states()) == {"uncertain"}
        assert len(town.sms.messages) == 2

    def test_at_night_it_waits_for_the_morning(
        self, box: Box, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hour = datetime.fromtimestamp(journey.here.now(), UTC).hour + 3
        night = {
            "message__quiet_from": hour % 24,
            "message__quiet_until": (hour + 2) % 24,
        }
        with_settings(monkeypatch, **night)
        campaign = start(box)
        journey.send_some(campaign_id=campaign.id)
        assert town.sms.messages == []
        assert states() == ["waiting"] * 5


class TestMail:
    @pytest.fixture
    def server(self) -> Iterator[PretendMailServer]:
        with PretendMailServer() as made:
            yield made

    def test_it_goes_by_e_mail_as_well(
        self,
        by_day: Box,
        server: PretendMailServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with_settings(
            monkeypatch,
            mail__host="127.0.0.1",
            mail__port=server.port,
            mail__tls=False,
            mail__from="box@kona.example",
        )
        campaign = start(by_day, 3, "email")
        run(campaign)
        assert [one.to for one in server.taken] == [
            f"user{n}@kona.example" for n in range(3)
        ]
        assert server.taken[0].message["Subject"] == "News"

    def test_one_whose_mailbox_is_full_keeps_nobody_else_waiting(
        self,
        by_day: Box,
        server: PretendMailServer,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        with_settings(
            monkeypatch,
            mail__host="127.0.0.1",
            mail__port=server.port,
            mail__tls=False,
            mail__from="box@kona.example",
        )
        server.full = {"user0@kona.example"}
        campaign = start(by_day, 3, "email")
        run(campaign, 100)
        assert states() == ["failed", "sent", "sent"]
        assert "452" in Message.select().first().says
        assert Campaign.get().state == "done"

    def test_without_a_mail_server_each_says_what_to_set(self, by_day: Box) -> None:
        campaign = start(by_day, 2, "email")
        run(campaign)
        assert states() == ["failed", "failed"]
        assert "mail.host" in Message.select().first().says
