"""Agents: who sells vouchers for a commission, and what each owes the house."""

from __future__ import annotations

from peewee import AutoField, IntegerField, TextField

from hotspot_lite.trade.models.base import KeyTo, Table
from hotspot_lite.trade.models.goods import Voucher
from hotspot_lite.trade.models.house import Staff
from hotspot_lite.trade.models.payments import Payment


class Agent(Table):
    """What was agreed with an agent. It stays when the role changes: so does debt."""

    staff = KeyTo(Staff, primary_key=True)
    commission_bp = IntegerField(default=0)  # hundredths of a per cent of the price
    limit_cents = IntegerField(default=0)  # how much may be owed


class AgentSale(Table):
    """A voucher that an agent sold: the payment is the money, the voucher the time."""

    payment = KeyTo(Payment, primary_key=True)
    agent = KeyTo(Agent)
    voucher = KeyTo(Voucher, unique=True)
    sent_to = TextField(default="")  # the customer's number, masked
    back_at = IntegerField(null=True)  # it was taken back
    back_by = TextField(default="")
    reason = TextField(default="")


class AgentEntry(Table):
    """A line of an agent's account. The balance is their sum; below 0 is owed."""

    id = AutoField()
    agent = KeyTo(Agent)
    at = IntegerField()
    kind = TextField()  # see `agents.KINDS`
    amount_cents = IntegerField()
    payment = KeyTo(Payment, null=True)
    who = TextField()
    note = TextField(default="")
    once = TextField(null=True, unique=True)  # of the form that was sent
