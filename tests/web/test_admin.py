"""The admin over real HTTP: who gets in, what they may do, and what a page may load."""

from __future__ import annotations

import re
from typing import Any

import pytest
from house import PASSWORD, Browser, Site, Start

from hotspot_lite.trade.house import events
from hotspot_lite.trade.models import Login, Plan, Staff, Voucher
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.people import staff
from hotspot_lite.web import make_app
from hotspot_lite.web.admin import login
from hotspot_lite.web.admin.login import EVERYBODY
from hotspot_lite.web.menu import MENU

OPEN = {"/admin/login", "/admin/setup"}
SEES = {
    "/admin/": EVERYBODY,
    "/admin/numbers.json": EVERYBODY,
    "/admin/exceptions": EVERYBODY,
    "/admin/cash": ("owner", "cashier"),
    "/admin/payments": EVERYBODY,
    "/admin/plans": EVERYBODY,
    "/admin/vouchers": ("owner", "cashier"),
    "/admin/usage": EVERYBODY,
}


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("jane", "owner")


def csrf(browser: Browser) -> str:
    return browser.get("/admin/plans").field("csrf")


def plan_form(browser: Browser, **more: str) -> dict[str, str]:
    return {
        "csrf": csrf(browser),
        "name": "Day",
        "price": "100",
        "duration": "1d",
        "data": "",
        "rate": "2M/4M",
        "devices": "1",
        "starts": "sale",
    } | more


# --- every door has a lock


def test_every_admin_route_is_behind_the_door_with_its_roles(site: Site) -> None:
    app: Any = make_app(site.box, {})
    found = [
        r for r in app.routes if r.rule.startswith("/admin") and r.rule not in OPEN
    ]
    assert len(found) >= 10
    for route in found:
        assert set(route.callback.admits) <= set(staff.ROLES), route.rule
        assert route.callback.__wrapped__, route.rule


def test_a_stranger_is_sent_to_the_login(site: Site) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    stranger = site.browser()
    for path in (*SEES, "/admin", "/admin/vouchers/1"):
        answer = stranger.get(path)
        if path.endswith(".json"):
            assert answer.status == 401
        else:
            assert (answer.status, answer.where) == (303, "/admin/login")
    for path in ("/admin/plans", "/admin/vouchers", "/admin/logout"):
        assert stranger.post(path, {"name": "x"}).where == "/admin/login"
    assert not Plan.select().exists()


@pytest.mark.parametrize("role", staff.HOUSE)
def test_each_role_sees_its_pages(site: Site, role: str) -> None:
    browser = site.staff("somebody", role)
    for path, roles in SEES.items():
        is_in = role in roles or (role == "manager" and "cashier" in roles)
        expected = 200 if is_in else 403
        assert browser.get(path).status == expected, path


def test_a_cashier_sells_and_changes_no_package(site: Site) -> None:
    plan = site.plan()
    cashier = site.staff("ann", "cashier")
    assert cashier.post("/admin/plans", plan_form(cashier, csrf="x")).status == 403
    token = cashier.get("/admin/vouchers").field("csrf")
    fields = {"csrf": token, "plan": str(plan.id), "count": "3"}
    answer = cashier.post("/admin/vouchers", fields)
    page = cashier.get(answer.where)
    assert len(re.findall(r"<code>\w{5}-\w{5}</code>", page.text)) == 3
    assert "made" in page.text
    fields = plan_form(cashier, csrf=token)
    assert cashier.post("/admin/plans", fields).status == 403
    assert Plan.select().count() == 1


def test_a_viewer_looks_and_touches_nothing(site: Site) -> None:
    plan = site.plan()
    site.ask(plan)
    viewer = site.staff("vic", "viewer")
    token = viewer.get("/admin/").field("csrf")
    fields = {"csrf": token, "plan": str(plan.id), "count": "3"}
    assert viewer.post("/admin/vouchers", fields).status == 403
    assert not Voucher.select().exists()
    page = viewer.get("/admin/payments").text
    assert "254712345678" not in page
    assert "2547•••• 678" in page


# --- forms


def test_a_post_needs_the_session_s_token(site: Site, owner: Browser) -> None:
    for wrong in ("", "x", "é"):
        assert owner.post("/admin/plans", plan_form(owner, csrf=wrong)).status == 403
    others = csrf(site.staff("ann", "owner"))
    refused = owner.post("/admin/plans", plan_form(owner, csrf=others))
    assert refused.status == 403
    assert "Load it again and try once more." in refused.text
    assert not Plan.select().exists()


def test_a_post_from_another_site_is_refused(site: Site, owner: Browser) -> None:
    fields = plan_form(owner)
    for header in ({"Origin": "http://evil.example"}, {"Sec_Fetch_Site": "cross-site"}):
        assert owner.post("/admin/plans", fields, **header).status == 403
    assert not Plan.select().exists()
    assert owner.post("/admin/plans", fields, Origin=site.url).status == 303


