"""Whose money a transfer is, and what it buys: never more than is surely known.

The account that was typed says whose it is: a device's code or a phone number. Where
it doesn't, the payer's own number does, whole or as its SHA-256; a masked number is a
hint for people and grants nothing. The amount says which package.
"""

from __future__ import annotations

from dataclasses import dataclass

from peewee import IntegrityError

from hotspot_lite import jobs, store
from hotspot_lite.errors import BadInput
from hotspot_lite.trade.goods import catalogue
from hotspot_lite.trade.models import Customer, Payment, Plan, Transfer
from hotspot_lite.trade.money import payments, settled, transfers, undecided
from hotspot_lite.trade.money.settled import Taken
from hotspot_lite.trade.money.transfers import Told
from hotspot_lite.trade.takings import accounts
from hotspot_lite.trade.takings.accounts import Account

# A paid prompt is told twice, in any order: its callback gets this long to say so.
WAIT_FOR_CALLBACK_SECONDS = 120
NAMED = ("device", "phone", "plan", "wifi")


@dataclass(frozen=True)
class Whose:
    """Who gets the time: a phone's customer, a device, or both."""

    phone: str = ""
    mac: str = ""
    ip: str = ""
    login_url: str = ""


def take_in(body_id: int, told: Told, now: int) -> str:
    """Judge a confirmation that was kept; its job ends with it."""
    with store.atomic():
        jobs.finish()
        verdict = note(told, now)
        transfers.judged(body_id, verdict)
    return verdict


def note(told: Told, now: int) -> str:
    """Take in what a confirmation tells, in one transaction; what became of it.

    Verdicts: matched, waits, unmatched, underpaid, known (its receipt is).
    """
    with store.atomic():
        transfer = transfers.keep(told, now)
        if transfer is None:
            return "known"
        of_receipt = store.find(Payment, receipt=told.receipt)
        if of_receipt is not None:
            transfers.mark(transfer, "matched", now, of_receipt)
            return "matched"
        account = accounts.read(told.account)
        if account.kind == "push" and _settles(account, transfer, now):
            return "matched"
        if account.kind in NAMED:
            return _judge(transfer, account, now)
        jobs.put(
            "payments.match",
            once=str(transfer.id),
            delay_seconds=WAIT_FOR_CALLBACK_SECONDS,
            transfer_id=transfer.id,
        )
    return "waits"


def _settles(account: Account, transfer: Transfer, now: int) -> bool:
    """Whether the transfer is a prompt of ours, told the second way."""
    payment = Payment.get_or_none(Payment.id == account.payment_id)
    if payment is None or payment.receipt or payment.provider != "mpesa":
        return False
    is_ours = transfer.phone_hash in ("", transfers.hash_of(payment.phone))
    if not is_ours or payment.amount_cents != transfer.amount_cents:
        return False
    payments.mark_paid(payment, "c2b", None, transfer.receipt, now)
    return True


def look_again(transfer_id: int, now: int) -> str:
    """Judge a transfer whose callback had its time to come; once."""
    with store.atomic():
        jobs.finish()
        transfer = store.get(Transfer, transfer_id)
        if transfer.state != "new":
            return "known"
        return _judge(transfer, accounts.read(transfer.account), now)


def _judge(transfer: Transfer, account: Account, now: int) -> str:
    whose = _whose(transfer, account)
    plan, rest_cents = buys(transfer.amount_cents, account.plan)
    if plan is None:
        says = _says(transfer, "It buys no package")
        transfers.doubt(transfer, "underpaid-transfer", says, now)
        return "underpaid"
    # Without a word of the customer's, money that fits no price may be for soap.
    is_for_us = account.kind in NAMED or (account.kind == "nothing" and not rest_cents)
    if whose is None or not is_for_us:
        says = _says(transfer, "Nothing says for whom")
        transfers.doubt(transfer, "unmatched-transfer", says, now)
        return "unmatched"
    settle(transfer, whose, plan, now)
    return "matched"


def _says(transfer: Transfer, why: str) -> str:
    typed = f"account “{transfer.account}”" if transfer.account else "no account"
    payer = " ".join(filter(None, (transfer.payer, transfer.phone_hint)))
    return f"{why}: {typed}, from {payer or 'a hidden number'}."


def _whose(transfer: Transfer, account: Account) -> Whose | None:
    if account.device is not None:
        device = account.device
        phone = phone_of_hash(transfer.phone_hash)
        return Whose(phone, device.mac, device.ip, device.login_url)
    phone = account.phone or phone_of_hash(transfer.phone_hash)
    return of_phone(phone) if phone else None


def of_phone(phone: str) -> Whose:
    """A phone's customer, on the device that last used that customer's time."""
    device = accounts.last_device(phone)
    return Whose(phone, device.mac, device.ip) if device else Whose(phone)


def phone_of_hash(phone_hash: str) -> str:
    """The known phone with that SHA-256, or ""."""
    if not phone_hash:
        return ""
    known = Customer.select(Customer.phone).where(Customer.phone.is_null(False))
    for (phone,) in known.tuples().iterator():
        if transfers.hash_of(phone) == phone_hash:
            return str(phone)
    return ""


def buys(amount_cents: int, named: Plan | None = None) -> tuple[Plan | None, int]:
    """The package that an amount buys, and what is over: its exact price, or the
    dearest below it. None where it buys none, or less than the one that was named."""
    plans = [plan for plan in catalogue.on_sale() if plan.price_cents > 0]
    exact = [plan for plan in plans if plan.price_cents == amount_cents]
    if exact:
        return (named if named in exact else exact[0]), 0
    cheaper = [plan for plan in plans if plan.price_cents < amount_cents]
    if not cheaper or (named and named.price_cents > amount_cents):
        return None, 0
    return cheaper[-1], amount_cents - cheaper[-1].price_cents


def settle(
    transfer: Transfer, whose: Whose, plan: Plan, now: int, who: str = ""
) -> Payment:
    """Turn a transfer into a paid payment, once; its time follows by the same job.

    Raises BadInput where it is settled already.
    """
    taken = Taken(
        "mpesa",
        "c2b",
        catalogue.terms_of(plan),
        transfer.amount_cents,
        whose.phone,
        whose.mac,
        whose.ip,
        whose.login_url,
        transfer.receipt,
        who,
    )
    with store.atomic():
        try:
            payment = settled.take(taken, now)
        except IntegrityError:
            raise _settled() from None
        if not transfers.mark(transfer, "matched", now, payment):
            raise _settled()
        payments.call_for_time(payment)
        rest = transfer.amount_cents - plan.price_cents
        if rest > 0:
            says = f"{rest / 100:.2f} more than {plan.name} costs."
            undecided.leave("overpaid", says, now, payment, amount_cents=rest)
    return payment


def _settled() -> BadInput:
    return BadInput("That money is settled already.", field="receipt")


def refuses(account: str, amount_cents: int | None) -> str:
    """Why a payment that is about to be made should be refused: account, amount, or
    "". Asked only where the owner wants wrong accounts refused."""
    named = accounts.read(account)
    if named.kind == "unknown":
        return "account"
    is_priced = amount_cents is not None and named.kind != "push"
    if is_priced and buys(amount_cents or 0, named.plan)[0] is None:
        return "amount"
    return ""
