"""What agents sell: one voucher at a time, on account, and taking it back unused.

A sale is a paid payment of provider "agent" of the whole price: the house has sold, and
the agent owes it the price less the commission. What the agent pays in later is on the
account only, and no second payment.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.catalogue import terms_of
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import audit, events, room
from hotspot_lite.trade.messaging import messages
from hotspot_lite.trade.models import (
    Agent,
    AgentEntry,
    AgentSale,
    Customer,
    Payment,
    Plan,
    Staff,
    Voucher,
)
from hotspot_lite.trade.money import payments, settled
from hotspot_lite.trade.money.settled import Taken
from hotspot_lite.trade.people.phones import mask
from hotspot_lite.trade.takings import agents, refunds
from hotspot_lite.trade.takings.agents import Note

# Afterwards the agent needs the owner or a manager to take a sale back.
BACK_SECONDS = 900


@dataclass(frozen=True)
class Order:
    """What an agent sells. `phone` (2547…) gets the code by SMS; "": nobody does.

    `once` is the mark of the form: sent again, it is the same sale.
    """

    plan: Plan
    once: str
    phone: str = ""


def sell(name: str, order: Order, now: int) -> AgentSale:
    """Sell a new voucher on the agent's account. Raises BadInput, also past the limit.

    The same form again gives the same sale.
    """
    if not order.once:
        raise agents.used_form()
    with store.atomic():
        agent = _seller(name)
        done = agents.sent_before(order.once)
        if done is not None:
            return _sold_before(done, agent, order)
        room.refuse_sales()
        terms = terms_of(order.plan)
        price = terms.price_cents
        if not price:
            raise BadInput("That package is free.", "Choose another.", field="plan")
        share = agents.commission_of(price, agent.commission_bp)
        _check_limit(agent, price - share)
        batch = vouchers.make(order.plan, 1, name, now)
        taken = Taken("agent", "agent", terms, price, who=name)
        payment = settled.take(taken, now)
        sale = store.create(
            AgentSale,
            payment=payment,
            agent=agent,
            voucher=Voucher.get(Voucher.batch == batch),
            sent_to=mask(order.phone) if order.phone else "",
        )
        mark = Note(name, once=order.once)
        agents.add(agent, "sale", -price, mark, now, payment)
        if share:
            agents.add(agent, "commission", share, Note(name), now, payment)
        if order.phone:
            _tell(sale, order.phone, now)
        _announce(name, payment, now)
    return sale


def _seller(name: str) -> Agent:
    person = Staff.get_or_none(Staff.name == name)
    if person is None or person.role != "agent" or person.locked_at is not None:
        raise BadInput("Only an agent sells on account.", field="plan")
    return agents.account_of(person)


def _sold_before(done: AgentEntry, agent: Agent, order: Order) -> AgentSale:
    sale: AgentSale | None = AgentSale.get_or_none(AgentSale.payment == done.payment)
    is_same = sale is not None and sale.agent == agent
    if sale is None or not is_same or sale.payment.plan != order.plan:
        raise agents.used_form()
    return sale


def _check_limit(agent: Agent, costs_cents: int) -> None:
    left = agent.limit_cents + agents.balance_of(agent.staff.id)
    if costs_cents > left:
        raise BadInput(
            f"That is past your limit: it costs you {_text(costs_cents)},"
            f" and {_text(max(0, left))} is left.",
            "Pay in first.",
            field="plan",
        )


def _tell(sale: AgentSale, phone: str, now: int) -> None:
    known = Customer.get_or_none(Customer.phone == phone)
    name = payments.terms(sale.payment).name
    lang = known.lang if known else ""
    message = messages.voucher(phone, sale.voucher.code, name, now, lang)
    jobs.put("hotspot-sms.tell", message_id=message.id)


def _announce(name: str, payment: Payment, now: int) -> None:
    says = f"{payments.terms(payment).name}, {_text(payment.amount_cents)}, by {name}"
    told = {"title": "Sold by an agent", "says": says, "is_good": True}
    events.announce("agent_sold", told, now)


def sales(agent_id: int, most: int) -> list[AgentSale]:
    """The newest sales of an agent, each with its payment and voucher."""
    query = (
        AgentSale.select(AgentSale, Payment, Voucher)
        .join(Payment)
        .switch(AgentSale)
        .join(Voucher)
        .where(AgentSale.agent == agent_id)
    )
    return list(query.order_by(AgentSale.payment.desc()).limit(most))


def of_payment(agent_id: int, payment_id: int) -> AgentSale | None:
    """That sale, if it is this agent's; else None."""
    found: AgentSale | None = AgentSale.get_or_none(
        (AgentSale.payment == payment_id) & (AgentSale.agent == agent_id)
    )
    return found


# -- Taken back --------------------------------------------------------------------


def may_take_back(sale: AgentSale, who: str, is_manager: bool, now: int) -> bool:
    """Whether somebody may take a sale back: while it is unused, and no money of it
    went back otherwise; the agent for BACK_SECONDS."""
    is_fresh = now - (sale.payment.paid_at or 0) <= BACK_SECONDS
    is_own = sale.agent.staff.name == who
    if sale.back_at is not None or not (is_manager or (is_own and is_fresh)):
        return False
    voucher = sale.voucher
    is_unused = voucher.redeemed_at is None and voucher.voided_at is None
    return is_unused and not refunds.given_back_cents(sale.payment)


def take_back(
    payment_id: int, reason: str, who: str, is_manager: bool, now: int
) -> AgentSale:
    """Take a sale back: the voucher buys nothing, the account is as before it.

    The agent gives the customer the money back. Raises BadInput where it may not be.
    """
    reason = " ".join(reason.split())[:200]
    if len(reason) < 3:
        raise BadInput("Say why, in a few words.", field="reason")
    with store.atomic():
        sale = AgentSale.get_or_none(AgentSale.payment == payment_id)
        if sale is None or not may_take_back(sale, who, is_manager, now):
            raise BadInput(
                "That sale can't be taken back.",
                "It is used, or too old: ask the owner.",
                field="reason",
            )
        change = AgentSale.update(back_at=now, back_by=who, reason=reason)
        change.where(AgentSale.payment == sale.payment).execute()
        Voucher.update(voided_at=now).where(Voucher.id == sale.voucher.id).execute()
        _undo_entries(sale, Note(who, reason), now)
        wish = refunds.Wish(who, f"agent's sale taken back: {reason}", sale.payment)
        refunds.by_hand(wish, now)
        audit.note(who, "agent sale back", f"sale {payment_id}: {reason}", now)
    return store.get(AgentSale, payment_id)


def _undo_entries(sale: AgentSale, note: Note, now: int) -> None:
    made = AgentEntry.select().where(AgentEntry.payment == sale.payment)
    for entry in list(made.order_by(AgentEntry.id)):
        kind, back = f"{entry.kind}-back", -entry.amount_cents
        agents.add(sale.agent, kind, back, note, now, sale.payment)


def _text(cents: int) -> str:
    return f"{cents / 100:,.2f}".removesuffix(".00")
