"""The list of payments: narrowed down, in order, page by page, and as CSV."""

from __future__ import annotations

import csv
import re
from datetime import UTC, datetime

import pytest
from house import Browser, Site

from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.reckoning import payment_list
from hotspot_lite.trade.takings import cash
from hotspot_lite.web import payments as page_of

NOON = 1_800_000_000 - 1_800_000_000 % 86_400 + 9 * 3600  # in Nairobi
DAY = 86_400


@pytest.fixture
def owner(site: Site) -> Browser:
    return site.staff("jane", "owner")


@pytest.fixture
def some(site: Site) -> list[Payment]:
    """Five of five days and amounts; the second is paid, the third failed."""
    made = []
    for number, price in enumerate(("20", "50", "10", "50", "30")):
        plan = site.plan(f"Plan {number}", price=price)
        made.append(site.ask(plan, f"25471234560{number}", f"02:00:00:00:00:0{number}"))
        change = Payment.update(asked_at=NOON + number * DAY)
        change.where(Payment.id == made[-1].id).execute()
    payments.mark_paid(made[1], "callback", None, "SGR1ABCDEF", NOON + DAY)
    Payment.update(state="failed").where(Payment.id == made[2].id).execute()
    return made


def shown(browser: Browser, query: str = "") -> list[int]:
    text = browser.get(f"/admin/payments{query}").text
    return [int(one) for one in re.findall(r'href="/admin/payments/(\d+)"', text)]


def day(number: int) -> str:
    return datetime.fromtimestamp(NOON + number * DAY, UTC).date().isoformat()


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [5, 4, 3, 2, 1]),
        ("?order=oldest", [1, 2, 3, 4, 5]),
        ("?order=most", [4, 2, 5, 1, 3]),
        ("?order=least", [3, 1, 5, 2, 4]),
        ("?order=sideways", [5, 4, 3, 2, 1]),
        ("?state=paid", [2]),
        ("?state=failed", [3]),
        ("?state=waiting", [5, 4, 1]),
        ("?state=waiting&order=most", [4, 5, 1]),
        ("?provider=mpesa", [5, 4, 3, 2, 1]),
        ("?provider=cash", []),
        ("?provider=gold", []),
        ("?q=0712345601", [2]),
        ("?q=254712345601", [2]),
        ("?q=5601", [2]),
        ("?q=sgr1abcdef", [2]),
        ("?q=gr1ab", [2]),
        ("?q=SGR1ABCDEX", []),
        ("?q=5601&state=failed", []),
        (f"?since={day(1)}&until={day(3)}", [4, 3, 2]),
        (f"?since={day(4)}", [5]),
        (f"?until={day(0)}", [1]),
        ("?since=yesterday&until=9999-12-31", [5, 4, 3, 2, 1]),
        ("?after=x.y", [5, 4, 3, 2, 1]),
    ],
)
def test_payments_are_narrowed_down_and_put_in_order(
    owner: Browser, some: list[Payment], query: str, wanted: list[int]
) -> None:
    assert shown(owner, query) == wanted


@pytest.mark.parametrize("order", sorted(payment_list.ORDERS))
def test_every_order_has_every_row_once_over_its_pages(
    owner: Browser, some: list[Payment], order: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page_of, "ON_A_PAGE", 2)
    found: list[int] = []
    query = f"?order={order}"
    for _ in range(5):
        found += shown(owner, query)
        text = owner.get(f"/admin/payments{query}").text
        more = re.search(r'href="/admin/payments(\?[^"]+)" rel="next"', text)
        if more is None:
            break
        query = more[1].replace("&amp;", "&")
    assert found == shown_at_once(order)


def shown_at_once(order: str) -> list[int]:
    return [one.id for one in payment_list.each(payment_list.Wanted(order=order))]


def test_what_is_shown_comes_as_a_file(owner: Browser, some: list[Payment]) -> None:
    answer = owner.get("/admin/payments.csv?state=paid")
    assert "attachment" in answer.headers["content-disposition"]
    lines = list(csv.DictReader(answer.body.decode("utf-8-sig").splitlines()))
    assert len(lines) == 1
    assert lines[0]["phone"] == "254712345601"
    assert (lines[0]["amount"], lines[0]["receipt"]) == ("50.00", "SGR1ABCDEF")
    everything = owner.get("/admin/payments.csv?order=most").text.splitlines()
    assert len(everything) == 6


def test_a_viewer_gets_no_phone_numbers(site: Site, some: list[Payment]) -> None:
    viewer = site.staff("vic", "viewer")
    for path in ("/admin/payments", "/admin/payments.csv"):
        assert "25471234560" not in viewer.get(path).text


def test_a_formula_in_a_text_is_harmless(owner: Browser, some: list[Payment]) -> None:
    Payment.update(result_text="=HYPERLINK(1)").execute()
    assert ",=HYPER" not in owner.get("/admin/payments.csv").text


def test_cash_is_found_by_its_own_index(site: Site, owner: Browser) -> None:
    shift = cash.open_shift("jane", 0, site.now())
    cash.sell_vouchers(shift, site.plan(), 2, site.now())
    assert len(shown(owner, "?provider=cash")) == 2
    query = payment_list.Wanted(provider="cash").query()
    plan = " ".join(str(row) for row in explained(query))
    assert "payment_rare" in plan


def explained(query: object) -> list[str]:
    sql, values = query.sql()  # type: ignore[attr-defined]
    found = Payment._meta.database.execute_sql(f"EXPLAIN QUERY PLAN {sql}", values)
    return [row[3] for row in found.fetchall()]


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        (payment_list.Wanted(), "payment_asked"),
        (payment_list.Wanted(order="most"), "payment_amount"),
        (payment_list.Wanted(search="0712345601"), "payment_phone"),
        (payment_list.Wanted(state="waiting"), "payment_open"),
    ],
)
def test_a_page_in_the_middle_comes_by_an_index(
    site: Site, wanted: payment_list.Wanted, index: str
) -> None:
    order = wanted.in_order()
    query = order.after(order.sort(wanted.query()), "1800000000.500").limit(100)
    assert index in " ".join(explained(query))
