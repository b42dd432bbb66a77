"""Safaricom tells of money paid by hand: kept before 200, only with the secret."""

from __future__ import annotations

import json

import pytest
from house import Site, Start

from hotspot_lite import journey
from hotspot_lite.trade.models import Payment, Subscription, TransferBody, Undecided
from hotspot_lite.trade.takings import paybill

BODY = {
    "TransID": "SJK3ABCD12",
    "TransAmount": "20.00",
    "BusinessShortCode": "600966",
    "BillRefNumber": "0712 345 678",
    "MSISDN": "2547*****678",
    "FirstName": "NICHOLAS",
}


@pytest.fixture
def site(start_site: Start) -> Site:
    return start_site(MPESA_SHORTCODE="600966")


def path(site: Site, what: str) -> str:
    return paybill.path(site.box.key, paybill.turn(), what)


def tell(site: Site, what: str = "confirm", **more: object) -> tuple[int, object]:
    answer = site.browser().ask(
        "POST",
        path(site, what),
        json.dumps(BODY | more),
        Content_Type="application/json",
    )
    return answer.status, answer.json()


def work(site: Site) -> None:
    """What the worker does with what came."""
    journey.here.use(site.box)
    for body in TransferBody.select():
        journey.confirm(body.id)
    for payment in Payment.select():
        journey.fulfil(payment.id)


def test_money_paid_by_hand_becomes_time(site: Site) -> None:
    site.plan()
    assert tell(site) == (200, {"ResultCode": 0, "ResultDesc": "Success"})
    assert json.loads(bytes(TransferBody.get().body))["TransID"] == "SJK3ABCD12"
    work(site)
    assert Subscription.get().customer.phone == "254712345678"
    assert TransferBody.get().verdict == "matched"


def test_the_same_confirmation_again_changes_nothing(site: Site) -> None:
    site.plan()
    for more in ({}, {}, {"OrgAccountBalance": "99.00"}):
        assert tell(site, **more)[0] == 200
    assert TransferBody.select().count() == 2
    work(site)
    work(site)
    assert Subscription.select().count() == 1
    assert Payment.select().count() == 1


def test_a_wrong_secret_stores_nothing(site: Site) -> None:
    for secret in ("0" * 40, "%C3%A9", paybill.secret(b"another", 0)):
        for what in ("confirm", "validate"):
            answer = site.browser().ask("POST", f"/cb/c2b/{secret}/{what}", "{}")
            assert answer.status in (400, 404)
    assert TransferBody.select().count() == 0


def test_after_a_rotation_the_old_address_is_dead(site: Site) -> None:
    old = path(site, "confirm")
    paybill.registered(1, "cli", site.now())
    assert site.browser().ask("POST", old, "{}").status == 404
    assert tell(site)[0] == 200


@pytest.mark.parametrize("raw", ["", "[]", "{", '{"TransID": 1e999999}', "[" * 9000])
def test_what_cant_be_read_is_kept_for_a_person(site: Site, raw: str) -> None:
    assert site.browser().ask("POST", path(site, "confirm"), raw).status == 200
    work(site)
    assert TransferBody.get().verdict == "unreadable"
    assert Undecided.get().kind == "unreadable-transfer"


def test_a_large_body_is_refused(site: Site) -> None:
    answer = site.browser().ask("POST", path(site, "confirm"), "x" * 40_000)
    assert answer.status == 413
    assert TransferBody.select().count() == 0


def test_money_for_another_number_is_not_ours(site: Site) -> None:
    site.plan()
    tell(site, BusinessShortCode="111111")
    work(site)
    assert Payment.select().count() == 0
    assert "111111" in Undecided.get().says


def test_validation_accepts_unless_the_owner_wants_it_strict(site: Site) -> None:
    site.plan()
    accepted = (200, {"ResultCode": "0", "ResultDesc": "Accepted"})
    assert tell(site, "validate", BillRefNumber="RENT") == accepted
    assert TransferBody.select().count() == 0


def test_strict_validation_refuses_wrong_accounts_and_amounts(
    start_site: Start,
) -> None:
    site = start_site(MPESA_SHORTCODE="600966", MPESA_REFUSE_UNKNOWN_ACCOUNTS="yes")
    site.plan()

    def code(**more: object) -> object:
        return tell(site, "validate", **more)[1]["ResultCode"]  # type: ignore[index]

    assert code() == "0"
    assert code(BillRefNumber="RENT") == "C2B00012"
    assert code(TransAmount="5.00") == "C2B00013"
    assert code(TransAmount="1E999999") == "0"
    raw = site.browser().ask("POST", path(site, "validate"), "no json")
    assert raw.json()["ResultCode"] == "0"
