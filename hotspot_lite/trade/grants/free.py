"""Free packages, those of price 0: each device has one of them a day."""

from __future__ import annotations

from peewee import IntegrityError

from hotspot_lite import store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.grants import returning
from hotspot_lite.trade.house import room
from hotspot_lite.trade.models import Debt, FreeUse, Plan, Subscription
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import subscriptions, usage


def on_offer() -> list[Plan]:
    """The free packages on sale."""
    return [plan for plan in catalogue.on_sale() if not plan.price_cents]


def had_today(mac: str, now: int, zone: str) -> bool:
    """Whether the device had its free time, on this day of the place."""
    day = usage.day_of(now, now, zone)
    this = (FreeUse.day == day) & (FreeUse.mac == mac)
    return FreeUse.select().where(this).exists()


def take(plan: Plan, mac: str, ip: str, now: int, zone: str) -> Subscription:
    """Give a free package to the device `mac` at the address `ip`.

    A visitor's word for its MAC proves nothing: the time goes to the device once the
    router says that it is the one at that address. Raises BadInput where it had its
    time of today, or has time left.
    """
    if plan.price_cents:
        raise BadInput("That package is not free.", "Choose another.", field="plan")
    if not mac:
        raise BadInput(
            "We do not see your device.", "Open this page while you are on this WiFi."
        )
    try:
        with store.atomic():
            return _give(plan, mac, ip, now, usage.day_of(now, now, zone))
    except IntegrityError:
        raise BadInput(
            "This device had its free time today.",
            "Come back tomorrow, or choose a package.",
        ) from None


def _give(plan: Plan, mac: str, ip: str, now: int, day: str) -> Subscription:
    room.refuse_sales()
    customer, _ = customers.of_account(mac, now)
    if subscriptions.live(customer, now):
        raise BadInput("You have time left.", "Use it first.")
    # Without a device: it is told of by whoever has proved which one it is.
    wish = subscriptions.Wish(customer, catalogue.terms_of(plan), "", "")
    time = subscriptions.give(wish, now)
    FreeUse.create(day=day, mac=mac, subscription=time)
    returning.prove(time, mac, ip, now)
    return time


def is_free(time: Subscription) -> bool:
    """Whether nothing was paid for it yet, so that its login is shown to nobody."""
    if time.price_cents:
        return False
    is_given = store.has(FreeUse, subscription_id=time.id)
    return is_given or store.has(Debt, subscription_id=time.id)
