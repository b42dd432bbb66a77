"""What all tables share."""

from __future__ import annotations

from peewee import (
    Model,
)

from hotspot_lite.store import KeyTo, database

__all__ = ["KeyTo", "Table"]


class Table(Model):
    """What all tables share: the one database."""

    class Meta:
        database = database
        legacy_table_names = False
