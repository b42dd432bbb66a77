"""Peewee's `create`, `get_by_id` and the like with their SQL kept, for a sale's path.

Peewee builds the text of every query anew; for these it is always the same, and
building it was more than half of the time that a sale holds the writer's turn.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from peewee import SQL, AutoField, Field, ForeignKeyAccessor, ForeignKeyField, Model

from hotspot_lite.store.file import database

Row = TypeVar("Row", bound=Model)


def create(model: type[Row], **values: Any) -> Row:
    """Insert a row and return it, like `model.create(**values)`.

    Its key is the database's to give, or, where that is a row of another table, among
    the `values`.
    """
    row = model(**values)
    sql, fields = _insert(model)
    given = [field.db_value(row.__data__.get(field.name)) for field in fields]
    made = _run(sql, given)
    if _gives_key(model):
        setattr(row, _meta(model).primary_key.name, made.lastrowid)
    return row


def _gives_key(model: type[Model]) -> bool:
    return isinstance(_meta(model).primary_key, AutoField)


class _Accessor(ForeignKeyAccessor):
    """Fetches the row that a key leads to by `get`."""

    def get_rel_instance(self, instance: Model) -> Any:
        value = instance.__data__.get(self.name)
        if value is not None and self.name not in instance.__rel__:
            instance.__rel__[self.name] = get(self.rel_model, value)
        return super().get_rel_instance(instance)


class KeyTo(ForeignKeyField):
    """A ForeignKeyField to a primary key whose row is soon there."""

    accessor_class = _Accessor


def change(model: type[Model], row_id: int, **values: Any) -> None:
    """Give columns of the row of that id these values."""
    fields = _meta(model).fields
    given = [fields[name].db_value(value) for name, value in values.items()]
    _run(_update(model, tuple(values)), (*given, row_id))


def get(model: type[Row], row_id: int | str) -> Row:
    """The row of that id, like `model.get_by_id(row_id)`: raises model.DoesNotExist."""
    row = find(model, **{_meta(model).primary_key.column_name: row_id})
    if row is None:
        missing: type[Exception] = model.DoesNotExist  # type: ignore[attr-defined]
        raise missing(f"no {model.__name__} {row_id}")
    return row


def find(model: type[Row], **one: Any) -> Row | None:
    """The row whose one column (its name in the database) has that value, or None."""
    ((column, value),) = one.items()
    sql, fields = _select(model, column)
    found = _run(sql, (value,)).fetchone()
    return None if found is None else _row(model, fields, found)


def has(model: type[Model], **one: Any) -> bool:
    """Whether there is a row whose one column has that value."""
    ((column, value),) = one.items()
    return _run(_exists(model, column), (value,)).fetchone() is not None


def among(column: Field, *words: str) -> Any:
    """The condition that a column is one of these words, for a partial index.

    SQLite takes such an index only where its words stand in the query as they do in it,
    in the same order; as values to be bound it would not see them.
    """
    assert all(re.fullmatch(r"[a-z-]+", word) for word in words), words
    return column.in_([SQL(f"'{word}'") for word in words])


def everything(model: type[Row]) -> list[Row]:
    """All rows of a table that is always small."""
    sql, fields = _select(model, None)
    return [_row(model, fields, found) for found in _run(sql, ()).fetchall()]


def _row(model: type[Row], fields: Sequence[Field], found: Sequence[Any]) -> Row:
    pairs = zip(fields, found, strict=True)
    return model(**{field.name: field.python_value(value) for field, value in pairs})


def _run(sql: str, values: Sequence[Any]) -> Any:
    return database.execute_sql(sql, values)


def _meta(model: type[Model]) -> Any:
    return model._meta


@cache
def _insert(model: type[Model]) -> tuple[str, list[Field]]:
    meta = _meta(model)
    made = meta.primary_key if _gives_key(model) else None
    fields = [field for field in meta.sorted_fields if field is not made]
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    marks = ", ".join("?" * len(fields))
    sql = f'INSERT INTO "{meta.table_name}" ({names}) VALUES ({marks})'  # noqa: S608
    return sql, fields


@cache
def _select(model: type[Model], column: str | None) -> tuple[str, list[Field]]:
    fields = list(_meta(model).sorted_fields)
    names = ", ".join(f'"{field.column_name}"' for field in fields)
    return f"SELECT {names} {_from(model, column)}", fields  # noqa: S608


@cache
def _update(model: type[Model], names: tuple[str, ...]) -> str:
    meta = _meta(model)
    marks = ", ".join(f'"{meta.fields[name].column_name}" = ?' for name in names)
    key = meta.primary_key.column_name
    return f'UPDATE "{meta.table_name}" SET {marks} WHERE "{key}" = ?'  # noqa: S608


@cache
def _exists(model: type[Model], column: str) -> str:
    return f"SELECT 1 {_from(model, column)} LIMIT 1"  # noqa: S608


def _from(model: type[Model], column: str | None) -> str:
    meta = _meta(model)
    if column is None:
        return f'FROM "{meta.table_name}"'
    assert any(field.column_name == column for field in meta.sorted_fields), column
    return f'FROM "{meta.table_name}" WHERE "{column}" = ?'
