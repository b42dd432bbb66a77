"""A throw-away customer, by whom the router's way to us is proved; never a sale.

Its rows have negative ids: what is deleted again must not hand its id, which RADIUS
accounting may still name, to the next customer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.trade.models import Customer, Device, Mirror, Session, Subscription
from hotspot_lite.trade.people import customers

PREFIX = "hsl-test-"
# Should everything die in between, it is worth nothing after that.
SECONDS = 300
RATE = "256k/256k"
LETTERS = 10


@contextmanager
def lent(now: int) -> Iterator[Customer]:
    """Somebody who may be online for five minutes; gone afterwards, come what may."""
    sweep()
    customer = _made(now)
    try:
        yield customer
    finally:
        sweep()


def _made(now: int) -> Customer:
    row_id = -1 - secrets.randbelow(2**31)
    with store.atomic():
        customer = Customer.create(
            id=row_id,
            username=f"{PREFIX}{customers.random_code(LETTERS)}",
            secret=customers.random_code(LETTERS),
            made_at=now,
        )
        Subscription.create(
            id=row_id,
            customer=customer,
            plan_name="Router test",
            price_cents=0,
            duration_seconds=SECONDS,
            rate=RATE,
            devices=1,
            starts_at=now,
            expires_at=now + SECONDS,
            access="none",
            made_at=now,
        )
    return customer


def sweep() -> int:
    """Throw away all of them, those of a test that died as well; how many."""
    query = Customer.select().where((Customer.id < 0) & _is_ours())
    found: list[Customer] = list(query)
    for customer in found:
        _forget(customer)
    return len(found)


def names() -> list[str]:
    """The logins of those that are there just now."""
    return [row.username for row in Customer.select().where(_is_ours())]


def _is_ours() -> object:
    return Customer.username.startswith(PREFIX)


def _forget(customer: Customer) -> None:
    # First of all it may no longer be online.
    mine = Subscription.select(Subscription.id).where(Subscription.customer == customer)
    with store.atomic():
        Subscription.update(ended_at=Subscription.made_at).where(
            Subscription.customer == customer
        ).execute()
    try:
        with store.atomic():
            Session.update(subscription=None).where(
                Session.subscription.in_(mine)
            ).execute()
            for table in (Mirror, Device, Subscription):
                table.delete().where(table.customer == customer).execute()
            customer.delete_instance()
    except IntegrityError:
        return  # something else tells of it: it stays, ended
