"""The owner's words for messages that are written by themselves."""

from __future__ import annotations

from peewee import BooleanField, CompositeKey, IntegerField, TextField

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
