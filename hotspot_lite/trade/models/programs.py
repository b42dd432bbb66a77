"""Programs of the owner's: those that may ask the box, and those that it calls."""

from __future__ import annotations

from peewee import AutoField, BooleanField, IntegerField, TextField

from hotspot_lite.trade.models.base import Table


class ApiToken(Table):
    """A program that may ask; its token is kept by hash only."""

    id = AutoField()
    name = TextField()
    hash = TextField(unique=True)
    scope = TextField()  # read | sell | manage
    made_at = IntegerField()
    made_by = TextField()
    expires_at = IntegerField(null=True)
    used_at = IntegerField(null=True)
    revoked_at = IntegerField(null=True)


class Webhook(Table):
    """An address that hears of events, in their order, up to `seen_seq`."""

    id = AutoField()
    url = TextField()
    secret = TextField()  # signs what is sent: needed in clear
    types = TextField(default="")  # event types, by spaces; "": all
    made_at = IntegerField()
    made_by = TextField()
    seen_seq = IntegerField()
    failing_since = IntegerField(null=True)
    is_paused = BooleanField(default=False)
    tries = IntegerField(default=0)  # of the event that waits
    says = TextField(default="")
    told_at = IntegerField(null=True)  # the last that was taken
