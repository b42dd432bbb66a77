"""The first steps: done by the facts, tested from the page, skipped and taken up."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from house import Browser, Site, Start

from hotspot_lite import journey
from hotspot_lite.jobs import rows, sight
from hotspot_lite.town.modem import PretendModem
from hotspot_lite.town.sms import PretendSmsGateway
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import errands, preferences
from hotspot_lite.trade.models import Message, Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.office import beginning
from hotspot_lite.wires import sms_modem

HERE = "/admin/start"


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("olive", "owner")


def done(site: Site) -> set[str]:
    return {one.name for one in beginning.steps(site.box.settings) if one.is_done}


def post(owner: Browser, do: str, **more: str) -> tuple[int, str]:
    token = owner.get(HERE).field("csrf")
    answer = owner.post(HERE, {"csrf": token, "do": do} | more)
    return answer.status, answer.text


def test_a_new_box_has_them_all_before_it(start_site: Start) -> None:
    site = start_site(BOX_NAME="My WiFi")
    owner = site.staff("olive", "owner")
    page = owner.get(HERE).text
    assert done(site) == set()
    assert re.search(r"Your place <small>next", page)
    assert "9 to go" in owner.get("/admin/").text


def test_what_is_done_anywhere_is_done_here(site: Site, owner: Browser) -> None:
    assert done(site) == {"place"}
    plan = site.plan()
    batch = vouchers.make(plan, 1, "jane", site.now())
    vouchers.redeem(vouchers.codes(batch)[0], "", "", site.now())
    made = errands.ask("plan", "jane", site.now())
    errands.end(made.id, {"is_done": True}, True, site.now())
    made = errands.ask("test", "jane", site.now())
    told = {"steps": [{"state": "ok"}, {"state": "not tried"}]}
    errands.end(made.id, told, True, site.now())
    assert done(site) == {"place", "package", "voucher", "router"}
    told["steps"][1]["state"] = "ok"
    errands.end(made.id, told, True, site.now())
    assert "radius" in done(site)


def test_a_router_that_differs_again_is_undone(site: Site, owner: Browser) -> None:
    for number, is_done in enumerate((True, False)):
        made = errands.ask("plan", "jane", site.now() + number)
        errands.end(made.id, {"is_done": is_done}, True, site.now())
        assert ("router" in done(site)) == is_done


def test_a_step_is_skipped_and_taken_up_again(site: Site, owner: Browser) -> None:
    before = beginning.left(site.box.settings)
    assert post(owner, "skip", step="mpesa")[0] == 303
    assert beginning.left(site.box.settings) == before - 1
    assert "Take it up" in owner.get(HERE).text
    assert post(owner, "take-up", step="mpesa")[0] == 303
    assert beginning.left(site.box.settings) == before
    assert post(owner, "skip", step="everything")[0] == 400
    assert post(owner, "dance", step="mpesa")[0] == 400


def test_a_test_sms_arrives_and_the_step_is_done(start_site: Start) -> None:
    gateway = PretendSmsGateway()
    gateway.start()
    try:
        site = start_site(
            SMS_PROVIDER="textsms",
            SMS_URL=gateway.base_url,
            SMS_API_KEY=gateway.api_key,
        )
        owner = site.staff("olive", "owner")
        assert post(owner, "sms", phone="nobody")[0] == 422
        assert post(owner, "sms", phone="0712 345 678")[0] == 303
        assert post(owner, "sms", phone="0712 345 678")[0] == 422
        journey.here.use(site.box)
        for name, args in sight.waiting_jobs(rows):
            if name == "hotspot-sms.tell":
                journey.tell(**args)
        assert Message.get().state == "sent"
        assert "sms" in done(site)
        assert "The last test: sent" in owner.get(HERE).text
    finally:
        gateway.stop()


def test_only_the_owner_begins(site: Site) -> None:
    manager = site.staff("mary", "manager")
    assert manager.get(HERE).status == 403
    assert "First steps" not in manager.get("/admin/").text


MPESA = {
    "MPESA_CONSUMER_KEY": "k",
    "MPESA_CONSUMER_SECRET": "s",
    "MPESA_PASSKEY": "p",
    "MPESA_SHORTCODE": "174379",
}


def test_mpesa_is_tried_with_one_shilling_from_ones_own_phone(
    start_site: Start,
) -> None:
    site = start_site(**MPESA)
    owner = site.staff("olive", "owner")
    assert "KES 1<" in owner.get(HERE).text
    assert post(owner, "mpesa", phone="0712 345 678")[0] == 303
    payment = Payment.get()
    assert (payment.amount_cents, payment.phone) == (100, "254712345678")
    assert ("payments.push", {"payment_id": payment.id}) in sight.waiting_jobs(rows)
    page = owner.get(HERE).text
    assert f"/admin/payments/{payment.id}" in page and "refresh" in page
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    assert "mpesa" in done(site)
    assert "M-Pesa test" not in site.browser().get("/").text


@pytest.mark.parametrize("phone", ["", "12", "my phone"])
def test_a_wrong_number_is_said_at_its_own_step_and_asks_nobody(
    start_site: Start, phone: str
) -> None:
    site = start_site(**MPESA)
    owner = site.staff("olive", "owner")
    status, page = post(owner, "mpesa", phone=phone)
    assert status == 422 and page.count('role="alert"') == 1
    assert not Payment.select().exists()


def test_without_keys_there_is_nothing_to_try(owner: Browser) -> None:
    assert 'value="mpesa"' not in owner.get(HERE).text.replace(
        'name="step" value="mpesa"', ""
    )


def test_a_test_sms_by_a_modem_of_this_machine(
    start_site: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modem = PretendModem(tmp_path / "bin")
    monkeypatch.setenv("PATH", str(modem.folder), prepend=":")
    site = start_site(SMS_PROVIDER="modem")
    owner = site.staff("olive", "owner")
    assert post(owner, "sms", phone="0712 345 678")[0] == 303
    journey.here.use(site.box)
    modem.fail("send", "hang")
    monkeypatch.setattr(sms_modem, "SEND_SECONDS", 0.5)
    journey.tell(Message.get().id)
    assert "The last test: uncertain" in owner.get(HERE).text
    modem.fail("send", "")
    Message.update(state="waiting").execute()
    journey.tell(Message.get().id)
    assert modem.sent[0][0] == "+254712345678"
    assert "sms" in done(site)


def test_a_setting_counts_at_once_and_the_page_says_that_it_waits(
    start_site: Start,
) -> None:
    site = start_site(BOX_NAME="My WiFi")
    owner = site.staff("olive", "owner")
    assert "not in use yet" not in owner.get(HERE).text
    preferences.change("backup.copy_to", "/media/usb", "olive", site.now())
    page = owner.get(HERE).text
    assert "A copy elsewhere <small>done" in page
    assert "8 to go" in owner.get("/admin/").text
    assert "<code>backup.copy_to</code> (web)" in page
    assert 'action="/admin/settings/renew"' in page
