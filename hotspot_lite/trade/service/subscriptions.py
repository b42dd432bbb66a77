"""Time paid for: given exactly once for each payment or voucher, then running out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.clock import as_text
from hotspot_lite.trade.goods.catalogue import Terms
from hotspot_lite.trade.house import events
from hotspot_lite.trade.messaging import letters, messages
from hotspot_lite.trade.models import (
    Customer,
    Payment,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.money import debts, ledger, payments, sold, undecided
from hotspot_lite.trade.people import customers

# What a router takes at most to end a session whose time is over.
SETTLE_SECONDS = 3
# SQLite takes 999 values in a statement.
CHUNK = 400


@dataclass(frozen=True)
class Wish:
    """Who gets how much, on which device, and what paid for it."""

    customer: Customer
    terms: Terms
    mac: str
    ip: str
    payment: Payment | None = None
    voucher: Voucher | None = None
    is_first: bool = False  # the customer is new: there is no earlier time to look for


def fulfil(payment_id: int, now: int) -> Subscription | None:
    """Turn a paid payment into time: once, however often we are asked.

    None if it isn't paid, or has its time already. One transaction with the
    credentials, the event and the jobs that follow.
    """
    with store.atomic():
        jobs.finish()
        payment = store.get(Payment, payment_id)
        if payment.state != "paid" or has_time(payment):
            return None
        if payments.is_given_back(payment):
            return None
        customer, is_new = whose(payment, now)
        customers.speaks(customer, payment.lang)
        terms = payments.terms(payment)
        wish = Wish(
            customer, terms, payment.mac, payment.ip, payment=payment, is_first=is_new
        )
        subscription = give(wish, now)
        told = f"subscription {subscription.id}"
        ledger.write("given", payment.amount_cents, now, payment, told)
        debts.settle(payment, now)
        if customer.phone:
            _write(subscription, payment, now)
        undecided.settle("paid-without-time", payment, "The time is given.", now)
        _announce(payment, subscription, is_new, now)
    return subscription


def _write(subscription: Subscription, payment: Payment, now: int) -> None:
    tags = payments.tags_of(payment)
    login, *others = letters.standings(*letters.OF_A_SALE)
    if login.is_on:
        message = messages.credentials(subscription, login, now)
        jobs.put("hotspot-sms.tell", tags=tags, message_id=message.id)
    if any(one.is_on for one in others):
        jobs.put("default.write_of_sale", tags=tags, subscription_id=subscription.id)


def whose(payment: Payment, now: int) -> tuple[Customer, bool]:
    """The customer whose time a payment buys, made if new; and whether new."""
    # Paid by hand, M-Pesa may hide the number: then the device is all we know.
    if payment.phone:
        return customers.of_phone(payment.phone, now)
    return customers.of_account(payment.mac, now)


def has_time(payment: Payment) -> bool:
    """Whether the time for a payment was given, or comes with its voucher."""
    if store.has(Subscription, payment_id=payment.id):
        return True
    # A voucher that was handed over for the money gives the time itself.
    return payment.provider in sold.PROVIDERS and (
        sold.is_nobodys(payment) or sold.voucher_of(payment) is not None
    )


def give(wish: Wish, now: int) -> Subscription:
    """Write the subscription and the job that admits its device.

    Time bought while earlier time runs begins when that ends: nobody loses an hour by
    buying early. Call it inside a transaction.
    """
    starts_at = _begins(wish, now)
    terms = wish.terms
    subscription = store.create(
        Subscription,
        customer=wish.customer,
        payment=wish.payment,
        voucher=wish.voucher,
        plan_name=terms.name,
        price_cents=terms.price_cents,
        duration_seconds=terms.duration_seconds,
        data_bytes=terms.data_bytes,
        rate=terms.rate,
        devices=terms.devices,
        starts_at=starts_at,
        expires_at=None if starts_at is None else starts_at + terms.duration_seconds,
        mac=wish.mac,
        ip=wish.ip,
        access="waiting" if wish.mac else "none",
        made_at=now,
        uptime_seconds=terms.uptime_seconds,
        fair=terms.fair,
        pauses_left=terms.pauses,
        happy=terms.happy,
    )
    customers.remember_device(wish.mac, wish.ip, wish.customer, now)
    if wish.mac:
        wait_seconds = max(0, (starts_at or 0) - now)
        # Time that begins later: only once the router has ended what ran before.
        call_for_access(subscription, wait_seconds and wait_seconds + SETTLE_SECONDS)
    return subscription


def _begins(wish: Wish, now: int) -> int | None:
    earlier = [] if wish.is_first else live(wish.customer, now)
    running = [s.expires_at for s in earlier if s.expires_at]
    if wish.terms.starts == "first-use" and not running:
        return None
    return max([now, *running])


def call_for_access(subscription: Subscription, delay_seconds: float = 0.0) -> None:
    """Put the job that logs its device in; one that waits already waits no longer.

    Time may begin earlier than was planned: what ran before it was used up, taken
    back, or gave it its turn.
    """
    jobs.put(
        "provisioning.admit",
        tags=[f"subscription:{subscription.id}", f"user:{subscription.customer.id}"],
        once=str(subscription.id),
        delay_seconds=delay_seconds,
        hurries=True,
        subscription_id=subscription.id,
    )


def move(
    subscription: Subscription, mac: str, ip: str, now: int, calls: bool = True
) -> None:
    """From now on it is for another device, which is logged in. In a transaction.

    Without `calls` somebody else puts the job that does so.
    """
    change = {"mac": mac, "ip": ip, "access": "waiting"}
    Subscription.update(change).where(Subscription.id == subscription.id).execute()
    customers.remember_device(mac, ip, subscription.customer, now)
    if calls:
        call_for_access(subscription)


def live(customer: Customer, now: int) -> list[Subscription]:
    """The customer's time that is left, in the order in which it will be used."""
    query = Subscription.select().where(
        (Subscription.customer == customer)
        & Subscription.ended_at.is_null()
        & (Subscription.expires_at.is_null() | (Subscription.expires_at > now))
    )
    found = [s for s in query if seconds_left(s, now) and not is_data_used_up(s)]
    return sorted(found, key=lambda s: (s.starts_at is None, s.starts_at or 0, s.id))


