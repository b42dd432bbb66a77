"""Peewee's `create` and `get_by_id` with their SQL kept: the hot path of a sale.

Peewee builds the text of every query anew; for these two it is always the same, and
building it was more than half of the time that a sale holds the writer's turn.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from peewee import Field, Model

from hotspot_lite.store.file import database

Row = TypeVar("Row", bound=Model)


def create(model: type[Row], **values: Any) -> Row:
    """Insert a row and return it, like `model.create(**values)`."""
    row = model(**values)
    sql, fields = _insert(model)
    given = [field.db_value(row.__data__.get(field.name)) for field in fields]
    setattr(row, _meta(model).primary_key.name, _run(sql, given).lastrowid)
    return row


def get(model: type[Row], row_id: int) -> Row:
    """The row of that id, like `model.get_by_id(row_id)`: raises model.DoesNotExist."""
    row = find(model, id=row_id)
    if row is None:
        missing: type[Exception] = model.DoesNotExist  # type: ignore[attr-defined]
        raise missing(f"no {model.__name__} {row_id}")
    return row


def find(model: type[Row], **one: Any) -> Row | None:
    """The row whose one column (its name in the database) has that value, or None."""
    ((column, value),) = one.items()
    sql, fields = _select(model, column)
    found = _run(sql, (value,)).fetchone()
    if found is None:
        return None
    pairs = zip(fields, found, strict=True)
    return model(**{field.name: field.python_value(value) for field, value in pairs})


def _run(sql: str, values: Sequence[Any]) -> Any:
    return database.execute_sql(sql, values)


def _meta(model: type[Model]) -> Any:
    return model._meta


@cache
def _insert(model: type[Model]) -> tuple[str, list[Field]]:
    meta = _meta(model)
    fields = [field for field in meta.sorted_fields if field is not meta.primary_key]
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join("?" * len(fields))
    sql = f'INSERT INTO "{meta.table_name}" ({names}) VALUES ({marks})'  # noqa: S608
    return sql, fields


@cache
def _select(model: type[Model], column: str) -> tuple[str, list[Field]]:
    meta = _meta(model)
    fields = list(meta.sorted_fields)
    assert any(field.column_name == column for field in fields), column
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    sql = f'SELECT {names} FROM "{meta.table_name}" WHERE "{column}" = ?'  # noqa: S608
    return sql, fields
