"""Cash at the counter: shifts, sales, and what must be in the till at the end.

A sale is a paid payment of provider "cash". For a phone its time is given at once; a
voucher gives its time when it is used.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from peewee import JOIN, IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods.catalogue import terms_of
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import audit, events, room
from hotspot_lite.trade.models import (
    CashSale,
    Payment,
    Plan,
    Session,
    Shift,
    Subscription,
    Voucher,
    VoucherBatch,
)
from hotspot_lite.trade.money import payments, settled
from hotspot_lite.trade.money.settled import Taken
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.takings import matching, refunds
from hotspot_lite.trade.takings.matching import Whose

MOST_AT_ONCE = 50
# Afterwards a cashier needs the owner to take a sale back.
VOID_SECONDS = 900
MOST_CENTS = 10_000_000_00


@dataclass(frozen=True)
class Report:
    """A shift's till: what was sold, given back, and must be there."""

    shift: Shift
    sold: int
    sold_cents: int
    voided: int
    voided_cents: int
    by_package: dict[str, tuple[int, int]]  # name: how many, cents; taken back is off

    @property
    def expected_cents(self) -> int:
        """What must be in the till."""
        return int(self.shift.float_cents) + self.sold_cents - self.voided_cents

    @property
    def difference_cents(self) -> int | None:
        """Counted less expected; None while the shift is open."""
        counted = self.shift.counted_cents
        return None if counted is None else counted - self.expected_cents


# -- Shifts ------------------------------------------------------------------------


def open_shift(who: str, float_cents: int, now: int) -> Shift:
    """Begin somebody's shift with that much in the till. Raises BadInput."""
    _check_money(float_cents, "float")
    try:
        with store.atomic():
            shift = Shift.create(staff=who, opened_at=now, float_cents=float_cents)
            audit.note(who, "cash open", f"shift {shift.id}, {_text(float_cents)}", now)
    except IntegrityError:
        raise BadInput("Your shift is open already.", field="float") from None
    return shift


def shift_of(who: str) -> Shift | None:
    """Somebody's open shift, or None."""
    found: Shift | None = Shift.get_or_none(
        (Shift.staff == who) & Shift.closed_at.is_null()
    )
    return found


def close_shift(
    shift: Shift, counted_cents: int, note: str, who: str, now: int
) -> Report:
    """End a shift with the cash that was counted; its report. Raises BadInput."""
    _check_money(counted_cents, "counted")
    change = {"closed_at": now, "counted_cents": counted_cents, "closed_by": who}
    this = (Shift.id == shift.id) & Shift.closed_at.is_null()
    with store.atomic():
        note = " ".join(note.split())[:200]
        if not Shift.update(change | {"note": note}).where(this).execute():
            raise BadInput("That shift is closed already.")
        found = report(Shift.get_by_id(shift.id))
        audit.note(who, "cash close", f"shift {shift.id}, {_text(counted_cents)}", now)
        _announce_closed(found, now)
    return found


def _announce_closed(found: Report, now: int) -> None:
    difference = found.difference_cents or 0
    says = f"{found.shift.staff}: {_text(found.sold_cents - found.voided_cents)} sold"
    if difference:
        says += f", {_text(abs(difference))} {'over' if difference > 0 else 'missing'}"
    told = {"title": "Till closed", "says": says, "is_good": not difference}
    events.announce("shift_closed", told, now)


def report(shift: Shift) -> Report:
    """What a shift sold so far."""
    rows = sales(shift)
    back = [row for row in rows if row.voided_at is not None]
    kept = [row for row in rows if row.voided_at is None]
    count = Counter(payments.terms(row.payment).name for row in kept)
    cents: Counter[str] = Counter()
    for row in kept:
        cents[payments.terms(row.payment).name] += row.payment.amount_cents
    return Report(
        shift,
        len(rows),
        sum(row.payment.amount_cents for row in rows),
        len(back),
        sum(row.payment.amount_cents for row in back),
        {name: (count[name], cents[name]) for name in sorted(count)},
    )


def sales(shift: Shift) -> list[CashSale]:
    """The sales of a shift, newest first, each with its payment and voucher."""
    query = (
        CashSale.select(CashSale, Payment, Voucher)
        .join(Payment)
        .switch(CashSale)
        .join(Voucher, JOIN.LEFT_OUTER)
        .where(CashSale.shift == shift)
    )
    return list(query.order_by(CashSale.payment.desc()))


def shifts(who: str = "", most: int = 30) -> list[Shift]:
    """The newest shifts, of one person where one is named."""
    query = Shift.select().order_by(Shift.id.desc()).limit(most)
    return list(query.where(Shift.staff == who) if who else query)


