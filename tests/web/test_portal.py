"""The customer's journey over real HTTP, without JavaScript and without a cookie."""

from __future__ import annotations

import ast
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode

import pytest
from house import IP, JOINED, MAC, ROUTER, Browser, Site, Start
from peewee import OperationalError

from hotspot_lite import trade
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import look
from hotspot_lite.trade.models import (
    Customer,
    Device,
    Payment,
    Plan,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import access, subscriptions
from hotspot_lite.web import language
from hotspot_lite.web.portal import visitor, waiting
from hotspot_lite.web.portal.visitor import Visitor
from hotspot_lite.web.tries import Tries

TRADE = Path(trade.__file__).parent
MOST_PAGE_BYTES = 14 * 1024
PHONE = "254712345678"


def joined(customer: Browser, more: str = "") -> str:
    """The state of a portal page that this customer has opened."""
    return customer.get(f"/?{JOINED}{more}").field("state")


def buy(customer: Browser, plan: Plan, phone: str = "0712 345 678") -> str:
    fields = {"plan": str(plan.id), "phone": phone, "state": joined(customer)}
    answer = customer.post("/buy", fields)
    assert answer.status == 303, answer.text
    return answer.where


def paid(site: Site, payment: Payment) -> Subscription:
    payments.mark_paid(payment, "callback", f"c{payment.id}", f"R{payment.id}", 0)
    Payment.update(paid_at=site.now()).where(Payment.id == payment.id).execute()
    found = subscriptions.fulfil(payment.id, site.now())
    assert found is not None
    return found


def login(site: Site, device: Subscription) -> None:
    access.admitted(device, {"id": 1, "name": "r", "ip_address": "10.0.0.1"}, 1)


# --- what is on sale


def test_the_portal_shows_what_is_on_sale_in_words(site: Site) -> None:
    site.plan("Normal 1 Hour")
    site.plan("Week", price="1500.50", duration="7d", data="2G", devices=3)
    page = site.browser().get(f"/?{JOINED}").text
    for words in ("KES 20", "1 hour", "up to 4 Mbps", "no data limit", "1 device"):
        assert words in page
    for words in ("KES 1,500.50", "7 days", "2 GB of data", "3 devices"):
        assert words in page


def test_an_empty_shop_says_so(customer: Browser) -> None:
    assert "Nothing is on sale" in customer.get("/").text


def test_a_page_with_thirty_packages_is_still_one_small_answer(site: Site) -> None:
    for number in range(30):
        site.plan(f"Package with a long name number {number}", data="2G")
    page = site.browser().get(f"/?{JOINED}&error=user+not+found&lang=sw")
    assert len(page.body) <= MOST_PAGE_BYTES


def test_every_package_reaches_the_form(site: Site, customer: Browser) -> None:
    plan = site.plan()
    page = customer.get(f"/?{JOINED}").text
    assert f'name="plan" value="{plan.id}"' in page
    assert 'inputmode="tel"' in page
    assert '<label for="phone">' in page


# --- buying


def test_buying_writes_the_payment_and_goes_to_the_waiting_page(
    site: Site, customer: Browser
) -> None:
    where = buy(customer, site.plan())
    payment = Payment.get()
    assert where == f"/wait/{payment.ref}"
    assert (payment.phone, payment.mac, payment.ip) == (PHONE, MAC, IP)
    assert payment.login_url == ROUTER
    assert payment.state == "asked"


def test_the_button_pressed_twice_asks_once(site: Site, customer: Browser) -> None:
    plan = site.plan()
    assert buy(customer, plan) == buy(customer, plan)
    assert Payment.select().count() == 1


@pytest.mark.parametrize(
    "phone",
    ["", "12345", "0812345678", "07123456789", "<b>", "\u0660712345678", "x" * 99],
)
def test_a_wrong_phone_is_said_beside_its_field_and_kept(
    site: Site, customer: Browser, phone: str
) -> None:
    fields = {"plan": str(site.plan().id), "phone": phone, "state": joined(customer)}
    answer = customer.post("/buy", fields)
    assert answer.status == 422
    assert re.search(
        r'id="phone-says" class="wrong" role="alert">This is not', answer.text
    )
    assert "<b></p>" not in answer.text
    if phone == "12345":
        assert 'value="12345"' in answer.text
    assert not Payment.select().exists()


@pytest.mark.parametrize("plan", ["", "x", "999999", "-1", "9" * 40, "\u0661"])
def test_a_package_that_is_not_on_sale_is_refused(
    site: Site, customer: Browser, plan: str
) -> None:
    site.plan()
    fields = {"plan": plan, "phone": "0712345678", "state": joined(customer)}
    assert customer.post("/buy", fields).status == 422
    assert not Payment.select().exists()


@pytest.mark.parametrize(
    "state", ["", "x", "x.y", "W10.abc", "é.é", "." * 400, "WyIiXQ." + "0" * 32]
)
def test_a_form_that_we_did_not_make_buys_nothing(
    site: Site, customer: Browser, state: str
) -> None:
    fields = {"plan": str(site.plan().id), "phone": "0712345678", "state": state}
    answer = customer.post("/buy", fields)
    assert answer.status == 422
    assert "press the button once more" in answer.text
    assert not Payment.select().exists()


def test_a_form_from_another_site_buys_nothing(site: Site, customer: Browser) -> None:
    fields = {"plan": str(site.plan().id), "phone": "0712345678"}
    fields["state"] = joined(customer)
    answer = customer.post("/buy", fields, Origin="http://evil.example")
    assert answer.status == 422
    assert not Payment.select().exists()


def test_a_large_form_is_not_read(customer: Browser) -> None:
    assert customer.post("/buy", {"phone": "7" * 20_000}).status == 413


# --- the state in the form


def test_a_state_is_for_one_address_some_hours_and_unchanged() -> None:
    who, key = Visitor(MAC, IP, ROUTER, "sw"), b"k"
    state = visitor.sign(who, key, "10.0.0.5", 7200)
    assert visitor.read(state, key, "10.0.0.5", 7300, "") == (who, True)
    assert visitor.read(state, key, "10.0.0.6", 7300, "") == (who, False)
    assert visitor.read(state, b"j", "10.0.0.5", 7300, "") == (who, False)
    assert visitor.read(state, key, "10.0.0.5", 7200 + 8 * 3600, "") == (who, False)
    assert visitor.read(state, key, "10.0.0.5", 0, "") == (who, False)


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("http://10.5.50.1/login", True),
        ("http://192.168.88.1:8080/login?x=1", True),
        ("https://wifi.example/login", True),
        ("http://127.0.0.1:99/login", True),
        ("http://8.8.8.8/login", False),
        ("http://evil.example/login", False),
        ("http://wifi.example.evil.example/login", False),
        ("http://10.5.50.1@evil.example/", False),
        ("http://user@10.5.50.1/", False),
        ("javascript:alert(1)", False),
        ("ftp://10.5.50.1/", False),
        ("http://10.5.50.1/'onload=", False),
        ("http://10.5.50.1/ x", False),
        ("http://10.5.50.1:99999/", False),
        ("http://[::1/", False),
        ("//10.5.50.1/", False),
        ("http://10.5.50.1;script-src *", False),
        ("http://10.5.50.1/" + "a" * 500, False),
        ("", False),
    ],
)
def test_only_our_router_is_given_a_password(url: str, is_good: bool) -> None:
    assert visitor.is_router(url, "wifi.example") is is_good


