"""What somebody asked for on a page, to be done by the worker."""

from __future__ import annotations

from peewee import AutoField, IntegerField, TextField

from hotspot_lite.trade.models.base import Table


class Errand(Table):
    """One thing asked for, and what came of it."""

    id = AutoField()
    kind = TextField()
    who = TextField()
    at = IntegerField()
    state = TextField(default="waiting")  # waiting | running | done | failed
    done_at = IntegerField(null=True)
    outcome = TextField(default="{}")  # JSON, without a secret
