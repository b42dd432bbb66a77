"""What a visitor has, by the device in the hand; and whether it is that device.

A MAC in an address proves nothing. What only its owner may see or do is for a browser
at the address that the device had when it was last put online.
"""

from __future__ import annotations

from dataclasses import replace

from hotspot_lite import store
from hotspot_lite.trade.models import Device, Subscription
from hotspot_lite.trade.money import payments
from hotspot_lite.trade.people import customers, phones
from hotspot_lite.trade.service import pausing, subscriptions
from hotspot_lite.web import pages
from hotspot_lite.web.portal.visitor import Visitor


def live_of(who: Visitor, now: int) -> list[Subscription]:
    """The time that is left for this device."""
    customer = customers.by_device(who.mac)
    return subscriptions.live(customer, now) if customer else []


def paused_of(who: Visitor, now: int) -> Subscription | None:
    """The paused time of this device, or None."""
    customer = customers.by_device(who.mac)
    return pausing.of(customer, now) if customer else None


def remembered_phone(device: Device | None) -> str:
    """The number that last paid for this very device, as people write it; or ""."""
    phone = payments.last_phone(device.mac) if device else ""
    return phones.local(phone) if phone else ""


def own_device(who: Visitor) -> Device | None:
    """The device, if it is the one that asks; else None."""
    device = store.find(Device, mac=who.mac) if who.mac else None
    if device is None or not who.ip:
        return None
    return device if device.ip == who.ip == pages.client_address() else None


def in_own_language(who: Visitor, device: Device | None) -> Visitor:
    """As they bought the last time; the router's redirect knows no language."""
    if who.lang or device is None:
        return who
    return replace(who, lang=device.customer.lang)
