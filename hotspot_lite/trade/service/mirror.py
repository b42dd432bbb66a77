"""The router's own copy of who has paid: what it is to be, and what differs.

If this box is dead, customers who paid go on logging in at the router by these users.
A user is written when its customer's time begins, changes or ends, never by the clock:
the router keeps them in flash. Its limits are therefore what was left at that moment;
who runs out while the box is dead is let in until it is back, which is in favour of
who paid.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from hotspot_lite.trade.models import Customer, Mirror, Subscription
from hotspot_lite.trade.service import subscriptions

MARK = "hsl"


class Found(Protocol):
    """A local user of the router: /ip/hotspot/user."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def password(self) -> str | None: ...
    @property
    def profile(self) -> str: ...
    @property
    def limit_seconds(self) -> int | None: ...
    @property
    def limit_bytes(self) -> int | None: ...
    @property
    def used_seconds(self) -> int: ...
    @property
    def bytes_in(self) -> int: ...
    @property
    def bytes_out(self) -> int: ...
    @property
    def is_disabled(self) -> bool: ...
    @property
    def comment(self) -> str: ...


@dataclass(frozen=True)
class Grant:
    """What a customer may use from now on, all its time together."""

    customer_id: int
    username: str
    secret: str = field(repr=False)
    subscription_id: int
    newest_id: int
    rate: str
    devices: int
    seconds_left: int
    bytes_left: int | None


@dataclass(frozen=True)
class Wish:
    """What the customer's user on the router is to be, and the profile it needs."""

    grant: Grant
    profile: str
    limit_seconds: int
    limit_bytes: int | None
    comment: str
    is_disabled: bool


def wish_of(
    grant: Grant, found: Found | None, kept: Mirror | None, off: bool | None
) -> Wish:
    """The mirror rule: what a grant is as a user of the router.

    RouterOS counts what a user used over its whole life, so its limits are that and
    what is left. `kept` is what was written for this very grant before: it stays, for
    the time that ran since is no change. `off`: RADIUS decides and the user sleeps;
    None leaves that as it is.
    """
    if off is None:
        off = found is None or found.is_disabled
    if kept is not None and found is not None and _is_of(kept, grant):
        limits = kept.limit_seconds, kept.limit_bytes
    else:
        limits = _limits(grant, found)
    return Wish(grant, profile_of(grant), *limits, f"{MARK}:{grant.customer_id}", off)


def profile_of(grant: Grant) -> str:
    """The name of the profile: one for each speed and number of devices."""
    speed = grant.rate.replace("/", "-").replace(" ", "_")
    return f"{MARK}-{speed}-{grant.devices}"


def _is_of(kept: Mirror, grant: Grant) -> bool:
    was: tuple[object, ...] = (kept.subscription.id, kept.newest_id, kept.rate)
    return was == (grant.subscription_id, grant.newest_id, grant.rate)


def _limits(grant: Grant, found: Found | None) -> tuple[int, int | None]:
    used_seconds = found.used_seconds if found else 0
    used_bytes = found.bytes_in + found.bytes_out if found else 0
    data = None if grant.bytes_left is None else grant.bytes_left + used_bytes
    return grant.seconds_left + used_seconds, data


# -- what customers have -------------------------------------------------------------


def grants(now: int, customer_ids: Collection[int] | None = None) -> list[Grant]:
    """What each customer, or each of these, may use; who has nothing is left out."""
    query = (
        Subscription.select(Subscription, Customer)
        .join(Customer)
        .where(
            Subscription.ended_at.is_null()
            & (Subscription.expires_at.is_null() | (Subscription.expires_at > now))
        )
    )
    if customer_ids is not None:
        query = query.where(Subscription.customer.in_(list(customer_ids)))
    times: dict[int, list[Subscription]] = {}
    order = Subscription.starts_at.is_null(), Subscription.starts_at, Subscription.id
    for one in query.order_by(*order):
        if not subscriptions.is_data_used_up(one):
            times.setdefault(one.customer.id, []).append(one)
    found = (_grant(left, now) for left in times.values())
    return [grant for grant in found if grant is not None]


def _grant(left: Sequence[Subscription], now: int) -> Grant | None:
    first = left[0]
    if first.starts_at is not None and first.starts_at > now:
        return None
    data = [
        None if one.data_bytes is None else one.data_bytes - one.data_used_bytes
        for one in left
    ]
    known = [size for size in data if size is not None]
    return Grant(
        first.customer.id,
        first.customer.username,
        first.customer.secret,
        first.id,
        max(one.id for one in left),
        first.rate,
        first.devices,
        sum(subscriptions.seconds_left(one, now) for one in left),
        sum(known) if len(known) == len(data) else None,
    )


# -- what differs --------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What is to be done at the router: users by their wish, or by what was found."""

    add: list[Wish]
    change: list[tuple[Found, Wish]]
    right: list[tuple[Found, Wish]]
    remove: list[Found]
    clashes: list[str]
    drifted: int = 0  # how many were not as they had been left


def plan(
    wanted: Iterable[Grant],
    found: Sequence[Found],
    kept: Mapping[str, Mirror],
    off: bool | None,
) -> Plan:
    """Hold what is wanted against the router's users. Who isn't ours is never touched.

    A user of ours by its mark is adopted, whoever wrote it; one of the same name
    without the mark is a clash, for a person to see to.
    """
    made, drifted = Plan([], [], [], [], []), 0
    users = {user.name: user for user in found}
    names = set()
    for grant in wanted:
        names.add(grant.username)
        user = users.get(grant.username)
        was = kept.get(grant.username)
        wish = wish_of(grant, user, was, off)
        drifted += was is not None and _is_of(was, grant) and _drifted(user, wish)
        if user is None:
            made.add.append(wish)
        elif not is_ours(user):
            made.clashes.append(user.name)
        elif _differs(user, wish):
            made.change.append((user, wish))
        else:
            made.right.append((user, wish))
    made.remove.extend(u for u in found if is_ours(u) and u.name not in names)
    drifted += sum(user.name not in kept for user in made.remove)
    return replace(made, drifted=drifted)


def is_ours(user: Found) -> bool:
    """Whether a user of the router carries our mark, hsl:<customer>."""
    mark, _, number = user.comment.partition(":")
    # A test's throw-away customer has a number below zero (see `trial`).
    return mark == MARK and number.removeprefix("-").isdigit()


def _drifted(user: Found | None, wish: Wish) -> bool:
    """Whether somebody else changed it; to wake it is the router's own script's."""
    return user is None or not _is_so(user, wish)


def _differs(user: Found, wish: Wish) -> bool:
    return not _is_so(user, wish) or user.is_disabled != wish.is_disabled


def _is_so(user: Found, wish: Wish) -> bool:
    secret = wish.grant.secret if user.password is None else user.password
    is_so = (secret, user.profile, user.limit_seconds, user.limit_bytes, user.comment)
    return is_so == (
        wish.grant.secret,
        wish.profile,
        wish.limit_seconds,
        wish.limit_bytes,
        wish.comment,
    )
