"""Discount codes, and what is owed for packages on credit, for programs."""

from __future__ import annotations

from typing import Any

from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue, discounts
from hotspot_lite.trade.goods.discounts import MOST_OFF_CENTS, MOST_USES, Used, Wanted
from hotspot_lite.trade.models import Debt, Discount
from hotspot_lite.trade.money import debts
from hotspot_lite.web.desk import one
from hotspot_lite.web.v1.declare import (
    NUMBER,
    TIME,
    WORD,
    Call,
    Endpoint,
    flag,
    maybe,
    record,
    rows,
    text,
    whole,
)

# The form's names, as programs have them.
NAMES = {"promo": "code", "off": "off_cents", "until": "seconds"}
DISCOUNT = record(
    id=NUMBER,
    code=WORD,
    percent=NUMBER,
    off_cents=NUMBER,
    plan_id=maybe(NUMBER),
    most=maybe(NUMBER),
    per_phone=NUMBER,
    ends_at=maybe(TIME),
    stopped=flag(),
    used=NUMBER,
    paid_cents=NUMBER,
)
DEBT = record(
    id=NUMBER, customer_id=NUMBER, amount_cents=NUMBER, package=WORD, since=TIME
)


def listed(call: Call) -> dict[str, Any]:
    """Every code with its use, the newest first."""
    return {"discounts": [_discount(used) for used in discounts.listed()]}


def add(call: Call) -> dict[str, Any]:
    """Make a code that holds from now on; `seconds` is how long."""
    given = call.body
    seconds, plan_id = given.get("seconds"), given.get("plan_id")
    wanted = Wanted(
        given["code"],
        given.get("percent", 0),
        given.get("off_cents", 0),
        catalogue.for_sale(plan_id) if plan_id else None,
        given.get("most"),
        given.get("per_phone", 1),
        call.now + seconds if seconds else None,
    )
    try:
        made = discounts.add(wanted, call.person.name, call.now)
    except BadInput as exc:
        field = NAMES.get(exc.field, exc.field)
        raise BadInput(exc.says, exc.todo, field=field) from None
    return _discount(Used(made, 0, 0))


def stop(call: Call) -> dict[str, Any]:
    """It holds no longer."""
    discounts.stop(one(Discount, call.path["id"]), call.person.name, call.now)
    return {"stopped": True}


def owed(call: Call) -> dict[str, Any]:
    """Who owes for a package on credit, the longest owing first."""
    return {"debts": [_debt(debt) for debt in debts.open_ones()]}


def forgive(call: Call) -> dict[str, Any]:
    """Nobody asks for it any more."""
    debts.forgive(one(Debt, call.path["id"]), call.person.name, call.now)
    return {"forgiven": True}


def _discount(used: Used) -> dict[str, Any]:
    found = used.discount
    return {
        "id": found.id,
        "code": found.code,
        "percent": found.percent,
        "off_cents": found.off_cents,
        "plan_id": found.plan.id if found.plan else None,
        "most": found.most,
        "per_phone": found.per_phone,
        "ends_at": as_text(found.ends_at) or None,
        "stopped": found.stopped_at is not None,
        "used": used.count,
        "paid_cents": used.paid_cents,
    }


def _debt(debt: Debt) -> dict[str, Any]:
    return {
        "id": debt.id,
        "customer_id": debt.customer.id,
        "amount_cents": debt.amount_cents,
        "package": debt.subscription.plan_name,
        "since": as_text(debt.at),
    }


ENDPOINTS = (
    Endpoint(
        "GET",
        "/discounts",
        "Discount codes and their use, the newest first",
        listed,
        record(discounts=rows(DISCOUNT)),
        ("manager",),
    ),
    Endpoint(
        "POST",
        "/discounts",
        "Make a discount code: so many per cent off, or an amount",
        add,
        DISCOUNT,
        ("manager",),
        body={
            "code": text(40, 1),
            "percent": whole(0, discounts.MOST_PERCENT),
            "off_cents": whole(0, MOST_OFF_CENTS),
            "plan_id": whole(1),
            "most": whole(1, MOST_USES),
            "per_phone": whole(1, MOST_USES),
            "seconds": whole(1, 400 * 86_400),
        },
        needs=("code",),
        status=201,
        fails=(422,),
    ),
    Endpoint(
        "POST",
        "/discounts/{id}/stop",
        "Let a discount code hold no longer",
        stop,
        record(stopped=flag()),
        ("manager",),
        fails=(404,),
    ),
    Endpoint(
        "GET",
        "/debts",
        "What is owed for packages on credit",
        owed,
        record(debts=rows(DEBT)),
        ("manager",),
    ),
    Endpoint(
        "POST",
        "/debts/{id}/forgive",
        "Ask for a debt no more",
        forgive,
        record(forgiven=flag()),
        ("manager",),
        fails=(404,),
    ),
)
