"""Copies of backups travel to another machine, sealed, a piece at a time if need be.

A sealed copy waits in the outbox until it is there whole: uploaded under another name,
its size compared, then given its own. What was cut off is gone on with.
"""

from __future__ import annotations

import fcntl
import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from huey.exceptions import RetryTask

from hotspot_lite.errors import GiveUp, HotspotError, TryAgain
from hotspot_lite.journey.hall import here, huey
from hotspot_lite.settings import Settings
from hotspot_lite.store import backup, copies
from hotspot_lite.store.backup import DAY, Backup
from hotspot_lite.store.sealed import ENDING, Passphrase
from hotspot_lite.trade.keeping import backups, elsewhere
from hotspot_lite.wires import sftp, sftp_keys
from hotspot_lite.wires.sftp_place import Place, place_of

# The lane gives 30 s. Of ours the last go into seeing how far it came.
RUN_SECONDS, LAST_SECONDS = 26.0, 7.0
TRIES, AGAIN_SECONDS, ON_SECONDS = 3, 300.0, 2.0


def _not_carried(error: str) -> None:
    tell_if_late(here.settings, here.now(), error)


@huey.job("log-rotation", tries=TRIES, failed=_not_carried)
def carry() -> None:
    """Copy the newest backup to the other machine, if it isn't there."""
    try:
        send(here.settings, here.now(), RUN_SECONDS)
    except Moving:
        raise RetryTask(delay=ON_SECONDS) from None
    except TryAgain as exc:
        raise TryAgain(exc.says, exc.todo, AGAIN_SECONDS) from exc
    except HotspotError as exc:
        elsewhere.failed(str(exc), here.now())


class Moving(TryAgain):
    """Its time was over while it came forward: it goes on with the rest at once."""


@dataclass(frozen=True)
class Sent:
    """A copy that is there: its name, and whether it went just now."""

    name: str
    is_new: bool


def send(s: Settings, now: int, seconds: float) -> Sent | None:
    """Bring the newest backup to where backup.elsewhere says; None: there is none yet.

    Ends within `seconds`. Raises TryAgain for what may pass (Moving: it came forward),
    another HotspotError for what a person must mend.
    """
    where = backups.places_of(s)
    trip = _Trip(s, place_of(s["backup.elsewhere"]), time.monotonic() + seconds)
    passphrase = elsewhere.needed_passphrase(where)
    newest = newest_at_home(where)
    if newest is None:
        return None
    with _alone(trip.keys):
        there = trip.far().listing()
        elsewhere.seen(there, s["backup.elsewhere"])
        file = _sealed(newest, there, s, passphrase, now)
        parcel = _Parcel(file.name, _part_of(file), file, file.stat().st_size)
        is_new = there.get(parcel.name) != parcel.size_bytes
        if is_new:
            _upload(parcel, there.get(parcel.part, 0), trip)
        _settle(parcel, is_new, there, trip, now)
        file.unlink(missing_ok=True)
    return Sent(parcel.name, is_new)


def newest_at_home(where: backups.Places) -> Backup | None:
    """The newest backup on the box itself, not sealed yet."""
    rows = (one for one in backup.found(where.home) if one.path.suffix != ENDING)
    return next(rows, None)


def tell_if_late(s: Settings, now: int, why: str = "") -> None:
    """Have the owner told when no copy has come there for days."""
    rows = backup.found(backups.places_of(s).home)
    elsewhere.look(rows[-1] if rows else None, elsewhere.terms(s), now, why)


# -- The steps -----------------------------------------------------------------


@dataclass(frozen=True)
class _Trip:
    s: Settings
    to: Place
    ends: float

    @property
    def keys(self) -> Path:
        return elsewhere.folder(self.s)

    def far(self, spare_seconds: float = 0.0) -> sftp.Far:
        return sftp.Far(self.to, self.keys, self.ends - spare_seconds)


@dataclass(frozen=True)
class _Parcel:
    name: str
    part: str  # its name while it is on its way
    file: Path
    size_bytes: int


def _sealed(
    newest: Backup,
    there: Mapping[str, int],
    s: Settings,
    passphrase: Passphrase,
    now: int,
) -> Path:
    """What goes: what was begun today, else the newest, sealed into the outbox.

    A line that needs hours for one must not begin with another each hour.
    """
    box = elsewhere.folder(s) / elsewhere.OUTBOX
    sftp_keys.guard(box)
    changed_at = Path(s["backup.passphrase_file"]).stat().st_mtime
    for one in backup.found(box):
        is_begun = one.at == newest.at or _part_of(one.path) in there
        if is_begun and now - one.at < DAY and one.path.stat().st_mtime > changed_at:
            return one.path
    for old in box.iterdir():
        old.unlink(missing_ok=True)
    return copies.copy_to(newest, box, passphrase).path


def _part_of(file: Path) -> str:
    with file.open("rb") as raw:
        sum_ = hashlib.file_digest(raw, "sha256").hexdigest()
    return elsewhere.part_name(file.name, sum_)


def _upload(parcel: _Parcel, begun: int, trip: _Trip) -> None:
    """Have all of it there under its passing name. Raises as `send` does."""
    if begun == parcel.size_bytes:
        return
    resumed = begun if begun < parcel.size_bytes else 0
    try:
        left = trip.far(LAST_SECONDS).put(parcel.file, parcel.part, resumed)
    except sftp.OutOfTime as exc:
        if trip.far().listing().get(parcel.part, 0) > begun:
            raise Moving(exc.says, exc.todo) from None
        raise
    except GiveUp:
        with suppress(HotspotError):  # full: it must not stay so by our half
            trip.far().settle(None, [parcel.part])
        raise
    came = left.get(parcel.part, 0)
    if came != parcel.size_bytes:
        raise TryAgain(f"Of {parcel.size_bytes} bytes {came} came to {trip.to.host}.")


def _settle(
    parcel: _Parcel, is_new: bool, there: Mapping[str, int], trip: _Trip, now: int
) -> None:
    """Give it its name, delete what isn't kept, and look."""
    terms = elsewhere.terms(trip.s)
    sizes = dict(there) | {parcel.name: parcel.size_bytes}
    gone = elsewhere.superfluous(sizes, terms, now)
    gone += elsewhere.stale_parts(there, parcel.part)
    if parcel.name in there and is_new:  # not every server renames over what is there
        trip.far().settle(None, [parcel.name])
    rename = (parcel.part, parcel.name) if is_new else None
    left = trip.far().settle(rename, gone) if rename or gone else there
    elsewhere.seen(left, terms.url)
    if left.get(parcel.name) != parcel.size_bytes and parcel.name not in gone:
        raise TryAgain(f"{parcel.name} is not on {trip.to.host} as it was sent.")
    elsewhere.arrived(parcel.name, trip.to.host, now)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who sends. Raises TryAgain while another does."""
    sftp_keys.guard(folder)
    with (folder / ".lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TryAgain("A copy is on its way already.") from None
        yield