# -- Sales -------------------------------------------------------------------------


def sell_vouchers(shift: Shift, plan: Plan, count: int, now: int) -> VoucherBatch:
    """New vouchers for cash, each with its payment; all or none. Raises BadInput."""
    if not 1 <= count <= MOST_AT_ONCE:
        raise BadInput(f"Sell 1 to {MOST_AT_ONCE} vouchers at once.", field="count")
    with store.atomic():
        _check_open(shift)
        batch = vouchers.make(plan, count, shift.staff, now)
        for voucher in Voucher.select().where(Voucher.batch == batch):
            CashSale.create(
                payment=_take(shift, plan, Whose(), now), shift=shift, voucher=voucher
            )
        _announce_sold(shift, plan, count, now)
    return batch


def sell_to_phone(shift: Shift, plan: Plan, phone: str, now: int) -> Payment:
    """A package for cash to a phone (2547…): its time at once, its login by SMS.

    Raises BadInput.
    """
    with store.atomic():
        _check_open(shift)
        # The device that last used that phone's time is the likeliest to want it.
        payment = _take(shift, plan, matching.of_phone(phone), now)
        CashSale.create(payment=payment, shift=shift)
        subscriptions.fulfil(payment.id, now)
    return payment


def _take(shift: Shift, plan: Plan, whose: Whose, now: int) -> Payment:
    terms = terms_of(plan)
    taken = Taken(
        "cash",
        "counter",
        terms,
        terms.price_cents,
        whose.phone,
        whose.mac,
        whose.ip,
        who=str(shift.staff),
    )
    return settled.take(taken, now)


def _check_open(shift: Shift) -> None:
    if Shift.get_by_id(shift.id).closed_at is not None:
        raise BadInput("Your shift is closed.", "Open a shift first.")
    room.refuse_sales()


def _announce_sold(shift: Shift, plan: Plan, count: int, now: int) -> None:
    says = f"{count} × {plan.name}, {_text(count * plan.price_cents)}, by {shift.staff}"
    told = {"title": "Sold for cash", "says": says, "is_good": True}
    events.announce("cash_sold", told, now)


# -- Taken back --------------------------------------------------------------------


def may_void(sale: CashSale, who: str, is_owner: bool, now: int) -> bool:
    """Whether somebody may take a sale back: in its own shift, while it is unused."""
    shift = sale.shift
    if sale.voided_at is not None or shift.closed_at is not None:
        return False
    is_fresh = now - (sale.payment.paid_at or 0) <= VOID_SECONDS
    return (is_owner or (shift.staff == who and is_fresh)) and not _is_used(sale)


def _is_used(sale: CashSale) -> bool:
    if sale.voucher is not None:
        return sale.voucher.redeemed_at is not None
    time = Subscription.get_or_none(Subscription.payment == sale.payment)
    if time is None:
        return False
    used = Session.select().where(Session.subscription == time).exists()
    return bool(used) or time.admitted_at is not None


def void(payment_id: int, reason: str, who: str, is_owner: bool, now: int) -> CashSale:
    """Take a sale back: the cash is given back, its voucher or time is no more.

    Raises BadInput where it may not be, or is used.
    """
    reason = " ".join(reason.split())[:200]
    if len(reason) < 3:
        raise BadInput("Say why, in a few words.", field="reason")
    with store.atomic():
        sale = CashSale.get_or_none(CashSale.payment == payment_id)
        if sale is None or not may_void(sale, who, is_owner, now):
            raise BadInput(
                "That sale can't be taken back.",
                "It is used, or of another shift, or too old: ask the owner.",
                field="reason",
            )
        change = {"voided_at": now, "voided_by": who, "reason": reason}
        CashSale.update(change).where(CashSale.payment == sale.payment).execute()
        _end_time(sale, now)
        wish = refunds.Wish(who, f"sale taken back: {reason}", sale.payment)
        refunds.by_hand(wish, now)
        audit.note(who, "cash void", f"sale {payment_id} voided: {reason}", now)
    return sale


def _end_time(sale: CashSale, now: int) -> None:
    if sale.voucher is not None:
        Voucher.update(voided_at=now).where(Voucher.id == sale.voucher.id).execute()
    time = Subscription.get_or_none(Subscription.payment == sale.payment)
    if time is not None:
        subscriptions.end_early(time, now)


def _check_money(cents: int, field: str) -> None:
    if not 0 <= cents <= MOST_CENTS:
        raise BadInput("That is not an amount of money.", field=field)


def _text(cents: int) -> str:
    return f"{cents / 100:,.2f}".removesuffix(".00")
