"""Customers and their devices."""

from __future__ import annotations

from peewee import (
    AutoField,
    BooleanField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table


class Customer(Table):
    """Somebody with a login of their own: by phone number, or by voucher."""

    id = AutoField()
    phone = TextField(null=True, unique=True)
    username = TextField(unique=True)
    secret = TextField()  # CHAP needs it in clear
    made_at = IntegerField()
    email = TextField(default="")
    lang = TextField(default="")  # in which they bought last; "": the place's


class Device(Table):
    """A phone or laptop by its MAC, and whose time it may use."""

    mac = TextField(primary_key=True)
    customer = KeyTo(Customer)
    ip = TextField(default="")
    seen_at = IntegerField()
    bare = BooleanField(default=False)  # no browser: we let it in (see `pairing`)


class Pairing(Table):
    """A customer's wish to have a device without a browser online."""

    id = AutoField()
    customer = KeyTo(Customer)
    digits = TextField()  # the end of its MAC
    state = TextField(default="waiting")  # waiting|done|none|many|taken|failed
    mac = TextField(default="")
    made_at = IntegerField()
    moves = BooleanField(default=False)  # the time goes there, by staff


class CustomerNote(Table):
    """What staff wrote down of a customer."""

    id = AutoField()
    customer = KeyTo(Customer)
    at = IntegerField()
    who = TextField()
    text = TextField()

    class Meta:
        table_name = "customer_note"


class PhoneCode(Table):
    """A code sent to a phone by SMS, to prove that it is in the hand."""

    id = AutoField()
    phone = TextField()
    code_hash = TextField()  # keyed: six digits alone are soon guessed
    made_at = IntegerField()
    tries = IntegerField(default=0)
    used_at = IntegerField(null=True)


class Move(Table):
    """A customer's time that was taken over by another device."""

    id = AutoField()
    customer = KeyTo(Customer)
    mac = TextField()
    how = TextField()  # link | phone | voucher | receipt
    at = IntegerField()


class DeviceBlock(Table):
    """A device that tried too many wrong codes."""

    mac = TextField(primary_key=True)
    until = IntegerField()
