"""Payments, and what their providers say of them."""

from __future__ import annotations

from peewee import (
    AutoField,
    BlobField,
    BooleanField,
    IntegerField,
    TextField,
)

from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.goods import Discount, Plan
from hotspot_lite.trade.models.people import Customer


class Payment(Table):
    """Money asked for, and what became of it. `paid` is final, `failed` is not."""

    id = AutoField()
    ref = TextField(unique=True)  # in the customer's URL, unguessable
    token_hash = TextField(unique=True)  # of the callback URL's token
    provider = TextField(default="mpesa")  # who moves the money
    kind = TextField(default="prompt")  # prompt | redirect | immediate | manual
    redirect_url = TextField(default="")  # the provider's page, for a redirect
    state = TextField()  # asked | sent | uncertain | paid | failed
    plan = KeyTo(Plan, null=True)
    terms = TextField()  # JSON: what was on sale at that moment
    amount_cents = IntegerField()
    phone = TextField()
    mac = TextField(default="")
    ip = TextField(default="")
    login_url = TextField(default="")  # the router's link-login-only
    merchant_request_id = TextField(null=True)
    checkout_request_id = TextField(
        null=True, unique=True
    )  # the provider's name for it
    receipt = TextField(null=True, unique=True)
    result_code = TextField(default="")
    result_text = TextField(default="")
    settled_by = TextField(default="")  # callback | query | status | answer | …
    asked_at = IntegerField()
    sent_at = IntegerField(null=True)
    answered_at = IntegerField(null=True)
    paid_at = IntegerField(null=True)
    queries = IntegerField(default=0)
    clock_believed = BooleanField(default=True)
    lang = TextField(default="")  # in which the portal was read
    discount = KeyTo(Discount, null=True)  # the code that made it cheaper
    brought_by = KeyTo(Customer, null=True)  # whose friend pays, for the first time
    debt_id = IntegerField(null=True)  # that its amount pays too


class Callback(Table):
    """A callback's raw body, as it came; the same body twice is one row."""

    id = AutoField()
    payment = KeyTo(Payment)
    digest = TextField()
    body = BlobField()
    peer = TextField()
    received_at = IntegerField()
    verdict = TextField(default="new")

    class Meta:
        indexes = ((("payment", "digest"), True),)


class ToldPaid(Table):
    """A callback calls the payment paid; M-Pesa's second word is awaited, or came."""

    payment = KeyTo(Payment, primary_key=True)
    checkout_request_id = TextField()
    receipt = TextField(null=True)
    told_at = IntegerField()
    ended_at = IntegerField(null=True)
    came_to = TextField(default="")  # agreed | denied | paid by other means
