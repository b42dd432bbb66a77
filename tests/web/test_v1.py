"""The API: by token and scope, as its OpenAPI document says, and nothing else."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from house import MAC, Answer, Browser, Site
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import (
    ignored_auth,
    positive_data_acceptance,
)

from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import (
    ApiToken,
    Audit,
    Customer,
    Debt,
    Plan,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers, tokens
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.web.v1.document import document, scope_of
from hotspot_lite.web.v1.serve import BASE, ENDPOINTS

# The token is ours and right, whatever was made up; and what has the right shape may
# still be refused: no package has that number.
NOT_HELD = [ignored_auth, positive_data_acceptance]


@pytest.fixture
def place(site: Site) -> Site:
    """A site with something of everything."""
    payment = site.ask(site.plan("<b>Hour</b>"))
    payments.mark_paid(payment, "callback", None, "SGR1ABCDEF", site.now())
    made = subscriptions.fulfil(payment.id, site.now())
    assert made is not None
    customers.remember_device(MAC, "10.5.50.7", made.customer, site.now())
    vouchers.make(Plan.get(), 3, "jane", site.now())
    return site


def token(site: Site, scope: str = "manage", days: int = 1) -> str:
    return tokens.make(f"a {scope} program", scope, days, "jane", site.now())


def ask(
    site: Site, method: str, path: str, key: str, body: Any = None, **more: str
) -> Answer:
    told = None if body is None else json.dumps(body)
    auth = {"Authorization": f"Bearer {key}"} if key else {}
    return Browser(site.url).ask(method, BASE + path, told, **auth, **more)


# -- Whoever asks ------------------------------------------------------------------


def test_without_a_token_nothing_is_told(place: Site) -> None:
    for one in ENDPOINTS:
        path = one.path.replace("{id}", "1").replace("{name}", "vouchers")
        answer = ask(place, one.method, path, "")
        assert answer.status == 401, path
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["error"]["todo"].startswith("Send it as")


@pytest.mark.parametrize("odd", ["hsl_", "hsl_wrong", "Basic x", "\u00e9", "x" * 5000])
def test_a_wrong_token_is_refused(place: Site, odd: str) -> None:
    key = odd.encode().decode("latin-1")
    assert ask(place, "GET", "/plans", key).status == 401


def test_many_wrong_tokens_make_the_address_wait(place: Site) -> None:
    answers = [ask(place, "GET", "/plans", f"hsl_{n}").status for n in range(25)]
    assert set(answers[:20]) == {401} and set(answers[21:]) == {429}


def test_a_token_that_is_over_or_revoked_is_refused(place: Site) -> None:
    over, revoked = token(place), token(place)
    first, second = ApiToken.select().order_by(ApiToken.id)
    ApiToken.update(expires_at=place.now()).where(ApiToken.id == first.id).execute()
    assert ask(place, "GET", "/plans", revoked).status == 200
    assert tokens.revoke(second.id, "jane", place.now())
    assert ask(place, "GET", "/plans", over).status == 401
    assert ask(place, "GET", "/plans", revoked).status == 401


def test_a_token_is_kept_by_hash_only(place: Site) -> None:
    key = token(place)
    kept = json.dumps(list(ApiToken.select().dicts()))
    assert key not in kept and key[4:] not in kept


@pytest.mark.parametrize("scope", ["read", "sell", "manage"])
def test_each_scope_may_ask_what_the_document_says_and_no_more(
    place: Site, scope: str
) -> None:
    key = token(place, scope)
    order = list(tokens.SCOPES)
    for one in ENDPOINTS:
        path = one.path.replace("{id}", "999").replace("{name}", "vouchers")
        status = ask(place, one.method, path, key, {}).status
        may = order.index(scope) >= order.index(scope_of(one))
        assert (status != 403) == may, path


def test_a_program_that_only_looks_sees_no_phone_number(place: Site) -> None:
    key = token(place, "read")
    for path in ("/payments", "/payments/1", "/sessions", "/numbers"):
        assert "254712345678" not in ask(place, "GET", path, key).text
    assert "254712345678" in ask(place, "GET", "/payments", token(place, "sell")).text


def test_a_cookie_of_the_admin_is_no_token(place: Site) -> None:
    owner = place.staff("olive", "owner")
    assert owner.get(f"{BASE}/plans").status == 401


# -- What is asked -----------------------------------------------------------------


def test_a_program_sells_vouchers(place: Site) -> None:
    key = token(place, "sell")
    plan = ask(place, "GET", "/plans", key).json()["plans"][0]
    wanted = {"plan_id": plan["id"], "count": 2}
    made = ask(place, "POST", "/vouchers/batches", key, wanted)
    assert made.status == 201
    told = ask(place, "GET", f"/vouchers/batches/{made.json()['id']}", key).json()
    codes = [one["code"] for one in told["vouchers"]]
    assert len(codes) == 2 and told["next"] is None
    assert Voucher.select().where(Voucher.code.in_(codes)).count() == 2
    assert Audit.get(Audit.what == "voucher create", Audit.who != "jane").who == (
        "token a sell program"
    )


def test_a_program_makes_a_discount_and_stops_it(place: Site) -> None:
    key, wish = token(place), {"code": "karibu", "percent": 20, "seconds": 3600}
    made = ask(place, "POST", "/discounts", key, wish)
    assert (made.status, made.json()["code"]) == (201, "KARIBU")
    again = ask(place, "POST", "/discounts", key, wish)
    assert (again.status, again.json()["error"]["field"]) == (422, "code")
    stop = f"/discounts/{made.json()['id']}/stop"
    assert ask(place, "POST", stop, token(place, "sell"), {}).status == 403
    assert ask(place, "POST", stop, key, {}).json() == {"stopped": True}
    (listed,) = ask(place, "GET", "/discounts", key).json()["discounts"]
    assert listed["stopped"] is True


def test_a_program_sees_what_is_owed_and_forgives_it(place: Site) -> None:
    time = Subscription.get()
    Debt.create(customer=time.customer, subscription=time, amount_cents=2000, at=1)
    (owed,) = ask(place, "GET", "/debts", token(place)).json()["debts"]
    assert owed["amount_cents"] == 2000
    ask(place, "POST", f"/debts/{owed['id']}/forgive", token(place), {})
    assert ask(place, "GET", "/debts", token(place)).json() == {"debts": []}


def test_a_program_has_a_phone_prompted(place: Site) -> None:
    key = token(place, "sell")
    body = {"plan_id": Plan.get().id, "phone": "0712 000 111"}
    answer = ask(place, "POST", "/payments", key, body)
    assert answer.status == 201
    made = answer.json()
    assert (made["state"], made["phone"]) == ("asked", "254712000111")
    assert ask(place, "GET", f"/payments/{made['id']}", key).json() == made


def test_a_program_helps_a_customer(place: Site) -> None:
    key = token(place, "sell")
    (found,) = ask(place, "GET", "/customers?q=0712345678", key).json()["customers"]
    before = ask(place, "GET", f"/customers/{found['id']}", key).json()
    body = {"minutes": 30, "why": "it was slow"}
    after = ask(place, "POST", f"/customers/{found['id']}/lengthen", key, body).json()
    more = after["time"][0]["seconds_left"] - before["time"][0]["seconds_left"]
    assert 1790 <= more <= 1800
    blocked = {"mac": MAC.lower(), "is_blocked": True}
    assert ask(place, "POST", "/devices/block", key, blocked).json()["mac"] == MAC


def test_payments_come_page_by_page(place: Site) -> None:
    for number in range(4):
        place.ask(Plan.get(), f"25471234560{number}", f"02:00:00:00:00:0{number}")
    key, found, mark = token(place), [], ""
    for _ in range(5):
        told = ask(place, "GET", f"/payments?count=2&after={mark}", key).json()
        found += [one["id"] for one in told["payments"]]
        mark = told["next"]
        if not mark:
            break
    assert found == [5, 4, 3, 2, 1]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "name"),
        ({"name": "Day", "price": "ten", "duration": "1d"}, "price"),
        ({"name": "Day", "price": 10, "duration": "1d"}, "price"),
        ({"name": "Day", "price": "10", "duration": "1d", "devices": True}, "devices"),
        ({"name": "D\x00y", "price": "10", "duration": "1d"}, "name"),
        ({"name": "D\ud800y", "price": "10", "duration": "1d"}, "name"),
        ({"name": "Day", "price": "10", "duration": "1d", "colour": "red"}, ""),
        (["Day"], ""),
        ("Day", ""),
        (None, ""),
    ],
)
def test_what_can_not_be_used_is_said_with_its_field(
    place: Site, body: Any, field: str
) -> None:
    answer = ask(place, "POST", "/plans", token(place), body)
    assert answer.status == 422
    assert answer.json()["error"]["field"] == field
    assert [plan.name for plan in catalogue.on_sale()] == ["<b>Hour</b>"]


def test_a_package_is_changed_and_taken_off_sale(place: Site) -> None:
    key, where = token(place), f"/plans/{Plan.get().id}"
    changed = ask(place, "PATCH", where, key, {"price": "35"}).json()
    assert changed["price_cents"] == 3500 and changed["on_sale"] is True
    refused = ask(place, "PATCH", where, key, {"rate": "fast"})
    assert refused.status == 422 and refused.json()["error"]["field"] == "rate"
    told = ask(place, "POST", f"{where}/sale", key, {"on_sale": False}).json()
    assert told["on_sale"] is False
    assert catalogue.on_sale() == []


@pytest.mark.parametrize(
    "path",
    [
        "/payments?state=gold",
        "/payments?count=0",
        "/payments?count=1e3",
        "/payments?colour=red",
        "/payments?since=2026-02-31",
        "/payments?search=%ff%fe%00",
        "/reports/nothing",
        "/reports/takings-day?since=tomorrow",
    ],
)
def test_an_address_that_asks_for_nonsense_is_told_so(place: Site, path: str) -> None:
    answer = ask(place, "GET", path, token(place))
    assert answer.status == 422 and answer.json()["error"]["says"]


@pytest.mark.parametrize(
    "path", ["/payments/999", "/nothing", "/customers/99999999999"]
)
def test_what_there_is_not_is_said_in_json(place: Site, path: str) -> None:
    answer = ask(place, "GET", path, token(place))
    assert answer.status == 404
    assert answer.json()["error"]["says"].startswith("There is no such")


def test_another_method_is_refused_in_json(place: Site) -> None:
    answer = ask(place, "DELETE", "/plans", token(place))
    assert answer.status == 405 and answer.json()["error"]["says"]


# -- The document ------------------------------------------------------------------


def test_the_document_holds_every_endpoint_and_needs_no_token(place: Site) -> None:
    told = ask(place, "GET", "/openapi.json", "").json()
    served = {(one.path, one.method.lower()) for one in ENDPOINTS}
    told_of = {(path, verb) for path, verbs in told["paths"].items() for verb in verbs}
    assert told_of == served
    assert told == document(ENDPOINTS, "Kona WiFi", BASE)


PLAIN = settings(
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
def test_every_answer_is_as_the_document_says(
    place: Site, mode: GenerationMode
) -> None:
    """All that the document allows, and what it doesn't: no 500, and every answer's
    status, kind and contents stand in it."""
    key = token(place)
    schema = schemathesis.openapi.from_url(f"{place.url}{BASE}/openapi.json")
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        try:
            strategy = operation.as_strategy(generation_mode=mode)
        except Exception:  # nothing of it can be wrong
            continue

        @PLAIN
        @given(case=strategy)
        def hold(case: Any) -> None:
            nonlocal asked
            asked += 1
            case.headers = {"Authorization": f"Bearer {key}"}
            answer = case.call(base_url=place.url + BASE)
            case.validate_response(answer, excluded_checks=NOT_HELD)

        hold()
    assert asked > 100
    assert Customer.select().exists()
