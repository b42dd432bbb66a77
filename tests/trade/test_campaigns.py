"""Messages to many: the right people, each once, whatever dies in between."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.messaging import audiences, campaigns, drafts, optout
from hotspot_lite.trade.messaging.drafts import Draft, House
from hotspot_lite.trade.models import Campaign, Customer, Event, Message, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

NOW = 1_800_000_000
DAY = 86_400
KEY = b"k" * 32
HOUSE = House("Kona WiFi", "http://10.5.50.2", KEY)


def draft(**more: str) -> Draft:
    typed: dict[str, Any] = {
        "name": "Offer",
        "audience": "everybody",
        "search": "",
        "channel": "sms",
        "text": "Free hour at {place}!",
    }
    return Draft(**(typed | more))


def customer(number: int, **more: Any) -> Customer:
    made: Customer = store.create(
        Customer,
        phone=f"2547000000{number:02}",
        username=f"user{number}",
        secret="s",
        made_at=NOW,
        **more,
    )
    return made


def bought(number: int, at: int, plan: str = "1 Hour") -> Subscription:
    found = next((p for p in catalogue.on_sale() if p.name == plan), None)
    kind = found or catalogue.add(plan, "20", "1h", at)
    payment = payments.ask(payments.Ask(kind, f"2547000000{number:02}"), KEY, at)
    payments.mark_paid(payment, "callback", None, f"R{number}{at}", at)
    made = subscriptions.fulfil(payment.id, at)
    assert made is not None
    return made


def phones(audience: str, search: str = "", channel: str = "sms") -> list[str]:
    found = audiences.recipients(audience, search, channel, NOW)
    return [one.address[-2:] for one in found]


class TestAudiences:
    def test_those_who_bought_lately_and_those_who_do_no_more(self, box: Box) -> None:
        bought(1, NOW - DAY)
        bought(2, NOW - 10 * DAY)
        bought(3, NOW - 40 * DAY)
        assert phones("bought") == ["01"]
        assert phones("lost") == ["02"]
        assert phones("everybody") == ["01", "02", "03"]

    def test_whose_time_ends_within_a_day(self, box: Box) -> None:
        bought(1, NOW - 600)
        bought(2, NOW - 2 * DAY)
        assert phones("expiring") == ["01"]

    def test_who_asked_and_did_not_pay(self, box: Box) -> None:
        bought(1, NOW - 2 * DAY)
        bought(2, NOW - 3 * DAY)
        plan = catalogue.on_sale()[0]
        payments.ask(payments.Ask(plan, "254700000001"), KEY, NOW - 600)
        assert phones("unpaid") == ["01"]

    def test_by_package_and_by_search(self, box: Box) -> None:
        bought(1, NOW - DAY, "Week")
        bought(2, NOW - DAY)
        assert phones("package", "Week") == ["01"]
        assert phones("search", "00002") == ["02"]

    def test_by_e_mail_only_those_who_have_one(self, box: Box) -> None:
        customer(1, email="a@kona.example")
        customer(2)
        found = audiences.recipients("everybody", "", "email", NOW)
        assert [one.address for one in found] == ["a@kona.example"]

    def test_an_address_of_two_customers_gets_one(self, box: Box) -> None:
        customer(1, email="a@kona.example")
        customer(2, email="a@kona.example")
        assert len(list(audiences.recipients("everybody", "", "email", NOW))) == 1

    def test_who_opted_out_is_in_none(self, box: Box) -> None:
        customer(1)
        customer(2)
        optout.opt_out("254700000001", "link", NOW)
        assert phones("everybody") == ["02"]
        assert optout.opt_in("254700000001", "jane", NOW)
        assert phones("everybody") == ["01", "02"]


class TestDrafts:
    def test_words_are_filled_in_with_what_is_known(self, box: Box) -> None:
        bought(1, NOW - DAY)
        text = "{place}: {package} for {login}. {stop}"
        sample = drafts.preview(draft(text=text), HOUSE, NOW)
        login = Customer.get().username
        token = drafts.stop_token(KEY, "254700000001")
        assert sample.first[0][1] == (
            f"Kona WiFi: 1 Hour for {login}. http://10.5.50.2/stop/{token}"
        )

    def test_curly_quotes_are_made_plain_as_they_double_the_price(
        self, box: Box
    ) -> None:
        customer(1)
        sample = drafts.preview(draft(text="“Karibu” – {place}"), HOUSE, NOW)
        assert sample.longest == '"Karibu" - Kona WiFi'

    @pytest.mark.parametrize(
        ("field", "more"),
        [
            ("text", {"text": "  "}),
            ("text", {"text": "Hello {nmae}"}),
            ("text", {"text": "x" * 1001}),
            ("search", {"audience": "search"}),
            ("search", {"audience": "package", "search": " "}),
            ("channel", {"channel": "pigeon"}),
            ("text", {"text": "{stop}"}),
            ("subject", {"channel": "email"}),
            ("audience", {"search": "nobody", "audience": "search"}),
        ],
    )
    def test_what_can_not_be_sent_names_its_field(
        self, box: Box, field: str, more: dict[str, str]
    ) -> None:
        nowhere = House("Kona WiFi", "", KEY)
        with pytest.raises(BadInput) as told:
            campaigns.start(draft(**more), nowhere, "jane", NOW)
        assert told.value.field in (field, "")
        assert not Campaign.select().exists()
        assert not Message.select().exists()


class TestSending:
    @pytest.fixture
    def campaign(self, box: Box) -> Campaign:
        for number in range(1, 6):
            customer(number)
        return campaigns.start(draft(), HOUSE, "jane", NOW)

    def states(self) -> list[str]:
        return [one.state for one in Message.select().order_by(Message.id)]

    def test_all_are_written_down_before_the_first_leaves(
        self, campaign: Campaign
    ) -> None:
        assert self.states() == ["waiting"] * 5
        (job,) = sight.waiting_jobs(rows)
        assert job == ("default.send_some", {"campaign_id": campaign.id})

    def test_what_was_cut_off_in_the_middle_is_never_sent_again(
        self, campaign: Campaign
    ) -> None:
        first, second = campaigns.take_up(campaign.id, 2)
        assert campaigns.claim(first)
        campaigns.settle(first, "sent", NOW, "id1")
        assert campaigns.claim(second)
        # The worker dies here, and another takes over.
        left = [one.id for one in campaigns.take_up(campaign.id, 9)]
        assert self.states() == ["sent", "uncertain", *["waiting"] * 3]
        assert second.id not in left
        assert campaigns.again(campaign.id, "jane", NOW) == 0

    def test_one_is_claimed_by_one(self, campaign: Campaign) -> None:
        (one,) = campaigns.take_up(campaign.id, 1)
        assert campaigns.claim(one)
        assert not campaigns.claim(one)

    def test_the_next_run_is_put_until_all_have_left_and_then_it_is_told(
        self, campaign: Campaign
    ) -> None:
        for one in campaigns.take_up(campaign.id, 3):
            campaigns.settle(one, "sent", NOW)
        campaigns.go_on(campaign.id, 0, NOW)
        assert Campaign.get().state == "sending"
        for one in campaigns.take_up(campaign.id, 3):
            campaigns.settle(one, "failed", NOW, says="Unknown number.")
        campaigns.go_on(campaign.id, 0, NOW)
        campaigns.go_on(campaign.id, 0, NOW)
        assert Campaign.get().state == "done"
        (event,) = Event.select().where(Event.type == "campaign_done")
        assert "3 sent, 2 failed" in event.body

    def test_cancelled_nothing_more_leaves_and_it_can_be_taken_up_again(
        self, campaign: Campaign
    ) -> None:
        (one,) = campaigns.take_up(campaign.id, 1)
        assert campaigns.cancel(campaign.id, "jane", NOW) == 5
        assert not campaigns.claim(one)
        assert campaigns.take_up(campaign.id, 9) == []
        assert campaigns.again(campaign.id, "jane", NOW) == 5
        assert len(campaigns.take_up(campaign.id, 9)) == 5

    def test_who_opts_out_meanwhile_gets_none(self, campaign: Campaign) -> None:
        token = drafts.stop_token(KEY, "254700000003")
        address = optout.address_of(token, KEY)
        assert address == "254700000003"
        optout.opt_out(address, "link", NOW)
        left = {one.phone for one in campaigns.take_up(campaign.id, 9)}
        assert len(left) == 4
        assert address not in left

    def test_who_opted_out_is_not_written_to_when_the_rest_are_sent_again(
        self, campaign: Campaign
    ) -> None:
        optout.opt_out("254700000003", "link", NOW)
        campaigns.cancel(campaign.id, "jane", NOW)
        assert campaigns.again(campaign.id, "jane", NOW) == 4
        left = {one.phone for one in campaigns.take_up(campaign.id, 9)}
        assert "254700000003" not in left

    def test_who_opts_out_while_theirs_is_at_the_gateway_gets_no_second_try(
        self, campaign: Campaign
    ) -> None:
        (one,) = campaigns.take_up(campaign.id, 1)
        assert campaigns.claim(one)
        optout.opt_out(one.phone, "link", NOW)
        campaigns.settle(one, "waiting", NOW, says="Busy.")
        left = {each.phone for each in campaigns.take_up(campaign.id, 9)}
        assert one.phone not in left
        campaigns.go_on(campaign.id, 0, NOW)
        assert Message.get_by_id(one.id).state == "failed"

    def test_cancelled_while_one_was_at_the_gateway_it_ends_there(
        self, campaign: Campaign
    ) -> None:
        (one,) = campaigns.take_up(campaign.id, 1)
        assert campaigns.claim(one)
        campaigns.cancel(campaign.id, "jane", NOW)
        campaigns.settle(one, "waiting", NOW, says="Busy.")
        rows.main.execute_sql("DELETE FROM job")
        campaigns.go_on(campaign.id, 0, NOW)
        assert sight.waiting_jobs(rows) == []
        assert Message.get_by_id(one.id).state == "failed"

    def test_a_token_of_nobody_is_nobodys(self, campaign: Campaign) -> None:
        assert optout.address_of("0123456789", KEY) is None


@pytest.mark.parametrize(
    ("local", "begins", "ends", "hours"),
    [
        ("22:00", 21, 8, 10),
        ("21:00", 21, 8, 11),
        ("07:30", 21, 8, 0.5),
        ("08:00", 21, 8, 0),
        ("20:59", 21, 8, 0),
        ("03:00", 0, 0, 0),
        ("13:00", 12, 14, 1),
        ("14:00", 12, 14, 0),
    ],
)
def test_the_night_is_the_places(
    local: str, begins: int, ends: int, hours: float
) -> None:
    hour, minute = map(int, local.split(":"))
    utc = datetime(2026, 11, 27, hour, minute, tzinfo=UTC).timestamp() - 3 * 3600
    found = campaigns.quiet_seconds(int(utc), "Africa/Nairobi", begins, ends)
    assert found == hours * 3600