def test_a_strange_login_address_is_dropped(site: Site, customer: Browser) -> None:
    site.plan()
    told = {"mac": MAC, "ip": IP, "link-login-only": "http://evil.example/login"}
    page = customer.get("/?" + urlencode(told))
    assert "evil.example" not in page.text
    assert "evil.example" not in page.headers["content-security-policy"]


# --- what the router says


def test_the_router_s_error_is_said_escaped_and_without_a_loop(
    site: Site, customer: Browser
) -> None:
    site.plan()
    page = customer.get(f"/?{JOINED}&error=%3Cscript%3Ealert(1)%3C/script%3E")
    assert page.status == 200
    assert "&lt;script&gt;alert(1)" in page.text
    assert "<script" not in page.text
    assert "http-equiv" not in page.text


@pytest.mark.parametrize(
    "query",
    ["mac=zz", "ip=999.1.1.1", "mac=%FF%FE", "lang=../../etc", "lang=xx", "mac="],
)
def test_odd_questions_still_open_the_portal(customer: Browser, query: str) -> None:
    assert customer.get(f"/?{query}").status == 200


# --- waiting


def test_while_the_prompt_is_open_the_page_looks_again(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan())
    page = customer.get(f"/wait/{payment.ref}")
    assert '<meta http-equiv="refresh" content="2">' in page.text
    assert "Check your phone" in page.text
    assert "No prompt on your phone" not in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "12345678" not in page.text


