"""Coming back: time that is left follows its owner to the device in the hand.

Phones change their MAC, and sign-in sheets forget. Whoever proves that the time is
theirs (a link, a code by SMS, the voucher) has it on this device; so that nothing is
multiplied, the devices of one customer stay as many as the package allows: the newest
displaces whichever was idle for longest.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.grants import vouchers
from hotspot_lite.trade.messaging import messages
from hotspot_lite.trade.models import (
    Customer,
    Device,
    Move,
    PhoneCode,
    Subscription,
)
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.service import pausing, presence, subscriptions

# More moves than a person's phones make: time is being passed around.
MOVES_PER_DAY, DAY_SECONDS = 6, 86_400
CODE_SECONDS, CODE_TRIES = 600, 5
CODES_PER_HOUR, HOUR_SECONDS = 3, 3600


# -- who it is -----------------------------------------------------------------------


def token(customer: Customer, key: bytes) -> str:
    """The end of a customer's own link; nobody can make it without the box's key."""
    return f"{customer.id}-{_seal(f'come back {customer.id}', key)[:32]}"


def by_token(text: str, key: bytes) -> Customer | None:
    """Whose link it is, or None."""
    number, _, _ = text.partition("-")
    if not (number.isascii() and number.isdigit() and len(number) < 12):
        return None
    customer = store.find(Customer, id=int(number))
    if customer is None:
        return None
    is_right = hmac.compare_digest(token(customer, key).encode(), text.encode())
    return customer if is_right else None


def by_voucher(text: str, now: int) -> Customer | None:
    """Who has time left from a voucher that was used before, or None.

    The code is the proof: it is as long as a password and was paid for.
    """
    voucher = vouchers.find(text)
    if voucher is None:
        return None
    found = Subscription.get_or_none(Subscription.voucher == voucher)
    return found.customer if found and has_any(found.customer, now) else None


def send_code(phone: str, key: bytes, now: int) -> bool:
    """Send a code to a phone that has time left; whether one goes out.

    The asker must not be told: it would say whose number is a customer's.
    """
    customer = store.find(Customer, phone=phone)
    since = now - HOUR_SECONDS
    with store.atomic():
        asked = PhoneCode.select().where(
            (PhoneCode.phone == phone) & (PhoneCode.made_at > since)
        )
        if customer is None or not has_any(customer, now):
            return False
        if asked.count() >= CODES_PER_HOUR:
            return False
        code = f"{secrets.randbelow(10**6):06}"
        hashed = _seal(f"code {phone} {code}", key)
        store.create(PhoneCode, phone=phone, code_hash=hashed, made_at=now)
        message = messages.code(phone, code, now, customer.lang)
        jobs.put("hotspot-sms.tell", message_id=message.id)
    return True


def by_code(phone: str, code: str, key: bytes, now: int) -> Customer:
    """Whose phone it is, by the code sent to it: good once. Raises BadInput."""
    if _is_right(phone, code.strip(), key, now):
        customer = store.find(Customer, phone=phone)
        if customer is not None:
            return customer
    raise BadInput(
        "That code is not right.", "Check the SMS, or ask for a new code.", field="code"
    )


def _is_right(phone: str, code: str, key: bytes, now: int) -> bool:
    """A wrong try is on disk before it is answered."""
    with store.atomic():
        sent = (
            PhoneCode.select()
            .where(
                (PhoneCode.phone == phone)
                & (PhoneCode.made_at > now - CODE_SECONDS)
                & PhoneCode.used_at.is_null()
            )
            .order_by(PhoneCode.id.desc())
            .first()
        )
        if sent is None or sent.tries >= CODE_TRIES:
            return False
        hashed = _seal(f"code {phone} {code}", key)
        if hmac.compare_digest(sent.code_hash, hashed):
            sent.used_at = now
        sent.tries += 1
        sent.save()
    return sent.used_at is not None


def _seal(text: str, key: bytes) -> str:
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


# -- what they have ------------------------------------------------------------------


def left(customer: Customer, now: int) -> Subscription | None:
    """The time that the customer would use now, or None."""
    found = subscriptions.live(customer, now)
    begun = [s for s in found if not s.starts_at or s.starts_at <= now]
    return begun[0] if begun else None


def has_any(customer: Customer, now: int) -> bool:
    """Whether there is time to use now, or paused time that can go on."""
    return bool(left(customer, now) or pausing.of(customer, now))


# -- to the device in the hand -------------------------------------------------------


def begin(
    customer: Customer, ip: str, how: str, now: int, mac: str = ""
) -> Subscription:
    """Call for the customer's time on the device at the address `ip`; which time.

    Time that was paused goes on.

    The router is asked which device that is: `mac`, from the visitor, counts only
    where there is no router to ask. Raises BadInput where too many devices took it.
    """
    _refuse_too_many(customer, now)
    with store.atomic():
        subscription = left(customer, now) or pausing.go_on(customer, now)
        if subscription is None:
            raise BadInput("There is no time left.", "Choose a package.")
        # The page waits for the admission that is to come, not for an earlier one.
        _wait(subscription, called_at=now)
        _call(customer, ip, how, mac)
    return subscription


def prove(time: Subscription, mac: str, ip: str, now: int) -> None:
    """Call for `time` on the device `mac`, if the router has it at the address `ip`.

    In a transaction.
    """
    _wait(time, called_at=now)
    _call(time.customer, ip, "mac", mac)


def welcome(customer: Customer, mac: str, ip: str, now: int) -> bool:
    """A known device opened the portal, so it isn't online: call for its time.

    Writes nothing to the card: whoever opens the portal again asks again. Whether
    there is time to call for.
    """
    if left(customer, now) is None or presence.is_online(mac, now):
        return False
    _call(customer, ip, "mac", mac, durable=False)
    return True


def _call(
    customer: Customer, ip: str, how: str, mac: str, durable: bool | None = None
) -> None:
    jobs.put(
        "provisioning.welcome",
        tags=[f"user:{customer.id}"],
        once=f"{customer.id} {ip}",
        durable=durable,
        customer_id=customer.id,
        mac=mac,
        ip=ip,
        how=how,
    )


def _refuse_too_many(customer: Customer, now: int) -> None:
    recent = Move.select().where(
        (Move.customer == customer) & (Move.at > now - DAY_SECONDS)
    )
    if recent.count() >= MOVES_PER_DAY:
        raise BadInput(
            "This time has been on many devices today.",
            "Use it on the one it is on, or ask at the counter.",
        )


def settle(customer_id: int, mac: str, ip: str, how: str, now: int) -> int:
    """The device is found: the time is its own from now on; how many it displaced.

    In one transaction with the job that puts it in, or those that put the old ones out
    first: the router lets in no more than the package allows. Harmless when run twice.
    """
    with store.atomic():
        customer = store.get(Customer, customer_id)
        subscription = left(customer, now)
        if subscription is None:
            jobs.finish()
            return 0
        known = Device.get_or_none((Device.mac == mac) & (Device.customer == customer))
        if known is None:
            store.create(Move, customer=customer, mac=mac, how=how, at=now)
        gone = _displaced(customer, mac, subscription.devices, now)
        for device in gone:
            displace(device, customer, now)
        customers.remember_device(mac, ip, customer, now)
        _wait(subscription, mac=mac, ip=ip)
        if not gone:
            subscriptions.call_for_access(subscription)
        jobs.finish()
    return len(gone)


def put_out(customer_id: int, now: int) -> None:
    """The displaced device is out: the new one's turn."""
    with store.atomic():
        subscription = left(store.get(Customer, customer_id), now)
        if subscription is not None and subscription.access != "admitted":
            subscriptions.call_for_access(subscription)
        jobs.finish()


def _wait(subscription: Subscription, **change: object) -> None:
    Subscription.update(access="waiting", **change).where(
        Subscription.id == subscription.id
    ).execute()


def _displaced(customer: Customer, mac: str, most: int, now: int) -> list[Device]:
    others = list(
        Device.select().where((Device.customer == customer) & (Device.mac != mac))
    )
    others.sort(key=lambda d: (presence.is_online(d.mac, now), d.seen_at), reverse=True)
    return others[most - 1 :]


def displace(device: Device, customer: Customer, now: int) -> None:
    """The customer's time is no longer for that device, which is put out.

    In a transaction.
    """
    Device.delete().where(Device.mac == device.mac).execute()
    presence.suppose_ended(device.mac, now)
    jobs.put(
        "hotspot-sessions.displace",
        tags=[f"user:{customer.id}"],
        customer_id=customer.id,
        mac=device.mac,
    )


def names_of_displaced(customer_id: int, mac: str) -> set[str]:
    """The names that a displaced device may be online by and must not; none if it has
    come back meanwhile."""
    device = Device.get_or_none(Device.mac == mac)
    if device is not None and device.customer.id == customer_id:
        return set()
    return {store.get(Customer, customer_id).username, mac}
