"""The audit of the money: what was taken against what was given, and the chain.

One function for the nightly job, the page and the command. What it came to is kept,
with the ledger's end it saw: the next audit finds that end again, or says so.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.amounts import FAR
from hotspot_lite.trade.house import audit, conditions, events
from hotspot_lite.trade.models import MoneyAudit, MoneyFact, Payment
from hotspot_lite.trade.money import ledger, undecided
from hotspot_lite.trade.money.ledger import Anchor
from hotspot_lite.trade.reckoning import books, comparing, wrongs
from hotspot_lite.trade.reckoning.comparing import Compared
from hotspot_lite.trade.reckoning.statement import Statement
from hotspot_lite.trade.reckoning.wrongs import Wrong

CONDITION = "money-audit"
NIGHTLY = "nightly"
# What one audit keeps: more of one kind says nothing new to a person.
MOST_OF_A_KIND, MOST_KEPT = 40, 400
ANCHORS = 30


@dataclass
class Day:
    """One day at the place by one provider, in cents, from the money facts."""

    day: str
    provider: str
    count: int = 0
    taken: int = 0
    given: int = 0
    back: int = 0  # refunded or reversed
    written_off: int = 0


@dataclass
class Found:
    """What an audit came to."""

    at: int
    since: int
    until: int
    end: Anchor
    wrongs: list[Wrong] = field(default_factory=list)
    days: list[Day] = field(default_factory=list)
    waiting: int = 0  # on the exceptions list
    statement: Compared | None = None

    @property
    def alarms(self) -> list[Wrong]:
        """What is wrong, without what is only worth knowing."""
        return [one for one in self.wrongs if wrongs.is_alarm(one)]

    @property
    def says(self) -> str:
        """All of it in one line."""
        taken = sum(day.taken for day in self.days) / 100
        count = sum(day.count for day in self.days)
        told = f"{_many(count, 'payment')}, {taken:,.2f}: "
        kinds = Counter(one.kind for one in self.alarms)
        if not kinds:
            told += "all of it agrees"
        else:
            told += "; ".join(
                f"{wrongs.KINDS[kind].title} ({n})" for kind, n in kinds.items()
            )
        return f"{told}. Ledger to {self.end}." + self._waits()

    def _waits(self) -> str:
        return f" {_many(self.waiting, 'exception')} open." if self.waiting else ""


@dataclass(frozen=True)
class Asked:
    """What to audit: by whom, between which times (UTC seconds), against what."""

    who: str
    since: int = 0
    until: int = FAR
    statement: Statement | None = None
    take: bool = False
    anchors: tuple[Anchor, ...] = ()


def run(asked: Asked, now: int, zone: str) -> Found:
    """Audit, keep what it came to, and tell the owner of a change.

    With `take`, what the statement knows better is brought in first.
    """
    compared = None
    if asked.statement is not None:
        compared = comparing.compare(asked.statement, now, asked.take)
    with store.one_moment():
        found = look(asked, now, zone)
    if compared is not None:
        found.statement = compared
        found.wrongs += compared.wrongs
    keep(found, asked.who)
    if asked.statement is not None:
        with store.atomic():
            audit.note(asked.who, "money audit", _told(compared, asked.take), now)
    return found


def look(asked: Asked, now: int, zone: str) -> Found:
    """What doesn't agree; nothing is changed."""
    found = Found(now, asked.since, min(asked.until, now), ledger.newest())
    broken = ledger.first_break((*_anchors(), *asked.anchors))
    if broken is not None:
        found.wrongs.append(Wrong("chain", broken.says))
    found.wrongs += books.all_rules(asked.since, asked.until, now)
    found.days = days(asked.since, asked.until, zone)
    found.wrongs += _days_that_differ(asked, zone)
    found.waiting = undecided.count()
    return found


def _anchors() -> list[Anchor]:
    """The ends that earlier audits saw: the last ones, and the first of all."""
    newest = MoneyAudit.select().order_by(MoneyAudit.id.desc()).limit(ANCHORS)
    oldest = MoneyAudit.select().order_by(MoneyAudit.id).limit(1)
    return [Anchor(row.facts, row.head) for row in (*newest, *oldest)]


# -- By day ------------------------------------------------------------------------


def days(since: int, until: int, zone: str) -> list[Day]:
    """The money facts of [since, until) by day and provider, the newest first."""
    found: dict[tuple[str, str], Day] = {}
    place = ZoneInfo(zone)
    query = (
        MoneyFact.select(
            MoneyFact.at, MoneyFact.kind, MoneyFact.amount_cents, Payment.provider
        )
        .join(Payment, "LEFT JOIN")
        .where((MoneyFact.at >= since) & (MoneyFact.at < until))
    )
    for at, kind, cents, provider in query.tuples().iterator():
        key = (_day(at, place), provider or "-")
        _add(found.setdefault(key, Day(*key)), kind, cents)
    whole = [found[key] for key in sorted(found, reverse=True)]
    return [day for day in whole if day.count or day.given or day.back]