def test_after_25_seconds_it_says_what_to_do(site: Site, customer: Browser) -> None:
    payment = site.ask(site.plan())
    then = site.now() - 25
    Payment.update(state="sent", asked_at=then).execute()
    page = customer.get(f"/wait/{payment.ref}").text
    assert "No prompt on your phone" in page
    assert "*234#" in page


@pytest.mark.parametrize("state", ["asked", "sent", "uncertain"])
def test_json_tells_the_same_without_secrets(
    site: Site, customer: Browser, state: str
) -> None:
    payment = site.ask(site.plan())
    Payment.update(state=state, checkout_request_id="ws_CO_1").execute()
    answer = customer.get(f"/wait/{payment.ref}.json")
    told = answer.json()
    assert told["step"] == ("asking" if state == "asked" else "pin")
    assert told["is_paid"] is False
    assert "ws_CO" not in answer.text
    assert "712345678" not in answer.text


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("1", "not enough money"),
        ("17", "a moment ago"),
        ("1019", "ran out"),
        ("1032", "cancelled"),
        ("1037", "did not answer"),
        ("2001", "PIN was wrong"),
        ("SFC_IC0003", "did not complete"),
        ("", "did not complete"),
    ],
)
def test_a_failure_is_told_in_plain_words_and_can_be_tried_again(
    site: Site, customer: Browser, code: str, words: str
) -> None:
    payment = site.ask(site.plan())
    payments.mark_failed(payment, code, "ws says <b>", site.now())
    page = customer.get(f"/wait/{payment.ref}")
    assert words in page.text
    assert "12345678" not in page.text
    fields = {"state": page.field("state"), "again": page.field("again")}
    again = customer.post("/buy", fields)
    assert again.status == 303
    assert again.where != f"/wait/{payment.ref}"
    assert Payment.select().where(Payment.phone == PHONE).count() == 2


