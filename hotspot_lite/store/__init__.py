"""The one truth: opening hotspot.db, writing to it, and knowing that it is current.

Nothing outside `store`, `jobs` and `radius` may know that the database is SQLite.
"""

from hotspot_lite.store.file import (
    atomic,
    close,
    database,
    is_busy,
    newest_fact_at,
    one_moment,
    open_file,
)
from hotspot_lite.store.quick import (
    KeyTo,
    among,
    change,
    create,
    everything,
    find,
    get,
    has,
)

__all__ = [
    "KeyTo",
    "among",
    "atomic",
    "change",
    "close",
    "create",
    "database",
    "everything",
    "find",
    "get",
    "has",
    "is_busy",
    "newest_fact_at",
    "one_moment",
    "open_file",
]
