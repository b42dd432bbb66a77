"""When the box backs itself up, where to, and what the owner hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from peewee import fn

from hotspot_lite import store
from hotspot_lite.clock import as_text
from hotspot_lite.errors import HotspotError
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup, copies, sealed
from hotspot_lite.store.backup import DAY, Backup
from hotspot_lite.store.sealed import Passphrase
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Audit

NONE_MADE, NO_COPY = "backup-failed", "backup-not-copied"


@dataclass(frozen=True)
class Places:
    """Where backups are: `home` on the box, `copies` on another disk ("": none).

    Those that leave the box are sealed with what `passphrase_file` says ("": not).
    """

    home: Path
    copies: str = ""
    passphrase_file: str = ""

    def passphrase(self) -> Passphrase | None:
        """What seals; None: nothing is sealed. Raises BadInput for a bad file."""
        if not self.passphrase_file:
            return None
        return sealed.passphrase_of(Path(self.passphrase_file))

    @property
    def folders(self) -> Sequence[Path]:
        """All that may hold one."""
        return [self.home, *([Path(self.copies)] if self.copies else [])]

    def all(self) -> list[Backup]:
        """Every backup that is there, the newest first."""
        rows = [one for folder in self.folders for one in backup.found(folder)]
        return sorted(rows, key=lambda one: one.at, reverse=True)


def places(data_dir: Path, home: str, copies: str, passphrase_file: str = "") -> Places:
    """As the settings are: an empty backup.dir is a folder in `data_dir`."""
    folder = Path(home) if home else data_dir / "backups"
    return Places(folder, copies, passphrase_file)


def places_of(s: Settings) -> Places:
    """Where the settings say that backups are."""
    return places(
        s.data_dir, s["backup.dir"], s["backup.copy_to"], s["backup.passphrase_file"]
    )


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
        _copy(made, where, now)
    return made


def _copy(made: Backup, where: Places, now: int) -> None:
    folder = Path(where.copies)
    try:
        # Never in clear where the passphrase can't be read.
        copies.copy_to(made, folder, where.passphrase())
        backup.prune(folder, now)
    except HotspotError as exc:
        says = f"The backup was not copied to the other disk: {exc}"
        conditions.observe(NO_COPY, True, says, now)
    else:
        conditions.observe(NO_COPY, False, f"Copied to {folder}.", now)