def test_an_owner_adds_a_package(site: Site, owner: Browser) -> None:
    assert owner.post("/admin/plans", plan_form(owner)).where == "/admin/plans"
    page = owner.get("/admin/plans").text
    assert "KES 100" in page
    assert "1 day" in page


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("price", "abc"),
        ("duration", "1y"),
        ("data", "lots"),
        ("rate", "fast"),
        ("devices", "0"),
        ("devices", "x"),
        ("starts", "never"),
    ],
)
def test_a_wrong_field_is_said_and_the_rest_is_kept(
    owner: Browser, field: str, value: str
) -> None:
    answer = owner.post("/admin/plans", plan_form(owner, **{field: value}))
    assert answer.status == 422
    assert 'role="alert"' in answer.text
    if field != "price":
        assert 'value="100"' in answer.text
    assert not Plan.select().exists()


@pytest.mark.parametrize("count", ["0", "5001", "", "-3", "1e3", "999999999999"])
def test_a_wrong_count_makes_no_voucher(site: Site, owner: Browser, count: str) -> None:
    plan = site.plan()
    fields = {"csrf": csrf(owner), "plan": str(plan.id), "count": count}
    answer = owner.post("/admin/vouchers", fields)
    assert answer.status == 422
    assert not Voucher.select().exists()


@pytest.mark.parametrize("number", ["1", "-1", "99999999999999999999"])
def test_a_batch_that_is_not_there(owner: Browser, number: str) -> None:
    assert owner.get(f"/admin/vouchers/{number}").status == 404


# --- sessions


def test_the_cookie_is_out_of_reach(site: Site) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    fields = {"name": "jane", "password": PASSWORD}
    cookie = site.browser().post("/admin/login", fields).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert re.search("samesite=strict", cookie, re.I)
    assert "Secure" not in cookie
    told = site.browser().post("/admin/login", fields, X_Forwarded_Proto="https")
    assert "Secure" in told.headers["set-cookie"]


def test_an_ended_session_is_ended(site: Site, owner: Browser) -> None:
    assert owner.get("/admin/").status == 200
    Login.update(expires_at=site.now()).execute()
    assert owner.get("/admin/").where == "/admin/login"
    assert owner.get("/admin/numbers.json").status == 401


def test_signing_out_ends_the_session_for_whoever_has_the_cookie(
    site: Site, owner: Browser
) -> None:
    thief = Browser(site.url, dict(owner.cookies))
    assert owner.post("/admin/logout", {"csrf": "x"}).status == 403
    assert owner.post("/admin/logout", {"csrf": csrf(owner)}).where == "/admin/login"
    assert not owner.cookies
    assert thief.get("/admin/").where == "/admin/login"


@pytest.mark.parametrize("cookie", ["x", "é", "a" * 3000, '"quoted"'])
def test_a_made_up_cookie_is_nobody(site: Site, cookie: str) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    told = cookie.encode().decode("latin-1")
    stranger = Browser(site.url, {"hl_session": told})
    assert stranger.get("/admin/").where == "/admin/login"


def test_wrong_passwords_must_wait_even_with_the_right_one(site: Site) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    browser = site.browser()
    for _ in range(5):
        answer = browser.post("/admin/login", {"name": "jane", "password": "wrong"})
        assert answer.status == 422
        assert "belong together" in answer.text
    right = {"name": "jane", "password": PASSWORD}
    assert browser.post("/admin/login", right).status == 429
    # Nobody on the WiFi can lock the owner out: another address may still come in.
    away = browser.post("/admin/login", right, X_Forwarded_For="10.0.0.9")
    assert away.status == 303
    other = browser.post("/admin/login", {"name": "joe", "password": "x"})
    assert other.status == 429


def test_one_name_can_t_be_tried_from_a_thousand_addresses(site: Site) -> None:
    browser = site.browser()
    wrong = {"name": "nobody", "password": "wrong"}
    for number in range(login.WRONG_FOR_NAME):
        came_from = f"10.0.{number}.1"
        answer = browser.post("/admin/login", wrong, X_Forwarded_For=came_from)
        assert answer.status == 422
    answer = browser.post("/admin/login", wrong, X_Forwarded_For="10.9.9.9")
    assert answer.status == 429


def test_a_right_password_clears_the_slate(site: Site) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    browser = site.browser()
    for _ in range(2):
        for _ in range(4):
            browser.post("/admin/login", {"name": "jane", "password": "wrong"})
        right = {"name": "jane", "password": PASSWORD}
        assert browser.post("/admin/login", right).status == 303


def test_a_login_from_another_site_is_refused(site: Site) -> None:
    staff.add("jane", PASSWORD, "owner", site.now())
    fields = {"name": "jane", "password": PASSWORD}
    for origin in ("http://evil.example", "null", f"{site.url}.evil.example"):
        answer = site.browser().post("/admin/login", fields, Origin=origin)
        assert answer.status == 403
    assert site.browser().post("/admin/login", fields, Origin=site.url).status == 303


# --- the first owner


