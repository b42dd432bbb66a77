"""What agents sell: on account, once, never past the limit, and back as it was."""

from __future__ import annotations

import threading

import pytest
from test_agents import amina, balance, kinds, plan, sell, wrong
from test_payments import MAC, NOW, PHONE

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import batches, catalogue
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.models import (
    AgentSale,
    Message,
    MoneyFact,
    Payment,
    Plan,
    Subscription,
    Voucher,
    VoucherBatch,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import staff
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import agent_sales, agents, refunds
from hotspot_lite.trade.takings.agents import Note

__all__ = ["amina", "plan"]

LATER = NOW + 600


# --- selling


def test_a_sale_is_money_once_time_once_and_the_price_less_the_share_is_owed(
    amina: str, plan: Plan
) -> None:
    sale = sell(amina, plan, "a")
    assert kinds() == [("sale", -2000), ("commission", 200)]
    assert balance() == -1800
    fact = MoneyFact.get()
    assert (fact.kind, fact.amount_cents, fact.who) == ("taken", 2000, "amina")
    assert sale.payment.provider == "agent"
    assert payments.paid_without_time() == []
    assert subscriptions.fulfil(sale.payment.id, NOW + 60) is None
    vouchers.redeem(sale.voucher.code, MAC, "", NOW + 60)
    assert Subscription.select().count() == 1
    assert wrong() == []


def test_a_sale_beside_customers_purchases_is_that_of_its_own_money(
    amina: str, plan: Plan
) -> None:
    theirs = payments.ask(payments.Ask(plan, PHONE, MAC), b"k" * 32, NOW)
    payments.mark_paid(theirs, "callback", None, "SGR1ABCDEF", NOW)
    subscriptions.fulfil(theirs.id, NOW)
    sale = sell(amina, plan, "a")
    kept = AgentSale.get()
    assert kept.payment == sale.payment != theirs
    assert kept.payment.provider == "agent"
    assert payments.paid_without_time() == []
    agent_sales.take_back(sale.payment.id, "a mistake", amina, False, NOW + 60)
    assert refunds.given_back_cents(theirs) == 0
    assert wrong() == []


def test_a_form_sent_twice_sells_once(amina: str, plan: Plan) -> None:
    first, second = sell(amina, plan, "a"), sell(amina, plan, "a")
    assert first.voucher.code == second.voucher.code
    assert Payment.select().count() == Voucher.select().count() == 1
    assert balance() == -1800


def test_a_form_that_comes_back_for_something_else_sells_nothing(
    amina: str, plan: Plan
) -> None:
    day = catalogue.add("Day", "50", "1d", NOW)
    staff.add("bob", "a long password", "agent", NOW)
    agents.set_terms("bob", 0, 100_00, "olive", NOW)
    sell(amina, plan, "a")
    for name, goods, once in (
        ("amina", day, "a"),
        ("bob", plan, "a"),
        ("bob", day, ""),
    ):
        with pytest.raises(BadInput, match="sent before"):
            sell(name, goods, once)
    assert Payment.select().count() == 1


def test_it_ends_at_the_limit_and_goes_on_after_paying_in(
    amina: str, plan: Plan
) -> None:
    agents.set_terms(amina, 1000, 36_00, "olive", NOW)
    sell(amina, plan, "a")
    sell(amina, plan, "b")
    assert balance() == -36_00
    with pytest.raises(BadInput, match="costs you 18, and 0 is left"):
        sell(amina, plan, "c")
    agents.take_in(amina, 18_00, Note("olive", "receipt 7", "in"), NOW)
    agents.take_in(amina, 18_00, Note("olive", "receipt 7", "in"), NOW)
    sell(amina, plan, "c")
    assert balance() == -36_00
    assert AgentSale.select().count() == 3


def test_a_free_package_is_not_sold(amina: str, plan: Plan) -> None:
    taste = catalogue.add("Taste", "0", "15m", NOW)
    with pytest.raises(BadInput, match="free"):
        sell(amina, taste, "a")


def test_many_sales_at_once_never_pass_the_limit(amina: str, plan: Plan) -> None:
    done: list[str] = []
    ready = threading.Barrier(8)

    def try_to(number: int) -> None:
        ready.wait()
        try:
            done.append(sell(amina, plan, f"once {number}").voucher.code)
        except BadInput:
            pass
        finally:
            store.database.close()

    threads = [threading.Thread(target=try_to, args=(n,)) for n in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(done)) == len(done) == 5  # 5 × 18 of 100
    assert balance() == -90_00
    assert wrong() == []


def test_the_code_goes_by_sms_where_a_phone_is_told(amina: str, plan: Plan) -> None:
    sale = sell(amina, plan, "a", PHONE)
    message = Message.get()
    assert message.phone == PHONE and sale.voucher.code in message.text
    assert PHONE not in sale.sent_to and sale.sent_to
    assert sale.payment.phone == ""  # the voucher gives the time, to whoever has it


def test_who_is_locked_out_or_no_agent_any_more_sells_nothing_and_still_owes(
    amina: str, plan: Plan
) -> None:
    staff.add("olive", "a long password", "owner", NOW)
    sell(amina, plan, "a")
    staff.set_locked(amina, True, "olive", NOW)
    with pytest.raises(BadInput, match="Only an agent"):
        sell(amina, plan, "b")
    staff.set_role(amina, "cashier", "olive", NOW)
    one = agents.named(amina)
    assert (one.owed_cents, one.sells) == (1800, False)
    assert agents.everybody() == [one]


# --- taken back


def test_taking_back_puts_the_account_as_it_was(amina: str, plan: Plan) -> None:
    sale = sell(amina, plan, "a")
    agents.set_terms(amina, 5000, 100_00, "olive", NOW)  # what was kept then counts
    agent_sales.take_back(sale.payment.id, "wrong package", amina, False, NOW + 60)
    assert kinds() == [
        ("sale", -2000),
        ("commission", 200),
        ("sale-back", 2000),
        ("commission-back", -200),
    ]
    assert balance() == 0
    facts = [(one.kind, one.amount_cents) for one in MoneyFact.select()]
    assert facts == [("taken", 2000), ("refunded", 2000)]
    with pytest.raises(BadInput, match="taken back"):
        vouchers.redeem(sale.voucher.code, MAC, "", NOW + 90)
    with pytest.raises(BadInput, match="can't be taken back"):
        agent_sales.take_back(sale.payment.id, "again", "olive", True, NOW + 90)
    assert wrong() == []


def test_who_may_take_what_back(amina: str, plan: Plan) -> None:
    sale = sell(amina, plan, "a")
    number, late = sale.payment.id, NOW + agent_sales.BACK_SECONDS + 1
    with pytest.raises(BadInput, match="Say why"):
        agent_sales.take_back(number, " x ", amina, False, NOW)
    for who, at in (("bob", NOW), (amina, late)):
        with pytest.raises(BadInput, match="can't be taken back"):
            agent_sales.take_back(number, "please", who, False, at)
    assert agent_sales.take_back(number, "please", "olive", True, late).back_by
    used = sell(amina, plan, "b")
    vouchers.redeem(used.voucher.code, MAC, "", NOW)
    with pytest.raises(BadInput, match="can't be taken back"):
        agent_sales.take_back(used.payment.id, "please", "olive", True, NOW)


def test_what_the_house_gave_back_itself_is_still_owed(amina: str, plan: Plan) -> None:
    sale = sell(amina, plan, "a")
    wish = refunds.Wish("olive", "to the customer", sale.payment)
    refund = refunds.by_hand(wish, NOW)
    refunds.end_access(refund.id, NOW)
    assert Voucher.get().voided_at == NOW
    assert balance() == -1800
    with pytest.raises(BadInput, match="can't be taken back"):
        agent_sales.take_back(sale.payment.id, "please", "olive", True, NOW)
    assert wrong() == []


def test_a_sheet_that_was_lost_leaves_what_agents_sold(amina: str, plan: Plan) -> None:
    sell(amina, plan, "a")
    batch = VoucherBatch.get()
    assert batches.tally(batch).counts["sold"] == 1
    with pytest.raises(BadInput, match="No unused"):
        batches.take_back(batch, 0, "olive", NOW)
