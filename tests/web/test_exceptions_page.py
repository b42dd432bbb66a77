"""The exceptions page: who sees what, who decides what, and each decision once."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from house import Browser, Site

from hotspot_lite.trade.models import Audit, Payment, Subscription, Undecided
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import matching

PAGE = "/admin/exceptions"


@dataclass
class Told:
    """Money paid by hand for nobody in particular."""

    receipt: str = "SJK3ABCD12"
    amount_cents: int = 2000
    account: str = "wifi"
    shortcode: str = "600966"
    phone: str = ""
    phone_hash: str = ""
    phone_hint: str = "2547*****001"
    payer: str = "<b>NICK</b>"


@pytest.fixture
def row(site: Site) -> Undecided:
    payment = site.ask(site.plan())
    undecided.leave(
        "wrong-amount", "Paid 15 <i>", site.now(), payment, amount_cents=1500
    )
    return Undecided.get()


def decide(browser: Browser, row: Undecided, way: str, **more: str) -> int:
    fields = {"csrf": browser.get(PAGE).field("csrf"), "way": way, "plan": "0"}
    answer = browser.post(f"{PAGE}/{row.id}", fields | {"reason": "Seen."} | more)
    return answer.status


def test_nothing_to_decide_is_said(site: Site) -> None:
    page = site.staff("jane", "owner").get(PAGE).text
    assert "Nothing waits for you." in page
    assert 'data-number="undecided" hidden' in page


def test_a_matter_is_told_with_its_money_and_what_can_be_done(
    site: Site, row: Undecided
) -> None:
    page = site.staff("jane", "owner").get(PAGE).text
    assert "Another amount than asked" in page
    assert "KES 15" in page and "Paid 15 &lt;i&gt;" in page
    for button in ("Give the time", "Note a refund", "Write off", "Close"):
        assert f">{button}</button>" in page
    assert 'data-number="undecided">1</b>' in page


def test_the_owner_gives_the_time_once(site: Site, row: Undecided) -> None:
    owner = site.staff("jane", "owner")
    assert decide(owner, row, "grant") == 303
    assert decide(owner, row, "grant") == 422
    assert Subscription.select().count() == 1
    assert Payment.get().amount_cents == 1500
    assert Audit.select().where(Audit.what == "exception grant").get().who == "jane"
    assert "Decided lately" in owner.get(PAGE).text


def test_a_decision_without_a_reason_is_asked_for_it(
    site: Site, row: Undecided
) -> None:
    owner = site.staff("jane", "owner")
    fields = {"csrf": owner.get(PAGE).field("csrf"), "way": "refund", "reason": ""}
    answer = owner.post(f"{PAGE}/{row.id}", fields)
    assert answer.status == 422
    assert "Say why" in answer.text and "<details open>" in answer.text
    assert undecided.count() == 1


def test_a_viewer_looks_and_decides_nothing(site: Site, row: Undecided) -> None:
    viewer = site.staff("vera", "viewer")
    page = viewer.get(PAGE).text
    assert "Decide</summary>" not in page
    assert "254712345678" not in page and "2547••••" in page
    assert decide(viewer, row, "seen") == 403
    assert undecided.count() == 1


def test_a_cashier_matches_money_and_gives_none_away(
    site: Site, row: Undecided
) -> None:
    cashier = site.staff("carl", "cashier")
    for way in ("grant", "refund", "write-off", "seen"):
        assert decide(cashier, row, way) == 403
    matching.note(Told(), site.now())
    transfer = undecided.waiting("unmatched-transfer")[0]
    page = cashier.get(PAGE).text
    assert "It is this customer&#039;s" in page and "&lt;b&gt;NICK" in page
    assert decide(cashier, transfer, "match", phone="rubbish") == 422
    assert decide(cashier, transfer, "match", phone="0712 345 678") == 303
    payment = Payment.get(Payment.receipt == "SJK3ABCD12")
    assert subscriptions.fulfil(payment.id, site.now()) is not None


def test_a_form_from_elsewhere_decides_nothing(site: Site, row: Undecided) -> None:
    owner = site.staff("jane", "owner")
    for fields in ({"way": "seen"}, {"way": "seen", "csrf": "x"}):
        assert owner.post(f"{PAGE}/{row.id}", fields).status == 403
    assert site.browser().post(f"{PAGE}/{row.id}", {"way": "seen"}).status == 303
    assert undecided.count() == 1


def test_odd_decisions_are_refused_in_words(site: Site, row: Undecided) -> None:
    owner = site.staff("jane", "owner")
    assert decide(owner, row, "burn") == 403
    assert decide(owner, row, "match") == 422
    assert decide(owner, row, "grant", plan="99999") == 422
    assert decide(owner, row, "grant", receipt="no receipt!") == 422
    csrf = owner.get(PAGE).field("csrf")
    away = owner.post(f"{PAGE}/{2**70}", {"csrf": csrf, "way": "seen"})
    assert away.status == 422 and "settled already" in away.text
    payments.mark_paid(row.payment, "callback", None, "R1", site.now())  # type: ignore[arg-type]
    assert undecided.count() == 1
