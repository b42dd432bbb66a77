"""The owner audits the money in the browser, with M-Pesa's statement or without."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from house import Answer, Browser, Site

from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.trade.models import MoneyAudit, Payment, Subscription, Transfer
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

STATEMENT = Path(__file__).parent.parent / "trade/data/statement_paybill.csv"


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def csrf(owner: Browser) -> str:
    return owner.get("/admin/money-audit").field("csrf")


def send(owner: Browser, raw: bytes, offset: int = 0) -> Answer:
    piece = base64.b64encode(raw).decode()
    told = {"csrf": csrf(owner), "offset": str(offset), "piece": piece}
    return owner.post("/admin/money-audit/statement", told)


def ask(owner: Browser, **more: str) -> Answer:
    return owner.post("/admin/money-audit", {"csrf": csrf(owner)} | more)


def work(site: Site) -> None:
    journey.here.use(site.box)
    for name, args in sight.waiting_jobs(rows):
        if name == "default.audit_money":
            journey.audit_money(**args)


def sell(site: Site) -> Payment:
    payment = site.ask(site.plan())
    an_hour_ago = site.now() - 3600
    payments.mark_paid(payment, "callback", None, "SJK3ABCD12", an_hour_ago)
    subscriptions.fulfil(payment.id, an_hour_ago)
    return payment


def test_an_audit_is_asked_for_and_shown_when_it_is_done(
    site: Site, owner: Browser
) -> None:
    sell(site)
    assert "No audit was made yet" in owner.get("/admin/money-audit").text
    answer = ask(owner)
    assert (answer.status, answer.where) == (303, "/admin/money-audit?after=0")
    assert 'http-equiv="refresh"' in owner.get(answer.where).text
    work(site)
    page = owner.get(answer.where).text
    assert "1 payment, 20.00: all of it agrees" in page and "refresh" not in page
    assert MoneyAudit.get().by_whom == "olive"


def test_what_is_wrong_is_told_with_its_meaning(site: Site, owner: Browser) -> None:
    payment = sell(site)
    Subscription.update(duration_seconds=9999).execute()
    ask(owner)
    work(site)
    page = owner.get("/admin/money-audit").text
    assert "Not what was sold (1)" in page
    assert f"/admin/payments/{payment.id}" in page
    assert owner.get(f"/admin/money-audit/{MoneyAudit.get().id}").status == 200


def test_a_statement_is_sent_in_pieces_compared_and_then_gone(
    site: Site, owner: Browser
) -> None:
    raw = STATEMENT.read_bytes()
    half = len(raw) // 2
    assert send(owner, raw[:half]).json() == {"size": half}
    assert send(owner, raw[half:], half).json() == {"size": len(raw)}
    (file,) = (site.box.settings.data_dir / "uploads").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert ask(owner, **{"with": "1", "take": "1"}).status == 303
    work(site)
    page = owner.get("/admin/money-audit").text
    assert "The statement had" in page
    assert Transfer.select().count() == 2
    assert not file.exists()


def test_a_file_that_is_no_statement_is_said_and_thrown_away(
    site: Site, owner: Browser
) -> None:
    send(owner, b"%PDF-1.4")
    answer = ask(owner, **{"with": "1"})
    assert answer.status == 422 and "export it as CSV" in answer.text
    assert list((site.box.settings.data_dir / "uploads").iterdir()) == []
    assert "Choose the file again" in ask(owner, **{"with": "1"}).text


@pytest.mark.parametrize(
    ("offset", "piece"), [("7", "AA=="), ("x", "AA=="), ("0", "é")]
)
def test_pieces_that_make_no_sense_are_refused(
    owner: Browser, offset: str, piece: str
) -> None:
    told = {"csrf": csrf(owner), "offset": offset, "piece": piece}
    answer = owner.post("/admin/money-audit/statement", told)
    assert answer.status == 422 and answer.json()["says"]


@pytest.mark.parametrize("role", ["cashier", "viewer"])
def test_only_the_owner_audits(site: Site, role: str) -> None:
    browser = site.staff("someone", role)
    assert browser.get("/admin/money-audit").status == 403
    assert browser.post("/admin/money-audit", {}).status == 403
    assert site.browser().get("/admin/money-audit").status == 303
