"""Time paid for, and what was used of it."""

from __future__ import annotations

from peewee import (
    AutoField,
    CompositeKey,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.goods import Plan, Voucher
from hotspot_lite.trade.models.payments import Payment
from hotspot_lite.trade.models.people import Customer


class Subscription(Table):
    """Time paid for: exactly one for each paid payment or redeemed voucher."""

    id = AutoField()
    customer = KeyTo(Customer)
    payment = KeyTo(Payment, null=True, unique=True)
    voucher = KeyTo(Voucher, null=True, unique=True)
    plan_name = TextField()
    price_cents = IntegerField()
    duration_seconds = IntegerField()
    data_bytes = IntegerField(null=True)
    data_used_bytes = IntegerField(default=0)  # the sum over its sessions
    rate = TextField()
    devices = IntegerField()
    starts_at = IntegerField(null=True)  # NULL: at first use
    expires_at = IntegerField(null=True)
    ended_at = IntegerField(null=True)
    mac = TextField(default="")  # the device that asked
    ip = TextField(default="")
    access = TextField(default="waiting")  # waiting | admitted | failed | none
    access_says = TextField(default="")
    admitted_at = IntegerField(null=True)
    called_at = IntegerField(null=True)
    made_at = IntegerField()
    uptime_seconds = IntegerField(null=True)  # NULL: time runs by the clock only
    used_seconds = IntegerField(default=0)  # the sum over its sessions
    fair = TextField(default="")  # the plan's rule of fair use
    happy = TextField(default="")  # the plan's happy hours
    pauses_left = IntegerField(default=0)
    paused_at = IntegerField(null=True)  # ended, and can go on (see `pausing`)
    full_rate = TextField(default="")  # what was bought, while `rate` is another


class Session(Table):
    """What RADIUS accounting told of one login; counters only grow."""

    uniq = TextField(primary_key=True)
    subscription = KeyTo(Subscription, null=True)
    username = TextField()
    mac = TextField()
    ip = TextField()
    nas = TextField()
    acct_session_id = TextField()
    started_at = IntegerField()
    seen_at = IntegerField()
    ended_at = IntegerField(null=True)
    seconds = IntegerField(default=0)
    octets_in = IntegerField(default=0)  # upload, as the router counts
    octets_out = IntegerField(default=0)
    cause = TextField(default="")
    carried_in = IntegerField(default=0)  # before the router's counters began anew
    carried_out = IntegerField(default=0)


class UsageDay(Table):
    """What one session used on one day; over all days: the session's counters."""

    day = TextField()  # the place's date, 2026-11-26
    session = KeyTo(Session, column_name="uniq")
    octets_in = IntegerField()
    octets_out = IntegerField()
    seconds = IntegerField()

    class Meta:
        table_name = "usage_day"
        primary_key = CompositeKey("day", "session")


class Mirror(Table):
    """What the router was last told of a customer's time (see `mirror`).

    `base_*` are the counters of the router's user at that moment.
    """

    customer = KeyTo(Customer, primary_key=True)
    username = TextField(unique=True)
    subscription = KeyTo(Subscription)
    newest_id = IntegerField()  # the newest subscription that it allows for
    rate = TextField()
    limit_seconds = IntegerField()
    limit_bytes = IntegerField(null=True)
    base_seconds = IntegerField()
    base_in = IntegerField()
    base_out = IntegerField()
    written_at = IntegerField()


class FreeUse(Table):
    """A device that had its free package of a day."""

    day = TextField()  # the place's date, 2026-11-28
    mac = TextField()
    subscription = KeyTo(Subscription, unique=True)

    class Meta:
        table_name = "free_use"
        primary_key = CompositeKey("day", "mac")


class CreditOffer(Table):
    """The one package that is lent, to who paid for so many purchases before."""

    id = AutoField()
    plan = KeyTo(Plan)
    purchases = IntegerField()

    class Meta:
        table_name = "credit_offer"


class Debt(Table):
    """Time that was lent; closed by the payment that carried it, or forgiven."""

    id = AutoField()
    customer = KeyTo(Customer)
    subscription = KeyTo(Subscription, unique=True)
    amount_cents = IntegerField()
    at = IntegerField()
    closed_at = IntegerField(null=True)
    payment = KeyTo(Payment, null=True)
    forgiven_by = TextField(default="")


class MadeGood(Table):
    """An outage whose minutes are given back, customer after customer."""

    id = AutoField()
    since = IntegerField()
    until = IntegerField()
    why = TextField()
    who = TextField()
    at = IntegerField()
    reached = IntegerField(default=0)  # the last customer that was looked at
    people = IntegerField(default=0)
    seconds = IntegerField(default=0)
    done_at = IntegerField(null=True)
