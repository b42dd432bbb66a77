"""Money that comes by hand: to the paybill, or over the counter."""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.goods import Voucher
from hotspot_lite.trade.models.payments import Payment


class Transfer(Table):
    """Money paid to the paybill or till by hand; matched, it becomes a payment.

    Until then it is in no money fact: it waits here, and on the exceptions list.
    """

    id = AutoField()
    receipt = TextField(unique=True)  # M-Pesa's TransID
    amount_cents = IntegerField()
    account = TextField()  # as the customer typed it
    phone_hash = TextField(default="")  # SHA-256 of 2547…, where it is known
    phone_hint = TextField(default="")  # masked, for people: proves nothing
    payer = TextField(default="")  # the first name that M-Pesa tells
    state = TextField(default="new")  # new | matched | open | refunded | written-off
    payment = KeyTo(Payment, null=True, unique=True)
    received_at = IntegerField()


class TransferBody(Table):
    """The raw body that told of a transfer, as it came."""

    id = AutoField()
    digest = TextField(unique=True)
    body = BlobField()
    peer = TextField()
    received_at = IntegerField()
    verdict = TextField(default="new")


class Shift(Table):
    """Somebody's time at the counter, with the cash in the till before and after."""

    id = AutoField()
    staff = TextField()
    opened_at = IntegerField()
    float_cents = IntegerField()
    closed_at = IntegerField(null=True)
    counted_cents = IntegerField(null=True)
    closed_by = TextField(default="")
    note = TextField(default="")


class CashSale(Table):
    """A payment in cash. With a voucher, the voucher gives its time, not the payment:
    money once, time once."""

    payment = KeyTo(Payment, primary_key=True)
    shift = KeyTo(Shift)
    voucher = KeyTo(Voucher, null=True, unique=True)
    voided_at = IntegerField(null=True)  # the cash was given back
    voided_by = TextField(default="")
    reason = TextField(default="")


class AccountCode(Table):
    """What to type as the account when paying by hand for a device."""

    code = TextField(primary_key=True)
    mac = TextField(unique=True)
    ip = TextField(default="")
    login_url = TextField(default="")
    made_at = IntegerField()


class Claim(Table):
    """A receipt that a device at the portal claims; a NULL payment is awaited."""

    receipt = TextField(primary_key=True)
    mac = TextField()
    ip = TextField(default="")
    login_url = TextField(default="")
    payment = KeyTo(Payment, null=True)
    made_at = IntegerField()
