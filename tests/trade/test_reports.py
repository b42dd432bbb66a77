"""Reports agree with the ledger to the cent, and days end at the place's midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from peewee import fn

from hotspot_lite import store
from hotspot_lite.box import Box
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import MoneyFact, Payment, Plan, Undecided
from hotspot_lite.trade.money import ledger, payments, undecided
from hotspot_lite.trade.office import reports
from hotspot_lite.trade.office.reports import Span, Table, goods, money, people

NAIROBI, BERLIN = "Africa/Nairobi", "Europe/Berlin"
NOVEMBER = Span(date(2026, 11, 1), date(2026, 11, 30), NAIROBI)
KEY = b"k" * 32


def at(text: str) -> int:
    """A moment in UTC: "2026-11-27 21:30"."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.fixture
def plan(box: Box) -> Plan:
    return catalogue.add("1 Hour", "20", "1h", at("2026-01-01 00:00"))


def bought(plan: Plan, when: str, phone: str = "254700000001") -> Payment:
    payment = payments.ask(payments.Ask(plan, phone), KEY, at(when))
    receipt = f"R{payment.id}"
    payments.mark_paid(payment, "callback", None, receipt, at(when))
    found: Payment = Payment.get_by_id(payment.id)
    return found


def cells(table: Table, column: int) -> dict[Any, Any]:
    return {row[0]: row[column] for row in table.rows}


class TestDays:
    def test_a_payment_at_half_past_midnight_there_is_of_that_day(
        self, plan: Plan
    ) -> None:
        bought(plan, "2026-11-26 20:59")  # 23:59 in Nairobi
        bought(plan, "2026-11-26 21:30", "254700000002")  # 00:30 the next day
        taken = cells(money.by_day(NOVEMBER), 2)
        assert taken["Thu 26.11.2026"] == 2000
        assert taken["Fri 27.11.2026"] == 2000

    @pytest.mark.parametrize(
        ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)]
    )
    def test_a_day_on_which_the_clocks_change_is_as_long_as_it_is(
        self, day: date, hours: int
    ) -> None:
        span = Span(day, day, BERLIN)
        assert span.until - span.since == hours * 3600

    def test_every_day_is_there_also_where_nobody_paid(self, plan: Plan) -> None:
        assert len(list(money.by_day(NOVEMBER).rows)) == 30

    @pytest.mark.parametrize(
        ("first", "last", "says"),
        [
            ("2026-11-31", "", "no date"),
            ("next week", "", "no date"),
            ("2026-11-20", "2026-11-10", "after the last"),
            ("1990-01-01", "2026-11-10", "ten years"),
        ],
    )
    def test_a_span_that_is_none_is_refused_in_words(
        self, first: str, last: str, says: str
    ) -> None:
        with pytest.raises(BadInput, match=says):
            reports.read_span(first, last, date(2026, 11, 27), NAIROBI)

    def test_without_days_it_is_this_month_until_today(self) -> None:
        span = reports.read_span("", "", date(2026, 11, 27), NAIROBI)
        assert (span.first, span.last) == (date(2026, 11, 1), date(2026, 11, 27))


FACTS = st.lists(
    st.tuples(
        st.integers(at("2026-10-24 00:00"), at("2026-11-03 00:00")),
        st.sampled_from(["taken", "refunded", "reversed", "given", "decided"]),
        st.integers(1, 10**7),
        st.sampled_from(["", "jane", "ali"]),
        st.booleans(),
    ),
    max_size=30,
)


