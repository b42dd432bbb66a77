"""Money without time, time without access, and what waits for a person to decide."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hotspot_lite import store
from hotspot_lite.doctor.case import Case
from hotspot_lite.doctor.finding import Finding, many, ok, one_line, span
from hotspot_lite.settings.checks import is_among
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Callback, Payment, Subscription, Undecided
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.money.undecided import waiting
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.service import access
from hotspot_lite.trade.takings import inbox

# Fulfilling takes a moment, admitting a second: longer is a fault.
SOON_SECONDS = 60
OPEN_SECONDS = 3600
DAY_SECONDS = 86400
FEW_PAYMENTS = 3
MOST_SHOWN = 5


def without_time(case: Case) -> Iterator[Finding]:
    """Payments that are paid and have no time: the worst there is."""
    found = payments.paid_without_time()
    if not found:
        yield ok("HL-MON-01", "every paid payment has its time")
        return
    now = case.clock.at()
    ages = [now - (payment.paid_at or now) for payment in found]
    worth = sum(payment.amount_cents for payment in found) / 100
    currency = case.settings["box.currency"]
    yield Finding(
        "HL-MON-01",
        "broken" if max(ages) > SOON_SECONDS else "note",
        f"{many(len(found), 'paid payment')} without time, {currency} {worth:.2f},"
        f" the oldest for {span(max(ages))}.",
        "These customers have paid and got nothing.",
        "Run: hotspot-lite doctor --fix to put their jobs again; why it failed:"
        " hotspot-lite queue failed --lane payments",
        details=tuple(_payment(p, age) for p, age in zip(found, ages, strict=True))[
            :MOST_SHOWN
        ],
        mend=_call_for_time,
    )


def _payment(payment: Payment, age: int) -> str:
    return (
        f"payment {payment.id}: {payment.amount_cents / 100:.2f} of"
        f" {mask(payment.phone)}, {payment.state} for {span(age)}"
    )


def _call_for_time() -> str:
    found = payments.paid_without_time()
    with store.atomic():
        for payment in found:
            payments.call_for_time(payment)
    return f"called for the time of {many(len(found), 'paid payment')}"


def undecided(case: Case) -> Iterator[Finding]:
    """What the box can't decide: a person must."""
    found = waiting()
    if not found:
        yield ok("HL-MON-02", "nothing waits for a person to decide")
        return
    kinds = Counter(row.kind for row in found)
    named = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    age = span(case.clock.at() - found[0].at)
    yield Finding(
        "HL-MON-02",
        "warning",
        f"{many(len(found), 'matter')} for a person to decide ({named}), the oldest"
        f" for {age}.",
        "Each is money or access of a customer that the box is in doubt about.",
        "Open the admin page: Money, Exceptions.",
        details=tuple(_matter(row) for row in found[:MOST_SHOWN]),
    )


def _matter(row: Undecided) -> str:
    whose = f"payment {row.payment.id}: " if row.payment else ""
    return f"{whose}{row.kind}: {one_line(row.says)}"


def uncertain(case: Case) -> Iterator[Finding]:
    """Payments of which nobody knows after an hour whether they were paid."""
    now = case.clock.at()
    query = Payment.select().where(
        Payment.state.in_(payments.OPEN) & (Payment.asked_at < now - OPEN_SECONDS)
    )
    found = list(query.order_by(Payment.asked_at))
    if not found:
        yield ok("HL-MON-03", "no payment is open for longer than an hour")
        return
    states = Counter(payment.state for payment in found)
    named = ", ".join(f"{count} {state}" for state, count in states.items())
    yield Finding(
        "HL-MON-03",
        "warning",
        f"{many(len(found), 'payment')} open for more than an hour ({named}).",
        "Some of these customers may have paid without getting time.",
        "Run: hotspot-lite payment reconcile; compare the rest with the M-Pesa"
        " statement.",
        details=tuple(_payment(p, now - p.asked_at) for p in found[:MOST_SHOWN]),
    )


