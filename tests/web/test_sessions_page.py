"""The sessions page: who is online, seen by each role, and the button that ends one."""

from __future__ import annotations

from typing import Any

import pytest
from house import MAC, Site

from hotspot_lite import jobs, samples
from hotspot_lite.cli.line import main
from hotspot_lite.jobs import sight
from hotspot_lite.trade.models import Audit, Customer, Session, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

PAGE = "/admin/sessions"
OTHER = "02:AA:00:00:00:01"


@pytest.fixture
def time(site: Site) -> Subscription:
    payment = site.ask(site.plan(data="1G"))
    payments.mark_paid(payment, "callback", None, "UKM1", site.now())
    made = subscriptions.fulfil(payment.id, site.now())
    assert made is not None
    return made


def showing(user: str, mac: str = MAC, **more: Any) -> dict[str, Any]:
    return {
        "user": user,
        "mac_address": mac,
        "ip": "10.5.50.9",
        "uptime_seconds": 600,
        "bytes_in": 1024**2,
        "bytes_out": 4 * 1024**2,
        "seconds_left": 3000,
        "is_radius": True,
        "up_bits": 100_000,
        "down_bits": 2_500_000,
    } | more


def shows(site: Site, *rows: dict[str, Any], age_seconds: int = 0) -> None:
    told = {"at": site.now() - age_seconds, "rows": rows}
    samples.put(site.box.settings.run_dir, "online", told)


def test_nobody_online_is_said(site: Site) -> None:
    shows(site)
    assert "Nobody was online at" in site.staff("jane", "owner").get(PAGE).text


def test_a_session_is_told_whole(site: Site, time: Subscription) -> None:
    shows(site, showing(time.customer.username))
    page = site.staff("mary", "cashier").get(PAGE).text
    for told in (
        f"+{time.customer.phone}",
        MAC,
        "Normal 1 Hour",
        "5 MB",
        'data-name="Left">',
        "1 GB",
        "↓ 2.5 Mbit/s",
    ):
        assert told in page
    assert "not a customer" not in page


def test_who_only_looks_on_sees_no_whole_number_and_no_button(
    site: Site, time: Subscription
) -> None:
    shows(site, showing(time.customer.username))
    page = site.staff("vera", "viewer").get(PAGE).text
    assert time.customer.phone not in page and "Put out" not in page
    assert time.customer.username not in page
    assert MAC in page


def test_a_voucher_s_code_is_its_login_and_is_not_shown_to_who_looks_on(
    site: Site,
) -> None:
    Customer.create(username="abcd2345", secret="abcd2345", made_at=1)
    shows(site, showing("abcd2345"))
    assert "abcd2345" not in site.staff("vera", "viewer").get(PAGE).text
    assert "abcd2345" in site.staff("mary", "cashier").get(PAGE).text


def test_who_is_no_customer_of_ours_is_marked_and_escaped(site: Site) -> None:
    shows(site, showing("<b>boss", OTHER, seconds_left=None))
    page = site.staff("jane", "owner").get(PAGE).text
    assert "not a customer" in page and "&lt;b&gt;boss" in page


def test_an_old_sample_is_not_shown_as_now(site: Site, time: Subscription) -> None:
    shows(site, showing("gone", OTHER), age_seconds=600)
    Session.create(
        uniq="1",
        username=time.customer.username,
        mac=MAC,
        ip="10.5.50.9",
        nas="r",
        acct_session_id="80100001",
        started_at=site.now() - 60,
        seen_at=site.now(),
    )
    page = site.staff("jane", "owner").get(PAGE).text
    assert "The router does not answer" in page
    assert "gone" not in page and MAC in page


def test_a_cashier_puts_a_device_out_once(site: Site, time: Subscription) -> None:
    shows(site, showing(time.customer.username))
    browser = site.staff("mary", "cashier")
    fields = {"csrf": browser.get(PAGE).field("csrf"), "mac": MAC}
    answer = browser.post(f"{PAGE}/kick", fields)
    assert answer.status == 303
    browser.post(f"{PAGE}/kick", fields)
    waiting = [
        args
        for name, args in sight.waiting_jobs(jobs.rows)
        if name == "hotspot-sessions.kick"
    ]
    assert len(waiting) == 1
    assert Audit.select().where(Audit.what == "session kick").get().who == "mary"
    assert "is being put out" in browser.get(answer.where).text


@pytest.mark.parametrize(
    ("role", "changed", "status"),
    [
        ("viewer", {}, 403),
        ("cashier", {"csrf": "wrong"}, 403),
        ("cashier", {"mac": "nonsense"}, 400),
    ],
)
def test_nobody_else_puts_anybody_out(
    site: Site, role: str, changed: dict[str, str], status: int
) -> None:
    browser = site.staff("p", role)
    fields = {"csrf": browser.get(PAGE).field("csrf"), "mac": MAC} | changed
    assert browser.post(f"{PAGE}/kick", fields).status == status
    assert sight.waiting_jobs(jobs.rows) == []


def test_looking_at_the_page_makes_the_router_be_read_often(site: Site) -> None:
    assert not site.box.is_watched()
    site.staff("vera", "viewer").get(PAGE)
    assert site.box.is_watched()


def test_who_begins_to_look_need_not_wait_for_the_next_minute(site: Site) -> None:
    for name in ("router-data.sample", "dashboard.show", "router-data.other"):
        jobs.put(name, once="tick", delay_seconds=60, durable=False)
    browser = site.staff("vera", "viewer")
    browser.get(PAGE)
    lane = tuple(jobs.rows.lanes().values())
    found = [jobs.rows.take("w", lane), jobs.rows.take("w", lane)]
    assert {one.name for one in found if one} == {
        "router-data.sample",
        "dashboard.show",
    }
    browser.get(PAGE)
    assert jobs.rows.take("w", lane) is None


def test_the_command_line_lists_and_puts_out(
    site: Site,
    time: Subscription,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shows(site, showing(time.customer.username))
    monkeypatch.setattr("hotspot_lite.cli.sessions.FRESH_SECONDS", 0.0)
    monkeypatch.setattr("hotspot_lite.cli.sessions.open_box", lambda: site.box)
    assert main(["session", "list", "--json"]) == 0
    assert f'"mac": "{MAC}"' in capsys.readouterr().out
    assert main(["session", "kick", MAC.lower()]) == 0
    assert Audit.select().where(Audit.what == "session kick").get().who == "cli"
    assert main(["session", "kick", "nonsense"]) == 1
