"""What the box tells, and who may see it."""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.access import Subscription
from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.campaigns import Campaign


class Message(Table):
    """An SMS or e-mail we owe somebody; `phone` is the address of either."""

    id = AutoField()
    kind = TextField()
    phone = TextField()
    text = TextField()
    subscription = KeyTo(Subscription, null=True)
    state = TextField(default="waiting")  # waiting|sending|sent|failed|uncertain
    provider_id = TextField(default="")
    says = TextField(default="")
    made_at = IntegerField()
    sent_at = IntegerField(null=True)
    campaign = KeyTo(Campaign, null=True)
    channel = TextField(default="sms")  # sms | email
    tries = IntegerField(default=0)  # of a message to many
    delivery = TextField(default="")  # "" | delivered | failed: why
    delivered_at = IntegerField(null=True)


class EarlyReport(Table):
    """What was told of an SMS whose id we did not know yet (see `deliveries`)."""

    provider_id = TextField(primary_key=True)
    delivery = TextField()
    at = IntegerField()

    class Meta:
        table_name = "early_report"


class Event(Table):
    """What happened, in order; pages ask for what is newer than their last `seq`."""

    seq = AutoField()
    at = IntegerField()
    channel = TextField()
    type = TextField()
    body = TextField()


class Look(Table):
    """How the portal looks: one row, or none (see `look`)."""

    id = AutoField()
    color = TextField(default="")  # "": ours
    help = TextField(default="")
    phone = TextField(default="")
    logo = BlobField(null=True)
    logo_kind = TextField(default="")


class RouterFigure(Table):
    """The router's load, averaged over five minutes (see `figures`)."""

    at = IntegerField(primary_key=True)
    cpu_percent = IntegerField()
    memory_percent = IntegerField()
    disk_percent = IntegerField()
    temperature_c = IntegerField(null=True)
    down_bits = IntegerField()
    up_bits = IntegerField()
    hosts = IntegerField()
    online = IntegerField()


class Condition(Table):
    """Something that is lastingly wrong, or was, and since when."""

    name = TextField(primary_key=True)
    is_wrong = BooleanField()
    since = IntegerField()
    says = TextField(default="")


class FarCopy(Table):
    """A copy of a backup on another machine, as it was last seen there."""

    name = TextField(primary_key=True)
    place = TextField()  # as backup.elsewhere said then
    at = IntegerField()  # the moment it holds
    size_bytes = IntegerField()

    class Meta:
        table_name = "far_copy"


class Staff(Table):
    """Who may enter the admin page, and as what."""

    id = AutoField()
    name = TextField(unique=True)
    password = TextField()  # $argon2id$…; earlier scrypt$n$r$p$salt$hash
    role = TextField()  # owner | manager | cashier | viewer | agent
    made_at = IntegerField()
    totp_secret = TextField(default="")  # base32; "" asks for no code
    totp_step = IntegerField(default=0)  # of the last code that was taken
    recovery = TextField(default="[]")  # JSON: hashes of codes that are left
    locked_at = IntegerField(null=True)
    must_change = BooleanField(default=False)  # somebody else made the password


class Login(Table):
    """A session of the admin page; only the hash of its cookie is kept."""

    token_hash = TextField(primary_key=True)
    staff = KeyTo(Staff)
    csrf = TextField()
    made_at = IntegerField()
    expires_at = IntegerField()
    address = TextField(default="")
    agent = TextField(default="")


class Stored(Table):
    """Settings changed on the admin page, and the few facts of the box itself."""

    name = TextField(primary_key=True)
    value = TextField()


class Audit(Table):
    """Who changed what."""

    id = AutoField()
    at = IntegerField()
    who = TextField()
    what = TextField()
    detail = TextField(default="")
