"""Packages and vouchers for programs."""

from __future__ import annotations

from typing import Any

from hotspot_lite.clock import as_text
from hotspot_lite.trade.goods import batches, catalogue
from hotspot_lite.trade.goods.batches import STATES, Tally
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.house import room
from hotspot_lite.trade.models import Plan, VoucherBatch
from hotspot_lite.web.rows import one
from hotspot_lite.web.v1.declare import (
    NUMBER,
    TIME,
    WORD,
    Call,
    Endpoint,
    flag,
    maybe,
    one_of,
    record,
    rows,
    text,
    whole,
)

PLAN = record(
    id=NUMBER,
    name=WORD,
    price_cents=NUMBER,
    duration_seconds=NUMBER,
    uptime_seconds=maybe(NUMBER),
    data_bytes=maybe(NUMBER),
    rate=WORD,
    fair=WORD,
    pauses=NUMBER,
    happy=WORD,
    devices=NUMBER,
    starts=WORD,
    on_sale=flag(),
)
BATCH = record(
    id=NUMBER,
    package=WORD,
    price_cents=NUMBER,
    made_at=TIME,
    made_by=WORD,
    counts=record(**{state.replace(" ", "_"): NUMBER for state in STATES}),
)
CODE = record(
    id=NUMBER, code=WORD, state=one_of(*STATES), used_at=maybe(TIME), mac=WORD
)
PLAN_BODY = {
    "name": text(60, 1),
    "price": text(12, 1),
    "duration": text(12, 1),
    "uptime": text(12),
    "data": text(12),
    "rate": text(80, 1),
    "fair": text(60),
    "happy": text(80),
    "pauses": whole(0, catalogue.MOST_PAUSES),
    "devices": whole(1, 100),
    "starts": one_of("sale", "first-use"),
}
ON_A_PAGE = 500
BATCHES = 50


def plans(call: Call) -> dict[str, Any]:
    """What is on sale, cheapest first."""
    return {"plans": [_plan(plan) for plan in catalogue.on_sale()]}


def add_plan(call: Call) -> dict[str, Any]:
    """Put a package on sale."""
    given: dict[str, Any] = dict(call.body)
    return _plan(catalogue.add(now=call.now, by=call.person.name, **given))


def change_plan(call: Call) -> dict[str, Any]:
    """Change a package for whoever buys from now on."""
    plan = one(Plan, call.path["id"])
    catalogue.change(plan, call.body, call.person.name, call.now)
    return _plan(one(Plan, plan.id))


def put_on_sale(call: Call) -> dict[str, Any]:
    """Show a package to customers, or no longer."""
    plan = one(Plan, call.path["id"])
    catalogue.put_on_sale(plan, call.body["on_sale"], call.person.name, call.now)
    return _plan(one(Plan, plan.id))


def listed(call: Call) -> dict[str, Any]:
    """The newest batches, or those before one."""
    found = batches.newest(BATCHES, call.query.get("before"))
    return {"batches": [_batch(one) for one in found]}


def make(call: Call) -> dict[str, Any]:
    """Make vouchers; their codes are read page by page."""
    plan = catalogue.for_sale(call.body["plan_id"])
    room.refuse_sales()
    made = vouchers.make(plan, call.body["count"], call.person.name, call.now)
    return _batch(batches.tally(made))


def codes(call: Call) -> dict[str, Any]:
    """The codes of a batch and what became of them."""
    batch = one(VoucherBatch, call.path["id"])
    state = call.query.get("state")
    after = call.query.get("after", 0)
    found, more = batches.slips(batch, [state] if state else (), ON_A_PAGE, after)
    return {
        "vouchers": [
            {
                "id": slip.id,
                "code": slip.code,
                "state": slip.state,
                "used_at": as_text(slip.used_at) or None,
                "mac": slip.device,
            }
            for slip in found
        ],
        "next": more or None,
    }


def take_back(call: Call) -> dict[str, Any]:
    """Make one unused voucher worthless, or all of the batch."""
    batch = one(VoucherBatch, call.path["id"])
    which = call.body.get("voucher_id", 0)
    count = batches.take_back(batch, which, call.person.name, call.now)
    return {"taken_back": count}


def _plan(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in PLAN["properties"]}


def _batch(found: Tally) -> dict[str, Any]:
    return {
        "id": found.batch.id,
        "package": found.terms.name,
        "price_cents": found.terms.price_cents,
        "made_at": as_text(found.batch.made_at),
        "made_by": found.batch.made_by,
        "counts": {
            state.replace(" ", "_"): count for state, count in found.counts.items()
        },
    }


ENDPOINTS = (
    Endpoint("GET", "/plans", "Packages on sale", plans, record(plans=rows(PLAN))),
    Endpoint(
        "POST",
        "/plans",
        "Put a package on sale",
        add_plan,
        PLAN,
        ("manager",),
        body=PLAN_BODY,
        needs=("name", "price", "duration"),
        status=201,
        fails=(422,),
    ),
    Endpoint(
        "PATCH",
        "/plans/{id}",
        "Change a package for whoever buys from now on",
        change_plan,
        PLAN,
        ("manager",),
        body=PLAN_BODY,
        fails=(404, 422),
    ),
    Endpoint(
        "POST",
        "/plans/{id}/sale",
        "Put a package on sale, or take it off",
        put_on_sale,
        PLAN,
        ("manager",),
        body={"on_sale": flag()},
        needs=("on_sale",),
        fails=(404, 422),
    ),
    Endpoint(
        "GET",
        "/vouchers/batches",
        "Batches of vouchers, the newest first",
        listed,
        record(batches=rows(BATCH)),
        ("cashier",),
        query={"before": whole(1)},
    ),
    Endpoint(
        "POST",
        "/vouchers/batches",
        "Make vouchers",
        make,
        BATCH,
        ("cashier",),
        body={"plan_id": whole(1), "count": whole(1, vouchers.MOST_AT_ONCE)},
        needs=("plan_id", "count"),
        status=201,
        fails=(422,),
    ),
    Endpoint(
        "GET",
        "/vouchers/batches/{id}",
        "The codes of a batch",
        codes,
        record(vouchers=rows(CODE), next=maybe(NUMBER)),
        ("cashier",),
        query={"state": one_of(*STATES), "after": whole()},
        fails=(404,),
    ),
    Endpoint(
        "POST",
        "/vouchers/batches/{id}/take-back",
        "Take one unused voucher back, or all of the batch",
        take_back,
        record(taken_back=NUMBER),
        ("manager",),
        body={"voucher_id": whole(1)},
        fails=(404, 422),
    ),
)
