"""The rules of the money audit: payments, time, vouchers and money facts agree.

Each rule yields what breaks it, as rows from one query; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peewee import Case, fn

from hotspot_lite import jobs
from hotspot_lite.trade.goods.catalogue import read_terms
from hotspot_lite.trade.models import (
    AgentEntry,
    AgentSale,
    Debt,
    FreeUse,
    MoneyFact,
    Payment,
    Refund,
    Subscription,
    Transfer,
    Undecided,
    Voucher,
    VoucherBatch,
)
from hotspot_lite.trade.money import sold
from hotspot_lite.trade.reckoning.wrongs import Wrong

# Turning money into time takes a moment; then it is late.
SOON_SECONDS = 60
GIVEN_UP = ("refunded", "reversed", "written-off")
GIVEN_BACK = ("refunded", "reversed")


def all_rules(since: int, until: int, now: int) -> Iterator[Wrong]:
    """All that doesn't agree among payments paid in [since, until)."""
    for rule in (_nothing_given, _wrong_terms, _not_in_ledger):
        jobs.goes_on()
        yield from rule(since, min(until, now - SOON_SECONDS))
    for look in LOOKS:
        jobs.goes_on()
        yield from look()
    yield from _refunded_online(now)


def _paid(since: int, until: int) -> Any:
    return (
        (Payment.state == "paid")
        & (Payment.paid_at >= since)
        & (Payment.paid_at < until)
    )


def _time_of(payment: Any) -> Any:
    return Subscription.select(Subscription.id).where(Subscription.payment == payment)


def _facts_of(payment: Any, *kinds: str) -> Any:
    of_kind = MoneyFact.kind.in_(kinds)
    return MoneyFact.select(MoneyFact.id).where(
        (MoneyFact.payment == payment) & of_kind
    )


def _nothing_given(since: int, until: int) -> Iterator[Wrong]:
    waits = Undecided.select(Undecided.id).where(
        (Undecided.payment == Payment.id) & Undecided.resolved_at.is_null()
    )
    query = Payment.select().where(
        _paid(since, until)
        & ~fn.EXISTS(_time_of(Payment.id))
        & ~sold.has_voucher(Payment.id)
        & ~fn.EXISTS(waits)
        & ~fn.EXISTS(_goes_back())
        & ~fn.EXISTS(_facts_of(Payment.id, *GIVEN_UP))
    )
    for payment in query.order_by(Payment.id).iterator():
        says = f"Payment {payment.id} of {_money(payment.amount_cents)}."
        yield Wrong("nothing-for-money", says, payment.id, payment.amount_cents)


def _goes_back() -> Any:
    """A refund on its way; one that stays there is on the exceptions list."""
    on_its_way = Refund.state.in_(("asked", "sent", "uncertain"))
    return Refund.select(Refund.id).where((Refund.payment == Payment.id) & on_its_way)


def _unpaid() -> Iterator[Wrong]:
    query = (
        Subscription.select(Subscription.id, Payment.id, Payment.state)
        .join(Payment)
        .where(Payment.state != "paid")
    )
    for time, payment, state in query.tuples().iterator():
        says = f"Subscription {time}: payment {payment} is {state}."
        yield Wrong("time-unpaid", says, payment)


def _for_nothing() -> Iterator[Wrong]:
    bare = Subscription.payment.is_null() & Subscription.voucher.is_null()
    bare &= Subscription.id > 0  # below are the router tests' (see `trial`)
    free = FreeUse.select().where(FreeUse.subscription == Subscription.id)
    lent = Debt.select().where(Debt.subscription == Subscription.id)
    given = ~fn.EXISTS(free) & ~fn.EXISTS(lent)
    for time in Subscription.select().where(bare & given).iterator():
        says = f"Subscription {time.id}, {time.plan_name}."
        yield Wrong("time-for-nothing", says, None, time.price_cents)


def _vouchers() -> Iterator[Wrong]:
    time = Subscription.select(Subscription.id).where(
        Subscription.voucher == Voucher.id
    )
    used = Voucher.redeemed_at.is_null(False)
    lost = Voucher.select(Voucher.id, Voucher.batch).where(used & ~fn.EXISTS(time))
    for voucher, batch in lost.tuples().iterator():
        yield Wrong("voucher", f"Voucher {voucher} of batch {batch} gave no time.")
    free = Voucher.select(Voucher.id, Voucher.batch).where(~used & fn.EXISTS(time))
    for voucher, batch in free.tuples().iterator():
        yield Wrong("voucher", f"Voucher {voucher} of batch {batch} was not redeemed.")
    yield from _voucher_terms()


def _voucher_terms() -> Iterator[Wrong]:
    query = (
        Subscription.select(
            Subscription.id,
            Subscription.price_cents,
            Subscription.duration_seconds,
            VoucherBatch.terms,
        )
        .join(Voucher)
        .join(VoucherBatch)
    )
    for time, price, seconds, text in query.tuples().iterator():
        sold = read_terms(text)
        if (price, seconds) != (sold.price_cents, sold.duration_seconds):
            yield Wrong("terms", f"Subscription {time} is not what its voucher says.")


