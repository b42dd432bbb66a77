"""What the router was last told, and what was used there without us."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from hotspot_lite import store
from hotspot_lite.trade.models import Mirror, Session, Subscription
from hotspot_lite.trade.service import sessions
from hotspot_lite.trade.service.mirror import Found, Wish
from hotspot_lite.trade.service.subscriptions import CHUNK

# The NAS of what the router counted by itself.
BY_ROUTER = "the router"


def kept(names: Collection[str] | None = None) -> dict[str, Mirror]:
    """What was written, by user name: all, or of these names."""
    query = Mirror.select()
    if names is not None:
        query = query.where(Mirror.username.in_(list(names)))
    return {row.username: row for row in query}


def of_customer(customer_id: int) -> list[Mirror]:
    """What was written for a customer: one row, or none."""
    return list(Mirror.select().where(Mirror.customer == customer_id))


def unnoted(
    pairs: Iterable[tuple[Found, Wish]],
) -> list[tuple[Wish, Found | None]]:
    """Of users that are right, those of which nothing is kept: a kill came between,
    or the grant grew by nothing that the router is told."""
    found = list(pairs)
    told = kept() if len(found) > CHUNK else kept([user.name for user, _ in found])
    return [
        (wish, user)
        for user, wish in found
        if user.name not in told or told[user.name].newest_id != wish.grant.newest_id
    ]


def due(now: int) -> set[int]:
    """The customers whose time began, changed or ended since the router was told."""
    left = Subscription.ended_at.is_null() & (
        Subscription.expires_at.is_null() | (Subscription.expires_at > now)
    )
    begun = Subscription.starts_at.is_null() | (Subscription.starts_at <= now)
    told = (
        Subscription.select(Subscription.customer)
        .join(Mirror, JOIN.LEFT_OUTER, on=(Mirror.customer == Subscription.customer))
        .where(
            left
            & (
                (Mirror.customer.is_null() & begun)
                | (Mirror.newest_id < Subscription.id)
            )
        )
    )
    # CROSS: whoever the router knows first. SQLite may think them as many as it likes.
    changed = (
        Mirror.select(Mirror.customer)
        .join(Subscription, JOIN.CROSS)
        .where(
            (Mirror.subscription == Subscription.id)
            & (
                Subscription.ended_at.is_null(False)
                | (Subscription.expires_at <= now)
                | (Subscription.rate != Mirror.rate)
            )
        )
    )
    rows = [*told.tuples(), *changed.tuples()]
    return {int(customer) for (customer,) in rows}


def written(pairs: Iterable[tuple[Wish, Found | None]], now: int) -> None:
    """Keep what the router holds now; the user's counters are where its use begins."""
    rows = [_row(wish, found, now) for wish, found in pairs]
    with store.atomic():
        for start in range(0, len(rows), CHUNK // 11):
            Mirror.replace_many(rows[start : start + CHUNK // 11]).execute()


def _row(wish: Wish, found: Found | None, now: int) -> dict[str, Any]:
    grant = wish.grant
    return {
        "customer": grant.customer_id,
        "username": grant.username,
        "subscription": grant.subscription_id,
        "newest_id": grant.newest_id,
        "rate": grant.rate,
        "limit_seconds": wish.limit_seconds,
        "limit_bytes": wish.limit_bytes,
        "base_seconds": found.used_seconds if found else 0,
        "base_in": found.bytes_in if found else 0,
        "base_out": found.bytes_out if found else 0,
        "written_at": now,
    }


def forget(names: Collection[str]) -> None:
    """The router holds nothing of these any more."""
    chosen = sorted(names)
    for start in range(0, len(chosen), CHUNK):
        part = chosen[start : start + CHUNK]
        Mirror.delete().where(Mirror.username.in_(part)).execute()


# -- what was used there -------------------------------------------------------------


@dataclass(frozen=True)
class Counted:
    """The router's own counters as accounting: cumulative, so telling twice is once."""

    at: int
    unique_id: str
    username: str
    seconds: int
    octets_in: int
    octets_out: int
    subscription_id: int | None
    status: str = "Interim-Update"
    acct_session_id: str = ""
    mac: str = ""
    ip: str = ""
    cause: str = ""
    nas: str = BY_ROUTER

    @property
    def counters(self) -> tuple[int, int, int]:
        """What tells whether it is news."""
        return self.seconds, self.octets_in, self.octets_out


def merge_use(
    users: Iterable[Found], told: Mapping[str, Mirror], now: int, timezone: str
) -> int:
    """Take into the ledger what the router's users used since they were written.

    How many used anything new. To be called before a user is changed or removed.
    """
    found = [
        _counted(user, told[user.name], now) for user in users if user.name in told
    ]
    used = [one for one in found if one.seconds or one.octets_in or one.octets_out]
    known = _known({one.unique_id for one in used})
    news = [one for one in used if known.get(one.unique_id) != one.counters]
    if news:
        _record(news, now, timezone)
    return len(news)


def _known(uniqs: set[str]) -> dict[str, tuple[int, int, int]]:
    chosen, found = sorted(uniqs), {}
    for start in range(0, len(chosen), CHUNK):
        part = Session.uniq.in_(chosen[start : start + CHUNK])
        for row in Session.select().where(part):
            found[row.uniq] = (row.seconds, row.octets_in, row.octets_out)
    return found


def _record(news: list[Counted], now: int, timezone: str) -> None:
    """It is one session that goes on whenever the box is dead, and else is over."""
    with store.atomic():
        for start in range(0, len(news), CHUNK):
            part = [one.unique_id for one in news[start : start + CHUNK]]
            ours = Session.uniq.in_(part)
            Session.update(ended_at=None, cause="").where(ours).execute()
        sessions.record(news, now, timezone)
        for start in range(0, len(news), CHUNK):
            part = [one.unique_id for one in news[start : start + CHUNK]]
            over = Session.update(ended_at=Session.seen_at, cause="By-Router")
            over.where(Session.uniq.in_(part)).execute()


def _counted(user: Found, row: Mirror, now: int) -> Counted:
    owner: Any = row
    return Counted(
        now,
        f"router:{owner.subscription_id}:{row.written_at}",
        user.name,
        max(0, user.used_seconds - row.base_seconds),
        max(0, user.bytes_in - row.base_in),
        max(0, user.bytes_out - row.base_out),
        owner.subscription_id,
    )