def _add(day: Day, kind: str, cents: int) -> None:
    if kind == "taken":
        day.count += 1
        day.taken += cents
    elif kind == "given":
        day.given += cents
    elif kind in books.GIVEN_BACK:
        day.back += cents
    elif kind == "written-off":
        day.written_off += cents


def _days_that_differ(asked: Asked, zone: str) -> Iterable[Wrong]:
    """Days whose payments sum up to something else than their facts.

    From the first day that the ledger was there from midnight on.
    """
    first = MoneyFact.select(MoneyFact.at).order_by(MoneyFact.id).limit(1).scalar()
    if first is None:
        return
    place = ZoneInfo(zone)
    begun = _day(max(first, asked.since), place)
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for at, provider, cents in _paid_rows(asked):
        sums[_day(at, place), provider] += cents
    for at, provider, cents in _taken_rows(asked):
        sums[_day(at, place), provider] -= cents
    for (name, provider), differ in sorted(sums.items()):
        if differ and name > begun:
            says = f"{name}, {provider}: the payments are {differ / 100:,.2f} more."
            yield Wrong("day", says, None, differ)


def _paid_rows(asked: Asked) -> Any:
    """When, by whom and how much of each payment that was taken in."""
    query = Payment.select(Payment.paid_at, Payment.provider, Payment.amount_cents)
    paid = (Payment.state == "paid") & (Payment.paid_at >= asked.since)
    return query.where(paid & (Payment.paid_at < asked.until)).tuples().iterator()


def _taken_rows(asked: Asked) -> Any:
    """When, by whom and how much of each money fact of a payment that is paid.

    Other money was given back or given up; it is looked at by itself.
    """
    query = MoneyFact.select(MoneyFact.at, Payment.provider, MoneyFact.amount_cents)
    taken = (MoneyFact.kind == "taken") & (Payment.state == "paid")
    since = taken & (MoneyFact.at >= asked.since) & (MoneyFact.at < asked.until)
    return query.join(Payment).where(since).tuples().iterator()


def _day(at: int, place: ZoneInfo) -> str:
    return datetime.fromtimestamp(at, place).strftime("%Y-%m-%d")


# -- Kept --------------------------------------------------------------------------


def keep(found: Found, who: str) -> None:
    """Write down what it came to; the condition and the nightly line with it."""
    alarms = found.alarms
    with store.atomic():
        MoneyAudit.create(
            at=found.at,
            by_whom=who,
            wrong=len(alarms),
            says=found.says,
            facts=found.end.fact_id,
            head=found.end.hash,
            body=json.dumps(_body(found)),
        )
        _forget_old()
        conditions.observe(CONDITION, bool(alarms), found.says, found.at)
        if who == NIGHTLY:
            told = {"title": "Money audit", "says": found.says, "is_good": not alarms}
            events.announce("money_audited", told, found.at)


def _forget_old() -> None:
    kept = MoneyAudit.select(MoneyAudit.id).order_by(MoneyAudit.id.desc())
    last = kept.offset(MOST_KEPT).limit(1).scalar()
    if last is not None:
        # The very first stays: it anchors the ledger's beginning.
        oldest = MoneyAudit.select(MoneyAudit.id).order_by(MoneyAudit.id).limit(1)
        old = (MoneyAudit.id <= last) & (MoneyAudit.id != oldest.scalar())
        MoneyAudit.delete().where(old).execute()


def _body(found: Found) -> dict[str, Any]:
    seen: Counter[str] = Counter()
    shown = []
    for one in found.wrongs:
        seen[one.kind] += 1
        if seen[one.kind] <= MOST_OF_A_KIND:
            shown.append(asdict(one))
    statement = found.statement
    told = None if statement is None else asdict(statement) | {"wrongs": None}
    return {
        "since": found.since,
        "until": found.until,
        "counts": dict(seen),
        "wrongs": shown,
        "days": [asdict(day) for day in found.days[:120]],
        "waiting": found.waiting,
        "statement": told,
    }


def as_json(found: Found) -> dict[str, Any]:
    """All of it as data, for scripts."""
    head = {"at": found.at, "says": found.says, "wrong": len(found.alarms)}
    return head | {"ledger": str(found.end)} | _body(found)


def kept(most: int) -> list[MoneyAudit]:
    """The audits made lately, newest first."""
    return list(MoneyAudit.select().order_by(MoneyAudit.id.desc()).limit(most))


def read_anchor(text: str) -> Anchor:
    """An end of the ledger as an audit said it: 1234:0123456789abcdef."""
    number, _, head = text.strip().lower().partition(":")
    if not number.isdigit() or len(head) < 8 or set(head) - set("0123456789abcdef"):
        raise BadInput(
            f"{text!r} is no end of the ledger.",
            "Copy it from an earlier audit, like 1234:0123456789abcdef.",
            field="anchor",
        )
    return Anchor(int(number), head)


def _told(compared: Compared | None, took: bool) -> str:
    if compared is None:
        return ""
    told = f"statement of {compared.rows} rows, {compared.known} known"
    took_in = compared.filled, compared.paid, compared.left
    if took:
        told += ", took in: {} receipts, {} prompts, {} transfers".format(*took_in)
    return told


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}" if count == 1 else f"{count:,} {one}s"
