"""To whom a message to many goes: groups of customers, found when it is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from peewee import fn

from hotspot_lite.errors import BadInput
from hotspot_lite.settings import unknown
from hotspot_lite.trade.models import (
    Customer,
    OptedOut,
    Payment,
    Session,
    Subscription,
)
from hotspot_lite.trade.people.emails import read_email
from hotspot_lite.trade.people.phones import normalise_phone

HOUR, DAY = 3600, 86_400
# Named groups look this far back.
WEEK, MONTH = 7 * DAY, 30 * DAY


@dataclass(frozen=True)
class Recipient:
    """A customer: the address the message goes to, and words to fill in.

    `login` and `package` are "" where the customer has none.
    """

    address: str
    login: str
    package: str


@dataclass(frozen=True)
class Audience:
    """A group. `wants` names what is to be typed in with it, "" for nothing.

    `of` finds its customers; None: it is the address that was typed, whosever it is.
    """

    name: str
    title: str
    of: Callable[[int, str], Any] | None
    wants: str = ""


def _everybody(now: int, text: str) -> Any:
    return Customer.select(Customer.id)


def _online(now: int, text: str) -> Any:
    return _with_time(Subscription.id.in_(_sessions()))


def _sessions() -> Any:
    return Session.select(Session.subscription).where(Session.ended_at.is_null())


def _bought(now: int, text: str) -> Any:
    return _with_time(Subscription.made_at > now - WEEK)


def _expiring(now: int, text: str) -> Any:
    soon = Subscription.expires_at.between(now + 1, now + DAY)
    return _with_time(Subscription.ended_at.is_null() & soon)


def _lost(now: int, text: str) -> Any:
    lately = _with_time(Subscription.made_at > now - WEEK)
    return _with_time(Subscription.made_at > now - MONTH).where(
        Subscription.customer.not_in(lately)
    )


def _unpaid(now: int, text: str) -> Any:
    """Who asked for a package in the last day and has paid none since."""
    paid = Payment.select(Payment.phone).where(
        (Payment.state == "paid") & (Payment.asked_at > now - DAY)
    )
    asked = Payment.select(Payment.phone).where(
        (Payment.state != "paid") & (Payment.asked_at > now - DAY)
    )
    phone = Customer.phone.in_(asked) & Customer.phone.not_in(paid)
    return Customer.select(Customer.id).where(phone)


def _of_package(now: int, text: str) -> Any:
    sold = (Subscription.plan_name == text) & (Subscription.made_at > now - MONTH)
    return _with_time(sold)


def _search(now: int, text: str) -> Any:
    found = Customer.phone.contains(text) | Customer.username.contains(text)
    return Customer.select(Customer.id).where(found | Customer.email.contains(text))


def _with_time(which: Any) -> Any:
    return Subscription.select(Subscription.customer).where(which)


AUDIENCES: dict[str, Audience] = {
    one.name: one
    for one in (
        Audience("everybody", "Everybody", _everybody),
        Audience("online", "Online now", _online),
        Audience("bought", "Bought within 7 days", _bought),
        Audience("expiring", "Time ends within a day", _expiring),
        Audience("lost", "Bought within 30 days, not within 7", _lost),
        Audience("unpaid", "Asked today and did not pay", _unpaid),
        Audience("package", "Bought a package within 30 days", _of_package, "package"),
        Audience("address", "One address, to try it", None, "phone or e-mail"),
        Audience("search", "Found by phone, login or e-mail", _search, "text"),
    )
}


def named(name: str) -> Audience:
    """The group of that name. Raises BadInput for no such group."""
    if name not in AUDIENCES:
        raise unknown(name, AUDIENCES, "group")
    return AUDIENCES[name]


def read_address(text: str, channel: str) -> str:
    """A phone number, or for e-mail an address. Raises BadInput (field "search")."""
    if channel == "email":
        return read_email(text, field="search")
    try:
        return normalise_phone(text.strip())
    except BadInput as exc:
        raise BadInput(exc.says, exc.todo, field="search") from None


def recipients(audience: str, text: str, channel: str, now: int) -> Iterator[Recipient]:
    """Who gets it: each address once, without those who want no such messages.

    Raises BadInput for one address that can be none.
    """
    group = named(audience)
    if group.of is None:
        # With a login and a package, that the text is seen as customers get it.
        yield Recipient(read_address(text, channel), "hs_712345678", "1 Hour")
        return
    address = Customer.email if channel == "email" else Customer.phone
    newest = Subscription.select(
        Subscription.customer, fn.MAX(Subscription.id).alias("newest")
    ).group_by(Subscription.customer)
    query = (
        Customer.select(address, Customer.username, Subscription.plan_name)
        .left_outer_join(newest, on=(newest.c.customer_id == Customer.id))
        .left_outer_join(Subscription, on=(Subscription.id == newest.c.newest))
        .where(
            Customer.id.in_(group.of(now, text.strip())),
            address.is_null(False) & (address != ""),
            address.not_in(OptedOut.select(OptedOut.address)),
        )
        .order_by(Customer.id)
    )
    seen = set()
    for to, login, package in query.tuples().iterator():
        if to not in seen:
            seen.add(to)
            yield Recipient(to, login, package or "")
