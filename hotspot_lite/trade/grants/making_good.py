"""An outage made good: whose time ran meanwhile gets as much of it again.

In pieces, each with how far it came in one transaction: a power cut in the middle
gives nobody the same minutes twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import helping, owed
from hotspot_lite.trade.house import audit, events
from hotspot_lite.trade.messaging import letters
from hotspot_lite.trade.messaging.drafts import House
from hotspot_lite.trade.models import Customer, Event, MadeGood, Subscription
from hotspot_lite.trade.service import subscriptions

LONGEST_SECONDS = 7 * 86_400
OLDEST_SECONDS = 30 * 86_400
CUSTOMERS_AT_ONCE = 50
# Time that was refunded ended long before its clock; time that ran out did so within
# the look that ends it.
RAN_OUT_SECONDS = 60
OUTAGES = ("router-away", "radius-silent")


@dataclass(frozen=True)
class Outage:
    """When nobody could use what they had bought; seconds since 1970."""

    since: int
    until: int

    def lost(self, time: Subscription) -> int:
        """The seconds of it in which this time ran."""
        if time.starts_at is None or time.expires_at is None:
            return 0
        begin, end = max(self.since, time.starts_at), min(self.until, time.expires_at)
        return max(0, end - begin)

    def check(self, now: int) -> None:
        """Raises BadInput for what is no outage, or was made good before."""
        if not self.since < self.until <= now:
            raise BadInput("It must begin before it ends, and be over.", field="until")
        if self.until - self.since > LONGEST_SECONDS:
            raise BadInput("At most 7 days at once.", field="since")
        if self.since < now - OLDEST_SECONDS:
            raise BadInput("At most 30 days ago.", field="since")
        before = MadeGood.get_or_none(
            (MadeGood.since < self.until) & (MadeGood.until > self.since)
        )
        if before is not None:
            says = f"{before.who} made some of that time good already."
            raise BadInput(says, "Choose other times.", field="since")


@dataclass(frozen=True)
class Sum:
    """How many people get back how much between them."""

    people: int
    seconds: int


def look(outage: Outage, now: int) -> Sum:
    """What making it good would give. Raises BadInput."""
    outage.check(now)
    lost = [seconds for _, _, seconds in _affected(outage, 0, now)]
    return Sum(len(lost), sum(lost))


def start(outage: Outage, why: str, who: str, now: int) -> MadeGood:
    """Write it down, and the job that gives the time back. Raises BadInput."""
    reason = " ".join(why.split())[:200]
    if len(reason) < 3:
        raise BadInput("Say why, in a few words.", field="why")
    with store.atomic():
        outage.check(now)
        made: MadeGood = store.create(
            MadeGood,
            since=outage.since,
            until=outage.until,
            why=reason,
            who=who,
            at=now,
        )
        audit.note(who, "make good", f"outage {made.id}: {reason}", now)
        _put(made.id)
    return made


def _put(made_id: int) -> None:
    jobs.put("default.make_good", once=f"made good {made_id}", made_id=made_id)


def give_some(made_id: int, house: House, now: int) -> None:
    """Give the next few their time back, and put the next run or tell that it's done.

    What is lost is counted by when it was asked for, so that nobody loses by waiting.
    """
    with store.atomic():
        made = MadeGood.get_by_id(made_id)
        if made.done_at is not None:
            jobs.finish()
            return
        outage = Outage(made.since, made.until)
        said = letters.standing(letters.MADE_GOOD)
        some = list(islice(_affected(outage, made.reached, made.at), CUSTOMERS_AT_ONCE))
        for customer, last, seconds in some:
            one = _give(customer, last, seconds, now)
            made.people, made.seconds = made.people + 1, made.seconds + seconds
            if said.is_on and one.customer.phone and not owed.opted_out(customer):
                words = {"minutes": str(max(1, seconds // 60))}
                owed.write_one(said, owed.Due(one, words), house, now)
        if some:
            made.reached = some[-1][0].id
            _put(made_id)
        else:
            made.done_at = now
            _tell(made, now)
        made.save()
        jobs.finish()


Hit = tuple[Customer, Subscription, int]


def _affected(outage: Outage, after_id: int, at: int) -> Iterator[Hit]:
    """Customers in their order, the last of their time that was hit, seconds lost."""
    query: Any = (
        Subscription.select(Subscription, Customer)
        .join(Customer)
        .where(
            (Customer.id > after_id)
            & (Subscription.starts_at < outage.until)
            & (Subscription.expires_at > outage.since)
            & (Subscription.made_at <= at)
        )
        .order_by(Customer.id, Subscription.starts_at, Subscription.id)
    )
    hit = (t for t in query.iterator() if _ran_out_or_runs(t) and outage.lost(t))
    for _, times in groupby(hit, key=lambda time: time.customer_id):
        mine = list(times)
        yield mine[-1].customer, mine[-1], sum(outage.lost(time) for time in mine)


def _ran_out_or_runs(time: Subscription) -> bool:
    """Not what was refunded or paused, nor what used up its data."""
    if time.paused_at is not None:
        return False
    ended, expires = time.ended_at, time.expires_at
    return ended is None or ended >= (expires or 0) - RAN_OUT_SECONDS


def _give(
    customer: Customer, last: Subscription, seconds: int, now: int
) -> Subscription:
    """Lengthen what runs now; where nothing does, what ran last runs once more."""
    live = [s for s in subscriptions.live(customer, now) if s.expires_at is not None]
    if live:
        helping.shift(live[0], seconds, now)
        return live[0]
    # What would begin at first use has begun; only its end moves.
    change = {"ended_at": None, "expires_at": now + seconds}
    Subscription.update(change).where(Subscription.id == last.id).execute()
    if last.mac:
        subscriptions.call_for_access(last)
    return last


def _tell(made: MadeGood, now: int) -> None:
    minutes = made.seconds // 60
    says = f"{made.people} people got {minutes:,} minutes back: {made.why}"
    told = {"title": "Outage made good", "says": says, "is_good": True}
    events.announce("made_good", told, now)


# -- What there was ----------------------------------------------------------------


def newest(most: int = 20) -> list[MadeGood]:
    """Outages that were made good, the newest first."""
    return list(MadeGood.select().order_by(MadeGood.id.desc()).limit(most))


def noticed(now: int, most: int = 5) -> list[Outage]:
    """Outages that the box noticed by itself: router or RADIUS silent; newest first."""
    kinds = ("condition_began", "condition_ended")
    query = Event.select(Event.type, Event.at, Event.body).where(
        Event.type.in_(kinds) & (Event.at > now - OLDEST_SECONDS)
    )
    began: dict[str, int] = {}
    found: list[Outage] = []
    for kind, at, body in query.order_by(Event.seq).tuples().iterator():
        name = json.loads(body).get("condition")
        if name not in OUTAGES:
            continue
        if kind == "condition_began":
            began[name] = at
        elif name in began and at > began[name]:
            found.append(Outage(began.pop(name), at))
    return sorted(found, key=lambda one: -one.since)[:most]
