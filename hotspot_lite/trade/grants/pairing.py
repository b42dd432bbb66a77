"""Devices without a browser: a TV or a console, named by the end of its MAC.

Its customer reads six letters off the device; the router tells which of the devices it
sees ends so. From then on the box lets that device in whenever it is there.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from peewee import SQL

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import returning
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Customer, Device, Pairing, Session
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import presence, subscriptions
from hotspot_lite.trade.service.sessions import is_live

# Six of twelve: two devices in a house with the same are as good as never seen.
LETTERS = 6
PER_HOUR, HOUR_SECONDS = 6, 3600
TOLD_SECONDS = 600


def ask(customer: Customer, text: str, now: int) -> Pairing:
    """Call for a device by its MAC, or the last six letters of it, on running time.

    Raises BadInput for what can be no MAC, for time of one device, and for too many
    tries.
    """
    digits = _read(text)
    time = returning.left(customer, now)
    if time is None:
        raise BadInput("There is no time left.", "Choose a package.", field="device")
    if time.devices < 2:
        raise BadInput(
            "Your package is for one device.",
            "Choose one for more devices.",
            field="device",
        )
    tries = (Pairing.customer == customer) & (Pairing.made_at > now - HOUR_SECONDS)
    with store.atomic():
        if Pairing.select().where(tries).count() >= PER_HOUR:
            says = "You have tried many devices."
            raise BadInput(says, "Wait an hour and try again.", field="device")
        return _call_for(customer, digits, now)


def move(customer: Customer, text: str, who: str, now: int) -> Pairing:
    """Have the customer's time go to a device, because somebody of the staff says so.

    Its old device goes out where the package has no place for both. Raises BadInput.
    """
    digits = _read(text)
    if returning.left(customer, now) is None:
        raise BadInput("There is no time left.", "Choose a package.", field="device")
    with store.atomic():
        audit.note(who, "move time", f"{customer.username}: to …{digits}", now)
        return _call_for(customer, digits, now, moves=True)


def _call_for(
    customer: Customer, digits: str, now: int, moves: bool = False
) -> Pairing:
    made: Pairing = store.create(
        Pairing, customer=customer, digits=digits, made_at=now, moves=moves
    )
    jobs.put("provisioning.pair", tags=[f"user:{customer.id}"], pairing_id=made.id)
    return made


def _read(text: str) -> str:
    digits = re.sub(r"[\s:.\-]", "", text).upper()
    if not re.fullmatch(rf"[0-9A-F]{{{LETTERS},12}}", digits):
        raise BadInput(
            "That is not the end of a MAC address.",
            "Type its last six letters and digits, like EB:56:4D.",
            field="device",
        )
    return digits


def newest(customer: Customer, now: int) -> Pairing | None:
    """What the customer asked for last and is still to be told of, or None."""
    mine = (Pairing.customer == customer) & (Pairing.made_at > now - TOLD_SECONDS)
    found: Pairing | None = (
        Pairing.select().where(mine).order_by(Pairing.id.desc()).first()
    )
    return found


def settle(pairing_id: int, seen: dict[str, str], now: int) -> Device | None:
    """Decide by the devices that the router sees, address by MAC; the one to let in.

    None where there is none, or where the jobs of `returning` do it. The state is then
    none, many, taken or done. Run again it says the same.
    """
    with store.atomic():
        wish: Pairing = store.get(Pairing, pairing_id)
        if wish.state not in ("waiting", "done"):
            return None
        ends = [mac for mac in seen if mac.replace(":", "").endswith(wish.digits)]
        state = "none" if not ends else "many" if len(ends) > 1 else "done"
        mac = ends[0] if state == "done" else ""
        if mac and _is_anothers(mac, wish.customer, now):
            state, mac = "taken", ""
        change = {"state": state, "mac": mac}
        Pairing.update(change).where(Pairing.id == wish.id).execute()
        if not mac:
            return None
        if wish.moves:
            returning.settle(wish.customer.id, mac, seen[mac], "staff", now)
            return None
        customers.remember_device(mac, seen[mac], wish.customer, now)
        Device.update(bare=True).where(Device.mac == mac).execute()
    return Device.get_by_id(mac)


def fail(pairing_id: int) -> None:
    """The router could not be asked, or did not let the device in."""
    Pairing.update(state="failed").where(Pairing.id == pairing_id).execute()


def _is_anothers(mac: str, customer: Customer, now: int) -> bool:
    """Whether somebody else's time is, or could be, on that device."""
    device = Device.get_or_none(Device.mac == mac)
    if device is None or device.customer.id == customer.id:
        return False
    return presence.is_online(mac, now) or returning.has_any(device.customer, now)


def of(customer: Customer) -> list[Device]:
    """The customer's devices without a browser."""
    mine = (Device.customer == customer) & _is_bare()
    return list(Device.select().where(mine).order_by(Device.mac))


def forget(customer: Customer, mac: str, now: int) -> None:
    """Let that device in no more, and put it out. Raises BadInput: not theirs."""
    device = Device.get_or_none((Device.mac == mac) & (Device.customer == customer))
    if device is None or not device.bare:
        raise BadInput(
            "That device is not one of yours.", "Look again.", field="device"
        )
    with store.atomic():
        returning.displace(device, customer, now)


def outside(now: int) -> list[Device]:
    """Devices without a browser that are not online and may be: there is time, and a
    place among its devices. In few queries: it is asked twice a minute."""
    bare = list(Device.select(Device, Customer).join(Customer).where(_is_bare()))
    running = subscriptions.running_of({one.customer.id for one in bare}, now)
    if not running:
        return []
    query: Any = Session.select(Session.mac, Session.subscription).where(is_live(now))
    online = list(query)
    macs = {session.mac for session in online}
    used = Counter(session.subscription_id for session in online)
    return [
        one
        for one in bare
        if one.mac not in macs
        and (time := running.get(one.customer.id)) is not None
        and used[time.id] < time.devices
    ]


def _is_bare() -> SQL:
    # Word for word as the index says it.
    return SQL("t1.bare = 1")
