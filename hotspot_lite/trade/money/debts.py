"""What customers owe for time they had on credit, and the purchase that pays it.

The next purchase asks for both; once it is paid, the debt is closed with its time.
"""

from __future__ import annotations

from collections.abc import Sequence

from hotspot_lite import store
from hotspot_lite.trade.goods.catalogue import read_terms
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Customer, Debt, Payment
from hotspot_lite.trade.money import undecided
from hotspot_lite.trade.people import customers

# A prompt that may still be paid carries the debt; another one does not.
CARRIES_SECONDS = 86_400
MAY_BE_PAID = ("asked", "sent", "uncertain", "paid")


def of(customer: Customer | None) -> Debt | None:
    """What a customer owes just now, or None."""
    if customer is None:
        return None
    this = (Debt.customer == customer) & Debt.closed_at.is_null()
    found: Debt | None = Debt.get_or_none(this)
    return found


def to_add(phone: str, mac: str, now: int) -> Debt | None:
    """The debt that a purchase by this phone on this device is to pay with it.

    None where there is none, or where another purchase that may be paid carries it.
    """
    debt = of(store.find(Customer, phone=phone)) or of(customers.by_device(mac))
    if debt is None:
        return None
    carried = (Payment.debt_id == debt.id) & Payment.state.in_(MAY_BE_PAID)
    recent = Payment.asked_at > now - CARRIES_SECONDS
    return None if Payment.select().where(carried & recent).exists() else debt


def settle(payment: Payment, now: int) -> None:
    """A paid purchase closes the debt it carries. In a transaction, once.

    Where that was closed meanwhile, the customer has paid it twice: for a person.
    Where somebody let the time go for less than both, the debt stays open.
    """
    if payment.debt_id is None:
        return
    debt = store.get(Debt, payment.debt_id)
    if debt.payment == payment:
        return
    if payment.amount_cents < read_terms(payment.terms).price_cents:
        _carries_none(payment)
        return
    this = (Debt.id == debt.id) & Debt.closed_at.is_null()
    if Debt.update(closed_at=now, payment=payment).where(this).execute():
        return
    says = "It carried a debt that was closed before it was paid."
    cents = debt.amount_cents
    undecided.leave("overpaid", says, now, payment, amount_cents=cents)


def on_top(payment: Payment, price_cents: int) -> int:
    """What a payment of goods of that price pays of the debt it carries, in cents.

    All of it, or nothing; then the payment carries it no more. In a transaction.
    """
    if payment.debt_id is None:
        return 0
    cents = int(store.get(Debt, payment.debt_id).amount_cents)
    if payment.amount_cents >= price_cents + cents:
        return cents
    _carries_none(payment)
    return 0


def owe_again(payment: Payment, who: str, now: int) -> None:
    """All of a payment went back: what it paid is owed again. In a transaction, once.

    Whoever owes for a newer one meanwhile owes both as one: there is one at a time.
    """
    if payment.debt_id is None:
        return
    debt = store.get(Debt, payment.debt_id)
    _carries_none(payment)
    if debt.payment != payment:
        return
    newer = of(debt.customer)
    if newer is None:
        change = Debt.update(closed_at=None, payment=None).where(Debt.id == debt.id)
    else:
        both_cents = newer.amount_cents + debt.amount_cents
        change = Debt.update(amount_cents=both_cents).where(Debt.id == newer.id)
    change.execute()
    told = f"{debt.customer.username}, {debt.amount_cents / 100:.2f}"
    audit.note(who, "debt owed again", told, now)


def _carries_none(payment: Payment) -> None:
    """Another purchase is to carry its debt."""
    Payment.update(debt_id=None).where(Payment.id == payment.id).execute()


def forgive(debt: Debt, who: str, now: int) -> None:
    """Nobody asks for it any more: paid at the counter, or given up. Harmless twice."""
    with store.atomic():
        this = (Debt.id == debt.id) & Debt.closed_at.is_null()
        if Debt.update(closed_at=now, forgiven_by=who).where(this).execute():
            told = f"{debt.customer.username}, {debt.amount_cents / 100:.2f}"
            audit.note(who, "debt forgiven", told, now)


def open_ones(most: int = 500) -> Sequence[Debt]:
    """Who owes, the longest owing first."""
    query = Debt.select().where(Debt.closed_at.is_null())
    found: list[Debt] = list(query.order_by(Debt.at, Debt.id).limit(most))
    return found


def open_cents() -> int:
    """All that is owed."""
    rows = Debt.select(Debt.amount_cents).where(Debt.closed_at.is_null())
    return sum(row.amount_cents for row in rows)
