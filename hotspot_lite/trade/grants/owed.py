"""Letters that are due: who is to be told what by now, each once.

A letter belongs to a subscription, and there is one of a kind for each: who looks
twice writes nothing twice. Whoever opted out gets those of a sale only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from peewee import fn

from hotspot_lite import jobs, store
from hotspot_lite.trade.grants import friends, vouchers
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.messaging.drafts import House
from hotspot_lite.trade.messaging.letters import Kind, Standing
from hotspot_lite.trade.models import (
    Condition,
    Customer,
    Message,
    OptedOut,
    Payment,
    Subscription,
)
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.service import subscriptions

# A letter that comes later than this after its moment would only puzzle.
LATE_SECONDS = 900
DAY_SECONDS = 86_400
# The rest of the data at which "soon over" is said: a tenth.
DATA_LEFT = 10
# A look writes no more than this; the next one, a minute later, goes on.
MOST_AT_ONCE = 200
MIB = 1024**2
# Who made the vouchers that were given away.
THANKED_BY = "thanks"


@dataclass(frozen=True)
class Due:
    """Who is to be told, and the words of it that are not the subscription's."""

    subscription: Subscription
    words: dict[str, str]
    to: Customer | None = None  # where it is for another than who bought


def write_due(house: House, now: int) -> int:
    """Write what is due by the clock, and the jobs that send it; how many letters."""
    count = 0
    for kind, due in (
        (letters.EXPIRING, expiring),
        (letters.EXPIRED, expired),
        (letters.OUTAGE, in_outage),
    ):
        said = letters.standing(kind)
        if said.is_on:
            count += write(said, due(said.amount, now), house, now)
    return count


def write_of_sale(subscription_id: int, currency: str, house: House, now: int) -> int:
    """The receipt, a welcome to whom was away long, a voucher; how many letters.

    All in one transaction with the end of the job: a power cut in between owes nobody
    a voucher.
    """
    sale = store.get(Subscription, subscription_id)
    receipt, welcome, thanks, brought = letters.standings(
        letters.RECEIPT, letters.WELCOME, letters.THANKS, letters.BROUGHT
    )
    with store.atomic():
        count = 0
        if receipt.is_on and sale.payment is not None and sale.payment.receipt:
            words = _receipt(sale.payment, currency)
            count += write_one(receipt, Due(sale, words), house, now)
        if welcome.is_on and _was_away(sale, welcome.amount * DAY_SECONDS):
            count += write_one(welcome, Due(sale, {}), house, now)
        if thanks.is_on and not _purchases(sale) % thanks.amount:
            count += _thank(thanks, sale, house, now)
        if brought.is_on:
            count += _thank_friend(brought, sale, house, now)
        jobs.finish()
    return count


def _receipt(payment: Payment, currency: str) -> dict[str, str]:
    amount = f"{currency} {payment.amount_cents / 100:,.2f}".removesuffix(".00")
    return {"amount": amount, "receipt": payment.receipt or ""}


def _thank(said: Standing, sale: Subscription, house: House, now: int) -> int:
    """The voucher of every so many-th purchase, with its letter; once."""
    had = (Message.subscription == sale) & (Message.kind == said.kind.name)
    if sale.payment is None or sale.payment.plan is None or Message.get_or_none(had):
        return 0
    if payments.is_given_back(sale.payment):
        return 0
    batch = vouchers.make(sale.payment.plan, 1, THANKED_BY, now)
    code = vouchers.codes(batch)[0]
    return write_one(said, Due(sale, {"code": code}), house, now)


def _thank_friend(said: Standing, sale: Subscription, house: House, now: int) -> int:
    """The voucher of who brought the customer of a first sale; once."""
    payment = sale.payment
    had = (Message.subscription == sale) & (Message.kind == said.kind.name)
    if payment is None or payment.brought_by is None or Message.get_or_none(had):
        return 0
    if payment.plan is None or not friends.is_first(payment):
        return 0
    if payments.is_given_back(payment):
        return 0
    batch = vouchers.make(payment.plan, 1, THANKED_BY, now)
    due = Due(sale, {"code": vouchers.codes(batch)[0]}, payment.brought_by)
    return write_one(said, due, house, now)


def _purchases(sale: Subscription) -> int:
    """The how manieth purchase of its customer a sale is; vouchers are none."""
    query = Subscription.select().where(
        (Subscription.customer == sale.customer)
        & Subscription.payment.is_null(False)
        & (Subscription.id <= sale.id)
    )
    return int(query.count())