def callbacks(case: Case) -> Iterator[Finding]:
    """Whether Safaricom's callbacks reach the box, or only our questions settle."""
    since = case.clock.at() - DAY_SECONDS
    query = Payment.select(Payment.settled_by).where(Payment.paid_at > since)
    by = Counter(payment.settled_by for payment in query)
    asked, told = by["query"], by["callback"]
    if not case.settings["mpesa.callback_url"]:
        yield ok("HL-MON-04", f"{many(asked, 'payment')} learned by asking in 24 h")
        return
    if asked < FEW_PAYMENTS or asked <= told:
        if told:
            yield ok("HL-MON-04", f"{many(told, 'payment')} told by callback in 24 h")
        return
    yield Finding(
        "HL-MON-04",
        "warning",
        f"Of {asked + told} payments in 24 h, {told} were told by callback; we had to"
        f" ask for {asked}.",
        "Customers wait a minute and more for their time instead of a second.",
        "Check that mpesa.callback_url reaches this box from outside, by https.",
    )


def kept_messages(case: Case) -> Iterator[Finding]:
    """Messages that came while the database was busy, and were not read since."""
    files, bad = inbox.waiting(case.settings.data_dir)
    if bad:
        yield Finding(
            "HL-MON-05",
            "broken",
            f"{many(bad, 'message')} of a provider can't be read.",
            "Each may be a payment that nobody was credited with.",
            f"Send the *.bad files of {case.settings.data_dir / inbox.FOLDER} to"
            " whoever looks after this box; compare with the M-Pesa statement.",
        )
    elif files:
        says = f"{many(files, 'message')} of a provider wait to be read."
        todo = "They are read within seconds where the worker runs."
        yield Finding("HL-MON-05", "note", says, "Some customers wait.", todo)
    else:
        yield ok("HL-MON-05", "every message of a provider was read")


def strange_senders(case: Case) -> Iterator[Finding]:
    """Callbacks with a right secret from addresses that aren't Safaricom's."""
    s = case.settings
    if s["mpesa.callback_check"] == "off":
        return
    since = case.clock.at() - DAY_SECONDS
    query = Callback.select(Callback.peer).distinct().join(Payment)
    query = query.where(Callback.received_at > since, Payment.provider == "mpesa")
    peers = {row.peer for row in query}
    strange = sorted(p for p in peers if not is_among(p, s["mpesa.callback_addresses"]))
    if not strange:
        yield ok("HL-MON-06", "callbacks came from Safaricom's addresses only")
        return
    yield Finding(
        "HL-MON-06",
        "note",
        f"Callbacks came from {', '.join(strange[:MOST_SHOWN])}.",
        "Their secrets were right, so they count; but the address is none of those"
        " that are known as Safaricom's.",
        "If it is your tunnel, have it pass X-Forwarded-For on; if it is Safaricom, add"
        " it to mpesa.callback_addresses.",
    )


def admitted(case: Case) -> Iterator[Finding]:
    """Who has paid and was not put online within a minute."""
    if case.settings["access.planes"] == "radius" or not case.settings["router.host"]:
        return
    now = case.clock.at()
    found = [s for s in access.not_yet_admitted(now) if _waited(s, now) > SOON_SECONDS]
    if not found:
        yield ok("HL-ACC-01", "everybody who paid was put online")
        return
    longest = max(_waited(one, now) for one in found)
    yield Finding(
        "HL-ACC-01",
        "warning",
        f"{many(len(found), 'customer')} with time not put online by us, the longest"
        f" for {span(longest)}.",
        "They may have to log in by hand, or have left before they were online.",
        "Run: hotspot-lite router test; whoever comes back is put online by itself.",
        details=tuple(_waiting(one, now) for one in found[:MOST_SHOWN]),
    )


def lasting(case: Case) -> Iterator[Finding]:
    """What is lastingly wrong, as the box itself noticed and told."""
    wrong = conditions.wrong()
    if not wrong:
        yield ok("HL-CON-01", "nothing is lastingly wrong")
    for one in wrong:
        yield Finding(
            "HL-CON-01",
            "warning",
            one_line(one.says),
            f"So for {span(max(0, case.clock.at() - one.since))}.",
            "See the manual, When something is wrong.",
            about=one.name,
        )


def _waited(one: Subscription, now: int) -> int:
    since: int = one.starts_at or one.made_at
    return now - since if one.mac else 0


def _waiting(one: Subscription, now: int) -> str:
    says = f": {one_line(one.access_says)}" if one.access_says else ""
    waited = span(_waited(one, now))
    return f"subscription {one.id} ({one.plan_name}), {one.access} for {waited}{says}"
