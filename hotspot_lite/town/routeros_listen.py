"""`listen`: a menu's rows as they change, until the client cancels."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hotspot_lite.town.routeros_table import Row


class Listening:
    """Gives, at each call, the rows that are new or other than at the call before.

    A row that is gone comes once more as `.id` and `.dead` (librouteros's captures;
    the manual writes yes for its true). `lock` guards the menu.
    """

    def __init__(self, shown: Callable[[], list[Row]], lock: Any) -> None:
        self._shown = shown
        self._lock = lock
        self._known = self._look()

    def _look(self) -> dict[str, Row]:
        with self._lock:
            return {row[".id"]: dict(row) for row in self._shown() if ".id" in row}

    def __call__(self) -> list[Row]:
        """The changes since the call before."""
        known, self._known = self._known, self._look()
        changed = [row for name, row in self._known.items() if known.get(name) != row]
        gone = [name for name in known if name not in self._known]
        return changed + [{".id": name, ".dead": "true"} for name in gone]
