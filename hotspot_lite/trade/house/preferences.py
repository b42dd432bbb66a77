"""The settings that were changed on the admin page or with `setting set`."""

from __future__ import annotations

from hotspot_lite import store
from hotspot_lite.settings import BY_NAME, checked
from hotspot_lite.trade.house import audit
from hotspot_lite.trade.models import Stored


def read() -> dict[str, str]:
    """Every stored setting by its name."""
    return {row.name: row.value for row in Stored.select() if row.name in BY_NAME}


def change(name: str, raw: str, by: str, now: int) -> None:
    """Store a setting. Raises BadInput for an unknown name or a wrong value."""
    checked(name, raw, "the database")
    with store.atomic():
        before = Stored.get_or_none(Stored.name == name)
        was = before.value if before else ""
        Stored.replace(name=name, value=raw).execute()
        audit.note(by, "setting set", _changed(name, was, raw), now)


def forget(name: str, by: str, now: int) -> bool:
    """Back to the default, or the file's; whether anything was stored."""
    with store.atomic():
        before = Stored.get_or_none(Stored.name == name)
        if before is None or name not in BY_NAME:
            return False
        Stored.delete().where(Stored.name == name).execute()
        audit.note(by, "setting set", _changed(name, before.value, "default"), now)
    return True


def _changed(name: str, was: str, now_is: str) -> str:
    if BY_NAME[name].secret:
        return f"{name}: (secret)"
    return f"{name}: {was or 'default'} → {now_is}"
