"""Huey's storage and serializer over our rows."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from huey.serializer import Serializer
from huey.storage import BaseStorage

from hotspot_lite.jobs.files import Rows


class JsonMessages(Serializer):
    """Jobs as JSON: a person can read them, and a row can't run code."""

    def _serialize(self, data: Any) -> bytes:
        return json.dumps({"name": data.name, "args": data.kwargs}).encode()

    def _deserialize(self, data: bytes) -> Any:
        return json.loads(data)


class LaneStorage(BaseStorage):
    """Huey's storage interface over the rows; what we don't use says so or is empty."""

    blocking = True  # the worker loops on dequeue() at once: the bell does the waiting

    def __init__(self, name: str = "hotspot", rows: Rows | None = None) -> None:
        super().__init__(name)
        self.rows = rows

    def enqueue(self, data: bytes, priority: float | None = None) -> None:
        message = json.loads(data)
        self._rows.put(message["name"], message["args"])

    def queue_size(self) -> int:
        return sum(
            int(db.execute_sql("SELECT count(*) FROM job").fetchone()[0])
            for db in (self._rows.main, self._rows.run)
        )

    def read_schedule(self, ts: datetime) -> list[bytes]:
        """Nothing: a delayed job is a row like the others, taken when it is due."""
        return []

    def add_to_schedule(self, data: bytes, ts: datetime) -> None:
        raise NotImplementedError("use put(..., delay_seconds=)")

    def peek_many(self, keys: list[str]) -> dict[str, bytes]:
        """Nothing: no job is ever revoked by a key; `forget` removes its row."""
        return {}

    def delete_data(self, key: str) -> bool:
        return False

    @property
    def _rows(self) -> Rows:
        assert self.rows is not None
        return self.rows
