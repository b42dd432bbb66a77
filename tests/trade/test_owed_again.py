"""A debt is paid by money that stays and covers it, and by nothing else."""

from __future__ import annotations

import pytest
from test_payments import KEY, MAC, NOW, PHONE, Heard

from hotspot_lite.box import Box
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import credit
from hotspot_lite.trade.models import Audit, Customer, Debt, Payment, Plan, Subscription
from hotspot_lite.trade.money import debts, payments, undecided
from hotspot_lite.trade.reckoning import books, resolving
from hotspot_lite.trade.reckoning.resolving import Decision
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import hearsay, refunds
from hotspot_lite.trade.takings.refunds import Wish

DAY = 86_400
LATER = NOW + DAY


@pytest.fixture
def plan(box: Box) -> Plan:
    """Lent to who paid once; this customer did, and has it on credit since."""
    found = catalogue.add("1 Hour", "20", "1h", NOW)
    credit.change(found, 1, "jane", NOW)
    pay(buy(found, NOW))
    lend(NOW + 7200)
    return found


def lend(now: int) -> None:
    subscriptions.end_those_over(now)
    credit.take(Customer.get(Customer.phone == PHONE), MAC, "10.5.50.9", now)


def buy(plan: Plan, now: int) -> Payment:
    return payments.ask(payments.Ask(plan, PHONE, MAC), KEY, now)


def pay(payment: Payment) -> Payment:
    now = payment.asked_at + 20
    payments.mark_paid(payment, "callback", None, f"UKM{payment.id}", now)
    subscriptions.fulfil(payment.id, now)
    return Payment.get_by_id(payment.id)


def give_back(payment: Payment, cents: int | None = None, now: int = LATER) -> None:
    refunds.by_hand(Wish("jane", "went home", payment, amount_cents=cents), now)


def underpaid(plan: Plan, cents: int) -> int:
    """The exception of a prompt for both that only so much was paid for."""
    payment = buy(plan, LATER)
    assert payment.amount_cents == 4000
    told = Heard(amount_cents=cents, amount_text=str(cents / 100))
    hearsay.hear(payment, b"{}", told, "127.0.0.1", LATER + 20)
    (row,) = undecided.waiting()
    return int(row.id)


def grant(exception_id: int, plan: Plan | None = None) -> None:
    wish = Decision("grant", "jane", "She showed me the SMS.", plan)
    resolving.resolve(exception_id, wish, LATER + 60)


def agrees() -> bool:
    return list(books.all_rules(0, 2**62, LATER + 10 * DAY)) == []


@pytest.mark.parametrize("whole", [[None], [1500, 2500]])
def test_who_has_all_money_back_owes_again(plan: Plan, whole: list[int | None]) -> None:
    payment = pay(buy(plan, LATER))
    assert debts.open_cents() == 0
    for cents in whole:
        assert debts.open_cents() == 0
        give_back(payment, cents)
    assert debts.open_cents() == 2000
    assert [row.what for row in Audit.select()].count("debt owed again") == 1
    # And the next purchase asks for it, on the same day.
    again = buy(plan, LATER + 7200)
    assert again.amount_cents == 4000
    pay(again)
    assert debts.open_cents() == 0
    assert agrees()


def test_who_has_a_part_back_owes_nothing(plan: Plan) -> None:
    payment = pay(buy(plan, LATER))
    give_back(payment, 2000)
    assert debts.open_cents() == 0


def test_money_that_m_pesa_took_back_paid_no_debt(plan: Plan) -> None:
    payment = pay(buy(plan, LATER))
    refunds.told(payment, "UKR1", "Reversed by Safaricom.", LATER)
    refunds.told(payment, "UKR1", "Reversed by Safaricom.", LATER)
    assert debts.open_cents() == 2000


def test_what_was_forgiven_stays_so_whatever_goes_back(plan: Plan) -> None:
    failed = buy(plan, LATER)
    debts.forgive(Debt.get(), "jane", LATER)
    give_back(pay(failed))
    assert debts.open_cents() == 0


def test_who_owes_for_a_newer_one_meanwhile_owes_both_as_one(plan: Plan) -> None:
    payment = pay(buy(plan, LATER))
    lend(LATER + 7200)
    give_back(payment, now=LATER + 7300)
    assert [row.closed_at is None for row in Debt.select().order_by(Debt.id)] == [
        False,
        True,
    ]
    assert debts.open_cents() == 4000
    both = buy(plan, LATER + DAY)
    assert both.amount_cents == 6000
    pay(both)
    assert debts.open_cents() == 0


def test_time_let_go_for_less_leaves_the_debt_open(plan: Plan) -> None:
    grant(underpaid(plan, 2000))
    assert debts.open_cents() == 2000
    assert buy(plan, LATER + 7200).amount_cents == 4000
    assert agrees()


@pytest.mark.parametrize(("came", "owed"), [(2000, 2000), (3900, 2000), (4000, 0)])
def test_another_package_for_it_pays_the_debt_where_both_are_covered(
    plan: Plan, came: int, owed: int
) -> None:
    other = catalogue.add("Other hour", "20", "1h", NOW)
    if came == 4000:
        payment = buy(plan, LATER)
        payments.mark_paid(payment, "callback", None, "UKM9", LATER)
        payments.unfulfilled(payment, "It broke.", LATER)
        (row,) = undecided.waiting()
        grant(row.id, other)
    else:
        grant(underpaid(plan, came), other)
    assert debts.open_cents() == owed
    time = Subscription.select().order_by(Subscription.id.desc()).get()
    assert time.plan_name == "Other hour"
    assert agrees()


def test_purchases_whose_money_went_back_earn_no_credit(box: Box) -> None:
    plan = catalogue.add("1 Hour", "20", "1h", NOW)
    credit.change(plan, 1, "jane", NOW)
    payment = pay(buy(plan, NOW))
    subscriptions.end_those_over(LATER)
    customer = Customer.get()
    assert credit.for_(customer, LATER) == plan
    give_back(payment)
    assert credit.for_(customer, LATER) is None
