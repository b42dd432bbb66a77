"""Codes that make a package cheaper, until a day or for so many buyers.

The price that is left is that of the sale: ledger, reports and receipts know no other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from peewee import IntegrityError, fn

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.goods.amounts import read_day
from hotspot_lite.trade.goods.catalogue import Terms
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Customer, Discount, Payment, Plan

MOST_PERCENT, MOST_OFF_CENTS, MOST_USES = 99, 10_000_000, 1_000_000
# M-Pesa moves whole shillings; a price that is none stays as exact as it was.
UNIT_CENTS = 100
# As a form or a command names them.
FIELDS = ("promo", "percent", "off", "plan", "most", "per_phone", "until")
_CODE = re.compile(r"[A-Z0-9]{3,20}")
# Whoever may still pay has it: a prompt that failed may turn out to be paid, seldom.
TAKEN = ("asked", "sent", "uncertain", "paid")


@dataclass(frozen=True)
class Cut:
    """What makes one sale cheaper: an owner's code, or the friend who brought it."""

    percent: int = 0
    off_cents: int = 0
    discount: Discount | None = None
    friend: Customer | None = None

    def of(self, terms: Terms) -> Terms:
        """The terms at the price that is left: whole units of money, one at least.

        A price below one unit stays as it is.
        """
        price_cents = terms.price_cents
        off_cents = self.off_cents + price_cents * self.percent // 100
        left_cents = price_cents - off_cents
        if not price_cents % UNIT_CENTS:
            left_cents = -(-left_cents // UNIT_CENTS) * UNIT_CENTS
        least_cents = min(UNIT_CENTS, price_cents)
        return replace(terms, price_cents=max(least_cents, left_cents))


NO_CUT = Cut()


@dataclass(frozen=True)
class Wanted:
    """A code as the owner wants it: so much `percent`, or so much off.

    `plan` is the one it holds for, None: every one. `most` buyers in all, None: any
    number; `per_phone` times for each phone. `ends_at` is its end, None: none.
    """

    code: str
    percent: int = 0
    off_cents: int = 0
    plan: Plan | None = None
    most: int | None = None
    per_phone: int = 1
    ends_at: int | None = None


@dataclass(frozen=True)
class Used:
    """A code, how many paid with it, and what they paid in cents."""

    discount: Discount
    count: int
    paid_cents: int


def read(given: Mapping[str, str], zone: str) -> Wanted:
    """A code as people write it, by FIELDS. Raises BadInput naming the field.

    `plan` is a package's name, `until` the last day at the place, like 2026-12-31.
    """
    until = given["until"].strip()
    return Wanted(
        given["promo"],
        _whole(given, "percent"),
        _amount(given["off"]),
        catalogue.by_name(given["plan"]) if given["plan"].strip() else None,
        _whole(given, "most") if given["most"].strip() else None,
        _whole(given, "per_phone"),
        read_day(until, zone, is_last=True) if until else None,
    )


def _whole(given: Mapping[str, str], name: str) -> int:
    text = given[name].strip().removesuffix("%").strip()
    if text and not (text.isascii() and text.isdigit() and len(text) < 9):
        says = f"{text[:20]!r} is no whole number."
        raise BadInput(says, "Write digits only.", field=name)
    return int(text or 0)


def _amount(text: str) -> int:
    try:
        return catalogue.read_price(text) if text.strip() else 0
    except BadInput as exc:
        raise BadInput(exc.says, exc.todo, field="off") from None


def read_code(text: str) -> str:
    """A code as it is kept: capitals and digits. Raises BadInput (field "promo")."""
    code = re.sub(r"[\s\-]", "", text).upper()
    if not _CODE.fullmatch(code):
        raise BadInput(
            "That is not a discount code.",
            "A code has 3 to 20 letters and digits.",
            field="promo",
        )
    return code


def add(wanted: Wanted, by: str, now: int) -> Discount:
    """Make a code that holds from now on. Raises BadInput naming the field."""
    code = read_code(wanted.code)
    _check(wanted, now)
    try:
        with store.atomic():
            made = Discount.create(
                code=code,
                percent=wanted.percent,
                off_cents=wanted.off_cents,
                plan=wanted.plan,
                most=wanted.most,
                per_phone=wanted.per_phone,
                ends_at=wanted.ends_at,
                made_at=now,
                made_by=by,
            )
            audit.note(by, "discount", f"{code}, {words_of(made)}", now)
    except IntegrityError:
        says = f"There is a code {code} already, or was."
        raise BadInput(says, "Choose another.", field="promo") from None
    return made


def _check(wanted: Wanted, now: int) -> None:
    if bool(wanted.percent) == bool(wanted.off_cents):
        says = "A code takes off a part in per cent, or an amount: one of them."
        raise BadInput(says, "Write 20 per cent, or 10 off.", field="percent")
    if not 0 <= wanted.percent <= MOST_PERCENT:
        says = f"A code takes off 1 to {MOST_PERCENT} per cent."
        raise BadInput(says, "Make a package of price 0 instead.", field="percent")
    if not 0 <= wanted.off_cents <= MOST_OFF_CENTS:
        raise BadInput("That is no amount.", "Write 10 or 10.50.", field="off")
    if wanted.off_cents and wanted.plan and wanted.off_cents >= wanted.plan.price_cents:
        says = f"That is all that {wanted.plan.name} costs."
        raise BadInput(says, "Take off less.", field="off")
    if wanted.most is not None and not 1 <= wanted.most <= MOST_USES:
        says = f"A code holds for 1 to {MOST_USES:,} buyers."
        raise BadInput(says, "Leave it empty for any number.", field="most")
    if not 1 <= wanted.per_phone <= MOST_USES:
        says = "Each phone may use it once or more often."
        raise BadInput(says, "Write 1.", field="per_phone")
    if wanted.ends_at is not None and wanted.ends_at <= now:
        raise BadInput("That day is over.", "Choose one to come.", field="until")


def stop(discount: Discount, by: str, now: int) -> None:
    """It holds no longer; who has a prompt open pays what the prompt says. Harmless
    twice."""
    with store.atomic():
        this = (Discount.id == discount.id) & Discount.stopped_at.is_null()
        if Discount.update(stopped_at=now).where(this).execute():
            audit.note(by, "discount", f"{discount.code} stopped", now)


def by_code(text: str) -> Discount:
    """The code as somebody typed it, whether or not it holds. Raises BadInput."""
    found: Discount | None = store.find(Discount, code=read_code(text))
    if found is None:
        raise BadInput("We do not know that code.", "Look again.", field="promo")
    return found


def any_holds(now: int) -> bool:
    """Whether there is any code to type just now."""
    holds = Discount.stopped_at.is_null() & (
        Discount.ends_at.is_null() | (Discount.ends_at > now)
    )
    return bool(Discount.select().where(holds).exists())


def cut_by(discount: Discount, plan: Plan, now: int) -> Cut:
    """What a code takes off a package. Raises BadInput where it doesn't hold."""
    is_over = discount.ends_at is not None and discount.ends_at <= now
    if discount.stopped_at is not None or is_over:
        raise BadInput("That code is over.", "Buy without it.", field="promo")
    if discount.plan is not None and discount.plan.id != plan.id:
        raise BadInput(
            "That code is for another package.", "Choose that one.", field="promo"
        )
    cut = Cut(discount.percent, discount.off_cents, discount)
    if cut.of(catalogue.terms_of(plan)).price_cents >= plan.price_cents:
        # Five per cent of 10: M-Pesa moves no half shilling. It would be used up.
        says = "That code makes this package no cheaper."
        raise BadInput(says, "Buy without it.", field="promo")
    return cut


def refuse_used_up(cut: Cut, phone: str) -> None:
    """Raise BadInput where the code had all its buyers, or this phone its turns.

    In the transaction of the sale: of two at once one is the last.
    """
    discount = cut.discount
    if discount is None:
        return
    these = (Payment.discount == discount) & Payment.state.in_(TAKEN)
    if _count(these & (Payment.phone == phone)) >= discount.per_phone:
        raise BadInput(
            "This phone has used that code.", "Buy without it.", field="promo"
        )
    if discount.most is not None and _count(these) >= discount.most:
        raise BadInput("That code is used up.", "Buy without it.", field="promo")


def _count(these: Any) -> int:
    return int(Payment.select().where(these).count())


def listed() -> Sequence[Used]:
    """Every code with its use, the newest first."""
    paid: Any = (
        Payment.select(
            Payment.discount,
            fn.COUNT(Payment.id).alias("count"),
            fn.SUM(Payment.amount_cents).alias("cents"),
        )
        .where(Payment.discount.is_null(False) & (Payment.state == "paid"))
        .group_by(Payment.discount)
        .dicts()
    )
    sums = {row["discount"]: (row["count"], row["cents"]) for row in paid}
    query = Discount.select().order_by(Discount.id.desc())
    return [Used(one, *sums.get(one.id, (0, 0))) for one in query]


def words_of(discount: Discount) -> str:
    """What it takes off: "20 % off", "10.00 off 1 Hour"."""
    what = (
        f"{discount.percent} %"
        if discount.percent
        else f"{discount.off_cents / 100:.2f}"
    )
    return f"{what} off" + (f" {discount.plan.name}" if discount.plan else "")
