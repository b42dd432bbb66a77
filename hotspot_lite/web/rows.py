"""The row that an address names, or the page that says there is none."""

from __future__ import annotations

from typing import Any, TypeVar

from bottle import HTTPError
from peewee import Model

Row = TypeVar("Row", bound=Model)


def one(table: type[Row], row_id: int) -> Row:
    """The row of that id. Raises HTTPError 404."""
    # More than an INTEGER holds is nobody's number.
    key: Any = table._meta.primary_key
    found = table.get_or_none(key == row_id) if row_id < 2**62 else None
    if found is None:
        raise HTTPError(404)
    return found
