"""What the provider tells of a message later: read, kept once, and counted."""

from __future__ import annotations

import json
from urllib.parse import urlencode

import pytest

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.trade.messaging import campaigns, deliveries, messages
from hotspot_lite.trade.messaging.delivery_words import Report, read
from hotspot_lite.trade.messaging.drafts import Draft, House
from hotspot_lite.trade.models import Campaign, EarlyReport, Message

NOW = 1_800_000_000
GOOD, BAD = Report("7", "delivered"), Report("7", "failed: Expired")


def write(box: Box, state: str = "waiting", **more: object) -> Message:
    told = {"kind": "test", "phone": "254712345678", "text": "hi", "made_at": NOW}
    made: Message = store.create(Message, **(told | {"state": state} | more))
    return made


def fate(message: Message) -> tuple[str, int | None]:
    found = Message.get_by_id(message.id)
    return found.delivery, found.delivered_at


class TestReading:
    @pytest.mark.parametrize(
        ("status", "reason", "delivery"),
        [
            ("Success", "", "delivered"),
            ("Failed", "UserInBlackList", "failed: UserInBlackList"),
            ("Rejected", "", "failed: Rejected"),
            ("AbsentSubscriber", "", "failed: AbsentSubscriber"),
            ("Expired", "<b>x</b>", "failed: bxb"),
        ],
    )
    def test_africas_talking_posts_a_form(
        self, status: str, reason: str, delivery: str
    ) -> None:
        told = {"id": "ATPid_1", "status": status, "phoneNumber": "+254712345678"}
        body = urlencode(told | {"failureReason": reason, "retryCount": "0"})
        assert read(body.encode()) == [Report("ATPid_1", delivery)]

    @pytest.mark.parametrize(
        ("words", "delivery"),
        [
            ("DeliveredToTerminal", "delivered"),
            ("DeliveryImpossible", "failed: DeliveryImpossible"),
            ("AbsentSubscriber", "failed: AbsentSubscriber"),
            ("SenderName Blacklisted", "failed: SenderName Blacklisted"),
        ],
    )
    def test_the_textsms_family_posts_json(self, words: str, delivery: str) -> None:
        told = {"messageid": 1889191, "description": words, "timeTaken": "22s"}
        assert read(json.dumps(told).encode()) == [Report("1889191", delivery)]
        assert len(read(json.dumps([told, told]).encode())) == 2

    @pytest.mark.parametrize(
        "status", ["Sent", "Submitted", "Buffered", "DeliveredToNetwork", "", "Wonder"]
    )
    def test_what_is_not_final_says_nothing(self, status: str) -> None:
        assert read(urlencode({"id": "1", "status": status}).encode()) == []

    @pytest.mark.parametrize(
        "body",
        [
            *(b"", b"\xff\xfe", b"{", b"[1, null]", b"[" * 30_000, b"null", b"id=1"),
            *(b'{"messageid": true, "description": "Failed"}', b"&" * 30_000),
            *(b'{"messageid": {}, "description": "Failed"}', b"id=&status=Failed"),
            *(b"id=%00&status=Success", b"id=" + b"x" * 300 + b"&status=Success"),
        ],
    )
    def test_nonsense_says_nothing(self, body: bytes) -> None:
        assert [one for one in read(body) if len(one.provider_id) < 121] == []


class TestKeeping:
    def test_the_first_final_word_stays(self, box: Box) -> None:
        message = write(box, "sent", provider_id="7")
        assert [deliveries.hear(one, NOW + 9) for one in (GOOD, GOOD, BAD)] == [
            "new",
            "known",
            "known",
        ]
        assert fate(message) == ("delivered", NOW + 9)

    def test_one_that_did_not_arrive_has_no_time(self, box: Box) -> None:
        message = write(box, "sent", provider_id="7")
        deliveries.hear(BAD, NOW)
        assert deliveries.hear(GOOD, NOW) == "known"
        assert fate(message) == ("failed: Expired", None)

    def test_an_id_of_nobody_changes_nothing(self, box: Box) -> None:
        message = write(box, "sent")  # its provider gave no id
        assert deliveries.hear(GOOD, NOW) == "unknown"
        assert deliveries.hear(Report("", "delivered"), NOW) == "unknown"
        assert fate(message) == ("", None)
        assert not EarlyReport.select().exists()

    def test_of_two_providers_that_count_alike_the_newer_is_meant(
        self, box: Box
    ) -> None:
        old, new = (write(box, "sent", provider_id="7") for _ in range(2))
        deliveries.hear(GOOD, NOW)
        assert (fate(old)[0], fate(new)[0]) == ("", "delivered")

    @pytest.mark.parametrize("is_campaign", [True, False])
    def test_one_that_comes_before_the_answer_is_kept_for_it(
        self, box: Box, is_campaign: bool
    ) -> None:
        message = write(box, "sending")
        assert deliveries.hear(GOOD, NOW) == "early"
        assert deliveries.hear(BAD, NOW + 1) == "early"  # the first stays
        if is_campaign:
            campaigns.settle(message, "sent", NOW + 2, "7")
        else:
            messages.sent(message, "7", False, NOW + 2)
        assert fate(message) == ("delivered", NOW)
        assert not EarlyReport.select().exists()

    def test_what_was_kept_for_nobody_goes(
        self, box: Box, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(deliveries, "MOST_EARLY", 2)
        message = write(box, "sending")
        for number in range(4):
            deliveries.hear(Report(f"x{number}", "delivered"), NOW)
        assert EarlyReport.select().count() == 2
        deliveries.hear(Report("y", "delivered"), NOW + deliveries.EARLY_SECONDS)
        assert [one.provider_id for one in EarlyReport.select()] == ["y"]
        late = NOW + 2 * deliveries.EARLY_SECONDS
        campaigns.settle(message, "sent", late, "y")
        assert fate(message) == ("", None)

    def test_a_message_is_found_without_reading_all(self, box: Box) -> None:
        sql = f"SELECT max(id) FROM message WHERE provider_id = ? AND {has_id()}"
        plan = store.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", ("7",))
        assert "message_provider" in str(plan.fetchall())


def has_id() -> str:
    return str(deliveries.HAS_ID.sql)


def test_a_campaign_counts_what_arrived(box: Box) -> None:
    draft = Draft("Offer", "address", "0712345678", "sms", "Hello", "")
    one = campaigns.start(draft, House("Kona", "", b"k" * 32), "jane", NOW)
    for number, delivery in enumerate(("delivered", "failed: a", "failed: b", "")):
        write(box, "sent", campaign=one, delivery=delivery, provider_id=str(number))
    told = campaigns.counts(one.id)
    assert (told.total, told.waiting, told.sent) == (5, 1, 4)
    assert str(told) == "4 sent, 1 delivered, 2 not delivered"
    assert len(campaigns.messages_of(one.id, "undelivered")) == 2
    assert len(list(campaigns.each_of(Campaign.get().id))) == 5


def test_the_token_is_of_this_box_and_of_nothing_else() -> None:
    assert deliveries.token(b"a") != deliveries.token(b"b")
    assert deliveries.is_token(deliveries.token(b"a"), b"a")
    assert not deliveries.is_token("é", b"a")
