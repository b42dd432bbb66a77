"""Money that goes back, and what a provider is asked about."""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.byhand import Transfer
from hotspot_lite.trade.models.payments import Payment


class Refund(Table):
    """Money that goes back, or went; a payment may have several in part."""

    id = AutoField()
    payment = KeyTo(Payment, null=True)
    transfer = KeyTo(Transfer, null=True)
    amount_cents = IntegerField()
    way = TextField()  # mpesa | hand | told (by the provider, who did it itself)
    state = TextField()  # asked | uncertain | sent | done | failed
    is_whole = BooleanField()  # nothing of the payment is left
    receipt = TextField(default="")  # of the money that went back
    says = TextField(default="")
    who = TextField()  # staff by name, "cli", or "" for the box
    why = TextField()
    asked_at = IntegerField()
    sent_at = IntegerField(null=True)
    done_at = IntegerField(null=True)


class Inquiry(Table):
    """What Daraja is asked now and answers later, at an address of its own."""

    id = AutoField()
    ref = TextField(unique=True)  # its token is made from it and the box's key
    token_hash = TextField(unique=True)
    kind = TextField()  # status | reversal
    receipt = TextField()  # what it is about
    payment = KeyTo(Payment, null=True)
    refund = KeyTo(Refund, null=True)
    state = TextField()  # asked | uncertain | sent | answered | refused
    conversation = TextField(default="")  # Safaricom's OriginatorConversationID
    about = TextField(default="")  # that of an order whose result never came
    code = TextField(default="")
    says = TextField(default="")
    asked_at = IntegerField()
    sent_at = IntegerField(null=True)
    answered_at = IntegerField(null=True)


class InquiryBody(Table):
    """A result as it came. Of a timeout only that it came: it repeats our secrets."""

    id = AutoField()
    inquiry = KeyTo(Inquiry)
    digest = TextField()
    body = BlobField()
    is_timeout = BooleanField()
    peer = TextField()
    received_at = IntegerField()
    verdict = TextField(default="new")

    class Meta:
        indexes = ((("inquiry", "digest"), True),)