def _wrong_terms(since: int, until: int) -> Iterator[Wrong]:
    query = (
        Payment.select(
            Payment.id,
            Payment.terms,
            Payment.amount_cents,
            Subscription.price_cents,
            Subscription.duration_seconds,
        )
        .join(Subscription, on=(Subscription.payment == Payment.id))
        .where(_paid(since, until))
    )
    for payment, text, amount, price, seconds in query.tuples().iterator():
        sold = read_terms(text)
        is_price = amount == sold.price_cents or _was_in_doubt(payment)
        if (price, seconds) != (sold.price_cents, sold.duration_seconds):
            says = f"Payment {payment}: the time given is not that of {sold.name}."
        elif not is_price:
            says = f"Payment {payment}: {_money(amount)} for {sold.name}, which costs"
            says = f"{says} {_money(sold.price_cents)}."
        else:
            continue
        yield Wrong("terms", says, payment, amount - sold.price_cents)


def _was_in_doubt(payment_id: int) -> bool:
    # A person decided about it, or is asked to: another price is then known.
    by_hand = Transfer.select(Transfer.id).where(Transfer.payment == payment_id)
    about = (Undecided.payment == payment_id) | Undecided.transfer.in_(by_hand)
    doubt = Undecided.select().where(about)
    decided = _facts_of(payment_id, "decided")
    return bool(doubt.exists() or decided.exists())


def _sum_of(*kinds: str) -> Any:
    return fn.COALESCE(
        fn.SUM(Case(None, [(MoneyFact.kind.in_(kinds), MoneyFact.amount_cents)], 0)), 0
    )


def _count_of(kind: str) -> Any:
    return fn.COALESCE(fn.SUM(Case(None, [(MoneyFact.kind == kind, 1)], 0)), 0)


def _not_in_ledger(since: int, until: int) -> Iterator[Wrong]:
    """Paid once, given at most once, with the right amount, since there is a ledger."""
    first = MoneyFact.select(fn.MIN(MoneyFact.at)).scalar()
    if first is None:
        return
    taken, times, given = _sum_of("taken"), _count_of("taken"), _count_of("given")
    times_given = Subscription.select(fn.COUNT(Subscription.id)).where(
        Subscription.payment == Payment.id
    )
    query = (
        Payment.select(
            Payment.id, Payment.amount_cents, taken, times, given, times_given
        )
        .join(MoneyFact, "LEFT JOIN", on=(MoneyFact.payment == Payment.id))
        .where(_paid(max(since, first), until))
        .group_by(Payment.id, Payment.amount_cents)
        .having((taken != Payment.amount_cents) | (times != 1) | (given != times_given))
    )
    for payment, amount, cents, count, gave, has in query.tuples().iterator():
        says = f"Payment {payment} of {_money(amount)}: taken {count} times,"
        says = f"{says} {_money(cents)}; time {has}, given {gave} times."
        yield Wrong("no-fact", says, payment, amount - cents)


def _taken_unpaid() -> Iterator[Wrong]:
    net = _sum_of("taken") - _sum_of(*GIVEN_UP)
    query = (
        MoneyFact.select(MoneyFact.payment, net)
        .join(Payment, "LEFT JOIN")
        .where(Payment.state.is_null() | (Payment.state != "paid"))
        .group_by(MoneyFact.payment)
        .having(net != 0)
    )
    for payment, cents in query.tuples().iterator():
        whose = f"Payment {payment}" if payment else "Money of no payment"
        yield Wrong("taken-unpaid", f"{whose}: {_money(cents)}.", payment, cents)


def _back() -> Any:
    """Payments of which money was given back: id, what came, what went back."""
    back = _sum_of(*GIVEN_BACK)
    return (
        MoneyFact.select(MoneyFact.payment, _sum_of("taken"), back)
        .where(MoneyFact.payment.is_null(False))
        .group_by(MoneyFact.payment)
        .having(back > 0)
    )


def _over_refunded() -> Iterator[Wrong]:
    for payment, came, back in _back().tuples().iterator():
        if back > came:
            says = f"Payment {payment}: {_money(back)} given back of {_money(came)}."
            yield Wrong("refund", says, payment, came - back)


def _refunded_online(now: int) -> Iterator[Wrong]:
    for payment, came, back in _back().tuples().iterator():
        goes_on = Subscription.ended_at.is_null() & (
            Subscription.expires_at.is_null() | (Subscription.expires_at > now)
        )
        if back >= came and _time_of(payment).where(goes_on).exists():
            says = f"Payment {payment}: {_money(back)}."
            yield Wrong("refunded-online", says, payment, back)


def _agents() -> Iterator[Wrong]:
    """Each sale of an agent is on the account: its price, the share, and both back."""
    entry = AgentEntry
    price = _entries_of("sale")
    share = _entries_of("commission")
    left = fn.COALESCE(fn.SUM(entry.amount_cents), 0)
    is_back = AgentSale.back_at.is_null(False)
    query = (
        AgentSale.select(AgentSale.payment, Payment.amount_cents, left)
        .join(Payment)
        .join(entry, "LEFT JOIN", on=(entry.payment == AgentSale.payment))
        .group_by(AgentSale.payment)
        .having(
            (price + Payment.amount_cents != 0)
            | ~share.between(0, Payment.amount_cents)
            | (is_back & (left != 0))
            | (~is_back & (left != price + share))
        )
    )
    for payment, amount, cents in query.tuples().iterator():
        says = f"Payment {payment} of {_money(amount)} is {_money(cents)} on the"
        yield Wrong("agent", f"{says} agent's account.", payment, cents)


def _entries_of(kind: str) -> Any:
    is_kind = AgentEntry.kind == kind
    return fn.COALESCE(fn.SUM(Case(None, [(is_kind, AgentEntry.amount_cents)], 0)), 0)


LOOKS = (_unpaid, _for_nothing, _vouchers, _taken_unpaid, _over_refunded, _agents)


def _money(cents: int) -> str:
    return f"{cents / 100:,.2f}"
