"""The database is looked at once after each start of the machine, and mended if broken.

A power cut can leave a cheap card with a file that lies. Broken, it is moved aside
whole, the newest good backup takes its place, and `recovered` makes that one safe.
"""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from hotspot_lite import store
from hotspot_lite.clock import as_text
from hotspot_lite.errors import BadInput, HotspotError
from hotspot_lite.store import backup, copies, migrations, restoring
from hotspot_lite.store.backup import Backup
from hotspot_lite.store.sealed import Passphrase
from hotspot_lite.trade.house import conditions, events
from hotspot_lite.trade.keeping import recovered
from hotspot_lite.trade.keeping.backups import Places
from hotspot_lite.trade.keeping.recovered import Replaced, Since

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
MARK = "database-checked"
CONDITION = "database-restored"


@dataclass(frozen=True)
class Recovery:
    """What was done: the backup restored, where the broken file is, in words."""

    backup: Backup
    aside: Path | None
    says: str


def at_boot(data_dir: Path, run_dir: Path, where: Places) -> Recovery | None:
    """`at_start` by the machine's own clock, which may not be set yet."""
    return at_start(data_dir, run_dir, where, int(time.time()))


def at_start(data_dir: Path, run_dir: Path, where: Places, now: int) -> Recovery | None:
    """Check the database if this machine has not since it started; mend it if broken.

    `where` are backups. Call it before anything opens the database; several
    processes may: the first does it, the others wait. None: all is well. Raises
    HotspotError where it is broken and no backup is good; nothing is changed then.
    """
    ledger, mark = data_dir / backup.LEDGER, run_dir / MARK
    if not (data_dir / backup.KEY).exists() and not ledger.exists():
        return None  # a new box: `db migrate` makes it
    with _alone(data_dir):
        if _is_marked(mark):
            return None
        wrong = backup.check_ledger(ledger)
        done = from_newest(data_dir, where, wrong, now) if wrong else None
        run_dir.mkdir(parents=True, exist_ok=True)
        mark.write_text(_boot(), encoding="utf-8")
        return done


def from_newest(data_dir: Path, where: Places, wrong: str, now: int) -> Recovery:
    """Restore the newest backup that is good. Raises HotspotError if none is.

    A sealed one, on the stick, is good only while the passphrase's file is.
    """
    passphrase = None
    with suppress(BadInput):
        passphrase = where.passphrase()
    for one in where.all():
        if not copies.check(one.path, passphrase, data_dir):
            return restore(one, data_dir, wrong, now, passphrase)
    raise HotspotError(
        f"The database is broken, and there is no good backup. {wrong}",
        "Leave the box as it is and look for a backup on a stick:"
        " hotspot-lite backup restore FILE",
    )


def restore(
    one: Backup,
    data_dir: Path,
    wrong: str,
    now: int,
    passphrase: Passphrase | None = None,
    as_it_was: bool = False,
) -> Recovery:
    """Put a backup in place, settle what happened since, and tell the owner.

    `wrong` says why; "" if somebody wanted it so. What the replaced database knows of
    the time since comes over, unless `as_it_was` or it is that of another box. Raises
    BadInput for a backup that is bad, or that `passphrase` does not open; nothing is
    changed then.
    """
    told: list[Recovery] = []

    def prepare(ledger: Path, aside: Path | None) -> None:
        is_ours = aside is not None and _is_of_one_box(ledger, aside, data_dir)
        store.open_file(ledger)
        try:
            # The clock may not be set yet.
            at = max(now, one.at, store.newest_fact_at())
            since = Since()
            if as_it_was:
                with store.atomic():
                    since = Since(doubtful=recovered.doubt_what_was_to_do(at))
            else:
                old = None
                if aside is not None and is_ours:
                    old = Replaced(aside / backup.LEDGER, data_dir, not wrong)
                since = recovered.settle_whatever_happens(at, one.at, old)
            told.append(Recovery(one, aside, _tell(one, aside, since, wrong, at)))
        finally:
            store.close()

    with copies.plain(one.path, passphrase, data_dir) as opened:
        restoring.restore(opened, data_dir, prepare)
    return told[0]


def _is_of_one_box(ledger: Path, aside: Path, data_dir: Path) -> bool:
    """Whether the replaced database is the backup's own, later: by when it was made.

    Where that can't be read, by the key beside each.
    """
    born = [migrations.made_at(file) for file in (ledger, aside / backup.LEDGER)]
    if all(born):
        return born[0] == born[1]
    keys = [folder / backup.KEY for folder in (ledger.parent, data_dir)]
    return not keys[1].exists() or keys[0].read_bytes() == keys[1].read_bytes()


def _tell(
    one: Backup,
    aside: Path | None,
    since: Since,
    wrong: str,
    now: int,
) -> str:
    why = f"The database was broken ({wrong})" if wrong else "Somebody wanted it"
    says = f"{why}: the backup of {as_text(one.at)} was restored. {since}"
    if aside:
        says += f" The old file is kept whole in {aside.name}."
    with store.atomic():
        events.announce("restored", {"title": "Backup restored", "says": says}, now)
        conditions.observe(CONDITION, True, says, now)
    return says


def seen(who: str, now: int) -> None:
    """The owner has read that a backup was restored."""
    conditions.observe(CONDITION, False, f"Read by {who}.", now)


@contextmanager
def _alone(data_dir: Path) -> Iterator[None]:
    with (data_dir / ".recovery.lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _is_marked(mark: Path) -> bool:
    with suppress(OSError):
        return mark.read_text(encoding="utf-8") == _boot()
    return False


def _boot() -> str:
    with suppress(OSError):
        return BOOT_ID.read_text(encoding="utf-8").strip()
    return str(int(time.time() - time.monotonic()) // 60)
