"""When the box backs itself up, where to, and what the owner hears of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from peewee import fn

from hotspot_lite import jobs, store
from hotspot_lite.clock import as_text
from hotspot_lite.errors import HotspotError, NoRoom
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup, copies, sealed
from hotspot_lite.store import room as rooms
from hotspot_lite.store.backup import DAY, HOUR, Backup
from hotspot_lite.store.room import Limits
from hotspot_lite.store.sealed import Passphrase
from hotspot_lite.trade.house import conditions
from hotspot_lite.trade.models import Audit

NONE_MADE, NO_COPY = "backup-failed", "backup-not-copied"
MIB = 1024**2
# The job that asks comes once an hour, some minutes sooner or later.
SLACK_SECONDS = 300


@dataclass(frozen=True)
class Places:
    """Where backups are: `home` on the box, `copies` on another disk ("": none).

    Those that leave the box are sealed with what `passphrase_file` says ("": not).
    Those of a day are no more than `daily_mib` on the box (0: as many as there come).
    """

    home: Path
    copies: str = ""
    passphrase_file: str = ""
    limits: Limits | None = None
    daily_mib: int = 0

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
    where = places(
        s.data_dir, s["backup.dir"], s["backup.copy_to"], s["backup.passphrase_file"]
    )
    return replace(where, limits=rooms.limits(s), daily_mib=s["backup.daily_mib"])


def apart_seconds(newest: Backup, where: Places) -> int:
    """How far apart backups are: an hour, more where they are large, a day at most.

    A card wears by what is written to it, and a shop of years has a large database.
    """
    if not where.daily_mib:
        return HOUR
    apart = newest.size_bytes * DAY // (where.daily_mib * MIB)
    return min(max(apart, HOUR), DAY)


def is_due(where: Places, now: int) -> bool:
    """Whether something has happened since the newest backup, or it is a day old."""
    newest = next(iter(backup.found(where.home)), None)
    if newest is None or newest.at > now or now - newest.at >= DAY:
        return True
    if now - newest.at < apart_seconds(newest, where) - SLACK_SECONDS:
        return False
    last = max(store.newest_fact_at(), Audit.select(fn.MAX(Audit.at)).scalar() or 0)
    return last >= newest.at


def make(data_dir: Path, where: Places, now: int) -> Backup:
    """Back up, thin out, copy to the other disk; conditions tell what went wrong.

    Raises HotspotError where there is no new backup. A stick that is out is a
    condition, no error: the backup on the box is there.
    """
    try:
        _make_room(data_dir, where)
        made = backup.make(data_dir, where.home, now, jobs.goes_on)
    except HotspotError as exc:
        conditions.observe(NONE_MADE, True, f"No backup was made: {exc}", now)
        raise
    conditions.observe(NONE_MADE, False, f"Backed up at {as_text(now)}.", now)
    backup.prune(where.home, now)
    if where.copies:
        _copy(made, where, now)
    return made


def thin_out(where: Places) -> int:
    """Keep only the newest backup on the box: its disk has little room; how many went.

    What is on the other disk stays.
    """
    gone = backup.found(where.home)[1:]
    for one in gone:
        one.path.unlink(missing_ok=True)
    return len(gone)


def _make_room(data_dir: Path, where: Places) -> None:
    """Raise NoRoom where the next backup doesn't fit, also without the older ones."""
    if where.limits is None:
        return
    # The zip, and a copy where the database can't be read as it is.
    needed = 2 * (data_dir / backup.LEDGER).stat().st_size
    where.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        rooms.need(where.home, needed, where.limits, "A backup")
    except NoRoom:
        if not thin_out(where):
            raise
        rooms.need(where.home, needed, where.limits, "A backup")


def _copy(made: Backup, where: Places, now: int) -> None:
    folder = Path(where.copies)
    try:
        # Never in clear where the passphrase can't be read.
        copies.copy_to(made, folder, where.passphrase(), jobs.goes_on)
        backup.prune(folder, now)
    except HotspotError as exc:
        says = f"The backup was not copied to the other disk: {exc}"
        conditions.observe(NO_COPY, True, says, now)
    else:
        conditions.observe(NO_COPY, False, f"Copied to {folder}.", now)
