"""When the box backs itself up, where to, and what the owner hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peewee import fn

from hotspot_lite import store
from hotspot_lite.clock import as_text
from hotspot_lite.errors import HotspotError
from hotspot_lite.store import backup
from hotspot_lite.store.backup import DAY, Backup
from hotspot_lite.trade import conditions
from hotspot_lite.trade.models import Audit

NONE_MADE, NO_COPY = "backup-failed", "backup-not-copied"


@dataclass(frozen=True)
class Places:
    """Where backups are: `home` on the box, `copies` on another disk ("": none)."""

    home: Path
    copies: str = ""

    @property
    def folders(self) -> Sequence[Path]:
        """All that may hold one."""
        return [self.home, *([Path(self.copies)] if self.copies else [])]

    def all(self) -> list[Backup]:
        """Every backup that is there, the newest first."""
        rows = [one for folder in self.folders for one in backup.found(folder)]
        return sorted(rows, key=lambda one: one.at, reverse=True)


def places(data_dir: Path, home: str, copies: str) -> Places:
    """From the settings: backup.dir, empty for a folder in `data_dir`, and copy_to."""
    return Places(Path(home) if home else data_dir / "backups", copies)


def is_due(where: Places, now: int) -> bool:
    """Whether something has happened since the newest backup, or it is a day old."""
    newest = next(iter(backup.found(where.home)), None)
    if newest is None or newest.at > now or now - newest.at >= DAY:
        return True
    last = max(store.newest_fact_at(), Audit.select(fn.MAX(Audit.at)).scalar() or 0)
    return last >= newest.at


def make(data_dir: Path, where: Places, now: int) -> Backup:
    """Back up, thin out, copy to the other disk; conditions tell what went wrong.

    Raises HotspotError where there is no new backup. A stick that is out is a
    condition, no error: the backup on the box is there.
    """
    try:
        made = backup.make(data_dir, where.home, now)
    except HotspotError as exc:
        conditions.observe(NONE_MADE, True, f"No backup was made: {exc}", now)
        raise
    conditions.observe(NONE_MADE, False, f"Backed up at {as_text(now)}.", now)
    backup.prune(where.home, now)
    if where.copies:
        _copy(made, Path(where.copies), now)
    return made


def _copy(made: Backup, folder: Path, now: int) -> None:
    try:
        backup.copy_to(made, folder)
        backup.prune(folder, now)
    except HotspotError as exc:
        says = f"The backup was not copied to the other disk: {exc}"
        conditions.observe(NO_COPY, True, says, now)
    else:
        conditions.observe(NO_COPY, False, f"Copied to {folder}.", now)