class TestMoney:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(facts=FACTS, zone=st.sampled_from([NAIROBI, BERLIN, "Asia/Kathmandu"]))
    def test_whatever_happened_each_report_adds_up_to_the_ledger(
        self, plan: Plan, facts: list[Any], zone: str
    ) -> None:
        payment = Payment.get_or_none() or bought(plan, "2026-01-01 00:00")
        for when, kind, cents, who, is_of_a_sale in facts:
            of = payment if is_of_a_sale else None
            ledger.write(kind, cents, when, of, who=who)
        span = Span(date(2026, 10, 25), date(2026, 11, 1), zone)
        within = span.holds(MoneyFact.at)
        sums = MoneyFact.select(MoneyFact.kind, fn.SUM(MoneyFact.amount_cents))
        told = dict(sums.where(within).group_by(MoneyFact.kind).tuples())
        taken = told.get("taken", 0)
        back = told.get("refunded", 0) + told.get("reversed", 0)
        for make in (
            money.by_day,
            money.by_week,
            money.by_month,
            money.by_hour_of_week,
            money.by_package,
            money.by_provider,
        ):
            table = make(span)
            assert table.total is not None
            assert tuple(table.total[2:]) == (taken, back, taken - back)
            rows = list(table.rows)
            for column in range(1, 5):
                assert sum(row[column] for row in rows) == table.total[column]

    def test_a_package_keeps_the_name_that_it_was_sold_by(self, plan: Plan) -> None:
        bought(plan, "2026-11-10 10:00")
        Plan.update(name="Sixty minutes").execute()
        assert cells(money.by_package(NOVEMBER), 2) == {"1 Hour": 2000}

    def test_when_people_pay_is_told_in_the_places_hours(self, plan: Plan) -> None:
        bought(plan, "2026-11-27 17:10")  # Friday, 20:10 there
        assert cells(money.by_hour_of_week(NOVEMBER), 1) == {"Fri 20:00": 1}

    def test_payments_that_failed_are_counted_by_why(self, plan: Plan) -> None:
        for number, code in enumerate(("1032", "1032", "2001")):
            wish = payments.Ask(plan, f"25470000000{number}")
            payment = payments.ask(wish, KEY, at("2026-11-10 10:00"))
            payments.mark_failed(payment, code, f"says {code}", at("2026-11-10 10:01"))
        bought(plan, "2026-11-10 10:00", "254700000009")
        table = money.failed(NOVEMBER)
        rows = [(row[1], row[3], row[4]) for row in table.rows]
        assert rows == [("1032", 2, 50.0), ("2001", 1, 25.0)]

    def test_every_payment_is_listed_with_its_phone_masked(self, plan: Plan) -> None:
        bought(plan, "2026-11-10 10:00", "254712345678")
        (row,) = money.every_one(NOVEMBER).rows
        assert row[5:7] == ("1 Hour", 2000)
        assert "254712345678" not in row


class TestPeople:
    def test_new_come_again_and_lost(self, plan: Plan) -> None:
        bought(plan, "2026-10-15 10:00", "254700000001")  # lost
        bought(plan, "2026-10-15 10:00", "254700000002")
        bought(plan, "2026-11-15 10:00", "254700000002")  # came again
        bought(plan, "2026-11-15 10:00", "254700000003")  # new
        bought(plan, "2026-11-16 10:00", "254700000003")
        assert [row[1] for row in people.customers(NOVEMBER).rows] == [1, 1, 1]

    def test_nobody_at_all_is_no_error(self, box: Box) -> None:
        for kind in reports.REPORTS.values():
            list(kind.make(NOVEMBER).rows)


class TestGoods:
    def test_vouchers_are_counted_by_what_became_of_them(self, plan: Plan) -> None:
        batch = vouchers.make(plan, 3, "jane", at("2026-11-10 10:00"))
        codes = vouchers.codes(batch)
        vouchers.redeem(codes[0], "02:00:00:00:00:01", "", at("2026-11-11 10:00"))
        (row,) = goods.vouchers(NOVEMBER).rows
        assert row[3:] == ("1 Hour", 3, 0, 1, 0, 2)

    def test_a_code_that_is_still_good_is_in_no_file(self, plan: Plan) -> None:
        batch = vouchers.make(plan, 1, "jane", at("2026-11-10 10:00"))
        (code,) = vouchers.codes(batch)
        (row,) = goods.every_voucher(NOVEMBER).rows
        assert code not in row

    def test_exceptions_are_told_by_what_became_of_them(self, plan: Plan) -> None:
        payment = bought(plan, "2026-11-10 10:00")
        when = at("2026-11-10 10:00")
        undecided.leave("no-access", "Not online.", when, payment)
        with store.atomic():
            undecided.settle("no-access", payment, "Online.", when)
        undecided.leave("wrong-amount", "Paid 1.", when, payment)
        rows = {row[0]: row[1:4] for row in goods.exceptions(NOVEMBER).rows}
        assert sum(counts[1] for counts in rows.values()) == 1
        assert sum(counts[2] for counts in rows.values()) == 1
        assert Undecided.select().count() == 2
