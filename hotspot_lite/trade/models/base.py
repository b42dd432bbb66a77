"""What all tables share."""

from __future__ import annotations

from peewee import (
    Model,
)

from hotspot_lite.store import database


class Table(Model):
    """What all tables share: the one database."""

    class Meta:
        database = database
        legacy_table_names = False
