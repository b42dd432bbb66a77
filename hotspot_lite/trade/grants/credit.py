"""One package on credit, for who has bought before: "I pay next time".

The owner chooses which package, and after how many purchases. Whoever owes has none.
"""

from __future__ import annotations

from dataclasses import replace

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import returning
from hotspot_lite.trade.house import audit, room
from hotspot_lite.trade.models import (
    CreditOffer,
    Customer,
    Debt,
    Payment,
    Plan,
    Subscription,
)
from hotspot_lite.trade.money import debts, payments
from hotspot_lite.trade.service import subscriptions

MOST_PURCHASES = 1000


def offer() -> CreditOffer | None:
    """What the owner lends, or None."""
    found: CreditOffer | None = store.find(CreditOffer, id=1)
    return found


def change(plan: Plan | None, purchases: int, who: str, now: int) -> None:
    """Lend `plan` to who paid for `purchases` before, or nothing. Raises BadInput."""
    if plan is not None and not plan.price_cents:
        raise BadInput("That package is free.", "Choose another.", field="plan")
    if not 1 <= purchases <= MOST_PURCHASES:
        says = f"1 to {MOST_PURCHASES} purchases."
        raise BadInput(says, "Lend to nobody whom you don't know.", field="purchases")
    told = f"{plan.name} after {purchases} purchases" if plan else "none"
    with store.atomic():
        CreditOffer.delete().execute()
        if plan is not None:
            CreditOffer.create(id=1, plan=plan, purchases=purchases)
        audit.note(who, "credit", told, now)


def for_(customer: Customer | None, now: int) -> Plan | None:
    """The package that this customer may have now and pay later, or None."""
    found = offer()
    if found is None or customer is None or not customer.phone:
        return None
    if not found.plan.on_sale or debts.of(customer) is not None:
        return None
    if subscriptions.live(customer, now):
        return None
    paid = (Payment.phone == customer.phone) & (Payment.state == "paid")
    kept = paid & Payment.id.not_in(payments.given_back())
    count = Payment.select().where(kept).count()
    return found.plan if count >= found.purchases else None


def take(customer: Customer, mac: str, ip: str, now: int) -> Subscription:
    """Give the package on credit; once the router has the device `mac` at `ip`.

    Raises BadInput where the customer may have none, as by a click too many.
    """
    try:
        with store.atomic():
            plan = for_(customer, now)
            if plan is None:
                raise BadInput("There is no credit for you now.", "Choose a package.")
            room.refuse_sales()
            # The money is the debt's: what the time itself costs is nothing.
            terms = replace(catalogue.terms_of(plan), price_cents=0)
            time = subscriptions.give(subscriptions.Wish(customer, terms, "", ""), now)
            Debt.create(
                customer=customer,
                subscription=time,
                amount_cents=plan.price_cents,
                at=now,
            )
            returning.prove(time, mac, ip, now)
    except IntegrityError:
        raise BadInput("There is no credit for you now.", "Choose a package.") from None
    return time
