"""The packages on sale, and the terms that a sale keeps of one."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.settings import unknown
from hotspot_lite.trade import audit
from hotspot_lite.trade.amounts import read_data
from hotspot_lite.trade.fair import read_fair
from hotspot_lite.trade.models import Plan
from hotspot_lite.trade.rates import read_rate

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
    fair: str = ""  # and no rule of fair use (trade/fair.py)

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
    by: str = "cli",
) -> Plan:
    """Put a package on sale.

    `price` is in the currency ("20" or "20.50"), `duration` like 1h, 30m, 7d, `data`
    like 500M or 2G or "" for no limit, `rate` as RouterOS writes it (trade/rates.py).
    `uptime` like 1h is time online, used within `duration`; "": time runs offline too.
    `fair` like "2G day 512k/1M" slows down after that much; "": never.
    Raises BadInput naming the field; then nothing is added.
    """
    if not name.strip() or len(name) > 60:
        raise BadInput("A package needs a name of 1 to 60 letters.", field="name")
    if not 1 <= devices <= 100:
        raise BadInput("Devices must be 1 to 100.", field="devices")
    duration_seconds = read_duration(duration)
    uptime_seconds = read_uptime(uptime, duration_seconds)
    if starts not in ("sale", "first-use"):
        raise BadInput("Starts must be sale or first-use.", field="starts")
    try:
        with store.atomic():
            plan = Plan.create(
                name=name.strip(),
                price_cents=read_price(price),
                duration_seconds=duration_seconds,
                data_bytes=read_data(data),
                rate=read_rate(rate),
                devices=devices,
                starts=starts,
                uptime_seconds=uptime_seconds,
                fair=read_fair(fair),
                made_at=now,
            )
            audit.note(by, "plan add", plan.name, now)
    except IntegrityError:
        raise BadInput(
            f"There is a package {name!r} already.", "Give another name.", field="name"
        ) from None
    return plan


def on_sale() -> list[Plan]:
    """The packages that customers see, cheapest first."""
    query = Plan.select().where(Plan.on_sale).order_by(Plan.price_cents, Plan.id)
    return list(query)


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