def write(said: Standing, due: Iterable[Due], house: House, now: int) -> int:
    """Write the first of these letters with their jobs; how many are new."""
    # Looked for before the writer's turn is taken: that is many small queries.
    some = list(islice(due, MOST_AT_ONCE))
    if not some:
        return 0
    with store.atomic():
        return sum(write_one(said, one, house, now) for one in some)


def write_one(said: Standing, due: Due, house: House, now: int) -> int:
    """Write one letter and its job, in a transaction; 0 where there was one before."""
    customer, kind = due.to or due.subscription.customer, said.kind
    words = {
        "place": house.place,
        "package": due.subscription.plan_name,
        "stop": house.stop_link(customer.phone or ""),
    }
    text = letters.fill(said.text(customer.lang, house.lang), words | due.words)
    made = (
        Message.insert(
            kind=kind.name,
            phone=customer.phone,
            text=text,
            subscription=due.subscription,
            made_at=now,
        )
        .on_conflict_ignore()
        .returning(Message.id)
        .execute()
    )
    ids = [row.id for row in made]
    for message_id in ids:
        jobs.put("hotspot-sms.tell", message_id=message_id)
    return len(ids)


# -- Who -----------------------------------------------------------------------


def expiring(minutes: int, now: int) -> Iterator[Due]:
    """Whose last time, or data, is soon over."""
    ahead = minutes * 60
    soon = Subscription.expires_at.between(now + 60, now + ahead)
    soon &= Subscription.duration_seconds >= 2 * ahead
    few = Subscription.data_used_bytes >= (
        Subscription.data_bytes - Subscription.data_bytes / DATA_LEFT
    )
    running = Subscription.ended_at.is_null() & (soon | few)
    for one in _in_order(_told_nothing(letters.EXPIRING).where(running)):
        left = subscriptions.live(one.customer, now)
        if [time.id for time in left] == [one.id]:
            yield Due(one, {"left": _left(one, now, ahead)})


def expired(_: int, now: int) -> Iterator[Due]:
    """Whose time ended just now, and has no more."""
    over = Subscription.ended_at.between(now - LATE_SECONDS, now)
    over &= Subscription.paused_at.is_null()
    for one in _in_order(_told_nothing(letters.EXPIRED).where(over)):
        if not subscriptions.live(one.customer, now):
            yield Due(one, {})


def in_outage(minutes: int, now: int) -> Iterator[Due]:
    """Whose time runs while the router has been away so long; once a subscription."""
    away = Condition.get_or_none(Condition.name == "router-away")
    if away is None or not away.is_wrong or now - away.since < minutes * 60:
        return
    runs = Subscription.ended_at.is_null() & (Subscription.starts_at <= now)
    runs &= Subscription.expires_at > now
    told: set[int] = set()
    for one in _in_order(_told_nothing(letters.OUTAGE).where(runs)):
        if one.customer_id not in told:
            told.add(one.customer_id)
            yield Due(one, {})


def _told_nothing(kind: Kind) -> Any:
    """Subscriptions of people with a phone who want letters and had none of this."""
    had = Message.select(Message.id).where(
        (Message.subscription == Subscription.id) & (Message.kind == kind.name)
    )
    stopped = OptedOut.select(OptedOut.address)
    return (
        Subscription.select(Subscription, Customer)
        .join(Customer)
        .where(
            Customer.phone.is_null(False)
            & Customer.phone.not_in(stopped)
            & ~fn.EXISTS(had)
        )
    )


def _in_order(query: Any) -> list[Any]:
    # Not SQLite's to order: it might read years of them in their order instead.
    return sorted(query, key=lambda one: one.id)


def _was_away(sale: Subscription, seconds: int) -> bool:
    earlier = Subscription.select(fn.MAX(Subscription.made_at)).where(
        (Subscription.customer == sale.customer) & (Subscription.id < sale.id)
    )
    before = earlier.scalar()
    if before is None or opted_out(sale.customer):
        return False
    return bool(sale.made_at - before >= seconds)


def opted_out(customer: Customer) -> bool:
    """Whether somebody wants no letters but those of a sale."""
    this = OptedOut.address == customer.phone
    return OptedOut.get_or_none(this) is not None


def _left(one: Subscription, now: int, ahead: int) -> str:
    """The time that is left; the data, where that is what is soon over."""
    seconds = subscriptions.seconds_left(one, now)
    if seconds > ahead and one.data_bytes is not None:
        return f"{max(0, one.data_bytes - one.data_used_bytes) // MIB} MB"
    hours, minutes = divmod(max(60, seconds) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
