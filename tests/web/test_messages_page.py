"""The owner writes to many: looks first, sends, watches, stops; readers can opt out."""

from __future__ import annotations

import pytest
from house import JOINED, Browser, Site, Start

from hotspot_lite.trade.messaging import campaigns, drafts
from hotspot_lite.trade.models import Campaign, Message, OptedOut
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

PHONE = "254712345678"


@pytest.fixture
def site(start_site: Start) -> Site:
    return start_site(WEB_PUBLIC_URL="http://10.5.50.2")


@pytest.fixture
def owner(site: Site) -> Browser:
    payment = site.ask(site.plan("<b>Hour</b>"), PHONE)
    payments.mark_paid(payment, "callback", None, "R1", site.now())
    subscriptions.fulfil(payment.id, site.now())
    Message.delete().execute()
    return site.staff("olive", "owner")


def write(owner: Browser, do: str, **more: str) -> tuple[int, str, str]:
    told = {
        "csrf": owner.get("/admin/messages").field("csrf"),
        "audience": "everybody",
        "channel": "sms",
        "text": "Try {package} again. {stop}",
        "do": do,
    }
    answer = owner.post("/admin/messages", told | more)
    return answer.status, answer.where, answer.text


class TestWriting:
    def test_it_is_shown_with_real_names_and_its_price_before_it_leaves(
        self, owner: Browser
    ) -> None:
        status, _, page = write(owner, "look")
        assert status == 200
        assert "1 would get it" in page
        assert "Try &lt;b&gt;Hour&lt;/b&gt; again." in page
        assert "1 SMS part (GSM-7)" in page
        assert PHONE not in page
        assert not Message.select().exists()

    @pytest.mark.parametrize(
        ("channel", "text", "to"),
        [
            ("sms", "0733 000 111", "254733000111"),
            ("email", "me@example.com", "me@example.com"),
        ],
    )
    def test_it_is_tried_on_oneself(
        self, owner: Browser, channel: str, text: str, to: str
    ) -> None:
        more = {"audience": "address", "search": text, "channel": channel}
        status, _, page = write(owner, "look", subject="News", **more)
        assert status == 200 and "1 would get it" in page and "Try 1 Hour" in page
        write(owner, "send", subject="News", **more)
        assert [message.phone for message in Message.select()] == [to]

    @pytest.mark.parametrize("channel", ["sms", "email"])
    def test_what_is_no_address_is_refused_beside_its_field(
        self, owner: Browser, channel: str
    ) -> None:
        more = {"audience": "address", "search": "me", "channel": channel}
        status, _, page = write(owner, "send", subject="News", **more)
        assert status == 422 and 'role="alert"' in page
        assert not Message.select().exists()

    def test_emoji_are_told_to_cost_more(self, owner: Browser) -> None:
        assert "UCS-2" in write(owner, "look", text="Karibu 🎉")[2]

    def test_sent_it_is_watched_on_its_own_page(self, owner: Browser) -> None:
        status, where, _ = write(owner, "send")
        assert status == 303
        page = owner.get(where).text
        assert "0 sent of 1, 1 to go" in page
        assert 'http-equiv="refresh"' in page
        assert Message.get().phone == PHONE

    def test_it_is_stopped_and_taken_up_again(self, owner: Browser) -> None:
        where = write(owner, "send")[1]
        token = owner.get(where).field("csrf")
        owner.post(f"{where}/cancel", {"csrf": token})
        assert Campaign.get().state == "cancelled"
        assert "Send the 1 that did not leave" in owner.get(where).text
        owner.post(f"{where}/again", {"csrf": token})
        assert (Campaign.get().state, Message.get().state) == ("sending", "waiting")

    @pytest.mark.parametrize(
        "more", [{"text": ""}, {"text": "{nobody}"}, {"audience": "none"}]
    )
    def test_what_makes_no_sense_is_told_and_kept_in_the_form(
        self, owner: Browser, more: dict[str, str]
    ) -> None:
        for do in ("look", "send"):
            status, _, page = write(owner, do, name="My offer", **more)
            assert status == 422
            assert 'value="My offer"' in page
        assert not Campaign.select().exists()


class TestOthers:
    @pytest.mark.parametrize("role", ["cashier", "viewer"])
    def test_nobody_else_writes(self, site: Site, role: str) -> None:
        browser = site.staff("sam", role)
        assert browser.get("/admin/messages").status == 403

    def test_nothing_leaves_without_the_token(self, owner: Browser) -> None:
        assert write(owner, "send", csrf="x")[0] == 403
        assert not Campaign.select().exists()

    def test_a_campaign_there_is_not(self, owner: Browser) -> None:
        assert owner.get("/admin/messages/99").status == 404


class TestStopping:
    def token(self, site: Site) -> str:
        return drafts.stop_token(site.box.key, PHONE)

    def test_the_link_in_a_message_stops_them_after_a_question(
        self, site: Site, owner: Browser, customer: Browser
    ) -> None:
        write(owner, "send")
        assert f"/stop/{self.token(site)}" in Message.get().text
        page = customer.get(f"/stop/{self.token(site)}?{JOINED}&lang=sw")
        assert "Usinitumie jumbe" in page.text
        assert not OptedOut.select().exists()  # a preview by a machine stops nothing
        told = {"state": page.field("state")}
        assert customer.post(f"/stop/{self.token(site)}", told).status == 200
        assert OptedOut.get().address == PHONE
        assert campaigns.counts(Campaign.get().id).waiting == 0

    def test_a_guessed_link_answers_the_same_and_is_counted(
        self, owner: Browser, customer: Browser
    ) -> None:
        page = customer.get(f"/stop/0123456789?{JOINED}")
        told = {"state": page.field("state")}
        answers = [customer.post("/stop/0123456789", told).status for _ in range(12)]
        assert answers[0] == 200
        assert answers[-1] == 429
        assert not OptedOut.select().exists()

    def test_a_form_of_another_place_stops_nothing(
        self, site: Site, owner: Browser, customer: Browser
    ) -> None:
        write(owner, "send")
        assert customer.post(f"/stop/{self.token(site)}", {"state": "x"}).status == 422
        assert not OptedOut.select().exists()


def test_both_pages_stay_small(start_site: Start) -> None:
    page = start_site().browser().get(f"/stop/0123456789?{JOINED}")
    assert len(page.body) <= 14 * 1024
