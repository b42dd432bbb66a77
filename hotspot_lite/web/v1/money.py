"""Payments, exceptions and reports for programs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Payment
from hotspot_lite.trade.money import payments, undecided
from hotspot_lite.trade.office import reports
from hotspot_lite.trade.office.reports.shape import midnight
from hotspot_lite.trade.people.phones import mask, normalise_phone
from hotspot_lite.trade.reckoning import payment_list
from hotspot_lite.trade.reckoning.payment_list import ORDERS, STATES, Wanted
from hotspot_lite.web import board
from hotspot_lite.web.desk import one
from hotspot_lite.web.v1.declare import (
    NUMBER,
    TIME,
    WORD,
    Call,
    Endpoint,
    day,
    maybe,
    one_of,
    record,
    rows,
    text,
    whole,
)

MOST_ROWS = 500
PAYMENT = record(
    id=NUMBER,
    state=WORD,
    provider=WORD,
    package=WORD,
    amount_cents=NUMBER,
    phone=WORD,
    mac=WORD,
    receipt=maybe(WORD),
    says=WORD,
    asked_at=TIME,
    paid_at=maybe(TIME),
)


def numbers(call: Call) -> dict[str, Any]:
    """What the first screen of the admin shows."""
    told = board.snapshot(call.now, str(call.box.settings["box.timezone"]))
    return {"at": told["at"], "numbers": told["numbers"]}


def listed(call: Call) -> dict[str, Any]:
    """A page of payments, and the mark of the next."""
    asked, zone = call.query, str(call.box.settings["box.timezone"])
    since, until = _day(asked.get("since")), _day(asked.get("until"))
    wanted = Wanted(
        asked.get("search", "").strip(),
        asked.get("state", ""),
        asked.get("provider", ""),
        midnight(since, zone) if since else None,
        midnight(until + timedelta(days=1), zone) if until else None,
        asked.get("order", "newest"),
    )
    count = asked.get("count", 100)
    found, more = payment_list.page(wanted, asked.get("after", ""), count)
    return {"payments": [_payment(call, row) for row in found], "next": more}


def shown(call: Call) -> dict[str, Any]:
    """One payment."""
    return _payment(call, one(Payment, call.path["id"]))


def ask(call: Call) -> dict[str, Any]:
    """Send an M-Pesa prompt; the phone gets the time when it is paid."""
    reading = call.box.clock.now()
    most = call.box.settings["mpesa.prompts_in_10_minutes"]
    plan = catalogue.for_sale(call.body["plan_id"])
    wish = payments.Ask(plan, normalise_phone(call.body["phone"]))
    made = payments.ask(wish, call.box.key, reading.at, reading.believed, most)
    return _payment(call, made)


def exceptions(call: Call) -> dict[str, Any]:
    """What waits for somebody to decide, the oldest first."""
    found = [
        {
            "id": row.id,
            "kind": row.kind,
            "says": row.says,
            "payment_id": row.payment.id if row.payment else None,
            "at": as_text(row.at),
        }
        for row in undecided.waiting()[:MOST_ROWS]
    ]
    return {"exceptions": found}


def report_names(call: Call) -> dict[str, Any]:
    """The reports there are."""
    kinds = reports.REPORTS.values()
    return {
        "reports": [
            {"name": kind.name, "title": kind.title}
            for kind in kinds
            if not kind.is_list
        ]
    }


def report(call: Call) -> dict[str, Any]:
    """A report of some days: money in cents, data in octets, time in seconds."""
    kind = reports.named(call.path["name"])
    if kind.is_list:
        raise BadInput("That is a list: it is exported on the admin's page.")
    zone = str(call.box.settings["box.timezone"])
    today = datetime.fromtimestamp(call.now, UTC).astimezone(ZoneInfo(zone)).date()
    since, until = call.query.get("since", ""), call.query.get("until", "")
    table = kind.make(reports.read_span(since, until, today, zone))
    return {
        "title": table.title,
        "columns": [{"name": c.name, "kind": c.kind} for c in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "total": [_cell(cell) for cell in table.total] if table.total else None,
    }


def _cell(value: Any) -> Any:
    return value if isinstance(value, int | float | str | None) else str(value)


def _payment(call: Call, row: Payment) -> dict[str, Any]:
    phone = row.phone if call.person.may("cashier") else mask(row.phone)
    return {
        "id": row.id,
        "state": row.state,
        "provider": row.provider,
        "package": payments.terms(row).name,
        "amount_cents": row.amount_cents,
        "phone": phone,
        "mac": row.mac,
        "receipt": row.receipt,
        "says": row.result_text,
        "asked_at": as_text(row.asked_at),
        "paid_at": as_text(row.paid_at) or None,
    }


def _day(given: str | None) -> date | None:
    return date.fromisoformat(given) if given else None


DAYS = {"since": day(), "until": day()}
CELL = {"type": ["string", "number", "null"]}
ENDPOINTS = (
    Endpoint(
        "GET",
        "/numbers",
        "Today's takings, who is online, what waits",
        numbers,
        record(at=TIME, numbers={"type": "object"}),
    ),
    Endpoint(
        "GET",
        "/payments",
        "Payments, page by page",
        listed,
        record(payments=rows(PAYMENT), next=WORD),
        query={
            "search": text(40),
            "state": one_of(*STATES),
            "provider": text(20),
            "order": one_of(*ORDERS),
            "after": text(40),
            "count": whole(1, MOST_ROWS),
            **DAYS,
        },
        fails=(422,),
    ),
    Endpoint("GET", "/payments/{id}", "One payment", shown, PAYMENT, fails=(404,)),
    Endpoint(
        "POST",
        "/payments",
        "Send an M-Pesa prompt to a phone",
        ask,
        PAYMENT,
        ("cashier",),
        body={"plan_id": whole(1), "phone": text(20, 9)},
        needs=("plan_id", "phone"),
        status=201,
        fails=(422,),
    ),
    Endpoint(
        "GET",
        "/exceptions",
        "What waits for somebody to decide",
        exceptions,
        record(
            exceptions=rows(
                record(
                    id=NUMBER, kind=WORD, says=WORD, payment_id=maybe(NUMBER), at=TIME
                )
            )
        ),
    ),
    Endpoint(
        "GET",
        "/reports",
        "The reports there are",
        report_names,
        record(reports=rows(record(name=WORD, title=WORD))),
        ("manager",),
    ),
    Endpoint(
        "GET",
        "/reports/{name}",
        "A report of some days",
        report,
        record(
            title=WORD,
            columns=rows(record(name=WORD, kind=WORD)),
            rows=rows(rows(CELL)),
            total=maybe(rows(CELL)),
        ),
        ("manager",),
        query=DAYS,
        fails=(422,),
    ),
)