def setup_fields(code: str, **more: str) -> dict[str, str]:
    return {"code": code, "name": "jane", "password": PASSWORD} | more


def test_the_first_visit_sets_up_and_signs_in(site: Site) -> None:
    browser = site.browser()
    assert browser.get("/admin/").where == "/admin/setup"
    assert browser.get("/admin/login").where == "/admin/setup"
    assert "Setup code" in browser.get("/admin/setup").text
    code = staff.new_setup_code()
    assert browser.post("/admin/setup", setup_fields(code)).where == "/admin/"
    assert browser.get("/admin/").status == 200
    assert Staff.get().role == "owner"
    assert site.browser().get("/admin/setup").where == "/admin/login"
    again = site.browser().post("/admin/setup", setup_fields(code, name="eve"))
    assert again.where == "/admin/login"
    assert Staff.select().count() == 1


def test_a_wrong_setup_code_makes_nobody_and_must_wait(site: Site) -> None:
    code = staff.new_setup_code()
    browser = site.browser()
    for _ in range(5):
        assert browser.post("/admin/setup", setup_fields("0000")).status == 422
    assert browser.post("/admin/setup", setup_fields(code)).status == 429
    assert not staff.is_set_up()


def test_a_short_password_keeps_the_code(site: Site) -> None:
    code = staff.new_setup_code()
    browser = site.browser()
    answer = browser.post("/admin/setup", setup_fields(code, password="short"))
    assert answer.status == 422
    assert "8 letters" in answer.text
    assert browser.post("/admin/setup", setup_fields(code)).status == 303


# --- pages


def test_the_live_page_shows_the_numbers_and_what_happened(
    site: Site, owner: Browser
) -> None:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", "c", "RECEIPT1", site.now())
    undecided.leave("wrong-amount", "Paid 1 where <b> was asked.", 1, payment)
    failed = {"payment": payments.for_event(payment), "error": "<i>no</i>"}
    events.announce("payment_failed", failed, site.now())
    page = owner.get("/admin/").text
    assert 'data-number="takings_today_cents">KES 20<' in page
    assert "Paid 1 where &lt;b&gt; was asked." in page
    assert "&lt;i&gt;no&lt;/i&gt;" in page
    assert 'data-lane="payments"' in page
    told = owner.get("/admin/numbers.json").json()
    assert told["numbers"]["takings_today_cents"] == 2000
    assert told["lanes"]["payments"]["waiting"] == 2
    assert told["undecided"][0]["kind"] == "wrong-amount"


def test_payments_are_found_by_phone_and_receipt(site: Site, owner: Browser) -> None:
    plan = site.plan()
    first = site.ask(plan, "254712345678")
    site.ask(plan, "254799999999", "AA:BB:CC:DD:EE:01")
    payments.mark_paid(first, "callback", "c", "ABC123", site.now())

    def found(asked: str) -> set[str]:
        page = owner.get(f"/admin/payments?q={asked}").text
        return set(re.findall(r"\+(2547\d{8})", page))

    assert found("") == {"254712345678", "254799999999"}
    assert found("0712345678") == {"254712345678"}
    assert found("9999") == {"254799999999"}
    assert found("abc1") == {"254712345678"}
    assert found("%25") == set()
    assert found("nothing") == set()
    assert "No payment is like that" in owner.get("/admin/payments?q=%3Cb%3E").text


def test_an_admin_page_loads_nothing_from_elsewhere(start_site: Start) -> None:
    site = start_site(LIVE_PORT="8081")
    owner = site.staff("jane", "owner")
    for path in SEES:
        page = owner.get(path)
        if path.endswith(".json"):
            continue
        policy = page.headers["content-security-policy"]
        assert policy.startswith(
            "default-src 'self'; connect-src 'self' ws://127.0.0.1"
        )
        assert "wss://127.0.0.1:8081" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert page.headers["cache-control"] == "no-store"
        assert "<style" not in page.text
        assert " style=" not in page.text
        assert not re.search(r'(src|href)="(https?:)?//', page.text)


def test_an_odd_host_does_not_reach_the_policy(site: Site, owner: Browser) -> None:
    page = owner.get("/admin/", Host="x; script-src *")
    assert "script-src" not in page.headers["content-security-policy"]


def test_static_files_are_kept_by_their_version(site: Site, owner: Browser) -> None:
    page = owner.get("/admin/").text
    for path in re.findall(r'"(/static/[^"]+)"', page):
        kept = owner.get(path)
        assert kept.status == 200
        assert "immutable" in kept.headers["cache-control"]
        again = owner.get(path, If_None_Match=kept.headers["etag"])
        assert again.status == 304
    assert owner.get("/static/app.css").headers["cache-control"] == "no-cache"


def test_a_page_is_called_what_the_menu_calls_it(owner: Browser) -> None:
    for group in MENU:
        for path, name, _ in group.pages:
            heading = re.search(r"<h1[^>]*>(.*?)</h1>", owner.get(path).text)
            assert heading and heading[1] == name, path
