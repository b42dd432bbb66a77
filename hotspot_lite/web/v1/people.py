"""Customers, their devices and who is online, for programs."""

from __future__ import annotations

from typing import Any

from hotspot_lite import samples
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import helping
from hotspot_lite.trade.models import Customer, Device, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import online, subscriptions
from hotspot_lite.web.rows import one
from hotspot_lite.web.v1.declare import (
    NUMBER,
    TIME,
    WORD,
    Call,
    Endpoint,
    Schema,
    flag,
    mac,
    maybe,
    record,
    rows,
    text,
    whole,
)

TIME_LEFT = record(
    id=NUMBER,
    package=WORD,
    starts_at=maybe(TIME),
    expires_at=maybe(TIME),
    seconds_left=NUMBER,
    data_bytes=maybe(NUMBER),
    data_used_bytes=NUMBER,
)
CUSTOMER = record(id=NUMBER, login=WORD, phone=maybe(WORD), email=WORD, made_at=TIME)
WHOLE: Schema = record(
    **CUSTOMER["properties"],
    devices=rows(WORD),
    time=rows(TIME_LEFT),
)
ONLINE = record(
    login=WORD,
    mac=WORD,
    ip=WORD,
    customer_id=maybe(NUMBER),
    package=maybe(WORD),
    began_at=TIME,
    used_bytes=NUMBER,
    seconds_left=maybe(NUMBER),
    data_left_bytes=maybe(NUMBER),
)


def found(call: Call) -> dict[str, Any]:
    """Customers by phone, login, device, voucher, receipt or e-mail."""
    return {
        "customers": [_customer(row) for row in helping.find(call.query.get("q", ""))]
    }


def shown(call: Call) -> dict[str, Any]:
    """One customer with devices and the time that is left."""
    return _whole(call, one(Customer, call.path["id"]))


def lengthen(call: Call) -> dict[str, Any]:
    """Give more minutes, for nothing."""
    customer = one(Customer, call.path["id"])
    live = subscriptions.live(customer, call.now)
    if not live:
        raise BadInput("No time is left that could be longer.", field="minutes")
    minutes, why = call.body["minutes"], call.body["why"]
    helping.lengthen(live[0], minutes, why, call.person.name, call.now)
    return _whole(call, customer)


def resend(call: Call) -> dict[str, Any]:
    """Send the login by SMS again, to the customer's own phone."""
    customer = one(Customer, call.path["id"])
    helping.resend(customer, call.person.name, call.now)
    return _customer(customer)


def block(call: Call) -> dict[str, Any]:
    """Let a device in no more for 30 days, or again."""
    device, is_blocked = customers.normal_mac(call.body["mac"]), call.body["is_blocked"]
    helping.set_blocked(device, is_blocked, call.person.name, call.now)
    return {"mac": device, "is_blocked": is_blocked}


def sessions(call: Call) -> dict[str, Any]:
    """Who is online."""
    sample = samples.newest(call.box.settings.run_dir, "online")
    told = online.newest(sample, call.now)
    return {
        "at": as_text(told.at) or None,
        "sessions": [
            {
                "login": row.at.user if call.person.may("cashier") else "",
                "mac": row.at.mac_address,
                "ip": row.at.ip,
                "customer_id": row.customer.id if row.customer else None,
                "package": row.subscription.plan_name if row.subscription else None,
                "began_at": as_text(row.began_at),
                "used_bytes": row.used_bytes,
                "seconds_left": row.seconds_left,
                "data_left_bytes": row.data_left_bytes,
            }
            for row in online.listed(told.rows, call.now)
        ],
    }


def kick(call: Call) -> dict[str, Any]:
    """Have the router put a device out; it may log in again."""
    device = customers.normal_mac(call.body["mac"])
    online.call_out(device, call.person.name, call.now)
    return {"mac": device}


def _customer(row: Customer) -> dict[str, Any]:
    return {
        "id": row.id,
        "login": row.username,
        "phone": row.phone,
        "email": row.email,
        "made_at": as_text(row.made_at),
    }


def _whole(call: Call, row: Customer) -> dict[str, Any]:
    devices = Device.select(Device.mac).where(Device.customer == row)
    live = subscriptions.live(row, call.now)
    return _customer(row) | {
        "devices": [device.mac for device in devices],
        "time": [_time(time, call.now) for time in live],
    }


def _time(time: Subscription, now: int) -> dict[str, Any]:
    return {
        "id": time.id,
        "package": time.plan_name,
        "starts_at": as_text(time.starts_at) or None,
        "expires_at": as_text(time.expires_at) or None,
        "seconds_left": subscriptions.seconds_left(time, now),
        "data_bytes": time.data_bytes,
        "data_used_bytes": time.data_used_bytes,
    }


HERE = "/customers/{id}"
ENDPOINTS = (
    Endpoint(
        "GET",
        "/customers",
        "Customers, found by anything",
        found,
        record(customers=rows(CUSTOMER)),
        ("cashier",),
        query={"q": text(helping.LETTERS_OF_A_SEARCH)},
    ),
    Endpoint(
        "GET",
        HERE,
        "One customer with the time left",
        shown,
        WHOLE,
        ("cashier",),
        fails=(404,),
    ),
    Endpoint(
        "POST",
        f"{HERE}/lengthen",
        "Give more minutes",
        lengthen,
        WHOLE,
        ("cashier",),
        body={"minutes": whole(1, helping.MOST_MINUTES), "why": text(200, 3)},
        needs=("minutes", "why"),
        fails=(404, 422),
    ),
    Endpoint(
        "POST",
        f"{HERE}/resend",
        "Send the login by SMS again",
        resend,
        CUSTOMER,
        ("cashier",),
        fails=(404, 422),
    ),
    Endpoint(
        "POST",
        "/devices/block",
        "Block a device, or let it in again",
        block,
        record(mac=WORD, is_blocked=flag()),
        ("cashier",),
        body={"mac": mac(), "is_blocked": flag()},
        needs=("mac", "is_blocked"),
        fails=(422,),
    ),
    Endpoint(
        "GET",
        "/sessions",
        "Who is online",
        sessions,
        record(at=maybe(TIME), sessions=rows(ONLINE)),
    ),
    Endpoint(
        "POST",
        "/sessions/kick",
        "Put a device out",
        kick,
        record(mac=WORD),
        ("cashier",),
        body={"mac": mac()},
        needs=("mac",),
        fails=(422,),
    ),
)
