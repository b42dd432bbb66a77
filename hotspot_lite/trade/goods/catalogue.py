"""The packages on sale, and the terms that a sale keeps of one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import unknown
from hotspot_lite.trade.goods.amounts import read_data, write_data
from hotspot_lite.trade.goods.fair import read_fair
from hotspot_lite.trade.goods.happy import read_happy
from hotspot_lite.trade.goods.rates import read_rate
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Plan

MOST_PAUSES = 99
# What `add` takes and `change` may change, in the order in which people are asked.
FIELDS = (
    *("name", "price", "duration", "uptime", "data", "rate", "fair", "happy"),
    *("devices", "pauses", "starts"),
)
UNITS_SECONDS = {"m": 60, "h": 3600, "d": 86400, "w": 7 * 86400}


@dataclass(frozen=True)
class Terms:
    """What was on sale at the moment of a sale; changing the plan changes no sale."""

    plan_id: int
    name: str
    price_cents: int
    duration_seconds: int
    data_bytes: int | None
    rate: str
    devices: int
    starts: str
    uptime_seconds: int | None = None  # sales before there was any have none
    fair: str = ""  # and no rule of fair use (trade/goods/fair.py)
    pauses: int = 0
    happy: str = ""

    def as_json(self) -> str:
        """As it is kept with a payment or a batch of vouchers."""
        return json.dumps(asdict(self), sort_keys=True)


def terms_of(plan: Plan) -> Terms:
    """The terms of a plan as they are now."""
    return Terms(
        plan.id,
        plan.name,
        plan.price_cents,
        plan.duration_seconds,
        plan.data_bytes,
        plan.rate,
        plan.devices,
        plan.starts,
        plan.uptime_seconds,
        plan.fair,
        plan.pauses,
        plan.happy,
    )


def read_terms(text: str) -> Terms:
    """The terms kept with a sale."""
    return Terms(**json.loads(text))


def add(
    name: str,
    price: str,
    duration: str,
    now: int,
    data: str = "",
    rate: str = "10M/10M",
    devices: int = 1,
    starts: str = "sale",
    uptime: str = "",
    fair: str = "",
    pauses: int = 0,
    happy: str = "",
    by: str = "cli",
) -> Plan:
    """Put a package on sale.

    `price` is in the currency ("20" or "20.50"; "0": free, once a day for a device),
    `duration` like 1h, 30m, 7d, `data` like 500M or 2G or "" for no limit, `rate` as
    RouterOS writes it (trade/goods/rates.py). `uptime` like 1h: time online, within
    `duration`; "": time runs offline too. `fair` like "2G day 512k/1M" slows down
    after that much; "": never. `pauses` is how often its customer may stop it.
    `happy` like "22:00-06:00 10M/20M" is another speed at those hours; "": none.
    Raises BadInput naming the field; then nothing is added.
    """
    row = _read(
        {
            "name": name,
            "price": price,
            "duration": duration,
            "data": data,
            "rate": rate,
            "devices": devices,
            "starts": starts,
            "uptime": uptime,
            "fair": fair,
            "pauses": pauses,
            "happy": happy,
        }
    )
    with store.atomic(), _named_once(name):
        plan = Plan.create(made_at=now, **row)
        audit.note(by, "plan add", plan.name, now)
    return plan


def change(plan: Plan, given: Mapping[str, Any], by: str, now: int) -> bool:
    """Change some fields of a package, written as in `add`; whether anything changed.

    What was sold keeps the terms it was sold with. Raises BadInput naming the field;
    then nothing is changed.
    """
    row = _read(written(plan) | dict(given))
    new = {name: value for name, value in row.items() if value != getattr(plan, name)}
    if not new:
        return False
    told = [f"{name} {getattr(plan, name)} → {value}" for name, value in new.items()]
    with store.atomic(), _named_once(row["name"]):
        Plan.update(new).where(Plan.id == plan.id).execute()
        audit.note(by, "plan change", f"{plan.name}: {', '.join(told)}", now)
    return True


def put_on_sale(plan: Plan, is_on: bool, by: str, now: int) -> bool:
    """Show a package to customers, or no longer; whether that is a change.

    Its vouchers stay good: they were paid for.
    """
    with store.atomic():
        other = (Plan.id == plan.id) & (Plan.on_sale != is_on)
        if not Plan.update(on_sale=is_on).where(other).execute():
            return False
        audit.note(by, "plan on sale" if is_on else "plan off sale", plan.name, now)
    return True


def written(plan: Plan) -> dict[str, Any]:
    """The fields of a package as `add` takes them."""
    whole, cents = divmod(plan.price_cents, 100)
    return {
        "name": plan.name,
        "price": f"{whole}.{cents:02}" if cents else str(whole),
        "duration": write_duration(plan.duration_seconds),
        "data": write_data(plan.data_bytes),
        "rate": plan.rate,
        "devices": plan.devices,
        "starts": plan.starts,
        "uptime": (write_duration(plan.uptime_seconds) if plan.uptime_seconds else ""),
        "fair": plan.fair,
        "pauses": plan.pauses,
        "happy": plan.happy,
    }


def _read(given: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a package. Raises BadInput naming the field."""
    name = given["name"].strip()
    if not name or len(name) > 60:
        raise BadInput("A package needs a name of 1 to 60 letters.", field="name")
    if not 1 <= given["devices"] <= 100:
        raise BadInput("Devices must be 1 to 100.", field="devices")
    if not 0 <= given["pauses"] <= MOST_PAUSES:
        raise BadInput(f"Pauses must be 0 to {MOST_PAUSES}.", field="pauses")
    if given["starts"] not in ("sale", "first-use"):
        raise BadInput("Starts must be sale or first-use.", field="starts")
    duration_seconds = read_duration(given["duration"])
    return {
        "name": name,
        "price_cents": read_price(given["price"]),
        "duration_seconds": duration_seconds,
        "data_bytes": read_data(given["data"]),
        "rate": read_rate(given["rate"]),
        "devices": given["devices"],
        "starts": given["starts"],
        "uptime_seconds": read_uptime(given["uptime"], duration_seconds),
        "fair": read_fair(given["fair"]),
        "pauses": given["pauses"],
        "happy": read_happy(given["happy"]),
    }


