"""What staff do for a customer who asks: found by anything, put right."""

from __future__ import annotations

from typing import Any

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.messaging import messages
from hotspot_lite.trade.models import (
    Customer,
    CustomerNote,
    Device,
    DeviceBlock,
    Payment,
    Subscription,
    Voucher,
)
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.emails import read_email
from hotspot_lite.trade.service import subscriptions
from hotspot_lite.trade.service.subscriptions import SETTLE_SECONDS

MOST_FOUND = 50
MOST_MINUTES = 7 * 24 * 60
BLOCK_SECONDS = 30 * 86_400
LETTERS_OF_A_SEARCH = 40
MOST_NOTE_LETTERS = 500


def find(text: str) -> list[Customer]:
    """Customers by part of a phone, login, e-mail, device, voucher or receipt.

    The newest first; all of them for an empty text.
    """
    asked = text.strip()[:LETTERS_OF_A_SEARCH]
    query = Customer.select().order_by(Customer.id.desc()).limit(MOST_FOUND)
    return list(query.where(_fits(asked)) if asked else query)


def _fits(asked: str) -> Any:
    digits = "".join(sign for sign in asked if sign.isdigit()).lstrip("0")
    fits = Customer.username.contains(asked) | Customer.email.contains(asked)
    if len(digits) > 2 and not any(sign.isalpha() for sign in asked):
        fits |= Customer.phone.contains(digits)
    macs = Device.select(Device.customer).where(Device.mac.contains(asked))
    codes = Voucher.select(Voucher.id).where(Voucher.code.contains(asked.lower()))
    receipts = Payment.select(Payment.id).where(Payment.receipt == asked.upper())
    bought = Subscription.voucher.in_(codes) | Subscription.payment.in_(receipts)
    owners = Subscription.select(Subscription.customer).where(bought)
    return fits | Customer.id.in_(macs) | Customer.id.in_(owners)


def lengthen(
    subscription: Subscription, minutes: int, why: str, who: str, now: int
) -> None:
    """Give more minutes, for nothing. What was bought after it begins as much later.

    Raises BadInput where it is over, or not begun (nothing runs that could be longer).
    """
    reason = " ".join(why.split())[:200]
    if not 1 <= minutes <= MOST_MINUTES:
        raise BadInput("Give 1 minute to 7 days.", field="minutes")
    if len(reason) < 3:
        raise BadInput("Say why, in a few words.", field="why")
    with store.atomic():
        kept: Subscription = Subscription.get_by_id(subscription.id)
        if kept.ended_at is not None or kept.expires_at is None:
            raise BadInput("That time is over, or has not begun.", field="minutes")
        shift(kept, minutes * 60, now)
        told = f"{kept.customer.username}: {minutes} min more ({reason})"
        audit.note(who, "lengthen", told, now)


def shift(kept: Subscription, seconds: int, now: int) -> None:
    """Let time that runs end later, and what was bought after it begin as much later.

    In a transaction.
    """
    later = subscriptions.live(kept.customer, now)
    for one in [kept, *(s for s in later if _is_after(s, kept))]:
        _shift(one, seconds, is_first=one.id == kept.id)
    if kept.mac:
        # The router ends the session at the old time: log in again just after.
        left = max(0, (kept.expires_at or 0) - now)
        subscriptions.call_for_access(kept, left + SETTLE_SECONDS)


def _is_after(one: Subscription, kept: Subscription) -> bool:
    return bool(one.id != kept.id and (one.starts_at or 0) >= (kept.expires_at or 0))


def _shift(one: Subscription, seconds: int, is_first: bool) -> None:
    if one.expires_at is None:
        return
    change = {"expires_at": one.expires_at + seconds}
    if not is_first and one.starts_at is not None:
        change["starts_at"] = one.starts_at + seconds
    Subscription.update(change).where(Subscription.id == one.id).execute()


def resend(customer: Customer, who: str, now: int) -> None:
    """Send the login by SMS once more, to the customer's own phone. Raises BadInput."""
    live = subscriptions.live(customer, now)
    if not customer.phone or not live:
        raise BadInput("There is no time left to log in for, or no phone to write to.")
    with store.atomic():
        message = messages.answer(live[0], now)
        audit.note(who, "resend login", customer.username, now)
        jobs.put("hotspot-sms.tell", message_id=message.id)


def set_email(customer: Customer, text: str, who: str, now: int) -> None:
    """Keep another e-mail address; "" for none. Raises BadInput."""
    clean = read_email(text) if text.strip() else ""
    with store.atomic():
        Customer.update(email=clean).where(Customer.id == customer.id).execute()
        audit.note(who, "customer e-mail", customer.username, now)


def add_note(customer: Customer, text: str, who: str, now: int) -> None:
    """Write something down of a customer, for the next at the counter: or BadInput."""
    clean = " ".join(text.split())
    if not clean or len(clean) > MOST_NOTE_LETTERS:
        says = f"A note has 1 to {MOST_NOTE_LETTERS} letters."
        raise BadInput(says, field="note")
    with store.atomic():
        store.create(CustomerNote, customer=customer, at=now, who=who, text=clean)
        audit.note(who, "customer note", customer.username, now)


def notes(customer: Customer, most: int = 20) -> list[CustomerNote]:
    """What was written down of a customer, the newest first."""
    query = CustomerNote.select().where(CustomerNote.customer == customer)
    return list(query.order_by(CustomerNote.id.desc()).limit(most))


def set_blocked(mac: str, is_blocked: bool, who: str, now: int) -> None:
    """Let a device in no more for 30 days, or again. It is put out at once.

    Raises BadInput for what is no MAC address.
    """
    clean = customers.normal_mac(mac)
    if not clean:
        raise BadInput("Which device?", field="mac")
    with store.atomic():
        if is_blocked:
            DeviceBlock.replace(mac=clean, until=now + BLOCK_SECONDS).execute()
            jobs.put("hotspot-sessions.kick", once=clean, mac=clean, who=who)
        else:
            DeviceBlock.delete().where(DeviceBlock.mac == clean).execute()
        audit.note(who, "device block" if is_blocked else "device unblock", clean, now)


def blocked(macs: list[str], now: int) -> set[str]:
    """Which of these devices are blocked."""
    query = DeviceBlock.select(DeviceBlock.mac).where(
        DeviceBlock.mac.in_(macs) & (DeviceBlock.until > now)
    )
    return {row.mac for row in query}