def test_money_received_is_told_before_there_is_access(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", "c1", "R1", site.now())
    page = customer.get(f"/wait/{payment.ref}").text
    assert re.search(r"Money received at \d\d:\d\d", page)
    assert "Preparing your time" in page
    paid(site, payment)
    assert "Connecting your device" in customer.get(f"/wait/{payment.ref}").text


def test_online_is_said_once_the_router_shows_it(site: Site, customer: Browser) -> None:
    payment = site.ask(site.plan())
    subscription = paid(site, payment)
    assert "You are online" not in customer.get(f"/wait/{payment.ref}").text
    login(site, subscription)
    page = customer.get(f"/wait/{payment.ref}").text
    assert "You are online" in page
    assert "1 hour left" in page
    assert subscription.customer.secret not in page


def test_a_dead_router_is_told_honestly_with_a_login_to_press(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan())
    subscription = paid(site, payment)
    access.failed(subscription.id, "Connection timeout to router", site.now())
    page = customer.get(f"/wait/{payment.ref}")
    assert "can&#039;t be reached just now" in page.text
    assert f'<form method="post" action="{ROUTER}">' in page.text
    assert page.field("password") == subscription.customer.secret
    assert (
        "form-action 'self' http://127.0.0.1:8099;"
        in (page.headers["content-security-policy"])
    )
    assert 'http-equiv="refresh"' in page.text


def test_time_without_a_device_is_ready_and_not_waiting(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan(), mac="")
    paid(site, payment)
    page = customer.get(f"/wait/{payment.ref}").text
    assert "Your time is ready" in page


def test_time_that_is_over_is_said_to_be_over(site: Site, customer: Browser) -> None:
    payment = site.ask(site.plan())
    subscription = paid(site, payment)
    Subscription.update(expires_at=1, ended_at=2).execute()
    page = customer.get(f"/wait/{payment.ref}").text
    assert "This time is over" in page
    assert subscription.customer.secret not in page


@pytest.mark.parametrize(
    "ref", ["x", "v-1-abc", "v-1-", "v-", "v-\u0661-a", "é", "v-1"]
)
def test_a_guessed_page_is_not_found(site: Site, customer: Browser, ref: str) -> None:
    paid(site, site.ask(site.plan()))
    answer = customer.get("/wait/" + urlencode({"": ref})[1:])
    assert answer.status == 404
    assert "There is no such page" in answer.text


# --- vouchers


def test_a_voucher_is_redeemed_once_and_its_page_can_be_opened_again(
    site: Site, customer: Browser
) -> None:
    batch = vouchers.make(site.plan(), 1, "jane", site.now())
    code = vouchers.codes(batch)[0]
    fields = {"code": f" {code.upper()} ", "state": joined(customer)}
    answer = customer.post("/voucher", fields)
    assert answer.status == 303
    page = customer.get(answer.where)
    assert "Your voucher is accepted" in page.text
    login(site, Subscription.get())
    assert "You are online" in customer.get(answer.where).text
    assert (
        customer.post("/voucher", fields).where.split("?")[0]
        == (answer.where.split("?")[0])
    )
    assert Subscription.select().count() == 1


def test_on_another_device_it_brings_what_is_left_and_nothing_more(
    site: Site, customer: Browser
) -> None:
    code = vouchers.codes(vouchers.make(site.plan(), 1, "jane", site.now()))[0]
    customer.post("/voucher", {"code": code, "state": joined(customer)})
    other = customer.get(f"/?mac=AA:BB:CC:DD:EE:01&ip={IP}").field("state")
    told = {"code": code, "state": other}
    assert customer.post("/voucher", told).status == 303
    assert Subscription.select().count() == 1
    Subscription.update(expires_at=site.now() - 1).execute()
    answer = customer.post("/voucher", told)
    assert answer.status == 422
    assert "has been used" in answer.text


def test_wrong_codes_are_told_and_then_must_wait(site: Site, customer: Browser) -> None:
    right = vouchers.codes(vouchers.make(site.plan(), 1, "jane", site.now()))[0]
    state = joined(customer)
    for _ in range(10):
        fields = {"code": "abcde-23456", "state": state}
        assert customer.post("/voucher", fields).status == 422
    answer = customer.post("/voucher", {"code": right, "state": state})
    assert answer.status == 429
    assert "Wait 10 minutes" in answer.text
    assert not Voucher.select().where(Voucher.redeemed_at.is_null(False)).exists()


def test_tries_are_forgotten_with_time_and_bounded() -> None:
    at = [0.0]
    tries = Tries(2, 10, lambda: at[0])
    tries.wrong("a", "")
    tries.wrong("a")
    assert tries.must_wait("b", "a")
    assert not tries.must_wait("b", "")
    at[0] = 11
    assert not tries.must_wait("a")
    for number in range(10_100):
        tries.wrong(str(number))
    assert len(tries._wrong) == 10_000


# --- this device


def test_a_device_with_time_is_known_again(site: Site, customer: Browser) -> None:
    paid(site, site.ask(site.plan()))
    page = customer.get(f"/?{JOINED}")
    assert "You have 1 hour left" in page.text
    assert "Connect now" in page.text
    assert "1 hour left" in customer.get(f"/status?{JOINED}").text
    assert "no time left" in customer.get("/status?mac=AA:BB:CC:DD:EE:01").text


def test_a_password_is_shown_only_at_the_device_s_own_address(
    site: Site, customer: Browser
) -> None:
    """A MAC and an address in the URL prove nothing: anybody can type them."""
    secret = paid(site, site.ask(site.plan())).customer.secret
    spoofed = JOINED.replace("127.0.0.1&", "10.5.50.9&")
    assert secret not in customer.get(f"/?{spoofed}").text
    elsewhere = customer.get(f"/?{JOINED}", X_Forwarded_For="10.5.50.9")
    assert secret not in elsewhere.text
    assert secret in customer.get(f"/?{JOINED}").text


# --- languages


def test_the_language_is_chosen_by_link_and_kept(site: Site, customer: Browser) -> None:
    plan = site.plan()
    page = customer.get(f"/?{JOINED}")
    link = re.search(r'<a href="([^"]+)" lang="sw"', page.text)
    assert link
    swahili = customer.get(link[1])
    assert '<html lang="sw">' in swahili.text
    assert "Chagua kifurushi" in swahili.text
    fields = {"plan": str(plan.id), "state": swahili.field("state")}
    wrong = customer.post("/buy", fields | {"phone": "1"})
    assert "Hii si nambari ya Safaricom" in wrong.text
    right = customer.post("/buy", fields | {"phone": "0712345678"})
    assert "Angalia simu yako" in customer.get(right.where).text


def test_the_box_s_own_language_is_used_first(start_site: Start) -> None:
    site = start_site(BOX_LANGUAGE="sw")
    assert '<html lang="sw">' in site.browser().get("/").text


def test_all_languages_have_the_same_words() -> None:
    english = language.words("en").keys
    assert language.languages()[0] == "en"
    for code in language.languages():
        theirs = language.words(code).keys
        assert set(theirs) == set(english)
        for key, text in theirs.items():
            names = set(re.findall(r"{(\w+)}", english[key]))
            if not key.endswith(".one"):
                assert set(re.findall(r"{(\w+)}", text)) == names, (code, key)


def test_what_the_trade_says_is_still_said_so() -> None:
    files = TRADE.rglob("*.py")
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    code = code.replace("{LETTERS}", "10")
    for key in language.words("en").keys:
        if key.startswith("says."):
            assert key.removeprefix("says.") in code


@pytest.mark.parametrize(
    "name",
    [
        "asking",
        "claims",
        "free",
        "order",
        "pairing",
        "pausing",
        "payments",
        "phones",
        "returning",
    ],
)
def test_what_the_trade_says_to_customers_is_said_in_their_language(name: str) -> None:
    files = TRADE.glob(f"*/{name}.py")
    code = "".join(path.read_text(encoding="utf-8") for path in files)
    said = {
        word.value
        for call in ast.walk(ast.parse(code))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "BadInput"
        for word in call.args[:2]
        if isinstance(word, ast.Constant)
    }
    assert said
    known = language.words("sw").keys
    assert {text for text in said if f"says.{text}" not in known} == set()


def test_every_text_of_the_templates_is_there() -> None:
    web = Path(language.__file__).parent
    files = [*web.rglob("*.tpl"), *(web / "portal").glob("*.py")]
    asked = set()
    for path in files:
        text = path.read_text(encoding="utf-8")
        asked |= set(re.findall(r'\bt\("([a-z_]+\.[a-z0-9_]+)"', text))
    assert asked - set(language.words("en").keys) == set()
    assert len(asked) > 40


def test_a_line_that_goes_on_is_marked_as_bottle_reads_it() -> None:
    # One backslash would stand on the page.
    for path in Path(language.__file__).parent.rglob("*.tpl"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not line.endswith("\\") or line.endswith("\\\\"), path.name


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (1, "1 minute"),
        (61, "2 minutes"),
        (3599, "1 hour"),
        (5400, "1 hour 30 minutes"),
        (90000, "1 day 1 hour"),
        (7 * 86400, "7 days"),
    ],
)
def test_time_in_words(seconds: int, words: str) -> None:
    assert language.words("en").time(seconds) == words


