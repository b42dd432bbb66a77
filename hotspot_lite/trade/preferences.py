"""The settings that were changed on the admin page or with `setting set`."""

from __future__ import annotations

from hotspot_lite import store
from hotspot_lite.settings import BY_NAME, checked
from hotspot_lite.trade import audit
from hotspot_lite.trade.models import Stored


def read() -> dict[str, str]:
    """Every stored setting by its name."""
    return {row.name: row.value for row in Stored.select() if row.name in BY_NAME}


def change(name: str, raw: str, by: str, now: int) -> None:
    """Store a setting. Raises BadInput for an unknown name or a wrong value."""
    checked(name, raw, "the database")
    shown = "(secret)" if BY_NAME[name].secret else raw
    with store.atomic():
        Stored.replace(name=name, value=raw).execute()
        audit.note(by, "setting set", f"{name} = {shown}", now)
