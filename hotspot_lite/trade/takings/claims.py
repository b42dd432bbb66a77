""" "I have paid already": a receipt brings its money's time to one device, once.

Only receipts that M-Pesa told us of count. One that is not known yet is remembered
for a day: when M-Pesa tells of it, this device gets the time. A phone number proves
nothing: the answer goes to that phone only, by SMS.
"""

from __future__ import annotations

from dataclasses import dataclass

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.messaging import messages
from hotspot_lite.trade.models import (
    Claim,
    Device,
    Message,
    Payment,
    Subscription,
    Transfer,
)
from hotspot_lite.trade.money import payments, prompts
from hotspot_lite.trade.money.transfers import Told
from hotspot_lite.trade.people import customers
from hotspot_lite.trade.people.phones import normalise_phone
from hotspot_lite.trade.service import presence, subscriptions
from hotspot_lite.trade.takings import matching, receipts
from hotspot_lite.trade.takings.matching import Whose

WANTED_SECONDS = 86400
# A prompt of the same amount may be what a fresh confirmation tells of.
PROMPT_SECONDS = 300
ANSWER_EVERY_SECONDS, ANSWERS_A_DAY = 600, 5


@dataclass(frozen=True)
class Asker:
    """The device that claims, as the portal knows it."""

    mac: str
    ip: str = ""
    login_url: str = ""


def by_receipt(text: str, asker: Asker, now: int) -> Payment | None:
    """The payment of that receipt, its time on the way to the asker's device.

    None: M-Pesa has not told of it; it is remembered. Raises BadInput for what is no
    receipt, is used by another device, or buys nothing.
    """
    receipt = receipts.read(text)
    if not asker.mac:
        raise BadInput("Open this page while you are on this WiFi.", field="receipt")
    with store.atomic():
        claim = _claim(receipt, asker, now)
        payment = claim.payment or _pay(claim, asker, now)
        if payment is None:
            # M-Pesa is asked about it, where it can be.
            jobs.put("payments.seek_now", once="claim", durable=False)
            return None
        _bind(payment, asker, now)
    return payment


def _claim(receipt: str, asker: Asker, now: int) -> Claim:
    """The receipt's one claim, made if it is new. Raises BadInput if another's."""
    old = Claim.payment.is_null() & (Claim.made_at < now - WANTED_SECONDS)
    Claim.delete().where(old).execute()
    where = {"mac": asker.mac, "ip": asker.ip, "login_url": asker.login_url}
    new = Claim.insert(receipt=receipt, made_at=now, **where).on_conflict_ignore()
    new.execute()
    claim = Claim.get(Claim.receipt == receipt)
    if claim.mac != asker.mac:
        raise BadInput("That receipt has been used.", "Ask the shop.", field="receipt")
    return claim


def _pay(claim: Claim, asker: Asker, now: int) -> Payment | None:
    payment = store.find(Payment, receipt=claim.receipt)
    if payment is None:
        transfer = store.find(Transfer, receipt=claim.receipt)
        payment = _settle(transfer, asker, now) if transfer else None
    if payment is None or payment.state != "paid":
        return None
    Claim.update(payment=payment).where(Claim.receipt == claim.receipt).execute()
    audit.note("portal", "claim", f"receipt {claim.receipt}, {asker.mac}", now)
    return payment


def _settle(transfer: Transfer, asker: Asker, now: int) -> Payment:
    if transfer.state == "new" and _may_be_a_prompt(transfer, now):
        raise BadInput(
            "M-Pesa is still telling us of that payment.",
            "Try again in two minutes.",
            field="receipt",
        )
    plan, _ = matching.buys(transfer.amount_cents)
    if plan is None:
        raise BadInput(
            "That payment buys no package.",
            "It is not lost: please ask the shop.",
            field="receipt",
        )
    phone = matching.phone_of_hash(transfer.phone_hash)
    whose = Whose(phone, asker.mac, asker.ip, asker.login_url)
    return matching.settle(transfer, whose, plan, now)