# --- the frame


def test_every_portal_page_is_small_strict_and_without_script(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan())
    subscription = paid(site, payment)
    access.failed(subscription.id, "no", site.now())
    paths = [
        f"/?{JOINED}&error=x",
        f"/wait/{payment.ref}",
        f"/wait/{waiting.voucher_ref(subscription, site.box.key)}?{JOINED}",
        f"/status?{JOINED}",
        "/wait/none",
    ]
    for path in paths:
        page = customer.get(path)
        assert len(page.body) <= MOST_PAGE_BYTES, path
        policy = page.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; style-src 'sha256-"), path
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'; base-uri 'none'" in policy
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        assert "server" not in page.headers
        assert "<script" not in page.text
        assert not re.search(r'(src|href)="(https?:)?//', page.text)


@pytest.mark.parametrize("path", ["/generate_204", "/hotspot-detect.html", "/a/b?c=d"])
def test_a_captive_probe_is_sent_to_the_portal(customer: Browser, path: str) -> None:
    answer = customer.get(path)
    assert (answer.status, answer.where) == (302, "/")


def test_a_probe_is_sent_to_the_public_address(start_site: Start) -> None:
    site = start_site(WEB_PUBLIC_URL="http://10.5.50.2")
    assert site.browser().get("/generate_204").where == "http://10.5.50.2/"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/buy", 405),
        ("POST", "/", 405),
        ("POST", "/generate_204", 404),
        ("GET", "/static/../setup.py", 404),
        ("GET", "/static/%2e%2e%2fsetup.py", 404),
        ("GET", "/static/__init__.py", 404),
        ("GET", "/wait/", 404),
        ("DELETE", "/buy", 405),
    ],
)
def test_errors_are_a_page_and_a_sentence(
    customer: Browser, method: str, path: str, status: int
) -> None:
    answer = customer.ask(method, path)
    assert answer.status == status
    assert "Traceback" not in answer.text


