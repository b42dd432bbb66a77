"""Agents' accounts: what was agreed with each, and what each owes the house.

An agent sells vouchers for the house and keeps a commission. The account is a list of
entries that is only ever added to; its balance is their sum, in cents: below 0 the
agent owes the house.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from peewee import fn

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Agent, AgentEntry, Payment, Staff

ALL_BP = 10_000  # hundredths of a per cent: the whole price
MOST_CENTS = 10_000_000_00
KINDS = {
    "sale": "Voucher sold",
    "commission": "Commission",
    "sale-back": "Voucher taken back",
    "commission-back": "Commission taken back",
    "paid-in": "Paid in",
    "correction": "Correction",
}


@dataclass(frozen=True)
class Standing:
    """How one agent stands; money in cents, the commission in hundredths of 1 %."""

    agent_id: int
    name: str
    commission_bp: int
    limit_cents: int
    balance_cents: int
    sells: bool  # is an agent now, and not locked out

    @property
    def owed_cents(self) -> int:
        """What the agent owes the house; below 0 the house owes."""
        return -self.balance_cents

    @property
    def left_cents(self) -> int:
        """For how much, commission taken off, the agent may still sell."""
        return max(0, self.limit_cents + self.balance_cents)


@dataclass(frozen=True)
class Note:
    """Who enters something, why, and the mark of the form that was sent."""

    who: str
    why: str = ""
    once: str = ""


# -- What is agreed ----------------------------------------------------------------


def commission_of(price_cents: int, commission_bp: int) -> int:
    """What an agent keeps of a price, in cents; a part of a cent is the house's."""
    return price_cents * commission_bp // ALL_BP


def read_percent(text: str) -> int:
    """A share as people write it, "7.5" or "7.5%", in hundredths of 1 %. BadInput."""
    match = re.fullmatch(r"([0-9]{1,3})(?:\.([0-9]{1,2}))?\s*%?", text.strip())
    share = int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0")) if match else -1
    if not 0 <= share <= ALL_BP:
        raise BadInput(
            f"{text[:20]!r} is not a commission.",
            "Write per cent of the price, like 10 or 7.5.",
            field="commission",
        )
    return share


def percent_text(commission_bp: int) -> str:
    """A share as `read_percent` reads it, without the sign: "7.5"."""
    return f"{commission_bp / 100:.2f}".rstrip("0").rstrip(".")


def set_terms(
    name: str, commission_bp: int, limit_cents: int, by: str, now: int
) -> Standing:
    """Agree on another commission and limit, for sales from now on. Raises BadInput."""
    if not 0 <= commission_bp <= ALL_BP:
        raise BadInput("A commission is 0 to 100 per cent.", field="commission")
    _check_money(limit_cents, "limit")
    with store.atomic():
        agent = _account(name)
        was = f"{percent_text(agent.commission_bp)} %, {_text(agent.limit_cents)}"
        change = Agent.update(commission_bp=commission_bp, limit_cents=limit_cents)
        change.where(Agent.staff == agent.staff).execute()
        told = f"{percent_text(commission_bp)} %, limit {_text(limit_cents)}"
        audit.note(by, "agent terms", f"{name}: {told} (was {was})", now)
    return named(name)


# -- How they stand ----------------------------------------------------------------


def everybody() -> list[Standing]:
    """Every agent, and who was one and has an account, by name."""
    accounts = Agent.select(Agent.staff)
    query = Staff.select().where((Staff.role == "agent") | Staff.id.in_(accounts))
    return [_standing(one) for one in query.order_by(Staff.name)]


def named(name: str) -> Standing:
    """How the agent of that name stands. Raises BadInput where that is none."""
    return _standing(_person(name))


def by_id(agent_id: int) -> Standing | None:
    """How the agent of that id (of the staff) stands, or None."""
    person = Staff.get_or_none(Staff.id == agent_id)
    return _standing(person) if person and _has_account(person) else None


def balance_of(agent_id: int, until: int | None = None) -> int:
    """The sum of an account in cents, of entries before `until` where that is told."""
    query = AgentEntry.select(fn.COALESCE(fn.SUM(AgentEntry.amount_cents), 0))
    query = query.where(AgentEntry.agent == agent_id)
    if until is not None:
        query = query.where(AgentEntry.at < until)
    return int(query.scalar())