def running_of(customer_ids: Collection[int], now: int) -> dict[int, Subscription]:
    """What each of these customers uses now, by customer; who has none is left out."""
    found: dict[int, Subscription] = {}
    ids = sorted(customer_ids)
    for start in range(0, len(ids), CHUNK):
        query: Any = (
            Subscription.select()
            .where(
                Subscription.customer.in_(ids[start : start + CHUNK])
                & Subscription.ended_at.is_null()
                & (Subscription.starts_at.is_null() | (Subscription.starts_at <= now))
            )
            .order_by(Subscription.starts_at.is_null(), Subscription.starts_at)
        )
        for one in query:
            if seconds_left(one, now) and not is_data_used_up(one):
                found.setdefault(int(one.customer_id), one)
    return found


def seconds_left(subscription: Subscription, now: int) -> int:
    """How much time is left of one subscription, running or not.

    Of time that counts online only, what accounting last told of is taken off.
    """
    left = int(subscription.duration_seconds)
    if subscription.expires_at is not None:
        begun_at = max(now, subscription.starts_at or 0)
        left = max(0, subscription.expires_at - begun_at)
    if subscription.uptime_seconds is None:
        return left
    return min(left, max(0, subscription.uptime_seconds - subscription.used_seconds))


def is_data_used_up(subscription: Subscription) -> bool:
    """Whether its data is over."""
    limit = subscription.data_bytes
    return limit is not None and subscription.data_used_bytes >= limit


def end_early(subscription: Subscription, now: int) -> None:
    """End time that is not used up; what its customer bought after it begins at once.

    In a transaction. Ended already, nothing changes but that it can't go on.
    """
    paused = (Subscription.id == subscription.id) & Subscription.paused_at.is_null(
        False
    )
    Subscription.update(paused_at=None).where(paused).execute()
    this = (Subscription.id == subscription.id) & Subscription.ended_at.is_null()
    if not Subscription.update(ended_at=now).where(this).execute():
        return
    begins = now
    for later in live(subscription.customer, now):
        starts_at = later.starts_at
        if starts_at is None or later.expires_at is None:
            continue
        if starts_at > begins:
            length = later.expires_at - starts_at
            change = {"starts_at": begins, "expires_at": begins + length}
            Subscription.update(change).where(Subscription.id == later.id).execute()
            if later.mac:
                call_for_access(later, max(0, begins - now) + SETTLE_SECONDS)
            begins += length
        else:
            begins = max(begins, later.expires_at)


def next_end() -> int | None:
    """When the next running time ends, or None; it may be over already."""
    query = Subscription.select(Subscription.expires_at).where(
        Subscription.ended_at.is_null() & Subscription.expires_at.is_null(False)
    )
    found = query.order_by(Subscription.expires_at).first()
    return None if found is None else int(found.expires_at)


def end_those_over(now: int) -> int:
    """Mark what has run out by time or data; how many. Only under a believed clock.

    What is used up before its time was to end makes way for what was bought after it.
    """
    early = (Subscription.data_used_bytes >= Subscription.data_bytes) | (
        Subscription.used_seconds >= Subscription.uptime_seconds
    )
    open_ = Subscription.ended_at.is_null()
    over = open_ & ((Subscription.expires_at <= now) | early)
    # Asked first: an update that changes nothing would still take the writer's turn.
    if not Subscription.select().where(over).exists():
        return 0
    with store.atomic():
        used_up = list(Subscription.select().where(open_ & early))
        for one in used_up:
            end_early(one, now)
        ended = Subscription.update(ended_at=now).where(over).execute()
    return len(used_up) + int(ended)


def _announce(
    payment: Payment, subscription: Subscription, is_new: bool, now: int
) -> None:
    customer = subscription.customer
    events.announce(
        "payment_processed",
        {
            "payment": payments.for_event(payment),
            "user": {
                "id": customer.id,
                "username": customer.username,
                "phone_number": f"+{customer.phone}" if customer.phone else "",
                "is_new": is_new,
            },
            "subscription": {
                "id": subscription.id,
                "start_time": as_text(subscription.starts_at),
                "end_time": as_text(subscription.expires_at),
                "status": "active",
            },
            "credentials": {"username": customer.username},
        },
        now,
    )