def _may_be_a_prompt(transfer: Transfer, now: int) -> bool:
    known = prompts.open_since(now - PROMPT_SECONDS - prompts.WAITS_SECONDS)
    query = Payment.select().where(
        Payment.id.in_(known)
        & (Payment.amount_cents == transfer.amount_cents)
        & prompts.begun_between(now - PROMPT_SECONDS + 1, now)
    )
    return bool(query.exists())


def _bind(payment: Payment, asker: Asker, now: int) -> None:
    """Let the payment's time go to the asker's device, now or once it is given."""
    if payment.mac != asker.mac:
        where = {"mac": asker.mac, "ip": asker.ip, "login_url": asker.login_url}
        Payment.update(where).where(Payment.id == payment.id).execute()
    time = Subscription.get_or_none(Subscription.payment == payment)
    if time is None:
        payments.call_for_time(payment)
        return
    if time.ended_at is not None or not subscriptions.seconds_left(time, now):
        raise BadInput("The time of that receipt is over.", "Buy another.", "receipt")
    if time.mac != asker.mac:
        _takes_over(time, asker, now)


def _takes_over(time: Subscription, asker: Asker, now: int) -> None:
    """The device that had the time leaves first: the router lets in no more than the
    package allows."""
    if time.mac:
        mine = (Device.mac == time.mac) & (Device.customer == time.customer)
        Device.delete().where(mine).execute()
        presence.suppose_ended(time.mac, now)
        jobs.put(
            "hotspot-sessions.leave",
            once=time.mac,
            mac=time.mac,
            subscription_id=time.id,
        )
    subscriptions.move(time, asker.mac, asker.ip, now, calls=not time.mac)


def take_in(body_id: int, told: Told, now: int) -> str:
    """Judge a confirmation, and give its time to the device that claimed it before."""
    with store.atomic():
        verdict = matching.take_in(body_id, told, now)
        arrived(told.receipt, now)
    return verdict


def heard(told: Told, now: int) -> str:
    """The same where M-Pesa was asked about a receipt, and told of its money."""
    with store.atomic():
        verdict = matching.note(told, now)
        arrived(told.receipt, now)
    return verdict


def look_again(transfer_id: int, now: int) -> str:
    """The same for money whose account says nothing, once its wait is over."""
    with store.atomic():
        verdict = matching.look_again(transfer_id, now)
        arrived(store.get(Transfer, transfer_id).receipt, now)
    return verdict


def arrived(receipt: str, now: int) -> None:
    """A receipt's money is known now: to the device that claimed it, if one did."""
    claim = Claim.get_or_none((Claim.receipt == receipt) & Claim.payment.is_null())
    if claim is None:
        return
    asker = Asker(claim.mac, claim.ip, claim.login_url)
    try:
        payment = _pay(claim, asker, now)
        if payment is not None:
            _bind(payment, asker, now)
    except BadInput:
        return  # too little, or still waiting for its callback: as without a claim


def wanted(now: int) -> list[str]:
    """The receipts that devices claim and M-Pesa has not told of, oldest first."""
    query = Claim.select(Claim.receipt).where(
        Claim.payment.is_null() & (Claim.made_at > now - WANTED_SECONDS)
    )
    return [claim.receipt for claim in query.order_by(Claim.made_at)]


def by_phone(text: str, now: int) -> bool:
    """Send the login of that phone's time to that phone, if it has any; whether.

    The asker must be told the same in either case. Raises BadInput for no number.
    """
    phone = normalise_phone(text)
    customer = customers.with_phone(phone)
    if customer is None:
        return False
    live = subscriptions.live(customer, now)
    if not live or _answered_lately(phone, now):
        return False
    with store.atomic():
        message = messages.answer(live[0], now)
        audit.note("portal", "claim by phone", f"customer {customer.id}", now)
        jobs.put("hotspot-sms.tell", message_id=message.id)
    return True


def _answered_lately(phone: str, now: int) -> bool:
    query = Message.select(Message.made_at).where(
        (Message.phone == phone)
        & (Message.kind == "answer")
        & (Message.made_at > now - 86400)
    )
    times = [row.made_at for row in query]
    return len(times) >= ANSWERS_A_DAY or max(times, default=0) > (
        now - ANSWER_EVERY_SECONDS
    )
