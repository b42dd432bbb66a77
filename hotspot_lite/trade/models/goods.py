"""What is on sale, and vouchers for it."""

from __future__ import annotations

from peewee import (
    AutoField,
    BooleanField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table


class Plan(Table):
    """A package on sale. Sales keep a copy of its terms: changing it is free."""

    id = AutoField()
    name = TextField(unique=True)
    price_cents = IntegerField()
    duration_seconds = IntegerField()
    data_bytes = IntegerField(null=True)  # NULL: no limit
    rate = TextField()  # RouterOS: client's upload/download, "2M/4M"
    devices = IntegerField(default=1)
    starts = TextField(default="sale")  # sale | first-use
    on_sale = BooleanField(default=True)
    made_at = IntegerField()
    uptime_seconds = IntegerField(null=True)  # of time online; NULL: the clock's only
    happy = TextField(default="")  # "22:00-06:00 10M/20M": another speed then
    pauses = IntegerField(default=0)  # how often its customer may pause it
    fair = TextField(default="")  # "2G day 512k/1M": slower after that much


class Discount(Table):
    """A code that makes a package cheaper: by `percent`, or by `off_cents`."""

    id = AutoField()
    code = TextField(unique=True)
    percent = IntegerField(default=0)
    off_cents = IntegerField(default=0)
    plan = KeyTo(Plan, null=True)  # NULL: every one
    most = IntegerField(null=True)  # NULL: any number of buyers
    per_phone = IntegerField(default=1)
    ends_at = IntegerField(null=True)
    stopped_at = IntegerField(null=True)
    made_at = IntegerField()
    made_by = TextField()


class VoucherBatch(Table):
    """Vouchers made together, of one kind."""

    id = AutoField()
    plan = KeyTo(Plan, null=True)
    terms = TextField()
    made_at = IntegerField()
    made_by = TextField()


class Voucher(Table):
    """A code that buys once."""

    id = AutoField()
    batch = KeyTo(VoucherBatch)
    code = TextField(unique=True)
    redeemed_at = IntegerField(null=True)
    redeemed_mac = TextField(default="")
    voided_at = IntegerField(null=True)  # its cash sale was taken back
    doubted_at = IntegerField(null=True)  # it may have been used (`salvage_vouchers`)