def test_a_fault_of_ours_shows_no_traceback(
    site: Site, customer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr(payments, "by_ref", fails)
    answer = customer.get("/wait/x")
    assert answer.status == 500
    assert "secret" not in answer.text
    assert "your money is safe" in answer.text


def test_an_error_has_the_place_s_look_and_whom_to_call(
    site: Site, customer: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    look.change("#7a1f5c", "Ask at the counter", "0712 345 678", "owner", site.now())
    page = customer.ask("GET", "/wait/nothing-here")
    assert page.status == 404
    assert "#7a1f5c" in page.text
    assert 'href="tel:0712345678"' in page.text
    assert "0712" not in customer.ask("GET", "/admin/nothing-here").text

    def fails(*_: object) -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr(look, "now_so", fails)
    broken = customer.get(f"/?{JOINED}&lang=sw")
    assert broken.status == 500
    assert '<html lang="sw">' in broken.text
    assert "disk" not in broken.text


def test_a_locked_database_is_503(
    start_site: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotspot_lite.store.file.BUSY_SECONDS", 0.1)
    site = start_site()
    customer = site.browser()
    plan, state = site.plan(), joined(customer)
    file = site.box.settings.database_file
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        fields = {"plan": str(plan.id), "phone": "0712345678", "state": state}
        assert customer.post("/buy", fields).status == 503
        assert customer.get(f"/?{JOINED}").status == 200
        other.execute("ROLLBACK")
    assert customer.post("/buy", fields).status == 303


# --- for machines


def test_the_box_tells_that_it_is_well(customer: Browser) -> None:
    assert customer.get("/healthz").json()["ok"] is True


def test_metrics_are_for_this_machine(site: Site, customer: Browser) -> None:
    assert "hotspot_takings_today_cents 0" in customer.get("/metrics").text
    assert 'lane="payments",state="waiting"' in customer.get("/metrics").text
    stranger = customer.get("/metrics", X_Forwarded_For="10.5.50.9")
    assert stranger.status == 403


# --- fair use


def test_a_card_and_the_status_say_when_it_gets_slower(
    site: Site, customer: Browser
) -> None:
    plan = site.plan("Month", fair="2G day 512k/1M")
    assert "2 GB a day, then 1 Mbps" in customer.get("/").text
    assert "2 GB kwa siku, kisha Mbps 1" in customer.get("/?lang=sw").text
    payment = site.ask(plan)
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    subscriptions.fulfil(payment.id, site.now())
    page = customer.get(f"/status?{JOINED}").text
    assert "left" in page and "Slower now" not in page
    Subscription.update(full_rate="2M/4M").execute()
    assert "Slower now: 2 GB a day" in customer.get(f"/status?{JOINED}").text


def test_the_number_that_paid_is_remembered_for_its_device_and_for_no_other(
    site: Site, customer: Browser
) -> None:
    here = f"mac={MAC}&ip=127.0.0.1"
    payment = site.ask(site.plan())
    assert '0712 345 678"' not in customer.get(f"/?{here}").text
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    subscriptions.fulfil(payment.id, site.now())
    Device.update(ip="127.0.0.1").execute()
    assert 'value="0712 345 678"' in customer.get(f"/?{here}").text
    for other in (f"mac={MAC}&ip=10.5.50.77", "mac=02:00:00:00:00:99&ip=127.0.0.1"):
        assert '0712 345 678"' not in customer.get(f"/?{other}").text


def test_what_was_typed_goes_before_what_is_remembered(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    subscriptions.fulfil(payment.id, site.now())
    Device.update(ip="127.0.0.1").execute()
    state = customer.get(f"/?mac={MAC}&ip=127.0.0.1").field("state")
    fields = {"plan": "1", "phone": "07", "state": state}
    assert 'value="07"' in customer.post("/buy", fields).text


def test_who_bought_in_swahili_is_greeted_in_swahili(
    site: Site, customer: Browser
) -> None:
    payment = site.ask(site.plan())
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    subscriptions.fulfil(payment.id, site.now())
    Device.update(ip="127.0.0.1").execute()
    Customer.update(lang="sw").execute()
    here = f"/?mac={MAC}&ip=127.0.0.1"
    page = customer.get(here)
    assert '<html lang="sw">' in page.text
    assert '<html lang="en">' in customer.get(f"{here}&lang=en").text
    wrong = customer.post("/buy", {"state": page.field("state"), "phone": "1"})
    assert '<html lang="sw">' in wrong.text
    assert '<html lang="en">' in customer.get("/?mac=02:00:00:00:00:99").text