@contextmanager
def _named_once(name: str) -> Iterator[None]:
    try:
        yield
    except IntegrityError:
        raise BadInput(
            f"There is a package {name!r} already.", "Give another name.", field="name"
        ) from None


def on_sale() -> list[Plan]:
    """The packages that customers see, cheapest first."""
    query = Plan.select().where(Plan.on_sale).order_by(Plan.price_cents, Plan.id)
    return list(query)


def off_sale() -> list[Plan]:
    """The packages that were taken off sale, by name."""
    return list(Plan.select().where(~Plan.on_sale).order_by(Plan.name))


def by_name(name: str) -> Plan:
    """The plan of that name. Raises BadInput with the nearest name there is."""
    plan = Plan.get_or_none(Plan.name == name)
    if plan is None:
        raise unknown(name, [p.name for p in Plan.select(Plan.name)], "package")
    return plan


def for_sale(plan_id: int) -> Plan:
    """The plan of that id, if it is on sale. Raises BadInput otherwise."""
    plan = Plan.get_or_none((Plan.id == plan_id) & Plan.on_sale)
    if plan is None:
        raise BadInput("That package is not on sale.", "Choose another.", field="plan")
    return plan


def read_price(text: str) -> int:
    """A price in the currency as cents."""
    match = re.fullmatch(r"([0-9]{1,7})(?:\.([0-9]{2}))?", text.strip())
    if not match:
        raise BadInput(f"{text!r} is not a price.", "Write 20 or 20.50.", field="price")
    return int(match[1]) * 100 + int(match[2] or 0)


def read_duration(text: str) -> int:
    """1h, 30m, 7d, 2w or 1d12h as seconds."""
    parts = re.findall(r"([0-9]{1,4})([mhdw])", text.strip())
    if not parts or "".join(n + u for n, u in parts) != text.strip():
        raise BadInput(
            f"{text!r} is not a duration.", "Write 30m, 1h, 7d or 2w.", field="duration"
        )
    seconds = sum(int(number) * UNITS_SECONDS[unit] for number, unit in parts)
    if not 60 <= seconds <= 400 * 86400:
        raise BadInput("A package lasts 1 minute to 400 days.", field="duration")
    return seconds


def write_duration(seconds: int) -> str:
    """Seconds as `read_duration` reads them: 5400 is 1h30m."""
    text, left = "", seconds
    for unit in "dhm":
        number, left = divmod(left, UNITS_SECONDS[unit])
        text += f"{number}{unit}" if number else ""
    return text


def read_uptime(text: str, duration_seconds: int) -> int | None:
    """1h of time online as seconds, at most the package's time; "" is no limit."""
    if not text.strip():
        return None
    try:
        seconds = read_duration(text)
    except BadInput as exc:
        raise BadInput(exc.says, exc.todo, field="uptime") from None
    if seconds > duration_seconds:
        raise BadInput(
            "Time online can't be longer than the time it is to be used in.",
            "Make the package's time longer.",
            field="uptime",
        )
    return seconds
