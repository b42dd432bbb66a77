"""The ledger of money, its audits, and what a person must decide."""

from __future__ import annotations

from peewee import (
    AutoField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.byhand import Transfer
from hotspot_lite.trade.models.payments import Payment


class Undecided(Table):
    """What the box can't decide about money or access: a person must."""

    id = AutoField()
    kind = TextField()  # a row of `undecided.KINDS`
    payment = KeyTo(Payment, null=True)
    transfer = KeyTo(Transfer, null=True)
    subject = TextField(default="")  # where it is about neither: what is one matter
    amount_cents = IntegerField(null=True)  # the money in doubt, where it is known
    says = TextField()
    at = IntegerField()
    resolved_at = IntegerField(null=True)
    resolution = TextField(default="")  # grant | match | refund | … | by itself
    resolved_by = TextField(default="")  # staff by name, "cli", or "" for the box
    reason = TextField(default="")


class MoneyFact(Table):
    """Something that happened to money: added, never changed (see `ledger`)."""

    id = AutoField()
    at = IntegerField()
    kind = TextField()  # taken | given | refunded | reversed | written-off …
    amount_cents = IntegerField()
    payment = KeyTo(Payment, null=True)
    detail = TextField(default="")
    who = TextField(default="")  # staff by name, "cli", or "" for the box itself
    hash = TextField()  # over the fact and the hash of the one before


class MoneyAudit(Table):
    """What one audit of the money came to; `head` is the ledger's end it saw."""

    id = AutoField()
    at = IntegerField()
    by_whom = TextField()  # staff by name, "cli" or "nightly"
    wrong = IntegerField()  # how many things are wrong
    says = TextField()  # in one line
    facts = IntegerField()  # the id of the newest fact
    head = TextField()  # its hash
    body = TextField()  # JSON: see `money_audit`
