"""What the box does for customers by itself: letters, and outages made good."""

from __future__ import annotations

from peewee import AutoField, BooleanField, CompositeKey, IntegerField, TextField

from hotspot_lite.trade.models.base import Table


class Letter(Table):
    """The owner's text of one kind in one language; what is not here is ours."""

    kind = TextField()
    lang = TextField()
    text = TextField()

    class Meta:
        """Keyed by both."""

        primary_key = CompositeKey("kind", "lang")


class LetterKind(Table):
    """Whether such messages are sent; `amount` decides when."""

    kind = TextField(primary_key=True)
    is_on = BooleanField()
    amount = IntegerField(default=0)


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