def entries(
    agent_id: int, most: int, before_id: int | None = None
) -> list[tuple[AgentEntry, int]]:
    """The newest entries of an account, each with the balance after it, in cents."""
    mine: Any = AgentEntry.agent == agent_id
    if before_id is not None:
        mine &= AgentEntry.id < before_id
    sums = AgentEntry.select(fn.COALESCE(fn.SUM(AgentEntry.amount_cents), 0))
    with store.one_moment():
        balance = int(sums.where(mine).scalar())
        rows = AgentEntry.select().where(mine).order_by(AgentEntry.id.desc())
        found = list(rows.limit(most))
    told = []
    for entry in found:
        told.append((entry, balance))
        balance -= entry.amount_cents
    return told


# -- Money that comes and goes -----------------------------------------------------


def take_in(name: str, amount_cents: int, note: Note, now: int) -> AgentEntry:
    """An agent pays the house; the same form twice is one payment. Raises BadInput."""
    if not 0 < amount_cents <= MOST_CENTS:
        raise BadInput("That is not an amount of money.", field="amount")
    return _enter(name, "paid-in", amount_cents, note, now)


def correct(name: str, amount_cents: int, note: Note, now: int) -> AgentEntry:
    """Put an account right by so many cents, above or below 0. Raises BadInput."""
    if not 0 < abs(amount_cents) <= MOST_CENTS:
        raise BadInput("That is not an amount of money.", field="amount")
    if len(note.why.strip()) < 3:
        raise BadInput("Say why, in a few words.", field="why")
    return _enter(name, "correction", amount_cents, note, now)


def _enter(name: str, kind: str, cents: int, note: Note, now: int) -> AgentEntry:
    why = " ".join(note.why.split())[:200]
    with store.atomic():
        agent = _account(name)
        done = sent_before(note.once)
        if done is not None:
            if (done.agent, done.kind, done.amount_cents) != (agent, kind, cents):
                raise used_form()
            return done
        entry = add(agent, kind, cents, Note(note.who, why, note.once), now)
        told = f"{name}: {_text(cents)}" + (f", {why}" if why else "")
        audit.note(note.who, f"agent {kind}", told, now)
    return entry


def add(
    agent: Agent,
    kind: str,
    amount_cents: int,
    note: Note,
    now: int,
    payment: Payment | None = None,
) -> AgentEntry:
    """Add an entry of one of KINDS. Inside a transaction, with what it tells.

    Raises peewee.IntegrityError for a second one of its kind about a payment.
    """
    return store.create(
        AgentEntry,
        agent=agent,
        at=now,
        kind=kind,
        amount_cents=amount_cents,
        payment=payment,
        who=note.who,
        note=note.why,
        once=note.once or None,
    )


def sent_before(once: str) -> AgentEntry | None:
    """What was entered by the form with that mark, or None."""
    found: AgentEntry | None = AgentEntry.get_or_none(AgentEntry.once == once)
    return found if once else None


def used_form() -> BadInput:
    """What to say of a form that did something else already."""
    return BadInput("That form was sent before.", "Fill it in anew.", field="once")


def account_of(person: Staff) -> Agent:
    """Somebody's account, made where there is none yet. Inside a transaction."""
    found: Agent | None = Agent.get_or_none(Agent.staff == person)
    return found or Agent.create(staff=person)


def _account(name: str) -> Agent:
    return account_of(_person(name))


def _person(name: str) -> Staff:
    person: Staff | None = Staff.get_or_none(Staff.name == name)
    if person is None or not _has_account(person):
        raise BadInput(
            f"There is no agent {name[:40]!r}.",
            "Add one: hotspot-lite admin add NAME --role agent",
            field="name",
        )
    return person


def _has_account(person: Staff) -> bool:
    return person.role == "agent" or store.has(Agent, staff_id=person.id)


def _standing(person: Staff) -> Standing:
    agent = Agent.get_or_none(Agent.staff == person)
    return Standing(
        person.id,
        person.name,
        agent.commission_bp if agent else 0,
        agent.limit_cents if agent else 0,
        balance_of(person.id),
        person.role == "agent" and person.locked_at is None,
    )


def _check_money(cents: int, field: str) -> None:
    if not 0 <= cents <= MOST_CENTS:
        raise BadInput("That is not an amount of money.", field=field)


def _text(cents: int) -> str:
    return f"{cents / 100:,.2f}".removesuffix(".00")
