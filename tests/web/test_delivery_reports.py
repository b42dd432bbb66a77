"""SMS providers tell what arrived: at one address, which only they know."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from house import Site, Start

from hotspot_lite import journey, store
from hotspot_lite.stage import until
from hotspot_lite.town.sms import PretendSmsGateway
from hotspot_lite.trade.messaging import campaigns, deliveries
from hotspot_lite.trade.messaging.drafts import Draft, House
from hotspot_lite.trade.models import Campaign, Customer, EarlyReport, Message

REPORT = {"id": "ATPid_1", "status": "Success", "phoneNumber": "+254712345678"}


@pytest.fixture
def gateway() -> Iterator[PretendSmsGateway]:
    with PretendSmsGateway(scale=0.01) as made:
        yield made


@pytest.fixture
def site(start_site: Start, gateway: PretendSmsGateway) -> Site:
    return start_site(
        SMS_PROVIDER="africastalking",
        SMS_URL=gateway.base_url,
        SMS_API_KEY=gateway.api_key,
        WEB_PUBLIC_URL="https://wifi.example.com",
    )


def path(site: Site) -> str:
    return f"/cb/sms/{deliveries.token(site.box.key)}"


def write(site: Site, state: str = "sent", **more: object) -> Message:
    told = {"kind": "test", "phone": "254712345678", "text": "hi", "state": state}
    made: Message = store.create(Message, made_at=site.now(), **(told | more))
    return made


def test_a_report_is_kept_and_nothing_else_of_it(site: Site) -> None:
    message = write(site, provider_id="ATPid_1")
    told = REPORT | {"phoneNumber": "+254733000111", "text": "x", "state": "failed"}
    assert site.browser().post(path(site), told).status == 200
    found = Message.get_by_id(message.id)
    assert (found.delivery, found.state, found.phone, found.text) == (
        "delivered",
        "sent",
        "254712345678",
        "hi",
    )
    assert abs(found.delivered_at - site.now()) < 10


def test_a_wrong_token_changes_nothing(site: Site) -> None:
    message = write(site, provider_id="ATPid_1")
    for token in ("0" * 40, "%C3%A9", deliveries.token(b"another"), "sms"):
        answer = site.browser().post(f"/cb/sms/{token}", REPORT)
        assert answer.status == 404
    assert site.browser().get(path(site)).status in (404, 405)
    assert Message.get_by_id(message.id).delivery == ""


def test_an_id_of_nobody_is_answered_and_forgotten(site: Site) -> None:
    assert site.browser().post(path(site), REPORT).status == 200
    assert not EarlyReport.select().exists()


@pytest.mark.parametrize("body", [b"", b"\xff", b"{", b"[" * 20_000, b"a" * 32_000])
def test_nonsense_is_answered(site: Site, body: bytes) -> None:
    assert site.browser().ask("POST", path(site), body).status == 200


def test_a_body_that_is_too_long_is_not_read(site: Site) -> None:
    message = write(site, provider_id="ATPid_1")
    body = urlencode(REPORT | {"more": "x" * 33_000})
    assert site.browser().ask("POST", path(site), body).status == 413
    assert Message.get_by_id(message.id).delivery == ""


@pytest.mark.parametrize("provider", ["africastalking", "textsms"])
def test_the_town_tells_of_all_its_messages(
    start_site: Start, gateway: PretendSmsGateway, provider: str
) -> None:
    site = start_site(
        SMS_PROVIDER=provider,
        SMS_URL=gateway.base_url,
        SMS_API_KEY=gateway.api_key,
        MESSAGE_QUIET_FROM="0",
        MESSAGE_QUIET_UNTIL="0",
    )
    gateway.reports.url = site.url + path(site)
    send_to_ten(site)
    assert until(lambda: len(gateway.reports.told) >= 21, 20), gateway.reports.told
    assert {status for _, _, status in gateway.reports.told} == {200}
    told = campaigns.counts(Campaign.get().id)
    assert str(told) == "10 sent, 9 delivered, 1 not delivered"
    assert not EarlyReport.select().exists()


def send_to_ten(site: Site) -> None:
    for number in range(10):
        phone = f"2547000000{number:02}"
        told = {"phone": phone, "username": f"user{number}", "secret": "s"}
        store.create(Customer, made_at=1, **told)
    draft = Draft("Offer", "everybody", "", "sms", "Hi {login}", "")
    one = campaigns.start(draft, House("Kona", "", site.box.key), "jane", site.now())
    journey.here.use(site.box)
    journey.send_some(campaign_id=one.id)


class TestPages:
    def test_a_campaign_shows_what_arrived(self, site: Site) -> None:
        draft = Draft("Offer", "address", "0733000111", "sms", "Hello", "")
        house = House("Kona", "", site.box.key)
        one = campaigns.start(draft, house, "jane", site.now())
        for at, delivery in ((site.now(), "delivered"), (None, "failed: =Expired")):
            told = {"campaign": one, "delivery": delivery, "delivered_at": at}
            write(site, **told)
        browser = site.staff("olive", "owner")
        page = browser.get(f"/admin/messages/{one.id}").text
        assert "2 sent, 1 delivered, 1 not delivered" in page
        assert "failed: =Expired" in page and ">not delivered</a>" in page
        narrow = browser.get(f"/admin/messages/{one.id}?state=undelivered").text
        assert "failed: =Expired" in narrow and "sent, delivered" not in narrow
        assert "1 delivered, 1 not delivered" in browser.get("/admin/messages").text
        raw = browser.get(f"/admin/messages/{one.id}.csv")
        rows = list(csv.DictReader(raw.body.decode("utf-8-sig").splitlines()))
        assert [row["delivery"] for row in rows] == [
            "",
            "delivered",
            "failed: =Expired",
        ]
        assert rows[1]["delivered_at"] and not rows[2]["delivered_at"]
        assert "254712345678" not in raw.text

    @pytest.mark.parametrize("role", ["cashier", "viewer"])
    def test_the_file_is_for_who_writes(self, site: Site, role: str) -> None:
        assert site.staff("sam", role).get("/admin/messages/1.csv").status == 403

    def test_a_file_of_nothing(self, site: Site) -> None:
        assert site.staff("olive", "owner").get("/admin/messages/9.csv").status == 404

    def test_the_customers_page_shows_it(self, site: Site) -> None:
        told = {"username": "user1", "secret": "s", "made_at": 1}
        one = store.create(Customer, phone="254712345678", **told)
        write(site, delivery="delivered", delivered_at=site.now())
        write(site, delivery="failed: Expired")
        page = site.staff("sam", "cashier").get(f"/admin/customers/{one.id}").text
        assert "sent, delivered" in page and "sent, failed: Expired" in page

    def test_the_owner_is_told_the_address(self, site: Site, start_site: Start) -> None:
        page = site.staff("olive", "owner").get("/admin/messages").text
        assert f"https://wifi.example.com{path(site)}" in page
